"""Whether to stop, said by any thread and by signal handlers."""

from __future__ import annotations

import math
import time

__all__ = ["StopFlag"]


class StopFlag:
    """Set once, by a plain assignment: a `threading.Event` has a lock, for which a signal handler
    waits for ever that comes while the same thread holds it."""

    def __init__(self) -> None:
        self._set_at = math.inf

    def set(self) -> None:
        self._set_at = min(self._set_at, time.monotonic())

    def is_set(self) -> bool:
        return self._set_at < math.inf

    def set_for_s(self) -> float:
        """Seconds since it was set; below 0 if it is not."""
        return time.monotonic() - self._set_at
