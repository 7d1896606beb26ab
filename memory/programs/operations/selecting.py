"""Which things are meant."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cogmap.memory.programs.abstention import Ambiguous, NotDeterminable, NotSeen
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.meaning.kinds import State, fits, of_kind
from cogmap.memory.programs.meaning.places import Place, center
from cogmap.memory.programs.meaning.rooms import seen_rooms, the_room, with_label
from cogmap.memory.programs.meaning.uncertainty import WALL_SIGMA_M
from cogmap.memory.programs.meaning.within import within_of
from cogmap.memory.programs.registry import each, operation
from cogmap.memory.programs.types import the_one
from cogmap.memory.programs.values import Length, Objects, Point, Pose, Rooms
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject, Room

SELECTING = "Selecting things"
_NOTHING_GONE = "nothing is gone, as far as seen"


@operation(SELECTING)
def find(
    world: World,
    label: str,
    room: Rooms | str | None = None,
    near: Place | None = None,
    within: Length | None = None,
    state: State = "here",
) -> Objects:
    """Things of a kind: find("cup"), find("chair", room="kitchen").

    The word is read as a label of the map, else as a synonym, else as a general word for the
    labels ("seat" for "chair"), else by its meaning; the answer says how. ``near`` and ``within``
    (metres; 1 if it is left out) ask for what is that close to a place; ``state`` "gone" for what
    is not there any more.
    """
    found = of_kind(world, label, state)
    members, query = found.members, label
    if room is not None:
        rooms = _known_rooms(world, room)
        ids = {each.id for each in rooms}
        members = tuple(thing for thing in members if thing.room in ids)
        query += f" in the {rooms.query or 'rooms'}"
    if near is not None:
        within_m = 1.0 if within is None else within.not_below_zero("within")
        members = tuple(within_of(world, members, near, within_m))
    elif within is not None:
        raise ArgumentError("within needs near")
    return replace(found, members=members, query=query)


@operation(SELECTING)
def everything(world: World, room: Rooms | str | None = None, state: State = "here") -> Objects:
    """Everything that is there, or that is in a room; ``state`` "gone": what is not there any
    more, "any": both."""
    things = world.objects
    if state != "here":
        known = (world.known[id_] for id_ in sorted(world.known))
        things = tuple(thing for thing in known if fits(thing, state))
    if room is None:
        return Objects(things, "thing", empty=_NOTHING_GONE if state == "gone" else "")
    rooms = _known_rooms(world, room)
    ids = {each.id for each in rooms}
    members = tuple(thing for thing in things if thing.room in ids)
    return Objects(members, f"thing in the {rooms.query or 'rooms'}")


def _known_rooms(world: World, room: Rooms | str) -> Rooms:
    """Raises NotSeen if there are none: what is in a room that was not seen is not known."""
    rooms = seen_rooms(with_label(world, room) if isinstance(room, str) else room)
    world.recorder.note(rooms)
    return rooms


@operation(SELECTING, name="object")
def object_(world: World, id: float, state: State = "here") -> MapObject:
    """The thing with a number, as pictures of the map show it: object(7). With ``state`` "gone"
    or "any" also one that is not there any more, which else is not seen."""
    thing = world.known.get(int(id))
    if thing is None or int(id) != id:
        raise NotSeen(f"there is no object {id:g}")
    if not fits(thing, state):
        raise NotSeen(f"{name_of(thing)} is {'still' if thing.is_here else 'no longer'} there")
    return thing


@operation(SELECTING)
def the(world: World, objects: Objects) -> MapObject:
    """The only one of a set; ambiguous if there are several."""
    thing: MapObject = the_one(objects)
    return thing


@operation(SELECTING)
def union(world: World, a: Objects, b: Objects) -> Objects:
    """All things of both sets, each once."""
    both = {thing.id: thing for thing in (*a, *b)}
    query = " or ".join(dict.fromkeys(part.query for part in (a, b) if part.query))
    read_as = tuple(dict.fromkeys((*a.read_as, *b.read_as)))
    return Objects(tuple(both.values()), query, read_as, a.unseen and b.unseen)


@operation(SELECTING)
def without(world: World, a: Objects, b: Objects) -> Objects:
    """The things of one set that are not in another one.

    without(find("cup"), find("cup", room="kitchen")) are the cups elsewhere.
    """
    ids = {thing.id for thing in b}
    return replace(a, members=tuple(thing for thing in a if thing.id not in ids))


@operation(SELECTING)
def rooms(world: World, label: str | None = None) -> Rooms:
    """All rooms, or those of a kind: rooms("bedroom")."""
    return Rooms(world.rooms, "room") if label is None else with_label(world, label)


@operation(SELECTING)
def room(world: World, name: str | float) -> Room:
    """The room of a kind, or with a number: room("kitchen"), room(3)."""
    if not isinstance(name, str):
        found = world.room(int(name))
        if found is None or int(name) != name:
            raise NotSeen(f"there is no room {name:g}")
        return found
    only: Room = the_one(with_label(world, name))
    return only


@operation(SELECTING)
def room_of(world: World, place: MapObject | Point | Pose) -> Room:
    """The room that a thing or a place is in."""
    world.recorder.note(place)
    return the_room(world, place)


@each("room_of")
def _room_of_each(world: World, place: tuple[MapObject, ...]) -> np.ndarray:
    ids = np.array([thing.room for thing in place])
    if not set(ids.tolist()) <= {known.id for known in world.rooms}:
        raise NotDeterminable("it is not known which room some of them are in")
    return ids


@operation(SELECTING)
def this_room(world: World) -> Room:
    """The room in which whoever asks is."""
    pose = world.agent
    if pose is None:
        if len(world.rooms) == 1:
            return world.rooms[0]
        raise NotDeterminable("it is not known where you are; give a pose")
    return the_room(world, pose)


@operation(SELECTING)
def contents(world: World, room: Room) -> Objects:
    """All things in a room."""
    world.recorder.note(room)
    members = tuple(thing for thing in world.objects if thing.room == room.id)
    return Objects(members, f"thing in the {room.label or 'room'}")


@operation(SELECTING)
def doors(world: World, room: Rooms | str | None = None) -> tuple[Point, ...]:
    """The middles of the doors and openings that lead out of a room, or of all."""
    ids = None
    if room is not None:
        ids = {each.id for each in (with_label(world, room) if isinstance(room, str) else room)}
    found = [each for each in world.layout.doors if ids is None or ids & set(each.rooms)]
    return tuple(Point(*each.center, world.floor_z + 1.0) for each in found)


@operation(SELECTING)
def door(world: World, room: Rooms | str | None = None) -> Point:
    """The only door of a room, or of all; ambiguous if there are several."""
    found = doors(world, room)
    if not found:
        raise NotSeen("no door was seen there")
    if len(found) > 1:
        raise Ambiguous(f"there are {len(found)} doors: which is meant?", ())
    return found[0]


@operation(SELECTING)
def nearest_door(world: World, place: MapObject | Point | Pose) -> Point:
    """The door or opening that is nearest to a place, of the room that the place is in, or of all
    where that is not known or no door of it is."""
    try:
        own = doors(world, Rooms((the_room(world, place),)))
    except NotDeterminable:
        own = ()
    found = own or doors(world)
    if not found:
        raise NotSeen("no door was seen")
    here = center(place)[:2]
    return min(found, key=lambda door: float(np.linalg.norm(here - (door.x, door.y))))


@operation(SELECTING)
def door_width(world: World, door: Point) -> Length:
    """How wide the opening of a door is: door_width(door(room="kitchen"))."""
    for known in world.layout.doors:
        if (door.x, door.y) == known.center:
            return Length(known.width_m, math.sqrt(2) * WALL_SIGMA_M)
    raise NotDeterminable("that place is no door")


@operation(SELECTING)
def neighbours(world: World, room: Room) -> Rooms:
    """Rooms that a door or an opening of a room leads to."""
    world.recorder.note(room)
    found = tuple(each for each in world.rooms if each.id in room.neighbours)
    return Rooms(found, f"room beside the {room.label or 'room'}")
