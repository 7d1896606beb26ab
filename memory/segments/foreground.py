"""From a box in the image to the pixels of the thing in it: what stands out in the depth."""

from __future__ import annotations

import math

import cv2
import numpy as np

from cogmap.memory.segments.background_planes import BackgroundPlane, background_planes
from cogmap.memory.segments.mask_surface import (
    Patch,
    box_pixels,
    flying,
    patch_around,
    pieces,
    smoothed,
    step_limit,
)
from cogmap.runtime.messages import F32, F64, Bool, Intrinsics, PixelBox

__all__ = ["foreground"]

_CONTEXT = 0.35
"""So much of the box's width and height is looked at on either side of it."""
_FLAT_PART, _BARELY = 0.35, 2.5
"""A thing is flat if a plane takes so much of its box and the rest is off the plane by but so
much, in units of what noise makes at most;"""
_MEASURED_PART = 0.75
"""Of the box of a flat thing, at least this part must have a depth."""
_MOST_PART, _NOTHING_PART, _FLAT_SPAN = 0.65, 0.1, 0.5
"""or if the plane takes this part, or what stands out less than this one, and that spans no more
than this part of the box."""
_APART = 0.5
"""Pieces of one thing are nearer or farther by at most this part of the box's width and height."""
_STANDS_M = 0.3
"""What reaches so far over the floor is no part of it, however little of it is seen."""


def foreground(
    box: PixelBox,
    depth_m: F32,
    intrinsics: Intrinsics,
    world_from_camera: F64,
    *,
    flat: bool = True,
    floor_z: float | None = None,
) -> tuple[Bool, tuple[int, int]]:
    """Mask (h, w) of the thing in ``box``, and its corner (column, row) in the image.

    ``depth_m`` (H, W) metres, 0 invalid; ``world_from_camera`` (4, 4) tells where up is;
    ``floor_z`` (m, world), if the floor is known: all of it is background. What the thing stands
    on and what is behind it are level and upright planes that go on outside of the box. Of the
    rest it is the piece in the middle of the box, with all pieces that are about as far off and
    end within the box; or, if ``flat`` things are possible, a part of the plane. The mask is
    empty if the box shows no depth.
    """
    mask, corner = _box_mask(box, depth_m.shape)
    if not mask.size:
        return mask, corner
    longer = max(mask.shape) / 2
    margin = tuple(round(_CONTEXT * max(side, longer)) for side in (mask.shape[1], mask.shape[0]))
    patch = patch_around(mask, corner, depth_m, margin, 4000)
    chosen = _standing_out(patch, intrinsics, world_from_camera, flat, floor_z)
    return _enlarged(chosen, patch, mask, corner), corner


def _box_mask(box: PixelBox, shape: tuple[int, ...]) -> tuple[Bool, tuple[int, int]]:
    left, top, right, bottom = box_pixels(box, shape)
    return np.ones((max(0, bottom - top), max(0, right - left)), np.bool_), (left, top)


def _standing_out(
    patch: Patch,
    intrinsics: Intrinsics,
    world_from_camera: F64,
    flat: bool,
    floor_z: float | None,
) -> Bool:
    """(h, w) the pixels of the patch's mask, a box, that show the thing."""
    valid = patch.depth_m > 0
    limit = step_limit(patch.depth_m, patch.stride, intrinsics.fx)
    depth = smoothed(patch.depth_m, valid, limit)
    rest = valid & ~flying(depth, limit)
    points = _points(depth, patch, intrinsics) @ world_from_camera[:3, :3].T.astype(np.float32)
    floor_m = None if floor_z is None else floor_z - float(world_from_camera[2, 3])
    planes = background_planes(points, rest, patch.mask, floor_m)
    background = np.any([np.zeros_like(rest), *[plane.on for plane in planes]], axis=0)
    chosen = _central_pieces(depth, limit, rest & ~background, patch, intrinsics)
    if planes and flat and _is_measured(valid, patch.mask):
        behind = max(planes, key=lambda plane: np.count_nonzero(plane.on & patch.mask))
        stands = behind.is_floor and _high(points[chosen, 2]) > _level(points, behind) + _STANDS_M
        if _is_flat(chosen, behind, patch.mask) and not stands:
            near = rest & patch.mask & (behind.off < _BARELY)
            return behind.on & patch.mask | near
    return chosen


