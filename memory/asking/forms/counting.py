"""How many there are, and whether there are any."""

from __future__ import annotations

from dataclasses import replace

from cogmap.memory.asking.beside_one import count_beside_one
from cogmap.memory.asking.conditions import ITS_ROOM, in_its_room, in_room, is_bare
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import counted, measured, truth
from cogmap.memory.asking.things import Thing, joined, union_of
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import THEM, relation_at

__all__ = ["FORMS"]


def _how_many(slots: Slots) -> Meaning:
    if (
        "where" in slots
        and slots.text("a") in THEM
        and not relation_at(slots.text("where").split(), 0)
    ):
        return _how_many_of_them(slots.thing("a"), slots.thing("where"))
    thing = slots.here(slots.thing("a", "where"))
    beside = count_beside_one(thing)
    if beside is not None:
        return beside
    return Meaning(
        f"count({thing.program})", counted(thing.one, thing.many, thing.hidden), (thing,)
    )


def _how_many_of_them(them: Thing, kind: Thing) -> Meaning:
    """ "How many of them are books": of what was spoken of."""
    program = f"[x for x in {them.members} if exists([y for y in {kind.members} if y == x])]"
    among = f"among {them.the}"
    say = counted(f"{kind.one} {among}", f"{kind.many} {among}")
    those = replace(kind.at(program), words=f"{kind.words} {among}")
    return Meaning(f"count({program})", say, (those, them))


def _how_many_in(slots: Slots) -> Meaning:
    room, thing = (
        slots.room("b"),
        slots.asked.phrases.thing(f"{slots.text('a')} in {slots.text('b')}"),
    )
    return Meaning(f"count({thing.program})", counted(thing.one, thing.many), (thing, room))


def _how_many_together(slots: Slots) -> Meaning:
    """Of a kind that was never seen none is there."""
    words, where = slots.text("pair"), slots.text("where")
    if where and not relation_at(where.split(), 0):
        raise Unreadable(f'"{where}" is no place')
    kinds = slots.things("pair") if "," in words else list(slots.pair("pair"))
    things = [slots.asked.phrases.thing(f"{kind.words} {where}".strip()) for kind in kinds]
    program = union_of(thing.program for thing in things)
    said = joined(kind.many for kind in kinds) + things[0].many.removeprefix(kinds[0].many)
    say = measured(f"{{}} {said} together")
    return Meaning(f"count({program})", say, tuple(things))


def _any(slots: Slots) -> Meaning:
    thing = slots.here(slots.thing("a", "where"))
    if thing.program.startswith("union(") and " and " in thing.words:
        raise Unreadable(f"{thing.some} is asked of two rooms, one after the other")
    beside = in_its_room(thing)
    where = "" if beside is None else f" {ITS_ROOM}"
    thing = beside or thing
    be, some = thing.be, thing.some
    say = truth(f"there {be} {some}{where}", f"{thing.none}{where} was seen", thing.hidden)
    return Meaning(f"exists({thing.program})", say, (thing,))


def _any_in_room(slots: Slots) -> Meaning:
    room, thing = slots.room("b"), slots.thing("a")
    program = f"exists([x for x in {thing.members} if room_of(x) == {room.program}])"
    if is_bare(thing):
        program = f"exists({in_room(thing, room).program})"
    say = truth(f"{room.the} has {thing.some}", f"{thing.none} was seen in {room.the}")
    return Meaning(program, say, (thing, room))


def _everything(slots: Slots) -> Meaning:
    if "in view" in slots.asked.cues:
        seen = slots.here(slots.asked.phrases.thing("objects"))
        return Meaning(f"count({seen.program})", counted("object in view", "objects in view"))
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

FORMS: tuple[Form, ...] = (
    form(
        _how_many,
        "How many chairs are there?",
        f"how many {{a}} {_THERE} [there] [here]",
        f"how many {{a}} {_THERE} [there] {{where}} [together|altogether]",
        "how many {a}",
        "how many of {a} (are|is) {where}",
        "how much {a:furniture|fruit} (is|are|do we have|do you see) [there] {where}",
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
        "how many {pair} (are|is|do you see) [there] {where} [together|altogether]",
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
        _everything,
        "How many objects are there?",
        "how many (objects|things|items) [are|do|have] [there|you know|you see|we have] [in total]",
        "(number of objects|count all objects|count everything|count the objects)",
    ),
)
