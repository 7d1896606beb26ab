"""Source: any MuJoCo scene with a camera, driven by velocities; needs the extra ``mujoco``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from cogmap.nodes.clock import StreamClock
from cogmap.runtime.messages import CogmapError, Frame, Instances, Twist
from cogmap.runtime.node import Input, NodeParams, Output, Source

if TYPE_CHECKING:
    from cogmap.nodes.simulators.mujoco_world import MujocoWorld, WorldConfig

Move = tuple[float, float, float]
_RANGES: dict[str, tuple[float, float]] = {
    "width": (16, 4096),
    "height": (16, 4096),
    "rate_hz": (1, 1000),
    "speed": (0, math.inf),
    "radius_m": (0.01, 10),
    "max_linear_mps": (0.01, 10),
    "max_angular_rps": (0.01, 10),
    "command_timeout_s": (0, math.inf),
}
"""Smallest and largest value of each numeric parameter."""


class MujocoCamera(Source):
    """A camera in a MuJoCo scene: on a robot that drives, or floating. A step is a frame."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        scene: str = ""
        """MJCF file."""
        camera: str = ""
        """Its name in the scene; none: the first."""
        width: int = 320
        height: int = 240
        """16 to 4096 pixels, both. The field of view is the camera's own."""
        rate_hz: float = 15.0
        """Frames a simulated second, 1 to 1000."""
        speed: float = 1.0
        """Simulated seconds a second, at most; 0: as fast as the frames are taken."""
        moves: tuple[Move, ...] = ()
        """(seconds, m/s forward, rad/s to the left), one after the other; then the run is over.
        None: driven on ``commands``."""
        drive: Literal["auto", "wheeled", "flying"] = "auto"
        """wheeled: the robot that carries the camera; flying: the camera alone, at its height;
        auto: wheeled where what carries the camera has joints that drive."""
        joints: tuple[str, ...] = ()
        """Names of the joints that drive: x, y and yaw, or one free joint; none: found by their
        axes."""
        keyframe: str = ""
        """State of the scene to begin with, by name."""
        radius_m: float = 0.2
        """Of a flying camera: how close it comes to things."""
        max_linear_mps: float = 1.0
        max_angular_rps: float = 1.2
        things: Literal["root", "body", "geom"] = "root"
        """What is one object: the topmost body that has a name, the nearest one, or a geom."""
        labels: dict[str, str] = msgspec.field(default_factory=dict)
        """Patterns of their names -> label, "" for what is part of the place; the others are
        called by their names, without number."""
        command_timeout_s: float = 0.5
        """The base stops when no command has come for so long (simulated time)."""

        def __post_init__(self) -> None:
            """Raises ValueError that names the parameter which cannot be."""
            for name, (low, high) in _RANGES.items():
                if not low <= getattr(self, name) <= high:
                    raise ValueError(f"{name} {getattr(self, name)} is not in {low:g}..{high:g}")
            for move in self.moves:
                if not all(map(math.isfinite, move)) or move[0] < 0:
                    raise ValueError(f"moves: {list(move)} is not (seconds, m/s, rad/s)")

    params: Params
    commands = Input(Twist)
    """Ignored while ``moves`` says where to go."""
    frames = Output(Frame)
    instances = Output(Instances)

    @classmethod
    def check(cls, params: Params) -> None:
        if find_spec("mujoco") is None:
            raise CogmapError("MuJoCo is not installed: pip install 'cogmap[mujoco]'")
        if not params.scene:
            raise CogmapError(
                "no scene; give an MJCF file as the parameter scene"
                " (examples/mujoco_room.py writes one)"
            )
        from cogmap.nodes.simulators.mujoco_world import check_scene

        check_scene(_config(params))

    @classmethod
    def is_repeatable(cls, params: Params) -> bool:
        """Given moves are; what somebody commanded is not known to a new process."""
        return bool(params.moves)

    def setup(self) -> None:
        self._world: MujocoWorld | None = None
        self._command, self._command_age_s = (0.0, 0.0), math.inf
        self._open()
        names = sorted({thing.label for thing in self._opened().things.by_id.values()})
        self.log.info("things of %s: %s", self.params.scene, ", ".join(names) or "none")

    def produce(self, step: int) -> Iterator[float]:
        if step < self._opened().number:
            self._open()
        while self._opened().number < step and not self._is_over():
            self._advance()
        clock = StreamClock(self.params.speed)
        while not self._is_over():
            frame, instances = self._opened().look()
            while (wait_s := clock.wait_s(frame.stamp_ns)) > 0:
                yield min(wait_s, 0.1)
            self.frames.publish(frame)
            self.instances.publish(instances)
            yield 0.0
            self._advance()

    def on_commands(self, twist: Twist) -> None:
        self._command, self._command_age_s = (twist.linear_mps, twist.angular_rps), 0.0

    def close(self) -> None:
        if self._world is not None:
            self._world.close()
            self._world = None

    def _open(self) -> None:
        from cogmap.nodes.simulators.mujoco_world import MujocoWorld

        self.close()
        self._world = MujocoWorld(_config(self.params))

    def _opened(self) -> MujocoWorld:
        assert self._world is not None
        return self._world

    def _time_s(self) -> float:
        """Simulated time of the frame that comes next."""
        return self._opened().number / self.params.rate_hz

    def _is_over(self) -> bool:
        return bool(self.params.moves) and self._time_s() >= sum(m[0] for m in self.params.moves)

    def _advance(self) -> None:
        world = self._opened()
        world.advance(*self._wanted())
        self._command_age_s += 1 / self.params.rate_hz
        self.counters["blocked"] += world.base.blocked

    def _wanted(self) -> tuple[float, float]:
        """Forward (m/s) and to the left (rad/s), until the next frame."""
        left_s = self._time_s()
        for seconds, linear_mps, angular_rps in self.params.moves:
            if left_s < seconds:
                return linear_mps, angular_rps
            left_s -= seconds
        fresh = not self.params.moves and self._command_age_s < self.params.command_timeout_s
        return self._command if fresh else (0.0, 0.0)


def _config(params: MujocoCamera.Params) -> WorldConfig:
    from cogmap.nodes.simulators.mujoco_base import Limits
    from cogmap.nodes.simulators.mujoco_world import WorldConfig

    return WorldConfig(
        scene=Path(params.scene),
        camera=params.camera,
        width=params.width,
        height=params.height,
        rate_hz=params.rate_hz,
        drive=params.drive,
        joints=params.joints,
        keyframe=params.keyframe,
        radius_m=params.radius_m,
        things=params.things,
        labels=params.labels,
        limits=Limits(linear_mps=params.max_linear_mps, angular_rps=params.max_angular_rps),
    )
