"""Directions as seen by who asks, by a camera, or by somebody who stands and faces something."""

from __future__ import annotations

from cogmap.memory.asking.conditions import AHEAD_OR_BEHIND
from cogmap.memory.asking.form import Asked, Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Result, Said, Say, said_value, truth, worded
from cogmap.memory.asking.things import Thing
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import word_set

__all__ = ["DIRECTIONS", "FORMS", "clockwise", "names_direction", "seen"]

DIRECTIONS = {
    "left": "left", "right": "right", "back": "back", "behind": "back", "rear": "back",
    "front": "front", "in front": "front", "ahead": "front", "left side": "left",
    "right side": "right", "front left": "front-left", "front right": "front-right",
    "back left": "back-left", "back right": "back-right", "rear left": "back-left",
    "rear right": "back-right", "left hand side": "left", "right hand side": "right",
    "left-hand side": "left", "right-hand side": "right",
}  # fmt: skip
_WORDS = frozenset(" ".join(DIRECTIONS).split()) - {"in", "side", "hand"}
_AROUND_THEM = word_set(
    "in side hand to on at or and either more directly mostly the my your a of me you us here now"
)
""" "More to the left or to the right of me"."""
_CLOCKWISE = {"clockwise": True, "right": True, "counterclockwise": False, "left": False,
              "anticlockwise": False, "counter-clockwise": False}  # fmt: skip
_TO = {"left": "to the left", "right": "to the right"}
_SAID = {
    "left": "to the left", "right": "to the right", "back": "behind", "front": "in front",
    "front-left": "to the front left", "front-right": "to the front right",
    "back-left": "to the back left", "back-right": "to the back right",
    "forward": "in front", "backward": "behind",
}  # fmt: skip


def names_direction(said: str) -> bool:
    """Whether "in front or behind" does; "in the kitchen" does not, nor does "1 m of space in front
    of the sofa", which names more."""
    words = {part for word in said.replace(",", " ").split() for part in word.split("-")}
    return not _WORDS.isdisjoint(words) and words <= _WORDS | _AROUND_THEM


def seen(
    slots: Slots, pose: str, from_: str, target: Thing, said: str = "", default: str = "eight"
) -> Meaning:
    """In which direction a thing is from a pose; yes or no if only one is named."""
    said = said.replace(" the ", " ").replace(" on ", " ").replace(" to ", " ")
    one = DIRECTIONS.get(said.strip(" ,").removeprefix("the "))
    if one and not slots.asked.options:
        form_ = "quadrant" if "-" in one else "side"
        program = f'direction({pose}, {target.program}, form="{form_}") == "{one}"'
        if one in AHEAD_OR_BEHIND:
            program = AHEAD_OR_BEHIND[one].format(pose, target.program)
        where = _SAID[one]
        say = truth(
            f"{target.the} {target.be} {where}{from_}",
            f"{target.the} {target.be} not {where}{from_}",
        )
        return Meaning(program, say, (target,))
    form_ = slots.direction_form(said, default)
    if form_ == "left_right" and not slots.asked.options:
        form_ = "side"
    say = worded(f"{target.the} {target.be} {{}}", _from(from_))
    return Meaning(f'direction({pose}, {target.program}, form="{form_}")', say, (target,))


def _from(from_: str) -> dict[str, str]:
    """Directions with from where: "to the left of you", "behind you", "behind, for someone at"."""
    said = {word: f"{text}{from_}" for word, text in _SAID.items()}
    behind = f"behind{from_.removeprefix(' of')}"
    return {**said, "back": behind, "backward": behind}


def _from_me(slots: Slots) -> Meaning:
    said = slots.text("q")
    if said and not names_direction(said):
        raise Unreadable(f'"{said}" is no direction')
    if slots.asked.cues.unit == "deg":
        return _angle(slots)
    finest = "left_right" if slots.text("w") in ("side", "hand") else "eight"
    return seen(
        slots, slots.asked.agent, " of you" if not said else "", slots.place("a"), said, finest
    )


def _three_way(slots: Slots) -> Meaning:
    return seen(
        slots, slots.asked.agent, " of you", slots.thing("a"), "left , right or back", "three"
    )


def _angle(slots: Slots) -> Meaning:
    thing = slots.place("a")
    say = clockwise(slots.text("way").removesuffix(" now"), thing)
    return Meaning(f"bearing({slots.asked.agent}, {thing.program})", say, (thing,))


