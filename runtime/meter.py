"""What a process takes of the machine, and whether the kernel killed for want of memory."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

import psutil

__all__ = ["Meter", "kernel_kills"]

_COUNTERS = Path("/proc/vmstat")
_RECENTLY_S = 5.0
"""A large process that the kernel kills lives on for a while, until its memory is given back."""


class Meter:
    """Of one process after the other that is the same node; the peak is that of all of them."""

    def __init__(self) -> None:
        self.rss_bytes = self.peak_rss_bytes = 0
        self.cpu_percent = 0.0
        """Since the look before; 100 is one core."""
        self.mean_cpu_percent = 0.0
        """Over the life of the process."""
        self.looked_at_s = 0.0
        """Monotonic."""
        self._began_s = 0.0
        self._pid: int | None = None
        self._process: psutil.Process | None = None
        self._kills: deque[tuple[float, int | None]] = deque(maxlen=2)

    def turn_to(self, pid: int) -> None:
        """A process that was just started."""
        self._pid, self._process, self._began_s = pid, None, time.monotonic()
        self._kills.clear()
        self._note_kills()

    def look(self) -> None:
        """CPU and memory as of now, of a process that is alive; those of the look before where
        no file can be opened."""
        if self._pid is None:
            return
        try:
            self._process = self._process or psutil.Process(self._pid)
            self.rss_bytes = self._process.memory_info().rss
            self.cpu_percent = self._process.cpu_percent()
            cpu_s = sum(self._process.cpu_times()[:2])
        except (psutil.Error, OSError):
            return
        self._note_kills()
        self.looked_at_s = time.monotonic()
        self.peak_rss_bytes = max(self.peak_rss_bytes, self.rss_bytes)
        self.mean_cpu_percent = 100 * cpu_s / (self.looked_at_s - self._began_s)

    def kernel_has_killed(self) -> bool:
        """Whether it has killed some process for want of memory in the last seconds."""
        before, now = self._kills[0][1] if self._kills else None, kernel_kills()
        return before is not None and now is not None and now > before

    def _note_kills(self) -> None:
        now_s = time.monotonic()
        if not self._kills or now_s - self._kills[-1][0] > _RECENTLY_S:
            self._kills.append((now_s, kernel_kills()))


def kernel_kills() -> int | None:
    """Processes that the kernel has killed since it booted because memory ran out, that of the
    machine or of a control group; None where it does not say."""
    try:
        lines = _COUNTERS.read_text().splitlines()
    except OSError:
        return None
    counts = (line.split() for line in lines)
    return next((int(words[1]) for words in counts if words[:1] == ["oom_kill"]), None)
