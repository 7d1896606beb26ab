"""Which pixels of a mask show one thing's surface, and where the thing goes on unseen.

Works on a ``Patch``: the part of the depth image around a mask, at a stride that bounds the cost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F32, I32, Bool, PixelBox

__all__ = [
    "Patch",
    "body",
    "box_pixels",
    "cut_fraction",
    "flying",
    "patch_around",
    "pieces",
    "smoothed",
    "step_limit",
]

_STEEPEST = 4.0
"""Tangent of the largest angle of incidence at which a surface is followed from pixel to pixel."""
_LEAK_PX = 6.0
"""Masks are off by about so much."""
_RING = np.ones((5, 5), np.uint8)
_CLOSE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Patch:
    """Every ``stride``-th pixel around a mask, beginning at ``corner`` (column, row)."""

    depth_m: F32
    """(h, w) metres, 0 invalid."""
    mask: Bool
    """(h, w)."""
    corner: tuple[int, int]
    stride: int
    inside: tuple[slice, slice]
    """Rows and columns of the patch that are in the image."""


def box_pixels(box: PixelBox, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the whole pixels in ``box``, within an image of ``shape`` (H, W);
    right and bottom are the first ones outside."""
    left, top, right, bottom = (int(side) for side in np.rint(np.clip(box, -1e6, 1e6)))
    height, width = shape
    return (
        min(max(0, left), width), min(max(0, top), height),
        min(max(0, right), width), min(max(0, bottom), height),
    )  # fmt: skip


