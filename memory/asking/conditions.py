"""Conditions on things, put into the programs that find them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cogmap.memory.asking.things import Thing, joined, union_of
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.programs.operations.directions import has_front

__all__ = [
    "AHEAD_OR_BEHIND",
    "AROUND_ME",
    "AS_SEEN",
    "HANGING",
    "ITS_ROOM",
    "SIDES",
    "WHERE",
    "beside",
    "filtered",
    "in_its_room",
    "in_r",
    "in_room",
    "in_rooms",
    "in_state",
    "in_this_room",
    "in_view",
    "is_bare",
    "moved_from",
    "nowhere",
    "nth_pick",
    "side_of",
    "sided",
    "was_moved",
]

WHERE = {
    "on": "on({x}, {y})", "in_": "in_({x}, {y})", "under": "under({x}, {y})",
    "above": "above({x}, {y})", "next_to": "next_to({x}, {y})", "near": "next_to({x}, {y})",
    "at": "next_to({x}, {y}) or on({x}, {y})",
    "left_of": "left_of({x}, {y}, agent())", "right_of": "right_of({x}, {y}, agent())",
    "in_front_of": "in_front_of({x}, {y}, agent())", "behind": "behind({x}, {y}, agent())",
}  # fmt: skip
"""Conditions of "x relation y", by the name of the relation."""

HANGING = "against_wall({x}) and elevation({x}) > 0.3 and not on({x}, everything())"
"""What is on a wall, and does not stand against it or on something beside it."""

_SIDED = re.compile(
    r"\[x0 for x0 in everything\(\) if (?:left_of|right_of|in_front_of|behind)"
    r"\(x0, (find\([^()]*\)|\[x1 for x1 in find\([^()]*\) if \w+\(x1, find\([^()]*\)\)\]),"
    r" agent\(\)\)\]"
)
ITS_ROOM = "in the same room, seen from where you are"

_NAMING = ("find(", "everything(", "object(")

AROUND_ME = {"in_front_of": "front", "behind": "back"}
"""Relations to who asks are directions."""

AHEAD_OR_BEHIND = {
    "front": "abs(bearing({}, {})) <= 67.5", "back": "abs(bearing({}, {})) >= 112.5",
}  # fmt: skip
"""What is said to be in front or behind, be it to the front left or back right, by eighths."""


SIDES = ("left_of", "right_of", "in_front_of", "behind")
"""Relations that depend on who looks."""
AS_SEEN = "as you see it"
_FRONT_DEG, _BACK_DEG = 45, 135
"""What is within so much of the way that a thing's front looks, or away from it."""


def side_of(words: Sequence[str]) -> str:
    """From which side is counted; "" if it is not said."""
    said = " ".join(words)
    return "right" if "the right" in said else "left" if "the left" in said else ""


def sided(thing: Thing, name: str, picks: list[str]) -> Thing:
    side = name.rpartition("_")[2]
    if name.startswith("my_"):
        test = f'direction(agent(), x, form="side") == "{side}"'
        return thing.at(f"[x for x in {thing.members} if {test}]")
    if not any(pick.startswith("nth(") for pick in picks):
        picks.insert(0, f'nth({{}}, 1, from_="{side}")')
    return thing


def in_its_room(thing: Thing) -> Thing | None:
    """ "Things behind the sofa": those of its room, not of all that lies on that side; None of
    other things."""
    found = _SIDED.fullmatch(thing.program)
    if found is None:
        return None
    return thing.at(f"{thing.program[:-1]} and room_of(x0) == room_of({found[1]})]")


def filtered(thing: Thing, x: str, condition: str) -> Thing:
    return thing.at(f"[{x} for {x} in {thing.members} if {condition}]")


def is_bare(thing: Thing) -> bool:
    """Whether a kind of things, or everything, is all that its program names: no room yet."""
    named = thing.program in ("everything()", thing.seen_program)
    calls = thing.program.startswith(("find(", "everything("))
    return named and calls and "room=" not in thing.program


def in_room(thing: Thing, room: Thing) -> Thing:
    said = f"{thing.words} {room.the}"
    if is_bare(thing):
        inside = _with(thing.program, f"room={room.program}")
    else:
        inside = f"[r for r in {thing.members} if room_of(r) == {room.program}]"
    return replace(thing, program=inside, words=said, single=False)


