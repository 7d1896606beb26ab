"""Which published forms of questions are read as meant, with things of a house in their slots."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from cogmap.bench.ask_operations import expected, filled, operations_of
from cogmap.bench.ask_score import Asker
from cogmap.bench.harness import Bar
from cogmap.memory.questions import QuestionItem

__all__ = ["filled_forms", "template_figures"]

_MOVES = ("forward", "backward", "left", "right")
_ROUTE = ("1. [please fill in] 2. Go forward until the {} 3. [please fill in] "
          "4. Go forward until the {}. You have reached the final destination.")  # fmt: skip
_RELATIONS = (
    (r"^Are there <R> ", "more"), (r"number of <S1>s <R> than", "greater"),
    (r"<R> to (a )?<S1>", "closer"), (r"<R2> the <R> <S2>", "largest"),
    (r"<R2> room", "largest"), (r"with <S3> <R>", "next to it"), (r"with <S3>", "next to"),
)  # fmt: skip
"""What <R> stands for, by the words around it; otherwise a relation of place."""


def template_figures(
    ask: Asker, labels: tuple[str, ...], path: Path
) -> tuple[dict[str, Any], list[Bar]]:
    """Percent that are read as the operation that answers them, whatever the answer; and those
    that are not, or as something else, or of which nobody has said which operation that is."""
    unread, misread, unknown = [], [], []
    forms = list(filled_forms(path, labels))
    for form, text in forms:
        options = labels[:2] if "which of these objects has" in text else ()
        answer = ask(QuestionItem(id="", type="", question=text, answer=None, options=options))
        if answer.status in ("not_understood", "failed"):
            unread.append(text)
        elif not (wanted := _wanted(form)):
            unknown.append(f"{text} -> {answer.program}")
        elif not wanted <= operations_of(answer.program):
            misread.append(f"{text} -> {answer.program}")
    read = 100 * (1 - len(unread + misread + unknown) / len(forms))
    figures: dict[str, Any] = {"forms: read as meant, %": read, "forms: all": len(forms)}
    for name, texts in (("not read", unread), ("misread", misread), ("unknown", unknown)):
        if texts:
            figures[f"forms: {name}"] = " | ".join(texts)
    return figures, [Bar("forms: read as meant, %", read, 100.0)]


def filled_forms(path: Path, labels: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every form of a file of lines with "source", "type" and "template", and its text with
    labels in its slots."""
    for line in path.read_text().splitlines():
        if line.strip():
            form = json.loads(line)
            yield form, _filled(form["template"], labels)


def _wanted(form: dict[str, Any]) -> set[str]:
    """The operations that answer a form; none if that is not known."""
    text = filled(form["source"], form["template"])
    return set().union(*map(operations_of, expected(form["type"], text)))


def _filled(template: str, labels: tuple[str, ...]) -> str:
    words, moves = cycle(labels), cycle(_MOVES)
    moving = "direction of the camera's movement" in template
    chosen: dict[str, str] = {}

    def fill(slot: re.Match[str]) -> str:
        name = slot[1]
        if name not in chosen:
            chosen[name] = next(moves) if moving and "choice" in name else _word(name, words)
        return chosen[name]

    template = template.replace("directly to the left/right", "directly to the left")
    text = re.sub(r"{(.*?)}", fill, template)
    return _with_relations(text, words)


def _word(slot: str, words: Iterator[str]) -> str:
    if "frame" in slot:
        return "frame 20" if "start" in slot else "frame 40"
    if "turn_id" in slot:
        return "2"
    if "clockwise" in slot or "answer_1" in slot:
        return "clockwise"
    if slot == "actions":
        return _ROUTE.format(next(words), next(words))
    if slot == "text_question":
        pairs = [f"{k}. {next(words)} and {next(words)}" for k in "ABC"]
        return "; ".join(pairs)
    return next(words)


def _with_relations(text: str, words: Iterator[str]) -> str:
    relation = next((word for near, word in _RELATIONS if re.search(near, text)), "next to")
    both = "between" if re.search(r"<R2> the <S2> and <S3>", text) else "on"
    if "<R2> room" in text:
        both = "largest"
    for slot, word in (("<R>", "more" if text.startswith("Are there <R>") else relation),
                       ("<R2>", both), ("<R3>", "left")):  # fmt: skip
        text = text.replace(slot, word)
    return re.sub(r"<S\d?>", lambda _: next(words), text)
