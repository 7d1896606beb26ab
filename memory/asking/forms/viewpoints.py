"""Directions from where somebody would stand: "standing by the sofa, facing the television"."""

from __future__ import annotations

import re
from dataclasses import replace

from cogmap.memory.asking.conditions import AHEAD_OR_BEHIND, in_room
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.forms.directions import DIRECTIONS, clockwise, names_direction, seen
from cogmap.memory.asking.saying import counted, listed, measured, truth, worded
from cogmap.memory.asking.things import Thing
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS"]

_ROOM_BEFORE_SIDE = re.compile(
    r"(.+?) ((?:(?:to|on|at) )?(?:(?:the|my|your) )?(?:left|right|in front|front|back|behind|ahead|"
    r"rear|forward)\b.*)"
)
_SIDE = re.compile(r"(?:(?:to|on|at) )?(?:(?:the|my|your) )?(.+?)(?: (?:of )?(?:me|you))?")
_OF_FACED = re.compile(
    r"(left|right|left side|right side) of (.+)|(?:its|their) (left|right)(?: side)?"
)
""" "To the left of the tv", "to its left": of what one faces that is left of who looks."""


def _view(slots: Slots, stand: Thing, face: Thing) -> tuple[str, str]:
    """The pose of who stands at one place and faces another, or has their back to it, and how that
    is said."""
    if "back" in slots:
        pose = f"facing_along({face.program}, {stand.program}, at={stand.program})"
        return pose, f", for someone at {stand.the} with their back to {face.the}"
    return _pose(stand, face), _seen_from(stand, face)


def _pose(stand: Thing, face: Thing) -> str:
    """Of who stands at one place and faces another; who stands at a desk and faces that looks at
    its front."""
    if stand.kind == "thing" and stand.program == face.program:
        return f"turn(front_of({stand.program}), degrees=180)"
    return f"stand(at={stand.program}, facing={face.program})"


def _standing(slots: Slots) -> Meaning:
    """At a place that is named, or where who asks is."""
    stand = slots.place("a") if "a" in slots else slots.asked.phrases.place("me")
    face = slots.place("b")
    target, said = _target_and_side(slots)
    said = _side_of_faced(slots, face, said)
    pose, where = _view(slots, stand, face)
    finest = "left_right" if slots.text("w") in ("side", "hand") else "eight"
    return seen(slots, pose, where, target, _direction_words(said), finest)


def _target_and_side(slots: Slots) -> tuple[Thing, str]:
    """ "The armchair" and "in the living room left or right": where it is belongs to the thing."""
    said = slots.text("q")
    found = _ROOM_BEFORE_SIDE.fullmatch(said)
    bare = _SIDE.fullmatch(found[2]) if found else None
    try:
        room = slots.asked.phrases.room(found[1]) if found else None
    except Unreadable:
        room = None
    if found is None or room is None:
        return slots.thing("c"), said
    thing = slots.thing("c")
    side = bare[1] if bare and bare[1] else found[2]
    return in_room(replace(thing, words=f"{thing.words} in"), room), side


def _side_of_faced(slots: Slots, face: Thing, said: str) -> str:
    """ "Left" of "left of the tv", if it is that which is faced; else as it is said. Raises
    Unreadable of another thing."""
    found = _OF_FACED.fullmatch(said.strip(" ,").removeprefix("the "))
    if found is None:
        return said
    other = found[2] and found[2] not in ("me", "you")
    if other and slots.asked.phrases.place(found[2]).program != face.program:
        raise Unreadable("it is left or right of something that is not faced")
    return found[1] or found[3]


def _direction_words(said: str) -> str:
    if said and not names_direction(said):
        raise Unreadable(f'"{said}" is no direction')
    return said


def _seen_from(stand: Thing, face: Thing) -> str:
    if stand.kind == "agent":
        return f", for you facing {face.the}"
    if stand.program == face.program:
        return f", for someone before {stand.the} who faces it"
    return f", for someone at {stand.the} facing {face.the}"


def _beside_facing(slots: Slots) -> Meaning:
    """ "To the left or the right of d": of the thing that is faced it is left or right of me."""
    stand, face, target, other = (slots.place(name) for name in "abcd")
    pose = _pose(stand, face)
    if other.program == face.program:
        return seen(slots, pose, _seen_from(stand, face), target, "left or right")
    program = f"side_of({target.program}, {other.program}, {pose})"
    say = worded(f"{target.the} {target.be} to the {{}} of {other.the}{_seen_from(stand, face)}")
    return Meaning(program, say, (target, other))


