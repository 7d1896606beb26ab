"""Where walls are, for what stands or hangs at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import footprint
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.places import center
from cogmap.memory.programs.values import Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, MapObject

__all__ = ["NearWall", "nearest_wall"]


@dataclass(frozen=True)
class NearWall:
    """The wall that is closest to a thing or a point."""

    distance_m: float
    away: tuple[float, float]
    """Unit vector, level, from the wall towards its middle."""


def nearest_wall(world: World, place: MapObject | Point | Pose) -> NearWall:
    """Raises NotDeterminable if no walls are known."""
    segments = _segments(world)
    if not len(segments):
        raise NotDeterminable("this map knows no walls")
    lines = shapely.linestrings(segments)
    middle = center(place)[:2]
    if isinstance(place, MapObject):
        found = shapely.distance(lines, shapely.Polygon(footprint(place.box)))
    else:
        found = shapely.distance(lines, shapely.Point(middle))
    best = int(found.argmin())
    start, end = segments[best]
    along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    normal = np.array([-along[1], along[0]])
    if normal @ (middle - start) < 0:
        normal = -normal
    return NearWall(float(found[best]), (float(normal[0]), float(normal[1])))


def _segments(world: World) -> F64:
    """(N, 2, 2) x, y of the ends of walls, and of the outlines of rooms, less the gaps of doors."""
    walls = [[wall.start, wall.end] for wall in world.layout.walls]
    around = []
    for room in world.rooms:
        corners = room.polygon
        around += [[a, b] for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]
    shape = (-1, 2, 2)
    outlines = _without_gaps(world, np.array(around, np.float64).reshape(shape))
    return np.concatenate([np.array(walls, np.float64).reshape(shape), outlines])


def _without_gaps(world: World, edges: F64) -> F64:
    """(N, 2, 2) what is left of edges (M, 2, 2) where doors and openings are cut out."""
    gaps = [shapely.Point(door.center).buffer(door.width_m / 2) for door in world.layout.doors]
    if not gaps or not len(edges):
        return edges
    lines, gap = shapely.linestrings(edges), shapely.union_all(gaps)
    cut = shapely.intersects(lines, gap)
    parts = shapely.get_parts(shapely.difference(lines[cut], gap))
    left = shapely.get_coordinates(parts[~shapely.is_empty(parts)]).reshape(-1, 2, 2)
    return np.concatenate([edges[~cut], left])
