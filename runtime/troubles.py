"""What is wrong with a node or with what comes to it, as long as it is wrong.

    if too_dark:
        self.troubles.notice("dark", "the pictures are black: look at the lens and the light")
    else:
        self.troubles.clear("dark")

Each is logged when it comes and when it is over, and stands in the status table meanwhile; one that
comes and goes is logged now and then.
"""

from __future__ import annotations

import logging
import time

import msgspec

from cogmap.runtime.messages import Trouble

__all__ = ["Troubles"]

_LOG_PERIOD_S = 10.0
"""One that comes and goes is logged at most this often."""
_MOST_TEXT = 500


class Troubles:
    """Troubles by name; names are few and fixed. Written by one thread, read by any."""

    def __init__(self, log: logging.Logger, of: str = "") -> None:
        """``of``: the node that they are of, where others speak of it in ``log``."""
        self._log = log
        self._of = f"{of}: " if of else ""
        self._known: dict[str, Trouble] = {}
        self._logged_at: dict[str, float] = {}
        self._said: set[str] = set()
        """Those of which the log says that they are there."""

    def notice(self, name: str, text: str) -> None:
        """It is there, or still there: ``text`` says what is wrong and what to do about it."""
        text = text[:_MOST_TEXT]
        known = self._known.get(name)
        if known is not None and not known.over:
            if text != known.text:
                self._known[name] = msgspec.structs.replace(known, text=text)
            return
        times = known.times + 1 if known is not None else 1
        self._known[name] = Trouble(name=name, text=text, times=times)
        now_s = time.monotonic()
        if now_s - self._logged_at.get(name, -_LOG_PERIOD_S) >= _LOG_PERIOD_S:
            self._logged_at[name] = now_s
            self._said.add(name)
            self._log.warning("%s%s: %s", self._of, name, text)

    def clear(self, name: str) -> None:
        """It is over, if it was there."""
        known = self._known.get(name)
        if known is not None and not known.over:
            self._known[name] = msgspec.structs.replace(known, over=True)
            if name in self._said:
                self._said.discard(name)
                self._log.info("%s%s: over", self._of, name)

    def put(self, name: str, text: str | None) -> None:
        """`notice` with a text, `clear` without."""
        if text is None:
            self.clear(name)
        else:
            self.notice(name, text)

    def all(self) -> tuple[Trouble, ...]:
        """Those that there are and those that are over, in the order in which they first came."""
        return tuple(dict(self._known).values())
