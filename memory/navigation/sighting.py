"""Whether somebody has a thing before them: in reach, in the picture, and seen just now; and what
the picture's lower edge may have cut off of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.navigation.known import Body, Known
from cogmap.memory.navigation.motion import angle_between
from cogmap.memory.navigation.object_stands import SURE_M
from cogmap.memory.objects.seen_whole import SEEN_WHOLE_CUT
from cogmap.memory.paths.grid_paths import Point
from cogmap.memory.paths.in_view import share_in_view
from cogmap.runtime.messages import Box, MapObject

__all__ = ["is_before", "is_hidden", "with_whole"]

JUST_NOW_S = 0.5
WITHIN_RAD = 0.2
"""The middle of a thing is so far inside the edge of the picture."""
OWN_M, HOLDER_M = 0.06, 0.3
"""So near to a thing's box, what blocks the view is the thing, or what it stands in."""
LITTLE_SHARE = 0.25
"""Of a thing in view: a better place is worth some way."""
NEAR_END_M, MOST_DEPTH_M, FLOATS_M = 0.06, 0.15, 0.1
"""What ends so near to where the picture ends goes on below, unless it nearly stands on the floor;
the second for how far it is to its sides."""

ABOVE_M, HIGHER_M, TALL_M = 0.02, 0.2, 2.0
"""What is seen to end so high above the camera, which sees little of what is higher, goes on by as
much as the second, and up to the third above the floor: so do cabinets, curtains and pictures on
walls, of which a look from near by has the lower part."""
BEFORE_SHARE = 0.35
"""With so much of a thing in view one has it before one."""


def is_before(thing: MapObject, known: Known, body: Body) -> bool:
    """Whether who stands here has a thing in reach, looks at it, and has just seen it well."""
    here = known.here
    if known.layout.stamp_ns - thing.last_seen_ns > JUST_NOW_S * 1e9:
        return False
    x, y, _ = thing.box.center
    off = angle_between(math.atan2(y - here.y, x - here.x), here.yaw)
    if abs(off) > body.hfov_rad / 2 - WITHIN_RAD:
        return False
    if footprint_distance(thing.box, np.array([here.point]))[0] > SURE_M:
        return False
    return _share(thing, here.point, known, body, OWN_M) >= BEFORE_SHARE


def is_hidden(thing: MapObject, point: Point, known: Known, body: Body) -> bool:
    """Whether who stands at a point and turns to a thing has little of it in the picture, as
    it is known now: what was seen from afar is found to be larger, or behind something."""
    return _share(thing, point, known, body, HOLDER_M) < LITTLE_SHARE


def with_whole(known: Known, things: Sequence[MapObject], body: Body) -> Known:
    """``known`` with those of some things that end where the picture does going on: a basket of
    which only the rim was ever seen is more than its rim, and so is a picture high on the wall.
    What was once seen whole is as large as it was seen."""
    cut = [thing for thing in things if thing.least_cut > SEEN_WHOLE_CUT]
    boxes = {thing.id: _whole(thing.box, known, body) for thing in cut}
    boxes = {thing.id: boxes[thing.id] for thing in cut if boxes[thing.id] != thing.box}
    if not boxes:
        return known
    objects = tuple(
        msgspec.structs.replace(thing, box=boxes[thing.id]) if thing.id in boxes else thing
        for thing in known.layout.objects
    )
    return replace(known, layout=msgspec.structs.replace(known.layout, objects=objects))


def _whole(box: Box, known: Known, body: Body) -> Box:
    """Down to the floor if it ends where the camera here sees no lower, and higher up if it ends
    above the camera."""
    x, y, z = box.center
    low_m, high_m = z - box.size[2] / 2, z + box.size[2] / 2
    if _is_cut(box, known, body):
        low_m = known.grid.floor_z
    if high_m > known.grid.floor_z + body.camera_height_m + ABOVE_M:
        high_m = max(high_m + HIGHER_M, known.grid.floor_z + TALL_M)
    if abs(high_m - low_m - box.size[2]) < 1e-9:
        return box
    center, size = (x, y, (low_m + high_m) / 2), (*box.size[:2], high_m - low_m)
    whole: Box = msgspec.structs.replace(box, center=center, size=size)
    return whole


def _is_cut(box: Box, known: Known, body: Body) -> bool:
    """Whether the lower end of a box is where the camera here sees no lower."""
    bottom_m = box.center[2] - box.size[2] / 2 - known.grid.floor_z
    if bottom_m < FLOATS_M:
        return False
    far_m = math.dist(box.center[:2], known.here.point)
    drop = math.tan(body.steepest_rad)
    around_m = NEAR_END_M + drop * min(max(box.size[:2]) / 2, MOST_DEPTH_M)
    return abs(body.camera_height_m - far_m * drop - bottom_m) <= around_m


def _share(thing: MapObject, point: Point, known: Known, body: Body, own_m: float) -> float:
    return float(share_in_view(np.array([point]), thing.box, known.grid, body, own_m)[0])
