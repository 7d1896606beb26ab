"""Where the camera is, from colour and depth alone.

A frame is first matched with the one before it, for a rough pose, then with every nearby
keyframe, old ones too, for the pose that counts: a place seen again is the same place, so drift
ends where the camera comes back. A pose that the evidence does not carry is not given out: the
state is then ``lost`` until the last view or a keyframe is recognised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.dense.features import FeatureDetector, Features, match_descriptors, match_near
from cogmap.memory.dense.keyframes import (
    KeyframeMap,
    View,
    agreement,
    depth_samples,
    pack_views,
    thumbnail,
    unpack_views,
)
from cogmap.memory.dense.pose_estimation import (
    PoseEstimate,
    Sightings,
    pose_by_consensus,
    refine_pose,
)
from cogmap.memory.geometry.camera import project
from cogmap.memory.geometry.poses import motion_between
from cogmap.memory.persistence import part_of
from cogmap.runtime.messages import F32, F64, U8, Intrinsics


@dataclass(frozen=True)
class TrackerConfig:
    """What can be set about tracking."""

    max_features: int = 800
    """Features of a frame."""
    local_keyframes: int = 6
    """Keyframes that a frame is matched with."""
    max_keyframes: int = 400
    """Keyframes remembered, about 100 KB each."""
    keyframe_shared: float = 0.65
    """A frame becomes a keyframe where none shares more of its surface with it,"""
    keyframe_inliers: int = 100
    """or where fewer points of the keyframes were found."""
    search_radius_px: float = 12.0
    """How far from its expected place a point is looked for."""
    min_inliers: int = 30
    """Points that must agree with a pose,"""
    min_inlier_fraction: float = 0.25
    """and their fraction of the points found."""
    max_position_sigma_m: float = 0.05
    """A pose less certain than that is not given out."""
    max_seen_through: float = 0.35
    """Nor one by which the camera looks through this much of the surface seen before."""
    max_speed_mps: float = 3.0
    """Nor one that is reached faster than that,"""
    max_turn_rps: float = 8.0
    """or by turning faster (rad/s)."""
    relocalise_keyframes: int = 9
    """Keyframes tried a frame while lost: it bounds the time that a lost frame takes."""


@dataclass(frozen=True)
class Tracked:
    """What tracking says about one frame."""

    state: Literal["tracking", "lost"]
    world_from_camera: F64 | None = None
    """(4, 4); None while lost."""
    keyframe: int = -1
    """Number of the frame that is the reference keyframe; -1 while lost."""
    keyframe_from_camera: F64 | None = None
    """(4, 4) pose relative to that keyframe: stays true when keyframes are corrected."""
    inliers: int = 0
    """Points that agree with the pose."""
    position_sigma_m: float = float("inf")
    """Standard deviation of the position relative to the points it was found by. It knows
    nothing of drift: that is in the points."""


@dataclass(frozen=True)
class _Frame:
    """An image whose pose is looked for."""

    number: int
    stamp_ns: int
    intrinsics: Intrinsics
    depth_m: F32
    features: Features
    thumbnail: F32

    def seen_from(self, world_from_camera: F64) -> View:
        return View(
            self.number,
            self.stamp_ns,
            world_from_camera,
            self.features.with_depth(),
            depth_samples(self.depth_m, self.intrinsics),
            self.thumbnail,
        )


@dataclass(frozen=True)
class _Located:
    """A pose of a frame, and which views speak for it."""

    estimate: PoseEstimate
    views: Sequence[View]
    inliers_of: Sequence[int]
    """Points of each view that agree."""


class Tracker:
    """Tracks one camera through one world. The same frames give the same poses, bit by bit.

    Args:
        world_from_first: (4, 4) pose of the first frame; identity if nothing is known of it.
    """

    def __init__(
        self, config: TrackerConfig | None = None, world_from_first: F64 | None = None
    ) -> None:
        self.config = config or TrackerConfig()
        self.keyframes = KeyframeMap(self.config.max_keyframes)
        self._world_from_first = np.eye(4) if world_from_first is None else world_from_first
        self._detector = FeatureDetector(self.config.max_features)
        self._last: View | None = None

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything remembered, for ``from_state``."""
        last = pack_views([] if self._last is None else [self._last])
        return {
            "world_from_first": self._world_from_first,
            **{f"keyframes/{name}": array for name, array in self.keyframes.state().items()},
            **{f"last/{name}": array for name, array in last.items()},
        }

    @classmethod
    def from_state(
        cls, state: Mapping[str, NDArray[Any]], config: TrackerConfig | None = None
    ) -> Tracker:
        """Goes on as if it had never stopped. Raises KeyError if something is missing."""
        tracker = cls(config, state["world_from_first"])
        tracker.keyframes = KeyframeMap.from_state(
            part_of(state, "keyframes"), tracker.config.max_keyframes
        )
        tracker._last = next(iter(unpack_views(part_of(state, "last"))), None)
        return tracker

    def track(
        self, number: int, stamp_ns: int, intrinsics: Intrinsics, color: U8, depth_m: F32
    ) -> Tracked:
        """The pose of the next frame.

        Args:
            number: of the frame; it names the keyframe that the frame may become.
            stamp_ns: capture time, nanoseconds.
            intrinsics: without distortion (see ``camera.rectify``).
            color: (H, W, 3) uint8 RGB.
            depth_m: (H, W) float32 metres, 0 invalid.

        Raises:
            ValueError: the intrinsics have distortion.
        """
        if any(intrinsics.distortion):
            raise ValueError(f"frame {number}: has lens distortion; rectify() it before tracking")
        features = self._detector.detect(color, depth_m, intrinsics)
        frame = _Frame(number, stamp_ns, intrinsics, depth_m, features, thumbnail(color))
        if self._last is None:
            return self._begin(frame)
        located = self._locate(frame, self._last)
        return Tracked("lost") if located is None else self._accept(frame, located)

    def _begin(self, frame: _Frame) -> Tracked:
        """The first frame with enough to see defines the world."""
        view = frame.seen_from(self._world_from_first)
        if len(view.features) < 2 * self.config.min_inliers:
            return Tracked("lost")
        self.keyframes.insert(view)
        self._last = view
        return Tracked(
            "tracking",
            view.world_from_camera,
            view.number,
            np.eye(4),
            inliers=len(view.features),
            position_sigma_m=0.0,
        )

    def _locate(self, frame: _Frame, last: View) -> _Located | None:
        """The pose by the last view or else by keyframes that look alike, if it can be trusted."""
        located = self._locate_by(last, frame)
        if located is not None and self._plausible_motion(frame, last, located):
            return located
        for view in self.keyframes.lookalikes(frame.thumbnail, self.config.relocalise_keyframes):
            located = self._locate_by(view, frame)
            if located is not None and self._plausible_motion(frame, last, located):
                return located
        return None

    def _locate_by(self, view: View, frame: _Frame) -> _Located | None:
        rough = self._rough_pose(view, frame)
        if rough is None:
            return None
        located = self._refined(view, frame, rough)
        return located if self._trusted(view, frame, located.estimate) else None

    def _rough_pose(self, view: View, frame: _Frame) -> F64 | None:
        """``camera_from_world`` from what one view and the frame both show."""
        seen, found = match_descriptors(view.features.descriptors, frame.features.descriptors)
        sightings = Sightings.by(frame.features, found, view.feature_points()[seen])
        return pose_by_consensus(sightings, frame.intrinsics)

    def _refined(self, view: View, frame: _Frame, rough: F64) -> _Located:
        """The pose by ``view`` and by all nearby keyframes together."""
        nearby = self.keyframes.nearby(
            rough, frame.depth_m, frame.intrinsics, self.config.local_keyframes
        )
        views = [view, *(k for k in nearby if k.number != view.number)]
        points = np.concatenate([v.feature_points() for v in views])
        descriptors = np.concatenate([v.features.descriptors for v in views])
        owner = np.repeat(np.arange(len(views)), [len(v.features) for v in views])
        pixels, seen = project(points, rough, frame.intrinsics)
        points, owner = points[seen], owner[seen]
        query, found = match_near(
            pixels[seen], descriptors[seen], frame.features, self.config.search_radius_px
        )
        sightings = Sightings.by(frame.features, found, points[query])
        estimate = refine_pose(rough, sightings, frame.intrinsics)
        inliers_of = np.bincount(owner[query][estimate.inliers], minlength=len(views))
        return _Located(estimate, views, inliers_of.tolist())

    def _trusted(self, view: View, frame: _Frame, estimate: PoseEstimate) -> bool:
        config = self.config
        inliers = int(estimate.inliers.sum())
        if inliers < max(
            config.min_inliers, config.min_inlier_fraction * len(estimate.inliers)
        ) or not (estimate.position_sigma_m <= config.max_position_sigma_m):
            return False
        surface = agreement(
            view.sample_points()[None], estimate.camera_from_world, frame.depth_m, frame.intrinsics
        )
        return bool(surface.seen_through[0] <= config.max_seen_through)

    def _plausible_motion(self, frame: _Frame, last: View, located: _Located) -> bool:
        seconds = max(frame.stamp_ns - last.stamp_ns, 0) * 1e-9
        motion = located.estimate.camera_from_world @ last.world_from_camera
        distance, turn = motion_between(np.eye(4), motion)
        # The constants let a frame through whose stamp is a little early.
        return bool(
            distance <= 0.05 + self.config.max_speed_mps * seconds
            and turn <= 0.1 + self.config.max_turn_rps * seconds
        )

    def _accept(self, frame: _Frame, located: _Located) -> Tracked:
        estimate = located.estimate
        world_from_camera = np.linalg.inv(estimate.camera_from_world)
        view = frame.seen_from(np.asarray(world_from_camera, np.float64))
        self._last = view
        reference = self._reference_keyframe(frame, located)
        if reference is None:
            self.keyframes.insert(view)
            reference = view
        return Tracked(
            "tracking",
            view.world_from_camera,
            reference.number,
            np.linalg.inv(reference.world_from_camera) @ view.world_from_camera,
            int(estimate.inliers.sum()),
            estimate.position_sigma_m,
        )

    def _reference_keyframe(self, frame: _Frame, located: _Located) -> View | None:
        """The keyframe that carries the pose most; None if the frame should become one."""
        support = [
            (inliers, view)
            for view, inliers in zip(located.views, located.inliers_of, strict=True)
            if self.keyframes.has(view.number)
        ]
        if sum(inliers for inliers, _ in support) < self.config.keyframe_inliers:
            return None
        surface = np.stack([view.sample_points() for _, view in support])
        shared = agreement(
            surface, located.estimate.camera_from_world, frame.depth_m, frame.intrinsics
        ).shared
        if shared.max() < self.config.keyframe_shared:
            return None
        return max(support, key=lambda entry: entry[0])[1]
