"""A MuJoCo scene as frames: what its camera sees, driven by velocities, step by step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import mujoco
import numpy as np

from cogmap.nodes.simulators.mujoco_base import Base, Limits
from cogmap.nodes.simulators.mujoco_camera import Camera, camera_intrinsics, camera_pose
from cogmap.nodes.simulators.mujoco_model import Drive, Loaded, load
from cogmap.nodes.simulators.mujoco_silhouettes import Silhouettes
from cogmap.nodes.simulators.mujoco_things import Grouping, find_things
from cogmap.runtime.messages import F32, F64, U16, Frame, Instances, VisibleInstance

__all__ = ["MujocoWorld", "WorldConfig", "check_scene"]

_FARTHEST_M = 65.535
"""What millimetres on the wire can say."""


@dataclass(frozen=True)
class WorldConfig:
    """Everything that decides what a scene becomes: equal ones give equal frames."""

    scene: Path
    camera: str = ""
    width: int = 320
    height: int = 240
    rate_hz: float = 15.0
    drive: Drive = "auto"
    joints: tuple[str, ...] = ()
    keyframe: str = ""
    radius_m: float = 0.2
    things: Grouping = "root"
    labels: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @property
    def period_ns(self) -> int:
        return round(1e9 / self.rate_hz)


def check_scene(config: WorldConfig) -> None:
    """Raises MujocoError that says what of the scene cannot be used; draws nothing."""
    loaded = _load(config)
    camera_intrinsics(loaded.model, loaded.camera, config.width, config.height)
    find_things(loaded.model, config.things, config.labels, Base(loaded, config.limits).bodies)


def _load(config: WorldConfig) -> Loaded:
    return load(
        config.scene, config.camera, config.drive, config.joints, config.keyframe, config.radius_m
    )


class MujocoWorld:
    """Runs a scene as fast as it is asked; its clock is the frame number. `close` it."""

    def __init__(self, config: WorldConfig) -> None:
        """Raises MujocoError that says what of the scene cannot be used."""
        self.config = config
        loaded = _load(config)
        self._model, self._data, self._number = loaded.model, loaded.data, loaded.camera
        self._steps = max(1, math.ceil(config.period_ns * 1e-9 / self._model.opt.timestep))
        self._model.opt.timestep = config.period_ns * 1e-9 / self._steps
        self.base = Base(loaded, config.limits)
        self.things = find_things(self._model, config.things, config.labels, self.base.bodies)
        self._own = np.isin(self._model.geom_bodyid, list(self.base.bodies))
        self._silhouettes = Silhouettes(self._model)
        self._camera = Camera(self._model, self._number, config.width, config.height)
        self.number = 0
        """Of the frame that `look` gives."""

    def close(self) -> None:
        self._camera.close()

    def look(self) -> tuple[Frame, Instances]:
        """What the camera sees now. The robot's own body has no depth and is no thing."""
        view = self._camera.look(self._data)
        pose = camera_pose(self._data, self._number)
        stamp_ns = self.number * self.config.period_ns
        seen = view.geoms >= 0
        own = seen & self._own[view.geoms]
        ids = np.where(seen, self.things.id_of_geom[view.geoms], 0).astype(np.uint16)
        frame = Frame(
            stamp_ns=stamp_ns,
            number=self.number,
            intrinsics=self._camera.intrinsics,
            color=view.color,
            depth=_millimetres(np.where(own, 0, view.depth_m)),
            world_from_camera=pose,
            position_sigma_m=0.0,
        )
        return frame, Instances(
            stamp_ns=stamp_ns, number=self.number, ids=ids, visible=self._visible(ids, pose)
        )

    def advance(self, linear_mps: float, angular_rps: float) -> None:
        """On to the next frame with a velocity command; what is not finite counts as 0."""
        for _ in range(self._steps):
            self.base.step(linear_mps, angular_rps)
        mujoco.mj_forward(self._model, self._data)
        self.number += 1

    def _visible(self, ids: U16, pose: F64) -> tuple[VisibleInstance, ...]:
        pixels = np.bincount(ids.ravel())
        found = []
        for number in np.flatnonzero(pixels[1:]) + 1:
            thing, count = self.things.by_id[int(number)], int(pixels[number])
            alone = self._silhouettes.alone_px(
                self._data, thing.geoms, self._camera.intrinsics, pose
            )
            fraction = min(1.0, count / max(alone, 1.0))
            found.append(
                VisibleInstance(id=thing.id, label=thing.label, pixels=count, fraction=fraction)
            )
        return tuple(found)


def _millimetres(depth_m: F32) -> U16:
    near_enough = np.where(depth_m < _FARTHEST_M, depth_m, 0)
    return np.asarray(np.round(near_enough * 1000).astype(np.uint16))
