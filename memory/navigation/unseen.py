"""What could be seen of the unknown from places on the known floor, on a grid of 10 cm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy import ndimage

from cogmap.memory.navigation.known import Known
from cogmap.memory.paths.floor import cell_centers, standable
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import F64, I64, OCCUPIED, U8, UNKNOWN, Bool, OccupancyGrid

__all__ = ["BEARINGS", "CELL_M", "CoarseFloor", "Sweep", "coarse_floor", "reachable", "sweep"]

CELL_M = 0.1
BEARINGS = 72
"""Rays around a place."""
NEAR_M, FAR_M = 1.3, 3.5
"""Floor nearer than this is under a camera's view, farther away depth tells little of it."""
FADE_M = 1.5
"""How far into the unknown a ray goes on for its worth to fall to a third: what is behind may be
a wall."""


@dataclass(frozen=True)
class CoarseFloor:
    """An occupancy grid in cells of 10 cm, and the ways on it."""

    origin: Point
    occupied: Bool
    unknown: Bool
    """(rows, columns), as ``occupied``."""
    overlooked: Bool
    """(rows, columns) where it was seen at head height that nothing stands that high."""
    paths: Paths
    """For the centre of somebody's body."""
    spots: F64
    """(N, 2) x, y (m): free floor in each cell of ``paths.centers``."""
    first: tuple[int, int]
    """Row and column of the world's grid of 10 cm at ``origin``."""

    def middles(self, flat: NDArray[np.intp]) -> F64:
        """(N, 2) x, y (m, world) of cells by their flat index."""
        row, column = np.divmod(flat, self.unknown.shape[1])
        return np.column_stack([column + 0.5, row + 0.5]) * CELL_M + self.origin

    def numbers(self, flat: I64) -> I64:
        """(N,) numbers that stay the same as the grid grows, of cells by their flat index."""
        row, column = np.divmod(flat, self.unknown.shape[1])
        return np.asarray((row + self.first[0] + (1 << 20)) * (1 << 21) + column + self.first[1])


@dataclass(frozen=True)
class Sweep:
    """What somebody who turns at each of some places might see for the first time."""

    worth: scipy.sparse.csr_array
    """(places * BEARINGS, cells) m2 of a coarse cell that a ray may show, faded by how unlikely
    it is that the ray gets there."""

    def around(self, open_cells: F64, places: I64 | None = None) -> F64:
        """(places, BEARINGS) m2 that each ray may show of cells, weighted (cells,)."""
        worth = self.worth
        if places is not None:
            worth = worth[(places[:, None] * BEARINGS + np.arange(BEARINGS)).ravel()]
        return np.asarray(worth @ open_cells).reshape(-1, BEARINGS)

    def cells(self, place: int, bearings: I64) -> I64:
        """Flat indices of the cells that some rays of a place may show."""
        rows = self.worth[place * BEARINGS + bearings]
        return np.unique(rows.indices).astype(np.int64)


def coarse_floor(known: Known, radius_m: float) -> CoarseFloor:
    """Of grids whose cells are at most 10 cm; its ways are those that lead on from here."""
    grid = known.grid if known.measured is None else known.measured
    step = max(1, round(CELL_M / grid.resolution_m))
    rows, columns = (size - size % step for size in grid.cells.shape)
    margin = round(FAR_M / CELL_M)  # beyond the grid all is unknown

    def coarse(cells: U8 | Bool) -> NDArray[np.generic]:
        blocks = cells[:rows, :columns].reshape(rows // step, step, columns // step, step)
        return np.pad(blocks.transpose(0, 2, 1, 3), [(margin, margin)] * 2 + [(0, 0)] * 2)

    cells = coarse(grid.cells)
    occupied = np.asarray((cells == OCCUPIED).any(axis=(2, 3)))
    unknown = _without_specks(~occupied & ((cells == UNKNOWN).mean(axis=(2, 3)) > 0.5))
    head = grid.head_free
    looked_over = coarse(np.zeros(grid.cells.shape, bool) if head is None else head > 0)
    overlooked = np.asarray(looked_over.mean(axis=(2, 3)) > 0.5)
    fine = coarse(reachable(known.grid, radius_m, known.here.point))
    free = np.asarray(fine.any(axis=(2, 3)))
    x, y = grid.origin
    origin = (x - margin * CELL_M, y - margin * CELL_M)
    first = (round(origin[1] / CELL_M), round(origin[0] / CELL_M))
    paths = Paths(free, origin, step * grid.resolution_m)
    which = fine[free].reshape(-1, step * step).argmax(axis=1)
    inside = np.column_stack([which % step, which // step]) + 0.5 - step / 2
    spots = paths.centers + inside * grid.resolution_m
    return CoarseFloor(origin, occupied, unknown, overlooked, paths, spots, first)


def reachable(grid: OccupancyGrid, radius_m: float, here: Point) -> Bool:
    """(rows, columns) where a body can get to from the free cell nearest to ``here``."""
    free = standable(grid, radius_m)
    if not free.any():
        return free
    parts, _ = ndimage.label(free)
    centers = cell_centers(grid, free)
    nearest = int(((centers - here) ** 2).sum(axis=1).argmin())
    return np.asarray(parts == parts[free][nearest])


def _without_specks(unknown: Bool) -> Bool:
    """A hole of a cell or two in what is known is as good as known."""
    return np.asarray(ndimage.binary_opening(unknown, np.ones((2, 2), bool)))


def sweep(floor: CoarseFloor, places: F64) -> Sweep:
    """What rays from ``places`` (N, 2) m reach: they end at what is occupied, and fade where
    they go through the unknown."""
    reach = np.arange(CELL_M, FAR_M + 1e-9, CELL_M)
    bearing = np.arange(BEARINGS) * (2 * math.pi / BEARINGS)
    offset = reach[:, None] * np.stack([np.cos(bearing), np.sin(bearing)])[:, None]  # (2, R, B)
    x, y = places.T[:, :, None, None] + offset[:, None]  # (N, R, B)
    column = np.floor((x - floor.origin[0]) / CELL_M).astype(np.int64)
    row = np.floor((y - floor.origin[1]) / CELL_M).astype(np.int64)
    rows, columns = floor.unknown.shape
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    flat = np.where(inside, row * columns + column, 0)
    passes = np.cumsum(floor.occupied.ravel()[flat] & inside, axis=1) == 0
    unknown = passes & inside & floor.unknown.ravel()[flat]
    fade = np.exp(-np.cumsum(unknown, axis=1) * CELL_M / FADE_M)
    area = (reach * CELL_M * (2 * math.pi / BEARINGS))[None, :, None]
    worth = np.where(unknown & (reach >= NEAR_M)[None, :, None], fade * area, 0.0)
    place, along, ray = np.nonzero(worth)
    data = worth[place, along, ray]
    shape = (len(places) * BEARINGS, rows * columns)
    entries = (data, (place * BEARINGS + ray, flat[place, along, ray]))
    return Sweep(scipy.sparse.csr_array(scipy.sparse.coo_array(entries, shape=shape)))
