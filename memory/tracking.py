"""Where the camera is, from colour and depth alone.

A frame is first matched with the one before it, for a rough pose, then with every nearby
keyframe, old ones too, for the pose that counts: a place seen again is the same place, so drift
ends where the camera comes back. A pose that the evidence does not carry is not given out: the
state is then ``lost`` until a keyframe is recognised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial.transform import Rotation

from cogmap.memory.camera import transform
from cogmap.memory.features import FeatureDetector, Features, match_descriptors, match_near
from cogmap.memory.keyframes import (
    Keyframe,
    KeyframeMap,
    depth_samples,
    thumbnail,
)
from cogmap.memory.pose_estimation import (
    PoseEstimate,
    Sightings,
    pose_by_consensus,
    refine_pose,
)
from cogmap.runtime.messages import F32, F64, U8, Intrinsics


@dataclass(frozen=True)
class TrackerConfig:
    """What can be set about tracking."""

    max_features: int = 1000
    """Features of a frame."""
    local_keyframes: int = 6
    """Keyframes that a frame is matched with."""
    max_keyframes: int = 400
    """Keyframes remembered (about 100 KB each)."""
    search_radius_px: float = 12.0
    """How far from its expected place a point of a keyframe is looked for."""
    min_inliers: int = 25
    """Points that must agree with a pose."""
    keyframe_overlap: float = 0.75
    """A new keyframe is made where no keyframe shares more of the view."""
    max_speed_mps: float = 3.0
    """Faster is implausible."""
    max_turn_rps: float = 8.0
    """Likewise, rad/s."""
    max_position_sigma_m: float = 0.05
    """A pose less certain than that is not given out."""
    max_disagreement: float = 0.35
    """Fraction of the keyframe's surface that a pose may make the camera see through."""
    relocalise_keyframes: int = 9
    """Keyframes tried a frame while lost."""


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
    position_sigma_m: float = np.inf
    """Standard deviation of the position."""


