"""Stamps and the wall clock: when a message is due, and what stamp a live source is at now."""

from __future__ import annotations

import time
from collections import deque

import numpy as np

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
    clocks differ, so that what is late by more is known to be. A source that is slower than real
    time is followed at its own pace."""

    _MESSAGES = 30
    _LIVE = 0.85
    """From this pace on it is taken to be that of real time: how long messages take varies."""
    _LEAST = 5
    """Messages that tell a pace."""

    def __init__(self) -> None:
        self._came: deque[tuple[int, int]] = deque(maxlen=self._MESSAGES)
        self._pace = 1.0

    def take(self, stamp_ns: int) -> None:
        """A message of this stamp has come now."""
        self._came.append((time.monotonic_ns(), stamp_ns))
        self._pace = self._measured_pace()

    def now_ns(self) -> int:
        """The stamp that the source is at. Raises ValueError before the first message."""
        first_ns, _ = self._came[0] if self._came else (0, 0)
        least = min(self._pace * (came - first_ns) - stamp for came, stamp in self._came)
        return round(self._pace * (time.monotonic_ns() - first_ns) - least)

    def _measured_pace(self) -> float:
        """Source seconds a second: slope of the least-squares line through what came."""
        if len(self._came) < self._LEAST:
            return 1.0
        came, stamps = (np.array(each, np.float64) for each in zip(*self._came, strict=True))
        came, stamps = came - came.mean(), stamps - stamps.mean()
        spread = float(came @ came)
        pace = float(came @ stamps) / spread if spread > 0 else 1.0
        return pace if 0 < pace < self._LIVE else 1.0
