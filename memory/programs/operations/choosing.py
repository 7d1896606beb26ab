"""One of several: by size, height, distance, order, or words about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import numpy as np

from cogmap.memory.index.synonyms import normalize
from cogmap.memory.programs.abstention import NotDeterminable, NotSeen
from cogmap.memory.programs.chances import is_first
from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.meaning.bearings import bearing_of
from cogmap.memory.programs.meaning.places import Place, center, seen
from cogmap.memory.programs.meaning.seeing import first_seen_ns
from cogmap.memory.programs.meaning.sides import sides
from cogmap.memory.programs.meaning.uncertainty import face_sigma, size_sigma
from cogmap.memory.programs.meaning.within import distances
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Objects, Pose, Quantity, Rooms, Time
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, MapObject, Room

CHOOSING = "Choosing one of several"

Q = TypeVar("Q", bound=Quantity | Time)
T = TypeVar("T", MapObject, Room)

Measure = Literal["volume", "longest", "length", "width", "depth", "height", "footprint"]


@operation(CHOOSING)
def largest(world: World, objects: Objects, by: Measure = "volume", n: float = 1) -> MapObject:
    """The largest: by the volume of its box, by a side as ``size`` has it, or by the floor that it
    covers; with n the n-th largest."""
    keys = _measured(world, seen(objects), by)
    return _extreme(world, objects, keys, n, lambda thing: _sigma(thing, by))


@operation(CHOOSING)
def smallest(world: World, objects: Objects, by: Measure = "volume", n: float = 1) -> MapObject:
    """The smallest; as ``largest``."""
    keys = -_measured(world, seen(objects), by)
    return _extreme(world, objects, keys, n, lambda thing: _sigma(thing, by))


@operation(CHOOSING)
def largest_room(world: World, n: float = 1) -> Room:
    """The room with the most floor; with n the n-th largest."""
    return _nth_of(sorted_rooms(world).members, n, "room")


@operation(CHOOSING)
def smallest_room(world: World, n: float = 1) -> Room:
    """The room with the least floor; with n the n-th smallest."""
    return _nth_of(sorted_rooms(world).members[::-1], n, "room")


@operation(CHOOSING)
def sorted_rooms(world: World) -> Rooms:
    """All rooms, the largest first."""
    if not world.rooms:
        raise NotDeterminable("no room is known yet")
    world.recorder.note(world.rooms)
    return Rooms(tuple(sorted(world.rooms, key=lambda room: -room.area_m2)), "room")


@operation(CHOOSING)
def ranked(world: World, objects: Objects, values: tuple[Q, ...]) -> Objects:
    """A set sorted by values, one for each member, the least first:
    ranked(find("chair"), [size(c, axis="height") for c in find("chair")])."""
    members = seen(objects).members
    if len(values) != len(members):
        raise ArgumentError(f"{len(values)} values for {len(members)} things; write one for each")
    order = sorted(range(len(members)), key=lambda number: values[number])
    return _some_of(objects, [members[number] for number in order], "")


@operation(CHOOSING)
def highest(world: World, objects: Objects) -> MapObject:
    """The one whose top is highest over the floor."""
    boxes = world.rows_of(seen(objects).members)
    return _extreme(world, objects, boxes[:, 2] + boxes[:, 5] / 2)


@operation(CHOOSING)
def lowest(world: World, objects: Objects) -> MapObject:
    """The one whose top is lowest."""
    boxes = world.rows_of(seen(objects).members)
    return _extreme(world, objects, -boxes[:, 2] - boxes[:, 5] / 2)


@operation(CHOOSING)
def nearest(world: World, objects: Objects, place: Place) -> MapObject:
    """The one closest to a place, surface to surface; not a thing of the place itself."""
    others = _others(objects, place)
    world.recorder.note(place)
    return _extreme(world, others, -distances(world, others.members, place))


@operation(CHOOSING)
def farthest(world: World, objects: Objects, place: Place) -> MapObject:
    """The one farthest from a place, surface to surface."""
    others = _others(objects, place)
    world.recorder.note(place)
    return _extreme(world, others, distances(world, others.members, place))


@operation(CHOOSING)
def nth(
    world: World,
    objects: Objects,
    n: float,
    from_: Literal["left", "right", "near", "far", "first_seen", "last_seen"] = "left",
    pose: Pose | None = None,
) -> MapObject:
    """The n-th of several, counted from 1: from the left or the right as seen from a pose (of who
    asks, if none is given), from the nearest or the farthest, or as they were first seen."""
    members = seen(objects).members
    _nth_of(members, n, objects.query or "things")
    order: list[int] = np.argsort(_order(world, members, from_, pose), kind="stable").tolist()
    return _nth_of([members[number] for number in order], n, objects.query or "things")


@operation(CHOOSING)
def described(world: World, objects: Objects, text: str) -> Objects:
    """Those that words fit: parts of a label ("office" of chairs), or large, small, tall, low.

    What else a thing looks like the map does not know: a single one is taken for what is meant,
    and the answer says so; of several it cannot be told.
    """
    wanted = normalize(text)
    if not objects.members or not wanted:
        return objects
    by_label = [t for t in objects if set(wanted.split()) <= set(normalize(t.label).split())]
    if by_label:
        return _some_of(objects, by_label, text)
    if wanted in _SIZES and len(objects) > 1:
        by, sign = _SIZES[wanted]
        return _some_of(objects, [_extreme(world, objects, sign * _measured(world, objects, by))],
                        text)  # fmt: skip
    if len(objects) == 1:
        world.recorder.notes[f'whether it is "{text}" the map does not know'] = None
        return objects
    raise NotDeterminable(
        f'which {objects.query or "thing"} of {len(objects)} is "{text}" the map does not know'
    )


_SIZES: dict[str, tuple[Measure, int]] = {
    **dict.fromkeys(("big", "bigger", "biggest", "large", "larger", "largest"), ("volume", 1)),
    **dict.fromkeys(("small", "smaller", "smallest", "little", "tiny"), ("volume", -1)),
    **dict.fromkeys(("tall", "taller", "tallest", "high", "higher", "highest"), ("height", 1)),
    **dict.fromkeys(("short", "shorter", "shortest", "low", "lower", "lowest"), ("height", -1)),
    **dict.fromkeys(("long", "longer", "longest"), ("length", 1)),
    **dict.fromkeys(("wide", "wider", "widest"), ("width", 1)),
    **dict.fromkeys(("narrow", "narrower", "narrowest"), ("width", -1)),
}  # fmt: skip


def _extreme(
    world: World,
    objects: Objects,
    keys: F64,
    n: float = 1,
    sigma: Callable[[MapObject], float] = face_sigma,
) -> MapObject:
    """The member with the greatest key, or with the n-th greatest; ``sigma`` is that of a key."""
    order: list[int] = np.argsort(-keys, kind="stable").tolist()
    found = _nth_of([objects.members[number] for number in order], n, objects.query or "thing")
    world.recorder.note(found)
    at = int(n) - 1
    close = [order[at], *order[max(0, at - _CLOSEST) : at], *order[at + 1 : at + 1 + _CLOSEST]]
    chosen, *others = [(float(keys[each]), sigma(objects.members[each])) for each in close]
    world.recorder.weigh(is_first(chosen, others))
    return found


_CLOSEST = 3
"""So many before and after one that is chosen might be it instead."""


def _sigma(thing: MapObject, by: Measure) -> float:
    """Of what `_measured` gives of it."""
    one, (length, width, height) = size_sigma(thing), thing.box.size
    if by == "footprint":
        return one * math.hypot(length, width)
    if by == "volume":
        return one * math.hypot(length * width, length * height, width * height)
    return one


def _nth_of(members: Sequence[T], n: float, query: str) -> T:
    if n != int(n) or n < 1:
        raise ArgumentError(f"n counts from 1; {n:g} is no such number")
    if n > len(members):
        raise NotSeen(f"there is no number {n:g} of {len(members)} {query}")
    return members[int(n) - 1]


def _measured(world: World, objects: Objects, by: Measure) -> F64:
    if by == "volume":
        return np.asarray(world.rows_of(objects.members)[:, 3:6].prod(axis=1))
    if by == "footprint":
        return np.asarray(world.rows_of(objects.members)[:, 3:5].prod(axis=1))
    return sides(world, objects.members, by)


def _others(objects: Objects, place: Place) -> Objects:
    """Without the things of the place, as long as there are others."""
    seen(objects)
    if not isinstance(place, Objects):
        return objects
    ids = {thing.id for thing in seen(place)}
    return seen(_some_of(objects, [thing for thing in objects if thing.id not in ids], ""))


def _some_of(objects: Objects, members: list[MapObject], text: str) -> Objects:
    query = f"{text} {objects.query}" if text and text not in objects.query else objects.query
    return Objects(tuple(members), query, objects.read_as, objects.unseen, objects.note)


def _order(world: World, members: Sequence[MapObject], by: str, pose: Pose | None) -> F64:
    if by in ("first_seen", "last_seen"):
        sign = 1 if by == "first_seen" else -1
        return np.array([sign * first_seen_ns(world, thing) for thing in members])
    here = pose or world.agent
    if here is None:
        raise NotDeterminable(f"the order from the {by} depends on where you stand; give a pose")
    offsets = np.array([thing.box.center[:2] for thing in members]) - center(here)[:2]
    if by in ("near", "far"):
        far = distances(world, members, here)
        return far if by == "near" else -far
    middle = offsets.mean(axis=0)  # angles are told from their middle, so that none wraps around
    ahead = offsets @ middle
    left = middle[0] * offsets[:, 1] - middle[1] * offsets[:, 0]
    angles = np.array([bearing_of(a, b) for a, b in zip(ahead, left, strict=True)])
    return -angles if by == "left" else angles
