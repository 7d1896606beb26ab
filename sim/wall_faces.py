"""Wall faces as seen from inside a room, and where openings lie in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cogmap.runtime.messages import F64, Vec3
from cogmap.sim.floorplan import OUTER_WALL_M
from cogmap.sim.openings import Entrance
from cogmap.sim.scene import Door, Polygon, Window

SKIRTING_M = (0.012, 0.07)
"""Thickness and height of the skirting boards."""
CASING_M = (0.015, 0.07)
"""Thickness and width of the frame boards around a doorway, on both faces of the wall."""

SILL_BOARD_M = 0.03
"""Thickness of the board below a window, and how far it stands out of the wall."""


@dataclass(frozen=True)
class Opening:
    """A hole through a wall: middle on the wall's centre line, z span, and what fills it."""

    center: tuple[float, float]
    yaw: float
    width_m: float
    bottom_m: float
    top_m: float
    depth_m: float
    kind: str


@dataclass(frozen=True)
class Face:
    """One side of a wall, from ``start`` along ``along``; ``normal`` points into the open."""

    start: F64
    along: F64
    normal: F64
    length: float

    @property
    def yaw(self) -> float:
        """Heading of the normal: the yaw of an object with its back to this wall."""
        return math.atan2(self.normal[1], self.normal[0])

    def at(self, s: float, out: float, z: float = 0.0) -> Vec3:
        """World point ``s`` along the wall, ``out`` in front of it, at height ``z``."""
        x, y = self.start + self.along * s + self.normal * out
        return (float(x), float(y), z)


def faces(polygon: Polygon, inward: bool = True) -> list[Face]:
    """Faces of a counter-clockwise polygon seen from inside, or from outside."""
    corners = [np.array(corner, np.float64) for corner in polygon]
    made = []
    for a, b in pairwise([*corners, corners[0]]):
        start, end = (b, a) if inward else (a, b)
        length = float(np.hypot(*(end - start)))
        along = (end - start) / length
        made.append(Face(start, along, np.array([along[1], -along[0]]), length))
    return made


def openings_of(
    doors: tuple[Door, ...], windows: tuple[Window, ...], entrance: Entrance
) -> list[Opening]:
    """Everything that is cut out of the walls of a house."""
    made = [
        Opening(d.center, d.yaw, d.width_m, 0.0, d.height_m, d.wall_thickness_m, "doorway")
        for d in doors
    ]
    for w in windows:
        bottom, top = w.center[2] - w.size[1] / 2, w.center[2] + w.size[1] / 2
        place = (w.center[0], w.center[1])
        made.append(Opening(place, w.yaw, w.size[0], bottom, top, OUTER_WALL_M, "window"))
    e = entrance
    made.append(Opening(e.center, e.yaw, e.width_m, 0.0, e.height_m, OUTER_WALL_M, "entrance"))
    return made


def span_on_face(face: Face, opening: Opening) -> tuple[float, float] | None:
    """Where along ``face`` an opening is, or None if it is in another wall."""
    offset = np.array(opening.center) - face.start
    s, out = float(offset @ face.along), float(offset @ face.normal)
    parallel = abs(math.cos(opening.yaw) * face.along[0] + math.sin(opening.yaw) * face.along[1])
    behind = abs(out + opening.depth_m / 2) < 0.02
    if not behind or parallel < 0.99 or not 0.0 < s < face.length:
        return None
    return (s - opening.width_m / 2, s + opening.width_m / 2)
