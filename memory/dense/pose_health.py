"""Poses that do not follow the camera: they have stopped, drift away, or jump by a little.

Jumps that no camera can make are known without the map, by `Admission`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.dense.alignment import AlignmentConfig, DistanceField, align, misfit_m
from cogmap.memory.dense.looks import Look, corners, follow
from cogmap.memory.geometry.poses import motion_between
from cogmap.runtime.messages import F32, F64, Intrinsics

__all__ = ["Jumps", "has_picture_moved", "shift_to_the_surface"]

_LEAST_FLOW_PX = 1.5
_MOST_STAYING = 0.25
"""Of a picture that moves as a whole so many corners at most stay; somebody who walks through
the view of a camera that stands leaves more."""
_FEW_CORNERS = 25
_ODD_M, _ODD_RAD, _ODD_TIMES = 0.08, 0.15, 1.5
"""A step is odd if it is longer than this and so many usual ones."""
_BETTER, _MUCH_BETTER = 0.1, 0.25
"""By how much more of what is measured must lie on the map one way than the other."""
_FITS, _FITS_NOT = 0.65, 0.5
"""Of right poses most is on the map, but of a few frames that see mostly what is new."""
_SIGMA_M = 0.05
"""How far the surface may pull a pose when it is asked what it thinks of it."""
_MISFIT_M = 0.015
"""Median distance to the surface that noise of depth and poses explains."""
_WIDE = AlignmentConfig(points=600, min_known=150, outlier_m=0.08, iterations=4)


def has_picture_moved(before: Look, now: Look) -> bool:
    """Whether everything is somewhere else in the second picture: most corners of it, or, where
    it has few, most of the depth. False if it shows too little to tell."""
    start = corners(before)
    end, found = follow(before, now, start, start)
    if np.count_nonzero(found) < _FEW_CORNERS:
        both = (before.depth_m > 0) & (now.depth_m > 0)
        change = np.abs(now.depth_m[both] / before.depth_m[both] - 1)
        return bool(len(change) > 0.1 * both.size and np.mean(change > 0.05) > 0.5)
    flow = np.linalg.norm(end - start, axis=1)[found]
    return bool(np.mean(flow < _LEAST_FLOW_PX) <= _MOST_STAYING)


def shift_to_the_surface(
    depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64, surface: DistanceField
) -> F64 | None:
    """(3,) m by which the camera would have to be shifted, world, for a frame to lie on the
    surface; None if that is unknown.

    It tells up to some 15 cm: farther off, points are no longer near the surface they belong to.
    """
    aligned = align(depth_m, intrinsics, world_from_camera, _SIGMA_M, surface, _WIDE)
    if aligned is world_from_camera:
        return None
    before, after = (
        misfit_m(depth_m, intrinsics, pose, surface) for pose in (world_from_camera, aligned)
    )
    if before < _MISFIT_M or after > 0.5 * before:  # it fits, or does so nowhere
        return np.zeros(3)
    return np.asarray(aligned[:3, 3] - world_from_camera[:3, 3], np.float64)


class Jumps:
    """Poses that are off since a jump: told by whether frames fit the map better without it.

    `Admission` knows the jumps that no camera can make, and believes a new place after a while;
    this follows small ones too, and does not believe one while the map speaks against it. A jump
    is over when poses go on from where the camera must be, or when frames fit where poses say.
    """

    def __init__(self) -> None:
        self._last: F64 | None = None  # where the camera was last, jumps undone
        self._motion = np.eye(4)  # of the camera, in its last step
        self._usual = np.zeros(2)  # metres and radians a frame
        self._away: F64 | None = None  # by which poses are off, world

    def take(self, pose: F64, agreement: Callable[[F64], float | None], leapt: bool) -> bool:
        """Whether the next pose (4, 4) is off by a jump; ``leapt``: no camera can have got there.

        ``agreement`` of a pose is the part of what the frame measured that would lie on the map,
        None if the map does not know.
        """
        step = self._step(pose)
        goes_on = self._last is None or not (self._is_odd(step) or (leapt and self._away is None))
        if goes_on:
            if self._away is None and self._last is not None:
                self._motion = np.linalg.inv(self._last) @ pose
                self._usual = 0.8 * self._usual + 0.2 * step if self._usual.any() else step
            self._away, self._last = None, pose.copy()
            return False
        away = self._away
        if away is None:
            assert self._last is not None
            away = pose @ np.linalg.inv(self._last @ self._motion)  # had it moved on as before
        undone = np.linalg.inv(away) @ pose
        stated, without = agreement(pose), agreement(undone)
        if _speaks_for_it(stated, without) or (
            self._away is None and not leapt and not _speaks_against_it(stated, without)
        ):
            self._away, self._last = None, pose.copy()
            return False
        self._away, self._last = away, undone
        return True

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything remembered, for ``from_state``."""
        nowhere = np.zeros((4, 4))
        poses = [nowhere if pose is None else pose for pose in (self._last, self._away)]
        return {"poses": np.stack([*poses, self._motion]), "usual": self._usual.copy()}

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> Jumps:
        """Inverse of ``state``."""
        jumps = cls()
        last, away, jumps._motion = (pose.copy() for pose in state["poses"])
        jumps._last = last if last.any() else None
        jumps._away = away if away.any() else None
        jumps._usual = state["usual"].copy()
        return jumps

    def _step(self, pose: F64) -> F64:
        if self._last is None:
            return np.zeros(2)
        return np.array(motion_between(self._last, pose), np.float64)

    def _is_odd(self, step: F64) -> bool:
        return bool((step > np.array([_ODD_M, _ODD_RAD]) + _ODD_TIMES * self._usual).any())


def _speaks_for_it(stated: float | None, without: float | None) -> bool:
    """Whether the map says that the camera is where the pose says, after a jump."""
    if stated is not None and stated > _FITS and (without is None or stated > without + _BETTER):
        return True
    return without is not None and without < _FITS_NOT and (stated is None or stated >= without)


def _speaks_against_it(stated: float | None, without: float | None) -> bool:
    return (
        stated is not None
        and without is not None
        and stated < _FITS
        and without > _FITS_NOT
        and without > stated + _MUCH_BETTER
    )
