"""Which frames may change the map: a wrong pose or depth does more harm than a missing frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.geometry.poses import is_pose, motion_between
from cogmap.runtime.messages import F32, F64, CogmapError, FrameVerdict

__all__ = ["Admission", "AdmissionConfig", "AdmissionError"]


class AdmissionError(CogmapError):
    """A threshold cannot work."""


@dataclass(frozen=True)
class AdmissionConfig:
    """What is believed and what is worth the work."""

    min_valid_fraction: float = 0.1
    """Part of the pixels that must have a depth."""
    min_median_depth_m: float = 0.1
    """A median depth below this means a wrong scale or a covered lens."""
    max_median_depth_m: float = 15.0
    """A median depth above this means a wrong scale."""
    max_position_sigma_m: float = 0.1
    """Poses that their source states to be less certain are not used."""
    max_speed_mps: float = 3.0
    """Faster is a jump."""
    max_turn_rps: float = 8.0
    """Turning faster, rad/s, is a jump."""
    slack_m: float = 0.15
    """Distance that is always allowed: pose noise, and stamps that are not exact."""
    slack_rad: float = 0.3
    """Turn that is always allowed."""
    return_s: float = 1.0
    """Time for which a pose that goes on from the last good one ends a jump."""
    recovery_frames: int = 15
    """Consistent frames after which the place jumped to is believed, if the map has no say."""
    agreeing_frames: int = 2
    """Consistent frames after which it is believed if the map agrees."""
    agreement: float = 0.8
    """Part of the measured points that must fall on what the map holds for it to agree."""
    disagreement: float = 0.65
    """Part below which the map disagrees, and the frames are kept out."""
    skip_still: bool = True
    """False: every frame of the same view is fused, whatever is said below."""
    still_m: float = 0.01
    """Movement under which the view is the same as that of the last fused frame."""
    still_rad: float = 0.0087
    """Turn under which the view is the same."""
    still_fused: int = 8
    """Frames of the same view that are fused; more add nothing."""
    still_every: int = 15
    """Of the same view, every so many frames one is fused all the same."""
    changed_fraction: float = 0.005
    """Part of the depth pixels that must change for an equal view to be news."""
    changed_depth: float = 0.05
    """Relative change of depth that counts."""

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if not 0 <= getattr(self, name) < 1e9:
                raise AdmissionError(f"admission: {name} = {getattr(self, name)} must be positive")
        if self.min_median_depth_m >= self.max_median_depth_m:
            raise AdmissionError("admission: min_median_depth_m must be below max_median_depth_m")
        if self.still_every < 1:
            raise AdmissionError("admission: still_every must be at least 1")


class Admission:
    """Judges frames in their order. ``judge`` decides, then remembers what it decided.

    A pose that cannot be reached from the last one at plausible speed starts a jump. The jump
    ends when, within ``return_s``, a pose does not go on from the jump but from the last good
    one; or when the new place is believed: after ``agreeing_frames`` frames that go on from
    each other and whose depth agrees with the map, or, where the map has no say, after
    ``recovery_frames``. While the map disagrees the frames stay out.
    """

    def __init__(self, config: AdmissionConfig = AdmissionConfig()) -> None:
        self.config = config
        self._last_stamp: int | None = None
        self._good: tuple[int, F64] | None = None
        self._jump: tuple[int, F64] | None = None
        self._jump_frames = 0
        self._fused_pose: F64 | None = None
        self._fused_depth: F32 | None = None
        self._fused_here = 0
        self._skipped_here = 0

    def judge(
        self,
        stamp_ns: int,
        depth_m: F32 | None,
        world_from_camera: F64 | None,
        position_sigma_m: float | None = None,
        map_agreement: float | None = None,
    ) -> FrameVerdict:
        """Verdict on the next frame: ``"fused"`` means that it is to be mapped.

        ``depth_m`` (H, W) metres, 0 invalid; ``world_from_camera`` (4, 4); ``map_agreement``
        the part of measured points that fall on what the map holds, None if it knows too
        little there. It is needed only where ``may_jump``.
        """
        if self._last_stamp is not None and stamp_ns <= self._last_stamp:
            return "time_backwards"
        self._last_stamp = stamp_ns
        if depth_m is None:
            return "no_depth"
        if not self._healthy(depth_m):
            return "bad_depth"
        if world_from_camera is None or not is_pose(world_from_camera):
            return "no_pose"
        sigma = position_sigma_m
        if sigma is not None and not sigma <= self.config.max_position_sigma_m:
            return "pose_uncertain"
        if not self._plausible(stamp_ns, world_from_camera, map_agreement):
            return "pose_jump"
        sampled = depth_m[::8, ::8]
        if self._adds_nothing(world_from_camera, sampled):
            return "skipped_redundant"
        self._fused_pose, self._fused_depth = world_from_camera.copy(), sampled.copy()
        return "fused"

    def may_jump(self, stamp_ns: int, world_from_camera: F64) -> bool:
        """Whether ``judge`` will want ``map_agreement`` for this pose."""
        if self._good is None or not is_pose(world_from_camera):
            return False
        return self._jump is not None or not self._reachable(
            self._good, stamp_ns, world_from_camera
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything remembered, for ``from_state``."""
        stamps = [self._last_stamp, self._good and self._good[0], self._jump and self._jump[0]]
        poses = [self._good and self._good[1], self._jump and self._jump[1], self._fused_pose]
        numbers = [-(2**63) if stamp is None else stamp for stamp in stamps]
        counts = [self._jump_frames, self._fused_here, self._skipped_here]
        depth = self._fused_depth
        return {
            "numbers": np.array(numbers + counts, np.int64),
            "poses": np.stack([np.zeros((4, 4)) if pose is None else pose for pose in poses]),
            "depth": np.zeros((0, 0), np.float32) if depth is None else depth.copy(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: AdmissionConfig) -> Admission:
        """Inverse of ``state``."""
        admission = cls(config)
        last, good, jump, *counts = (int(number) for number in state["numbers"])
        poses = [pose.copy() if pose.any() else None for pose in state["poses"]]
        admission._last_stamp = None if last == -(2**63) else last
        admission._good = None if poses[0] is None else (good, poses[0])
        admission._jump = None if poses[1] is None else (jump, poses[1])
        admission._fused_pose = poses[2]
        admission._fused_depth = state["depth"].copy() if state["depth"].size else None
        admission._jump_frames, admission._fused_here, admission._skipped_here = counts
        return admission

    def _healthy(self, depth_m: F32) -> bool:
        config = self.config
        sampled = depth_m[::4, ::4]
        if not np.isfinite(sampled).all():
            return False
        valid = sampled[sampled > 0]
        if len(valid) == 0 or len(valid) < config.min_valid_fraction * sampled.size:
            return False
        median = float(np.median(valid))
        if not config.min_median_depth_m <= median <= config.max_median_depth_m:
            return False
        return bool(valid.min() < valid.max())

    def _plausible(self, stamp_ns: int, pose: F64, map_agreement: float | None) -> bool:
        goes_on = self._reachable(self._jump, stamp_ns, pose)
        if not goes_on and self._back_or_never_left(stamp_ns, pose):
            self._good, self._jump, self._jump_frames = (stamp_ns, pose.copy()), None, 0
            return True
        self._jump = (stamp_ns, pose.copy())
        self._jump_frames = self._jump_frames + 1 if goes_on else 1
        needed = self.config.recovery_frames
        if map_agreement is not None and map_agreement >= self.config.agreement:
            needed = self.config.agreeing_frames
        elif map_agreement is not None and map_agreement < self.config.disagreement:
            return False
        if self._jump_frames < needed:
            return False
        self._good, self._jump, self._jump_frames = self._jump, None, 0
        return True

    def _back_or_never_left(self, stamp_ns: int, pose: F64) -> bool:
        if self._good is None:
            return True
        in_time = stamp_ns - self._good[0] <= self.config.return_s * 1e9
        return (self._jump is None or in_time) and self._reachable(self._good, stamp_ns, pose)

    def _reachable(self, start: tuple[int, F64] | None, stamp_ns: int, pose: F64) -> bool:
        if start is None:
            return False
        config = self.config
        distance, angle = motion_between(start[1], pose)
        seconds = (stamp_ns - start[0]) * 1e-9
        return bool(
            distance <= config.slack_m + config.max_speed_mps * seconds
            and angle <= config.slack_rad + config.max_turn_rps * seconds
        )

    def _adds_nothing(self, pose: F64, sampled: F32) -> bool:
        if not self._same_view(pose, sampled):
            self._fused_here, self._skipped_here = 1, 0
            return False
        if not self.config.skip_still or self._fused_here < self.config.still_fused:
            self._fused_here += 1
            return False
        self._skipped_here = (self._skipped_here + 1) % self.config.still_every
        return self._skipped_here != 0

    def _same_view(self, pose: F64, sampled: F32) -> bool:
        before = self._fused_depth
        if self._fused_pose is None or before is None or before.shape != sampled.shape:
            return False
        distance, angle = motion_between(self._fused_pose, pose)
        if distance >= self.config.still_m or angle >= self.config.still_rad:
            return False
        both = (before > 0) & (sampled > 0)
        changed = both & (np.abs(before - sampled) > self.config.changed_depth * before)
        return bool(changed.sum() <= self.config.changed_fraction * sampled.size)
