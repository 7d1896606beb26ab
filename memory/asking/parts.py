"""Questions that ask two things: "which is the smallest room, and how big is it?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from cogmap.runtime.messages import Answer, Evidence, Question

__all__ = ["parts_of", "together"]

_MOST = 3
_NEXT = re.compile(
    r"\s*(?:[,;?]\s*(?:and|also)?|\band)\s+(?:also\s+)?(?=(?:how|where|what|which|when|is|are|does|do"
    r")\b)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?:how (?:big|large|long|wide|high|tall|far|far away|old)|where|when)\s*\??", re.IGNORECASE
)
_SEVERAL = re.compile(r"^\s*(?:how many|which \w+s\b|are\b)", re.IGNORECASE)


def parts_of(question: Question) -> list[Question]:
    """The questions that one is made of, in order; none if it is a single one, or has choices."""
    texts = _NEXT.split(question.text.strip())
    if not 2 <= len(texts) <= _MOST or question.options:
        return []
    whole = [texts[0]]
    be = "are they" if _SEVERAL.match(texts[0]) else "is it"
    for text in texts[1:]:
        bare = _BARE.fullmatch(text.strip())
        whole.append(f"{text.strip().rstrip('?').strip()} {be}" if bare else text)
    return [msgspec.structs.replace(question, text=text) for text in whole]


def together(answers: Sequence[Answer]) -> Answer:
    """Several answers as one: it abstains as the first of them that does, and gives the values of
    all where all have one. The program has all of them, one after the other."""
    worst = next((each for each in answers if each.status != "answered"), answers[0])
    values: list[str | float] = []
    for each in answers:
        parts = each.value if isinstance(each.value, tuple) else (each.value,)
        values += [v if isinstance(v, float | str) else _plain(v) for v in parts]
    units = {each.unit for each in answers}
    answered = worst.status == "answered"
    programs = [f"part{n} = {each.program}" for n, each in enumerate(answers[:-1], 1)]
    return msgspec.structs.replace(
        worst,
        value=tuple(values) if answered else None,
        unit=units.pop() if len(units) == 1 and answered else "",
        sigma=None,
        text=" ".join(each.text for each in answers),
        program="\n".join([*_single(answers, programs), answers[-1].program]),
        evidence=_joined([each.evidence for each in answers]),
        confidence=min(each.confidence for each in answers),
        images=tuple(image for each in answers for image in each.images),
    )


def _single(answers: Sequence[Answer], programs: list[str]) -> list[str]:
    """A program of several lines cannot be given a name: its lines stand as they are."""
    return [
        each.program.rpartition("\n")[0] + f"\npart{n} = " + each.program.rpartition("\n")[2]
        if "\n" in each.program
        else programs[n - 1]
        for n, each in enumerate(answers[:-1], 1)
    ]


def _plain(value: object) -> str | float:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no"}.get(bool(value), "") if value is not None else ""
    return float(value) if isinstance(value, int) else str(value)


def _joined(parts: Sequence[Evidence]) -> Evidence:
    found = {
        name: tuple(dict.fromkeys(id_ for part in parts for id_ in getattr(part, name)))
        for name in ("objects", "rooms", "keyframes", "frames")
    }
    return Evidence(**found)
