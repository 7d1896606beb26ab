"""From detections in an image to segments: pieces of the measured surface."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import cv2
import numpy as np

from cogmap.memory.camera import backproject
from cogmap.runtime.messages import (
    F32,
    F64,
    Bool,
    Detection,
    Detections,
    Intrinsics,
    PixelBox,
    Segment,
)

__all__ = ["Lifted", "LiftingConfig", "lift"]


@dataclass(frozen=True)
class LiftingConfig:
    """What becomes a segment, and how fine it is."""

    depth_max_m: float = 5.0
    """Depth beyond this is too uncertain to place a thing by."""
    min_pixels: int = 12
    """A detection with fewer pixels with depth is refused."""
    thin_m: float = 0.02
    """One point is kept in each cube of this edge."""
    max_points: int = 400
    """Of a segment."""


@dataclass(frozen=True)
class Lifted:
    """The segments of one frame, in the order of their detections."""

    segments: tuple[Segment, ...] = ()
    refused: Counter[str] = field(default_factory=Counter)
    """Detections that made no segment, by reason."""


def lift(
    detections: Detections,
    depth_m: F32,
    intrinsics: Intrinsics,
    world_from_camera: F64,
    config: LiftingConfig = LiftingConfig(),
) -> Lifted:
    """Segments of one frame of an undistorted camera.

    ``depth_m`` (H, W) metres, 0 invalid; ``world_from_camera`` (4, 4), used for where down is.
    """
    segments: list[Segment] = []
    refused: Counter[str] = Counter()
    for detection in detections.detections:
        mask = _whole_mask(detection, depth_m.shape)
        if mask is None:
            refused["no mask"] += 1
            continue
        mask = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        mask &= (depth_m > 0) & (depth_m < config.depth_max_m)
        if int(mask.sum()) < config.min_pixels:
            refused["no depth"] += 1
            continue
        segments.append(_segment(detection, mask, depth_m, intrinsics, config))
    return Lifted(tuple(segments), refused)


def _whole_mask(detection: Detection, shape: tuple[int, ...]) -> Bool | None:
    if detection.mask is None:
        return None
    whole = np.zeros(shape, np.bool_)
    column, row = detection.corner
    height, width = detection.mask.shape
    whole[row : row + height, column : column + width] = detection.mask
    return whole


def _segment(
    detection: Detection, mask: Bool, depth_m: F32, intrinsics: Intrinsics, config: LiftingConfig
) -> Segment:
    rows, columns = np.nonzero(mask)
    pixels = np.stack([columns, rows], axis=1).astype(np.float64)
    points = backproject(pixels, depth_m[rows, columns].astype(np.float64), intrinsics)
    _, first = np.unique(
        np.floor(points / config.thin_m).astype(np.int64), axis=0, return_index=True
    )
    first = np.sort(first)
    if len(first) > config.max_points:
        first = first[np.linspace(0, len(first) - 1, config.max_points).astype(np.int64)]
    box: PixelBox = (
        float(columns.min()) - 0.5, float(rows.min()) - 0.5,
        float(columns.max()) + 0.5, float(rows.max()) + 0.5,
    )  # fmt: skip
    return Segment(
        points=points[first].astype(np.float32),
        pixels=len(rows),
        box=box,
        label=detection.label,
        score=detection.score,
        other_labels=detection.other_labels,
        embedding=detection.embedding,
    )
