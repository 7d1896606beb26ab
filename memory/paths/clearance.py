"""How far places on the floor are from what stands on it."""

from __future__ import annotations

import numpy as np

from cogmap.memory.paths.floor import clearance_m
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import F64, OccupancyGrid

__all__ = ["Clearance"]


class Clearance:
    """Distance to the nearest occupied cell, anywhere on the floor. Unknown is not occupied."""

    def __init__(self, grid: OccupancyGrid) -> None:
        self._origin, self._resolution_m = grid.origin, grid.resolution_m
        self._far_m = clearance_m(grid)

    def at(self, points: F64) -> F64:
        """(N,) metres from places (N, 2) x, y to the middle of the nearest occupied cell,
        between cells bilinear; off the grid as at its border. inf where nothing is occupied."""
        rows, columns = self._far_m.shape
        if not len(points) or not rows or not columns or not np.isfinite(self._far_m[0, 0]):
            return np.full(len(points), np.inf)
        place = (np.asarray(points) - self._origin) / self._resolution_m - 0.5
        x = np.clip(place[:, 0], 0, columns - 1)
        y = np.clip(place[:, 1], 0, rows - 1)
        left, low = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
        right, high = np.minimum(left + 1, columns - 1), np.minimum(low + 1, rows - 1)
        far, u, v = self._far_m, x - left, y - low
        below = far[low, left] * (1 - u) + far[low, right] * u
        above = far[high, left] * (1 - u) + far[high, right] * u
        return np.asarray(below * (1 - v) + above * v, np.float64)

    def along(self, start: Point, end: Point) -> float:
        """The least on the straight line from one place to another, metres."""
        steps = max(2, int(np.ceil(np.hypot(end[0] - start[0], end[1] - start[1]) / 0.03)) + 1)
        return float(self.at(np.linspace(start, end, steps)).min())
