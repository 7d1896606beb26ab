"""What processes hold, looked at from outside, and whether it grows."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from scipy.stats import theilslopes

from cogmap.runtime.messages import F64

__all__ = ["ProcessSample", "Series", "folder_bytes", "process_sample"]

_SURE, _PEAK = 0.99, 0.9


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
    """Of all files in it, as long as they are; or of the file that it is. What goes meanwhile, or
    was not there, counts nothing."""
    total = 0
    inside = (Path(where) / name for where, _, names in os.walk(folder) for name in names)
    for path in (folder, *inside):
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except OSError:  # gone meanwhile
            continue
    return total


class Series:
    """A quantity over hours of the stream; growth counts after the first hour.

    All growth is a part of what there was in the second hour, for each hour of the stream. Of what
    grows from nothing it is without end; of less than two samples after the first hour NaN.
    """

    def __init__(self, hours: Sequence[float] | F64, values: Sequence[float] | F64) -> None:
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
        return self._median(self._hours > self._last - 1)

    @property
    def growth(self) -> float:
        """By the median of the slopes between all pairs of samples (Theil-Sen): what goes on all
        day, whatever single samples say."""
        after = self._hours >= 1
        if np.count_nonzero(after) < 2:
            return float("nan")
        slope = float(theilslopes(self._values[after], self._hours[after]).slope)
        return _part_of(slope, self.early)

    @property
    def late_growth(self) -> float:
        """The same over the last quarter, at least two hours: what began late. The least that the
        samples allow at 99 %, since there are few."""
        late = self._hours >= max(self._last - max((self._last - 1) / 4, 2.0), 1.0)
        if np.count_nonzero(late) < 2:
            return float("nan")
        least = float(theilslopes(self._values[late], self._hours[late], alpha=_SURE).low_slope)
        return _part_of(least, self.early)

    @property
    def rise(self) -> float:
        """By the highest median of an hour: steps. What rose and fell again counts, too."""
        return self._rise_of(0.5)

    @property
    def peak_rise(self) -> float:
        """The same by what a tenth of the samples of an hour lie above, against that of the second
        hour: bursts."""
        return self._rise_of(_PEAK)

    @property
    def worst_growth(self) -> float:
        """The largest of all these; NaN if one is."""
        return float(np.max([self.growth, self.late_growth, self.rise, self.peak_rise]))

    @property
    def _last(self) -> float:
        return float(self._hours.max(initial=0))

    def _rise_of(self, quantile: float) -> float:
        begins = [*np.arange(1, max(self._last - 1, 1)), max(self._last - 1, 1.0)]
        chosen = [(self._hours >= begin) & (self._hours <= begin + 1) for begin in begins]
        levels = [float(np.quantile(self._values[c], quantile)) for c in chosen if c.any()]
        if np.count_nonzero(self._hours >= 1) < 2 or not chosen[0].any():
            return float("nan")
        over_hours = max(self._last - 2, 1.0)  # between the middles of the second and the last
        return _part_of((max(levels) - levels[0]) / over_hours, levels[0])

    def _median(self, chosen: np.ndarray) -> float:
        return float(np.median(self._values[chosen])) if chosen.any() else float("nan")


def _part_of(slope: float, early: float) -> float:
    if not slope:
        return 0.0
    return slope / early if early else math.copysign(math.inf, slope)
