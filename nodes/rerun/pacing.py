"""Newest-wins mailbox with a rate limit for each key: what keeps a viewer from being flooded."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

__all__ = ["Mailbox"]

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds at most one item a key and hands it out at most once a period.

    A newer item replaces the one that waits; the newest is never lost. Thread safe. Time
    is passed in by the caller, seconds of any monotonic clock.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[float, T]] = {}
        self._taken_at: dict[str, float] = {}
        self.replaced = 0
        """How many items were replaced before they were taken."""

    def put(self, key: str, item: T, period_s: float) -> None:
        with self._lock:
            self.replaced += key in self._waiting
            self._waiting[key] = (period_s, item)

    def take_due(self, now: float) -> list[T]:
        """Items whose key was not taken within its period, in the order they first waited."""
        with self._lock:
            due = [
                key
                for key, (period, _) in self._waiting.items()
                if now - self._taken_at.get(key, float("-inf")) >= period
            ]
            return [self._take(key, now) for key in due]

    def take_all(self, now: float) -> list[T]:
        with self._lock:
            return [self._take(key, now) for key in list(self._waiting)]

    def __len__(self) -> int:
        with self._lock:
            return len(self._waiting)

    def _take(self, key: str, now: float) -> T:
        self._taken_at[key] = now
        return self._waiting.pop(key)[1]
