"""Questions with exact answers, asked of maps: real layouts, simulated houses that were mapped by
the pipeline, on the way and at the end, without an answer, after changes, and while mapping.

The truth is worked out from boxes and poses (`cogmap.memory.questions`), not by the operations
that answer. The houses are kept out of development: their seeds are 900 and more. Layouts and
published wordings are data of others (`cogmap.bench.data`); without them these parts are skipped,
which the figures say, and our own wordings are used. What was answered badly is written to the
file that ``COGMAP_ASK_MISSES`` names, if it does.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec

from cogmap.bench.ask_changed import Belief, changed_figures, changed_house
from cogmap.bench.ask_forms import FORMS_FILE
from cogmap.bench.ask_houses import (
    TURNS,
    HouseAnswers,
    asked_house,
    house_figures,
    unanswered_figures,
)
from cogmap.bench.ask_layouts import LAYOUTS, layout_figures, layout_scores
from cogmap.bench.ask_looking import look_figures, looked_house
from cogmap.bench.ask_operations import THINGS
from cogmap.bench.ask_score import Asker, Scored, is_refused, misses
from cogmap.bench.ask_speed import speed_figures
from cogmap.bench.ask_templates import template_figures
from cogmap.bench.ask_truth import scene_of_episode
from cogmap.bench.ask_worlds import asker, exact_world, with_turns
from cogmap.bench.data import found
from cogmap.bench.harness import Bar, BenchResult, BenchSkipped, percent_of
from cogmap.bench.map_episodes import EXACT, NOISY_SMALL, EpisodeConfig, make_episode
from cogmap.bench.processes import fresh_processes
from cogmap.sim.simulator import SimulatorConfig

HOUSES = tuple((985 + i, 2 + i % 2) for i in range(4))
"""Seed and number of rooms."""
CHANGING_HOUSES = tuple((990 + i, 2) for i in range(3))
SPEED_SEED = 995
LOOKING_HOUSES = ((996, 2), (997, 3))


def run() -> BenchResult:
    """Speed alone, which is timed by the clock; then the rest on two processes."""
    figures, bars = speed_figures(SPEED_SEED)
    with fresh_processes() as pool:
        houses = [pool.submit(asked_house, *house) for house in HOUSES]
        still = [pool.submit(changed_house, *house, EXACT) for house in CHANGING_HOUSES]
        shaky = [pool.submit(changed_house, *house, NOISY_SMALL) for house in CHANGING_HOUSES]
        looking = [pool.submit(looked_house, *house) for house in LOOKING_HOUSES]
        (layouts, number), skipped = _of_layouts()
        asked = _results(houses)
        beliefs = [belief for house in _results(still + shaky) for belief in house]
        looks = [look for house in _results(looking) for look in house]
    sections = [house_figures(asked), changed_figures(beliefs), look_figures(looks)]
    sections.append(_abstention(asked, layouts))
    sections.insert(0, layout_figures(layouts, number) if layouts else (skipped, []))
    sections.append(_of_forms())
    for more_figures, more_bars in sections:
        figures |= more_figures
        bars += more_bars
    _keep_misses(layouts, asked, beliefs)
    return BenchResult(figures, bars)


def _of_layouts() -> tuple[tuple[list[Scored], int], dict[str, Any]]:
    """What was answered about real layouts, and about how many; or the figure that says why none
    was asked."""
    try:
        return layout_scores(found(LAYOUTS)), {}
    except BenchSkipped as reason:
        return ([], 0), {"layouts": f"skipped: {reason}"}


def _of_forms() -> tuple[dict[str, Any], list[Bar]]:
    try:
        path = found(FORMS_FILE)
    except BenchSkipped as reason:
        return {"forms": f"skipped: {reason}"}, []
    return template_figures(*_furnished(SPEED_SEED), path)


def _furnished(seed: int) -> tuple[Asker, tuple[str, ...]]:
    """A perfect map of a short tour, and labels of things that are in it once."""
    camera = SimulatorConfig(seed=seed, rooms=2, width=320, height=240, rate_hz=5.0)
    episode = make_episode(EpisodeConfig(camera, frames=200))
    scene = scene_of_episode(episode)
    world = with_turns(exact_world(scene, episode), scene.turn_ends(TURNS))
    return asker(world), tuple(each.label for each in scene.moment().singles[: len(THINGS)])


def _abstention(
    houses: Sequence[HouseAnswers], layouts: Sequence[Scored]
) -> tuple[dict[str, Any], list[Bar]]:
    built = [each for h in houses for each in (*h.built, *h.relations, *h.online)]
    unanswerable = [each for h in houses for each in h.unanswerable]
    figures, bars = unanswered_figures(unanswerable, [*layouts, *built])
    of_built = percent_of([is_refused(each.answer) for each in built])
    figures["abstention: answerable, on built maps alone, refused, %"] = of_built
    return figures, bars


def _keep_misses(
    layouts: Sequence[Scored], houses: Sequence[HouseAnswers], beliefs: Sequence[Belief]
) -> None:
    target = os.environ.get("COGMAP_ASK_MISSES")
    if not target:
        return
    kinds: dict[str, Any] = {"layouts": misses(layouts)}
    for name in (
        "built",
        "exact",
        "relations",
        "relations_exact",
        "spaces",
        "spaces_exact",
        "online",
        "online_exact",
    ):
        kinds[name] = misses([each for house in houses for each in getattr(house, name)])
    wrong = [Scored(b.item, b.answer, 0.0) for b in beliefs if not b.right]
    kinds["changes"] = misses(wrong)
    Path(target).write_bytes(msgspec.json.format(msgspec.json.encode(kinds)))


def _results(futures: list[Future[Any]]) -> list[Any]:
    return [future.result() for future in futures]
