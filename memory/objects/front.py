"""What a view should show of a thing's front, and how much of that is seen through.

Of a thing against a wall, or on the floor seen from afar, most of what is known lies within the
tolerance of what is behind it: its back and its foot look as if they were still there when it is
long gone. Its front, the surface that the camera would have met first, tells. Drawing that takes
too long for all things in view; it is a second look at those that are in doubt.

Sample by sample, depth from afar is so noisy that what is clearly seen through must lie far behind.
All samples together tell more: what stands there is as far as its front for at least a quarter of
them, whatever is seen between its legs and leaves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.objects.visibility import (
    CONFIRMED,
    SEEN_THROUGH,
    DepthView,
    VisibilityConfig,
    judge,
    project,
)
from cogmap.runtime.messages import F32

__all__ = ["Front", "look_at_front"]

_MIN_SAMPLES = 3
_MIN_PART = 0.15
"""Of a front so much must have been measured: what gives no depth says nothing."""
_MAX_RADIUS = 3
_LEAST_BEHIND = 0.25
_MIN_FREE = 8


@dataclass(frozen=True)
class Front:
    """What a view says of a thing's front; NaN where it tells too little."""

    through: float = math.nan
    """Part of it that is clearly seen through."""
    behind: float = math.nan
    """By so many tolerances of the depth three quarters of it, or more, are seen through."""


def look_at_front(
    view: DepthView, points: F32, spacing_m: float, config: VisibilityConfig
) -> Front:
    """At the front of a thing with ``points`` (N, 3), world, ``spacing_m`` apart.

    Of those samples of the coarse depth that can be compared, each counts once.
    """
    sample, depth, inside = project(view, points)
    if not inside.any():
        return Front()
    height, width = view.depth_m.shape
    row, column = np.divmod(sample[inside], width)
    depth = depth[inside]
    apart = 0.5 * spacing_m * max(view.focal) / float(np.median(depth))
    column, row, depth = _front(column, row, depth, min(max(math.ceil(apart), 1), _MAX_RADIUS))
    shown = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    sample, whole, depth = (row * width + column)[shown], len(depth), depth[shown]
    behind = _behind(view.depth_m.take(sample), depth, whole, config)
    state = judge(view, sample, depth, config)
    through, confirmed = (int((state == each).sum()) for each in (SEEN_THROUGH, CONFIRMED))
    if through + confirmed < max(_MIN_SAMPLES, _MIN_PART * whole):
        return Front(behind=behind)
    return Front(through / (through + confirmed), behind)


def _behind(measured: F32, depth: F32, whole: int, config: VisibilityConfig) -> float:
    """Of a front at ``depth`` (N,): how far beyond it, in tolerances, what was ``measured`` (N,)
    is at least, but for a quarter of it.

    NaN if more than half of what was measured hides the front, or too few of its ``whole`` samples
    were measured, in the image or out of it.
    """
    tolerance = config.tolerance_m + config.tolerance_per_m2 * depth**2
    beyond = ((measured - depth) / tolerance)[measured > 0]
    free = beyond[beyond > -1]
    if len(beyond) < _MIN_PART * whole or len(free) < max(_MIN_FREE, len(beyond) / 2):
        return math.nan
    rank = int(_LEAST_BEHIND * len(free))
    return float(np.partition(free, rank)[rank])


def _front(
    column: NDArray[np.integer], row: NDArray[np.integer], depth: F32, radius: int
) -> tuple[NDArray[np.integer], NDArray[np.integer], F32]:
    """Column, row and depth of every sample that a thing covers, by the nearest of its points.

    A point covers what is within ``radius``, but for the outline, which stays where it was.
    """
    left, top = int(column.min()) - radius, int(row.min()) - radius
    shape = (int(row.max()) - top + radius + 1, int(column.max()) - left + radius + 1)
    nearest = np.full(shape, np.inf, np.float32)
    np.minimum.at(nearest, (row - top, column - left), depth)
    around = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    nearest = np.asarray(cv2.erode(nearest, around), np.float32)
    covered = np.isfinite(nearest).astype(np.uint8)
    border = {"borderType": cv2.BORDER_CONSTANT, "borderValue": 0}
    rows, columns = np.nonzero(cv2.erode(covered, around, **border))
    return columns + left, rows + top, nearest[rows, columns]
