"""Doors and openings in walls: how many, where, how wide, and which rooms they join."""

from __future__ import annotations

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Say, counted, listed, measured, truth
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.widths import width_of

__all__ = ["FORMS", "of_walls"]


def of_walls(slots: Slots) -> None:
    """Raises Unreadable where the map has no gaps in walls, or has objects that are doors."""
    names = slots.asked.names
    if not names.doors or "door" in names.labels:
        raise Unreadable("doors are no gaps in walls here")


def _how_many(slots: Slots) -> Meaning:
    of_walls(slots)
    return Meaning("count(doors())", counted("door", "doors"))


def _how_many_of(slots: Slots) -> Meaning:
    of_walls(slots)
    room = slots.room("a")
    say = counted(f"door of {room.the}", f"doors of {room.the}")
    return Meaning(f"count(doors(room={room.program}))", say, (room,))


def _any(slots: Slots) -> Meaning:
    of_walls(slots)
    return Meaning("count(doors()) > 0", truth("there are doors", "no door was seen"))


def _any_of(slots: Slots) -> Meaning:
    of_walls(slots)
    room = slots.room("a")
    say = truth(f"{room.the} has a door", f"no door of {room.the} was seen")
    return Meaning(f"count(doors(room={room.program})) > 0", say, (room,))


def _where(slots: Slots) -> Meaning:
    of_walls(slots)
    return Meaning("[whereabouts(d) for d in doors()]", _places("the doors are {}"))


def _where_of(slots: Slots) -> Meaning:
    of_walls(slots)
    room = slots.room("a")
    say = _places(f"the doors of {room.the} are {{}}")
    return Meaning(f"[whereabouts(d) for d in doors(room={room.program})]", say, (room,))


def _places(template: str) -> Say:
    return listed(template, "no door was seen there")


def _wide(slots: Slots) -> Meaning:
    door = slots.place("a")
    if not door.program.startswith("door("):
        raise Unreadable("this is no gap in a wall")
    return Meaning(f"door_width({door.program})", measured(f"{door.the} is {{}} wide"), (door,))


def _joined(slots: Slots) -> Meaning:
    a, b = (slots.room("a"), slots.room("b")) if "a" in slots else slots.pair("pair")
    if {a.kind, b.kind} != {"room"}:
        raise Unreadable("doors join rooms")
    say = truth(
        f"a door or an opening joins {a.the} and {b.the}",
        f"no door between {a.the} and {b.the} was seen",
    )
    return Meaning(f"exists([r for r in neighbours({a.program}) if r == {b.program}])", say, (a, b))


def _extreme(slots: Slots) -> Meaning:
    of_walls(slots)
    say = measured(f"the {slots.text('r')} door is {{}} wide")
    return Meaning(_extreme_width(slots), say)


def _where_extreme(slots: Slots) -> Meaning:
    of_walls(slots)
    program = (
        f"w = {_extreme_width(slots)}\n[whereabouts(d) for d in doors() if door_width(d) == w]"
    )
    return Meaning(program, _places(f"the {slots.text('r')} door is {{}}"))


def _extreme_width(slots: Slots) -> str:
    pick = "min" if slots.text("r") in ("narrowest", "smallest") else "max"
    return f"{pick}([door_width(d) for d in doors()])"


def _fits_through(slots: Slots) -> Meaning:
    """Whether something so wide fits through the opening of a door."""
    door = slots.place("d")
    if not door.program.startswith(("door(", "nearest_door(")):
        raise Unreadable("this is no gap in a wall")
    width, said = width_of(slots.text("k"))
    say = truth(f"{door.the} is {said} wide or more", f"{door.the} is narrower than {said}")
    program = f"door_width({door.program}) >= {width:g}"
    return Meaning(program, say, (door,))


def _goes_through(slots: Slots) -> Meaning:
    """Upright, turned as it may be; its height is not compared, as heights of doors are unknown."""
    thing, door = slots.thing("a"), slots.place("d")
    if not door.program.startswith(("door(", "nearest_door(")):
        raise Unreadable("this is no gap in a wall")
    sides = f"the shorter of the level sides of {thing.the}"
    say = truth(
        f"{sides} is less than the width of {door.the}",
        f"{sides} is more than the width of {door.the}",
    )
    program = f'size({thing.program}, axis="depth") < door_width({door.program})'
    return Meaning(program, say, (thing, door))


