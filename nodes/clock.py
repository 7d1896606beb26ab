"""Stamps and the wall clock: when a message is due, and what stamp a live source is at now."""

from __future__ import annotations

import time
from collections import deque

_LATE_S = 0.5


class StreamClock:
    """Maps stamps to the wall clock: ``rate`` seconds of stream a second, 0 for at once.

    A source that has fallen behind does not catch up in a burst; the clock slips instead.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._origin: tuple[int, float] | None = None

    def restart(self) -> None:
        """The next stamp asked for is due at once: after a pause or a jump."""
        self._origin = None

    def wait_s(self, stamp_ns: int) -> float:
        """Seconds until the stamp is due; 0 if it is due."""
        if self.rate <= 0:
            return 0.0
        now = time.monotonic()
        if self._origin is None:
            self._origin = (stamp_ns, now)
        first_ns, first_s = self._origin
        wait_s = first_s + (stamp_ns - first_ns) * 1e-9 / self.rate - now
        if wait_s < -_LATE_S:
            self._origin = (stamp_ns, now)
        return max(wait_s, 0.0)


class SourceTime:
    """The clock of a live source as its messages tell it: the fastest of late shows how the two
    clocks differ, so that what is late by more is known to be."""

    _MESSAGES = 30

    def __init__(self) -> None:
        self._offsets_ns: deque[int] = deque(maxlen=self._MESSAGES)

    def take(self, stamp_ns: int) -> None:
        """A message of this stamp has come now."""
        self._offsets_ns.append(time.monotonic_ns() - stamp_ns)

    def now_ns(self) -> int:
        """The stamp that the source is at. Raises ValueError before the first message."""
        return time.monotonic_ns() - min(self._offsets_ns)
