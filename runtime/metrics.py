"""Counting what streams do, in bounded memory: latency histograms and rates."""

from __future__ import annotations

import math
import time
from collections import deque

import numpy as np

_SMALLEST_MS = 1e-3
_BUCKETS_PER_DECADE = 100
_DECADES = 9


class Histogram:
    """Durations in log-spaced buckets, 1 us to 1000 s, each 2.3 % wide (HDR histogram)."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BUCKETS_PER_DECADE * _DECADES, np.int64)

    def add(self, duration_ms: float) -> None:
        """Durations outside the range, also negative ones, count in the outermost bucket."""
        decades = math.log10(max(duration_ms, _SMALLEST_MS) / _SMALLEST_MS)
        self._counts[min(int(decades * _BUCKETS_PER_DECADE), len(self._counts) - 1)] += 1

    def percentile(self, percent: float) -> float:
        """Milliseconds below which ``percent`` of the durations lie; 0 if there are none."""
        total = int(self._counts.sum())
        if total == 0:
            return 0.0
        rank = math.ceil(percent / 100 * total)
        bucket = int(np.searchsorted(np.cumsum(self._counts), max(rank, 1)))
        return float(_SMALLEST_MS * 10 ** ((bucket + 0.5) / _BUCKETS_PER_DECADE))


class RateMeter:
    """Events per second over the last few seconds."""

    def __init__(self, window_s: float = 3.0) -> None:
        self._window_s = window_s
        self._marks: deque[tuple[float, int]] = deque()

    def update(self, total: int, now_s: float | None = None) -> float:
        """Rate, given the running total of events; call it about once a second."""
        now_s = time.monotonic() if now_s is None else now_s
        self._marks.append((now_s, total))
        while len(self._marks) > 2 and now_s - self._marks[0][0] > self._window_s:
            self._marks.popleft()
        (then_s, then), (latest_s, latest) = self._marks[0], self._marks[-1]
        return (latest - then) / (latest_s - then_s) if latest_s > then_s else 0.0


class LoadMeter:
    """The part of the last seconds that something took."""

    def __init__(self, window_s: float = 5.0) -> None:
        self._window_s = window_s
        self._spans: deque[tuple[float, float]] = deque()
        self._taken_s = 0.0
        self._began_s: float | None = None

    def update(self, took_s: float, now_s: float) -> float:
        """In 0..1, now that it has taken ``took_s`` more; 0 before a whole window has passed."""
        self._began_s = now_s if self._began_s is None else self._began_s
        self._spans.append((now_s, took_s))
        self._taken_s += took_s
        while self._spans[0][0] <= now_s - self._window_s:
            self._taken_s -= self._spans.popleft()[1]
        if now_s - self._began_s < self._window_s:
            return 0.0
        return min(max(self._taken_s / self._window_s, 0.0), 1.0)
