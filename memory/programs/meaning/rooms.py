"""Which room is meant, and in which one something is."""

from __future__ import annotations

import math

import shapely

from cogmap.memory.index.synonyms import normalize, relation
from cogmap.memory.programs.abstention import NotDeterminable, NotSeen
from cogmap.memory.programs.meaning.places import center
from cogmap.memory.programs.values import Point, Pose, Rooms
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject, Room

__all__ = ["seen_rooms", "the_room", "with_label"]

BESIDE_M = 0.2
"""A point so near to a room's outline is in the room."""

_OTHER_WORDS = {
    "lounge": "living room", "sitting room": "living room", "family room": "living room",
    "bath": "bathroom", "restroom": "bathroom", "washroom": "bathroom", "toilet": "bathroom",
    "study": "office", "home office": "office", "corridor": "hallway", "hall": "hallway",
    "entrance": "hallway", "sleeping room": "bedroom", "guest room": "bedroom",
}  # fmt: skip


def with_label(world: World, label: str) -> Rooms:
    """Rooms of a kind, such as "kitchen"; none if there are none. A map may call them by any word:
    those come first that are called so."""
    wanted = normalize(label)
    named = [room for room in world.rooms if normalize(room.label) == wanted]
    if not named:
        kind = _kind_of(label)
        named = [room for room in world.rooms if room.label and _kind_of(room.label) == kind]
    if not named:
        named = [room for room in world.rooms if room.label and relation(kind, room.label)]
    return Rooms(tuple(named), label, "" if named else _known_kinds(world))


def _kind_of(label: str) -> str:
    plain = normalize(label)
    return _OTHER_WORDS.get(plain, plain)


def seen_rooms(rooms: Rooms) -> Rooms:
    """The rooms, if there are any; raises NotSeen that says what was looked for."""
    if not rooms.members:
        more = f"; {rooms.note}" if rooms.note else ""
        raise NotSeen(f"no {rooms.query or 'room'} was seen{more}")
    return rooms


def _known_kinds(world: World) -> str:
    """What rooms there are instead, in words."""
    names = sorted({room.label for room in world.rooms if room.label})
    unknown = sum(not room.label for room in world.rooms)
    if unknown:
        names.append(f"{unknown} {'room' if unknown == 1 else 'rooms'} of unknown kind")
    if not names:
        return "no rooms are known"
    if len(names) > 1 or unknown > 1:
        return f"there are: {', '.join(names)}"
    return f"there is only {names[0] if unknown else 'the ' + names[0]}"


def the_room(world: World, place: MapObject | Point | Pose) -> Room:
    """Raises NotDeterminable if no known room is there."""
    if isinstance(place, MapObject):
        found = world.room(place.room)
        if found is not None:
            return found
    elif len(world.rooms) == 1 and not world.rooms[0].polygon:
        return world.rooms[0]
    point = shapely.Point(center(place)[:2])
    near = [
        (float(shapely.distance(shapely.Polygon(room.polygon), point)), room.id)
        for room in world.rooms
        if len(room.polygon) >= 3
    ]
    distance, room_id = min(near, default=(math.inf, -1))
    found = world.room(room_id)
    if found is None or distance > BESIDE_M:
        what = place.label if isinstance(place, MapObject) else "it"
        raise NotDeterminable(f"it is not known which room {what} is in")
    return found
