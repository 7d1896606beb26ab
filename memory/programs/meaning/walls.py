"""Where walls are, for what stands or hangs at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import footprint
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, FREE, Bool, MapObject, OccupancyGrid

__all__ = ["NearWall", "nearest_wall", "walled_off"]

_WALL_PERCENT = 50
"""Of the column at head height that is occupied, where a wall or something as high stands."""


@dataclass(frozen=True)
class NearWall:
    """The wall that is closest to a thing."""

    distance_m: float
    away: tuple[float, float]
    """Unit vector, level, from the wall towards the thing's middle."""


def nearest_wall(world: World, thing: MapObject) -> NearWall:
    """Raises NotDeterminable if no walls are known."""
    segments = _segments(world)
    if not len(segments):
        raise NotDeterminable("this map knows no walls")
    lines = shapely.linestrings(segments)
    found = shapely.distance(lines, shapely.Polygon(footprint(thing.box)))
    best = int(found.argmin())
    start, end = segments[best]
    along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    normal = np.array([-along[1], along[0]])
    if normal @ (np.array(thing.box.center[:2]) - start) < 0:
        normal = -normal
    return NearWall(float(found[best]), (float(normal[0]), float(normal[1])))


def walled_off(world: World, grid: OccupancyGrid | None, starts: F64, ends: F64) -> Bool:
    """(N,) whether a wall, or what was never seen, is on the straight lines from ``starts`` (N, 2)
    to ``ends`` (N, 2), half a cell at the start and one at the end aside: by what stands at
    head height, or else by the walls that are known."""
    if grid is None or grid.head_occupied is None or grid.head_free is None:
        lines = shapely.linestrings(np.stack([starts, ends], axis=1))
        walls = np.array([[wall.start, wall.end] for wall in world.layout.walls]).reshape(-1, 2, 2)
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


def _segments(world: World) -> F64:
    """(N, 2, 2) x, y of the ends of walls, and of the outlines of rooms."""
    ends = [[wall.start, wall.end] for wall in world.layout.walls]
    for room in world.rooms:
        corners = room.polygon
        ends += [[a, b] for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]
    return np.array(ends, np.float64).reshape(-1, 2, 2)
