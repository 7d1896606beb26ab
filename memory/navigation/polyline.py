"""A line over the floor, by the length along it."""

from __future__ import annotations

import math

import numpy as np

from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import F64

__all__ = ["Polyline"]

BACK_M, ON_M = 0.3, 1.0
"""How far from the last place on the line the next one is looked for."""


class Polyline:
    """Corners (N, 2) x, y (m), N >= 1, and how far along each of them is."""

    def __init__(self, points: F64) -> None:
        points = np.asarray(points, np.float64).reshape(-1, 2)
        apart = np.linalg.norm(np.diff(points, axis=0), axis=1)
        self.points = points[np.concatenate([[True], apart > 1e-9])]
        steps = np.linalg.norm(np.diff(self.points, axis=0), axis=1)
        self._along: F64 = np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length_m(self) -> float:
        return float(self._along[-1])

    @property
    def end(self) -> Point:
        return (float(self.points[-1, 0]), float(self.points[-1, 1]))

    def at(self, along_m: float) -> Point:
        """The place so far along; the ends beyond them."""
        x, y = (np.interp(along_m, self._along, self.points[:, axis]) for axis in (0, 1))
        return (float(x), float(y))

    def nearest(self, point: Point, last_m: float) -> float:
        """How far along the line it is nearest to a point, looked for around ``last_m``."""
        low, high = max(last_m - BACK_M, 0.0), min(last_m + ON_M, self.length_m)
        if high <= low:
            return low
        along = np.linspace(low, high, max(2, math.ceil((high - low) / 0.01)))
        return float(along[np.linalg.norm(self._places(along) - point, axis=1).argmin()])

    def stretch(self, start_m: float, end_m: float, step_m: float = 0.03) -> F64:
        """(N, 2) places along a part of the line, N >= 2, at most ``step_m`` apart."""
        start_m, end_m = np.clip((start_m, end_m), 0.0, self.length_m)
        count = max(2, math.ceil((end_m - start_m) / step_m) + 1)
        return self._places(np.linspace(start_m, end_m, count))

    def rest(self, start_m: float) -> F64:
        """(N, 2) corners of what is left from a place on."""
        ahead = self._along > start_m + 1e-9
        return np.vstack([[self.at(start_m)], self.points[ahead]])

    def until(self, end_m: float) -> F64:
        """(N, 2) corners of what comes before a place, and that."""
        before = self._along < end_m - 1e-9
        return np.vstack([self.points[before], [self.at(end_m)]])

    def _places(self, along_m: F64) -> F64:
        return np.column_stack(
            [np.interp(along_m, self._along, self.points[:, axis]) for axis in (0, 1)]
        )
