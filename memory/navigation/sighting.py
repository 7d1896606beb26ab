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
from cogmap.memory.objects.seen_whole import SEEN_WHOLE_CUT
from cogmap.memory.paths.grid_paths import Point
from cogmap.memory.paths.in_view import share_in_view
from cogmap.runtime.messages import Box, MapObject

__all__ = ["is_before", "is_hidden", "with_tall", "with_whole"]

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

ABOVE_M, TALL_M = 0.02, 2.0
"""What is seen to end so high above the camera, which sees little of what is higher, goes on up to
the second above the floor: so do cabinets, curtains and pictures on walls, of which a look from
near by has the lower part."""
BEFORE_M, BEFORE_SHARE = 0.87, 0.35
"""So near to a thing and with so much of it in view one has it before one: it may turn out to be
smaller than it is known to be."""


def is_before(thing: MapObject, known: Known, body: Body) -> bool:
    """Whether who stands here has a thing in reach, looks at it, and has just seen it well."""
    here = known.here
    if known.layout.stamp_ns - thing.last_seen_ns > JUST_NOW_S * 1e9:
        return False
    x, y, _ = thing.box.center
    off = angle_between(math.atan2(y - here.y, x - here.x), here.yaw)
    if abs(off) > body.hfov_rad / 2 - WITHIN_RAD:
        return False
    if footprint_distance(thing.box, np.array([here.point]))[0] > BEFORE_M:
        return False
    return _share(thing, here.point, known, body, OWN_M) >= BEFORE_SHARE


def is_hidden(thing: MapObject, point: Point, known: Known, body: Body) -> bool:
    """Whether who stands at a point and turns to a thing has little of it in the picture, as
    it is known now: what was seen from afar is found to be larger, or behind something."""
    return _share(thing, point, known, body, HOLDER_M) < LITTLE_SHARE


def with_whole(known: Known, things: Sequence[MapObject], body: Body) -> Known:
    """``known`` with those of some things that end where the picture does going on: a basket of
    which only the rim was ever seen is more than its rim, and so is a picture high on the wall.
    What was once seen whole is as large as it was seen. It is asked by who looks at them now."""
    boxes = {}
    for thing in things:
        box = _tall(thing.box, known, body)
        boxes[thing.id] = _down_to_floor(box, known) if _is_cut(thing.box, known, body) else box
    return _with_boxes(known, things, boxes)


def with_tall(known: Known, object_id: int, body: Body) -> Known:
    """``known`` with a thing that was never seen whole and that ends above the camera going on."""
    things = [thing for thing in known.layout.objects if thing.id == object_id]
    return _with_boxes(known, things, {t.id: _tall(t.box, known, body) for t in things})


def _with_boxes(known: Known, things: Sequence[MapObject], boxes: dict[int, Box]) -> Known:
    """With other boxes of those of some things that were never seen whole."""
    cut = {
        thing.id
        for thing in things
        if thing.least_cut > SEEN_WHOLE_CUT and boxes[thing.id] != thing.box
    }
    if not cut:
        return known
    objects = tuple(
        msgspec.structs.replace(thing, box=boxes[thing.id]) if thing.id in cut else thing
        for thing in known.layout.objects
    )
    return replace(known, layout=msgspec.structs.replace(known.layout, objects=objects))


def _tall(box: Box, known: Known, body: Body) -> Box:
    """Up to TALL_M, if it ends above the camera and lower than that."""
    tall_m = known.grid.floor_z + TALL_M
    low_m, high_m = _ends(box)
    above = high_m > known.grid.floor_z + body.camera_height_m + ABOVE_M
    return _between(box, low_m, tall_m) if above and high_m < tall_m else box


def _down_to_floor(box: Box, known: Known) -> Box:
    return _between(box, known.grid.floor_z, _ends(box)[1])


def _ends(box: Box) -> tuple[float, float]:
    """z (m, world) of its lower and its upper end."""
    return box.center[2] - box.size[2] / 2, box.center[2] + box.size[2] / 2


def _between(box: Box, low_m: float, high_m: float) -> Box:
    x, y, _ = box.center
    center, size = (x, y, (low_m + high_m) / 2), (*box.size[:2], high_m - low_m)
    stretched: Box = msgspec.structs.replace(box, center=center, size=size)
    return stretched


def _is_cut(box: Box, known: Known, body: Body) -> bool:
    """Whether the lower end of a box is where the camera here sees no lower."""
    bottom_m = _ends(box)[0] - known.grid.floor_z
    if bottom_m < FLOATS_M:
        return False
    far_m = math.dist(box.center[:2], known.here.point)
    drop = math.tan(body.steepest_rad)
    around_m = NEAR_END_M + drop * min(max(box.size[:2]) / 2, MOST_DEPTH_M)
    return abs(body.camera_height_m - far_m * drop - bottom_m) <= around_m


def _share(thing: MapObject, point: Point, known: Known, body: Body, own_m: float) -> float:
    return float(share_in_view(np.array([point]), thing.box, known.grid, body, own_m)[0])
