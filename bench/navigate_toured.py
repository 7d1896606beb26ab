"""A house after a tour, as one knows it then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cogmap.bench.map_episodes import EXACT, camera
from cogmap.bench.navigate_agent import Agent, Memory, commanded
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.runtime.messages import Goal, OccupancyGrid, SurfaceUpdate
from cogmap.sim.agent import AgentState
from cogmap.sim.scene import House
from cogmap.sim.simulator import SimStep, Simulator

__all__ = ["KnownHouse", "Toured", "known_house", "toured_house"]

GRID_EVERY = 30


@dataclass(frozen=True)
class Toured:
    """A house, and what is known of it after a tour."""

    house: House
    memory: Memory
    walked: list[AgentState]
    """One a frame."""

    @property
    def frames(self) -> int:
        return len(self.walked)


@dataclass(frozen=True)
class KnownHouse:
    """A house after a tour and exploring, and what is known of it."""

    house: House
    map: CognitiveMap
    grid: OccupancyGrid
    walked: list[AgentState]
    """One a frame of the tour, and of the exploration after it."""
    surface: tuple[SurfaceUpdate, ...]


def toured_house(seed: int, rooms: int) -> Toured:
    simulator = Simulator(camera(seed, rooms, EXACT))
    made, dense = CognitiveMap(), Reconstructor()
    walked = []
    for step in simulator:
        walked.append(simulator.state)
        made.take(dense.step(step.frame, exact_detections(step.instances)))
        if step.frame.number % GRID_EVERY == GRID_EVERY - 1 or simulator.done:
            grid = dense.occupancy_grid(step.frame.stamp_ns)
            if grid is not None:
                made.take_grid(grid)
    return Toured(simulator.house, Memory.of(made, dense), walked)


def known_house(seed: int, rooms: int) -> KnownHouse:
    """After a tour, which has a budget, somebody explores what it left out, until they say that
    nothing is left; what they do not find is not known, and so not gone to."""
    toured = toured_house(seed, rooms)
    agent = _Walker(commanded(seed, rooms), house=toured.house, onto=toured.memory.again())
    agent.simulator.skip_to(toured.frames)
    last = agent.go(Goal(kind="explore")).last.frame
    grid = agent.dense.occupancy_grid(last.stamp_ns)
    assert grid is not None
    agent.map.take_grid(grid)
    surface = agent.dense.surface
    chunks = tuple(surface.extract(surface.chunks(), last.stamp_ns))
    return KnownHouse(toured.house, agent.map, grid, [*toured.walked, *agent.walked], chunks)


class _Walker(Agent):
    """Notes where it was."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.walked: list[AgentState] = []

    def _take(self, step: SimStep) -> None:
        super()._take(step)
        self.walked.append(self.simulator.state)
