"""A robot on a drawn floor: the agent of the simulator, told what to do by a journey, no images."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import shapely

from cogmap.memory.navigation.journey import Journey
from cogmap.runtime.messages import (
    OCCUPIED,
    Intrinsics,
    JourneyProgress,
    Layout,
    Observation,
    OccupancyGrid,
    Twist,
)
from cogmap.sim.agent import AgentState, Body, FreeSpace, advance, world_from_camera

CAMERA = Intrinsics(width=320, height=240, fx=240.0, fy=240.0, cx=159.5, cy=119.5)
NOTHING = Layout(stamp_ns=0, version=0, number=-1)


def walls_of(grid: OccupancyGrid) -> FreeSpace:
    """The occupied cells of a grid as what an agent can bump into."""
    rows, columns = np.nonzero(grid.cells == OCCUPIED)
    x = grid.origin[0] + columns * grid.resolution_m
    y = grid.origin[1] + rows * grid.resolution_m
    cells = shapely.box(x, y, x + grid.resolution_m, y + grid.resolution_m)
    return FreeSpace(shapely.get_parts(shapely.union_all(cells)).tolist())


class Robot:
    """Frames at a rate; a command takes effect a frame after the one that it answers."""

    def __init__(
        self, journey: Journey, world: OccupancyGrid, start: tuple[float, float, float],
        rate_hz: float = 10.0, told: Callable[[Twist], tuple[float, float]] | None = None,
    ) -> None:  # fmt: skip
        """``world``: what really stands there. ``told``: what becomes of a command."""
        self.journey, self.space = journey, walls_of(world)
        self.state = AgentState(*start)
        self.period_ns = round(1e9 / rate_hz)
        self.stamp_ns, self.number = 0, 0
        self.progress: list[JourneyProgress] = []
        self.twists: list[Twist | None] = []
        self.bumps = 0
        self._told = told or (lambda twist: (twist.linear_mps, twist.angular_rps))
        self._velocity = (0.0, 0.0)

    def observation(self) -> Observation:
        pose = world_from_camera(self.state, Body())
        return Observation(
            stamp_ns=self.stamp_ns, number=self.number, verdict="fused", intrinsics=CAMERA,
            world_from_camera=pose, keyframe=self.number, keyframe_from_camera=np.eye(4),
        )  # fmt: skip

    def frame(self, seen: bool = True) -> None:
        """One frame: it is seen, or not, and the journey decides; then the world moves on."""
        if seen:
            self.journey.take_observation(self.observation())
        twist, progress = self.journey.step(self.stamp_ns)
        self.twists.append(twist)
        if progress is not None:
            self.progress.append(progress)
        pieces = math.ceil(self.period_ns * 1e-7)
        for _ in range(pieces):
            dt_s = self.period_ns * 1e-9 / pieces
            self.state = advance(self.state, self._velocity, dt_s, Body(), self.space)
            self.bumps += self.state.blocked
        if twist is not None:
            self._velocity = self._told(twist)
        self.stamp_ns += self.period_ns
        self.number += 1

    def go(self, within_s: float = 90.0) -> JourneyProgress:
        """Until the journey has ended; how it did."""
        for _ in range(round(within_s * 1e9 / self.period_ns)):
            self.frame()
            if not self.journey.active and self.twists[-1] is None:
                break
        return self.progress[-1]
