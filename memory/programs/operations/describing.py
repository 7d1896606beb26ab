"""Things and rooms in a few sentences, and sets room by room."""

from __future__ import annotations

from collections.abc import Sequence

from cogmap.memory.programs.abstention import Abstention
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.meaning.seeing import first_seen_ns, last_seen_ns
from cogmap.memory.programs.operations.counting import count
from cogmap.memory.programs.operations.measures import size
from cogmap.memory.programs.operations.relations import on
from cogmap.memory.programs.operations.whereabouts import whereabouts
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Objects
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject, Room

DESCRIBING = "Selecting things"


@operation(DESCRIBING)
def describe(world: World, place: MapObject | Room) -> str:
    """All that the map knows of a thing or a room, in words: where it is, how large, what is on
    or in it, when it was seen, and how sure the map is of it."""
    if isinstance(place, Room):
        return _of_room(world, place)
    return _of_thing(world, place)


@operation(DESCRIBING)
def by_room(world: World, set: Objects) -> tuple[str, ...]:
    """How many of a set are in each room, most first: by_room(find("chair")); what is in no known
    room comes last."""
    count(world, set)  # not seen, rather than 0 everywhere, of what was never seen
    world.recorder.note(world.rooms, set)
    numbers = {room.id: 0 for room in world.rooms}
    for thing in set:
        numbers[thing.room] = numbers.get(thing.room, 0) + 1
    names = {room.id: name_of(room) for room in world.rooms}
    rooms = sorted(names, key=lambda id_: (-numbers[id_], id_))
    found = [f"{_plain(world, id_)}: {numbers[id_]}" for id_ in rooms]
    elsewhere = sum(number for id_, number in numbers.items() if id_ not in names)
    return (*found, f"in no known room: {elsewhere}") if elsewhere else tuple(found)


def _plain(world: World, room_id: int) -> str:
    """The name of a room, with its number where several are called so."""
    room = world.room(room_id)
    assert room is not None
    alike = sum(other.label == room.label for other in world.rooms)
    return room.label if room.label and alike == 1 else name_of(room)


def _of_thing(world: World, thing: MapObject) -> str:
    world.recorder.note(thing)
    carried = [
        t for t in world.objects if thing.is_here and on(world, Objects((t,)), Objects((thing,)))
    ]
    parts = [name_of(thing), _where(world, thing), _sides(thing), _last_seen(world, thing)]
    if carried:
        parts.append(f"on it: {_numbered(carried)}")
    if thing.is_here:
        parts.append(f"{100 * thing.confidence:.0f} % sure that it is there")
    return "; ".join(part for part in parts if part)


def _where(world: World, thing: MapObject) -> str:
    if not thing.is_here:
        return "not there any more"
    try:
        return whereabouts(world, thing)
    except Abstention:
        return ""


def _sides(thing: MapObject) -> str:
    length, width, height = thing.box.size
    return f"{max(length, width):.2f} m by {min(length, width):.2f} m, {height:.2f} m high"


def _last_seen(world: World, thing: MapObject) -> str:
    try:
        first, last = (read(world, thing) for read in (first_seen_ns, last_seen_ns))
    except Abstention:
        return ""
    seconds = [(stamp - world.start_ns) / 1e9 for stamp in (first, last)]
    return f"seen from {seconds[0]:.1f} s to {seconds[1]:.1f} s after the start"


def _of_room(world: World, room: Room) -> str:
    things = [thing for thing in world.objects if thing.room == room.id]
    world.recorder.note(room)
    parts = [f"{name_of(room)}: {room.area_m2:.1f} m²"]
    if len(room.polygon) >= 3:
        length, width = (size(world, room, axis).value for axis in ("length", "width"))
        parts[0] += f", {length:.1f} m by {width:.1f} m"
    beside = [name_of(each) for each in world.rooms if each.id in room.neighbours]
    if beside:
        parts.append(f"beside {', '.join(beside)}")
    return "; ".join([*parts, f"in it: {_numbered(things) or 'nothing that was seen'}"])


def _numbered(things: Sequence[MapObject]) -> str:
    """ "3 chairs" as "chair (3)", most first."""
    labels = [thing.label or "thing" for thing in things]
    each = sorted(set(labels), key=lambda label: (-labels.count(label), label))
    return ", ".join(f"{x} ({labels.count(x)})" if labels.count(x) > 1 else x for x in each)
