"""Layouts of real rooms, loaded as maps and asked the questions of VSI-Bench."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cogmap.bench.ask_forms import published_forms
from cogmap.bench.ask_score import Scored, by_type, score_all
from cogmap.bench.ask_worlds import asker
from cogmap.bench.harness import Bar
from cogmap.memory.formats.vsibench import read_vsibench
from cogmap.memory.programs.world import World
from cogmap.memory.questions import generate
from cogmap.memory.questions.from_map import scene_of_layout

__all__ = [
    "EIGHT",
    "LAYOUTS",
    "SIX",
    "TASKS",
    "layout_figures",
    "layout_scores",
    "mean_of_tasks",
    "task_scores",
]

LAYOUTS = "vsibench_layouts/arkitscenes_meta_info_val.json"
"""Among the data."""
TASKS = {
    "object_count": "counting",
    "object_size": "size",
    "room_size": "area",
    "absolute_distance": "absolute distance",
    "relative_distance": "relative distance",
    "relative_direction_easy": "relative direction",
    "relative_direction_medium": "relative direction",
    "relative_direction_hard": "relative direction",
    "appearance_order": "order of appearance",
    "route_plan": "route",
}
"""Task of VSI-Bench by type of question."""
SIX = (
    "counting", "size", "area", "absolute distance", "relative distance", "relative direction",
)  # fmt: skip
EIGHT = (*SIX, "order of appearance", "route")
_SIX = tuple(type_ for type_, task in TASKS.items() if task in SIX)
_A_LAYOUT, _LEAST_LAYOUTS = 24, 150
LEAST_ASKED = 4
"""Of a task; of fewer nothing is told. Each of the four houses that are mapped has one area."""


def layout_scores(path: Path, questions: int = _A_LAYOUT) -> tuple[list[Scored], int]:
    """Up to so many ``questions`` a layout, and how many layouts there are of which something was
    asked. Raises LayoutError if the file cannot be read."""
    forms = published_forms()
    scored, layouts = [], 0
    for number, layout in enumerate(read_vsibench(path).values()):
        scene = scene_of_layout(layout)
        items = generate(scene, questions, seed=number, types=_SIX, forms=forms)
        scored += score_all(items, asker(World(layout)))
        layouts += bool(items)
    return scored, layouts


def layout_figures(scored: list[Scored], layouts: int) -> tuple[dict[str, Any], list[Bar]]:
    tasks = task_scores(scored)
    mean = mean_of_tasks(scored, SIX)
    figures: dict[str, Any] = {"layouts": layouts, "layouts: questions": len(scored)}
    figures |= {f"layouts: {task}": value for task, value in tasks.items()}
    figures["layouts: mean of six tasks"] = mean
    return figures, [
        Bar("layouts", layouts, _LEAST_LAYOUTS),
        Bar("layouts: mean of six tasks", mean, 97.0),
    ]


def mean_of_tasks(scored: Sequence[Scored], tasks: Sequence[str]) -> float:
    """Of 100; nan, which meets no bar, if one of the tasks was hardly asked."""
    asked = Counter(TASKS.get(each.item.type) for each in scored)
    if any(asked[task] < LEAST_ASKED for task in tasks):
        return math.nan
    of = task_scores(scored)
    return float(np.mean([of[task] for task in tasks]))


def task_scores(scored: Sequence[Scored]) -> dict[str, float]:
    """Of 100 by task; the kinds of direction count equally in theirs."""
    tasks: dict[str, list[float]] = {}
    for name, value in by_type(scored).items():
        if name in TASKS:
            tasks.setdefault(TASKS[name], []).append(value)
    return {task: float(np.mean(values)) for task, values in tasks.items()}
