"""ObjectNav: somewhere in a house that nobody has seen, asked to find a thing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cogmap.bench.harness import Bar
from cogmap.bench.map_episodes import Seeing
from cogmap.bench.navigate_agent import Agent, commanded
from cogmap.bench.navigate_truth import Outcome, Ways, in_reach, shortest_m, starts
from cogmap.runtime.messages import Goal

__all__ = ["find_figures", "found_in_house"]

SEARCHES = 4
"""A house."""
LEAST_M = 1.0
"""Shorter ways are left out, as in the Habitat challenge: who stands before a thing has no way to
it that a path length could be compared with."""


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
        reached = in_reach(things, agent.simulator.state, trip.last)
        success = trip.progress.state == "arrived" and reached
        found.append(
            Outcome(
                seed, label, success, shortest, trip.length_m, trip.collisions, trip.seconds,
                f"{trip.progress.state}: {trip.progress.text}",
            )
        )  # fmt: skip
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
