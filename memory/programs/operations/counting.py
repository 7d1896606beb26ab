"""How many, and whether any."""

from __future__ import annotations

import numpy as np

from cogmap.memory.programs.abstention import Ambiguous, NotSeen
from cogmap.memory.programs.registry import each, operation
from cogmap.memory.programs.values import Count, Interval, Label, Objects, Point, Rooms, Time
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject

COUNTING = "Counting"


@operation(COUNTING)
def count(world: World, set: Objects | Rooms | tuple[str | Point | Time | Interval, ...]) -> Count:
    """How many there are; not seen, rather than 0, if nothing of the kind was ever seen."""
    _refuse_unseen(set)
    return Count(len(set))


@operation(COUNTING, name="len")
def length(world: World, set: Objects | Rooms | tuple[str | Point | Time | Interval, ...]) -> Count:
    """The same as ``count``."""
    return count(world, set)


@operation(COUNTING)
def exists(world: World, set: Objects | Rooms) -> bool:
    """Whether there is any; not seen, rather than false, if nothing of the kind was ever seen."""
    _refuse_unseen(set)
    return len(set) > 0


@operation(COUNTING)
def agreed(world: World, set: Objects, those: Objects) -> bool:
    """Whether all of a set are among those; false if none is. Where some are, and it is not told
    which is meant, it is ambiguous: agreed(find("cup"), find("cup", room=room("kitchen")))."""
    _refuse_unseen(set)
    ids = {thing.id for thing in those}
    number = sum(thing.id in ids for thing in set)
    if 0 < number < len(set):
        raise Ambiguous(f"it is so of {number} of {len(set)} that fit; say which", set.members)
    return number > 0


@operation(COUNTING)
def labels(world: World, set: Objects | Rooms) -> tuple[Label, ...]:
    """What the things are called, each word once, the most frequent first."""
    found: dict[str, int] = {}
    for thing in set:
        found[thing.label] = found.get(thing.label, 0) + 1
    named = {label: number for label, number in found.items() if label}
    return tuple(
        Label.of(label, named[label])
        for label in sorted(named, key=lambda label: (-named[label], label))
    )


@operation(COUNTING)
def label_of(world: World, object: MapObject) -> Label:
    """What a thing is called; label_of(x) == "couch" is true of what `find` finds by that word."""
    return Label(object.label)


@each("label_of")
def _label_of_each(world: World, object: tuple[MapObject, ...]) -> np.ndarray:
    return np.array([thing.label for thing in object])


def _refuse_unseen(members: object) -> None:
    """That nothing of a kind was seen is not to say that there is none."""
    if isinstance(members, Objects) and members.unseen and not len(members):
        raise NotSeen(
            f"no {members.query or 'thing'} was seen; that is not to say that there is none"
        )
    if isinstance(members, Rooms) and members.note and not len(members):
        raise NotSeen(
            f"no {members.query} was seen, which is not to say that there is none; {members.note}"
        )
