"""Where somebody can be, on an occupancy grid: unknown is not free."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import ndimage

from cogmap.memory.paths.grid_paths import Paths
from cogmap.runtime.messages import F64, FREE, OCCUPIED, UNKNOWN, Bool, OccupancyGrid

__all__ = ["cell_centers", "floor_paths", "frontier_points", "known_share", "standable"]

MIN_FRONTIER_CELLS = 4
"""Fewer free cells at the edge of the unknown are holes of the measurement."""


def standable(grid: OccupancyGrid, radius_m: float) -> Bool:
    """(rows, columns) free cells whose centre is at least a radius from all that is occupied."""
    occupied = grid.cells == OCCUPIED
    if not occupied.any():
        return np.asarray(grid.cells == FREE)
    far = ndimage.distance_transform_edt(~occupied) * grid.resolution_m
    return np.asarray((grid.cells == FREE) & (far >= radius_m))


@lru_cache(maxsize=4)
def floor_paths(grid: OccupancyGrid, radius_m: float) -> Paths:
    """Ways for the centre of somebody of a radius; kept for the grids that were asked last."""
    return Paths(standable(grid, radius_m), grid.origin, grid.resolution_m)


def cell_centers(grid: OccupancyGrid, cells: Bool) -> F64:
    """(N, 2) x, y (m, world) of the middles of the cells that are set."""
    row, column = np.nonzero(cells)
    return np.column_stack([column + 0.5, row + 0.5]) * grid.resolution_m + grid.origin


def frontier_points(grid: OccupancyGrid) -> F64:
    """(N, 2) x, y (m): a free cell in the middle of each stretch where free space meets the
    unknown, the longest stretch first."""
    beside_unknown = ndimage.binary_dilation(grid.cells == UNKNOWN, np.ones((3, 3), bool))
    edge = (grid.cells == FREE) & beside_unknown
    stretches, number = ndimage.label(edge, np.ones((3, 3), bool))
    found = []
    for label in range(1, number + 1):
        points = cell_centers(grid, stretches == label)
        if len(points) >= MIN_FRONTIER_CELLS:
            middle = points[np.linalg.norm(points - points.mean(axis=0), axis=1).argmin()]
            found.append((len(points), *middle.tolist()))
    found.sort(reverse=True)
    return np.array([place[1:] for place in found], np.float64).reshape(-1, 2)


def known_share(grid: OccupancyGrid) -> float:
    """Part of the smallest upright rectangle around all that is known that is known."""
    known = grid.cells != UNKNOWN
    if not known.any():
        return 0.0
    rows, columns = np.nonzero(known)
    window = known[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return float(ndimage.binary_fill_holes(window).mean())
