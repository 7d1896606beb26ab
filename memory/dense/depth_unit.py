"""Whether depth is in the unit that it claims: by how it goes on from frame to frame, and by how
far things move in the picture when the camera moves by what its poses say."""

from __future__ import annotations

import math

import numpy as np

from cogmap.memory.dense.features import smooth_depth_at
from cogmap.memory.dense.looks import Look, corners, follow
from cogmap.memory.geometry.camera import backproject
from cogmap.memory.geometry.poses import motion_between
from cogmap.runtime.messages import F32, F64, Intrinsics

__all__ = ["factor_by_motion", "is_wrong_unit", "leap_of_depth", "may_tell"]

_LEAST_LEAP = 1.8
_EVEN = 0.12
"""Median deviation of the logarithm of a ratio that is the same all over the image."""
_FEW_PIXELS = 150
_LEAST_FACTOR = 2.5
"""What is less may be noise of the poses: of 0.3 degrees it gave up to 2.2."""
_LEAST_BASE_M, _MOST_BASE_M, _MOST_TURN_RAD = 0.08, 0.5, 0.35
_LEAST_PARALLAX = 0.006
"""In units of the focal length; 1.6 pixels in a picture 320 wide."""
_FEW_CORNERS = 25


def leap_of_depth(before: F32, now: F32) -> float:
    """By which factor depth has changed from one frame to the next, all over the image alike;
    1.0 if it has not. ``before`` and ``now`` are (h, w) metres, 0 invalid, of the same pixels.

    Whoever walks up to a wall does not come twice as near within a frame.
    """
    if before.shape != now.shape:
        return 1.0
    both = (before > 0) & (now > 0)
    if np.count_nonzero(both) < min(_FEW_PIXELS, 0.2 * both.size):
        return 1.0
    ratio = np.log(now[both].astype(np.float64) / before[both])
    middle = float(np.median(ratio))
    spread = float(np.median(np.abs(ratio - middle)))
    return math.exp(middle) if abs(middle) > math.log(_LEAST_LEAP) and spread < _EVEN else 1.0


def is_wrong_unit(factor: float) -> bool:
    """Whether depth so many times too far is a wrong unit, and not noise or bad calibration."""
    return abs(math.log(factor)) > math.log(_LEAST_FACTOR)


def may_tell(before: F64, now: F64) -> bool:
    """Whether two poses (4, 4) are far enough apart, and near enough, to compare their pictures."""
    distance, angle = motion_between(before, now)
    return bool(_LEAST_BASE_M <= distance <= _MOST_BASE_M and angle <= _MOST_TURN_RAD)


def factor_by_motion(before: Look, now: Look) -> float | None:
    """How many times too far the depth of ``before`` is, if the poses are right; about 1.

    Corners are followed from picture to picture; each tells by how much its depth would have to
    be scaled so that it lies where it is seen. None if they are too few or do not agree. An
    error in the unit of the poses looks the same.
    """
    start = corners(before)
    depth = smooth_depth_at(start, before.depth_m) if len(start) else np.zeros(0)
    start, depth = start[depth > 0], depth[depth > 0]
    if len(start) < _FEW_CORNERS:
        return None
    now_from_before = np.linalg.inv(now.pose) @ before.pose
    turned = backproject(start, depth, before.intrinsics) @ now_from_before[:3, :3].T
    end, found = follow(before, now, start, _seen_at(turned, now.intrinsics))
    return _factor(turned[found], end[found], now_from_before[:3, 3], now.intrinsics)


def _seen_at(points: F64, intrinsics: Intrinsics) -> F64:
    """Pixels (N, 2) of points (N, 3), camera frame: where the turn alone takes them."""
    rays = points[:, :2] / np.maximum(points[:, 2:], 1e-6)
    return np.asarray(rays * (intrinsics.fx, intrinsics.fy) + (intrinsics.cx, intrinsics.cy))


def _factor(turned: F64, end: F64, moved: F64, intrinsics: Intrinsics) -> float | None:
    """Of points turned into the second camera (N, 3), and the pixels (N, 2) that show them."""
    seen = backproject(end, np.ones(len(end)), intrinsics)
    # s * turned + moved is parallel to seen, so s * (turned x seen) = -(moved x seen)
    across, shift = np.cross(turned, seen), -np.cross(np.broadcast_to(moved, seen.shape), seen)
    length = np.linalg.norm(across, axis=1)
    telling = length > _LEAST_PARALLAX * np.maximum(turned[:, 2], 1e-6)
    if np.count_nonzero(telling) < _FEW_CORNERS:
        return None
    scale = (across * shift).sum(axis=1)[telling] / length[telling] ** 2
    if np.count_nonzero(scale > 0) < 0.8 * len(scale):
        return None
    logs = np.log(scale[scale > 0])
    middle = float(np.median(logs))
    agree = np.count_nonzero(np.abs(logs - middle) < math.log(1.5))
    return math.exp(-middle) if agree >= 0.6 * len(scale) else None
