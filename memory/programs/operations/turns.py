"""Turns of a conversation on the way: each ends at a time that the world is given."""

from __future__ import annotations

from bisect import bisect_left
from typing import Literal

import numpy as np

from cogmap.memory.programs.abstention import NotDeterminable, NotSeen
from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.meaning.bearings import FORMS, bearing_of, sector
from cogmap.memory.programs.meaning.places import Place, closest_pair, seen
from cogmap.memory.programs.meaning.seeing import common_spans, first_seen_ns, stamps_of
from cogmap.memory.programs.operations.directions import agent, offset
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Count, Objects, Time
from cogmap.memory.programs.world import World

TURNS = "Turns of a conversation"


@operation(TURNS)
def turn_time(world: World, k: float) -> Time:
    """When the k-th turn ended, counted from 1."""
    ends = _ends(world)
    if k != int(k) or not 1 <= k <= len(ends):
        raise ArgumentError(f"there are turns 1 to {len(ends)}, no {k:g}")
    return Time(ends[int(k) - 1])


@operation(TURNS)
def turn_of(world: World, time: Time) -> Count:
    """In which turn a moment was, counted from 1."""
    return Count(_turn(world, time.stamp_ns))


@operation(TURNS)
def closest_turn(world: World, place: Place) -> Count:
    """At the end of which turn the camera was closest to a place."""
    far = _distances(world, place)
    return Count(1 + far.index(min(far)))


@operation(TURNS)
def farthest_turn(world: World, place: Place) -> Count:
    """At the end of which turn the camera was farthest from a place."""
    far = _distances(world, place)
    return Count(1 + far.index(max(far)))


@operation(TURNS)
def turns_on_side(
    world: World, a: Objects, b: Objects, side: Literal["left", "right"]
) -> tuple[Count, ...]:
    """At the ends of which turns both a and b were to the left, or the right, of the camera."""
    found = []
    for number in range(1, len(_ends(world)) + 1):
        if all(_side(world, each, number) == side for each in (a, b)):
            found.append(Count(number))
    return tuple(found)


@operation(TURNS)
def turns_seeing(world: World, a: Objects, b: Objects) -> tuple[Count, ...]:
    """In which turns a and b were visible at once."""
    found = common_spans(world, seen(a), seen(b))
    if not len(found):
        return ()
    world.recorder.note_frames(found[:, 0].tolist())
    ends = np.array(_ends(world))
    first, last = (
        np.minimum(np.searchsorted(ends, stamps_of(world, numbers)), len(ends) - 1)
        for numbers in found.T
    )
    going_on = np.zeros(len(ends) + 1, int)
    np.add.at(going_on, first, 1)
    np.add.at(going_on, last + 1, -1)
    return tuple(Count(int(row) + 1) for row in np.flatnonzero(np.cumsum(going_on) > 0))


@operation(TURNS)
def newly_seen(world: World, sets: tuple[Objects, ...]) -> str:
    """Which of several kinds of things was first visible in the last turn, as it was asked for."""
    begin = ([world.start_ns - 1, *_ends(world)])[-2]
    for members in sets:
        first = min(first_seen_ns(world, thing) for thing in seen(members))
        if first > begin:
            return members.query
    raise NotSeen("none of them was seen first in the last turn")


def _ends(world: World) -> tuple[int, ...]:
    if not world.turn_ends_ns:
        raise NotDeterminable("this map is not told of turns")
    return world.turn_ends_ns


def _turn(world: World, stamp_ns: int) -> int:
    ends = _ends(world)
    return min(bisect_left(ends, stamp_ns), len(ends) - 1) + 1


def _distances(world: World, place: Place) -> list[float]:
    poses = [agent(world, Time(end)) for end in _ends(world)]
    return [closest_pair(world, place, pose).distance_m for pose in poses]


def _side(world: World, members: Objects, turn: int) -> str:
    pose = agent(world, turn_time(world, turn))
    thing = closest_pair(world, members, pose).a
    assert thing is not None
    return sector(bearing_of(*offset(pose, thing)), FORMS["left_right"])