def _on_the_way(slots: Slots) -> Meaning:
    of_walls(slots)
    if "pair" in slots:
        a, b = slots.pair("pair")
    else:
        a = slots.place("a") if "a" in slots else slots.asked.phrases.place("me")
        b = slots.place("b")
    say = counted(f"door on the way from {a.the} to {b.the}",
                  f"doors on the way from {a.the} to {b.the}")  # fmt: skip
    return Meaning(f"count(doors_along(path({a.program}, {b.program})))", say, (b, a))


_ARE = "(are|is|do you see|do we have|have you seen|are known|do you know)"

FORMS: tuple[Form, ...] = (
    form(
        _how_many,
        "How many doors are there?",
        f"how many doors [{_ARE}] [there]",
        "(count|number of|the number of|what is the number of|count the) doors",
    ),
    form(
        _how_many_of,
        "How many doors does the hallway have?",
        "how many doors (does|do) {a} have",
        "how many doors (has|are in|are there in|lead out of|lead into|lead to|does one find in) "
        "{a}",
    ),
    form(
        _any_of,
        "Is there a door in the kitchen?",
        "(is|are) there (any|a) (door|doors) (in|of|to|out of) {a}",
        "does {a} have (a|any) (door|doors)",
    ),
    form(
        _any,
        "Are there any doors?",
        "(is|are) there [any|a] (door|doors) [here|anywhere]",
        "(do we|do you|do i) (have|see) [any|a] (door|doors)",
    ),
    form(
        _where,
        "Where are the doors?",
        "where are [all] the doors",
        "where are doors",
        "(list|show|name) [all] [the] doors",
    ),
    form(
        _where_of,
        "Where are the doors of the hallway?",
        "where are [all] the doors (of|in|to) {a}",
        "where are [the] {a} doors",
    ),
    form(
        _wide,
        "How wide is the door of the kitchen?",
        "how (wide|broad) is {a}",
        "what is the width of {a}",
    ),
    form(
        _extreme,
        "How wide is the narrowest door?",
        "how (wide|narrow) is the {r:narrowest|widest|smallest|largest} door",
    ),
    form(
        _where_extreme,
        "Which door is the narrowest?",
        "(what|which|where) is the {r:narrowest|widest|smallest|largest} door",
        "(what|which) door is [the] {r:narrowest|widest|smallest|largest}",
        "(which|what) (room|rooms) (has|have) the {r:narrowest|widest|smallest|largest} door",
    ),
    form(
        _fits_through,
        "Does a 0.8 m wide cart fit through the door of the kitchen?",
        "(does|do|can|could|will|would) (a|an|the|my) {k} (fit|pass|go|get|drive|come|be carried|"
        "be moved) through {d}",
        "(can|could) (i|we|you) (get|carry|move|push|bring) (a|an|the|my) {k} through {d}",
        "is {d} (wide|big|large) enough for (a|an|the|my) {k}",
        "is {d} wider than {k}",
        "is {d} at least {k}",
    ),
    form(
        _goes_through,
        "Does the sofa fit through the door of the kitchen?",
        "(does|do|can|could|will|would) {a} (fit|pass|go|get|come|be carried|be moved) through {d}",
        "(can|could) (i|we|you) (get|carry|move|push|bring) {a} through {d}",
    ),
    form(
        _on_the_way,
        "How many doors are between the kitchen and the bedroom?",
        "how many doors (are|are there) between {pair}",
        "how many doors (do i|do we|must i|does one) (pass|go through|walk through) from {a} to "
        "{b}",
        "how many doors (do i|do we|must i|does one) (pass|go through|walk through) (to|to get to|"
        "to reach|on the way to) {b}",
    ),
    form(
        _joined,
        "Is there a door between the kitchen and the bedroom?",
        "is there (a|any) (door|doorway|opening|passage|way) between {pair}",
        "is there (a|any) (door|doorway|opening|passage) from {a} (to|into) {b}",
        "does {a} have (a|any) (door|doorway|opening) (to|into) {b}",
        "is {a} (connected to|connected with|next to|adjacent to|beside|joined to) {b}",
        "are {pair} (connected|adjacent|neighbours|next to each other|joined)",
        "does {a} (lead|open|connect) (to|into) {b}",
        "can (i|one|you) (get|go|walk) (directly|straight) from {a} (to|into) {b}",
        "can (i|one|you) (get|go|walk) from {a} (to|into) {b} (directly|straight)",
    ),
)
