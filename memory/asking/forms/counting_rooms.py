"""Rooms counted, and rooms by what is in them."""

from __future__ import annotations

from cogmap.memory.asking.conditions import in_r
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.forms.comparing_counts import THAN
from cogmap.memory.asking.saying import Result, Said, counted, listed, said_value, truth
from cogmap.memory.asking.things import ALL_ROOMS, Thing, joined, quoted
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS"]

_MOST = ("most", "highest", "largest", "greatest")


def _having(*things: Thing) -> str:
    """The rooms in which there is one of each of the things."""
    each = (f"exists([x for x in {thing.members} if room_of(x) == r])" for thing in things)
    return f"[r for r in rooms() if {' and '.join(each)}]"


def _rooms_with(slots: Slots) -> Meaning:
    thing = slots.thing("a", "where")
    program = f"count({_having(thing)})"
    return Meaning(
        program, counted(f"room with {thing.many}", f"rooms with {thing.many}"), (thing,)
    )


def _room_with(slots: Slots) -> Meaning:
    thing = slots.thing("a", "where")
    say = truth(f"there is a room with {thing.some}", f"no room with {thing.some} was seen")
    return Meaning(f"exists({_having(thing)})", say, (thing,))


def _which_rooms(slots: Slots) -> Meaning:
    thing = slots.thing("a", "where")
    say = listed(f"Rooms with {thing.many}: {{}}", f"No room with {thing.many} was seen")
    return Meaning(_having(thing), say, (thing,))


def _rooms_with_so_many(slots: Slots) -> Meaning:
    """ "Which room has two chairs": two, and not three."""
    thing, number = slots.thing("a"), slots.number("n")
    word = slots.text("r") or "exactly"
    there = f"count([x for x in {thing.members} if room_of(x) == r])"
    rooms = f"[r for r in rooms() if {there} {THAN[word]} {number:g}]"
    said = f"{word} {number:g} {thing.one if number == 1 else thing.many}"
    known = f"known = count({thing.seen_program or thing.program})"
    if "many" in slots:
        say = counted(f"room with {said}", f"rooms with {said}")
        return Meaning(f"{known}\ncount({rooms})", say, (thing,))
    say = listed(f"Rooms with {said}: {{}}", f"No room with {said} was seen")
    return Meaning(f"{known}\n{rooms}", say, (thing,))


def _rooms_with_both(slots: Slots) -> Meaning:
    """Each in the same room; "a bed and a sofa" together are not looked for in two."""
    things = slots.things("list")
    if len(things) < 2:
        raise Unreadable("this names one thing")
    named = joined([thing.some for thing in things])
    say = listed(f"Rooms with {named}: {{}}", f"No room with {named} was seen")
    return Meaning(_having(*things), say, tuple(things))


def _room_with_most(slots: Slots) -> Meaning:
    """The room, or the rooms that have equally many; what was never seen anywhere is not seen."""
    thing, most = slots.thing("a"), slots.text("r") in _MOST
    pick, there = "max" if most else "min", f"count({in_r(thing)})"
    program = (
        f"known = count({thing.program})\n"
        f"most = {pick}([{there} for r in rooms()])\n"
        f"[r for r in rooms() if {there} == most]"
    )
    the_most = f"the {'most' if most else 'fewest'} {thing.many}"

    def say(result: Result) -> Said:
        said = said_value(result)
        names = said.value if isinstance(said.value, tuple) else (said.value,)
        if len(names) == 1:
            return Said(f"the {said.text} has {the_most}", names[0])
        return Said(f"{said.text} have {the_most}, equally many", said.value)

    return Meaning(program, say, (thing,))


def _all_rooms(slots: Slots) -> Meaning:
    return Meaning("count(rooms())", counted("room", "rooms"), (ALL_ROOMS,))


def _rooms_of_kind(slots: Slots) -> Meaning:
    room = slots.room("a")
    return Meaning(f"count(rooms({quoted(room.label)}))", counted(room.words, room.words + "s"))


def _room_of_kind(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = truth(f"there is {room.some}", f"no {room.words} was seen")
    return Meaning(f"exists(rooms({quoted(room.label)}))", say, (room,))


_HAVE = "(has|have|contain|contains|hold|holds|with)"
_THAN = "{r:" + "|".join(THAN) + "}"

FORMS: tuple[Form, ...] = (
    form(
        _rooms_with,
        "How many rooms have a bed?",
        "how many rooms (have|contain|with|hold) {a}",
        "how many rooms (have|contain) {a} (in them|inside)",
        "in how many rooms (are|is) there {a}",
    ),
    form(
        _room_with,
        "Is there a room that has a piano?",
        "is there (a|any) room (that has|with|which has|having|containing|that contains) {a}",
        "does any room (have|contain) {a}",
        "are there [any] rooms (with|that have|that contain) {a}",
    ),
    form(
        _which_rooms,
        "Which rooms have lamps?",
        "(which|what) rooms (have|contain|hold|with) {a}",
        "(which|what) room (has|contains|holds) {a}",
        "(which|what) is the room (with|that has|containing|that contains) {a} [in it|inside]",
        "in (which|what) [one of the] (room|rooms) (are|is) there {a}",
        "in (which|what) rooms (are|is) {a}",
        "(which|what) rooms (are|is) {a} in",
    ),
    form(
        _rooms_with_so_many,
        "Which room has two chairs?",
        f"(which|what) (room|rooms) {_HAVE} [{_THAN}] {{n}} {{a}} [in it|in them]",
        f"in (which|what) (room|rooms) (are|is) there [{_THAN}] {{n}} {{a}}",
        f"{{many:how many}} rooms {_HAVE} [{_THAN}] {{n}} {{a}} [in them]",
    ),
    form(
        _rooms_with_both,
        "Which room has a sofa and a television?",
        "(which|what) (room|rooms) (has|have|contain|contains|hold|holds|with) [both] {list}",
        "(which|what) is the room (with|that has|containing|that contains) [both] {list}",
        "in (which|what) (room|rooms) (are|is) there [both] {list}",
    ),
    form(
        _room_with_most,
        "Which room has the most chairs?",
        "(which|what) room (has|contains|holds) [the] {r:most|fewest|least} {a} [in it]",
        "(which|what) room (has|contains|holds) the {r:highest|largest|greatest|lowest|smallest} "
        "(number|count) of {a}",
        "in (which|what) room (are|is) [there] [the] {r:most|fewest|least} [of] [the] {a}",
        "where (are|do you see|can i find) [the] {r:most|fewest|least} [of] [the] {a}",
    ),
    form(
        _all_rooms,
        "How many rooms are there?",
        "how many rooms (are|do) [there|you see|we have|you know]",
        "how many rooms",
        "(number of rooms|the number of rooms|what is the number of rooms|count the rooms|"
        "count rooms)",
        "how many (different|separate|distinct) rooms [are there]",
        "how many rooms does (it|the house|this house|the flat|this flat|the apartment|this "
        "apartment|this place|the map) have",
    ),
    form(_rooms_of_kind, "How many bedrooms are there?", "how many {a} (are|do) [there|we have]"),
    form(
        _room_of_kind,
        "Is there a kitchen?",
        "is there {a} [here]",
        "do (we|you) (have|see|know) {a}",
    ),
)
