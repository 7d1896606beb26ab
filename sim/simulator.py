"""The simulator: a house, an agent in it, and what its camera sees, frame by frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import open3d as o3d
import shapely

from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import (
    F64,
    CogmapError,
    Frame,
    Instances,
    Intrinsics,
    Twist,
    WorldEvent,
)
from cogmap.sim.agent import AgentState, Body, FreeSpace, advance, world_from_camera
from cogmap.sim.coverage import Coverage
from cogmap.sim.footprints import touchable
from cogmap.sim.house import build_house
from cogmap.sim.noise import (
    DepthNoise,
    ExposureNoise,
    PoseNoise,
    exposure_at,
    millimetres,
    noisy_depth,
    noisy_pose,
)
from cogmap.sim.paths import house_paths
from cogmap.sim.render_scene import LightingConfig
from cogmap.sim.renderer import Renderer
from cogmap.sim.route_follower import PLANNING_MARGIN_M
from cogmap.sim.scene import House
from cogmap.sim.timeline import Timeline, TimelineConfig
from cogmap.sim.tour import Sight, Stop, plan_tour, start_point, tour_targets
from cogmap.sim.tour_follower import TourFollower
from cogmap.sim.waypoints import WaypointFollower, WaypointState

ROOM_AROUND_M = (0.9, 0.7, 0.5, 0.3)
"""Between who is set down in a house, to be sent somewhere, and what stands there."""
LEAST_RATE_HZ = 0.1
SimulatorMode = Literal["tour", "patrol", "commanded"]
_PHYSICS_S = 0.01
"""Longest step of the agent's motion."""


class SimulationError(CogmapError):
    """The simulator cannot do what it was asked for."""


@dataclass(frozen=True)
class SimulatorConfig:
    """Everything that decides what a simulation becomes: equal ones give equal bytes."""

    seed: int = 0
    """Of the house."""
    rooms: int | None = None
    """Number of rooms, 2 to 8; None: drawn from the seed."""
    width: int = 640
    height: int = 480
    hfov_deg: float = 67.4
    """Horizontal field of view, used where ``intrinsics`` is None."""
    intrinsics: Intrinsics | None = None
    rate_hz: float = 30.0
    mode: SimulatorMode = "tour"
    """"patrol": a tour that begins anew when it is done."""
    duration_s: float | None = None
    """Ends here at the latest; a tour also ends when it is done."""
    start_ns: int = 0
    """Stamp of frame 0."""
    body: Body = field(default_factory=Body)
    depth_noise: DepthNoise | None = field(default_factory=DepthNoise)
    pose_noise: PoseNoise | None = None
    exposure_noise: ExposureNoise | None = None
    states_pose: bool = True
    """False: frames have no pose, only the direction of gravity, and must be tracked."""
    timeline: TimelineConfig = field(default_factory=TimelineConfig)
    lighting: LightingConfig = field(default_factory=LightingConfig)
    truth: bool = True
    """False leaves ``Instances.visible`` empty, which saves some milliseconds a frame."""
    command_timeout_s: float = 0.5
    """The agent stops when no command has come for so long (simulated time)."""

    def __post_init__(self) -> None:
        """Raises SimulationError that names the field which cannot be."""
        if self.mode not in get_args(SimulatorMode):
            known = ", ".join(get_args(SimulatorMode))
            raise SimulationError(f"simulator: mode {self.mode!r} is not one of {known}")
        _require("seed", self.seed, 0, math.inf)
        _require("rate_hz", self.rate_hz, LEAST_RATE_HZ, 1000)
        _require("hfov_deg", self.hfov_deg, 1, 170)
        _require("width", self.width, 16, 4096)
        _require("height", self.height, 16, 4096)
        _require("command_timeout_s", self.command_timeout_s, 0, math.inf)
        if self.rooms is not None:
            _require("rooms", self.rooms, 2, 8)
        if self.duration_s is not None:
            _require("duration_s", self.duration_s, 0, math.inf)

    @property
    def period_ns(self) -> int:
        return round(1e9 / self.rate_hz)

    def camera(self) -> Intrinsics:
        if self.intrinsics is not None:
            return self.intrinsics
        focal = self.width / 2 / math.tan(math.radians(self.hfov_deg) / 2)
        return Intrinsics(
            width=self.width, height=self.height, fx=focal, fy=focal,
            cx=(self.width - 1) / 2, cy=(self.height - 1) / 2,
        )  # fmt: skip


