"""Where walls are, for what stands or hangs at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import footprint
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, MapObject

__all__ = ["NearWall", "nearest_wall"]


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


def _segments(world: World) -> F64:
    """(N, 2, 2) x, y of the ends of walls, and of the outlines of rooms."""
    ends = [[wall.start, wall.end] for wall in world.layout.walls]
    for room in world.rooms:
        corners = room.polygon
        ends += [[a, b] for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]
    return np.array(ends, np.float64).reshape(-1, 2, 2)
