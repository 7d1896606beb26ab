"""Whose question is next, where only some are worked on at once."""

from __future__ import annotations

import threading
from collections import Counter

__all__ = ["Turns"]


class Turns:
    """Who has fewest questions at work is next, and of these who waits longest; nobody has all
    places. Any thread may ask for a turn."""

    def __init__(self, places: int) -> None:
        """``places``: 2 or more."""
        self._places = places
        self._at_work: Counter[str] = Counter()
        self._waiting: dict[object, str] = {}
        """In the order in which they came."""
        self._changed = threading.Condition()

    def take(self, client: str, within_s: float) -> bool:
        """Wait for a turn; whether it came. It is over with `give_back`."""
        mine = object()
        with self._changed:
            self._waiting[mine] = client
            try:
                is_next = self._changed.wait_for(lambda: self._next() is mine, within_s)
                self._at_work[client] += is_next
                return is_next
            finally:
                del self._waiting[mine]
                self._changed.notify_all()

    def give_back(self, client: str) -> None:
        with self._changed:
            self._at_work[client] -= 1
            self._at_work += Counter()  # who has none is forgotten
            self._changed.notify_all()

    def _next(self) -> object:
        """Of those that wait; None: nobody now."""
        if self._at_work.total() >= self._places:
            return None
        may = [each for each, who in self._waiting.items() if self._at_work[who] < self._places - 1]
        return min(may, key=lambda each: self._at_work[self._waiting[each]], default=None)
