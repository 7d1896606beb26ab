"""Going to known things in a world that is no longer as it was mapped: doors are closed, and
furniture stands elsewhere, some of it in the way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import shapely

from cogmap.bench.harness import Bar
from cogmap.bench.map_episodes import EXACT, camera
from cogmap.bench.navigate_agent import Memory, Trip, commanded
from cogmap.bench.navigate_known import true_thing
from cogmap.bench.navigate_replanning import Replan, WatchedAgent, replan_figures
from cogmap.bench.navigate_truth import REACH_M, Outcome, Ways, in_reach, shortest_m, starts
from cogmap.bench.navigate_worlds import changed_house
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.runtime.messages import Goal, MapObject
from cogmap.sim.agent import AgentState
from cogmap.sim.footprints import footprint
from cogmap.sim.paths import house_paths
from cogmap.sim.relocation import is_loose
from cogmap.sim.scene import House, PlacedObject
from cogmap.sim.simulator import Simulator

__all__ = ["Sent", "changed_figures", "sent_in_house"]

JOURNEYS = 6
"""In each house."""
GRID_EVERY = 30
LIMIT_S = 240.0
REFUSED_S = 60.0
"""A refusal that comes later has taken too long."""

Aim = Literal["way", "no way", "moved"]


@dataclass(frozen=True)
class Sent:
    """One journey in a world that has changed."""

    aim: Aim
    """What it was sent to: what stands where it stood, and can be reached or not, or what moved."""
    outcome: Outcome
    told: bool
    """It was refused in time, for a reason that is true."""
    replans: tuple[Replan, ...]

    @property
    def right(self) -> bool:
        """It came where a way leads there, and was told why where none does; of what moved, one
        or the other."""
        return {"way": self.outcome.success, "no way": self.told}.get(
            self.aim, self.outcome.success or self.told
        )


@dataclass(frozen=True)
class _Toured:
    """A house, and what is known of it after a tour."""

    house: House
    memory: Memory
    frames: int


@dataclass(frozen=True)
class _Order:
    """Where one journey begins and what it is sent to, in which world."""

    start: AgentState
    thing: MapObject
    now: PlacedObject
    house: House
    aim: Aim
    shortest_m: float


def sent_in_house(seed: int, rooms: int, count: int = JOURNEYS) -> list[Sent]:
    """A tour makes the map; each journey begins with that map, in a world that has changed in
    another way since."""
    toured = _toured(seed, rooms)
    return [_sent(toured, order, seed, rooms) for order in _orders(toured, seed, rooms, count)]


def changed_figures(sent: Sequence[Sent]) -> tuple[dict[str, Any], list[Bar]]:
    success, refused = "changed: success where a way exists", "changed: right refusals where none"
    moved, touched = "changed: right of things that moved", "changed: runs with a collision"
    figures: dict[str, Any] = {"changed: runs": len(sent)}
    for name, aim in ((success, "way"), (refused, "no way"), (moved, "moved")):
        figures[name] = _mean([each.right for each in sent if each.aim == aim])
        figures[f"{name}, runs"] = sum(each.aim == aim for each in sent)
    refusals = [each.outcome.seconds for each in sent if each.aim == "no way" and each.told]
    figures["changed: seconds until refused, median"] = _median(refusals)
    figures[touched] = sum(each.outcome.collisions > 0 for each in sent)
    replanned, bars = replan_figures([replan for each in sent for replan in each.replans])
    figures |= replanned
    return figures, [
        Bar(success, figures[success], 0.95), Bar(refused, figures[refused], 0.95), *bars,
    ]  # fmt: skip


def _orders(toured: _Toured, seed: int, rooms: int, count: int) -> Iterator[_Order]:
    rng = np.random.default_rng(seed)
    config = commanded(seed, rooms)
    before = Ways(Simulator(config, toured.house))
    made, _ = toured.memory.again()
    known = [(each, true) for each in made.objects() if (true := true_thing(each, toured.house))]
    drawn = 0
    for start in starts(before, 20 * count, rng):
        thing, true = known[rng.integers(len(known))]
        house = changed_house(toured.house, before, start, true, rng)
        now = next(each for each in house.objects if each.id == true.id)
        order = _order(start, thing, true, now, Ways(Simulator(config, house)))
        if order is not None:
            yield order
            drawn += 1
        if drawn == count:
            return


def _order(
    start: AgentState, thing: MapObject, true: PlacedObject, now: PlacedObject, after: Ways
) -> _Order | None:
    """None for what is within reach from the start, or so narrow that nobody can say whether it
    can be reached."""
    shortest = shortest_m(after, [now], (start.x, start.y))
    if shortest < REACH_M:
        return None
    aim: Aim = "way" if shortest < math.inf else "no way"
    if now.position != true.position:
        aim = "moved"
    elif aim == "no way" and _may_pass(after.house, start, now):
        return None
    return _Order(start, thing, now, after.house, aim, shortest)


def _may_pass(house: House, start: AgentState, thing: PlacedObject) -> bool:
    """Whether one could get near a thing without any margin."""
    paths = house_paths(house, commanded(0, None).body.radius_m)
    far = shapely.distance(footprint(thing), shapely.points(paths.centers))
    return bool(np.isfinite(paths.distances_m((start.x, start.y))[far <= REACH_M]).any())


def _sent(toured: _Toured, order: _Order, seed: int, rooms: int) -> Sent:
    config = commanded(seed, rooms)
    agent = WatchedAgent(config, start=order.start, house=order.house, onto=toured.memory.again())
    agent.simulator.skip_to(toured.frames)
    trip = agent.go(Goal(kind="object", id=order.thing.id), limit_s=LIMIT_S)
    reached = in_reach([order.now], agent.simulator.state, trip.last)
    success = trip.progress.state == "arrived" and reached
    outcome = Outcome(
        seed, order.thing.label, success, order.shortest_m, trip.length_m, trip.collisions,
        trip.seconds, f"{trip.progress.state}: {trip.progress.text}",
    )  # fmt: skip
    return Sent(order.aim, outcome, _is_told(trip, order, agent.map), tuple(agent.watch.replans))


def _is_told(trip: Trip, order: _Order, made: CognitiveMap) -> bool:
    """Whether it was refused in time and for what is true: the thing is gone from there, or the
    doors or the things that are named shut it off, whatever else were out of the way."""
    progress = trip.progress
    if progress.state != "failed" or trip.seconds > REFUSED_S:
        return False
    if order.aim == "moved" and "no longer there" in progress.text:
        return True
    doors = "door" in progress.text and "closed" in progress.text
    things = [true_thing(made.object(each), order.house) for each in progress.objects]
    shut = _cleared(order, {each.id for each in things if each is not None}, doors_too=not doors)
    return not _may_pass(shut, order.start, order.now)


def _cleared(order: _Order, kept: set[int], *, doors_too: bool) -> House:
    """The house without what can be moved, but for what is ``kept`` and was gone to."""
    house = order.house
    kept = {*kept, order.now.id}
    things = tuple(t for t in house.objects if t.id in kept or not is_loose(t, house))
    doors = house.doors
    if doors_too:
        doors = tuple(replace(door, open_angle=door.max_open_angle) for door in doors)
    return replace(house, objects=things, doors=doors)


def _toured(seed: int, rooms: int) -> _Toured:
    simulator = Simulator(camera(seed, rooms, EXACT))
    made, dense = CognitiveMap(), Reconstructor()
    for step in simulator:
        made.take(dense.step(step.frame, exact_detections(step.instances)))
        if step.frame.number % GRID_EVERY == GRID_EVERY - 1 or simulator.done:
            grid = dense.occupancy_grid(step.frame.stamp_ns)
            if grid is not None:
                made.take_grid(grid)
    return _Toured(simulator.house, Memory.of(made, dense), simulator.number)


def _mean(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if values else math.nan


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if values else math.nan
