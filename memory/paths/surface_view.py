"""How much of a thing is in view from places on the floor, by the surface that was measured:
a shelf is less than its box, and under a table one looks from afar."""

from __future__ import annotations

import math

import cv2
import numpy as np

from cogmap.memory.geometry.boxes import contains
from cogmap.memory.paths.in_view import Head, camera_axes
from cogmap.runtime.messages import F32, F64, I64, Bool, Box

__all__ = ["shown_share"]

WIDE_PX = 64
"""Of the picture that is thought of: at a metre a pixel is as large as most voxels."""
OWN_M = 0.02
"""What lies so near to a thing's box is the thing."""
LEAST_POINTS = 30
"""Less of a surface is no shape."""
BEFORE_M = 0.1
"""What is nearer than a thing's surface by so much hides it."""
NEAREST_M, NOTHING_M = 0.05, 1e6
_BRUSH = np.ones((3, 3), np.uint8)
_FILLS = ((1, math.inf), (2, 1.2), (3, 0.7), (6, 0.4))
"""Gaps of up to twice so many pixels between points nearer than so many metres are closed, since
points are as far apart as voxels are wide; with them the view through slits of up to 10 cm. The
edges of wider ones stay where they are: the view between the boards of a shelf is narrow."""


def shown_share(spots: F64, box: Box, points: F32, floor_z: float, head: Head) -> F64 | None:
    """(N,) part of a thing that a camera at ``spots`` (N, 2), turned to the middle of its ``box``,
    shows, of what it would cover alone in a picture that went on by its own width and height on all
    sides; None where too little of its surface is known.

    ``points`` (M, 3): the surface around, m, world.
    """
    middle, radius_m = np.array(box.center), float(np.linalg.norm(box.size)) / 2 + OWN_M
    eye_z = floor_z + head.camera_height_m
    points = points[_may_matter(points, spots, box, eye_z, radius_m)]
    own = contains(box, points.astype(np.float64), OWN_M)
    if np.count_nonzero(own) < LEAST_POINTS:
        return None
    cameras = camera_axes(middle[:2] - spots, head.pitch_down_rad)
    shares = []
    for spot, camera in zip(spots, cameras, strict=True):
        rows = np.flatnonzero(_between(points[:, :2], spot, middle[:2], radius_m))
        shares.append(_share((points[rows] - (*spot, eye_z)) @ camera.T, own[rows], head))
    return np.array(shares)


def _may_matter(points: F32, spots: F64, box: Box, eye_z: float, radius_m: float) -> Bool:
    """(M,) which of ``points`` (M, 3) are between some eye and a thing, or in it, as far as heights
    and distances tell."""
    x, y, z = box.center
    reach_m = max(float(np.linalg.norm(spots - (x, y), axis=1).max()), radius_m)
    low, high = min(z - box.size[2] / 2, eye_z) - OWN_M, max(z + box.size[2] / 2, eye_z) + OWN_M
    off = points - np.array(box.center, np.float32)
    near = (off[:, 0] ** 2 + off[:, 1] ** 2) <= reach_m**2
    return np.asarray(near & (points[:, 2] >= low) & (points[:, 2] <= high))


def _between(points: F32, spot: F64, middle: F64, radius_m: float) -> Bool:
    """(M,) which of ``points`` (M, 2) are on the way from a place to a thing, or in it: what is
    farther aside hides nothing of it."""
    way = middle - spot
    length_m = max(float(np.hypot(*way)), 1e-6)
    off = points - spot.astype(points.dtype)
    ahead = (off[:, 0] * way[0] + off[:, 1] * way[1]) / length_m
    aside = (off[:, 1] * way[0] - off[:, 0] * way[1]) / length_m
    return np.asarray((ahead > 0) & (ahead < length_m + radius_m) & (np.abs(aside) < radius_m))


def _share(in_camera: F64, own: Bool, head: Head) -> float:
    """``in_camera`` (M, 3): to the right, down and ahead, m."""
    half_x, half_y = math.tan(head.hfov_rad / 2), math.tan(head.vfov_rad / 2)
    wide, high = WIDE_PX, max(1, round(WIDE_PX * half_y / half_x))
    ahead = np.flatnonzero(in_camera[:, 2] > NEAREST_M)
    depth = in_camera[ahead, 2]
    # 0..1 in the picture, -1..2 in the larger one.
    place = (in_camera[ahead, :2] / depth[:, None] / (half_x, half_y) + 1) / 2
    column, row = np.floor((place + 1) * (wide, high)).astype(np.int64).T
    inside = (column >= 0) & (column < 3 * wide) & (row >= 0) & (row < 3 * high)
    pixel, depth, own = (row * 3 * wide + column)[inside], depth[inside], own[ahead[inside]]
    alone = _nearest(pixel[own], depth[own], wide, high)
    first = _nearest(pixel, depth, wide, high)
    covers = alone < NOTHING_M
    shows = covers & (first >= alone - BEFORE_M)
    picture = shows[high : 2 * high, wide : 2 * wide]
    return int(np.count_nonzero(picture)) / max(int(np.count_nonzero(covers)), 1)


def _nearest(pixel: I64, depth: F64, wide: int, high: int) -> F32:
    """(3 high, 3 wide) depth of what comes first in each pixel; NOTHING_M where nothing is. To open
    depths is to close the shapes that have them."""
    image = np.full((3 * high, 3 * wide), NOTHING_M, np.float32)
    np.minimum.at(image.reshape(-1), pixel, depth.astype(np.float32))
    filled = image
    for pixels, near_m in _FILLS:
        near = np.where(image < near_m, image, np.float32(NOTHING_M))
        closed = cv2.morphologyEx(near, cv2.MORPH_OPEN, _BRUSH, iterations=pixels)
        filled = np.minimum(filled, closed)
    return np.asarray(filled)