def patch_around(
    mask: Bool,
    corner: tuple[int, int],
    depth_m: F32,
    margin: tuple[int, int] = (8, 8),
    max_pixels: int = 3000,
) -> Patch:
    """The patch of a mask (h, w) at ``corner`` (column, row), all in the image ``depth_m`` (H, W).

    Its stride keeps it to ``max_pixels``, not counting ``margin``, image pixels to the left and
    right, above and below; at least three pixels of the patch.
    """
    stride = max(1, math.ceil(math.sqrt(mask.size / max_pixels)))
    begin_row, begin_column = (stride // 2 if side > stride else 0 for side in mask.shape)
    thin = mask[begin_row::stride, begin_column::stride]
    wide, high = (max(3, math.ceil(side / stride)) for side in margin)
    whole = np.zeros((thin.shape[0] + 2 * high, thin.shape[1] + 2 * wide), np.bool_)
    whole[high:-high, wide:-wide] = thin
    column, row = corner[0] + begin_column - wide * stride, corner[1] + begin_row - high * stride
    left, above = max(0, -(column // stride)), max(0, -(row // stride))
    part = depth_m[row + above * stride :: stride, column + left * stride :: stride]
    part = part[: whole.shape[0] - above, : whole.shape[1] - left]
    depth = np.zeros(whole.shape, np.float32)
    inside = (slice(above, above + part.shape[0]), slice(left, left + part.shape[1]))
    depth[inside] = part
    _bridge(depth, whole)
    return Patch(depth, whole, (column, row), stride, inside)


def _bridge(depth: F32, mask: Bool) -> None:
    """Fill single missing pixels of the mask between two that agree: cameras leave lines of them
    where their depth was warped, which would cut a surface in pieces."""
    missing = np.flatnonzero(mask & (depth == 0))
    z = depth.ravel()
    for step in (1, depth.shape[1]):
        a, b = z[missing - step], z[missing + step]
        agree = (a > 0) & (b > 0) & (np.abs(a - b) < np.float32(0.03) * a)
        z[missing[agree]] = (a[agree] + b[agree]) / 2


def step_limit(depth_m: F32, stride: int, focal_px: float) -> F32:
    """(h, w) the largest step in depth (m) between neighbours of one surface.

    What noise makes (three standard deviations of a difference of depths, for the axial noise of
    a structured-light camera, Nguyen et al., 3DIMPVT 2012), and what a steep surface makes.
    """
    steep = np.float32(_STEEPEST * stride / focal_px)
    return np.float32(0.01) + depth_m * (steep + depth_m * np.float32(0.0075))


def body(patch: Patch, focal_px: float, depth_max_m: float) -> Bool:
    """(h, w) the pixels of the mask that show its thing; none if there are none.

    The mask falls into pieces at steps in depth. The thing is the piece with most of the mask's
    middle and all others that are about as far off, except for those that look like a leak of
    the mask: they keep to its outline and simply go on beyond it.
    """
    depth = patch.depth_m
    limit = step_limit(depth, patch.stride, focal_px)
    valid = patch.mask & (depth > 0) & (depth < depth_max_m)
    valid &= ~flying(depth, limit)
    labels, count = pieces(depth, limit, valid)
    if count == 1:
        return valid
    at = np.flatnonzero(valid)
    piece, z = labels.ravel()[at], depth.ravel()[at]
    within = cv2.distanceTransform(patch.mask.view(np.uint8), cv2.DIST_L2, 3).ravel()[at]
    pixels = np.bincount(piece, minlength=count)
    distance = np.bincount(piece, z, count) / np.maximum(pixels, 1)
    opened, closed = _border(depth, limit, patch.mask, at[within < 1.5], labels, count)
    open_part = opened / np.maximum(opened + closed, 1)
    # Where the thing is thin a leak can be the larger piece, but is not in the middle.
    main = int(np.argmax(np.bincount(piece, within, count) * (1 - open_part / 2)))
    reach = distance[main] / focal_px * patch.stride * max(valid.shape)
    innermost = np.zeros(count)
    inner = within * patch.stride > _LEAK_PX
    np.maximum.at(innermost, piece[inner], within[inner] * patch.stride)
    keep = open_part <= np.clip(innermost / (2 * _LEAK_PX), 0.5, 1.0)
    keep &= (np.abs(distance - distance[main]) < reach) & (pixels > 2)
    keep[main] = True
    return np.asarray(keep[labels] & valid)


def flying(depth: F32, limit: F32) -> Bool:
    """Pixels in mid air between a nearer and a farther surface, along a row or a column."""
    flying = np.zeros(depth.shape, np.bool_)
    for a, b, middle in (
        (depth[:, :-2], depth[:, 2:], (slice(None), slice(1, -1))),
        (depth[:-2], depth[2:], (slice(1, -1), slice(None))),
    ):
        z = depth[middle]
        near, far = np.minimum(a, b), np.maximum(a, b)
        between = np.minimum(z - near, far - z) > 0.5 * limit[middle]
        flying[middle] |= between & (near > 0)
    return flying


def pieces(depth: F32, limit: F32, valid: Bool) -> tuple[I32, int]:
    """(h, w) number of the piece of surface that each valid pixel is of, from 1; and how many
    numbers there are. Neighbours in a row or column are of one piece if no step is between."""
    height, width = depth.shape
    # Pixels at even places, the links between them at odd ones: a component of this image is
    # one of the graph.
    graph = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)
    graph[::2, ::2] = valid
    across = np.abs(depth[:, 1:] - depth[:, :-1]) < limit[:, 1:]
    graph[::2, 1::2] = across & valid[:, 1:] & valid[:, :-1]
    down = np.abs(depth[1:] - depth[:-1]) < limit[1:]
    graph[1::2, ::2] = down & valid[1:] & valid[:-1]
    count, labels = cv2.connectedComponents(graph, connectivity=4, ltype=cv2.CV_32S)
    return np.ascontiguousarray(labels[::2, ::2]), int(count)


def _border(
    depth: F32, limit: F32, mask: Bool, at: NDArray[np.intp], labels: I32, count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(count,) how many steps out of the mask go on over the same surface, and how many do not.

    ``at`` (K,) flat index of the mask's outermost pixels; none is at the patch's border.
    """
    width = depth.shape[1]
    beside = at + np.array([[1], [-1], [width], [-width]])
    z = depth.ravel()
    leaves = ~mask.ravel()[beside] & (z[beside] > 0)
    linked = np.abs(z[beside] - z[at]) < limit.ravel()[at]
    piece = np.broadcast_to(labels.ravel()[at], beside.shape)
    opened = np.bincount(piece[leaves & linked], minlength=count)
    return opened, np.bincount(piece[leaves & ~linked], minlength=count)


def cut_fraction(patch: Patch, body: Bool, focal_px: float) -> float:
    """Part of the outline of ``body`` (h, w) beyond which the thing goes on unseen, in [0, 1]:
    at the image's border, or where something nearer is right beside it."""
    filled = cv2.morphologyEx(body.astype(np.uint8), cv2.MORPH_CLOSE, _CLOSE)
    ring = (cv2.dilate(filled, _RING) > 0) & (filled == 0)
    far = np.float32(1e3)
    nearness = np.where(body, far - patch.depth_m, np.float32(0))
    front = far - cv2.dilate(nearness, _RING)
    limit = step_limit(front, 2 * patch.stride, focal_px)
    occluded = (patch.depth_m > 0) & (patch.depth_m < front - limit)
    off_image = np.ones(ring.shape, np.bool_)
    off_image[patch.inside] = False
    around = np.count_nonzero(ring)
    return float(np.count_nonzero(ring & (occluded | off_image)) / around) if around else 0.0


def smoothed(depth_m: F32, body: Bool, limit: F32) -> F32:
    """(h, w) depth with noise averaged out over 3x3 pixels of the body without steps."""
    inside = body.astype(np.float32)
    total = cv2.boxFilter(depth_m * inside, -1, (3, 3), normalize=False)
    count = cv2.boxFilter(inside, -1, (3, 3), normalize=False)
    mean = total / np.maximum(count, 1)
    return np.where(np.abs(mean - depth_m) < limit / 2, mean, depth_m)
