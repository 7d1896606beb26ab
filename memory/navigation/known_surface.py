"""The surface that was measured, as the stream of its chunks gives it, to see things by."""

from __future__ import annotations

import numpy as np

from cogmap.memory.paths.in_view import Head
from cogmap.memory.paths.surface_view import shown_share
from cogmap.runtime.messages import F32, F64, Box, SurfaceUpdate

__all__ = ["KnownSurface"]

THIN_M = 0.025
"""Of so large a cube one point is enough to see by."""
CHUNK_M = 1.28
"""Of points that come without chunks."""
FRESH_S = 20.0
"""What was found is believed for so long, by the stamps of the surface: that changes with every
frame, and what is in view from where hardly does."""
_PRIMES = np.array([73_856_093, 19_349_663, 83_492_791], np.int64)
"""Teschner et al., Optimized Spatial Hashing (2003); of cubes that share a number one is lost."""


class KnownSurface:
    """Newest points of every chunk; one writer."""

    def __init__(self) -> None:
        self._chunks: dict[tuple[int, int, int], F32] = {}
        self._chunk_m = CHUNK_M
        self._stamp_ns = self._fresh_ns = -1
        self._shares: dict[tuple[Box, float, Head], dict[tuple[float, float], float]] = {}

    def __len__(self) -> int:
        """Number of points."""
        return sum(map(len, self._chunks.values()))

    @classmethod
    def of(cls, points: F32) -> KnownSurface:
        """All points (N, 3), m, world, of a map that does not change any more."""
        surface = cls()
        if not len(points):
            return surface
        chunks, place = np.unique(np.floor(points / CHUNK_M), axis=0, return_inverse=True)
        order = np.argsort(place.ravel(), kind="stable")
        parts = np.split(order, np.cumsum(np.bincount(place.ravel()))[:-1])
        for (i, j, k), part in zip(chunks.astype(int).tolist(), parts, strict=True):
            surface._chunks[i, j, k] = _thinned(points[part])
        return surface

    def take(self, update: SurfaceUpdate) -> None:
        """The surface as it is now in one chunk."""
        self._chunk_m = update.chunk_size_m
        self._stamp_ns = max(self._stamp_ns, update.stamp_ns)
        self._chunks.pop(update.chunk, None)
        if len(update.points):
            self._chunks[update.chunk] = _thinned(update.points)

    def shares(self, spots: F64, box: Box, floor_z: float, head: Head) -> F64 | None:
        """(N,) how much of a thing is in view from ``spots`` (N, 2), as `shown_share` has it; None
        where too little of its surface is known."""
        if self._stamp_ns - self._fresh_ns > FRESH_S * 1e9:
            self._shares.clear()
            self._fresh_ns = self._stamp_ns
        found = self._shares.setdefault((box, floor_z, head), {})
        keys = [(x, y) for x, y in np.round(spots, 2).tolist()]
        new = [k for k, key in enumerate(keys) if key not in found]
        if new:
            shares = shown_share(spots[new], box, self._around(spots[new], box), floor_z, head)
            if shares is None:
                return None
            found |= dict(zip([keys[k] for k in new], shares.tolist(), strict=True))
        return np.array([found[key] for key in keys])

    def _around(self, spots: F64, box: Box) -> F32:
        """(M, 3) what may be seen of a box from some places, or be before it."""
        seen = np.vstack([spots, [box.center[:2]]])
        reach_m = np.hypot(*box.size[:2])
        low = np.floor((seen.min(axis=0) - reach_m) / self._chunk_m)
        high = np.floor((seen.max(axis=0) + reach_m) / self._chunk_m)
        near = [
            points
            for (i, j, _), points in self._chunks.items()
            if low[0] <= i <= high[0] and low[1] <= j <= high[1]
        ]
        return np.concatenate([np.zeros((0, 3), np.float32), *near])


def _thinned(points: F32) -> F32:
    """Points (N, 3), one of each cube."""
    cubes = np.floor(points / np.float32(THIN_M)).astype(np.int64)
    return points[np.unique(cubes @ _PRIMES, return_index=True)[1]]
