"""Which published forms of questions are read as meant, with things of a house in their slots."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from cogmap.bench.ask_operations import OPTIONS, THINGS, expected, filled
from cogmap.bench.ask_score import Asker
from cogmap.bench.harness import Bar
from cogmap.memory.questions import QuestionItem

__all__ = ["Form", "forms_of", "template_figures"]

_READ = ("answered", "not_seen", "ambiguous", "not_determinable")
_TIMES = re.compile(r"\btime\([\d.]+\)")


@dataclass(frozen=True)
class Form:
    """A form with things in its slots, and what it is to be read as."""

    text: str
    options: tuple[str, ...]
    parts: tuple[str, ...]
    """Of the program; none if nobody has said which they are."""

    def is_in(self, program: str) -> bool:
        """Whether a program has all the parts. At which time a frame was is another in every
        house."""
        plain = _TIMES.sub("time()", program)
        return all(_TIMES.sub("time()", part) in plain for part in self.parts)


def template_figures(
    ask: Asker, labels: Sequence[str], path: Path
) -> tuple[dict[str, Any], list[Bar]]:
    """Percent that are read as the program that answers them, whatever the answer; and those that
    are not, or as something else, or of which nobody has said which program that is."""
    unread, misread, unknown = [], [], []
    forms = list(forms_of(path, labels))
    for form in forms:
        item = QuestionItem(id="", type="", question=form.text, answer=None, options=form.options)
        answer = ask(item)
        if answer.status not in _READ:
            unread.append(form.text)
        elif not form.parts:
            unknown.append(f"{form.text} -> {answer.program}")
        elif not form.is_in(answer.program):
            misread.append(f"{form.text} -> {answer.program}")
    read = 100 * (1 - len(unread + misread + unknown) / len(forms))
    figures: dict[str, Any] = {"forms: read as meant, %": read, "forms: all": len(forms)}
    for name, texts in (("not read", unread), ("misread", misread), ("unknown", unknown)):
        if texts:
            figures[f"forms: {name}"] = " | ".join(texts)
    return figures, [Bar("forms: read as meant, %", read, 100.0)]


def forms_of(path: Path, labels: Sequence[str] = THINGS) -> Iterator[Form]:
    """Every form of a file of lines with "source", "type" and "template". The table of what is
    meant speaks of ``THINGS``; ``labels`` stand in the place of those, the first of the first."""
    names = dict(zip(THINGS, cycle(labels), strict=False))
    for line in path.read_text().splitlines():
        if line.strip():
            form = json.loads(line)
            text = filled(form["source"], form["template"])
            yield Form(
                _renamed(text, names),
                tuple(_renamed(each, names) for each in OPTIONS.get(form["type"], ())),
                tuple(_renamed(each, names) for each in expected(form["type"], text)),
            )


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """With other things in it; not in the words of forms and operations ("the lamp" is none)."""
    things = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.sub(rf"\b({things})(?=s?\b)", lambda found: names[found[1]], text)