def _require(field: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SimulationError(f"simulator: {field} {value} is not in {low}..{high}")


@dataclass(frozen=True)
class SimStep:
    """One frame, its truth, and what has changed in the world since the frame before."""

    frame: Frame
    instances: Instances
    events: tuple[WorldEvent, ...]
    world_from_camera: F64
    """(4, 4) the true pose of the camera; ``frame`` has the pose with its noise."""


class Simulator:
    """Runs a simulation as fast as it is asked; its clock is the frame number.

    ``step`` gives frame after frame. ``skip_to`` goes on to a later frame without drawing those
    between; the frames after it are the same bytes as if they had been drawn.
    """

    def __init__(self, config: SimulatorConfig, house: House | None = None) -> None:
        """``house``: use this one instead of that of ``config.seed``."""
        self.config = config
        self.intrinsics = config.camera()
        self.house = house if house is not None else build_house(config.seed, config.rooms)
        self.number = 0
        """Of the frame that ``step`` gives next."""
        self._renderer = Renderer(self.house, config.lighting)
        self._coverage = Coverage()
        self._timeline = Timeline(config.timeline, self.house)
        self._pending: tuple[WorldEvent, ...] = ()
        self._twist, self._twist_age_s = (0.0, 0.0), math.inf
        self._waypoints: WaypointFollower | None = None
        self._space = FreeSpace(touchable(self.house, config.body.height_m))
        paths = self.free_floor()
        begin = self._roomy_floor() if config.mode == "commanded" else paths
        self.state = AgentState(*start_point(self.house, begin), 0.0)
        self._stops = () if config.mode == "commanded" else self._plan(paths)
        self._tour = None if config.mode == "commanded" else self._begin_tour(paths)

    @property
    def done(self) -> bool:
        """True once there is no further frame."""
        limit = self.config.duration_s
        over = limit is not None and self.number * self._period_s >= limit
        return over or (self.config.mode == "tour" and self._tour is not None and self._tour.done)

    @property
    def stamp_ns(self) -> int:
        """Of the frame that ``step`` gives next."""
        return self.config.start_ns + self.number * self.config.period_ns

    @property
    def pending_events(self) -> tuple[WorldEvent, ...]:
        """What comes with the frame that ``step`` gives next."""
        return self._pending

    def step(self) -> SimStep:
        """Draw the next frame and move the world on to the one after it.

        Raises SimulationError once ``done``.
        """
        self._require_more()
        step = self._draw()
        self._advance()
        return step

    def __iter__(self) -> Iterator[SimStep]:
        """The frames up to the end."""
        while not self.done:
            yield self.step()

    def skip_to(self, number: int) -> None:
        """Go on to frame ``number`` without drawing. In mode "commanded" this replays
        neither velocities nor waypoints: give them again between the calls.

        Raises SimulationError if the frame is in the past or the simulation ends before it.
        """
        if number < self.number:
            raise SimulationError(
                f"frame {number} is past, the next one is {self.number}: make a new Simulator"
            )
        while self.number < number:
            self._require_more()
            self._advance()

    def command(self, twist: Twist) -> None:
        """Drive like this from the next frame on; cancels ``go_to``.

        Raises SimulationError during a tour.
        """
        self._require_commanded()
        if self._waypoints is not None:
            self._waypoints.cancel()
        self._twist, self._twist_age_s = (twist.linear_mps, twist.angular_rps), 0.0

    def go_to(self, points: Sequence[Point]) -> None:
        """Drive to each of the points (m, world) in turn from the next frame on, over floor that
        is free as the house is now. Replaces waypoints and velocities given before.

        ``waypoint_state`` tells how it goes. Raises SimulationError during a tour, and if there
        is no point or one is not finite.
        """
        self._require_commanded()
        points = [(float(x), float(y)) for x, y in points]
        if not points or not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
            raise SimulationError(f"waypoints {points}: need at least one, all of them finite")
        self._twist_age_s = math.inf
        self._waypoints = WaypointFollower(points, self.config.body, self.free_floor())

    @property
    def waypoint_state(self) -> WaypointState:
        """How the last ``go_to`` goes: "none" before the first, then "driving" until it has
        "arrived" (within 0.1 m of the last point), or is "given_up" or "cancelled"."""
        return "none" if self._waypoints is None else self._waypoints.state

    @property
    def raycaster(self) -> o3d.t.geometry.RaycastingScene:
        """The house as it is now."""
        return self._renderer.scene.raycaster

    def free_floor(self) -> Paths:
        """Where the centre of the agent may be as the house is now, with a margin of 0.07 m."""
        return house_paths(self.house, self.config.body.radius_m + PLANNING_MARGIN_M)

    def _roomy_floor(self) -> Paths:
        """Where who is sent somewhere is set down: with as much room around as there is, up to a
        point, for it does not see what is low beside its feet."""
        for around_m in ROOM_AROUND_M:
            roomy = house_paths(self.house, self.config.body.radius_m + around_m)
            if len(roomy.centers):
                return roomy
        return self.free_floor()

    @property
    def _period_s(self) -> float:
        return self.config.period_ns / 1e9

    def _require_more(self) -> None:
        if self.done:
            raise SimulationError(f"the simulation is over after {self.number} frames")

    def _require_commanded(self) -> None:
        if self._tour is not None:
            raise SimulationError('the agent is on a tour; use mode = "commanded" to drive it')

    def _plan(self, paths: Paths) -> tuple[Stop, ...]:
        targets = tour_targets(self.house, paths)
        sight = Sight(self.raycaster, targets, self.config.body, self.intrinsics)
        return plan_tour(self.house, paths, targets, sight, (self.state.x, self.state.y))

    def _begin_tour(self, paths: Paths) -> TourFollower:
        return TourFollower(self._stops, self.config.body, paths)

    def _advance(self) -> None:
        """From this frame to the next: first the world, then the agent in it."""
        self.number += 1
        agent = shapely.Point(self.state.x, self.state.y).buffer(self.config.body.radius_m)
        house, self._pending = self._timeline.advance(
            self.house, self.number * self._period_s, self._period_s, agent, self.stamp_ns
        )
        if house is not self.house:
            self._change(house)
        if self.config.mode == "patrol" and self._tour is not None and self._tour.done:
            self._tour = self._begin_tour(self.free_floor())
        pieces = math.ceil(self._period_s / _PHYSICS_S)
        for _ in range(pieces):
            dt_s = self._period_s / pieces
            command = self._command(dt_s)
            self.state = advance(self.state, command, dt_s, self.config.body, self._space)

    def _change(self, house: House) -> None:
        self.house = house
        self._space = FreeSpace(touchable(house, self.config.body.height_m))
        if self._timeline.moving:
            return
        # While a door swings this waits: the frames in between only show its leaf elsewhere.
        self._renderer.update(house)
        if self._tour is not None:
            self._tour.replan(self.free_floor())
        elif self._waypoints is not None and self._waypoints.state == "driving":
            self._waypoints.replan(self.free_floor())

    def _command(self, dt_s: float) -> tuple[float, float]:
        if self._tour is not None:
            return self._tour.command(self.state, dt_s)
        if self._waypoints is not None and self._waypoints.state == "driving":
            return self._waypoints.command(self.state, dt_s)
        self._twist_age_s += dt_s
        return self._twist if self._twist_age_s <= self.config.command_timeout_s else (0.0, 0.0)

    def _draw(self) -> SimStep:
        config, stamp_ns = self.config, self.stamp_ns
        pose = world_from_camera(self.state, config.body)
        exposure = 1.0
        if config.exposure_noise is not None:
            exposure = exposure_at(self.number, self._period_s, config.exposure_noise)
        if self._timeline.moving:
            self._renderer.update(self.house, relight=False)
        rendered = self._renderer.render(self.intrinsics, pose, exposure=exposure)
        if config.depth_noise is None:
            depth = millimetres(rendered.depth_m)
        else:
            depth = noisy_depth(rendered.depth_m, self.intrinsics, self.number, config.depth_noise)
        visible = (
            self._coverage.visible(rendered.ids, self.house, self.intrinsics, pose)
            if config.truth
            else ()
        )
        x, y, z = (-pose[2, :3]).tolist()
        frame = Frame(
            stamp_ns=stamp_ns,
            number=self.number,
            intrinsics=self.intrinsics,
            color=rendered.color,
            depth=depth,
            world_from_camera=self._stated_pose(pose),
            position_sigma_m=self._sigma_m(),
            gravity_in_camera=None if config.states_pose else (x, y, z),
        )
        instances = Instances(
            stamp_ns=stamp_ns, number=self.number, ids=rendered.ids, visible=visible
        )
        return SimStep(frame, instances, self._pending, pose)

    def _stated_pose(self, pose: F64) -> F64 | None:
        if not self.config.states_pose:
            return None
        if self.config.pose_noise is None:
            return pose
        return noisy_pose(pose, self.number, self._period_s, self.config.pose_noise)

    def _sigma_m(self) -> float | None:
        if not self.config.states_pose:
            return None
        noise = self.config.pose_noise
        return noise.translation_m if noise is not None else 0.0
