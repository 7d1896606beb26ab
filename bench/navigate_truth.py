"""What is true of going somewhere in a simulated house: shortest ways, and what is in view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from cogmap.bench.navigate_agent import Trip
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.sim.agent import AgentState, world_from_camera
from cogmap.sim.coverage import Coverage
from cogmap.sim.footprints import footprint
from cogmap.sim.paths import house_paths
from cogmap.sim.scene import PlacedObject
from cogmap.sim.simulator import SimStep, Simulator

__all__ = ["REACH_M", "Outcome", "Ways", "outcome_of", "shortest_m", "starts"]

REACH_M = 1.0
"""From the surface of a thing, seen from above: whoever stops so near to it has reached it."""
START_M = 0.5
SHOWN = 0.1
"""Part of what a thing would cover alone in the image that is to be seen of it."""


@dataclass(frozen=True)
class Outcome:
    """Of one journey to a thing."""

    seed: int
    label: str
    success: bool
    shortest_m: float
    driven_m: float
    collisions: int
    seconds: float
    """Simulated."""
    said: str
    steps_s: tuple[float, ...] = ()
    """Processor time of each step of the journey, where that is measured."""

    @property
    def spl(self) -> float:
        """Success weighted by path length (Anderson et al., On Evaluation of Embodied Navigation
        Agents, 2018)."""
        return self.success * self.shortest_m / max(self.shortest_m, self.driven_m, 1e-9)


class Ways:
    """A house as it is now, for its agent."""

    def __init__(self, simulator: Simulator) -> None:
        self.house = simulator.house
        self.paths: Paths = simulator.free_floor()
        self._simulator = simulator
        self._coverage = Coverage()

    def near(self, thing: PlacedObject) -> np.ndarray:
        """Indices of the cells of ``paths.centers`` within reach of a thing."""
        far = shapely.distance(footprint(thing), shapely.points(self.paths.centers))
        return np.flatnonzero(far <= REACH_M)

    def sees(self, thing: PlacedObject, point: Point) -> bool:
        """Whether an agent at a point that turns to a thing's middle has it in view."""
        x, y = point
        yaw = math.atan2(thing.position[1] - y, thing.position[0] - x)
        return self.shows(thing, AgentState(x, y, yaw))

    def shows(self, thing: PlacedObject, agent: AgentState) -> bool:
        """Whether an agent has a thing in view: by the same part of it as in `outcome_of`, and not
        by a few points of it, which left sofas out of view of those who stood before them."""
        simulator = self._simulator
        pose = world_from_camera(agent, simulator.config.body)
        part = self._coverage.shown(thing, simulator.raycaster, simulator.intrinsics, pose)
        return part >= SHOWN


def shortest_m(ways: Ways, things: Sequence[PlacedObject], start: Point) -> float:
    """Length of the shortest way from ``start`` to where one of some things is in reach and in
    view; inf if none leads there."""
    far = ways.paths.distances_m(start)
    best = math.inf
    for thing in things:
        cells = ways.near(thing)
        for cell in cells[np.argsort(far[cells], kind="stable")]:
            if not far[cell] < best:
                break
            x, y = ways.paths.centers[cell].tolist()
            if ways.sees(thing, (x, y)):
                best = float(far[cell])
                break
    return best


def _in_reach(things: Sequence[PlacedObject], agent: AgentState, step: SimStep) -> bool:
    """Whether an agent stands within reach of one of some things, and its camera shows it."""
    here = shapely.Point(agent.x, agent.y)
    near = {thing.id for thing in things if footprint(thing).distance(here) <= REACH_M}
    return any(v.id in near and v.fraction >= SHOWN for v in step.instances.visible)


def outcome_of(
    trip: Trip, simulator: Simulator, label: str, things: Sequence[PlacedObject], shortest: float
) -> Outcome:
    """Of a trip to one of some things, which has just ended in a simulator."""
    reached = _in_reach(things, simulator.state, trip.last)
    progress = trip.progress
    return Outcome(
        simulator.config.seed, label, progress.state == "arrived" and reached, shortest,
        trip.length_m, trip.collisions, trip.seconds, f"{progress.state}: {progress.text}",
        trip.steps_s,
    )  # fmt: skip


def starts(ways: Ways, count: int, rng: np.random.Generator) -> list[AgentState]:
    """Anywhere on the largest connected part of the floor, looking anywhere, with START_M between
    the agent's middle and what stands there: no camera sees its own feet, and somebody has put it
    there."""
    roomy = house_paths(ways.house, START_M)
    connected = np.isfinite(ways.paths.distances_m(tuple(ways.paths.largest_area()[0].tolist())))
    main = ways.paths.centers[connected]
    cells = roomy.centers[cKDTree(main).query(roomy.centers)[0] < ways.paths.resolution_m]
    chosen = cells[rng.choice(len(cells), min(count, len(cells)), replace=False)]
    yaws = rng.uniform(-math.pi, math.pi, len(chosen)).tolist()
    return [AgentState(x, y, yaw) for (x, y), yaw in zip(chosen.tolist(), yaws, strict=True)]
