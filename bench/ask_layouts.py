"""Layouts of real rooms, loaded as maps and asked the questions of VSI-Bench."""

from __future__ import annotations

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

__all__ = ["LAYOUTS", "TASKS", "layout_figures", "layout_scores", "task_scores"]

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
_SIX = tuple(list(TASKS)[:8])
_A_LAYOUT = 24


def layout_scores(path: Path, questions: int = _A_LAYOUT) -> list[Scored]:
    """Up to so many ``questions`` a layout. Raises LayoutError if the file cannot be read."""
    forms = published_forms()
    scored = []
    for number, layout in enumerate(read_vsibench(path).values()):
        scene = scene_of_layout(layout)
        items = generate(scene, questions, seed=number, types=_SIX, forms=forms)
        scored += score_all(items, asker(World(layout)))
    return scored


def layout_figures(scored: list[Scored]) -> tuple[dict[str, Any], list[Bar]]:
    tasks = task_scores(scored)
    mean = float(np.mean(list(tasks.values())))
    figures: dict[str, Any] = {"layouts: questions": len(scored)}
    figures |= {f"layouts: {task}": value for task, value in tasks.items()}
    figures["layouts: mean of six tasks"] = mean
    return figures, [Bar("layouts: mean of six tasks", mean, 97.0)]


def task_scores(scored: list[Scored]) -> dict[str, float]:
    """Of 100 by task; the kinds of direction count equally in theirs."""
    tasks: dict[str, list[float]] = {}
    for name, value in by_type(scored).items():
        if name in TASKS:
            tasks.setdefault(TASKS[name], []).append(value)
    return {task: float(np.mean(values)) for task, values in tasks.items()}
