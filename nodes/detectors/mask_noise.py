"""What detectors do to masks: shift their outline, cut them in two, invent them.

A mask goes with its corner: column and row in the image of its top left pixel. All functions are
pure: what is random comes from the generator that they are given.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from cogmap.runtime.messages import F32, U16, Bool

__all__ = ["PlacedMask", "blob", "cut", "displaced", "joined", "trimmed"]

PlacedMask = tuple[Bool, tuple[int, int]]
"""(h, w) pixels and the corner."""

_WAVE_PX = 16
"""Distance along the outline over which its error changes."""
_SPREAD = 1.17
"""Cubic interpolation of white noise lowers its standard deviation by this factor."""


def displaced(
    mask: Bool, corner: tuple[int, int], shape: tuple[int, int], sigma_px: float,
    rng: np.random.Generator,
) -> PlacedMask:  # fmt: skip
    """The mask with an outline that is off by ``sigma_px`` (standard deviation).

    Half of the variance is common to the whole outline, so that the mask leaks or is eroded; the
    rest changes along it. No mask loses more than half of its inner radius: it is never eroded
    away. ``shape`` (H, W) of the image, which masks end at.
    """
    margin = math.ceil(3 * sigma_px)
    inside = np.pad(mask, margin).view(np.uint8)
    depth_px = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    depth_px -= cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3)
    depth_px -= np.where(inside, np.float32(0.5), np.float32(-0.5))
    grown = (rng.standard_normal() + _wavy(inside.shape, rng)) * np.float32(sigma_px / math.sqrt(2))
    np.maximum(grown, -depth_px.max() / 2, out=grown)
    return trimmed(depth_px + grown > 0, (corner[0] - margin, corner[1] - margin), shape)


def trimmed(mask: Bool, corner: tuple[int, int], shape: tuple[int, int]) -> PlacedMask:
    """The part of the mask inside an image of ``shape`` (H, W), without empty borders."""
    column, row = corner
    top, left = max(0, -row), max(0, -column)
    mask = mask[top : max(top, shape[0] - row), left : max(left, shape[1] - column)]
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.zeros((0, 0), np.bool_), (0, 0)
    tight = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    corner = (column + left + int(columns[0]), row + top + int(rows[0]))
    return np.ascontiguousarray(tight), corner


def cut(mask: Bool, rng: np.random.Generator) -> tuple[Bool, Bool]:
    """Two parts of the mask, both of its shape, on either side of a line across its length."""
    rows, columns = np.nonzero(mask)
    points = np.stack([columns - columns.mean(), rows - rows.mean()])
    along = np.linalg.eigh(points @ points.T)[1][:, 1]
    turn = rng.normal(0, 0.3)
    x, y = along
    position = points[0] * (x * math.cos(turn) - y * math.sin(turn))
    position += points[1] * (x * math.sin(turn) + y * math.cos(turn))
    beyond = position > np.quantile(position, rng.uniform(0.3, 0.7))
    first, second = np.zeros_like(mask), np.zeros_like(mask)
    first[rows[~beyond], columns[~beyond]] = True
    second[rows[beyond], columns[beyond]] = True
    return first, second


def joined(a: PlacedMask, b: PlacedMask) -> PlacedMask:
    """The union of two masks."""
    left = min(a[1][0], b[1][0])
    top = min(a[1][1], b[1][1])
    right = max(corner[0] + mask.shape[1] for mask, corner in (a, b))
    bottom = max(corner[1] + mask.shape[0] for mask, corner in (a, b))
    both = np.zeros((bottom - top, right - left), np.bool_)
    for mask, (column, row) in (a, b):
        height, width = mask.shape
        both[row - top : row - top + height, column - left : column - left + width] |= mask
    return both, (left, top)


def blob(ids: U16, rng: np.random.Generator) -> PlacedMask:
    """A roundish patch of one of the surfaces in the image ``ids`` (H, W), anywhere."""
    height, width = ids.shape
    row, column = int(rng.integers(height)), int(rng.integers(width))
    radii = rng.uniform(0.015, 0.1, 2) * height
    canvas = np.zeros((height, width), np.uint8)
    angle = float(rng.uniform(0, 180))
    size = (max(2, round(radii[0])), max(2, round(radii[1])))
    cv2.ellipse(canvas, (column, row), size, angle, 0, 360, 1, thickness=-1)
    return trimmed((canvas > 0) & (ids == ids[row, column]), (0, 0), (height, width))


def _wavy(shape: tuple[int, ...], rng: np.random.Generator) -> F32:
    """(H, W) smooth noise of mean 0 and variance 1."""
    height, width = shape
    coarse = rng.standard_normal((height // _WAVE_PX + 2, width // _WAVE_PX + 2), dtype=np.float32)
    fine = cv2.resize(coarse, None, fx=_WAVE_PX, fy=_WAVE_PX, interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine[:height, :width] * np.float32(_SPREAD), np.float32)
