"""All tracks that a frame may show, as arrays: which are in view is one comparison."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np

from cogmap.memory.objects.tracks import Track
from cogmap.runtime.messages import F32, F64

__all__ = ["TrackTable"]


class TrackTable:
    """Bounds and sample points of tracks, in order of their ids."""

    def __init__(self, samples: int) -> None:
        self._samples = samples
        self.tracks: list[Track] = []
        self.bounds: F64 = np.zeros((0, 6))
        """(T, 6) lowest x, y, z, highest x, y, z of the points that count."""
        self.points: F32 = np.zeros((0, samples, 3), np.float32)
        """(T, samples, 3) world; of the points that count, some repeated if they are few."""

    def add(self, track: Track, points: F64) -> None:
        """Take in a new track, or one again that was removed; ``points`` (N, 3) of it count."""
        row = self._row(track)
        self.tracks.insert(row, track)
        self.bounds = np.insert(self.bounds, row, 0.0, axis=0)
        self.points = np.insert(self.points, row, np.float32(0), axis=0)
        self._write(row, points)

    def refresh(self, track: Track, points: F64) -> None:
        """After the shape of a track has changed."""
        self._write(self._row(track), points)

    def remove(self, tracks: Iterable[Track]) -> None:
        """Tracks that no frame can show any more."""
        gone = {track.id for track in tracks}
        kept = [row for row, track in enumerate(self.tracks) if track.id not in gone]
        if len(kept) < len(self.tracks):
            self.tracks = [self.tracks[row] for row in kept]
            self.bounds, self.points = self.bounds[kept], self.points[kept]

    def _row(self, track: Track) -> int:
        return bisect_left(self.tracks, track.id, key=lambda each: each.id)

    def _write(self, row: int, points: F64) -> None:
        by_axis = np.ascontiguousarray(points.T)  # along rows it is many times faster
        self.bounds[row, :3], self.bounds[row, 3:] = by_axis.min(axis=1), by_axis.max(axis=1)
        spread = np.arange(self._samples) * (len(points) - 1) // max(self._samples - 1, 1)
        self.points[row] = points.take(spread, axis=0)
