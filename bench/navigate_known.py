"""Going to things in a house that is known: a tour was made, what it left out was explored, and
the world is as it was mapped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from cogmap.bench.harness import Bar
from cogmap.bench.navigate_agent import WORDS, commanded
from cogmap.bench.navigate_toured import KnownHouse, known_house
from cogmap.bench.navigate_truth import REACH_M, Outcome, Ways, shortest_m, starts
from cogmap.memory.navigation.journey import Journey
from cogmap.memory.navigation.known import Body
from cogmap.memory.navigation.making import ErrandMaker
from cogmap.runtime.messages import Goal, JourneyRequest, MapObject, Observation
from cogmap.sim.agent import AgentState, world_from_camera
from cogmap.sim.footprints import footprint
from cogmap.sim.scene import House, PlacedObject
from cogmap.sim.simulator import Simulator

__all__ = ["gone_in_house", "known_figures", "true_thing"]

RATE_HZ = 10.0
LIMIT_S = 240.0
SAME_M = 0.5
"""A mapped object is the true one of its label whose middle is so near to its own."""


def gone_in_house(seed: int, rooms: int, count: int) -> list[Outcome]:
    """The agent that has seen all of a house is put anywhere in it and sent to things."""
    known = known_house(seed, rooms)
    simulator = Simulator(commanded(seed, rooms, RATE_HZ))
    ways = Ways(simulator)
    rng = np.random.default_rng(seed)
    things = [each for each in known.map.objects() if true_thing(each, ways.house) is not None]
    gone: list[Outcome] = []
    for start in starts(ways, 8 * count, rng):
        thing = things[rng.integers(len(things))]
        true = true_thing(thing, ways.house)
        assert true is not None
        shortest = shortest_m(ways, [true], (start.x, start.y))
        if REACH_M <= shortest < math.inf:
            simulator.state = start
            gone.append(_sent(simulator, known, thing, true, shortest, ways))
        if len(gone) == count:
            break
    return gone


def known_figures(gone: Sequence[Outcome]) -> tuple[dict[str, Any], list[Bar]]:
    success, weighted, touched = "known: success", "known: SPL", "known: runs with a collision"
    figures = {
        "known: runs": len(gone),
        success: float(np.mean([each.success for each in gone])),
        weighted: float(np.mean([each.spl for each in gone])),
        touched: sum(each.collisions > 0 for each in gone),
    }
    bars = [
        Bar(success, figures[success], 0.99),
        Bar(weighted, figures[weighted], 0.92),
        Bar(touched, figures[touched], 0, "at most"),
    ]
    return figures, bars


def true_thing(thing: MapObject, house: House) -> PlacedObject | None:
    """What a mapped object is in truth."""
    alike = [each for each in house.objects if each.category == thing.label]
    far = [math.dist(each.box().center, thing.box.center) for each in alike]
    nearest = int(np.argmin(far)) if alike else -1
    return alike[nearest] if alike and far[nearest] < SAME_M else None


def _sent(
    simulator: Simulator, known: KnownHouse, thing: MapObject, true: PlacedObject, shortest: float,
    ways: Ways,
) -> Outcome:  # fmt: skip
    """One journey, by poses alone: the world is as it was mapped, and no camera looks. Where it
    went before, the agent knows."""
    journey = Journey(Body(), errands=ErrandMaker(Body(), WORDS))
    journey.take_map(known.grid, known.map.layout())
    for update in known.surface:
        journey.take_surface(update)
    first = len(known.walked)
    for number, state in enumerate(known.walked):
        journey.take_observation(_seen_nothing(simulator, state, number))
    request = JourneyRequest(stamp_ns=0, goals=(Goal(kind="object", id=thing.id),))
    driven, collisions = 0.0, 0
    for number in range(first, first + round(LIMIT_S * RATE_HZ)):
        stamp_ns = number * simulator.config.period_ns
        journey.take_observation(_seen_nothing(simulator, simulator.state, number))
        if number == first:
            progress = journey.begin(request)
        twist, news = journey.step(stamp_ns)
        progress = news or progress
        if progress.has_ended:
            break
        if twist is not None:
            simulator.command(twist)
        before = simulator.state
        simulator.skip_to(simulator.number + 1)
        after = simulator.state
        driven += math.dist((before.x, before.y), (after.x, after.y))
        collisions += after.blocked and not before.blocked
    success = progress.state == "arrived" and _reached(simulator.state, true, ways)
    said = f"{progress.state}: {progress.text}"
    seconds = (number - first) / RATE_HZ
    return Outcome(
        simulator.config.seed, thing.label, success, shortest, driven, collisions, seconds, said
    )


def _reached(agent: AgentState, true: PlacedObject, ways: Ways) -> bool:
    """Within reach, and it is in view."""
    far_m = footprint(true).distance(shapely.Point(agent.x, agent.y))
    return far_m <= REACH_M and ways.shows(true, agent)


def _seen_nothing(simulator: Simulator, state: AgentState, number: int) -> Observation:
    return Observation(
        stamp_ns=number * simulator.config.period_ns,
        number=number,
        verdict="fused",
        world_from_camera=world_from_camera(state, simulator.config.body),
        intrinsics=simulator.intrinsics,
    )
