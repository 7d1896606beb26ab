"""Of boxes that overlap too much, the surest is left."""

from __future__ import annotations

import cv2
import numpy as np

from cogmap.runtime.messages import F32, I64

__all__ = ["suppressed"]


def suppressed(boxes: F32, scores: F32, kinds: I64, overlap: float) -> I64:
    """Rows that are left, ascending, where boxes of one kind overlap by at most ``overlap``.

    ``boxes`` (N, 4) left, top, right, bottom; ``scores`` and ``kinds`` (N,); the overlap is
    intersection over union.
    """
    if not len(boxes):
        return np.zeros(0, np.int64)
    corners_and_sizes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    left = cv2.dnn.NMSBoxesBatched(
        corners_and_sizes.tolist(), scores.tolist(), kinds.tolist(), 0.0, overlap
    )
    return np.sort(np.asarray(left, np.int64).reshape(-1))
