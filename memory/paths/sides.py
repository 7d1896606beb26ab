"""On which side of the walls floor is, for what stands or hangs at them."""

from __future__ import annotations

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import nearest_in_footprint
from cogmap.runtime.messages import F64, FREE, Bool, Layout, MapObject, OccupancyGrid

__all__ = ["same_side", "walled_off"]

_WALL_PERCENT = 50
"""Of the column at head height that is occupied, where a wall or something as high stands."""


def same_side(layout: Layout, grid: OccupancyGrid | None, thing: MapObject, spots: F64) -> Bool:
    """(N,) which of ``spots`` (N, 2) are in a thing's own room; of a thing whose room is not
    known, or has no free floor near it, from which no wall is between."""
    room = next((room for room in layout.rooms if room.id == thing.room), None)
    if room is not None and len(room.polygon) >= 3:
        inside = shapely.contains_xy(shapely.Polygon(room.polygon), *spots.T)
        if inside.any():
            return np.asarray(inside)
    if not len(spots):
        return np.zeros(0, bool)
    return ~walled_off(layout, grid, spots, nearest_in_footprint(thing.box, spots))


def walled_off(layout: Layout, grid: OccupancyGrid | None, starts: F64, ends: F64) -> Bool:
    """(N,) whether a wall, or what was never seen, is on the straight lines from ``starts`` (N, 2)
    to ``ends`` (N, 2), half a cell at the start and one at the end aside: by what stands at
    head height, or else by the walls that are known."""
    if grid is None or grid.head_occupied is None or grid.head_free is None:
        lines = shapely.linestrings(np.stack([starts, ends], axis=1))
        walls = np.array([[wall.start, wall.end] for wall in layout.walls]).reshape(-1, 2, 2)
        return np.asarray(shapely.intersects(shapely.union_all(shapely.linestrings(walls)), lines))
    lengths = np.linalg.norm(ends - starts, axis=1)
    steps = 2 + int(lengths.max(initial=0.0) / (grid.resolution_m / 2))
    along = np.linspace(0, 1, steps)[None, :, None]
    points = starts[:, None] * (1 - along) + ends[:, None] * along
    column, row = np.moveaxis((points - grid.origin) // grid.resolution_m, 2, 0).astype(int)
    row = np.clip(row, 0, grid.cells.shape[0] - 1)
    column = np.clip(column, 0, grid.cells.shape[1] - 1)
    unseen = (grid.head_free == 0) & (grid.cells != FREE)
    blocked = ((grid.head_occupied >= _WALL_PERCENT) | unseen)[row, column]
    blocked &= np.linalg.norm(points - ends[:, None], axis=2) > grid.resolution_m
    blocked &= np.linalg.norm(points - starts[:, None], axis=2) > grid.resolution_m / 2
    return np.asarray(blocked.any(axis=1))
