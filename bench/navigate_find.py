"""ObjectNav: somewhere in a house that nobody has seen, asked to find a thing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cogmap.bench.harness import Bar
from cogmap.bench.map_episodes import Seeing
from cogmap.bench.navigate_agent import Agent, commanded
from cogmap.bench.navigate_truth import Outcome, Ways, outcome_of, shortest_m, starts
from cogmap.runtime.messages import Goal

__all__ = ["find_figures", "found_in_house", "step_figures"]

SEARCHES = 6
"""A house: a collision in a hundred journeys shows in more than a hundred."""
LEAST_M = 1.0
"""Shorter ways are left out, as in the Habitat challenge: who stands before a thing has no way to
it that a path length could be compared with."""
MOST_STEP_MS = 200.0
"""A command is driven for half a second: who thinks longer about the next one stands still."""


def found_in_house(seed: int, rooms: int, seeing: Seeing, count: int = SEARCHES) -> list[Outcome]:
    """Searches from several places of one house for things that are in it and can be reached;
    each begins with an empty map."""
    rng = np.random.default_rng(seed)
    config = commanded(seed, rooms)
    ways = Ways(Agent(config).simulator)
    labels = sorted({thing.category for thing in ways.house.objects})
    found: list[Outcome] = []
    for start in starts(ways, 8 * count, rng):
        label = labels[rng.integers(len(labels))]
        things = [thing for thing in ways.house.objects if thing.category == label]
        shortest = shortest_m(ways, things, (start.x, start.y))
        if not LEAST_M <= shortest < math.inf:
            continue
        agent = Agent(config, seeing, start)
        trip = agent.go(Goal(kind="find", label=label))
        found.append(outcome_of(trip, agent.simulator, label, things, shortest))
        if len(found) == count:
            break
    return found


def find_figures(
    found: Sequence[Outcome], name: str, success: float, path: float
) -> tuple[dict[str, Any], list[Bar]]:
    """Of all searches with one detector, and the bars of success and SPL."""
    reached = f"find, {name}: success"
    weighted = f"find, {name}: SPL"
    figures = {
        f"find, {name}: searches": len(found),
        reached: float(np.mean([each.success for each in found])),
        weighted: float(np.mean([each.spl for each in found])),
        f"find, {name}: collisions": sum(each.collisions > 0 for each in found),
        f"find, {name}: seconds, median": float(np.median([each.seconds for each in found])),
    }
    bars = [Bar(reached, figures[reached], success), Bar(weighted, figures[weighted], path)]
    return figures, bars


def step_figures(found: Sequence[Outcome]) -> tuple[dict[str, Any], list[Bar]]:
    """What the steps of all searches cost, and the bar of it."""
    slow = "find: a step of the journey, p99 ms"
    steps_s = np.concatenate([each.steps_s for each in found])
    figures = {
        slow: 1e3 * float(np.percentile(steps_s, 99)),
        "find: a step of the journey, max ms": 1e3 * float(steps_s.max()),
    }
    return figures, [Bar(slow, figures[slow], MOST_STEP_MS, "at most")]
