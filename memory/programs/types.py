"""Types of the language, read from the type hints of operations, and what fits where.

A unit is a type. A bare number, as it is written in a program, takes the unit of the place where
it stands: metres, degrees, seconds.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from cogmap.memory.programs import values
from cogmap.memory.programs.abstention import Ambiguous, NotSeen
from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.meaning.rooms import with_label
from cogmap.runtime.messages import MapObject, Room

if TYPE_CHECKING:
    from cogmap.memory.programs.world import World

__all__ = [
    "BARE", "BOOL", "EXPRESSION", "LABEL", "NOTHING", "OBJECT", "OBJECTS", "ORDERED", "QUANTITIES",
    "QUANTITY", "ROOM", "ROOMS", "ROOM_LABEL", "TEXT", "TIME", "Converter", "Deferred", "Type",
    "converter", "list_of", "read_hint", "the_one",
]  # fmt: skip

MAX_SETS = 50
"""That an operation takes at once: comparing two sets of 1,000 takes 20 ms, and no time is looked
at within an operation."""


@dataclass(frozen=True)
class Type:
    """A type of the language."""

    name: str
    item: Type | None = None
    """Of a list: what it holds."""
    choices: tuple[str, ...] = ()
    """Of a text: what it may be; empty if anything."""

    def __str__(self) -> str:
        if self.choices:
            return " | ".join(f'"{choice}"' for choice in self.choices)
        return f"list of {self.item}" if self.item is not None else self.name


BOOL = Type("true or false")
TEXT = Type("text")
BARE = Type("bare number")
"""A number as it is written in a program."""
NOTHING = Type("None")
OBJECT, OBJECTS, ROOM, ROOMS = (Type(name) for name in ("Object", "Objects", "Room", "Rooms"))
TIME = Type("Time")
LABEL = Type("Label")
ROOM_LABEL = Type("label of a room")
"""What a room and a text are compared as."""
EXPRESSION = Type("expression")
"""Of a parameter that is not evaluated before the call, but by it; the result is of its type."""
QUANTITY = Type("quantity")
"""Any one quantity; the result is of the same. A bare number is one without a unit."""
ORDERED = Type("quantity or time")
"""The same of what is sorted rather than added."""


class Deferred:
    """An expression that an operation evaluates, in a world of its choice."""

    def __init__(self, run: Callable[[World], Any]) -> None:
        self._run = run

    def __call__(self, world: World) -> Any:
        return self._run(world)


_VALUES = (
    values.Length, values.Area, values.Volume, values.Angle, values.Count, values.Number,
    values.Duration, values.Time, values.Interval, values.Label, values.Point, values.Pose,
    values.Path, values.Image, values.Objects, values.Rooms,
)  # fmt: skip
_PLAIN: dict[Any, Type] = {
    bool: BOOL, str: TEXT, float: BARE, int: BARE, type(None): NOTHING, MapObject: OBJECT,
    Room: ROOM, Any: EXPRESSION, Deferred: EXPRESSION,
    **{kind: Type(kind.__name__) for kind in _VALUES},
}  # fmt: skip
QUANTITIES: dict[str, type[values.Quantity]] = {
    kind.__name__: kind
    for kind in (
        values.Length, values.Area, values.Volume, values.Angle, values.Count, values.Number,
        values.Duration,
    )
}  # fmt: skip
_SINGLE = {"Objects": OBJECT, "Rooms": ROOM}
_SETS = {"Object": OBJECTS, "Room": ROOMS}


def list_of(item: Type) -> Type:
    """A list; one of objects or rooms is a set of them."""
    return _SETS.get(item.name, Type("list", item))


def read_hint(hint: Any) -> tuple[Type, ...]:
    """The types that a type hint allows; one of them for each part of a union."""
    if isinstance(hint, TypeVar):
        return (QUANTITY if hint.__bound__ is values.Quantity else ORDERED,)
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return tuple(kind for part in typing.get_args(hint) for kind in read_hint(part))
    if origin is Literal:
        return (Type("text", choices=tuple(typing.get_args(hint))),)
    if origin is tuple:
        return tuple(Type("list", item) for item in read_hint(typing.get_args(hint)[0]))
    return (_PLAIN[hint],)


Converter = Callable[["World", Any], Any]
"""Makes of a value what an operation takes."""


def converter(given: Type, wanted: tuple[Type, ...]) -> Converter | None:
    """How a value of one type becomes one of those wanted; None if it cannot."""
    for fits in (_few_sets, _as_it_is, _list, _one_or_set, _worded, _with_unit):
        for want in wanted:
            found = fits(given, want)
            if found is not None:
                return found
    return None


def the_one(members: values.Objects | values.Rooms) -> Any:
    """The only member of a set. Raises NotSeen if it is empty, Ambiguous if there are several."""
    if len(members) == 1:
        return members.members[0]
    what = members.query or "thing"
    if not members.members:
        if isinstance(members, values.Objects) and members.empty:
            raise NotSeen(members.empty)
        raise NotSeen(f"no {what} was seen" + (f"; {members.note}" if members.note else ""))
    raise Ambiguous(
        f"there are {len(members)} that are {what}: which is meant?",
        members.members if isinstance(members, values.Objects) else (),
    )


def same(world: World, value: Any) -> Any:
    """The converter that changes nothing."""
    return value


def _as_it_is(given: Type, want: Type) -> Converter | None:
    if given == want or (want in (QUANTITY, ORDERED) and given.name in QUANTITIES):
        return same
    if given == TIME and want == ORDERED:
        return same
    if given.name == want.name == "text":
        if not want.choices or (given.choices and set(given.choices) <= set(want.choices)):
            return same
        return None if given.choices else _checked(want.choices)
    return None


def _few_sets(given: Type, want: Type) -> Converter | None:
    if not given == want == Type("list", OBJECTS):
        return None

    def check(world: World, sets: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(sets) > MAX_SETS:
            raise ArgumentError(f"a list of {len(sets)} sets; {MAX_SETS} are allowed")
        return sets

    return check


def _checked(choices: tuple[str, ...]) -> Converter:
    def check(world: World, value: str) -> str:
        if value not in choices:
            raise ArgumentError(f"it must be {' or '.join(choices)}")
        return value

    return check


def _list(given: Type, want: Type) -> Converter | None:
    if want.item is None:
        return None
    item = given.item or {"Objects": OBJECT, "Rooms": ROOM}.get(given.name)
    inner = None if item is None else converter(item, (want.item,))
    if inner is None:
        return None
    return lambda world, members: tuple(inner(world, member) for member in members)


def _one_or_set(given: Type, want: Type) -> Converter | None:
    if _SINGLE.get(given.name) == want:
        return lambda world, members: the_one(members)
    if given == OBJECT and want == OBJECTS:
        return lambda world, thing: values.Objects((thing,), thing.label)
    if given == ROOM and want == ROOMS:
        return lambda world, room: values.Rooms((room,), room.label)
    return None


def _worded(given: Type, want: Type) -> Converter | None:
    """Labels and names of rooms are texts; a text beside labels is read as `find` reads it."""
    if given == LABEL and want == TEXT:
        return same
    if given.name == "text" and want == LABEL:
        return lambda world, word: values.Label.read(
            word, world.words.read(word, tuple(world.labels)).labels
        )
    if want == ROOM_LABEL:
        return _room_label(given)
    if given == ROOM and want == TEXT:
        return lambda world, room: room.label
    if given.name == "Rooms" and want == TEXT:
        return lambda world, rooms: the_one(rooms).label
    return None


def _room_label(given: Type) -> Converter | None:
    """A text is read as `room` reads it: a "lounge" is a living room."""
    if given == ROOM:
        return lambda world, room: values.Label(room.label)
    if given == ROOMS:
        return lambda world, rooms: values.Label(the_one(rooms).label)
    if given.name != "text":
        return None
    return lambda world, word: values.Label.read(
        word, tuple(dict.fromkeys(room.label for room in with_label(world, word)))
    )


def _with_unit(given: Type, want: Type) -> Converter | None:
    """Bare numbers take the unit of where they stand; counts are numbers."""
    if given == BARE and want.name in QUANTITIES:
        kind = QUANTITIES[want.name]
        scale = math.pi / 180 if kind is values.Angle else 1.0
        return lambda world, number: kind(float(number) * scale)
    if given == BARE and want in (QUANTITY, ORDERED):
        return lambda world, number: values.Number(float(number))
    if given == BARE and want == TIME:
        return lambda world, number: values.Time.after(world.start_ns, number)
    if given.name in ("Count", "Number") and want == BARE:
        return lambda world, quantity: quantity.value
    if given.name == "Count" and want.name == "Number":
        return lambda world, count: values.Number(count.value, count.sigma)
    return None