class Tracker:
    """Tracks one camera through one world. The same frames give the same poses, bit by bit.

    Args:
        world_from_first: (4, 4) pose of the first frame; identity where nothing is known.
    """

    def __init__(
        self, config: TrackerConfig | None = None, world_from_first: F64 | None = None
    ) -> None:
        self.config = config or TrackerConfig()
        self._first = np.eye(4) if world_from_first is None else world_from_first
        self._detector = FeatureDetector(self.config.max_features)
        self.keyframes = KeyframeMap(self.config.max_keyframes)
        self._last: _View | None = None

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
        """
        features = self._detector.detect(color, depth_m, intrinsics)
        frame = _Frame(number, stamp_ns, intrinsics, color, depth_m, features)
        if not len(self.keyframes):
            return self._begin(frame)
        estimate = self._follow(frame) or self._relocalise(frame)
        if estimate is None:
            self._last = None
            return Tracked("lost")
        return self._accept(frame, estimate)

    def _begin(self, frame: _Frame) -> Tracked:
        """The first frame that has something to see defines the world."""
        if (frame.features.depth_m > 0).sum() < 2 * self.config.min_inliers:
            return Tracked("lost")
        self._insert(frame, self._first)
        self._last = _View(frame.features, self._first, frame.stamp_ns)
        return Tracked(
            "tracking",
            self._first,
            frame.number,
            np.eye(4),
            inliers=len(frame.features),
            position_sigma_m=0.0,
        )

    def _follow(self, frame: _Frame) -> PoseEstimate | None:
        """The pose if the camera is still where it was a moment ago."""
        if self._last is None:
            return None
        rough = self._rough_pose(frame, self._last.features, self._last.world_from_camera)
        if rough is None:
            return None
        estimate = self._refined(frame, rough)
        if estimate is None or not self._plausible_motion(frame, estimate):
            return None
        return estimate

    def _relocalise(self, frame: _Frame) -> PoseEstimate | None:
        """The pose from a keyframe that shows the same place."""
        for keyframe in self.keyframes.lookalikes(
            thumbnail(frame.color), self.config.relocalise_keyframes
        ):
            rough = self._rough_pose(frame, keyframe.features, keyframe.world_from_camera)
            estimate = None if rough is None else self._refined(frame, rough)
            if estimate is not None:
                return estimate
        return None

    def _rough_pose(
        self, frame: _Frame, features: Features, world_from_features: F64
    ) -> F64 | None:
        """``camera_from_world`` from what one view and the frame both show."""
        with_depth = np.flatnonzero(features.depth_m > 0)
        seen, found = match_descriptors(
            features.descriptors[with_depth], frame.features.descriptors
        )
        points = transform(world_from_features, features.points[with_depth[seen]])
        sightings = Sightings.by(frame.features, found, points)
        return pose_by_consensus(sightings, frame.intrinsics)

    def _refined(self, frame: _Frame, camera_from_world: F64) -> PoseEstimate | None:
        """The pose by all nearby keyframes, or None if the evidence does not carry it."""
        sightings = self._sightings(frame, camera_from_world)
        if len(sightings) < self.config.min_inliers:
            return None
        estimate = refine_pose(camera_from_world, sightings, frame.intrinsics)
        return estimate if self._trusted(frame, estimate) else None

    def _sightings(self, frame: _Frame, camera_from_world: F64) -> Sightings:
        """Points of nearby keyframes, found in the frame near where they should be."""
        config = self.config
        nearby = self.keyframes.nearby(camera_from_world, frame.intrinsics, config.local_keyframes)
        if not nearby:
            return Sightings.by(frame.features, np.zeros(0, np.int64), np.zeros((0, 3)))
        points = np.concatenate([keyframe.feature_points() for _, keyframe in nearby])
        descriptors = np.concatenate([keyframe.features.descriptors for _, keyframe in nearby])
        pixels, visible = _project(points, camera_from_world, frame.intrinsics)
        query, found = match_near(
            pixels[visible], descriptors[visible], frame.features, config.search_radius_px
        )
        return Sightings.by(frame.features, found, points[visible][query])

    def _trusted(self, frame: _Frame, estimate: PoseEstimate) -> bool:
        config = self.config
        return (
            int(estimate.inliers.sum()) >= config.min_inliers
            and _position_sigma(estimate) <= config.max_position_sigma_m
        )

    def _plausible_motion(self, frame: _Frame, estimate: PoseEstimate) -> bool:
        assert self._last is not None
        seconds = max(frame.stamp_ns - self._last.stamp_ns, 0) * 1e-9
        motion = estimate.camera_from_world @ self._last.world_from_camera
        turn = float(Rotation.from_matrix(motion[:3, :3]).magnitude())
        distance = float(np.linalg.norm(motion[:3, 3]))
        return (
            distance <= 0.05 + self.config.max_speed_mps * seconds
            and turn <= 0.1 + self.config.max_turn_rps * seconds
        )

    def _accept(self, frame: _Frame, estimate: PoseEstimate) -> Tracked:
        world_from_camera = np.linalg.inv(estimate.camera_from_world)
        self._last = _View(frame.features, world_from_camera, frame.stamp_ns)
        nearby = self.keyframes.nearby(estimate.camera_from_world, frame.intrinsics, 1, 0.0)
        overlap, reference = nearby[0]
        if overlap < self.config.keyframe_overlap:
            reference = self._insert(frame, world_from_camera)
        return Tracked(
            "tracking",
            world_from_camera,
            reference.number,
            np.linalg.inv(reference.world_from_camera) @ world_from_camera,
            int(estimate.inliers.sum()),
            _position_sigma(estimate),
        )

    def _insert(self, frame: _Frame, world_from_camera: F64) -> Keyframe:
        keyframe = Keyframe(
            frame.number,
            world_from_camera,
            frame.features.with_depth(),
            depth_samples(frame.depth_m, frame.intrinsics),
            thumbnail(frame.color),
        )
        self.keyframes.insert(keyframe)
        return keyframe


@dataclass(frozen=True)
class _Frame:
    number: int
    stamp_ns: int
    intrinsics: Intrinsics
    color: U8
    depth_m: F32
    features: Features


@dataclass(frozen=True)
class _View:
    """The frame before: what it showed and where it was."""

    features: Features
    world_from_camera: F64
    stamp_ns: int


def _position_sigma(estimate: PoseEstimate) -> float:
    return float(np.sqrt(np.trace(estimate.covariance[:3, :3])))


def _project(points, camera_from_world, intrinsics):
    x, y, z = transform(camera_from_world, points).T
    visible = z > 0.05
    z = np.where(visible, z, 1.0)
    u = intrinsics.fx * x / z + intrinsics.cx
    v = intrinsics.fy * y / z + intrinsics.cy
    visible &= (u >= 0) & (u < intrinsics.width) & (v >= 0) & (v < intrinsics.height)
    return np.stack([u, v], axis=1), visible
