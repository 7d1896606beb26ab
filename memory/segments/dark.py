"""Things that give no depth, such as black chairs: placed by what little is seen of them.

A depth camera that gets no light back leaves a hole. Within the box of a detection, amid measured
surroundings, the hole is the thing. How far off it is tells the floor, where the box ends on it;
or else what was measured of the thing itself.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from cogmap.memory.geometry.camera import backproject
from cogmap.memory.segments.exclusive import ShownThing
from cogmap.memory.segments.foreground import foreground
from cogmap.memory.segments.mask_surface import box_pixels
from cogmap.memory.segments.refusal import RefusedError
from cogmap.runtime.messages import F32, F64, U8, Bool, Intrinsics, PixelBox

__all__ = ["dark_pixels", "dark_thing", "filled", "guessed_part"]

_BRIDGED = np.ones((7, 7), np.uint8)
"""Smaller holes are where the depth was warped, or at edges."""
_LEAST_PART = 0.12
"""Part of the box that must be a hole."""
_BLACK_PART = 0.2
"""The same where the hole goes on beyond the box, into other black things."""
_INSIDE = 0.6
"""A hole of the thing is inside of the box by at least this part."""
_MEASURED_AROUND = 0.5
"""Part of the surroundings that must be measured: else what is behind is merely too far."""
_FEW_PIXELS, _FEW_PART = 12, 0.02
"""So much must have been measured of a thing to place it by that."""
_WIDEST_M = 1.2
"""Of a wider thing an upright plane tells too little."""
_DEEPEST_M = 0.7
"""A thing is taken to be as deep as it is wide, up to this,"""
_ROUND = 0.9
"""and round: 1 is half a circle seen from above."""
_FURTHER = 0.1
"""Feet are nearer than the rest by so much of the depth: the middle of twelve black chairs of
0.63 m lay 0.46 m (median) beyond the lower edge of the boxes around them."""
_STRIP_PX = 4
_ON_FLOOR_M = 0.05


def dark_thing(
    box: PixelBox,
    depth_m: F32,
    intrinsics: Intrinsics,
    world_from_camera: F64,
    floor_z: float | None,
) -> tuple[Bool, F32] | None:
    """Of a thing in ``box`` of which most gives no depth: its pixels (H, W), and the depth (H, W)
    to take for them; None if it is not of this kind.

    ``depth_m`` (H, W) metres, 0 invalid; ``world_from_camera`` (4, 4), z up; ``floor_z`` (m,
    world), if the floor is known. Raises RefusedError if nothing tells how far off it is.
    """
    hole, black = dark_pixels(box, depth_m)
    if hole is None and black is None:
        return None
    part, (column, row) = foreground(
        box, depth_m, intrinsics, world_from_camera, flat=False, floor_z=floor_z
    )
    is_aside = ShownThing(part, (column, row), depth_m, box).is_aside
    shown = np.zeros(depth_m.shape, np.bool_)
    if is_aside and black is not None and np.count_nonzero(black) > np.count_nonzero(part):
        # What is measured in the box is another thing, such as the table of a chair.
        depth = filled(box, black, shown, depth_m, intrinsics, world_from_camera)
        if depth is not None:
            return black, depth
    if hole is None or np.count_nonzero(part) > np.count_nonzero(hole):
        return None
    shown[row : row + part.shape[0], column : column + part.shape[1]] = part
    depth = filled(box, hole, shown, depth_m, intrinsics, world_from_camera)
    if depth is None:
        if 4 * np.count_nonzero(part) > np.count_nonzero(hole):
            return None
        raise RefusedError("gives no depth")
    return shown | hole, depth


def guessed_part(mask: Bool, corner: tuple[int, int], depth_m: F32) -> float:
    """Part of a mask (h, w), its first pixel at ``corner``, without a measured depth."""
    column, row = corner
    measured = depth_m[row : row + mask.shape[0], column : column + mask.shape[1]] > 0
    return round(float(np.count_nonzero(mask & ~measured) / np.count_nonzero(mask)), 3)


def dark_pixels(box: PixelBox, depth_m: F32) -> tuple[Bool | None, Bool | None]:
    """(H, W) the pixels of a thing in ``box`` that gives no depth; and of one among others of its
    kind: all of the box that gives none, whether or not it goes on beyond. None where the box shows
    no such thing.

    ``depth_m`` (H, W) metres, 0 invalid.
    """
    window, measured, in_box = _around(box, depth_m)
    black, area = (measured == 0) & in_box, np.count_nonzero(in_box)
    if np.count_nonzero(black) < max(1, _LEAST_PART * area):
        return None, None
    if not _is_measured_around(measured, in_box):
        return None, None
    hole = _ending_in(in_box, measured)
    has_hole = np.count_nonzero(hole) >= _LEAST_PART * area
    is_black = np.count_nonzero(black) >= _BLACK_PART * area
    return (
        _whole(hole, window, depth_m.shape) if has_hole else None,
        _whole(black, window, depth_m.shape) if is_black else None,
    )


def _ending_in(in_box: Bool, measured: U8) -> Bool:
    """(h, w) the holes of which most is in the box, as far as they are."""
    count, labels = cv2.connectedComponents(1 - measured, connectivity=4)
    inside = np.bincount(labels[in_box], minlength=count)
    share = inside / np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
    mine = share >= _INSIDE
    mine[0] = False
    return np.asarray(mine[labels] & in_box)


def _whole(part: Bool, window: tuple[slice, slice], shape: tuple[int, ...]) -> Bool:
    """(H, W) a part (h, w) of the image, in its place."""
    whole = np.zeros(shape, np.bool_)
    whole[window] = part
    return whole


def _around(box: PixelBox, depth_m: F32) -> tuple[tuple[slice, slice], U8, Bool]:
    """Rows and columns of the box and its surroundings; what is measured of them, small holes
    closed; and what is in the box."""
    left, top, right, bottom = box_pixels(box, depth_m.shape)
    margin = max(12, round(0.35 * max(right - left, bottom - top)))
    rows = slice(max(0, top - margin), min(depth_m.shape[0], bottom + margin))
    columns = slice(max(0, left - margin), min(depth_m.shape[1], right + margin))
    valid = (depth_m[rows, columns] > 0).astype(np.uint8)
    measured = np.asarray(cv2.morphologyEx(valid, cv2.MORPH_CLOSE, _BRIDGED), np.uint8)
    in_box = np.zeros(measured.shape, np.bool_)
    in_box[top - rows.start : bottom - rows.start, left - columns.start : right - columns.start] = (
        True
    )
    return (rows, columns), measured, in_box


def _is_measured_around(measured: U8, in_box: Bool) -> bool:
    around = measured[~in_box]
    return bool(in_box.any() and len(around) and around.mean() >= _MEASURED_AROUND)


def filled(
    box: PixelBox,
    hole: Bool,
    shown: Bool,
    depth_m: F32,
    intrinsics: Intrinsics,
    world_from_camera: F64,
) -> F32 | None:
    """The depth image with ``hole`` (H, W) filled as what is upright and as far off as the thing;
    None if nothing tells how far that is.

    ``shown`` (H, W): what was measured of the thing; ``world_from_camera`` (4, 4), z up.
    """
    place, deep = _place(box, shown, depth_m, intrinsics, world_from_camera)
    toward = None if place is None else _level_toward(place, world_from_camera)
    if place is None or toward is None:
        return None
    rows, columns = np.nonzero(hole)
    pixels = np.stack([columns, rows], axis=1).astype(np.float64)
    rays = backproject(pixels, np.ones(len(pixels)), intrinsics)
    reach = rays @ toward
    aside = (2 * columns - box[0] - box[2]) / (box[2] - box[0])
    round_m = deep / 2 * (1 - np.sqrt(1 - _ROUND * np.minimum(aside**2, 1)))
    depth = np.where(
        reach > 1e-3, (toward @ place + _FURTHER * deep + round_m) / np.maximum(reach, 1e-3), 0.0
    )
    if np.ptp(rays[:, 0] * depth) > _WIDEST_M:
        return None
    whole = depth_m.copy()
    whole[rows, columns] = depth
    return whole


def _place(
    box: PixelBox, shown: Bool, depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64
) -> tuple[F64 | None, float]:
    """A point (3,) of the camera on the thing's front, and how deep the thing is (m).

    Its foot, and as deep as wide, if that is seen and what was measured of the thing is not nearer
    by half the width; or else what was measured, and 0; None if there is neither.
    """
    area = (box[2] - box[0]) * (box[3] - box[1])
    mine = shown & (depth_m > 0)
    measured = None
    if np.count_nonzero(mine) >= max(_FEW_PIXELS, _FEW_PART * area):
        measured = _middle(mine, depth_m, intrinsics)
    foot = _foot(box, depth_m, intrinsics, world_from_camera)
    toward = None if foot is None else _level_toward(foot, world_from_camera)
    if foot is None or toward is None:
        return measured, 0.0
    wide = (box[2] - box[0]) / intrinsics.fx * foot[2]
    if measured is not None and (measured - foot) @ toward < -wide / 2:
        return measured, 0.0  # the floor is seen behind it
    return foot, min(wide, _DEEPEST_M)


def _level_toward(place: F64, world_from_camera: F64) -> F64 | None:
    """(3,) camera: unit vector on the level from the camera to ``place``; None if that is straight
    above or below."""
    rotation = world_from_camera[:3, :3]
    toward = rotation @ place
    length = math.hypot(toward[0], toward[1])
    if length < 1e-6:
        return None
    return np.asarray(rotation.T @ np.array([toward[0], toward[1], 0.0]) / length)


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
