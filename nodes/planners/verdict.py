"""Whether what a model wants to answer with holds: it must speak of what was asked.

A model's word alone is worth nothing here. Its program ran, so its value is right for the
program; what is checked is that the program is one for this question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from cogmap.memory.index.synonyms import normalize
from cogmap.memory.programs.quoting import quoted
from cogmap.memory.units import to_si
from cogmap.nodes.planners.asked_for import without_meaning, wrong_kind
from cogmap.nodes.planners.question_words import words_of
from cogmap.nodes.planners.sense import against_sense
from cogmap.runtime.messages import Answer, AnswerValue, Layout

__all__ = [
    "UNREAD",
    "is_a_measure",
    "is_about_looks",
    "is_about_something_else",
    "objection",
    "same_value",
]

_LOOKS = re.compile(
    r"\b(colou?rs?|looks? like|made of|material|texture|patterned|pattern (of|on)|written|brand|"
    r"logo|(number|text|label) on|(switched|turned) (on|off)|wearing|open or (closed|shut)|"
    r"on or off|full or empty|clean or dirty)\b"
    r"|^\W*(is|are|was|were)\b.*\b(open|closed|shut|on|off|lit|full|empty|clean|dirty|broken)\W*$",
    re.IGNORECASE,
)
_WHAT_DOES = re.compile(r"\bwhat (does|do|did)\b", re.IGNORECASE)
_SAYS = re.compile(r"\b(say|read)\W*$", re.IGNORECASE)
_MEASURE = re.compile(
    r"\d\W*([cmk]?m|(centi|milli|kilo)?met(re|er)s?|ft|feet|foot|inch(es)?|degrees?|deg)\b|\d\W*°",
    re.IGNORECASE,
)
UNREAD = ("not_understood", "failed")
"""Statuses of answers to questions that the offline planner could not read."""
_STRINGS = re.compile(r"""(["'])(.*?)\1""")
_LEAST = {"rad": math.radians(1.0)}
_STOP = frozenset({
    "the", "and", "for", "are", "was", "were", "has", "have", "had", "from", "with", "that", "this",
    "these", "those", "what", "which", "where", "when", "who", "how", "many", "much", "there",
    "does", "did", "you", "any", "not", "can", "its", "a", "an", "of", "is", "in", "on", "to", "it",
    "me", "my", "i", "we", "or", "at", "by", "be", "do", "if", "left", "right", "name",
})  # fmt: skip


def is_about_looks(question: str) -> bool:
    """Whether a question is about the looks of something: colour, state, writing."""
    if _LOOKS.search(question):
        return True
    says = _SAYS.search(question)  # not one pattern: it would look for the end from every beginning
    return says is not None and _WHAT_DOES.search(question, 0, says.start()) is not None


def is_a_measure(words: str) -> bool:
    """Whether words state a length or an angle."""
    return _MEASURE.search(words) is not None


def objection(question: str, outcome: Answer, layout: Layout, offline: Answer | None) -> str:
    """Why an outcome is no answer to a question, for the model to read; "" if nothing is wrong.

    Where the offline planner reads the question, its reading is exact, also where it says that the
    map cannot tell, so that the two must agree; where it does not, the outcome has to be what the
    question asks for, as far as its words tell. Either way the program has to use what the question
    names, and to rest on something in the map: the same number may come of anything.
    """
    if offline is not None and offline.status not in UNREAD:
        if offline.status == outcome.status and same_value(offline, outcome):
            wrong = "" if not _rests(offline) else _unfounded(question, outcome, layout)
            return _unused(question, outcome, layout) or wrong
        read = f"reads it as {offline.program} and" if offline.program else "reads it and"
        return f"that is not what was asked: the map {read} says ({offline.status}): {offline.text}"
    wrong = _unused(question, outcome, layout) or _unfounded(question, outcome, layout)
    if wrong:
        return wrong
    names = _names_of(outcome, layout)
    left = without_meaning(question, outcome, names)
    if left:
        words = ", ".join(quoted(word) for word in left[:5])
        return f"nothing in the program stands for these words of the question: {words}"
    wrong = against_sense(
        question,
        outcome.program,
        {thing.id: thing.label for thing in layout.objects},
        is_truth=isinstance(outcome.value, bool),
    )
    if wrong:
        return wrong
    kind = wrong_kind(question, outcome) if outcome.status == "answered" else ""
    return f"the outcome is {kind}, which the question does not ask for" if kind else ""


def is_about_something_else(question: str, outcome: Answer, layout: Layout) -> str:
    """Why a program is not about the things that a question names; "" if it is."""
    spoken = _union(_stems(name) for name in _names_of(outcome, layout))
    if not _named(question, layout) and not (_stems(question) & spoken):
        return "the program has nothing to do with the words of the question"
    return _unused(question, outcome, layout)


def _unused(question: str, outcome: Answer, layout: Layout) -> str:
    spoken = _union(_stems(name) for name in _names_of(outcome, layout))
    missing = [name for name in _named(question, layout) if not _stems(name) <= spoken]
    if not missing:
        return ""
    names = ", ".join(quoted(name) for name in missing[:5])
    return f"the program does not use what the question names: {names}"


def _unfounded(question: str, outcome: Answer, layout: Layout) -> str:
    """Why a value says nothing of the things that a question names; "" if it may: what was reckoned
    without the map rests on nothing in it, whatever words stand in the program."""
    if outcome.status != "answered" or _rests(outcome) or not _named(question, layout):
        return ""
    return "the value rests on nothing that is in the map"


def _rests(answer: Answer) -> bool:
    """Whether it has evidence; where best to stand, for one, has none."""
    of = answer.evidence
    return bool(of.objects or of.rooms or of.keyframes or of.frames)


def same_value(a: Answer, b: Answer) -> bool:
    """Whether two answers say the same, in whatever units: within 1 cm, 1 degree or 2 %."""
    (a_value, unit), (b_value, b_unit) = _in_si(a), _in_si(b)
    return unit == b_unit and _same(a_value, b_value, _LEAST.get(unit, 0.01))


def _in_si(answer: Answer) -> tuple[AnswerValue, str]:
    """The value in the unit of SI of its kind, if it is a number, and that unit."""
    value = answer.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return to_si(value, answer.unit)
    return value, to_si(0.0, answer.unit)[1]


def _same(a: AnswerValue, b: AnswerValue, least: float) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=0.02, abs_tol=least)
    if isinstance(a, str) and isinstance(b, str):
        return a.casefold() == b.casefold()
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_same(x, y, least) for x, y in zip(a, b, strict=True))
    return a is None and b is None


def _named(question: str, layout: Layout) -> list[str]:
    """Labels of objects and rooms in a question, longest first, none within another."""
    text, named = f" {' '.join(words_of(question))} ", []
    labels = {thing.label for thing in layout.objects} | {room.label for room in layout.rooms}
    for label in sorted(filter(None, labels), key=lambda each: (-len(each), each)):
        words = normalize(label)
        if words and f" {words} " in text:
            named.append(label)
            text = text.replace(f" {words} ", "  ")
    return named


def _names_of(outcome: Answer, layout: Layout) -> list[str]:
    """What a program names: in its strings, and as objects and rooms that it used."""
    objects, rooms = set(outcome.evidence.objects), set(outcome.evidence.rooms)
    used = [thing.label for thing in layout.objects if thing.id in objects]
    used += [room.label for room in layout.rooms if room.id in rooms]
    return list(dict.fromkeys([*used, *(text for _, text in _STRINGS.findall(outcome.program))]))


def _stems(text: str) -> set[str]:
    return {word for word in normalize(text).split() if word not in _STOP}


def _union(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)
