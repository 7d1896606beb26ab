"""Poses that do not follow the camera: one that has stopped, and one that drifts away."""

from __future__ import annotations

import numpy as np

from cogmap.memory.dense.alignment import AlignmentConfig, DistanceField, align
from cogmap.memory.dense.looks import Look, corners, follow
from cogmap.memory.geometry.poses import motion_between
from cogmap.runtime.messages import F32, F64, Intrinsics

__all__ = ["has_picture_moved", "off_the_surface_m"]

_LEAST_FLOW_PX = 1.5
_MOST_STAYING = 0.25
"""Of a picture that moves as a whole so many corners at most stay; somebody who walks through
the view of a camera that stands leaves more."""
_FEW_CORNERS = 25
_SIGMA_M = 0.05
"""How far the surface may pull a pose when it is asked what it thinks of it."""
_WIDE = AlignmentConfig(outlier_m=0.08, iterations=5)


def has_picture_moved(before: Look, now: Look) -> bool:
    """Whether everything is somewhere else in the second picture; False if both show too little
    to tell."""
    start = corners(before)
    end, found = follow(before, now, start, start)
    if np.count_nonzero(found) < _FEW_CORNERS:
        return False
    flow = np.linalg.norm(end - start, axis=1)[found]
    return bool(np.mean(flow < _LEAST_FLOW_PX) <= _MOST_STAYING)


def off_the_surface_m(
    depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64, surface: DistanceField
) -> float | None:
    """How far a frame would have to be shifted to lie on the surface; None if that is unknown.

    It tells up to some 15 cm: farther off, points are no longer near the surface they belong to.
    """
    aligned = align(depth_m, intrinsics, world_from_camera, _SIGMA_M, surface, _WIDE)
    if aligned is world_from_camera:
        return None
    return float(motion_between(world_from_camera, aligned)[0])