def _angle(slots: Slots) -> Meaning:
    stand, face, target = slots.place("a"), slots.place("b"), slots.place("c")
    pose, where = _view(slots, stand, face)
    if "side" in slots:
        say = clockwise(slots.text("side"), target)
    else:
        say = measured(f"{{}} to {target.the}{where} (to the left is positive)")
    return Meaning(f"bearing({pose}, {target.program})", say, (target,))


def _turn(slots: Slots) -> Meaning:
    stand, face, target = slots.place("a"), slots.place("b"), slots.place("c")
    pose, where = _view(slots, stand, face)
    say = worded(f"{{}} to face {target.the}{where}")
    return Meaning(f"turns_to({pose}, {target.program})", say, (target,))


def _along_vector(slots: Slots) -> Meaning:
    """Forward is from a to b; where c is from d."""
    a, b, c, d = (slots.place(name) for name in "abcd")
    pose = f"facing_along({a.program}, {b.program}, at={d.program})"
    form_ = slots.direction_form(slots.text("q"))
    say = worded(f"{c.the} {c.be} {{}} from {d.the}, with forward from {a.the} to {b.the}")
    return Meaning(f'direction({pose}, {c.program}, form="{form_}")', say, (c, d))


def _given_side(slots: Slots) -> Meaning:
    """b is directly left (or right, in front, behind) of a: so one looks along a known way."""
    a, b, c, d = (slots.place(name) for name in "abcd")
    said = slots.text("side").removeprefix("directly ").removeprefix("exactly ")
    said = said.removeprefix("to the ").removeprefix("on the ")
    side = DIRECTIONS.get(said)
    degrees = {"left": -90, "right": 90, "front": 0, "back": 180}.get(side or "")
    if degrees is None:
        raise Unreadable(f'"{slots.text("side")}" is no direction')
    pose = f"facing_along({a.program}, {b.program}, at={d.program})"
    pose = f"turn({pose}, degrees={degrees})" if degrees else pose
    form_ = slots.direction_form(slots.text("q"))
    say = worded(f"{c.the} {c.be} {{}} from {d.the}, if {b.the} is {said} of {a.the}")
    return Meaning(f'direction({pose}, {c.program}, form="{form_}")', say, (c, d))


def _viewing(slots: Slots) -> tuple[Thing, str, str]:
    """What is on a side for someone at a who looks at b, the line that names their pose, and where
    that is in words: of all things, those of the same room."""
    stand = slots.place("a")
    face = slots.place("b") if "b" in slots else stand
    said = slots.text("side")
    side = DIRECTIONS.get(said.removesuffix(" of"))
    if side is None:
        raise Unreadable(f'"{said}" is no side')
    thing = slots.thing("c") if "c" in slots else slots.asked.phrases.thing("objects")
    looks = _pose(stand, face) if "b" in slots else f"front_of({stand.program})"
    pose = f"p = {looks}\n"
    form_ = "quadrant" if "-" in side else "side"
    test = f'direction(p, x, form="{form_}") == "{side}"'
    if side in AHEAD_OR_BEHIND:
        test = AHEAD_OR_BEHIND[side].format("p", "x")
    where = f"on the {said}" if side in ("left", "right") else f"{said} you"
    if slots.asked.rooms > 1 and thing.program == "everything()":
        others = f"everything(room={_room_of_stand(stand, face)})"
        for thing_there in (stand, face):  # what one stands at, and looks at, is on no side
            if thing_there.seen_program:
                others = f"without({others}, {thing_there.members})"
        inside = thing.at(f"[x for x in {others} if {test}]")
        return inside, pose, f"{where} in the same room"
    return thing.at(f"[x for x in {thing.members} if {test}]"), pose, where


def _room_of_stand(stand: Thing, face: Thing) -> str:
    """The room that one looks into: who stands at a door, that of what is faced."""
    if stand.label != "door":
        return "room_of(p)"
    return face.program if face.kind == "room" else f"room_of({face.program})"


def _beside_what(slots: Slots) -> Meaning:
    """ "What is to the right of the sofa when facing the tv": of who stands at the sofa."""
    thing, pose, where = _viewing(slots)
    seen_from = _seen_from(slots.place("a"), slots.place("b"))
    say = listed(f"{where}{seen_from}: {{}}", f"nothing was seen {where}{seen_from}")
    return Meaning(f"{pose}labels({thing.program})", say, (thing,))


