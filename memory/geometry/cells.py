"""Grids of cells around points, and what is in the neighbourhood of each cell."""

from __future__ import annotations

import numpy as np

from cogmap.runtime.messages import F64, I64

__all__ = ["cells_of", "over_neighbours"]


def cells_of(points: F64, cell_m: float) -> I64:
    """(N, 3) cell of each point (N, 3), N >= 1; the lowest along each axis is 0."""
    lowest = np.ascontiguousarray(points.T).min(axis=1)  # along rows it is many times faster
    return np.asarray(((points - lowest) / cell_m).astype(np.int64))


def over_neighbours(grid: F64, combine: np.ufunc) -> F64:
    """Each cell of a 3D grid combined (``np.add``, ``np.maximum``) with the 26 around it."""
    for axis in range(3):
        before = grid.swapaxes(0, axis)
        after = np.copy(before)
        combine(after[1:], before[:-1], out=after[1:])
        combine(after[:-1], before[1:], out=after[:-1])
        grid = after.swapaxes(0, axis)
    return grid
