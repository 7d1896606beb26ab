"""Which frames are not what they claim to be: a fault of the camera, its driver or its poses.

`Admission` judges a frame by itself and by where it was taken; this judges it by the frames
before it and by the map. What is refused here changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.dense.alignment import DistanceField
from cogmap.memory.dense.depth_unit import factor_by_motion, is_wrong_unit, leap_of_depth, may_tell
from cogmap.memory.dense.looks import Look
from cogmap.memory.dense.picture_health import (
    are_swapped,
    fingerprint,
    is_black,
    seen_colors,
    shows_something,
    small_picture,
    swap_score,
)
from cogmap.memory.dense.pose_health import Drift, Jumps, has_picture_moved
from cogmap.memory.geometry.poses import is_pose, motion_between
from cogmap.runtime.messages import F32, F64, U8, BadInputError, Frame, FrameVerdict, Intrinsics

__all__ = ["DepthUnitError", "FrameHealth", "MappedSurface"]

_MOVED_M, _MOVED_RAD = 0.01, 0.0087
"""A camera that has moved by this cannot give the same picture."""
_LONG_STILL = 60
"""Without poses: so many equal pictures one after the other are those of a frozen camera."""
_NEXT_M, _NEXT_RAD, _NEXT_S = 0.25, 0.25, 0.25
"""Depth is compared with that of the frame before if that was taken so near to here, by its pose,
or so shortly before."""
_WRONG_TWICE = 2
"""One wrong unit may be an error of the poses."""
_UNIT_EVERY = 30
"""Frames between looks at the unit of depth once it was found right."""
_NO_COLORS: U8 = np.zeros((0, 0, 3), np.uint8)
_SWAPPED = -0.3
"""Over four recordings and ten houses the least score of a right picture was 0.42."""


class DepthUnitError(BadInputError):
    """Depth was never in the unit that it claims: nothing of what was mapped is right."""


class MappedSurface(DistanceField, Protocol):
    """What is asked of the map."""

    def colors(self, points: F64) -> tuple[U8, F64]:
        """RGB (N, 3) at points (N, 3), world, and of how many frames they are (N,)."""
        ...


class _Still:
    """Since when an image has been exactly the same, and where the camera was then."""

    def __init__(self) -> None:
        self.print_, self.frames = -1, 0
        self.began_at = np.zeros((4, 4))  # zeros: the source gave no pose

    def take(self, image: NDArray[Any], pose: F64 | None) -> None:
        now = fingerprint(image)
        if now == self.print_ and (pose is not None) == bool(self.began_at.any()):
            self.frames += 1
        else:
            self.print_, self.frames = now, 1
            self.began_at = np.zeros((4, 4)) if pose is None else pose.copy()

    def is_frozen(self, pose: F64 | None) -> bool:
        if pose is None:
            return self.frames > _LONG_STILL
        distance, angle = motion_between(self.began_at, pose)
        return self.frames > 1 and bool(distance >= _MOVED_M or angle >= _MOVED_RAD)


class FrameHealth:
    """Follows the frames of one source, in their order."""

    def __init__(self) -> None:
        self.detail = ""
        """Of the last frame that was refused: how much it was off."""
        self._stills = {"color": _Still(), "depth": _Still()}
        self._depth: F32 = np.zeros((0, 0), np.float32)
        self._depth_at, self._depth_stamp = np.zeros((4, 4)), 0  # zeros: the source gave no pose
        self._held: Look | None = None  # the first with the pose that the last frame had
        self._reference: Look | None = None  # for the unit of depth
        self._factor = 1.0  # by which depth is too far now
        self._unit_found_right = False
        self._wrong = self._since_unit = 0
        self._swapped = self._stuck = False
        self._colors = _NO_COLORS  # of the last frame, small
        self._jumps, self._drift = Jumps(), Drift()

    def look(self, frame: Frame, depth_m: F32 | None) -> FrameVerdict | None:
        """A verdict if the frame must not be mapped, by the frames before it; else None.

        Raises DepthUnitError if depth is in a wrong unit from the beginning.
        """
        pose = frame.world_from_camera
        if pose is not None and not is_pose(pose):
            return None  # left to who judges poses
        black = frame.color is not None and is_black(frame.color)
        frozen = self._is_frozen(frame, depth_m, pose, black)
        if black:
            return "dark"
        if frozen:
            return "frozen"
        if depth_m is None:
            return None
        self._follow_colors(frame.color, pose, frame.stamp_ns)
        self._follow_depth(depth_m, pose, frame.stamp_ns)
        stuck = False
        if pose is not None and frame.color is not None:
            now = Look.at(frame.color, depth_m, frame.intrinsics, pose)
            self._check_unit(now)
            stuck = self._is_stuck(now)
        if is_wrong_unit(self._factor):
            self.detail = f"{_times(self._factor)} as far as it should be"
            return "bad_scale"
        return "pose_stuck" if stuck else None

    def look_at_map(
        self,
        frame: Frame,
        depth_m: F32,
        pose: F64,
        surface: MappedSurface,
        agreement: Callable[[F64], float | None] | None,
        *,
        leapt: bool = False,
    ) -> FrameVerdict | None:
        """The same, by what the map holds where the frame looks: `skipped_doubtful` if only the
        surface must not have it.

        ``agreement`` of a pose: the part of what the frame measured that would lie on the map.
        None if the pose was tracked: then it fits the frames before by itself. ``leapt``: the
        pose was refused because no camera can have got there.
        """
        if agreement is not None:
            if self._jumps.take(pose, agreement, leapt) or leapt:
                return "pose_jump"
            self._drift.take(depth_m, frame.intrinsics, pose, surface, self._jumps.believed)
        if frame.color is not None and not self._drift.holds:  # else those of other places
            self._compare_colors(frame.color, depth_m, frame.intrinsics, pose, surface)
        if self._swapped:
            return "swapped_colors"
        if not self._drift.holds:
            return "skipped_doubtful" if self._drift.suspected else None
        self.detail = f"{100 * self._drift.off_m:.0f} cm"
        return "pose_drift"

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything remembered, for ``from_state``."""
        numbers = [
            self._factor, self._unit_found_right, self._wrong, self._since_unit,
            self._swapped, self._stuck,
        ]  # fmt: skip
        state: dict[str, NDArray[Any]] = {
            "numbers": np.array(numbers, np.float64),
            "colors": self._colors,
            "depth": self._depth,
            "depth_at": self._depth_at,
            "depth_stamp": np.array([self._depth_stamp], np.int64),
        }
        for name, still in self._stills.items():
            state[f"{name}_still"] = np.array([still.print_, still.frames], np.int64)
            state[f"{name}_began_at"] = still.began_at
        state |= {f"drift_{name}": value for name, value in self._drift.state().items()}
        state |= {f"jumps_{name}": value for name, value in self._jumps.state().items()}
        for name, look in (("held", self._held), ("reference", self._reference)):
            if look is not None:
                state |= {f"{name}_{key}": value for key, value in _packed(look).items()}
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> FrameHealth:
        """Inverse of ``state``."""
        health = cls()
        factor, *numbers = state["numbers"].tolist()
        found, wrong, since, swapped, stuck = map(int, numbers)
        health._factor, health._unit_found_right = factor, bool(found)
        health._wrong, health._since_unit = wrong, since
        health._swapped, health._stuck = bool(swapped), bool(stuck)
        health._colors = state.get("colors", _NO_COLORS).copy()  # older maps have none
        health._drift = Drift.from_state(
            {name: state[f"drift_{name}"] for name in Drift.STATE if f"drift_{name}" in state}
        )
        health._jumps = Jumps.from_state(
            {name: state[f"jumps_{name}"] for name in ("poses", "usual")}
        )
        health._depth, health._depth_at = state["depth"].copy(), state["depth_at"].copy()
        health._depth_stamp = int(state["depth_stamp"][0])
        for name, still in health._stills.items():
            still.print_, still.frames = (int(each) for each in state[f"{name}_still"])
            still.began_at = state[f"{name}_began_at"].copy()
        health._held, health._reference = (_unpacked(state, n) for n in ("held", "reference"))
        return health

    def _is_frozen(self, frame: Frame, depth_m: F32 | None, pose: F64 | None, black: bool) -> bool:
        frozen = []
        if frame.color is not None and not black and shows_something(frame.color):
            self._stills["color"].take(frame.color, pose)
            frozen.append(self._stills["color"].is_frozen(pose))
        if depth_m is not None and frame.depth is not None and frame.depth.any():
            self._stills["depth"].take(frame.depth, pose)
            frozen.append(self._stills["depth"].is_frozen(pose))
        return any(frozen)

    def _follow_colors(self, color: U8 | None, pose: F64 | None, stamp_ns: int) -> None:
        """Colours that are swapped, or no longer, from one frame to the next are known at once,
        also where nothing is mapped."""
        before, self._colors = self._colors, _NO_COLORS if color is None else small_picture(color)
        near = len(before) and len(self._colors) and self._is_next_to_the_last(pose, stamp_ns)
        if near and are_swapped(before, self._colors):
            self._swapped = not self._swapped

    def _follow_depth(self, depth_m: F32, pose: F64 | None, stamp_ns: int) -> None:
        sampled = depth_m[::8, ::8]
        if self._is_next_to_the_last(pose, stamp_ns):
            leap = leap_of_depth(self._depth, sampled)
            if leap != 1:
                self._factor *= leap
                self._reference = None
        self._depth, self._depth_stamp = sampled.copy(), stamp_ns
        self._depth_at = np.zeros((4, 4)) if pose is None else pose.copy()

    def _is_next_to_the_last(self, pose: F64 | None, stamp_ns: int) -> bool:
        """Whether what is seen must be about as far as in the last frame. A slow camera that
        turns sees another wall in every frame."""
        if pose is not None and self._depth_at.any():
            distance, angle = motion_between(self._depth_at, pose)
            return bool(distance < _NEXT_M and angle < _NEXT_RAD)
        return stamp_ns - self._depth_stamp < _NEXT_S * 1e9

    def _check_unit(self, now: Look) -> None:
        self._since_unit += 1
        before = self._reference
        if before is None:
            due = not self._unit_found_right or is_wrong_unit(self._factor)
            if due or self._since_unit >= _UNIT_EVERY:
                self._reference = now
            return
        if not may_tell(before.pose, now.pose):
            if self._since_unit > 2 * _UNIT_EVERY or not _is_near(before.pose, now.pose):
                self._reference, self._since_unit = None, 0
            return
        self._reference, self._since_unit = None, 0
        factor = factor_by_motion(before, now)
        if factor is not None:
            self._take_unit(factor)

    def _take_unit(self, factor: float) -> None:
        if not is_wrong_unit(factor):
            self._unit_found_right, self._wrong, self._factor = True, 0, 1.0
            return
        leapt = is_wrong_unit(self._factor)
        if leapt and not is_wrong_unit(factor / self._factor):
            self._unit_found_right = True  # it was, before depth leapt
        self._wrong += 1
        if self._wrong < _WRONG_TWICE:
            return
        if not self._unit_found_right:
            raise DepthUnitError(
                f"depth is {_times(factor)} as far as the motion of the camera says: mend the"
                " source's depth_scale_m (metres a unit of its depth), or the unit of its poses"
            )
        self._factor = factor

    def _is_stuck(self, now: Look) -> bool:
        """The pose is the same, to the bit, but the picture is not."""
        held = self._held
        if held is None or not np.array_equal(held.pose, now.pose):
            self._held, self._stuck = now, False
        elif has_picture_moved(held, now):
            self._held, self._stuck = now, True  # from here on, as corners are soon out of sight
        return self._stuck

    def _compare_colors(
        self, color: U8, depth_m: F32, intrinsics: Intrinsics, pose: F64, surface: MappedSurface
    ) -> None:
        points, seen = seen_colors(color, depth_m, intrinsics, pose)
        mapped, frames = surface.colors(points)
        known = frames > 0
        score = swap_score(seen[known], mapped[known])
        if score is not None and abs(score) > -_SWAPPED:
            self._swapped = score < 0


def _is_near(before: F64, now: F64) -> bool:
    distance, angle = motion_between(before, now)
    return bool(distance < 0.5 and angle < 0.35)


def _times(factor: float) -> str:
    return f"{factor:.3g} times" if factor > 1 else f"1/{1 / factor:.3g}"


def _packed(look: Look) -> dict[str, NDArray[Any]]:
    camera = look.intrinsics
    numbers = [camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy]
    return {
        "gray": look.gray,
        "depth": look.depth_m,
        "camera": np.array(numbers, np.float64),
        "pose": look.pose,
    }


def _unpacked(state: Mapping[str, NDArray[Any]], name: str) -> Look | None:
    if f"{name}_pose" not in state:
        return None
    width, height, fx, fy, cx, cy = state[f"{name}_camera"].tolist()
    camera = Intrinsics(width=int(width), height=int(height), fx=fx, fy=fy, cx=cx, cy=cy)
    gray, depth, pose = (state[f"{name}_{key}"].copy() for key in ("gray", "depth", "pose"))
    return Look(gray, depth, camera, pose)
