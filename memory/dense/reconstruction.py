"""The dense side of the map: from frames to poses, surface and free space, one step a frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.dense.admission import Admission, AdmissionConfig
from cogmap.memory.dense.alignment import AlignmentConfig, align
from cogmap.memory.dense.frame_health import FrameHealth
from cogmap.memory.dense.moving import without_moving_things
from cogmap.memory.dense.occupancy import Occupancy, OccupancyConfig
from cogmap.memory.dense.stream_clock import StreamClock
from cogmap.memory.dense.surface import Surface, SurfaceConfig
from cogmap.memory.dense.tracking import Tracker, TrackerConfig
from cogmap.memory.formats.mesh_files import ply
from cogmap.memory.geometry.camera import rectify, transform
from cogmap.memory.geometry.gravity import first_pose, level_world, sparse_points
from cogmap.memory.geometry.poses import is_pose, motion_between
from cogmap.memory.persistence import SavedMap, load_map, part_of, restoring, save_map
from cogmap.memory.segments.sightings import SightingConfig, Sightings, require_fit
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import (
    F32,
    F64,
    FREE,
    OCCUPIED,
    BadInputError,
    Detections,
    Frame,
    FrameVerdict,
    Observation,
    OccupancyGrid,
    SurfaceUpdate,
)

__all__ = ["ReconstructionConfig", "ReconstructionError", "Reconstructor"]

PoseSource = Literal["auto", "source", "track"]

POSE_TRUSTED: tuple[FrameVerdict, ...] = ("fused", "skipped_redundant", "skipped_doubtful")


class ReconstructionError(BadInputError):
    """Reconstruction was configured with values, or is to go on with a map, that cannot work."""


@dataclass(frozen=True)
class ReconstructionConfig:
    """How frames become a map."""

    pose: PoseSource = "auto"
    """"source": the frame's own pose; "track": tracked here; "auto": what the first frame has."""
    surface: SurfaceConfig = field(default_factory=SurfaceConfig)
    occupancy: OccupancyConfig = field(default_factory=OccupancyConfig)
    admission: AdmissionConfig = field(default_factory=AdmissionConfig)
    tracker: TrackerConfig = field(default_factory=TrackerConfig)
    align_poses: bool = True
    """Poses that their source states with an uncertainty are made better by the surface."""
    alignment: AlignmentConfig = field(default_factory=AlignmentConfig)
    sightings: SightingConfig = field(default_factory=SightingConfig)
    dynamic_labels: tuple[str, ...] = ("person", "cat", "dog")
    """Things that move by themselves: their pixels make no surface and fill no space."""
    occupancy_every: int = 4
    """Every so many fused frames, one updates free and occupied space."""
    floor_soon: int = 8
    """Every so many fused frames the height of the floor is asked for until it is known,"""
    floor_every: int = 40
    """and from then on."""
    floor_least_m2: float = 3.0
    """What is level and smaller may be a table."""
    keyframe_distance_m: float = 0.5
    """Where the source knows its pose: a new keyframe after this way from the last,"""
    keyframe_angle_rad: float = 0.5
    """or after this turn."""

    def __post_init__(self) -> None:
        if self.pose not in get_args(PoseSource):
            raise ReconstructionError(
                f"reconstruction: pose = {self.pose!r} must be one of {get_args(PoseSource)}"
            )
        for name in ("occupancy_every", "floor_soon", "floor_every"):
            if getattr(self, name) < 1:
                raise ReconstructionError(
                    f"reconstruction: {name} = {getattr(self, name)} must be at least 1"
                )
        if not (self.keyframe_distance_m > 0 and self.keyframe_angle_rad > 0):
            raise ReconstructionError("reconstruction: keyframe distances must be positive")


@dataclass(frozen=True)
class _Pose:
    """Where a frame was taken, and what it is kept relative to."""

    world_from_camera: F64 | None = None
    position_sigma_m: float | None = None
    keyframe: int = -1
    keyframe_from_camera: F64 | None = None
    lost: bool = False


