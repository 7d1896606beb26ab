"""Things that give no depth, such as black chairs: placed by what little is seen of them.

A depth camera that gets no light back leaves a hole. Within the box of a detection, amid measured
surroundings, the hole is the thing. How far off it is tells what was measured of the thing itself;
or else the floor, where the box ends on it.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from cogmap.memory.geometry.camera import backproject
from cogmap.memory.segments.mask_surface import box_pixels
from cogmap.runtime.messages import F32, F64, Bool, Intrinsics, PixelBox

__all__ = ["depth_hole", "filled"]

_BRIDGED = np.ones((7, 7), np.uint8)
"""Smaller holes are where the depth was warped, or at edges."""
_LEAST_PART = 0.12
"""Part of the box that must be a hole."""
_INSIDE = 0.6
"""A hole of the thing is inside of the box by at least this part."""
_MEASURED_AROUND = 0.5
"""Part of the surroundings that must be measured: else what is behind is merely too far."""
_FEW_PIXELS, _FEW_PART = 12, 0.02
"""So much must have been measured of a thing to place it by that."""
_WIDEST_M = 1.2
"""Of a wider thing an upright plane tells too little."""
_STRIP_PX = 4
_ON_FLOOR_M = 0.05


def depth_hole(box: PixelBox, depth_m: F32) -> Bool | None:
    """(H, W) the pixels of a thing in ``box`` that gives no depth; None if it is not of this kind.

    ``depth_m`` (H, W) metres, 0 invalid.
    """
    left, top, right, bottom = box_pixels(box, depth_m.shape)
    margin = max(12, round(0.35 * max(right - left, bottom - top)))
    rows = slice(max(0, top - margin), min(depth_m.shape[0], bottom + margin))
    columns = slice(max(0, left - margin), min(depth_m.shape[1], right + margin))
    valid = (depth_m[rows, columns] > 0).astype(np.uint8)
    measured = cv2.morphologyEx(valid, cv2.MORPH_CLOSE, _BRIDGED)
    in_box = np.zeros(measured.shape, np.bool_)
    in_box[top - rows.start : bottom - rows.start, left - columns.start : right - columns.start] = (
        True
    )
    around = measured[~in_box]
    if not in_box.any() or not len(around) or around.mean() < _MEASURED_AROUND:
        return None
    count, labels = cv2.connectedComponents(1 - measured, connectivity=4)
    inside = np.bincount(labels[in_box], minlength=count)
    share = inside / np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
    mine = share >= _INSIDE
    mine[0] = False
    hole = mine[labels] & in_box
    if np.count_nonzero(hole) < _LEAST_PART * np.count_nonzero(in_box):
        return None
    whole = np.zeros(depth_m.shape, np.bool_)
    whole[rows, columns] = hole
    return whole


def filled(
    box: PixelBox,
    hole: Bool,
    shown: Bool,
    depth_m: F32,
    intrinsics: Intrinsics,
    world_from_camera: F64,
) -> F32 | None:
    """The depth image with ``hole`` (H, W) filled as an upright plane that faces the camera, as
    far off as the thing; None if nothing tells how far that is.

    ``shown`` (H, W): what was measured of the thing; ``world_from_camera`` (4, 4), z up.
    """
    area = (box[2] - box[0]) * (box[3] - box[1])
    mine = shown & (depth_m > 0)
    if np.count_nonzero(mine) >= max(_FEW_PIXELS, _FEW_PART * area):
        place = _middle(mine, depth_m, intrinsics)
    else:
        foot = _foot(box, depth_m, intrinsics, world_from_camera)
        if foot is None:
            return None
        place = foot
    rotation = world_from_camera[:3, :3]
    toward = rotation @ place
    length = math.hypot(toward[0], toward[1])
    if length < 1e-6:
        return None
    normal = rotation.T @ np.array([toward[0], toward[1], 0.0]) / length  # level, in the camera
    rows, columns = np.nonzero(hole)
    pixels = np.stack([columns, rows], axis=1).astype(np.float64)
    rays = backproject(pixels, np.ones(len(pixels)), intrinsics)
    reach = rays @ normal
    depth = np.where(reach > 1e-3, (normal @ place) / np.maximum(reach, 1e-3), 0.0)
    if np.ptp(rays[:, 0] * depth) > _WIDEST_M:
        return None
    whole = depth_m.copy()
    whole[rows, columns] = depth
    return whole


def _middle(mine: Bool, depth_m: F32, intrinsics: Intrinsics) -> F64:
    """(3,) camera: median of what was measured of a thing."""
    rows, columns = np.nonzero(mine)
    pixels = np.stack([columns, rows], axis=1).astype(np.float64)
    points = backproject(pixels, depth_m[rows, columns].astype(np.float64), intrinsics)
    return np.asarray(np.median(points, axis=0))


def _foot(
    box: PixelBox, depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64
) -> F64 | None:
    """(3,) camera: where the middle of the box's lower edge meets the floor, if that is seen."""
    left, _, right, bottom = box_pixels(box, depth_m.shape)
    quarter = (right - left) // 4
    strip = depth_m[bottom : bottom + _STRIP_PX, left + quarter : right - quarter]
    if not strip.size or np.count_nonzero(strip) < 0.5 * strip.size:
        return None
    rows, columns = np.nonzero(strip)
    depth = strip[rows, columns].astype(np.float64)
    pixels = np.stack([columns + left + quarter, rows + bottom], axis=1).astype(np.float64)
    below = backproject(pixels, depth, intrinsics)
    up = world_from_camera[2, :3]
    if np.median(below @ up) > _lowest(depth_m, intrinsics, up) + _ON_FLOOR_M:
        return None
    return np.asarray(np.median(below, axis=0))


def _lowest(depth_m: F32, intrinsics: Intrinsics, up: F64) -> float:
    """Height over the camera of the lowest that the image shows, a few wrong pixels aside."""
    rows, columns = np.nonzero(depth_m[4::8, 4::8])
    pixels = np.stack([columns, rows], axis=1).astype(np.float64) * 8 + 4
    depth = depth_m[4::8, 4::8][rows, columns].astype(np.float64)
    return float(np.quantile(backproject(pixels, depth, intrinsics) @ up, 0.03))
