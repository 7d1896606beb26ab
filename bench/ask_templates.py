"""Which published forms of questions are read, with things of a house in their slots."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

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
    (r"<R2> room", "largest"), (r"with <S3> <R>", "on it"), (r"with <S3>", "next to"),
)  # fmt: skip
"""What <R> stands for, by the words around it; otherwise a relation of place."""


def template_figures(
    ask: Asker, labels: tuple[str, ...], path: Path
) -> tuple[dict[str, Any], list[Bar]]:
    """Percent that are read, whatever the answer; and those that are not."""
    forms = list(filled_forms(path, labels))
    options = labels[:2]
    unread = [
        text
        for text in forms
        if ask(
            QuestionItem(
                id="",
                type="",
                question=text,
                answer=None,
                options=options if "which of these objects has" in text else (),
            )
        ).status
        in ("not_understood", "failed")
    ]
    read = 100 * (1 - len(unread) / len(forms))
    figures: dict[str, Any] = {"forms: read, %": read, "forms: all": len(forms)}
    if unread:
        figures["forms: not read"] = " | ".join(unread)
    return figures, [Bar("forms: read, %", read, 100.0)]


def filled_forms(path: Path, labels: tuple[str, ...]) -> Iterator[str]:
    """Every form of a file of lines with "template", with labels in its slots."""
    for line in path.read_text().splitlines():
        if line.strip():
            yield _filled(json.loads(line)["template"], labels)


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
