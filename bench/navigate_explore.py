"""Exploring a house that nobody has seen, beside a tour that was planned with full knowledge."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cogmap.bench.harness import Bar
from cogmap.bench.navigate_agent import Agent, commanded
from cogmap.bench.navigate_truth import Ways
from cogmap.memory.paths.floor import states_at
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import UNKNOWN, Goal
from cogmap.sim.simulator import Simulator
from cogmap.sim.tour import Sight, Targets, plan_tour, tour_targets

__all__ = ["ExploredHouse", "explore_figures", "explored_house"]

SEEN = 0.95
"""Part of the floor that can be reached that is to be seen."""
RANGE_M = 4.0
"""Floor further away than this no map learns of."""


@dataclass(frozen=True)
class ExploredHouse:
    """How exploring one house went."""

    seed: int
    seen: float
    """Part of the floor that can be reached, at the end."""
    enough_m: float
    """Way driven until SEEN of it was seen; inf if it never was."""
    tour_m: float
    collisions: int
    seconds: float


def explored_house(seed: int, rooms: int) -> ExploredHouse:
    agent = _Explorer(commanded(seed, rooms))
    ways = Ways(agent.simulator)
    start = (agent.start.x, agent.start.y)
    far = ways.paths.distances_m(start)
    agent.floor = ways.paths.centers[np.isfinite(far)]
    trip = agent.go(Goal(kind="explore"))
    return ExploredHouse(
        seed, agent.seen(), agent.enough_m, _tour_m(agent.simulator, ways, start),
        trip.collisions, trip.seconds,
    )  # fmt: skip


def explore_figures(houses: Sequence[ExploredHouse]) -> tuple[dict[str, Any], list[Bar]]:
    ratio = "explore: way to 95 % over the planned tour's, median"
    seen = "explore: floor seen, least of the houses"
    figures: dict[str, Any] = {
        "explore: houses": len(houses),
        seen: min(house.seen for house in houses),
        ratio: float(np.median([house.enough_m / house.tour_m for house in houses])),
        "explore: worst of the ways": max(house.enough_m / house.tour_m for house in houses),
        "explore: houses with a collision": sum(house.collisions > 0 for house in houses),
        "explore: seconds, median": float(np.median([house.seconds for house in houses])),
    }
    return figures, [Bar(seen, figures[seen], SEEN), Bar(ratio, figures[ratio], 1.5, "at most")]


class _Explorer(Agent):
    """Notes when it has seen enough."""

    floor = np.zeros((0, 2))
    """(N, 2) middles of the cells of the floor that can be reached."""
    enough_m = math.inf

    def seen(self) -> float:
        if self.grid is None:
            return 0.0
        return float((states_at(self.grid, self.floor) != UNKNOWN).mean())

    def _take_grid(self, stamp_ns: int) -> None:
        super()._take_grid(stamp_ns)
        if math.isinf(self.enough_m) and len(self.floor) and self.seen() >= SEEN:
            self.enough_m = self.length_m


def _tour_m(simulator: Simulator, ways: Ways, start: Point) -> float:
    """Of a tour that sees the floor, by greedy set cover and 2-opt over all of it."""
    targets = tour_targets(ways.house, ways.paths)
    floor = targets.owner < 0
    reach = np.full(int(floor.sum()), RANGE_M)
    targets = Targets(targets.points[floor], targets.owner[floor], reach)
    sight = Sight(simulator.raycaster, targets, simulator.config.body, simulator.intrinsics)
    stops = plan_tour(ways.house, ways.paths, targets, sight, start)
    points = [start, *(stop.point for stop in stops)]
    return sum(ways.paths.length_m(a, b) for a, b in itertools.pairwise(points))
