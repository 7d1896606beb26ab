"""When a message with a stamp is due by the wall clock."""

from __future__ import annotations

import time

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
