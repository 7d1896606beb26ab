"""A question in, an answer out: plans it, runs the program, and says the result in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from cogmap.memory.asking.agreeing import agreeing
from cogmap.memory.asking.choices import canonical, fitting
from cogmap.memory.asking.conversation import Conversation
from cogmap.memory.asking.parts import Parts, parts_of, together
from cogmap.memory.asking.planning import Plan, plan
from cogmap.memory.asking.refusals import NotOfTheMap
from cogmap.memory.asking.said_in_order import said_in_order
from cogmap.memory.asking.saying import Result, Said
from cogmap.memory.asking.sentence import too_long
from cogmap.memory.asking.things import Thing, plural_of, same_thing
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.programs.abstention import Abstention, Ambiguous
from cogmap.memory.programs.answers import confidence_of, name_of
from cogmap.memory.programs.errors import ProgramError
from cogmap.memory.programs.operations.whereabouts import whereabouts
from cogmap.memory.programs.run import Outcome, abstained, answer_program, run_program
from cogmap.memory.programs.values import Angle, Area, Count, Length, Volume
from cogmap.memory.programs.world import World
from cogmap.memory.units import to_si
from cogmap.runtime.messages import Answer, AnswerStatus, CogmapError, MapObject, Question

__all__ = ["ask"]

PLANNER = "offline"
_NAMED = {
    "deg": "degrees", "s": "seconds", "min": "minutes", "m": "metres", "cm": "centimetres",
    "mm": "millimetres", "ft": "feet", "in": "inches", "yd": "yards", "km": "kilometres",
    "mi": "miles", "m2": "square metres", "ft2": "square feet", "m3": "cubic metres", "l": "litres",
}  # fmt: skip
_CANDIDATES = 4
"""That are described where several things fit."""


def ask(
    world: World,
    question: Question,
    conversation: Conversation | None = None,
    unknown: Abstention | None = None,
) -> Answer:
    """Answer a question in English from a world; what cannot be read or told is said.

    ``conversation`` is what the question may refer to, and is brought up to date. ``unknown``: why
    the world that is asked of is not known, and ``world`` another one.
    """
    if unknown:
        answer = abstained(world, "", PLANNER, unknown)
        return msgspec.structs.replace(answer, text=_sentence(answer.text))
    reason = too_long(question)
    if reason:
        return _refused(world, "not_understood", _sentence(reason))
    conversation = conversation if conversation is not None else Conversation()
    answer = _ask(world.asked_by(None), question, conversation)
    if answer.status != "not_understood" or answer.program:
        return answer
    tries = (_asked_in_parts(world, parts, conversation) for parts in parts_of(question))
    return next((found for found in tries if found is not None), answer)


def _asked_in_parts(world: World, parts: Parts, conversation: Conversation) -> Answer | None:
    """The answers to all parts of a question as one; None if a part of it is not understood."""
    talk = Conversation()
    if parts.goes_on:
        talk = replace(conversation)
    answers = []
    for part in parts.questions:
        answers.append(_ask(world.asked_by(None), part, talk))
        if answers[-1].status == "not_understood":
            return None
    conversation.take(talk)
    return together(
        answers, parts.joint, lambda program: answer_program(world, program, planner=PLANNER)
    )


def _ask(world: World, question: Question, conversation: Conversation) -> Answer:
    try:
        planned = plan(question, world, conversation)
    except NotOfTheMap as reason:
        return _refused(world, "not_determinable", f"I cannot tell: {reason}.")
    except Unreadable as reason:
        return _refused(world, "not_understood", _sentence(str(reason)))
    try:
        outcome = run_program(world, planned.program)
    except Abstention as abstention:
        found = _whichever(world, planned, abstention)
        if found is None:
            conversation.remember(planned.turn, None, {})
            return _abstained(world, planned, abstention)
        planned, outcome = found
    except ProgramError as error:
        return _refused(
            world,
            "not_understood",
            _sentence(f"I read this as a program that does not work: {error}"),
            planned.program,
        )
    except CogmapError as error:
        return _refused(world, "failed", _sentence(str(error)), planned.program)
    if planned.unit and _is_other_kind(planned.unit, outcome.value):
        told = f"I cannot tell that in {_NAMED[planned.unit]}."
        return _refused(world, "not_understood", told, planned.program)
    listed = said_in_order(world, planned.program, outcome.value, planned.turn.about)
    conversation.remember(planned.turn, outcome.value, world.recorder.objects, listed)
    return _answered(world, planned, outcome)


def _whichever(world: World, planned: Plan, abstention: Abstention) -> tuple[Plan, Outcome] | None:
    """What holds of each of several that may be meant."""
    if not isinstance(abstention, Ambiguous):
        return None
    found = agreeing(world, planned.program, abstention)
    if found is None:
        return None
    program, outcome, note = found
    return replace(planned, program=program), replace(outcome, notes=(*outcome.notes, note))


def _is_other_kind(unit: str, value: object) -> bool:
    """Whether a measure cannot be told in the unit that was asked for: a length in degrees. An area
    "in metres" is meant in square ones."""
    base = to_si(0.0, unit)[1]
    if isinstance(value, Angle):
        return base != "rad"
    return isinstance(value, Length | Area | Volume) and base in ("rad", "s")


def _answered(world: World, planned: Plan, outcome: Outcome) -> Answer:
    result = Result(outcome.value, world.start_ns, world.now.stamp_ns, planned.unit)
    said = planned.render(result)
    if isinstance(outcome.value, MapObject) and not planned.options:
        said = replace(said, text=f"{said.text}{_place(world, outcome.value)}")
    option, remark = _chosen(planned.options, said)
    unseen = said.status != "answered"
    return Answer(
        stamp_ns=world.now.stamp_ns,
        status=said.status,
        value=said.value,
        unit=said.unit,
        sigma=said.sigma,
        text=_with_notes(f"{said.text}{remark}", outcome.notes),
        option=option,
        program=planned.program,
        evidence=outcome.evidence,
        version=world.layout.version,
        confidence=0.0 if unseen else confidence_of(world.recorder),
        planner=PLANNER,
        images=tuple(np.frombuffer(image.data, np.uint8) for image in outcome.images),
    )


def _abstained(world: World, planned: Plan, abstention: Abstention) -> Answer:
    """Not seen is not absent; but of given options "no" or "0" fits what was seen best."""
    answer = abstained(world, planned.program, PLANNER, abstention)
    option = ""
    if answer.status == "not_seen":
        option = next(
            (o for o in planned.options if canonical(o) in ("no", "0", "zero", "none")), ""
        )
    text = _explained(world, planned, abstention, answer.text)
    return msgspec.structs.replace(answer, text=_sentence(text), option=option)


def _explained(world: World, planned: Plan, abstention: Abstention, text: str) -> str:
    """In the words of the question: which conditions nothing fits, and where candidates are."""
    if isinstance(abstention, Ambiguous) and abstention.candidates:
        shown = abstention.candidates[:_CANDIDATES]
        places = [f"{name_of(each)}{_place(world, each)}" for each in shown]
        more = len(abstention.candidates) - len(shown)
        rest = f"; and {more} more" if more else ""
        return f"several fit: {'; '.join(places)}{rest}. Which is meant?"
    for thing in planned.turn.about:
        general = f"no {thing.label} was seen"
        if thing.label and text.startswith(general):
            return _none_fits(world, thing, text) or text.replace(
                general, f"no {thing.one} was seen"
            )
    return text


def _none_fits(world: World, thing: Thing, text: str) -> str:
    """That none of the things of a kind is where it is said to be, or ``text`` if nothing of the
    kind was seen at all; "" if neither can be said."""
    before, space, where = thing.one.partition(f"{thing.label} ")
    if before or not space or not thing.seen_program or thing.single:
        return ""
    found = _count(world, thing.program)
    known = _count(world, thing.seen_program)
    if known is None:
        return text
    if found != 0 or known == 0:
        return ""
    where = re.sub(r"\bme$", "you", where)
    if where.startswith("not "):
        be = "is" if known == 1 else "are all"
        which = f"the {thing.label}" if known == 1 else f"the {known} {plural_of(thing.label)}"
        return f"{which} that {'was' if known == 1 else 'were'} seen {be} {where[4:]}"
    if known == 1:
        return f"the {thing.label} that was seen is not {where}"
    return f"none of the {known} {plural_of(thing.label)} that were seen is {where}"


def _count(world: World, program: str) -> int | None:
    """None if nothing of the kind was ever seen."""
    try:
        number = run_program(world.asked_by(None), f"count({program})").value
    except CogmapError:
        return None
    return round(number.value) if isinstance(number, Count) else None


def _place(world: World, thing: MapObject) -> str:
    try:
        return f", {whereabouts(world, thing)}"
    except Abstention:
        return ""


def _chosen(options: Sequence[str], said: Said) -> tuple[str, str]:
    """The option that fits, and what has to be said about it."""
    if not options or said.status != "answered":
        return "", ""
    option, exact = fitting(options, said.value, same_thing, said.unit)
    if not option:
        return "", "; none of the options says so"
    return option, "" if exact else f"; the nearest option is {option}"


def _with_notes(text: str, notes: Sequence[str]) -> str:
    shown = f" ({'; '.join(notes)})" if notes else ""
    return _sentence(text + shown)


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!", '"')) else f"{text}."


def _refused(world: World, status: AnswerStatus, text: str, program: str = "") -> Answer:
    return Answer(
        stamp_ns=world.now.stamp_ns,
        status=status,
        text=text,
        program=program,
        version=world.layout.version,
        planner=PLANNER,
    )