def clockwise(way: str, thing: Thing) -> Say:
    """An angle in the sense that was asked for, 0 to 360; else to the left or to the right."""

    def say(result: Result) -> Said:
        said = said_value(result)
        angle = float(said.value)  # type: ignore[arg-type]
        if way in _CLOCKWISE:
            angle = (-angle if _CLOCKWISE[way] else angle) % 360
            text = f"{thing.the} {thing.be} {angle:.0f}° {_TO.get(way, way)} of where you look"
            return Said(text, angle, "deg", said.sigma)
        side = "left" if angle >= 0 else "right"
        text = f"{thing.the} {thing.be} {abs(angle):.0f}° to the {side}"
        return Said(text, angle, "deg", said.sigma)

    return say


def _turn_to(slots: Slots) -> Meaning:
    thing = slots.place("a")
    say = worded(f"{{}} to face {thing.the}")
    return Meaning(f"turns_to({slots.asked.agent}, {thing.program})", say, (thing,))


def _beside(slots: Slots) -> Meaning:
    """Left or right of another thing, as seen by who asks."""
    a, b = slots.thing("a"), slots.thing("b")
    program = f"side_of({a.program}, {b.program}, {slots.asked.agent})"
    say = worded(f"{a.the} {a.be} {{}} of {b.the}, as you see them", _SAID)
    return Meaning(program, say, (a, b))


def _beside_from(slots: Slots) -> Meaning:
    """Left or right of a thing that one looks at from somewhere."""
    a, b, stand = slots.thing("a"), slots.thing("b"), slots.place("c")
    words, seen_from = slots.text("q").split(), f", seen from {stand.the}"
    program = f"side_of({a.program}, {b.program}, stand(at={stand.program}, facing={b.program}))"
    if "or" in words:
        return Meaning(program, worded(f"{a.the} {a.be} {{}} of {b.the}{seen_from}", _SAID), (a, b))
    side = "left" if "left" in words else "right"
    where = f"to the {side} of {b.the}{seen_from}"
    say = truth(f"{a.the} {a.be} {where}", f"{a.the} {a.be} not {where}")
    return Meaning(f'{program} == "{side}"', say, (a, b))


def _before_from(slots: Slots) -> Meaning:
    """In front of or behind a thing, for who looks at it from somewhere."""
    a, b, stand = slots.thing("a"), slots.thing("b"), slots.place("c")
    behind = slots.text("q") == "behind"
    operation = "behind" if behind else "in_front_of"
    pose = f"stand(at={stand.program}, facing={b.program})"
    where = f"{slots.text('q')} {b.the}, seen from {stand.the}"
    say = truth(f"{a.the} {a.be} {where}", f"{a.the} {a.be} not {where}")
    return Meaning(f"{operation}({a.program}, {b.program}, {pose})", say, (a, b))


def _of_thing(slots: Slots) -> Meaning:
    """The direction of one thing from another, in the asker's orientation."""
    a, b = slots.thing("a"), slots.thing("b")
    form_ = slots.direction_form(slots.text("q"))
    if form_ == "left_right":
        return _beside(slots)
    pose = f"facing_as({slots.asked.agent}, {b.program})"
    say = worded(f"{a.the} {a.be} {{}} of {b.the}, as you look", _SAID)
    return Meaning(f'direction({pose}, {a.program}, form="{form_}")', say, (a, b))


def _up_down(slots: Slots) -> Meaning:
    a, b = slots.thing("a"), slots.thing("b")
    say = worded(f"{a.the} {a.be} {{}} than {b.the}", {"up": "higher", "down": "lower"})
    return Meaning(f"above_below({a.program}, {b.program})", say, (a, b))


def _near_far(slots: Slots) -> Meaning:
    a, b = slots.thing("a"), slots.thing("b")
    say = worded(f"{a.the} {a.be} {{}} than {b.the}", {"near": "nearer", "far": "farther"})
    return Meaning(f"nearer({a.program}, {b.program}, {slots.asked.agent})", say, (a, b))


def _same_side(slots: Slots) -> Meaning:
    things = slots.things("list") if "list" in slots else _from_options(slots.asked)
    listed = ", ".join(thing.program for thing in things)

    def say(result: Result) -> Said:
        said = said_value(result)
        return Said(f"on the same side of you: {said.text}", said.value)

    return Meaning(f"same_side([{listed}], {slots.asked.agent})", say, tuple(things))


def _from_options(asked: Asked) -> list[Thing]:
    from cogmap.memory.asking.choices import bare

    found: dict[str, Thing] = {}
    for option in asked.options:
        for thing in asked.phrases.list_of(bare(option).casefold().replace(",", " , ")):
            found[thing.words] = thing
    if len(found) < 2:
        raise Unreadable("there are no things to compare")
    return list(found.values())


