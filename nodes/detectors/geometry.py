"""Things without a name that stand on floors and tables, from depth alone."""

from __future__ import annotations

import numpy as np

from cogmap.memory.geometry.gravity import (
    ACCELEROMETER_RAD,
    CAMERA_UP,
    sparse_points,
    up_from_floor,
)
from cogmap.memory.segments.standing import StandingConfig, standing_things
from cogmap.nodes.detectors.settings import GeometrySettings
from cogmap.runtime.messages import F64, Detection, Frame

__all__ = ["GeometryDetector"]

_TILTED_RAD = np.pi / 4
"""How far from level a camera or a world of which nothing is known may be."""


class GeometryDetector:
    """Unlabelled masks of what stands on something; `cogmap.memory.segments.standing` finds it."""

    name = "geometry@1"
    embedding_space = ""

    def __init__(self, settings: GeometrySettings) -> None:
        self._config = StandingConfig(
            depth_max_m=settings.depth_max_m,
            min_height_m=settings.min_height_m,
            min_pixels=settings.min_pixels,
        )

    def look_for(self, labels: tuple[str, ...]) -> bool:
        return False

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        up = _up(frame)
        if frame.depth is None or up is None:
            return ()
        things = standing_things(frame.depth_m(), frame.intrinsics, up, self._config)
        return tuple(
            Detection(score=thing.score, mask=thing.mask, corner=thing.corner) for thing in things
        )


def _up(frame: Frame) -> F64 | None:
    """Up in the camera frame (3,): from the pose, or a level plane near to where up should be."""
    pose = frame.world_from_camera
    if pose is not None and frame.gravity_aligned:
        return np.asarray(pose[2, :3])
    if frame.depth is None:
        return None
    told = frame.gravity_in_camera
    if pose is not None:
        guess, most = np.asarray(pose[2, :3]), _TILTED_RAD
    elif told is not None:
        guess, most = -np.array(told) / np.linalg.norm(told), ACCELEROMETER_RAD
    else:
        guess, most = CAMERA_UP, _TILTED_RAD
    found = up_from_floor(sparse_points(frame.depth_m(), frame.intrinsics), guess, most)
    return guess if found is None and told is not None else found
