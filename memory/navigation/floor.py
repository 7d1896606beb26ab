"""The floor that a body can use: cells, what is in the way, and what is known of it."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np

from cogmap.memory.paths.floor import cells_at, floor_paths, wary_paths
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import FREE, UNKNOWN, OccupancyGrid

__all__ = ["ROOMY_CELLS", "TIGHT_CELLS", "body_paths", "cell_state", "with_unknown_free"]

ROOMY_CELLS = 1.4
"""Distances are between the middles of cells: so much more keeps the whole line of a way, on free
cells, a radius away from the whole of an occupied one."""
TIGHT_CELLS = 0.75
"""So much more keeps it a radius away from the middle of an occupied one, which is where what was
measured is most likely."""


def body_paths(
    grid: OccupancyGrid,
    radius_m: float,
    margin_cells: float = ROOMY_CELLS,
    wary_m: float = 0.0,
) -> Paths:
    """Ways for the middle of a round body: free cells farther than its radius, and a margin, from
    all that is occupied; those that are not ``wary_m`` farther than with the larger margin count
    as longer. What is kept of a grid is shared by all who ask."""
    cell_m = grid.resolution_m
    least_m = radius_m + margin_cells * cell_m
    if wary_m == 0.0:
        return floor_paths(grid, least_m)
    return wary_paths(grid, least_m, radius_m + wary_m + ROOMY_CELLS * cell_m)


@lru_cache(maxsize=2)
def with_unknown_free(grid: OccupancyGrid) -> OccupancyGrid:
    """The grid for those who dare: what was never seen counts as free."""
    free = np.where(grid.cells == UNKNOWN, np.uint8(FREE), grid.cells)
    return msgspec.structs.replace(grid, cells=free)


def cell_state(grid: OccupancyGrid, point: Point) -> int | None:
    """What the grid says of a point; None off the grid."""
    (row,), (column,), (inside,) = cells_at(grid, np.array([point]))
    return int(grid.cells[row, column]) if inside else None
