"""From words to goals: "go to the sofa", "find a cup", "explore", "come back", and several of
them one after the other (`steps`).

What a thing is called is read by the map itself, as it reads questions: `Ask` is "where is the
sofa?" put to it. What cannot be read, or names nothing or several things, is refused with the
reason; an instruction is never half followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cogmap.memory.navigation.steps import StepsError, steps_of
from cogmap.memory.rooms.room_types import EVIDENCE
from cogmap.runtime.messages import Answer, CogmapError, Goal, Layout

__all__ = ["Ask", "InstructionError", "goals_of"]

Ask = Callable[[str], Answer]

_PLEASE = re.compile(
    r"^(?:please|now|then|robot|can you|could you|would you|i want you to|let'?s)[\s,]+", re.I
)
_GO = re.compile(
    r"^(?:go|drive|walk|move|head|navigate|get|take me|bring me|lead me|guide me|show me the way)"
    r"(?: over| back)? (?:to|into|in|towards?|near|up to|next to) (?P<place>.+)$",
    re.I,
)
_FIND = re.compile(r"^(?:find|look for|search for|seek|locate)(?: me)? (?P<thing>.+)$", re.I)
_SHOW = re.compile(
    r"^(?:show me|look at|see|let me see|check|inspect)(?: what is| what'?s| the thing)?"
    r"(?P<side> behind| under| beside| next to| in front of| on)? (?P<thing>.+)$",
    re.I,
)
_EXPLORE = re.compile(
    r"^(?:explore|look around|map|see everything)"
    r"(?: (?:everything|everywhere|around|(?:the|this) (?:place|flat|apartment|house|rooms?)))?$",
    re.I,
)
_RETURN = re.compile(
    r"^(?:(?:come|go|get|drive|walk) (?:back|home)|return|back)"
    r"(?: (?:here|home|to (?:me|the start|where you (?:were|started|began))))?$",
    re.I,
)
_NUMBER = re.compile(
    r"^(?:the )?(?P<kind>object|thing|room|keyframe|number)? ?#?(?P<id>\d+)$", re.I
)
_POINT = re.compile(r"^\(?(?P<x>-?\d+(?:\.\d+)?)\s*[, ]\s*(?P<y>-?\d+(?:\.\d+)?)\)?$")
_WHERE = re.compile(
    r"\b(?:on|under|below|above|over|next to|beside|near|behind|in front of|between|in|inside|at"
    r"|by)\b",
    re.I,
)
"""Says where a thing is, which is read as questions are."""
_ARTICLE = re.compile(r"^(?:the|a|an|any|some|my|our)\s+", re.I)
EXAMPLES = '"go to the sofa", "take me to the kitchen", "find a cup", "explore" or "come back"'
MOST_LETTERS = 500


class InstructionError(CogmapError):
    """An instruction that cannot be followed as it was said."""


def goals_of(text: str, layout: Layout, ask: Ask) -> tuple[Goal, ...]:
    """What to do for an instruction, step by step.

    Raises InstructionError if it cannot be read, or what it names is not known or not one thing.
    """
    if len(text) > MOST_LETTERS:
        raise InstructionError(f"an instruction has at most {MOST_LETTERS} letters")
    plain = " ".join(text.split()).strip(" .!?,;")
    while (shorter := _PLEASE.sub("", plain)) != plain:
        plain = shorter
    plain = re.sub(r",? please$", "", plain, flags=re.I)
    try:
        steps = steps_of(plain) or (plain,)
    except StepsError as error:
        raise InstructionError(str(error)) from error
    goals: list[Goal] = []
    for number, step in enumerate(steps, 1):
        try:
            goals += _goals(step, layout, ask)
        except InstructionError as error:
            if len(steps) == 1:
                raise
            raise InstructionError(f"step {number} of {len(steps)}, {step!r}: {error}") from error
    return tuple(goals)


def _goals(step: str, layout: Layout, ask: Ask) -> list[Goal]:
    """Of one step; to find something in a room is to go there first."""
    if found := _FIND.match(step):
        thing, _, place = found["thing"].rpartition(" in ")
        room = _room(place, layout) if thing else None
        if room is not None:
            return [room, Goal(kind="find", label=_ARTICLE.sub("", thing))]
    return [_goal(step, layout, ask)]


def _goal(text: str, layout: Layout, ask: Ask) -> Goal:
    if _EXPLORE.match(text):
        return Goal(kind="explore")
    if _RETURN.match(text):
        return Goal(kind="return")
    if found := _FIND.match(text):
        return _found(found["thing"], ask)
    if found := _GO.match(text):
        return _place(found["place"], layout, ask)
    if found := _SHOW.match(text):
        if found["side"]:
            return _view(f"what is{found['side']} {found['thing']}?", ask)
        return _place(found["thing"], layout, ask)
    raise InstructionError(f"cannot read {text!r}; say it like {EXAMPLES}")


def _found(thing: str, ask: Ask) -> Goal:
    """To look for a thing by what it is called; one that is told by where it is has to be known."""
    if not _WHERE.search(thing):
        return Goal(kind="find", label=_ARTICLE.sub("", thing))
    try:
        return _thing(thing, ask)
    except InstructionError as error:
        kind = _WHERE.split(thing)[0].strip()
        raise InstructionError(
            f'{error}; what is not on the map is looked for by its name alone: "find {kind}"'
        ) from error


def _place(name: str, layout: Layout, ask: Ask) -> Goal:
    if found := _POINT.match(name):
        return Goal(kind="point", point=(float(found["x"]), float(found["y"])))
    if found := _NUMBER.match(name):
        kind = (found["kind"] or "object").lower()
        if kind == "room":
            return Goal(kind="room", id=int(found["id"]))
        if kind == "keyframe":
            return Goal(kind="keyframe", id=int(found["id"]))
        return Goal(kind="object", id=int(found["id"]))
    return _room(name, layout) or _thing(name, ask)


def _room(name: str, layout: Layout) -> Goal | None:
    """The room that is called so; None if it is no room. Raises InstructionError if several are
    called so, or none is yet."""
    bare = _ARTICLE.sub("", name).lower()
    rooms = [room.id for room in layout.rooms if room.label and room.label.lower() == bare]
    if len(rooms) > 1:
        ids = " or room ".join(map(str, rooms))
        raise InstructionError(f"there are several of them: say room {ids}")
    if not rooms and bare in EVIDENCE:
        raise InstructionError(f'no {bare} is known yet; "explore" goes where nobody has been')
    return Goal(kind="room", id=rooms[0]) if rooms else None


def _thing(name: str, ask: Ask) -> Goal:
    answer = ask(f"where is {name}?")
    if answer.status == "answered" and answer.evidence.objects:
        return Goal(kind="object", id=answer.evidence.objects[0])
    if answer.status == "answered" and answer.evidence.rooms:
        return Goal(kind="room", id=answer.evidence.rooms[0])
    if answer.status == "ambiguous" and answer.candidates:
        ids = " or ".join(f"number {each}" for each in answer.candidates[:8])
        raise InstructionError(f"{answer.text} (say: go to {ids}, or say which one)")
    if answer.status == "not_understood":
        raise InstructionError(f"cannot read {name!r} as a place to go to; say it like {EXAMPLES}")
    hint = f'; "find {name}" would look for one' if answer.status == "not_seen" else ""
    said = answer.text.rstrip(".") or f"{name} is not on the map"
    raise InstructionError(f"{said}{hint}")


def _view(question: str, ask: Ask) -> Goal:
    """To where an answer would have one look, or else to what it names."""
    answer = ask(question)
    if answer.viewpoint is not None:
        return Goal(kind="pose", pose=answer.viewpoint)
    if answer.status == "answered" and answer.evidence.objects:
        return Goal(kind="object", id=answer.evidence.objects[0])
    if answer.status == "not_understood":
        raise InstructionError(f"cannot read what to look at; say it like {EXAMPLES}")
    raise InstructionError(answer.text or f"the map does not tell {question}")