def _viewing_exists(slots: Slots) -> Meaning:
    thing, pose, where = _viewing(slots)
    say = truth(f"there is {thing.some} {where}", f"no {thing.words} is {where}")
    return Meaning(f"{pose}exists({thing.program})", say, (thing,))


def _viewing_count(slots: Slots) -> Meaning:
    thing, pose, where = _viewing(slots)
    say = counted(f"{thing.words} {where}", f"{thing.many} {where}")
    return Meaning(f"{pose}count({thing.program})", say, (thing,))


def _viewing_what(slots: Slots) -> Meaning:
    thing, pose, where = _viewing(slots)
    say = listed(f"{where}: {{}}", f"nothing was seen {where}")
    return Meaning(f"{pose}labels({thing.program})", say, (thing,))


_IF = (
    "[if|when|suppose|imagine|assume|assuming|say|supposing] [that] [i am|you are|i were|you "
    "were|i was|someone is|a person is|i stand|you stand|we are|a robot is|one is|being|i|you|"
    "someone]"
)
_AT = "(by|at|next to|near|beside|close to|in front of|on|in)"
_FACING = (
    "[and|while|,] [am|are|is] (facing|face|faces|looks at|look towards|look toward|looking at|"
    "look at|looking towards|looking "
    "toward|facing towards|facing toward|turned to|turned towards|looking to|facing to)"
)
_STANDING = "[standing|stand|sit|sits|positioned|located|stands|sitting|placed]"
_STAND = f"{_IF} {_STANDING} {_AT} {{a}} {_FACING} {{b}}"
_STAND_BACK = (
    f"{_IF} {_STANDING} {_AT} {{a}} [and|,] [having|have] "
    "{back:with my back to|with your back to|with my back towards|with your back towards|my back "
    "to|with the back to} {b}"
)
_VIEW = "(viewing|looking at|facing|when viewing|when facing|when i face) {b} from {a}"
_STAND_FROM = f"from {{a}} {_FACING} {{b}}"
_WHEN_FACING = (
    "(when|while|if) [i|you|one] [am|are|is] (facing|face|faces|looking at|look at|looks at|"
    "looking towards|looking to)"
)
_IS = "(is|are|will|would|do i find) {c} [be]"
_WHICH_SIDE = (
    "{q:left or right|right or left|in front or behind|left , right or behind|left , right or back|"
    "in front of me or behind me|behind me or in front of me|in front of me or behind}"
)
"""Words of which every one tells a side: none of them belongs to the thing."""
_ASK_DIRECTION = (
    "(what|which) (direction|side|way) (is|are|would|will) {c} [be] [in|on|lie]",
    "on (what|which) {w:side|hand} [of me] (is|are) {c}",
    "(in|on) (what|which) {w:direction|side|way} (is|are|would|will|do i see|can i find) {c} [be]",
    "(what|which) (side|direction) of me (is|are) {c} [on|in]",
    "where (is|are|would|will) {c} [be] [relative to me|from me|located]",
)


def _before_and_after(*tails: str) -> tuple[str, ...]:
    """The stand before what is asked, and after it."""
    stands = (_STAND, _STAND_BACK, _STAND_FROM, _VIEW)
    before = [f"{stand} {tail}" for stand in stands for tail in tails]
    return (*before, *(f"{tail} {stand}" for stand in (_STAND, _STAND_BACK) for tail in tails))


