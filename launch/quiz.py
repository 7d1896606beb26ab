"""``cogmap quiz``: questions drawn for a map, its answers, and the truth beside them if known."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cogmap.launch.answer_text import value_text
from cogmap.launch.asking import Asker
from cogmap.launch.map_target import MapTarget
from cogmap.memory.questions.from_map import scene_of_layout
from cogmap.memory.questions.from_truth import scene_of_truth
from cogmap.memory.questions.generation import generate
from cogmap.memory.questions.item import QuestionItem
from cogmap.memory.questions.scene import Scene
from cogmap.memory.render.drawing import printable
from cogmap.memory.units import quantity_text
from cogmap.runtime.messages import Answer, CogmapError, Question

__all__ = ["quiz", "truth_text"]

KINDS = (
    "object_count", "absolute_distance", "relative_direction_medium", "which_room", "object_size",
    "room_count", "relative_distance", "what_is_on", "room_size", "abstain_never_seen",
)  # fmt: skip
"""One of each, if the place has it; the last is about a thing that is not there."""
ANYWHERE = (
    "How many things are there?", "How tall is the tallest object?", "What is nearest to me?",
    "Which room am I in?", "How far did I walk?", "How much free space is there?",
    "What has changed?", "Is there a piano?",
)  # fmt: skip
"""Asked of a map that holds too little with a name, as one of a recording without labels."""
WIDE = 140
"""Terminals of so many columns have room for programs."""


def quiz(asker: Asker, count: int, seed: int, console: Console) -> None:
    """Ask, and print a table; the questions depend on the place and the seed alone.

    Raises:
        CogmapError: the truth that lies beside the map cannot be read.
    """
    truth = truth_beside(asker.target)
    scene = scene_of_layout(asker.target.access.layout()) if truth is None else truth
    items = generate(scene, count, seed=seed, types=KINDS)
    if truth is None:
        items = list({item.type: item for item in items}.values())
        more = ANYWHERE[: max(count - len(items), 0)]
        items += [QuestionItem(id="", type="", question=text, answer=None) for text in more]
    table = Table(box=None, pad_edge=False, header_style="dim")
    columns = ["question", "answer", *(["truth"] if truth else [])]
    columns += ["program"] if console.width >= WIDE else []
    for column in columns:
        table.add_column(column, overflow="fold")
    for item in items:
        question = Question(
            stamp_ns=0, text=item.question, options=item.options, pose=item.pose, session=""
        )
        answer = asker.ask(question)
        cells = [item.question, _said(answer), *([truth_text(item)] if truth else [])]
        cells += [answer.program] if console.width >= WIDE else []
        table.add_row(*(Text(printable(cell, 200)) for cell in cells))
    console.print(table if items else "the house holds too little to ask about")


def truth_beside(target: MapTarget) -> Scene | None:
    """What is true of a simulated house, if its run wrote it down; None if nobody knows."""
    if target.folder is None:
        return None
    for folder in (target.folder, target.folder.parent):
        path = folder / "truth.json"
        if path.is_file():
            try:
                return scene_of_truth(json.loads(path.read_bytes()))
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise CogmapError(f"the truth cannot be read: {path}, {error}") from error
    return None


def truth_text(item: QuestionItem) -> str:
    """The true answer, for people."""
    answer = item.answer
    if answer is None:
        return "not there"
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, tuple):
        return ", ".join(answer)
    return answer if isinstance(answer, str) else quantity_text(answer, item.unit)


def _said(answer: Answer) -> str:
    return answer.option or value_text(answer)
