"""Poses that do not follow the camera: they have stopped, drift away, or jump by a little.

Jumps that no camera can make are known without the map, by `Admission`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.dense.alignment import (
    AlignmentConfig,
    DistanceField,
    align,
    misfit_m,
    offsets_m,
)
from cogmap.memory.dense.looks import Look, corners, follow
from cogmap.memory.geometry.poses import motion_between
from cogmap.runtime.messages import F32, F64, Intrinsics

__all__ = ["Drift", "Jumps", "has_picture_moved"]

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
_MISFIT_M = 0.005
"""Median distance to the surface that noise of depth explains."""
_LEAST_M, _MOST_M, _USUAL_TIMES = 0.015, 0.055, 4.0
"""A shift is odd from so many times the usual one on, at least and at most so far. Usual are 0.2
cm with exact poses and 1.1 to 1.9 cm in recordings; the largest of right poses were 2.1 and 5.7."""
_MISFIT_PART = 0.3
"""Of an odd shift, by which the frame lies off the surface; a bare wall may be shifted freely."""
_THIN_M = 0.085
"""The two sides of a wall that is thinner than the surface's truncation push each other apart: from
near, all that is in view lies up to so much behind where it was mapped, at right poses."""
_TELLS_M = 0.15
"""Farther off, points are no longer near the surface that they belong to. What fits there lies to
another: from near, the far side of a wall."""
_MOST_IN_THIN = 0.3
_MOST_FROM_BEHIND = 0.5
_OTHER_SIDE_M = (0.15, 0.25, 0.35)
"""Where that of a wall is looked for, along a ray that may be oblique."""
_NO_LONGER = 0.7
_LATELY, _FEW_LOOKS = 64, 12
_DOUBTED = 30
"""Frames; as long as a drift needs to be told from a thing that was moved. What is mapped there may
be wrong itself, and must not stay so for ever."""
_DRIFT_VIEWS, _ANOTHER_M, _ANOTHER_RAD = 3, 0.1, 0.15
"""So many views, each so far from the one before, must be off in one direction."""
_GROWN_PART = 0.6
"""Of an odd shift, by which the next one is farther, so that it counts like another view."""
_LOOK_EVERY = 3
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


@dataclass(frozen=True)
class Misplaced:
    """How a frame lies to the surface."""

    shift: F64
    """(3,) m, world, by which the camera would have to be shifted for the frame to lie on it."""
    misfit_m: float
    """By how much it now lies off it."""
    in_thin: float
    """Part of what lies off it that is behind it, in something of which the other side was mapped
    as well: the two sides of a thin wall push each other apart."""


def misplaced(
    depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64, surface: DistanceField
) -> Misplaced | None:
    """None if that is unknown, or farther than this can tell; also where what lies off does so of a
    surface that faces away: that is the other side of a wall of which this one is new, as for who
    turns fast or sees few frames."""
    aligned = align(depth_m, intrinsics, world_from_camera, _SIGMA_M, surface, _WIDE)
    shift = aligned[:3, 3] - world_from_camera[:3, 3]
    if aligned is world_from_camera or np.linalg.norm(shift) > _TELLS_M:
        return None
    offsets, points, normals = offsets_m(depth_m, intrinsics, world_from_camera, surface)
    before = float(np.median(np.abs(offsets))) if len(offsets) else 0.0
    if before > _MISFIT_M and misfit_m(depth_m, intrinsics, aligned, surface) > 0.5 * before:
        return None  # it lies nowhere
    off = np.abs(offsets) > 0.5 * before
    if not off.any():
        return Misplaced(shift, before, 0.0)
    rays = points[off] - world_from_camera[:3, 3]
    rays /= np.maximum(np.linalg.norm(rays, axis=1, keepdims=True), 1e-6)
    if np.mean(np.sum(normals[off] * rays, axis=1) > 0) > _MOST_FROM_BEHIND:
        return None
    thin = _are_in_thin(points[off], offsets[off], rays, surface)
    return Misplaced(shift, before, float(np.mean(thin)))


def _are_in_thin(points: F64, offsets: F64, rays: F64, surface: DistanceField) -> np.ndarray:
    """(N,) bool: points (N, 3) that lie behind the surface, and farther along their ray (N, 3) the
    other side of what they lie in."""
    beyond = np.zeros(len(points), np.bool_)
    for farther_m in _OTHER_SIDE_M:
        distance, _, frames = surface.distances(points + farther_m * rays)
        beyond |= (frames > 0) & (distance > 0)
    return beyond & (offsets < 0)


class Drift:
    """Poses that go away slowly: told by views that lie off the map in one direction.

    What is mapped follows the poses, so drift must be known early, and rough poses must not be
    taken for it. So a shift is odd if it is several times what is usual for this source.
    """

    STATE = ("numbers", "lately", "misfits", "seen_at", "shift", "began", "ended")

    def __init__(self) -> None:
        self.holds = False
        self.off_m = 0.0
        """Of the last view that told."""
        self._looks = 0
        self._views = 0  # that were off, one after the other
        self._doubted = 0  # frames, since one lay off the map
        self._lately: deque[float] = deque(maxlen=_LATELY)  # how far views were off, m
        self._misfits: deque[float] = deque(maxlen=_LATELY)  # and by how much they lay off, m
        self._seen_at, self._shift = np.eye(4), np.zeros(3)
        self._began = np.zeros(3)  # the shift when the drift was noticed
        self._ended = np.zeros(3)  # the shift of the last drift, when poses jumped back by it

    def take(
        self,
        depth_m: F32,
        intrinsics: Intrinsics,
        pose: F64,
        surface: DistanceField,
        jump: F64,
    ) -> None:
        """The next frame, of which the pose (4, 4) may be mapped; ``jump`` (3,) m: it leapt there,
        as poses do that are corrected. Back from where they had drifted, they are right."""
        if self.holds and _is_back(jump, self._shift):
            self.holds, self._views, self._ended = False, 0, self._shift
            self._doubted = 0
        self._looks += 1
        self._doubted += self._doubted > 0
        if self._looks % _LOOK_EVERY and not (self._views or self._doubted or self.holds):
            return
        told = misplaced(depth_m, intrinsics, pose, surface)
        if told is None:
            return
        off_m, odd_m = float(np.linalg.norm(told.shift)), _odd_for(self._lately)
        if odd_m < off_m <= _THIN_M and told.in_thin > _MOST_IN_THIN:
            return
        if off_m > odd_m and self._was_mapped_in_drift(told.shift):
            return
        is_odd = off_m > odd_m and told.misfit_m > _MISFIT_PART * odd_m
        if is_odd or self._is_odd_misfit(told.misfit_m):
            self._doubted = max(self._doubted, 1)
        else:
            self._doubted = 0
        if is_odd:
            self._take_odd(pose, told.shift, odd_m)
        else:
            self._views = max(self._views - 1, 0)
            if not self.holds:
                self._lately.append(off_m)
                self._misfits.append(told.misfit_m)
        if self._views >= _DRIFT_VIEWS:
            if not self.holds:
                self._began = self._shift
            self.holds, self.off_m = True, off_m
        elif off_m < _NO_LONGER * odd_m:
            self.holds = False

    @property
    def suspected(self) -> bool:
        """Whether the last view that told lay off the map, which need not be drift."""
        return 0 < self._doubted <= _DOUBTED

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything remembered, for ``from_state``."""
        numbers = [self.holds, self.off_m, self._looks, self._views, self._doubted]
        return {
            "numbers": np.array(numbers, np.float64),
            "lately": np.array(self._lately, np.float64),
            "misfits": np.array(self._misfits, np.float64),
            "seen_at": self._seen_at.copy(),
            "shift": self._shift.copy(),
            "began": self._began.copy(),
            "ended": self._ended.copy(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> Drift:
        """Inverse of ``state``."""
        drift = cls()
        holds, drift.off_m, looks, views, *doubted = state["numbers"].tolist()
        drift._doubted = int(sum(doubted))  # older maps have none of it, nor of what follows by get
        drift._lately.extend(state["lately"].tolist())
        drift._misfits.extend(state.get("misfits", np.zeros(0)).tolist())
        drift.holds, drift._looks, drift._views = bool(holds), int(looks), int(views)
        drift._seen_at, drift._shift = state["seen_at"].copy(), state["shift"].copy()
        drift._began = state.get("began", drift._shift).copy()
        drift._ended = state.get("ended", np.zeros(3)).copy()
        return drift

    def _is_odd_misfit(self, misfit_m: float) -> bool:
        """As an odd shift: a bare wall that is off is turned onto the map, and hardly
        shifted. What was mapped of a drift before it was noticed is off by no more than that."""
        if self._ended.any() and misfit_m <= np.linalg.norm(self._began):
            return False
        return misfit_m > _odd_for(self._misfits)

    def _was_mapped_in_drift(self, shift: F64) -> bool:
        """Whether right poses would be off by this: what was mapped of a drift before it was
        noticed lies off the other way."""
        no_more = np.linalg.norm(shift) <= np.linalg.norm(self._ended)
        return bool(no_more) and _is_one_way(shift, -self._ended)

    def _take_odd(self, pose: F64, shift: F64, odd_m: float) -> None:
        """Drift is about the same wherever it looks, and grows while a camera stands; the far side
        of a thin thing is off in another direction from everywhere, and what was moved is off by
        the same. While it holds it is known which way it went: farther off, frames fit to what is
        beside where they belong."""
        if self.holds and not _is_one_way(shift, self._began):
            return
        if self._views and not _is_one_way(shift, self._shift):
            self._views = 0
        elif (
            not self._views
            or _is_another_view(self._seen_at, pose)
            or np.linalg.norm(shift) >= np.linalg.norm(self._shift) + _GROWN_PART * odd_m
        ):
            self._views = min(self._views + 1, _DRIFT_VIEWS)  # a long drift ends as soon as others
            self._seen_at, self._shift = pose.copy(), shift


def _odd_for(lately: deque[float]) -> float:
    """From where on (m) something is odd, by how it was lately."""
    if len(lately) < _FEW_LOOKS:
        return _MOST_M
    return min(max(_USUAL_TIMES * float(np.median(lately)), _LEAST_M), _MOST_M)


def _is_back(jump: F64, shift: F64) -> bool:
    far = np.linalg.norm(jump) >= _NO_LONGER * np.linalg.norm(shift)
    return bool(far) and _is_one_way(jump, shift)


def _is_one_way(one: F64, other: F64) -> bool:
    return bool(one @ other > 0.5 * np.linalg.norm(one) * np.linalg.norm(other))


def _is_another_view(before: F64, now: F64) -> bool:
    distance, angle = motion_between(before, now)
    return bool(distance >= _ANOTHER_M or angle >= _ANOTHER_RAD)


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
        self.believed = np.zeros(3)
        """(3,) m, world: the small jump that the last pose made, and that was believed."""

    def take(self, pose: F64, agreement: Callable[[F64], float | None], leapt: bool) -> bool:
        """Whether the next pose (4, 4) is off by a jump; ``leapt``: no camera can have got there.

        ``agreement`` of a pose is the part of what the frame measured that would lie on the map,
        None if the map does not know.
        """
        self.believed = np.zeros(3)
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
            if self._away is None and self._last is not None:
                self.believed = pose[:3, 3] - (self._last @ self._motion)[:3, 3]
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
