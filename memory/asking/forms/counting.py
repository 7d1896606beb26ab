"""How many there are, and whether there are any."""

from __future__ import annotations

from cogmap.memory.asking.beside_one import count_beside_one
from cogmap.memory.asking.conditions import ITS_ROOM, in_its_room
from cogmap.memory.asking.form import Form, Meaning, Slots, form, union_of
from cogmap.memory.asking.saying import (
    Result,
    Said,
    counted,
    listed,
    measured,
    said_value,
    truth,
    worded,
)
from cogmap.memory.asking.things import ALL_ROOMS, Thing, joined, quoted
from cogmap.memory.asking.words import THEM, relation_at, word_set

__all__ = ["FORMS"]

_MOST = ("most", "highest", "largest", "greatest")
_MORE = word_set("more larger greater bigger higher")


def here(slots: Slots, thing: Thing) -> Thing:
    """In the asker's room, where the question says "in this room" of a map of several.

    The form "How many chair(s) are in this room?" of VSI-Bench means all that was seen.
    """
    cues = slots.asked.cues
    if "here" not in cues or "category" in cues or slots.asked.rooms < 2:
        return thing
    if not thing.program.startswith(("find(", "everything(")):
        return thing.at(f"[h for h in {thing.members} if room_of(h) == this_room()]")
    inside = thing.program[:-1] + ("" if thing.program.endswith("(") else ", ")
    return thing.at(inside.replace("everything(, ", "everything(") + "room=this_room())")


def _how_many(slots: Slots) -> Meaning:
    if (
        "where" in slots
        and slots.text("a") in THEM
        and not relation_at(slots.text("where").split(), 0)
    ):
        return _how_many_of_them(slots.thing("a"), slots.thing("where"))
    thing = here(slots, slots.thing("a", "where"))
    beside = count_beside_one(thing)
    if beside is not None:
        return beside
    return Meaning(
        f"count({thing.program})", counted(thing.one, thing.many, thing.hidden), (thing,)
    )


def _how_many_of_them(them: Thing, kind: Thing) -> Meaning:
    """ "How many of them are books": of what was spoken of."""
    program = f"count([x for x in {them.members} if exists([y for y in {kind.members} if y == x])])"
    among = f"among {them.the}"
    return Meaning(program, counted(f"{kind.one} {among}", f"{kind.many} {among}"), (kind, them))


def _how_many_in(slots: Slots) -> Meaning:
    room, thing = (
        slots.room("b"),
        slots.asked.phrases.thing(f"{slots.text('a')} in {slots.text('b')}"),
    )
    return Meaning(f"count({thing.program})", counted(thing.one, thing.many), (thing, room))


def _how_many_together(slots: Slots) -> Meaning:
    """Of a kind that was never seen none is there."""
    words = slots.text("pair")
    things = slots.things("pair") if "," in words else list(slots.pair("pair"))
    program = union_of(thing.program for thing in things)
    say = measured(f"{{}} {joined(thing.many for thing in things)} together")
    return Meaning(f"count({program})", say, tuple(things))


def _any(slots: Slots) -> Meaning:
    thing = here(slots, slots.thing("a", "where"))
    beside = in_its_room(thing)
    where = "" if beside is None else f" {ITS_ROOM}"
    thing = beside or thing
    be, some = ("are", thing.many) if thing.plural else ("is", thing.some)
    say = truth(f"there {be} {some}{where}", f"{thing.none}{where} was seen", thing.hidden)
    return Meaning(f"exists({thing.program})", say, (thing,))


def _any_in_room(slots: Slots) -> Meaning:
    room, thing = slots.room("b"), slots.thing("a")
    program = f"exists([x for x in {thing.members} if room_of(x) == {room.program}])"
    if thing.program == thing.seen_program:
        program = f"exists({thing.program[:-1]}, room={room.program}))"
    say = truth(f"{room.the} has {thing.some}", f"{thing.none} was seen in {room.the}")
    return Meaning(program, say, (thing, room))


def _more(slots: Slots) -> Meaning:
    a, b = slots.thing("a"), slots.thing("b")
    more = slots.text("r") in _MORE
    sign = ">" if more else "<"
    if slots.text("r") in ("equal", "same"):
        sign = "=="
    than = {">": "more", "<": "fewer", "==": "as many"}[sign]
    joint = "as" if sign == "==" else "than"
    say = truth(
        f"there are {than} {a.many} {joint} {b.many}",
        f"there are not {than} {a.many} {joint} {b.many}",
    )
    return Meaning(f"count({a.program}) {sign} count({b.program})", say, (a, b))


