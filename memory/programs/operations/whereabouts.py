"""Where a thing is, in words."""

from __future__ import annotations

import math

import numpy as np

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.dividing import divided
from cogmap.memory.programs.meaning.places import center
from cogmap.memory.programs.meaning.rooms import the_room
from cogmap.memory.programs.meaning.within import distances
from cogmap.memory.programs.operations.relations import inside, next_to, on
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Objects, Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject, Room

_NEAREST = 12
"""Things around it that are looked at."""
_SAME_M = 0.01
"""A point so near to the middle of a door is the door."""


@operation("Selecting things")
def whereabouts(world: World, object: MapObject | Point | Pose) -> str:
    """Where a thing or a place is, in words: "on the desk in the bedroom"; of a door, which rooms
    it joins: "between the kitchen and the hallway"."""
    if not isinstance(object, MapObject):
        return _of_place(world, object)
    words = [_beside_what(world, object), _room(world, object)]
    if not any(words):
        raise NotDeterminable(f"nothing is known around {object.label or 'it'}, and no room")
    world.recorder.note(object)
    return " ".join(word for word in words if word)


def _of_place(world: World, place: Point | Pose) -> str:
    """Of a door between which rooms it is, of another place in which one."""
    x, y, _ = center(place).tolist()
    for door in world.layout.doors:
        rooms = [room for room in map(world.room, door.rooms) if room is not None]
        if math.dist(door.center, (x, y)) < _SAME_M and rooms:
            world.recorder.note(tuple(rooms))
            names = [_called(room) for room in rooms]
            return f"between {' and '.join(names)}" if len(names) > 1 else f"at {names[0]}"
    room = the_room(world, place)
    world.recorder.note(room)
    return f"in {_called(room)}"


def _beside_what(world: World, thing: MapObject) -> str:
    others = [each for each in world.objects if each.id != thing.id and each.label]
    if not others:
        return ""
    near = np.argsort(distances(world, others, Objects((thing,))), kind="stable")[:_NEAREST]
    around = [others[number] for number in near.tolist()]
    # Of what carries it the smallest says most: on the tray, not on the table under it.
    around.sort(key=lambda each: float(world.rows_of([each])[0, 3:5].prod()))
    mine = Objects((thing,))
    for word, test in (("in", inside), ("on", on)):
        for other in around:
            if test(world, mine, Objects((other,))):
                return f"{word} the {other.label}"
    nearby = [others[number] for number in near.tolist()]
    apart = divided(world, [thing], nearby, np.ones((1, len(nearby)), bool))[0].tolist()
    closest = next((each for each, far in zip(nearby, apart, strict=True) if not far), None)
    if closest is not None and next_to(world, mine, Objects((closest,))):
        return f"next to the {closest.label}"
    return ""


def _room(world: World, thing: MapObject) -> str:
    try:
        room = the_room(world, thing)
    except NotDeterminable:
        return ""
    world.recorder.note(room)
    return f"in {_called(room)}"


def _called(room: Room) -> str:
    return f"the {room.label}" if room.label else f"room {room.id}"
