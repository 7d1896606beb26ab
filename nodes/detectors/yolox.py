"""What a YOLOX network is given and what its output means, as plain functions.

After YOLOX, Ge et al. 2021, https://github.com/Megvii-BaseDetection/YOLOX (Apache-2.0):
``preproc`` and ``demo_postprocess`` of its ONNX Runtime demo.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from cogmap.nodes.detectors.suppression import suppressed
from cogmap.runtime.messages import F32, I64, U8

__all__ = ["STRIDES", "Raw", "boxes_of", "letterbox", "raw_rows", "strongest"]

STRIDES = (8, 16, 32)
_GREY = 114
_SAME_THING = 0.85
"""Boxes of different kinds that overlap by more are of one thing."""


class Raw(NamedTuple):
    """All that a network proposes for one image."""

    boxes: F32
    """(N, 4) left, top, right, bottom, pixels, inside the image."""
    scores: F32
    """(N, classes) in [0, 1]."""


def letterbox(color: U8, size: tuple[int, int]) -> tuple[F32, float]:
    """The network's input (1, 3, height, width) for an RGB image, and the scale to it.

    BGR in 0..255; the image is scaled as a whole and stands in the top left corner on grey.
    """
    height, width = color.shape[:2]
    scale = min(size[0] / height, size[1] / width)
    scaled = (min(size[1], round(width * scale)), min(size[0], round(height * scale)))
    canvas = np.full((*size, 3), _GREY, np.uint8)
    canvas[: scaled[1], : scaled[0]] = cv2.resize(color, scaled, interpolation=cv2.INTER_LINEAR)
    blob = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1), np.float32)
    return blob[None], scale


def raw_rows(size: tuple[int, int]) -> int:
    """Rows of the output for an input of ``size`` (height, width)."""
    return sum((size[0] // stride) * (size[1] // stride) for stride in STRIDES)


def boxes_of(output: F32, size: tuple[int, int], scale: float, shape: tuple[int, ...]) -> Raw:
    """Boxes in the image from the network's output.

    ``output`` (N, 5 + classes): centre relative to the cell and log of the size, both in strides;
    objectness and class scores in [0, 1]. ``size`` (height, width) of the input, ``shape`` of
    the image, ``scale`` from this to that.
    """
    cells, strides = _grid(size)
    centers = (output[:, :2] + cells) * strides
    halves = np.exp(output[:, 2:4]) * strides / 2
    # An edge at 0 is the border of the first pixel, which is at -0.5 here.
    boxes = np.concatenate([centers - halves, centers + halves], axis=1) / scale - 0.5
    height, width = shape[:2]
    np.clip(boxes, -0.5, (width - 0.5, height - 0.5, width - 0.5, height - 0.5), out=boxes)
    return Raw(boxes.astype(np.float32), output[:, 4:5] * output[:, 5:])


def strongest(raw: Raw, score: float, overlap: float) -> I64:
    """Rows to keep, best first: of boxes of one kind that overlap, and of one thing, the best."""
    best = raw.scores.max(axis=1)
    able = (best >= score) & ((raw.boxes[:, 2:] - raw.boxes[:, :2]) >= 1).all(axis=1)
    rows = np.flatnonzero(able)
    if not len(rows):
        return rows
    kinds = raw.scores[rows].argmax(axis=1)
    rows = rows[suppressed(raw.boxes[rows], best[rows], kinds, overlap)]
    rows = rows[suppressed(raw.boxes[rows], best[rows], np.zeros(len(rows), int), _SAME_THING)]
    return rows[np.lexsort((rows, -best[rows]))]


def _grid(size: tuple[int, int]) -> tuple[F32, F32]:
    """Cell (N, 2) as column, row, and stride (N, 1) of each row of the output."""
    cells, strides = [], []
    for stride in STRIDES:
        rows, columns = np.mgrid[: size[0] // stride, : size[1] // stride]
        cells.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        strides.append(np.full((rows.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)