_THAN = {
    "more than": ">", "fewer than": "<", "less than": "<", "at least": ">=", "at most": "<=",
    "exactly": "==", "": ">=",
}  # fmt: skip


def _at_least(slots: Slots) -> Meaning:
    """ "Are there two chairs" is true of three as well."""
    thing, word = here(slots, slots.thing("a")), slots.text("r")
    number = slots.number("n")
    said = f"{word or 'at least'} {number:g} {thing.many}"
    say = truth(f"there are {said}", f"there are not {said}, as far as seen")
    return Meaning(f"count({thing.program}) {_THAN[word]} {number:g}", say, (thing,))


def _more_of(slots: Slots) -> Meaning:
    a, b = slots.things("list")[:2]
    program = (
        f"{quoted(a.words)} if count({a.program}) > count({b.program}) else "
        f'({quoted(b.words)} if count({b.program}) > count({a.program}) else "equal")'
    )
    return Meaning(program, worded("There are more of: {}", {"equal": "neither"}), (a, b))


def _difference(slots: Slots) -> Meaning:
    a, b = slots.thing("a"), slots.thing("b")
    program = f"count({a.program}) - count({b.program})"
    return Meaning(program, measured(f"{{}} more {a.many} than {b.many}"), (a, b))


def _more_than_elsewhere(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    size = slots.text("size")
    if size:
        room = f"{'smallest' if size.startswith(('small', 'tin')) else 'largest'}_room()"
        said = f"the {'smallest' if room.startswith('smallest') else 'largest'} room"
    else:
        inside = slots.thing("b")
        room, said = f"room_of({inside.program})", f"the room with {inside.the}"
    sign = ">" if slots.text("r") in _MORE else "<"
    all_of, there = (
        f"count({thing.program})",
        f"count([x for x in {thing.members} if room_of(x) == r])",
    )
    program = f"r = {room}\n{there} {sign} {all_of} - {there}"
    more = "more" if sign == ">" else "fewer"
    say = truth(
        f"there are {more} {thing.many} in {said} than in the other rooms together",
        f"there are not {more} {thing.many} in {said} than in the other rooms together",
    )
    return Meaning(program, say, (thing,))


def _rooms_with(slots: Slots) -> Meaning:
    thing = slots.thing("a", "where")
    there = f"[x for x in {thing.members} if room_of(x) == r]"
    program = f"count([r for r in rooms() if exists({there})])"
    return Meaning(
        program, counted(f"room with {thing.many}", f"rooms with {thing.many}"), (thing,)
    )


def _room_with(slots: Slots) -> Meaning:
    thing = slots.thing("a", "where")
    there = f"[x for x in {thing.members} if room_of(x) == r]"
    say = truth(f"there is a room with {thing.some}", f"no room with {thing.some} was seen")
    return Meaning(f"exists([r for r in rooms() if exists({there})])", say, (thing,))


def _which_rooms(slots: Slots) -> Meaning:
    thing = slots.thing("a", "where")
    there = f"[x for x in {thing.members} if room_of(x) == r]"
    say = listed(f"Rooms with {thing.many}: {{}}", f"No room with {thing.many} was seen")
    return Meaning(f"[r for r in rooms() if exists({there})]", say, (thing,))


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


def in_r(thing: Thing) -> str:
    """Those of a set that are in room r."""
    if thing.program == "everything()":
        return "everything(room=r)"
    if thing.program == thing.seen_program:
        return f"{thing.program[:-1]}, room=r)"
    return f"[x for x in {thing.members} if room_of(x) == r]"


def _all_rooms(slots: Slots) -> Meaning:
    return Meaning("count(rooms())", counted("room", "rooms"), (ALL_ROOMS,))


def _rooms_of_kind(slots: Slots) -> Meaning:
    room = slots.room("a")
    return Meaning(f"count(rooms({quoted(room.label)}))", counted(room.words, room.words + "s"))


def _room_of_kind(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = truth(f"there is {room.some}", f"no {room.words} was seen")
    return Meaning(f"exists(rooms({quoted(room.label)}))", say, (room,))


def _everything(slots: Slots) -> Meaning:
    things = (
        "everything(room=this_room())"
        if "here" in slots.asked.cues and slots.asked.rooms > 1
        else "everything()"
    )
    return Meaning(f"count({things})", counted("object", "objects"))


_THERE = (
    "(are|is|were|do you see|can you see|can i see|do we have|do i have|can be seen|can be "
    "found|can i find|do you know|did you find|are visible|are found|are known)"
)

_R = "{r:more|fewer|less|larger|greater|bigger|smaller|higher|lower|equal|same}"

FORMS: tuple[Form, ...] = (
    form(
        _how_many,
        "How many chairs are there?",
        f"how many {{a}} {_THERE} [there] [here]",
        f"how many {{a}} {_THERE} [there] {{where}}",
        "how many {a}",
        "how many of {a} (are|is) {where}",
        "[the] total number of {a}",
        "(what number of|what is the number of|number of|the number of|count|count of|what is "
        "the count of|how much) {a} [(are|is) [there]]",
        "(what number of|what is the number of|count) {a} (are|is) [there] {where}",
        "how many {a} (exist|can you count|did you count|do you count|are present|were found)",
    ),
    form(
        _how_many_in,
        "How many chairs does the kitchen have?",
        "how many {a} (does|do) {b} (have|contain|hold)",
        "how many {a} has {b} [got]",
    ),
    form(
        _how_many_together,
        "How many chairs and tables are there?",
        "how many {pair} (are|do) [there|you see|we have] [together|altogether]",
    ),
    form(
        _any,
        "Are there any plants in the kitchen?",
        "(is|are) there [any] {a}",
        "(is|are) there [any] {a} (here|anywhere|somewhere|around here|around)",
        "(do we have|do i have|have we got|does the map have|do you have) [any] {a} "
        "[anywhere|somewhere]",
        "(do|can) (you|i|we) see {any:any|a|an|some} {a} [anywhere|somewhere]",
        "does {a} exist",
        "any {a} [around|here|nearby|anywhere]",
    ),
    form(
        _any_in_room,
        "Does the kitchen have a microwave?",
        "does {b} (have|contain|hold) {a} [in it]",
        "(has|does) {b} got {a}",
    ),
    form(
        _more,
        "Are there more chairs than tables?",
        f"(are|is) there {_R} {{a}} than {{b}}",
        f"(do we|do i|do you) have {_R} {{a}} than {{b}}",
        f"is the number of {{a}} {_R} than the number of {{b}}",
        f"is the number of {{a}} {_R} to the number of {{b}}",
        f"is the number of {{a}} the {_R} as the number of {{b}}",
    ),
    form(
        _at_least,
        "Are there more than two chairs?",
        "(is|are) there {r:more than|fewer than|less than|at least|at most|exactly} {n} {a}",
        "(do we|do you|do i) (have|see) "
        "{r:more than|fewer than|less than|at least|at most|exactly} "
        "{n} {a}",
        "are there {n} {a}",
    ),
    form(
        _more_of,
        "What are there more of, chairs or tables?",
        "(what|which) (are|is) there more of {list}",
        "are there more {list}",
    ),
    form(
        _difference,
        "How many more chairs than tables are there?",
        "how many more {a} than {b} [(are|is) there]",
        "how many more {a} (are|is) there than {b}",
    ),
    form(
        _more_than_elsewhere,
        "Are there more chairs in the room with the piano than in the others?",
        f"(are|is) there {_R} {{a}} in the room (with|that has|containing) {{b}} than [in] the "
        "(other|others) [room|rooms]",
        f"(are|is) there {_R} {{a}} in the {{size}} room than [in] the (other|others) [room|rooms]",
        f"(are|is) there {_R} {{a}} in the room (with|that has|containing) {{b}} than [in] (other|"
        "all other) rooms",
    ),
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
        "(which|what) room has {a}",
        "(which|what) is the room (with|that has|containing|that contains) {a} [in it|inside]",
        "in (which|what) rooms (are|is) there {a}",
        "in (which|what) rooms (are|is) {a}",
        "(which|what) rooms (are|is) {a} in",
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
    form(
        _everything,
        "How many objects are there?",
        "how many (objects|things|items) [are|do|have] [there|you know|you see|you seen|we "
        "have] [in total]",
        "(number of objects|count all objects|count everything|count the objects)",
    ),
)
