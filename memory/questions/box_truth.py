"""What is true of boxes, worked out from their corners.

None of this is shared with the operations that answer questions, so that these can be found wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from cogmap.runtime.messages import F64, Box

__all__ = [
    "angle_to",
    "bottom",
    "corners",
    "floor_shape",
    "gap",
    "horizontal_gap",
    "level_distance",
    "longest_side",
    "point_gap",
    "top",
]

_SIGNS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) / 2


def corners(box: Box) -> F64:
    """(8, 3) world, metres."""
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return np.asarray((_SIGNS * box.size) @ turn.T + box.center, np.float64)


def floor_shape(box: Box) -> shapely.Polygon:
    """The box seen from above (m, world)."""
    hull = shapely.MultiPoint(corners(box)[:, :2]).convex_hull
    return hull if isinstance(hull, shapely.Polygon) else hull.buffer(1e-6)


def bottom(box: Box) -> float:
    """Height of the lowest face (m, world)."""
    return float(corners(box)[:, 2].min())


def top(box: Box) -> float:
    return float(corners(box)[:, 2].max())


def horizontal_gap(a: Box, b: Box) -> float:
    """Between the boxes seen from above (m), 0 if they overlap."""
    return float(floor_shape(a).distance(floor_shape(b)))


def gap(a: Box, b: Box) -> float:
    """Between the closest points of two boxes (m), 0 if they touch."""
    above = max(bottom(a) - top(b), bottom(b) - top(a), 0.0)
    return math.hypot(horizontal_gap(a, b), above)


def point_gap(point: Sequence[float], box: Box) -> float:
    """From a point x, y, z to the closest point of a box (m)."""
    level = float(floor_shape(box).distance(shapely.Point(point[0], point[1])))
    above = max(bottom(box) - point[2], point[2] - top(box), 0.0)
    return math.hypot(level, above)


def level_distance(a: Sequence[float], b: Sequence[float]) -> float:
    """Between two points seen from above (m)."""
    return math.hypot(b[0] - a[0], b[1] - a[1])


def longest_side(box: Box) -> float:
    edges = corners(box)
    return max(float(np.linalg.norm(edges[0] - edges[each])) for each in (1, 2, 4))


def angle_to(at: Sequence[float], yaw: float, goal: Sequence[float]) -> float:
    """Degrees that somebody at ``at`` who looks along ``yaw`` (rad) turns left to face a point,
    in (-180, 180]; negative is to the right."""
    east, north = goal[0] - at[0], goal[1] - at[1]
    forward = east * math.cos(yaw) + north * math.sin(yaw)
    left = north * math.cos(yaw) - east * math.sin(yaw)
    return math.degrees(math.atan2(left, forward))