_SIDES = (
    "{q:left or right of|right or left of|to the left or right of|to the left or the right of|"
    "on the left or right of|on the left or the right of|on the left or on the right of|"
    "to the left or to the right of|left or the right of|"
    "left of|right of|to the left of|to the right of|on the left of|on the right of}"
)
_WHEN = (
    "(when|if) (i|you|one|we) (stand|stood|am|are|is|sit|am standing|are standing) "
    "(at|by|next to|on|near)"
)
_OF_ME = (
    "(me|you|us|here|the camera|my position|your position|where i am|where you are|the camera now|"
    "me now|you now|your current position|my current position)"
)

FORMS: tuple[Form, ...] = (
    form(
        _from_me,
        "Is the lamp to my left or to my right?",
        "(is|are) {a} (to|on|at|in) (my|your) {q} [now]",
        "(is|are) {a} (to|on) the {q:left|right|left or right|right or left|left or the right|"
        "left or on the right|left or to the right|left side|right side}",
        "(is|are) {a} (to|on) the {q} of (me|you) [now]",
        "(is|are) {a} (to|on) the {q} (from|seen from|as seen from) (where you are|where i am|"
        "where i stand|here|me|you)",
        "(is|are) {a} {q:in front|behind|ahead|left|right|to the left|to the right} "
        "(me|you|of me|of you) [now]",
        "(is|are) {a} {q} [now]",
        "(is|are) {a} "
        "{q:in front of me or behind me|behind me or in front of me|in front of me or "
        "behind|in front of you or behind you|in front or behind}",
        "(what|which) {w:direction|side|way} (is|are) {a} [in|on|lie] [relative] (to|of|from) "
        f"{_OF_ME} [now] [{{q}}]",
        f"(what|which) {{w:direction|side|way}} (is|are) {{a}} [in|on] relative to {_OF_ME} , "
        "{q}",
        f"(what|which) {{w:side|direction}} of {_OF_ME} (is|are) {{a}} [on|in] [now]",
        f"on (what|which) {{w:side|hand}} [of {_OF_ME}] (is|are) {{a}} [now]",
        "in (what|which) direction (is|are|lies) {a} [now]",
        "in (what|which) direction (is|are) {a} (from|relative to|of|to) (me|you|the camera) [now]",
        "in (what|which) direction (from|of|relative to) (me|you|the camera) (is|are) {a} [now]",
        "(what|which) {w:direction|way|side} (is|are) {a} [in|on] [now]",
        "where (is|are) {a} (relative to|from|in relation to|with respect to|compared to) (me|"
        "you|us|here|the camera|where i am|where i stand) [now]",
        "where (is|are) {a} (relative to|from) (me|you|us|the camera) , {q}",
        "relative to (me|you|the camera) , (where|in which direction|in what direction|which "
        "direction) (is|are) {a} [now]",
    ),
    form(
        _three_way,
        "Is the lamp to my left, to my right or behind me?",
        "(is|are) {a} (to|on) (my|your) left [to|on] [my|your] right or behind (me|you) [now]",
    ),
    form(
        _angle,
        "At what angle is the lamp from where I look?",
        "[based on your current orientation] in what "
        "{way:clockwise|counterclockwise|counter-clockwise|anticlockwise|left|right} direction "
        "(is|are) {a} from (your|"
        "my) position",
        "based on (my|your) current orientation , in what "
        "{way:clockwise|counterclockwise|counter-clockwise|anticlockwise|left|right} direction "
        "(is|are) {a} from "
        "(your|my) position",
        "[based on your current orientation] in what "
        "{way:clockwise|counterclockwise|counter-clockwise|anticlockwise|left|right} direction "
        ", (is|are) {a} from (your|"
        "my) position",
        "based on (my|your) current orientation , in what "
        "{way:clockwise|counterclockwise|counter-clockwise|anticlockwise|left|right} direction "
        ", in degrees , (is|"
        "are) {a} from (your|my) position",
        "(at what|what|at which) angle (is|are) {a} [from me|from you|relative to me|to me|"
        "from where i look|relative to where i look|relative to you]",
        "[by] how many degrees (must i|do i have to|do i need to|should i|would i have to|"
        "would you have to|must you|do you have to|does the camera have to) (turn|rotate) to "
        "(face|see|look at) {a}",
        "(by what angle|at what angle|by how much|how far|how much) (must i|do i have to|do i "
        "need to|should i|would i "
        "have to) (turn|rotate) to (face|see|look at) {a}",
        "[by] how many degrees (must i|do i have to|do i need to|should i|would i have to|"
        "would you have to|must you|do you have to|does the camera have to) (turn|rotate) [to "
        "the] {way:clockwise|counterclockwise|counter-clockwise|anticlockwise|left|right} "
        "[now] to (face|see|look at) {a}",
        "what is the (bearing|angle|heading) (of|to) {a} [from here|from me]",
    ),
    form(
        _turn_to,
        "Which way do I turn to face the lamp?",
        "(which way|which direction|in which direction|where) (do i|should i|must i|do i have "
        "to|do i need to) (turn|look|rotate) to (face|see|look at|find) {a}",
        "which way (do i|should i) look for {a}",
    ),
    form(
        _beside,
        "Is the lamp left or right of the sofa?",
        "(is|are) {a} (to|on) the left or [to|on] [the] right [side] of {b}",
        "(is|are) {a} left or [the] right of {b}",
        "relative to {b} , (is|are) {a} (to|on) the , left or right",
        "relative to {b} , (is|are) {a} (to|on) the left or right",
        "on which side of {b} (is|are) {a}",
        "(which|what) side of {b} (is|are) {a} [on]",
    ),
    form(
        _beside_from,
        "Is the lamp left or right of the sofa when I stand at the bed?",
        f"(is|are) {{a}} {_SIDES} {{b}} {_WHEN} {{c}}",
        f"{_WHEN} {{c}} , (is|are) {{a}} {_SIDES} {{b}}",
        f"(seen|viewed|looking) from {{c}} , (is|are) {{a}} {_SIDES} {{b}}",
        f"(is|are) {{a}} {_SIDES} {{b}} [when|if|as] (seen|viewed|looking) from {{c}}",
    ),
    form(
        _before_from,
        "Is the chair behind the table seen from the sofa?",
        "(is|are) {a} {q:behind|in front of} {b} [when|if|as] (seen|viewed|looking) from {c}",
        "(seen|viewed|looking) from {c} , (is|are) {a} {q:behind|in front of} {b}",
    ),
    form(
        _of_thing,
        "From the camera's perspective, what is the direction of the lamp from the sofa?",
        "from (the camera 's|my|your|the viewer 's|the agent 's|this|the current|the current "
        "camera 's|the camera) (perspective|point of view|viewpoint|view) , what is the "
        "direction of {a} (from|relative to|with respect to) {b}",
        "from (the camera 's|my|your|the viewer 's|this|the current) (perspective|point of "
        "view|viewpoint|view) , (in which direction|where|which direction) (is|are) {a} (from|"
        "of|relative to|with respect to) {b}",
        "from (the camera 's|my|your|the viewer 's|this) (perspective|point of view|viewpoint|"
        "view) , (is|are) {a} (to|on|in|at) [the] {q} of {b}",
        "from (the camera 's|my|your|the viewer 's|this) (perspective|point of view|viewpoint|"
        "view) , (is|are) {a} {q} of {b}",
        "what is the direction of {a} (from|relative to) {b}",
        "(in which|in what|which|what) direction (is|are|does) {a} [lie] (from|of|relative to) {b}",
        "where (is|are) {a} (relative to|in relation to|with respect to|from) {b}",
    ),
    form(
        _up_down,
        "Is the clock higher or lower than the picture?",
        "relative to {b} , (is|are) {a} (to|on) the , up or down",
        "relative to {b} , (is|are) {a} (to|on) the up or down",
        "(is|are) {a} (higher or lower|lower or higher) than {b}",
        "(is|are) {a} (above or below|below or above|over or under) {b}",
    ),
    form(
        _near_far,
        "Is the lamp nearer or farther than the sofa?",
        "relative to (the camera|me|you) , (is|are) {a} , near or far , compared to {b}",
        "relative to (the camera|me|you) , (is|are) {a} near or far compared to {b}",
        "(is|are) {a} (nearer or farther|closer or farther|near or far|closer or further|"
        "nearer or further|farther or closer|farther or nearer) [away] (than|compared to) {b} "
        "[from me|from you|from the camera|to me|to you]",
    ),
    form(
        _same_side,
        "Which two objects are on the same side of you now, the lamp, the sofa or the chair?",
        "which two [objects|things] are on the same side [of me|of you] [now] {list}",
        "which two [objects|things] are on the same side [of me|of you] [now]",
        "which two of {list} are on the same side [of me|of you] [now]",
    ),
)
