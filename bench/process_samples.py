"""What processes hold, looked at from outside, and whether it grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from scipy.stats import theilslopes

__all__ = ["ProcessSample", "Series", "folder_bytes", "process_sample"]


@dataclass(frozen=True)
class ProcessSample:
    """One process at one moment."""

    rss_mb: float
    descriptors: int
    sockets: int
    threads: int
    cpu_s: float
    """Processor time that it has taken since it began."""


def process_sample(pid: int) -> ProcessSample | None:
    """None if there is no such process any more."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            rss, threads, cpu = (
                process.memory_info().rss,
                process.num_threads(),
                process.cpu_times(),
            )
        links = [_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    except (psutil.Error, OSError):
        return None
    sockets = sum(target.startswith("socket:") for target in links)
    return ProcessSample(rss / 2**20, len(links), sockets, threads, cpu.user + cpu.system)


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed meanwhile
        return ""


def folder_bytes(folder: Path) -> int:
    """Of all files in it, as long as they are; or of the file that it is."""
    total = 0
    for path in (folder, *folder.rglob("*")):
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except OSError:  # gone meanwhile
            continue
    return total


class Series:
    """A quantity over hours of the stream; growth counts after the first hour."""

    def __init__(self, hours: Sequence[float], values: Sequence[float]) -> None:
        """Equally long, in order."""
        self._hours = np.asarray(hours, np.float64)
        self._values = np.asarray(values, np.float64)

    @property
    def early(self) -> float:
        """Median of the second hour; NaN if there is none."""
        return self._median((self._hours >= 1) & (self._hours < 2))

    @property
    def late(self) -> float:
        """Median of the last hour."""
        return self._median(self._hours > self._hours.max(initial=0) - 1)

    @property
    def growth(self) -> float:
        """Part of the early value by which it grows with an hour of the stream: the median of the
        slopes between all pairs of samples after the first hour (Theil-Sen). NaN of less than two
        samples; of what grows from nothing it is without end."""
        after = self._hours >= 1
        if np.count_nonzero(after) < 2:
            return float("nan")
        slope = float(theilslopes(self._values[after], self._hours[after]).slope)
        if not slope:
            return 0.0
        return slope / self.early if self.early else math.copysign(math.inf, slope)

    def _median(self, chosen: np.ndarray) -> float:
        return float(np.median(self._values[chosen])) if chosen.any() else float("nan")
