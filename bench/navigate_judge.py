"""Whether a way leads to a thing in a world that has changed, and whether a refusal says what is
true of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import shapely

from cogmap.bench.navigate_agent import Trip, commanded
from cogmap.bench.navigate_known import true_thing
from cogmap.bench.navigate_truth import REACH_M, Ways, shortest_m
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.messages import MapObject
from cogmap.sim.agent import AgentState
from cogmap.sim.footprints import footprint
from cogmap.sim.paths import house_paths
from cogmap.sim.relocation import is_movable
from cogmap.sim.scene import House, PlacedObject

__all__ = ["Aim", "Order", "is_told", "order_to"]

REFUSED_S = 60.0
"""A refusal that comes later has taken too long."""

Aim = Literal["way", "no way", "moved"]


@dataclass(frozen=True)
class Order:
    """Where one journey begins and what it is sent to, in which world."""

    start: AgentState
    thing: MapObject
    was: PlacedObject
    """It in truth, when it was mapped."""
    now: PlacedObject
    house: House
    aim: Aim
    shortest_m: float


def order_to(
    start: AgentState, thing: MapObject, true: PlacedObject, now: PlacedObject, after: Ways
) -> Order | None:
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
    return Order(start, thing, true, now, after.house, aim, shortest)


def _may_pass(house: House, start: AgentState, thing: PlacedObject) -> bool:
    """Whether one could get near a thing without any margin."""
    paths = house_paths(house, commanded(0, None).body.radius_m)
    far = shapely.distance(footprint(thing), shapely.points(paths.centers))
    return bool(np.isfinite(paths.distances_m((start.x, start.y))[far <= REACH_M]).any())


def is_told(trip: Trip, order: Order, made: CognitiveMap) -> bool:
    """Whether it was refused in time and for what is true: the thing is gone from there; or the
    doors or the things that are named shut it off, whatever else were out of the way; or a way
    leads there once the things that are named are moved, as it says, and not before all are. Of
    what moved, that is as true of where it was mapped: nobody who is kept from there can know."""
    progress = trip.progress
    if progress.state != "failed" or trip.seconds > REFUSED_S:
        return False
    if order.aim == "moved" and "no longer there" in progress.text:
        return True
    doors = "door" in progress.text and "closed" in progress.text
    things = [true_thing(made.object(each), order.house) for each in progress.objects]
    named = [each for each in things if each is not None]
    all_are_true = len(named) == len(things) > 0
    places = (order.now, order.was) if order.aim == "moved" else (order.now,)
    shut = _cleared(order, {each.id for each in named}, doors_too=not doors)
    for place in places:
        if not _may_pass(shut, order.start, place):
            return True
        if not doors and all_are_true and _opens(order, named, place):
            return True
    return False


def _opens(order: Order, named: Sequence[PlacedObject], place: PlacedObject) -> bool:
    """Whether a way leads there once some things are moved, with what they carry, and none while
    any of them stands."""
    if not all(is_movable(thing) for thing in named):
        return False
    if not _may_pass(_without(named, order.house), order.start, place):
        return False
    for thing in named:
        others = [each for each in named if each.id != thing.id]
        if _may_pass(_without(others, order.house), order.start, place):
            return False
    return True


def _without(moved: Sequence[PlacedObject], house: House) -> House:
    """The house without some things, and what they carry."""
    gone = {each.id for each in moved}
    things = tuple(t for t in house.objects if not gone & _with_supports(t, house))
    return replace(house, objects=things)


def _cleared(order: Order, kept: set[int], *, doors_too: bool) -> House:
    """The house without what can be moved, also with what it carries, but for what is ``kept``,
    and was gone to with what carries that."""
    house = order.house
    kept = {*kept, *_with_supports(order.now, house)}
    things = tuple(t for t in house.objects if t.id in kept or not is_movable(t))
    doors = house.doors
    if doors_too:
        doors = tuple(replace(door, open_angle=door.max_open_angle) for door in doors)
    return replace(house, objects=things, doors=doors)


def _with_supports(thing: PlacedObject, house: House) -> set[int]:
    """The number of a thing, of what it stands on, of what that stands on, down to the floor."""
    by_id = {each.id: each for each in house.objects}
    chain = {thing.id}
    while (below := by_id.get(thing.support)) is not None and below.id not in chain:
        chain.add(below.id)
        thing = below
    return chain
