"""Where segments are in the image, drawn from their thinned points."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from cogmap.memory.objects.visibility import DepthView
from cogmap.runtime.messages import U8, Segment

__all__ = ["masks_of"]


def masks_of(segments: Sequence[Segment], view: DepthView) -> U8:
    """(S, h, w) where each segment is in the coarse depth, closed between its thinned points."""
    height, width = view.depth_m.shape
    masks = np.zeros((len(segments), height, width), np.uint8)
    for mask, segment in zip(masks, segments, strict=True):
        x, y, z = segment.points.T
        column = np.rint(view.focal[0] * x / z + view.center[0]).astype(np.int64)
        row = np.rint(view.focal[1] * y / z + view.center[1]).astype(np.int64)
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        mask[row[inside], column[inside]] = 1
        spacing = _spacing(segment, view)
        if spacing > 1:
            _close(mask, spacing)
    return masks


def _spacing(segment: Segment, view: DepthView) -> int:
    """Samples of the coarse depth between neighbouring points, about."""
    left, top, right, bottom = segment.box
    x, y, z = segment.points.astype(np.float64).T
    u, v = view.focal[0] * x / z, view.focal[1] * y / z
    width = max(float(u.max() - u.min()), 1.0)
    height = max(float(v.max() - v.min()), 1.0)
    filled = segment.pixels / max((right - left) * (bottom - top), 1.0)
    return int(np.ceil(np.sqrt(width * height * min(filled, 1.0) / len(segment.points))))


def _close(mask: U8, spacing: int) -> None:
    """Fill between points that are ``spacing`` apart; the outline stays where it is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    pad = 2 * spacing + 1
    top, bottom = max(rows[0] - pad, 0), rows[-1] + pad + 1
    left, right = max(columns[0] - pad, 0), columns[-1] + pad + 1
    part = mask[top:bottom, left:right]
    kernel = np.ones((2 * spacing + 1, 2 * spacing + 1), np.uint8)
    grown = cv2.dilate(part, kernel)
    part[:] = cv2.erode(grown, kernel)
