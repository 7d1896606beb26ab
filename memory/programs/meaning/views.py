"""From where something is seen well."""

from __future__ import annotations

import math

import numpy as np
import shapely

from cogmap.memory.objects.seen_whole import SEEN_WHOLE_CUT
from cogmap.memory.paths.floor import cell_centers, standable
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.places import OnePlace, center, outline
from cogmap.memory.programs.meaning.ways import EYES_M, grid_of, seen_line
from cogmap.memory.programs.values import Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject, Room

__all__ = ["BODY_M", "view_of"]

BODY_M = 0.2
"""Radius of whoever stands there."""
_WHOLE_M = 1.5
"""A thing that was never seen whole may be so long in truth."""


def view_of(world: World, place: OnePlace) -> Pose:
    """On free floor, about a thing's own size away from it, with nothing known in between; farther
    from one that was never seen whole.

    Raises NotDeterminable if no such floor is known.
    """
    grid = grid_of(world)
    target = center(place)[:2]
    spots = cell_centers(grid, standable(grid, BODY_M))
    far = np.linalg.norm(spots - target, axis=1)
    size = _size_m(place) if isinstance(place, MapObject) else 0.5
    itself_m = 0.3
    if isinstance(place, MapObject):
        itself_m = max(itself_m, math.hypot(*place.box.size[:2]) / 2 + grid.resolution_m)
    elif isinstance(place, Room):
        itself_m = 1.5  # of what stands in its middle
    near = (far > 0.3) & (far < 5.0)
    spots, far = spots[near], far[near]
    open_ = seen_line(grid, spots, target, itself_m)
    spots, far = spots[open_], far[open_]
    room = world.room(place.room) if isinstance(place, MapObject) else place
    if (
        isinstance(room, Room) and len(room.polygon) >= 3
    ):  # what hangs at a wall is not seen through it
        inside = shapely.contains_xy(outline(room), *spots.T)
        if inside.any():
            spots, far = spots[inside], far[inside]
    if not len(spots):
        raise NotDeterminable("no free floor is known from which it could be seen")
    x, y = spots[np.abs(far - max(1.2, 1.5 * size)).argmin()].tolist()
    yaw = math.atan2(target[1] - y, target[0] - x)
    return Pose(Point(x, y, grid.floor_z + EYES_M), yaw)


def _size_m(thing: MapObject) -> float:
    """How long it is, or may be, as far as it was seen."""
    seen_m = max(thing.box.size)
    told = thing.views or thing.state == "tentative"
    return max(seen_m, _WHOLE_M) if told and thing.least_cut > SEEN_WHOLE_CUT else seen_m
