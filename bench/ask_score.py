"""How good answers are: accuracy of choices, mean relative accuracy of numbers, by type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cogmap.memory.questions import QuestionItem
from cogmap.memory.questions.generation import ONLINE
from cogmap.memory.units import to_si
from cogmap.runtime.messages import Answer

__all__ = [
    "Asker",
    "Scored",
    "abstains",
    "by_type",
    "is_refused",
    "misses",
    "number_of",
    "relative_accuracy",
    "score_all",
    "score_answer",
]

Asker = Callable[[QuestionItem], Answer]
_THRESHOLDS = np.arange(0.5, 0.96, 0.05)
_SAME = {"true": "yes", "false": "no", "turn ": "", "-": " "}


@dataclass(frozen=True)
class Scored:
    """A question, what was answered, and how good that is, in [0, 1]."""

    item: QuestionItem
    answer: Answer
    score: float


def relative_accuracy(predicted: float, true: float, *, strictly: bool = False) -> float:
    """Share of the thresholds 0.50, 0.55 .. 0.95 that the relative error leaves open; with
    ``strictly`` one that it just reaches is not open.

    ``true`` must not be 0.
    """
    error = abs(predicted - true) / abs(true)
    rounding = -1e-9 if strictly else 1e-9
    return float(np.mean(error <= 1 - _THRESHOLDS + rounding))


def score_answer(item: QuestionItem, answer: Answer) -> float:
    """Of a question that has an answer. Refusals score 0. Numbers on the way are scored as in
    OST-Bench, whose thresholds are strict."""
    if answer.status != "answered":
        return 0.0
    if item.options:
        given = answer.option or _words(answer.value)
        return float(_plain(given) == _plain(str(item.answer)))
    if isinstance(item.answer, (bool, str)):
        return float(_plain(_words(answer.value)) == _plain(_words(item.answer)))
    number = number_of(answer)
    if number is None or item.answer is None or isinstance(item.answer, tuple):
        return 0.0
    if item.unit == "turn":
        return float(number == item.answer)
    true, _ = to_si(float(item.answer), item.unit)
    if true == 0:
        return float(number == true)
    return relative_accuracy(number, true, strictly=item.type in ONLINE)


def is_refused(answer: Answer) -> bool:
    """No value was given."""
    return answer.status != "answered"


def abstains(answer: Answer) -> bool:
    """It was understood, and is said not to be known. What cannot be read, or failed, is no such
    answer: nothing was decided."""
    return answer.status in ("not_seen", "ambiguous", "not_determinable")


def score_all(items: Iterable[QuestionItem], ask: Asker) -> list[Scored]:
    scored = []
    for item in items:
        answer = ask(item)
        scored.append(Scored(item, answer, score_answer(item, answer)))
    return scored


def by_type(scored: Sequence[Scored]) -> dict[str, float]:
    """Mean score by type of question, of 100."""
    groups: defaultdict[str, list[float]] = defaultdict(list)
    for each in scored:
        groups[each.item.type].append(100 * each.score)
    return {name: float(np.mean(scores)) for name, scores in sorted(groups.items())}


def misses(scored: Sequence[Scored], below: float = 0.5) -> list[dict[str, Any]]:
    """What was answered badly, as plain data, to look into."""
    return [
        {
            "type": each.item.type, "question": each.item.question, "true": each.item.answer,
            "unit": each.item.unit, "as_of_ns": each.item.as_of_ns,
            "status": each.answer.status, "value": each.answer.value,
            "option": each.answer.option, "text": each.answer.text,
            "program": each.answer.program, "score": each.score,
        }
        for each in scored
        if each.score < below
    ]  # fmt: skip


def number_of(answer: Answer) -> float | None:
    """Its value in SI units; None if that is no number."""
    value = answer.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return to_si(float(value), answer.unit)[0]
    return None


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _plain(text: str) -> str:
    plain = text.casefold().strip()
    for word, other in _SAME.items():
        plain = plain.replace(word, other)
    return plain