class Reconstructor:
    """Surface, free space and trajectory of one stream. The same frames give the same bytes."""

    def __init__(
        self, config: ReconstructionConfig = ReconstructionConfig(), surface: Surface | None = None
    ) -> None:
        """``surface``: to go on with; None: an empty one."""
        self.config = config
        self.surface = Surface(config.surface) if surface is None else surface
        self.occupancy = Occupancy(config.occupancy)
        self.admission = Admission(config.admission)
        self.clock = StreamClock()
        self.health = FrameHealth()
        self.trajectory = Trajectory()
        self.counts: Counter[FrameVerdict] = Counter()
        """Frames by verdict."""
        self.world_from_source = np.eye(4)
        """Levels the poses of a source that is not gravity aligned; (4, 4), fixed once mapped."""
        self._pose_source: PoseSource = config.pose
        self._tracker: Tracker | None = None
        self.sightings = Sightings(config.sightings)
        self._floor_z: float | None = None

    def step(self, frame: Frame, detections: Detections | None = None) -> Observation:
        """Take in the next frame: what becomes of it, where it was taken and what it showed.

        Raises SightingError, and maps nothing, if the detections are not of this frame.
        """
        if detections is not None:
            require_fit(detections, frame)
        stamp_ns, refused = self.clock.take(frame.number, frame.stamp_ns)
        frame = rectify(msgspec.structs.replace(frame, stamp_ns=stamp_ns))
        depth_m = None if frame.depth is None else frame.depth_m()
        refused = refused or self.health.look(frame, depth_m)
        pose = _Pose() if refused else self._locate(frame, depth_m)
        verdict = refused or self._judge(frame, depth_m, pose)
        if verdict in (*POSE_TRUSTED, "pose_jump"):
            verdict = self._judge_by_map(frame, depth_m, pose, verdict) or verdict
        if verdict in POSE_TRUSTED:
            pose = self._aligned(frame, depth_m, pose)
        if verdict == "fused":
            still = frame
            if detections is not None:
                still = without_moving_things(frame, detections, self.config.dynamic_labels)
            self._map(still, still.depth_m(), pose)
        self.counts[verdict] += 1
        trusted = verdict in POSE_TRUSTED
        if trusted:
            pose = self._remember(frame, pose)
        observation = Observation(
            stamp_ns=frame.stamp_ns,
            number=frame.number,
            verdict=verdict,
            intrinsics=frame.intrinsics,
            world_from_camera=pose.world_from_camera if trusted else None,
            tracked=self._pose_source == "track",
            keyframe=pose.keyframe if trusted else -1,
            keyframe_from_camera=pose.keyframe_from_camera if trusted else None,
            pose_revision=self.trajectory.revision,
        )
        if not trusted:
            return observation
        assert depth_m is not None
        return self.sightings.complete(observation, frame, depth_m, detections, self._floor_z)

    def step_late(self, detections: Detections) -> Observation:
        """Take in detections of a frame that was mapped before.

        Raises UnknownFrameError if that frame is not remembered, SightingError if they do not
        fit it.
        """
        return self.sightings.late(detections)

    def begin_stream(self) -> None:
        """What comes now is another stream than that of the map, maybe of another camera."""
        self.clock, self.health = StreamClock(), FrameHealth()

    def next_number(self) -> int:
        """A number that no frame of the map has; frames that go on with it count from here."""
        numbers, _, _ = self.trajectory.poses()
        return int(numbers[-1]) + 1 if len(numbers) else 0

    def last_stamp_ns(self) -> int | None:
        """Of the last frame that has a pose in the map; None if there is none."""
        _, stamps, _ = self.trajectory.poses()
        return int(stamps[-1]) if len(stamps) else None

    def surface_updates(self, stamp_ns: int, most: int | None = None) -> Iterator[SurfaceUpdate]:
        """Chunks of the surface that changed since they were last given, at most ``most``."""
        return self.surface.extract_chunks(stamp_ns, most)

    def occupancy_grid(
        self, stamp_ns: int, z_min: float = 0.1, z_max: float = 1.5
    ) -> OccupancyGrid | None:
        """What stands between the heights above the floor; None before a floor was seen."""
        floor_z = self.occupancy.floor_z()
        if floor_z is None:
            return None
        return self.occupancy.grid_2d(z_min, z_max, floor_z, stamp_ns)

    def whole_state(
        self, room: dict[str, NDArray[Any]] | None = None
    ) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Arrays and details of a map folder from which ``load`` goes on; ``room``: of a call
        before, whose arrays this one fills anew."""
        parts: dict[str, dict[str, NDArray[Any]]] = {
            "surface": self.surface.state(room),
            "occupancy": self.occupancy.state(),
            "admission": self.admission.state(),
            "trajectory": self.trajectory.state(),
            "health": self.health.state(),
            "clock": {"state": self.clock.state()},
            "world": {"from_source": self.world_from_source},
        }
        if self._tracker is not None:
            parts["tracker"] = self._tracker.state()
        arrays = {f"{part}/{name}": a for part, state in parts.items() for name, a in state.items()}
        details = {
            "config": msgspec.to_builtins(self.config),
            "counts": dict(self.counts),
            "pose_source": self._pose_source,
            "pictured": self.sightings.pictured,
            "floor_z": self._floor_z,
        }
        return arrays, details

    def exports(self) -> dict[str, bytes]:
        """Files of a map folder for other programs, by name."""
        return {"surface.ply": ply(*self.surface.point_cloud())}

    def save(self, folder: Path | str) -> None:
        """Write everything to a map folder, with ``surface.ply`` for other programs.

        Raises MapError if that cannot be done; the map that was there is then still whole.
        """
        save_map(Path(folder), SavedMap(*self.whole_state()), self.exports())

    @classmethod
    def load(cls, folder: Path | str) -> Reconstructor:
        """Go on with a saved map as if it had never been put away, with its configuration.

        Raises MapError if the folder is not a map or is damaged.
        """
        saved = load_map(Path(folder))
        with restoring(Path(folder), "what reconstruction needs"):
            return cls.from_state(saved.arrays, saved.details)

    @classmethod
    def from_state(
        cls, arrays: Mapping[str, NDArray[Any]], details: Mapping[str, Any]
    ) -> Reconstructor:
        """Go on from what `whole_state` gave. Raises KeyError or msgspec.ValidationError if that
        is incomplete."""
        config = msgspec.convert(details["config"], ReconstructionConfig)
        made = cls(config, Surface.from_state(part_of(arrays, "surface"), config.surface))
        made.occupancy = Occupancy.from_state(part_of(arrays, "occupancy"), config.occupancy)
        made.admission = Admission.from_state(part_of(arrays, "admission"), config.admission)
        made.trajectory = Trajectory.from_state(part_of(arrays, "trajectory"))
        made.world_from_source = arrays["world/from_source"]
        made.counts = Counter(details["counts"])
        made._pose_source = details["pose_source"]
        made.sightings.pictured = details["pictured"]
        made._floor_z = details.get("floor_z")  # maps of before do not have it
        if health := part_of(arrays, "health"):  # maps of before do not have it
            made.health = FrameHealth.from_state(health)
            made.clock = StreamClock.from_state(arrays["clock/state"])
        if tracker := part_of(arrays, "tracker"):
            made._tracker = Tracker.from_state(tracker, config.tracker)
        return made

    def _locate(self, frame: Frame, depth_m: F32 | None) -> _Pose:
        if self._pose_source == "auto":
            self._pose_source = "track" if frame.world_from_camera is None else "source"
        if self._pose_source == "source":
            return _Pose(self._levelled(frame, depth_m), frame.position_sigma_m)
        return self._track(frame, depth_m)

    def _levelled(self, frame: Frame, depth_m: F32 | None) -> F64 | None:
        """The source's pose in the map's world.

        The first frame that is mapped decides how a source that is not gravity aligned is
        levelled. If it shows no floor the world stays the source's: what is mapped stays put.
        """
        pose = frame.world_from_camera
        if pose is None or frame.gravity_aligned or not is_pose(pose):
            return pose
        if depth_m is not None and not self.counts["fused"]:
            self.world_from_source = level_world(depth_m, frame.intrinsics, pose)
        return self.world_from_source @ pose

    def _aligned(self, frame: Frame, depth_m: F32 | None, pose: _Pose) -> _Pose:
        """The pose made better by the surface, where the source says that it is not exact."""
        sigma_m = pose.position_sigma_m
        if self._pose_source != "source" or not sigma_m or not self.config.align_poses:
            return pose
        assert depth_m is not None and pose.world_from_camera is not None
        aligned = align(
            depth_m, frame.intrinsics, pose.world_from_camera, sigma_m, self.surface,
            self.config.alignment,
        )  # fmt: skip
        return replace(pose, world_from_camera=aligned)

    def _track(self, frame: Frame, depth_m: F32 | None) -> _Pose:
        if frame.color is None or depth_m is None:
            return _Pose(lost=True)
        if self._tracker is None:
            self._tracker = Tracker(self.config.tracker, first_pose(frame))
        tracked = self._tracker.track(
            frame.number, frame.stamp_ns, frame.intrinsics, frame.color, depth_m
        )
        if tracked.state == "lost" or tracked.world_from_camera is None:
            return _Pose(lost=True)
        return _Pose(
            tracked.world_from_camera,
            tracked.position_sigma_m,
            tracked.keyframe,
            tracked.keyframe_from_camera,
        )

    def _judge(self, frame: Frame, depth_m: F32 | None, pose: _Pose) -> FrameVerdict:
        world_from_camera = pose.world_from_camera
        agreement = None
        if depth_m is None or world_from_camera is None:
            pass  # nothing to compare
        elif self.admission.may_jump(frame.stamp_ns, world_from_camera):
            agreement = self._map_agreement(frame, depth_m, world_from_camera)
        verdict = self.admission.judge(
            frame.stamp_ns, depth_m, world_from_camera, pose.position_sigma_m, agreement
        )
        return "lost" if verdict == "no_pose" and pose.lost else verdict

    def _judge_by_map(
        self, frame: Frame, depth_m: F32 | None, pose: _Pose, verdict: FrameVerdict
    ) -> FrameVerdict | None:
        assert depth_m is not None and pose.world_from_camera is not None
        agreement = None
        if self._pose_source == "source":
            agreement = partial(self._map_agreement, frame, depth_m)
        return self.health.look_at_map(
            frame,
            depth_m,
            pose.world_from_camera,
            self.surface,
            agreement,
            leapt=verdict == "pose_jump",
        )

    def _map_agreement(self, frame: Frame, depth_m: F32, pose: F64) -> float | None:
        """Part of the measured points in known space that is occupied; None if too few are."""
        points = sparse_points(depth_m, frame.intrinsics)
        points = transform(pose, points[points[:, 2] < self.config.occupancy.depth_max_m])
        classes = self.occupancy.at(points)
        occupied, free = int((classes == OCCUPIED).sum()), int((classes == FREE).sum())
        return occupied / (occupied + free) if occupied + free >= 100 else None

    def _map(self, frame: Frame, depth_m: F32, pose: _Pose) -> None:
        assert frame.depth is not None
        assert pose.world_from_camera is not None
        self.surface.integrate(
            frame.color, frame.depth, frame.depth_scale_m, frame.intrinsics, pose.world_from_camera
        )
        if self.counts["fused"] % self.config.occupancy_every == 0:
            self.occupancy.integrate(depth_m, frame.intrinsics, pose.world_from_camera)
        known = self._floor_z is not None
        every = self.config.floor_every if known else self.config.floor_soon
        if self.counts["fused"] % every == 0:
            self._floor_z = self.occupancy.floor_z(self.config.floor_least_m2)

    def _remember(self, frame: Frame, pose: _Pose) -> _Pose:
        """Add the frame to the trajectory; the pose with its keyframe filled in."""
        if pose.keyframe < 0:
            pose = self._relative_to_keyframe(frame.number, pose)
        assert pose.world_from_camera is not None and pose.keyframe_from_camera is not None
        if not self.trajectory.has_keyframe(pose.keyframe):
            world_from_keyframe = pose.world_from_camera @ np.linalg.inv(pose.keyframe_from_camera)
            self.trajectory.add_keyframe(pose.keyframe, world_from_keyframe)
        self.trajectory.add(frame.number, frame.stamp_ns, pose.keyframe, pose.keyframe_from_camera)
        return pose

    def _relative_to_keyframe(self, number: int, pose: _Pose) -> _Pose:
        """Of the last keyframe, or of a new one if the camera has left it behind."""
        assert pose.world_from_camera is not None
        keyframe, relative = number, np.eye(4)
        last = self.trajectory.last_keyframe()
        if last is not None:
            world_from_last = self.trajectory.world_from_keyframe(last)
            far_m, angle = motion_between(world_from_last, pose.world_from_camera)
            if far_m < self.config.keyframe_distance_m and angle < self.config.keyframe_angle_rad:
                keyframe = last
                relative = np.linalg.inv(world_from_last) @ pose.world_from_camera
        return _Pose(pose.world_from_camera, pose.position_sigma_m, keyframe, relative)
