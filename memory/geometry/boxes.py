"""Gravity-aligned oriented boxes: where they are, how they overlap, how far they are apart.

Functions on one ``Box`` are for reading; the hot path keeps many boxes as one array of
``BoxRows``, (N, 7): centre x, y, z, size x, y, z, yaw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from cogmap.memory.geometry.box_fit import fit_box
from cogmap.runtime.messages import F64, Bool, Box

__all__ = [
    "BoxRows",
    "axes",
    "between",
    "bounds",
    "bounds_distance",
    "canonical",
    "contained_part_pairs",
    "contains",
    "corners",
    "extent",
    "fit_box",
    "footprint",
    "footprint_distance",
    "footprint_distance_pairs",
    "footprints",
    "iou_3d",
    "iou_3d_pairs",
    "nearest_in_footprint",
    "rows",
    "surface_distance",
    "surface_distance_pairs",
    "volume",
]

BoxRows = F64
"""(N, 7): centre x, y, z (m), size along box x, box y, world z (m), yaw (rad)."""

_THINNEST_M = 1e-6
"""Sheets and points count as this thick, so that even they overlap themselves."""

_UNIT_RECTANGLE = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
_ENDS, _SIDES = 2 * _UNIT_RECTANGLE.T[..., None]


def rows(boxes: Sequence[Box]) -> BoxRows:
    """Boxes as an array (N, 7)."""
    flat = [(*box.center, *box.size, box.yaw) for box in boxes]
    return np.array(flat, np.float64).reshape(-1, 7)


def canonical(box: Box) -> Box:
    """The same box with its yaw in [0, pi / 2); its x and y sizes change places if need be."""
    quarters = math.floor(box.yaw / (math.pi / 2))
    yaw = box.yaw - quarters * (math.pi / 2)
    if yaw >= math.pi / 2:  # a yaw just below 0 rounds up to it
        quarters, yaw = quarters + 1, 0.0
    length, width, height = box.size
    if quarters % 2:
        length, width = width, length
    return Box(center=box.center, size=(length, width, height), yaw=yaw)


def axes(yaw: float) -> F64:
    """(3, 3) unit vectors along the sides of a box, as rows, world."""
    c, s = math.cos(yaw), math.sin(yaw)
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def extent(box: Box) -> tuple[F64, F64]:
    """(3,) lowest and highest coordinate of a box along each of its own ``axes``, m."""
    middle, half = axes(box.yaw) @ np.array(box.center), np.array(box.size) / 2
    return middle - half, middle + half


def between(low: F64, high: F64, yaw: float) -> Box:
    """The box of which ``extent`` is ``low`` and ``high`` (3,), canonical."""
    x, y, z = (axes(yaw).T @ ((low + high) / 2)).tolist()
    length, width, height = (high - low).tolist()
    return canonical(Box(center=(x, y, z), size=(length, width, height), yaw=yaw))


def volume(box: Box) -> float:
    """Cubic metres."""
    return math.prod(box.size)


def footprints(boxes: BoxRows) -> F64:
    """Corners x, y seen from above, counter-clockwise, (N, 4, 2) world."""
    local = _UNIT_RECTANGLE * boxes[:, None, 3:5]
    c, s = np.cos(boxes[:, 6, None]), np.sin(boxes[:, 6, None])
    x = c * local[..., 0] - s * local[..., 1]
    y = s * local[..., 0] + c * local[..., 1]
    return np.asarray(np.stack([x, y], axis=-1) + boxes[:, None, :2])


def footprint(box: Box) -> F64:
    """Corners x, y seen from above, counter-clockwise, (4, 2) world."""
    return np.asarray(footprints(rows([box]))[0])


def footprint_distance(box: Box, spots: F64) -> F64:
    """(N,) metres from places on the floor (N, 2) to a box as it is seen from above; 0 on it."""
    x, y = _beyond(box, spots)
    return np.hypot(x, y)


def nearest_in_footprint(box: Box, spots: F64) -> F64:
    """(N, 2) of a box as it is seen from above the places nearest to others (N, 2) on the floor:
    for what is on it that itself."""
    x, y = _beyond(box, spots)
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    return np.column_stack([spots[:, 0] - (c * x - s * y), spots[:, 1] - (s * x + c * y)])


def _beyond(box: Box, spots: F64) -> tuple[F64, F64]:
    """(N,) how far places (N, 2) are beyond the sides of a box, along its own x and y."""
    east, north = spots[:, 0] - box.center[0], spots[:, 1] - box.center[1]
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    x, y = c * east + s * north, c * north - s * east
    half_x, half_y = box.size[0] / 2, box.size[1] / 2
    return x - np.clip(x, -half_x, half_x), y - np.clip(y, -half_y, half_y)


def corners(box: Box) -> F64:
    """(8, 3) world: the footprint at the bottom, then at the top."""
    flat = footprint(box)
    half = box.size[2] / 2
    levels = [np.full((4, 1), box.center[2] + z) for z in (-half, half)]
    return np.concatenate([np.hstack([flat, level]) for level in levels])


def contains(box: Box, points: F64, margin_m: float = 0.0) -> Bool:
    """(N,) which of ``points`` (N, 3) world are in the box or at most ``margin_m`` beside it."""
    offset = points - np.array(box.center)
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    x = c * offset[:, 0] + s * offset[:, 1]
    y = c * offset[:, 1] - s * offset[:, 0]
    half = np.array(box.size) / 2 + margin_m
    inside = (np.abs(x) <= half[0]) & (np.abs(y) <= half[1]) & (np.abs(offset[:, 2]) <= half[2])
    return np.asarray(inside)


def bounds(boxes: BoxRows) -> F64:
    """Axis-aligned bounds (N, 6) of boxes (N, 7): lowest x, y, z, highest x, y, z."""
    c, s = np.abs(np.cos(boxes[:, 6])), np.abs(np.sin(boxes[:, 6]))
    length, width, height = boxes[:, 3:6].T
    half = np.stack([c * length + s * width, s * length + c * width, height], axis=1) / 2
    return np.hstack([boxes[:, :3] - half, boxes[:, :3] + half])


def bounds_distance(a: F64, b: F64) -> F64:
    """(N, M) metres between axis-aligned bounds (N, 6) and (M, 6); 0 where they overlap.

    Never more than the distance of the boxes inside, so it is what pairs are rejected by.
    """
    squared = np.zeros((len(a), len(b)))
    for axis in range(3):
        gap = np.maximum(b[:, axis] - a[:, axis + 3, None], a[:, axis, None] - b[:, axis + 3])
        np.maximum(gap, 0, out=gap)
        squared += gap * gap
    return np.sqrt(squared)


def iou_3d(a: Box, b: Box) -> float:
    """Volume of the intersection over that of the union, in [0, 1]; exact."""
    return float(iou_3d_pairs(rows([a]), rows([b]))[0])


def iou_3d_pairs(a: BoxRows, b: BoxRows) -> F64:
    """(N,) ``iou_3d`` of each row of ``a`` with the same row of ``b``, both (N, 7)."""
    a, b = _thick(a), _thick(b)
    return _over_union(_common_volume(a, b), a[:, 3:6].prod(axis=1), b[:, 3:6].prod(axis=1))


def contained_part_pairs(a: BoxRows, b: BoxRows) -> F64:
    """(N,) part of the smaller of each row of ``a`` and the same row of ``b``, both (N, 7), that
    lies in the larger, by volume; exact."""
    a, b = _thick(a), _thick(b)
    smaller = np.minimum(a[:, 3:6].prod(axis=1), b[:, 3:6].prod(axis=1))
    return np.asarray(np.minimum(_common_volume(a, b) / smaller, 1.0))


def _common_volume(a: BoxRows, b: BoxRows) -> F64:
    low = np.maximum(a[:, 2] - a[:, 5] / 2, b[:, 2] - b[:, 5] / 2)
    high = np.minimum(a[:, 2] + a[:, 5] / 2, b[:, 2] + b[:, 5] / 2)
    return np.asarray(_common_area(a, b) * np.maximum(high - low, 0))


def surface_distance(a: Box, b: Box) -> float:
    """Metres between the closest points of two boxes; 0 if they touch or overlap. Exact."""
    return float(surface_distance_pairs(rows([a]), rows([b]))[0])


def surface_distance_pairs(a: BoxRows, b: BoxRows) -> F64:
    """(N,) ``surface_distance`` of each row of ``a`` from the same row of ``b``, both (N, 7)."""
    # Upright prisms: how far apart they are seen from above does not depend on the height.
    beside = footprint_distance_pairs(a, b)
    above = np.abs(a[:, 2] - b[:, 2]) - (a[:, 5] + b[:, 5]) / 2
    return np.asarray(np.hypot(beside, np.maximum(above, 0)))


def footprint_distance_pairs(a: BoxRows, b: BoxRows) -> F64:
    """(N,) metres between footprints of each row of ``a`` and the same row of ``b``, both (N, 7);
    0 if they touch or overlap. Exact: of two rectangles that are apart one of the closest points
    is a corner."""
    one, gap_one = _corners_beside(a, b)
    other, gap_other = _corners_beside(b, a)
    distance = np.minimum(one, other)
    distance[np.maximum(gap_one, gap_other) <= 0] = 0.0  # no axis of either has all between them
    return distance


def _corners_beside(a: BoxRows, b: BoxRows) -> tuple[F64, F64]:
    """(N,) distance of the nearest corner of a footprint of ``a`` from that of ``b``, and the
    widest gap between the two along the axes of ``b``; not above 0 if there is none."""
    x, y = _turned(a[:, 0] - b[:, 0], a[:, 1] - b[:, 1], -b[:, 6])
    turn = a[:, 6] - b[:, 6]
    c, s = np.cos(turn), np.sin(turn)
    length, width = a[:, 3] / 2, a[:, 4] / 2
    half_x, half_y = b[:, 3] / 2, b[:, 4] / 2
    gap_x = np.abs(x) - (np.abs(c) * length + np.abs(s) * width) - half_x
    gap_y = np.abs(y) - (np.abs(s) * length + np.abs(c) * width) - half_y
    along, across = length * _ENDS, width * _SIDES  # (4, N): corners of a, by its own axes
    beyond_x = np.abs(x + c * along - s * across) - half_x
    beyond_y = np.abs(y + s * along + c * across) - half_y
    nearest = np.hypot(np.maximum(beyond_x, 0), np.maximum(beyond_y, 0)).min(axis=0)
    return nearest, np.maximum(gap_x, gap_y)


def _turned(x: F64, y: F64, yaw: F64) -> tuple[F64, F64]:
    """(N,) coordinates turned about the vertical by ``yaw`` (N,)."""
    c, s = np.cos(yaw), np.sin(yaw)
    return c * x - s * y, s * x + c * y


def _thick(boxes: BoxRows) -> BoxRows:
    boxes = boxes.copy()
    boxes[:, 3:6] = np.maximum(boxes[:, 3:6], _THINNEST_M)
    return boxes


def _common_area(a: BoxRows, b: BoxRows) -> F64:
    return np.asarray(shapely.area(shapely.intersection(_polygons(a), _polygons(b))))


def _polygons(boxes: BoxRows) -> np.ndarray:
    return np.asarray(shapely.polygons(footprints(boxes)))


def _over_union(common: F64, a: F64, b: F64) -> F64:
    return np.clip(common / np.maximum(a + b - common, 1e-300), 0.0, 1.0)
