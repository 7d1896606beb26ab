"""How far off boxes are, and what is computed of them: one simple model.

Every face of a box is off by a normal error of its own. It has a floor, from the voxels that
surfaces are made of, a part that looks from many frames average out, and a part for what no look
showed whole. On a simulated tour with 35 objects the median of errors over sigma is 0.67 for
sizes and 0.50 for distances (0.67 if normal); a fifth are beyond two sigma: those of which much
was never seen.
"""

from __future__ import annotations

import math

from cogmap.memory.programs.values import Point, Pose
from cogmap.runtime.messages import MapObject, Room

__all__ = [
    "FLOOR_M", "MOTION_M", "MOTION_RAD", "WALL_SIGMA_M", "box_sigma", "face_sigma",
    "place_sigma", "size_sigma",
]  # fmt: skip

FLOOR_M = 0.01
"""Of a face that was seen for ever, or that a person measured: half a voxel."""
WALL_SIGMA_M = 0.03
"""Of where a wall of a room is."""
LOOK_M = 0.08
"""Of a face that one frame showed."""

MOTION_M = math.sqrt(2) * FLOOR_M
"""Of how far apart two poses of the camera are (m): each is known as well as surfaces are, along
which it was aligned or by which it was let in."""
MOTION_RAD = math.sqrt(2) * math.radians(0.3)
"""Of the angle between two poses: the picture moves by about three pixels of VGA."""
CUT = 0.25
"""Of a face of a thing that every look cut off: this, times the part of its outline that the
best one cut, times its longest side."""


def face_sigma(thing: MapObject) -> float:
    """Standard deviation (m) of where a face of its box is."""
    if not thing.seen:  # a person or another map says where it is
        return FLOOR_M
    cut = min((view.cut for view in thing.views), default=0.0)
    return math.hypot(FLOOR_M, LOOK_M / math.sqrt(thing.seen), CUT * cut * max(thing.box.size))


def size_sigma(thing: MapObject) -> float:
    """Of the length between two opposite faces (m)."""
    return math.sqrt(2) * face_sigma(thing)


def box_sigma(thing: MapObject) -> float:
    """Of where its centre is, along one axis (m)."""
    return face_sigma(thing) / math.sqrt(2)


def place_sigma(place: MapObject | Room | Point | Pose) -> float:
    """Of where its middle is, along one axis (m). A point is known as well as the map's surfaces
    are, with which alone it can be compared."""
    if isinstance(place, MapObject):
        return box_sigma(place)
    return WALL_SIGMA_M / math.sqrt(2) if isinstance(place, Room) else FLOOR_M
