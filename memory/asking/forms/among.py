"""Things of one kind among each other: which are closest together, and whether all are in one
room."""

from __future__ import annotations

from cogmap.memory.asking.conditions import in_r
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import measured, numbered, truth
from cogmap.memory.asking.things import Thing
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS"]

_SAME = 1e-6
"""Share by which a distance may differ from itself, measured from the other end."""


def _several(slots: Slots) -> Thing:
    thing = slots.thing("a")
    if thing.single or not thing.plural:
        raise Unreadable(f"{thing.the} is one thing, and not several")
    return thing


def _closest_pair(slots: Slots) -> Meaning:
    thing = _several(slots)
    far = slots.text("r") in ("farthest", "furthest")
    best, other = ("max", "farthest_distance") if far else ("min", "distance")
    apart = f"{other}(c, without({thing.members}, c))"
    sign, limit = (">=", 1 - _SAME) if far else ("<=", 1 + _SAME)
    program = (
        f"d = {best}([{apart} for c in {thing.members}])\n"
        f"[c for c in {thing.members} if {apart} {sign} d * {limit}]"
    )
    word = "farthest from" if far else "closest to"
    say = numbered(f"{word} each other: {{}}", f"I have seen {thing.none}")
    return Meaning(program, say, (thing,))


def _mean_distance(slots: Slots) -> Meaning:
    thing = _several(slots)
    each = f"mean([distance(c, e) for e in without({thing.members}, c)])"
    say = measured(f"{{}} on average between two of the {thing.many} (nearest surfaces)")
    return Meaning(f"mean([{each} for c in {thing.members}])", say, (thing,))


def _in_one_room(slots: Slots) -> Meaning:
    thing = _several(slots)
    all_of = f"count({thing.program})"
    program = f"exists([r for r in rooms() if count({in_r(thing)}) == {all_of}])"
    say = truth(f"all {thing.many} are in one room", f"the {thing.many} are not all in one room")
    return Meaning(f"known = {all_of}\n{program}", say, (thing,))


FORMS: tuple[Form, ...] = (
    form(
        _closest_pair,
        "Which two chairs are closest to each other?",
        "(which|what) (two|pair of) {a} (are|is|stand|lie) [the] {r:closest|nearest|farthest|"
        "furthest} [to|from] (each other|one another|together|apart)",
        "(which|what) are the two {r:closest|nearest} {a}",
    ),
    form(
        _mean_distance,
        "What is the average distance between the chairs?",
        "what is the (average|mean) distance (between|of|among) [the|two of the] {a}",
        "how far apart are {a} on average",
    ),
    form(
        _in_one_room,
        "Are all chairs in the same room?",
        "are (all|all the|all of the|the|my|all my) {a} in (the same|one|a single) room",
    ),
)
