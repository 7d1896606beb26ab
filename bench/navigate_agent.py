"""An agent in a simulated house that drives itself by the map that it makes on the way."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from cogmap.bench.map_episodes import EXACT, Seeing
from cogmap.memory.cognitive_map import CognitiveMap, MapConfig
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.memory.index.text_encoder import load_sentence_encoder
from cogmap.memory.navigation.journey import Journey
from cogmap.memory.navigation.known import Body
from cogmap.memory.navigation.making import ErrandMaker
from cogmap.memory.programs.words import Words
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.nodes.detectors.simulated_noise import noisy_detections
from cogmap.runtime.messages import (
    Detections,
    Goal,
    Instances,
    JourneyProgress,
    JourneyRequest,
    Layout,
    OccupancyGrid,
)
from cogmap.sim.agent import AgentState
from cogmap.sim.scene import House
from cogmap.sim.simulator import SimStep, Simulator, SimulatorConfig

__all__ = ["RATE_HZ", "Agent", "Memory", "Trip", "commanded"]

RATE_HZ = 5.0
GRID_EVERY, ROOMS_EVERY = 2, 10
"""Frames between looks at the free floor, and at the rooms."""
SURFACE_CHUNKS = 1
"""Of the surface, after every frame of five a second; the node gives two after each of fifteen."""
WORDS = Words(load_sentence_encoder)
LIMIT_S = 600.0
"""Simulated: a journey that takes longer has failed."""


def commanded(seed: int, rooms: int | None, rate_hz: float = RATE_HZ) -> SimulatorConfig:
    """A house whose agent is driven; frames of 320x240 with depth noise."""
    return SimulatorConfig(
        seed=seed, rooms=rooms, width=320, height=240, rate_hz=rate_hz, mode="commanded"
    )


@dataclass(frozen=True)
class Memory:
    """What somebody knew at a moment, to go on from as often as one likes."""

    layout: tuple[dict[str, Any], dict[str, Any]]
    dense: tuple[dict[str, Any], dict[str, Any]]

    @classmethod
    def of(cls, made: CognitiveMap, dense: Reconstructor) -> Memory:
        parts = [
            ({name: array.copy() for name, array in arrays.items()}, details)
            for arrays, details in (made.layout_state(), dense.whole_state())
        ]
        return cls(*parts)

    def again(self) -> tuple[CognitiveMap, Reconstructor]:
        """For another stream, whose frames are numbered and stamped on."""
        made = CognitiveMap.from_layout_state(*self.layout, MapConfig())
        dense = Reconstructor.from_state(*self.dense)
        dense.begin_stream()
        return made, dense


@dataclass(frozen=True)
class Trip:
    """How one journey went."""

    progress: JourneyProgress
    """The last of it."""
    length_m: float
    """That was truly driven."""
    collisions: int
    """How often something that was touched kept the agent from moving."""
    last: SimStep
    """What the camera saw in the end, and the truth of it."""
    seconds: float
    """Simulated."""
    steps_s: tuple[float, ...]
    """Processor time of each step of the journey: whoever waits longer for it stops."""


class Agent:
    """Maps what it sees, and drives as its journey says."""

    def __init__(
        self,
        config: SimulatorConfig,
        seeing: Seeing = EXACT,
        start: AgentState | None = None,
        house: House | None = None,
        onto: tuple[CognitiveMap, Reconstructor] | None = None,
    ) -> None:
        """``onto``: a map and its dense side to go on with."""
        self.simulator = Simulator(config, house)
        if start is not None:
            self.simulator.state = start
        self.start = self.simulator.state
        self.map, self.dense = onto or (CognitiveMap(), Reconstructor())
        self.journey = Journey(Body(), errands=ErrandMaker(Body(), WORDS))
        self.grid: OccupancyGrid | None = None
        self._seeing = seeing
        self._number = 0
        self._chunks: int | None = None  # what was mapped before comes with the first frame
        self.length_m, self.collisions = 0.0, 0
        self._steps_s: list[float] = []

    def go(self, *goals: Goal, limit_s: float = LIMIT_S) -> Trip:
        """From frame to frame until the journey has ended."""
        request: JourneyRequest | None = JourneyRequest(stamp_ns=0, goals=goals)
        began, length_m, collisions = self._number, self.length_m, self.collisions
        self._steps_s.clear()
        while True:
            step = self.look()
            if request is not None:
                progress = self.journey.begin(request)
                request = None
            progress = self._drive(step.frame.stamp_ns) or progress
            seconds = (self._number - began) / self.simulator.config.rate_hz
            if progress.has_ended or seconds > limit_s:
                return Trip(
                    progress,
                    self.length_m - length_m,
                    self.collisions - collisions,
                    step,
                    seconds,
                    tuple(self._steps_s),
                )

    def look(self) -> SimStep:
        """Take the next frame into the map and tell the journey of it."""
        before = self.simulator.state
        step = self.simulator.step()
        after = self.simulator.state
        self.length_m += math.dist((before.x, before.y), (after.x, after.y))
        self.collisions += after.blocked and not before.blocked
        self._take(step)
        return step

    def _drive(self, stamp_ns: int) -> JourneyProgress | None:
        """As the journey says now; its news."""
        began = time.process_time()
        twist, news = self.journey.step(stamp_ns)
        self._steps_s.append(time.process_time() - began)
        if twist is not None:
            self.simulator.command(twist)
        return news

    def _take(self, step: SimStep) -> None:
        observation = self.dense.step(step.frame, self._detected(step.instances))
        self.map.take(observation)
        self.journey.take_observation(observation)
        for update in self.dense.surface_updates(step.frame.stamp_ns, self._chunks):
            self.journey.take_surface(update)
        self._chunks = SURFACE_CHUNKS
        if self._number % GRID_EVERY == 0:
            self._take_grid(step.frame.stamp_ns)
        self._number += 1

    def _take_grid(self, stamp_ns: int) -> None:
        grid = self.dense.occupancy_grid(stamp_ns)
        if grid is None:
            return
        self.grid = grid
        if self._number % ROOMS_EVERY == 0:
            self.map.take_grid(grid)
        layout: Layout = self.map.layout()
        self.journey.take_map(grid, layout)

    def _detected(self, instances: Instances) -> Detections:
        noise = self._seeing.detection_noise
        return exact_detections(instances) if noise is None else noisy_detections(instances, noise)
