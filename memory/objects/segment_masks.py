"""Where segments are in the image, drawn from their thinned points."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from cogmap.memory.objects.visibility import DepthView
from cogmap.runtime.messages import F64, I64, U8, Segment

__all__ = ["masks_of"]


def masks_of(segments: Sequence[Segment], view: DepthView) -> U8:
    """(S, h, w) where each segment is in the coarse depth, closed between its thinned points."""
    height, width = view.depth_m.shape
    masks = np.zeros((len(segments), height, width), np.uint8)
    if not segments:
        return masks
    counts = np.array([len(each.points) for each in segments])
    x, y, z = np.concatenate([each.points for each in segments]).astype(np.float64).T
    u, v = view.focal[0] * x / z, view.focal[1] * y / z
    column = np.rint(u + view.center[0]).astype(np.int64)
    row = np.rint(v + view.center[1]).astype(np.int64)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    owner = np.repeat(np.arange(len(segments)), counts)
    masks[owner[inside], row[inside], column[inside]] = 1
    for mask, spacing in zip(masks, _spacings(segments, counts, u, v).tolist(), strict=True):
        if spacing > 1:
            _close(mask, spacing)
    return masks


def _spacings(segments: Sequence[Segment], counts: I64, u: F64, v: F64) -> I64:
    """(S,) samples of the coarse depth between neighbouring points, about: of segments with
    ``counts`` (S,) points each, that lie at u, v (N,)."""
    starts = np.cumsum(counts) - counts
    width, height = (
        np.maximum(np.maximum.reduceat(each, starts) - np.minimum.reduceat(each, starts), 1.0)
        for each in (u, v)
    )
    left, top, right, bottom = np.array([each.box for each in segments]).T
    pixels = np.array([each.pixels for each in segments])
    filled = np.minimum(pixels / np.maximum((right - left) * (bottom - top), 1.0), 1.0)
    spacings: I64 = np.ceil(np.sqrt(width * height * filled / counts)).astype(np.int64)
    return spacings


def _close(mask: U8, spacing: int) -> None:
    """Fill between points that are ``spacing`` apart; the outline stays where it is."""
    left, top, width, height = cv2.boundingRect(mask)
    pad = 2 * spacing + 1
    rows = slice(max(top - pad, 0), top + height + pad)
    columns = slice(max(left - pad, 0), left + width + pad)
    kernel = np.ones((2 * spacing + 1, 2 * spacing + 1), np.uint8)
    mask[rows, columns] = cv2.morphologyEx(mask[rows, columns], cv2.MORPH_CLOSE, kernel)