def in_rooms(thing: Thing, rooms: Sequence[Thing], last: str) -> Thing:
    """In any of some rooms; ``last``: "and" or "or", as it is said."""
    inside = union_of(in_room(thing, room).program for room in rooms)
    said = f"{thing.words} {joined((room.the for room in rooms), last)}"
    return replace(thing, program=inside, words=said, single=False)


def moved_from(room: Thing, kind: str) -> str:
    """Things of a kind, a plain ``find`` or everything, that stood in a room before they were
    moved last."""
    ever = _with(kind, 'state="any"')
    here = f"room_of(place_before(m)) == {room.program}"
    return f"[m for m in {ever} if {was_moved('m')} and {here}]"


def was_moved(x: str) -> str:
    """The condition that a thing has stood elsewhere before."""
    return f"count(placements({x})) > 1"


def in_this_room(thing: Thing) -> Thing:
    """Those of a set that are in the asker's room."""
    if not is_bare(thing):
        return thing.at(f"[h for h in {thing.members} if room_of(h) == this_room()]")
    return thing.at(_with(thing.program, "room=this_room()"))


def in_view(thing: Thing, moment: str = "now()") -> Thing:
    """Those of a set that the camera sees at a moment."""
    seen = thing.at(f"[v for v in {thing.members} if visible_at(v, {moment})]")
    return replace(seen, words=f"{thing.words} in view")


def in_r(thing: Thing) -> str:
    """Those of a set that are in room r."""
    if is_bare(thing):
        return _with(thing.program, "room=r")
    return f"[x for x in {thing.members} if room_of(x) == r]"


def in_state(thing: Thing, state: str) -> Thing:
    """Those that are "gone", or "any", here or not. Raises Unreadable of things that are told by
    where they are: what is gone is nowhere."""
    program = thing.program
    if not program.startswith(_NAMING) or sum(map(program.count, _NAMING)) != 1:
        raise Unreadable("what is gone is known by its name and its room alone")
    return thing.at(_with(program, f'state="{state}"'), thing.single)


def _with(call: str, argument: str) -> str:
    """A call with one more argument."""
    return f"{call[:-1]}{'' if call.endswith('()') else ', '}{argument})"


def beside(thing: Thing, name: str, place: Thing, x: str) -> Thing:
    """ "The table in front of the sofa", "the lamp left of the bed": those of its room, the nearest
    if one is meant; from where that is seen is said.

    In front of and behind a thing that has a front is by that, whoever looks.
    """
    one = place.definite and not place.plural
    condition, seen = WHERE[name].format(x=x, y=place.program), AS_SEEN
    if one and name in AROUND_ME and has_front(place.label):
        at = place.program if place.single else f"the({place.program})"
        side = f"abs(bearing(front_of({at}), {x}))"
        condition = f"{side} <= {_FRONT_DEG}" if name == "in_front_of" else f"{side} >= {_BACK_DEG}"
        seen = "by its own front"
    if one:
        condition += f" and room_of({x}) == room_of({place.program})"
    found = filtered(replace(thing, words=f"{thing.words} ({seen})"), x, condition)
    if not (one and thing.definite and not thing.plural):
        return found
    return found.at(f"nearest({found.program}, {place.program})", single=True)


def nowhere(thing: Thing, placed: Thing) -> Thing:
    """The things that are not where ``placed`` ones of them are: "chairs not in the kitchen"."""
    said = f"{thing.words} not{placed.words.removeprefix(thing.words)}"
    program = f"without({thing.members}, {placed.members})"
    return replace(thing, program=program, words=said, single=False)


def nth_pick(pick: str, number: int | None) -> str:
    """ "The second largest": how a superlative picks its n-th."""
    if number is None or not pick.startswith(("largest(", "smallest(", "nearest(", "farthest(")):
        raise Unreadable("I can count from the largest, smallest, nearest or farthest only")
    if pick.endswith(", agent())"):
        return f'nth({{}}, {number}, from_="{"near" if pick.startswith("near") else "far"}")'
    return f"{pick[:-1]}, n={number})"
