"""What a view should show of a thing's front, and how much of that is seen through.

Of a thing against a wall, or on the floor seen from afar, most of what is known lies within the
tolerance of what is behind it: its back and its foot look as if they were still there when it is
long gone. Its front, the surface that the camera would have met first, tells. Drawing that takes
too long for all things in view; it is a second look at those that are in doubt.
"""

from __future__ import annotations

import math

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

__all__ = ["front_seen_through"]

_MIN_SAMPLES = 3
_MIN_PART = 0.15
_MAX_RADIUS = 3


def front_seen_through(
    view: DepthView, points: F32, spacing_m: float, config: VisibilityConfig
) -> float:
    """Part of the front of a thing with ``points`` (N, 3), world, that is seen through.

    ``spacing_m``: distance of neighbouring points. Of those samples of the coarse depth that can
    be compared, each counts once; NaN if they are few.
    """
    sample, depth, inside = project(view, points)
    if not inside.any():
        return math.nan
    height, width = view.depth_m.shape
    row, column = np.divmod(sample[inside], width)
    depth = depth[inside]
    apart = 0.5 * spacing_m * max(view.focal) / float(np.median(depth))
    column, row, depth = _front(column, row, depth, min(max(math.ceil(apart), 1), _MAX_RADIUS))
    shown = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    state = judge(view, (row * width + column)[shown], depth[shown], config)
    through, confirmed = (int((state == each).sum()) for each in (SEEN_THROUGH, CONFIRMED))
    if through + confirmed < max(_MIN_SAMPLES, _MIN_PART * len(depth)):
        return math.nan
    return through / (through + confirmed)


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
