"""Where somebody can be, on an occupancy grid: unknown is not free."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cogmap.memory.geometry.boxes import footprints
from cogmap.memory.geometry.boxes import rows as box_rows
from cogmap.memory.paths.grid_paths import Paths
from cogmap.runtime.messages import F32, F64, FREE, OCCUPIED, U8, UNKNOWN, Bool, Box, OccupancyGrid

__all__ = [
    "beside",
    "cell_centers",
    "cells_at",
    "clearance_m",
    "distance_m",
    "floor_paths",
    "frontier_points",
    "known_share",
    "spread",
    "standable",
    "states_at",
    "wary_paths",
    "with_walked",
]

MIN_FRONTIER_CELLS = 4
"""Fewer free cells at the edge of the unknown are holes of the measurement."""

Scalar = TypeVar("Scalar", bound=np.generic)


@lru_cache(maxsize=4)
def clearance_m(grid: OccupancyGrid) -> F32:
    """(rows, columns) from the middle of each cell to that of the nearest occupied one; inf where
    nothing is. Kept for the grids that were asked last."""
    return distance_m(grid.cells == OCCUPIED, grid.resolution_m)


def distance_m(occupied: Bool, resolution_m: float) -> F32:
    """(rows, columns) from the middle of each cell to that of the nearest one that is set."""
    if not occupied.any():
        return np.full(occupied.shape, np.inf, np.float32)
    far = cv2.distanceTransform((~occupied).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(far * np.float32(resolution_m), np.float32)


def standable(grid: OccupancyGrid, radius_m: float) -> Bool:
    """(rows, columns) free cells whose centre is at least a radius from all that is occupied."""
    return np.asarray((grid.cells == FREE) & (clearance_m(grid) >= radius_m - 1e-6))


@lru_cache(maxsize=4)
def floor_paths(grid: OccupancyGrid, radius_m: float) -> Paths:
    """Ways for the centre of somebody of a radius; kept for the grids that were asked last."""
    return Paths(standable(grid, radius_m), grid.origin, grid.resolution_m)


@lru_cache(maxsize=4)
def wary_paths(
    grid: OccupancyGrid,
    radius_m: float,
    comfort_m: float,
    boxes: tuple[Box, ...] = (),
    beside_m: float = 0.0,
) -> Paths:
    """As `floor_paths`, but ways where it is narrower than ``comfort_m``, or where the footprint of
    one of ``boxes`` is nearer than ``beside_m``, count as longer."""
    dear = clearance_m(grid) < comfort_m - 1e-6
    if boxes:
        dear |= beside(grid, boxes, beside_m)
    return Paths(standable(grid, radius_m), grid.origin, grid.resolution_m, dear=dear)


def beside(grid: OccupancyGrid, boxes: Sequence[Box], within_m: float) -> Bool:
    """(rows, columns) cells on the footprints of boxes, or no farther from one, give or take a
    cell."""
    marked = np.zeros(grid.cells.shape, np.uint8)
    wide = max(1, round(2 * within_m / grid.resolution_m))
    for corners in footprints(box_rows(boxes)):
        cells = np.floor((corners - grid.origin) / grid.resolution_m).astype(np.int32)
        cv2.fillConvexPoly(marked, cells, 1)
        cv2.polylines(marked, [cells], True, 1, wide)
    return marked.view(bool)


def cell_centers(grid: OccupancyGrid, cells: Bool) -> F64:
    """(N, 2) x, y (m, world) of the middles of the cells that are set."""
    row, column = np.nonzero(cells)
    return np.column_stack([column + 0.5, row + 0.5]) * grid.resolution_m + grid.origin


def cells_at(grid: OccupancyGrid, points: F64) -> tuple[NDArray[np.intp], NDArray[np.intp], Bool]:
    """(N,) row and column of the cells of ``points`` (N, 2) x, y (m, world), and which of them
    are on the grid."""
    column, row = np.floor((points - grid.origin) / grid.resolution_m).astype(np.intp).T
    rows, columns = grid.cells.shape
    return row, column, (row >= 0) & (row < rows) & (column >= 0) & (column < columns)


def spread(places: NDArray[Scalar], most: int) -> NDArray[Scalar]:
    """At most so many of some places (N, ...), evenly over their list."""
    return places[:: max(1, math.ceil(len(places) / most))]


def states_at(grid: OccupancyGrid, points: F64) -> U8:
    """(N,) what the grid says of ``points`` (N, 2) x, y (m, world); UNKNOWN off the grid."""
    row, column, inside = cells_at(grid, points)
    states = np.full(len(points), UNKNOWN, np.uint8)
    states[inside] = grid.cells[row[inside], column[inside]]
    return states


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
    """Part of the convex hull of all that is known that is known, in [0, 1]."""
    known = np.asarray(ndimage.binary_fill_holes(grid.cells != UNKNOWN), np.uint8)
    if not known.any():
        return 0.0
    row, column = np.nonzero(known)
    hull = cv2.convexHull(np.column_stack([column, row]).astype(np.int32))
    inside = cv2.fillPoly(np.zeros_like(known), [np.asarray(hull, np.int32)], 1)
    return float(known.sum() / max(int((inside | known).sum()), 1))


def with_walked(grid: OccupancyGrid, line: F64, radius_m: float) -> OccupancyGrid:
    """The grid with the unknown floor around a line (N, 2), where somebody went, as free."""
    if len(line) < 2:
        return grid
    walked = np.zeros(grid.cells.shape, np.uint8)
    cells = np.floor((line - grid.origin) / grid.resolution_m)
    cells = np.clip(cells, -1e4, 1e4).astype(np.int32)
    width = max(1, round(2 * radius_m / grid.resolution_m))
    cv2.polylines(walked, [cells.reshape(-1, 1, 2)], False, 1, width)
    free = (walked > 0) & (grid.cells == UNKNOWN)
    return msgspec.structs.replace(grid, cells=np.where(free, np.uint8(FREE), grid.cells))
