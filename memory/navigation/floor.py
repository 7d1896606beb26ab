"""The floor that a body can use: cells, what is in the way, and what is known of it."""

from __future__ import annotations

import math
from functools import lru_cache

import msgspec
import numpy as np

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.navigation.known import Body, Known
from cogmap.memory.paths.floor import beside, cells_at, floor_paths, wary_paths
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import FREE, OCCUPIED, UNKNOWN, Box, Layout, MapObject, OccupancyGrid

__all__ = [
    "ROOMY_CELLS",
    "TIGHT_CELLS",
    "body_paths",
    "cell_state",
    "things_in_the_way",
    "wary_ways",
    "with_low_things",
    "with_unknown_free",
]

ROOMY_CELLS = 1.4
"""Distances are between the middles of cells: so much more keeps the whole line of a way, on free
cells, a radius away from the whole of an occupied one."""
TIGHT_CELLS = 0.75
"""So much more keeps it a radius away from the middle of an occupied one, which is where what was
measured is most likely."""
RUG_M = 0.05
"""Boxes of things that are no higher are driven over, as they are measured."""
LOW_M = 0.2
"""What is lower, the coarse voxels of a grid may miss."""


def body_paths(grid: OccupancyGrid, radius_m: float, margin_cells: float = ROOMY_CELLS) -> Paths:
    """Ways for the middle of a round body: free cells farther than its radius, and a margin, from
    all that is occupied. What is kept of a grid is shared by all who ask."""
    return floor_paths(grid, radius_m + margin_cells * grid.resolution_m)


@lru_cache(maxsize=2)
def with_unknown_free(grid: OccupancyGrid) -> OccupancyGrid:
    """The grid for those who dare: what was never seen counts as free."""
    free = np.where(grid.cells == UNKNOWN, np.uint8(FREE), grid.cells)
    return msgspec.structs.replace(grid, cells=free)


def with_low_things(
    grid: OccupancyGrid, layout: Layout, here: Point, floor_z: float | None = None
) -> OccupancyGrid:
    """The grid with the footprints of low things that are there as occupied, up to their tops.

    ``here``: where the body is; what it stands on is no obstacle for who leaves it.
    ``floor_z``: a better height of the floor (m, world) than the grid's, to half a voxel.
    """
    floor_z = grid.floor_z if floor_z is None else floor_z
    boxes = [thing.box for thing in layout.objects if thing.is_here]
    low = [box for box in boxes if RUG_M < _span_m(box, floor_z)[1] < LOW_M]
    low = [box for box in low if footprint_distance(box, np.array([here]))[0] > 0]
    if not low:
        return grid
    cells, top = grid.cells.copy(), None if grid.top is None else grid.top.copy()
    for box in low:
        on_it = beside(grid, [box], 0.0)
        cells[on_it] = OCCUPIED
        if top is not None:
            up_to = math.ceil(_span_m(box, floor_z)[1] / grid.resolution_m)
            top[on_it] = np.maximum(top[on_it], up_to)
    return msgspec.structs.replace(grid, cells=cells, top=top)


def wary_ways(known: Known, body: Body, margin_cells: float, margin_m: float) -> Paths:
    """As `body_paths`, with the boxes of things that stand where the body would touch them: glass
    is seen through, so that the grid has free floor behind it."""
    if margin_m == 0.0:
        return body_paths(known.grid, body.radius_m, margin_cells)
    cell_m = known.grid.resolution_m
    boxes = tuple(thing.box for thing in things_in_the_way(known, body))
    least_m = body.radius_m + margin_cells * cell_m
    roomy_m = body.radius_m + ROOMY_CELLS * cell_m
    return wary_paths(known.grid, least_m, roomy_m + margin_m, boxes, roomy_m)


def things_in_the_way(known: Known, body: Body) -> list[MapObject]:
    """Known things that a body would touch, going by their boxes."""
    floor_z = known.grid.floor_z
    return [
        thing
        for thing in known.layout.objects
        if thing.is_here and _is_in_the_way(thing.box, floor_z, body.height_m)
    ]


def _is_in_the_way(box: Box, floor_z: float, height_m: float) -> bool:
    """Whether it is higher than a rug, and begins lower than a body's top."""
    bottom_m, top_m = _span_m(box, floor_z)
    return top_m > RUG_M and bottom_m < height_m


def _span_m(box: Box, floor_z: float) -> tuple[float, float]:
    """From where to where a box goes, above the floor."""
    middle, half = box.center[2] - floor_z, box.size[2] / 2
    return middle - half, middle + half


def cell_state(grid: OccupancyGrid, point: Point) -> int | None:
    """What the grid says of a point; None off the grid."""
    (row,), (column,), (inside,) = cells_at(grid, np.array([point]))
    return int(grid.cells[row, column]) if inside else None