def _level(points: F32, plane: BackgroundPlane) -> float:
    return float(np.median(points[plane.on, 2]))


def _is_flat(chosen: Bool, plane: BackgroundPlane, box: Bool) -> bool:
    """Whether the thing in the box is itself a part of the plane: a picture, a plate, a rug."""
    area = np.count_nonzero(box)
    part = np.count_nonzero(plane.on & box) / area
    if part > _FLAT_PART and _high(plane.off[chosen]) < _BARELY:
        return True
    nothing = np.count_nonzero(chosen) < _NOTHING_PART * area
    return bool((nothing or part > _MOST_PART) and _span(chosen, box) < _FLAT_SPAN)


def _is_measured(valid: Bool, box: Bool) -> bool:
    """Whether the box shows what it shows: where black things give no depth, the plane behind
    them is not what was detected."""
    closed = cv2.morphologyEx(valid.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return bool(closed[box].mean() >= _MEASURED_PART)


def _high(values: F32) -> float:
    return float(np.quantile(values, 0.9)) if len(values) else -math.inf


def _points(depth: F32, patch: Patch, intrinsics: Intrinsics) -> F32:
    """(h, w, 3) camera frame."""
    rows = np.arange(depth.shape[0], dtype=np.float32)[:, None]
    columns = np.arange(depth.shape[1], dtype=np.float32)
    x = (columns * patch.stride + (patch.corner[0] - intrinsics.cx)) / intrinsics.fx
    y = (rows * patch.stride + (patch.corner[1] - intrinsics.cy)) / intrinsics.fy
    return np.stack([x * depth, y * depth, depth], axis=-1).astype(np.float32)


def _central_pieces(
    depth: F32, limit: F32, rest: Bool, patch: Patch, intrinsics: Intrinsics
) -> Bool:
    """(h, w) the piece of surface that fills the box best and those that belong to it."""
    labels, count = pieces(depth, limit, rest)
    box = patch.mask
    inside = np.bincount(labels[box], minlength=count).astype(np.float64)
    inside[0] = 0
    if not inside.any():
        return np.zeros_like(box)
    share = inside / np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
    score = np.bincount(labels[box], _centrality(box)[box], count)
    score *= np.clip((share - 0.6) / 0.3, 0.02, 1)
    score[0] = 0
    best = np.argsort(-score, kind="stable")[:6]
    spans = [_span(labels == piece, box) for piece in best.tolist()]
    main = int(best[np.argmax(score[best] * spans)])
    distance = np.bincount(labels[box], depth[box], count) / np.maximum(inside, 1)
    side = math.sqrt(np.count_nonzero(box)) * patch.stride / intrinsics.fx * distance[main]
    keep = (np.abs(distance - distance[main]) < _APART * side) & (share > 0.6) & (inside > 2)
    keep[main] = True
    keep[0] = False
    return np.asarray(keep[labels] & box)


def _span(piece: Bool, box: Bool) -> float:
    """Part of the box that is within the bounds of a piece (h, w) in it."""
    mine = piece & box
    rows, columns = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
    if not len(rows):
        return 0.0
    area = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    return float(area / np.count_nonzero(box))


def _centrality(box: Bool) -> F32:
    """(h, w) 1 in the middle of the box, e ** -2 in the middle of its edges."""
    rows, columns = np.flatnonzero(box.any(axis=1)), np.flatnonzero(box.any(axis=0))
    y = (np.arange(box.shape[0]) - rows.mean()) / (len(rows) / 2)
    x = (np.arange(box.shape[1]) - columns.mean()) / (len(columns) / 2)
    return np.asarray(np.exp(-2 * (y[:, None] ** 2 + x**2)), np.float32)


def _enlarged(chosen: Bool, patch: Patch, mask: Bool, corner: tuple[int, int]) -> Bool:
    """The pixels of the box (h, w) that are nearest to chosen ones of the patch."""
    rows = np.arange(mask.shape[0]) + corner[1] - patch.corner[1]
    columns = np.arange(mask.shape[1]) + corner[0] - patch.corner[0]
    rows = np.minimum(np.rint(rows / patch.stride).astype(np.intp), chosen.shape[0] - 1)
    columns = np.minimum(np.rint(columns / patch.stride).astype(np.intp), chosen.shape[1] - 1)
    return np.asarray(chosen[np.ix_(rows, columns)])
