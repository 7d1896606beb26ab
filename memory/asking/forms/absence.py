"""Questions with a negation: which rooms have none of a kind, whether there is none."""

from __future__ import annotations

from cogmap.memory.asking.conditions import in_r, in_room
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import counted, listed, truth
from cogmap.memory.asking.things import Thing

__all__ = ["FORMS"]


def _without(thing: Thing, then: str = "{}") -> str:
    """Rooms in which none was seen; what was never seen anywhere is not seen."""
    rooms = f"[r for r in rooms() if not exists({in_r(thing)})]"
    return f"known = count({thing.program})\n{then.format(rooms)}"


def _rooms_without(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    rooms = f"rooms with no {thing.many}"
    return Meaning(_without(thing, "count({})"), counted(f"room with no {thing.many}", rooms),
                   (thing,))  # fmt: skip


def _room_without(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = truth(f"there is a room where no {thing.one} was seen", f"every room has {thing.some}")
    return Meaning(_without(thing, "exists({})"), say, (thing,))


def _which_rooms_with_but_without(slots: Slots) -> Meaning:
    there, missing = slots.thing("a"), slots.thing("b")
    program = f"[r for r in rooms() if count({in_r(there)}) > 0 and count({in_r(missing)}) == 0]"
    said = f"with {there.some} where no {missing.one} was seen"
    return Meaning(program, listed(f"rooms {said}: {{}}", f"there is no room {said}"), (there,))


def _which_rooms_without(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = listed(f"Rooms where no {thing.one} was seen: {{}}", f"Every room has {thing.some}")
    return Meaning(_without(thing), say, (thing,))


def _every_room(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = truth(f"every room has {thing.some}", f"there is a room where no {thing.one} was seen")
    return Meaning(_without(thing, "not exists({})"), say, (thing,))


def _none(slots: Slots) -> Meaning:
    """ "Are there no chairs": yes, if none was seen."""
    thing = slots.here(slots.thing("a", "where"))
    be, some = ("are", thing.many) if thing.plural else ("is", thing.some)
    say = truth(f"{thing.none} was seen", f"there {be} {some}", thing.hidden)
    return Meaning(f"not exists({thing.program})", say, (thing,))


def _none_in_room(slots: Slots) -> Meaning:
    room, thing = slots.room("b"), slots.thing("a")
    say = truth(f"no {thing.one} was seen in {room.the}", f"{room.the} has {thing.some}")
    return Meaning(f"not exists({in_room(thing, room).program})", say, (thing, room))


_HAVE_NO = (
    "(have|has|contain|contains|hold|holds|with|is|are) [got] (no|without) [any|a|an]",
    "(do|does) not (have|contain|hold) [any|a|an]", "(have|has) not got [any|a|an]",
    "without [any|a|an]", "that (has|have) no", "lack", "lacks",
)  # fmt: skip

FORMS: tuple[Form, ...] = (
    form(
        _which_rooms_without,
        "Which rooms have no chairs?",
        *(f"(which|what) (room|rooms) {no} {{a}} [in it|in them]" for no in _HAVE_NO),
        "in (which|what) (room|rooms) (is|are) [there] no {a}",
        "where (is|are) there no {a}",
    ),
    form(
        _which_rooms_with_but_without,
        "Which rooms have a mirror but no rug?",
        "(which|what) (room|rooms) (has|have) {a} (but|and) (no|not|not any) {b}",
        "(which|what) (room|rooms) (has|have) {a} without {b}",
    ),
    form(
        _rooms_without,
        "How many rooms have no chairs?",
        *(f"how many rooms {no} {{a}}" for no in _HAVE_NO),
        "in how many rooms (is|are) there no {a}",
    ),
    form(
        _room_without,
        "Is there a room without a chair?",
        *(f"(is|are) there (a|any) (room|rooms) [that|which] {no} {{a}}" for no in _HAVE_NO),
    ),
    form(
        _every_room,
        "Does every room have a chair?",
        "(does|has) (every|each) room (have|got|contain) {a}",
        "do all [of] [the] rooms (have|contain) {a}",
        "(is|are) there {a} in (every|each) room",
        "(is|are) there {a} in all [of] [the|our] rooms",
        "(are|is) {a} in (every|each) room",
    ),
    form(
        _none,
        "Are there no chairs in the kitchen?",
        "(is|are) there no {a} [here]",
        "(is|are) there not (any|a|an) {a} [here]",
        "(do we|do i|do you) (have|see|know) no {a}",
    ),
    form(
        _none_in_room,
        "Does the kitchen have no chairs?",
        "(does|has) {b} (have|contain|got) no {a}",
        "does {b} not have (any|a|an) {a}",
        "has {b} not got (any|a|an) {a}",
    ),
)
