"""The simulator's own instances as detections: exactly, or as a real detector would see them."""

from __future__ import annotations

import numpy as np

from cogmap.runtime.messages import Detection, Detections, Instances

__all__ = ["exact_detections"]


def exact_detections(instances: Instances, min_pixels: int = 20) -> Detections:
    """Every object that the frame shows with at least ``min_pixels``, with its true mask."""
    height, width = instances.ids.shape
    detections = []
    for thing in instances.visible:
        if thing.pixels < min_pixels:
            continue
        rows, columns = np.nonzero(instances.ids == thing.id)
        top, left = int(rows.min()), int(columns.min())
        crop = instances.ids[top : int(rows.max()) + 1, left : int(columns.max()) + 1]
        detections.append(Detection(label=thing.label, mask=crop == thing.id, corner=(left, top)))
    return Detections(
        stamp_ns=instances.stamp_ns, number=instances.number, width=width, height=height,
        detector="simulator", detections=tuple(detections),
    )  # fmt: skip