FORMS: tuple[Form, ...] = (
    form(
        _standing,
        "Standing by the sofa and facing the television, is the lamp to my left or right?",
        *_before_and_after(
            f"{_IS} (to|on|at|in) (my|your|the|his|their) {{q}}",
            f"{_IS} {{q:behind|in front of|ahead of|left of|right of}} (me|you)",
            f"{_IS} {_WHICH_SIDE}",
            f"{_IS} {{q}} (me|of me|you|of you)",
            f"{_IS} {{q}}",
            *_ASK_DIRECTION,
        ),
        f"{_STAND} {_IS} to [my|the] {{q}}",
        *(f"(if|when) i face {{b}} {tail}" for tail in _ASK_DIRECTION),
        *(f"i am facing {{b}} {tail}" for tail in _ASK_DIRECTION),
    ),
    form(
        _beside_facing,
        "Standing by the sofa and facing the television, is the lamp to the left or the right "
        "of the television?",
        f"{_STAND} {_IS} (to|on) the left or [to|on] [the] right of {{d}}",
        f"{_STAND} {_IS} (to|on) the left [side] or [to|on] [the] right [side] of {{d}}",
        f"{_STAND} {_IS} left or right of {{d}}",
        f"{_IS} (to|on) the left or [to|on] [the] right of {{d}} {_STAND}",
    ),
    form(
        _angle,
        "Standing by the sofa and facing the television, at what angle is the lamp?",
        *_before_and_after(
            "(at what|what|at which) angle (is|are|do i see) {c} [at]",
            "how many degrees [to the left or right] (is|are|do i turn to) {c}",
            "[by] how many degrees (must i|do i have to|do i need to|should i|would i have to) "
            "(turn|rotate) [to the] {side} to (face|see|look at) {c}",
            "[by] how many degrees (must i|do i have to|do i need to|should i|would i have to) "
            "(turn|rotate) to (face|see|look at) {c}",
        ),
    ),
    form(
        _turn,
        "Standing by the sofa and facing the television, which way do I turn to face the lamp?",
        *_before_and_after(
            "(which way|in which direction|which direction|where) (do i|should i|must i|do i "
            "have to|would i) (turn|have to turn) [to face|to see|to get to|to reach|to look "
            "at|for|to go to] {c}",
        ),
    ),
    form(
        _along_vector,
        "Considering the vector from the bed to the door as the 'forward' direction, how is "
        "the lamp positioned relative to the desk?",
        "(considering|taking|with|consider|take) the (vector|direction|line) from {a} to {b} "
        "as [the] {q} [direction] , (how|where) is {c} [positioned|located|placed] (relative "
        "to|from|with respect to) {d}",
        "(considering|taking|with|consider|take) the (vector|direction|line) from {a} to {b} "
        "as [the] {q} [direction] , (what is the direction of|in which direction is) {c} "
        "(relative to|from) {d}",
        "if [the] (direction|vector) from {a} to {b} is {q} , (where|how) is {c} [positioned|"
        "located] (relative to|from) {d}",
    ),
    form(
        _given_side,
        "If the bed is directly to the left of the door, what is the direction of the lamp "
        "from the desk?",
        "if {b} (is|are|were) {side} of {a} , (what is the direction of|in which direction is|"
        "where is|what direction is) {c} (from|relative to) {d}",
    ),
    form(
        _viewing_exists,
        "Viewing the sofa from the door, is there a lamp on the left?",
        "(viewing|looking at|seeing|facing|when viewing) {b} from {a} , (is|are) there [any] "
        "{c} (on|to) (the|my) {side}",
        f"{_STAND} (is|are) there [any] {{c}} (on|to) (the|my) {{side}}",
    ),
    form(
        _viewing_count,
        "Viewing the sofa from the door, how many lamps are on the left?",
        "(viewing|looking at|seeing|facing|when viewing) {b} from {a} , how many {c} (is|are) "
        "[there] (on|to) (the|my) {side}",
        f"{_STAND} how many {{c}} (is|are) [there] (on|to) (the|my) {{side}}",
    ),
    form(
        _viewing_what,
        "Viewing the sofa from the door, what is on the left?",
        "(viewing|looking at|seeing|facing|when viewing) {b} from {a} , what is (on|to) (the|"
        "my) {side}",
        f"{_STAND} what (is|do i see) (on|to) (the|my) {{side}}",
        f"what (is|do i see) (on|to) (the|my) {{side}} {_STAND}",
        f"{_STAND_FROM} what (is|do i see) (on|to) (the|my) {{side}}",
        "(sitting|lying|seated) [down] (on|in) {a} , what is (on|to) (the|my) {side:left|right}",
        *(
            f"{stand} what (is|do i see) {{side:behind|in front of}} (me|you)"
            for stand in (_STAND, _STAND_FROM, _VIEW)
        ),
    ),
    form(
        _beside_what,
        "What is to the right of the sofa when facing the television?",
        "(what|which things) (is|are|stands|lies) (to|on|at) the {side:left|right} of {a} "
        f"{_WHEN_FACING} {{b}}",
        f"{_WHEN_FACING} {{b}} , what is (to|on) the {{side:left|right}} of {{a}}",
    ),
    form(
        _standing,
        "Is the lamp to the right of the sofa when facing the television?",
        f"{_IS} (to|on) the {{q:left|right|left or right|left or the right|right or left|left "
        f"or to the right|left or on the right}} of {{a}} {_WHEN_FACING} {{b}}",
    ),
)
