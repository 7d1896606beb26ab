"""Keeps what moves by itself out of the surface and out of free space."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import msgspec
import numpy as np

from cogmap.runtime.messages import U8, Detection, Detections, Frame

__all__ = ["without_moving_things"]

MARGIN_PX = 7
"""Masks end a little inside of the thing, and depth is smeared at its edge."""


def without_moving_things(frame: Frame, detections: Detections, labels: Collection[str]) -> Frame:
    """The frame with no depth where a detection has one of ``labels``; itself if none has.

    No depth means nothing learnt: neither a surface there nor free space up to one behind it.
    Of a detection that has only a box, the whole box is left out.
    """
    moving = [each for each in detections.detections if each.label in labels]
    if not moving or frame.depth is None:
        return frame
    covered = np.zeros(frame.depth.shape, np.uint8)
    for each in moving:
        _paint(covered, each)
    kernel = np.ones((2 * MARGIN_PX + 1, 2 * MARGIN_PX + 1), np.uint8)
    depth = np.where(cv2.dilate(covered, kernel) > 0, np.uint16(0), frame.depth)
    return msgspec.structs.replace(frame, depth=depth)


def _paint(covered: U8, detection: Detection) -> None:
    """Set the detection's pixels to 1; what lies off the image is left out."""
    if detection.mask is not None:
        column, row = detection.corner
        mask = detection.mask[max(-row, 0) :, max(-column, 0) :]
        area = covered[max(row, 0) :, max(column, 0) :][: mask.shape[0], : mask.shape[1]]
        area[mask[: area.shape[0], : area.shape[1]]] = 1
    elif detection.box is not None and np.isfinite(detection.box).all():
        left, top, right, bottom = np.clip(np.rint(detection.box), 0, 1 << 20).astype(int).tolist()
        covered[top : bottom + 1, left : right + 1] = 1
