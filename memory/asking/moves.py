"""Moves before a question: "turn left 90 degrees and walk 2 m, what is in front of me then?" is
asked from where these lead, and nobody is sent anywhere."""

from __future__ import annotations

import re
from dataclasses import replace

from cogmap.memory.asking.form import Meaning
from cogmap.memory.asking.saying import Result, Said
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import number_of
from cogmap.memory.units import METRES

__all__ = ["after_moves", "asked_there"]

_TURN = re.compile(
    r"(?:turn|rotate)(?: to)?(?: the| my)? (?P<side>left|right|around|back)"
    r"(?: by)?(?: (?P<angle>\d{1,3}(?:\.\d+)?)(?: degrees)?)?"
    r"|(?:turn|rotate)(?: by)? (?P<angle_first>\d{1,3}(?:\.\d+)?)(?: degrees)?"
    r"(?: to)?(?: the| my)? (?P<side_last>left|right)"
)
_WALK = re.compile(
    r"(?:walk|go|move|step|drive|take)(?: straight)?"
    r"(?: (?P<way>forwards?|ahead|backwards?|back))? (?P<far>\S+) (?P<unit>"
    + "|".join(sorted(METRES, key=len, reverse=True))
    + r")(?: straight)?(?: (?P<way_last>forwards?|ahead|backwards?|back))?"
)
_LEAD = re.compile(r"(?:(?:if|when|suppose|imagine|say|assume|after|once)(?: that)? )?(?:i|you|we) "
                   r"|(?:and|then|and then|now) ")  # fmt: skip
_JOINT = re.compile(r" (?:, )?(?:and then|and|then|,)(?: i)? ")
_ASKS = re.compile(
    r"(?:then , |then )?((?:what|where|which|how|is|are|am|do|does|can|in which) .+?)"
    r"(?: (?:then|now|afterwards|after that))?"
)
_FARTHEST = 1000
"""More of any unit is no walk."""
_PLACE = re.compile(r"\bagent\(\)")
_ROOM = re.compile(r"\bthis_room\(\)")


def after_moves(words: str) -> tuple[str, str]:
    """The question and the pose from which it is asked, as a program; the words as they are and ""
    where no moves come first."""
    pose, rest = "agent()", _without_lead(words)
    while True:
        found, moved = _move(rest, pose)
        if found is None:
            break
        pose, rest = moved, rest[found.end() :]
        joint = _JOINT.match(rest)
        rest = _without_lead(rest[joint.end() :]) if joint else rest
    question = _ASKS.fullmatch(rest.strip(" ,"))
    if pose == "agent()" or question is None:
        return words, ""
    return question[1], pose


def _without_lead(words: str) -> str:
    found = _LEAD.match(words)
    return words[found.end() :] if found else words


def _move(words: str, pose: str) -> tuple[re.Match[str] | None, str]:
    """The move that words begin with, and the pose that it leads to."""
    found = _TURN.match(words)
    if found:
        side = found["side"] or found["side_last"]
        whole = 180.0 if side in ("around", "back") else 90.0
        degrees = float(found["angle"] or found["angle_first"] or whole)
        return found, f"turn({pose}, {-degrees if side == 'right' else degrees:g})"
    found = _WALK.match(words)
    number = number_of(found["far"]) if found else None
    if found is None or number is None or number > _FARTHEST:
        return None, pose
    metres = number * METRES[found["unit"]]
    back = (found["way"] or found["way_last"] or "").startswith("back")
    return found, f"move({pose}, {-metres if back else metres:g})"


def asked_there(meaning: Meaning, pose: str) -> Meaning:
    """What is asked, from a pose. Raises Unreadable if that is nothing to it."""
    program = _ROOM.sub("room_of(there)", _PLACE.sub("there", meaning.program))
    if program == meaning.program:
        raise Unreadable("the moves are nothing to what is asked")

    def say(result: Result) -> Said:
        said = meaning.say(result)
        return replace(said, text=f"from there: {said.text[:1].lower()}{said.text[1:]}")

    return replace(meaning, program=f"there = {pose}\n{program}", say=say)
