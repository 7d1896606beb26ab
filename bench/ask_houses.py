"""Simulated houses seen by the noisy detector, asked on the way and at the end of a tour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cogmap.bench.ask_forms import published_forms
from cogmap.bench.ask_layouts import EIGHT, mean_of_tasks, task_scores
from cogmap.bench.ask_score import Scored, abstains, by_type, is_refused, score_all
from cogmap.bench.ask_truth import scene_of_episode
from cogmap.bench.ask_worlds import asker, built, exact_at, exact_world, map_asker
from cogmap.bench.harness import Bar, mean_of, percent_of
from cogmap.bench.map_episodes import NOISY, EpisodeConfig, MapEpisode, camera, make_episode
from cogmap.memory.questions import QuestionItem, Scene
from cogmap.memory.questions.generation import (
    ABSTAIN,
    ONLINE,
    ROOMS_AND_RELATIONS,
    SIGHTINGS,
    SPACES,
    VSI,
    questions_at,
)

__all__ = [
    "HONEST",
    "HouseAnswers",
    "asked_house",
    "episode_answers",
    "house_figures",
    "unanswered_figures",
]

HONEST = "abstention: unanswerable, not answered, %"
"""But said to be not seen, ambiguous or not determinable: no value alone does not count."""
VALUELESS = "abstention: in no map, no value, %"
_IN_NO_MAP = "abstain_not_in_a_map"
TURNS = 10
_AT_END = 100
_ON_RELATIONS = 60
_ON_SPACES = 60
_A_TURN = 30
_UNANSWERABLE = 12
"""Questions at the end, of relations and rooms, of spaces and sightings, a turn, and of those
without an answer a turn."""


@dataclass
class HouseAnswers:
    """What one house was asked."""

    built: list[Scored] = field(default_factory=list)
    """The tasks of VSI-Bench, of the map that the pipeline made."""
    exact: list[Scored] = field(default_factory=list)
    """The same questions of a perfect map."""
    relations: list[Scored] = field(default_factory=list)
    relations_exact: list[Scored] = field(default_factory=list)
    spaces: list[Scored] = field(default_factory=list)
    """Of room for things, ways, and when things were in view."""
    spaces_exact: list[Scored] = field(default_factory=list)
    online: list[Scored] = field(default_factory=list)
    """After every tenth of the tour, of the map as it was then."""
    online_exact: list[Scored] = field(default_factory=list)
    unanswerable: list[Scored] = field(default_factory=list)


def asked_house(seed: int, rooms: int) -> HouseAnswers:
    """Tour, map and ask one house."""
    return episode_answers(seed, make_episode(EpisodeConfig(camera(seed, rooms, NOISY), NOISY)))


def episode_answers(seed: int, episode: MapEpisode) -> HouseAnswers:
    """Map one episode, and ask on the way and at the end."""
    answers, scene = HouseAnswers(), scene_of_episode(episode)
    ends = scene.turn_ends(TURNS)
    turns = {scene.frame_at(end): number for number, end in enumerate(ends, 1)}
    exact = exact_world(scene, episode)
    for index, made in built(episode):
        turn = turns.get(index)
        if turn is None:
            continue
        items = _on_the_way(scene, ends[:turn], seed)
        ask = map_asker(made, ends[:turn])
        answers.online += score_all(items["online"], ask)
        answers.unanswerable += score_all(items["none"], ask)
        then = exact_at(exact, episode, ends[turn - 1], ends[:turn])
        answers.online_exact += score_all(items["online"], asker(then))
        if turn == TURNS:
            tasks, relations, spaces = _at_end(scene, ends, seed)
            answers.built, answers.exact = score_all(tasks, ask), score_all(tasks, asker(then))
            answers.relations = score_all(relations, ask)
            answers.relations_exact = score_all(relations, asker(then))
            answers.spaces = score_all(spaces, ask)
            answers.spaces_exact = score_all(spaces, asker(then))
    return answers


def _on_the_way(scene: Scene, ends: tuple[int, ...], seed: int) -> dict[str, list[QuestionItem]]:
    """Questions of now, so without a stamp."""
    moment, forms = scene.moment(ends[-1], ends), published_forms()
    drawn = 100 * seed + len(ends)
    online = questions_at(moment, _A_TURN, seed=drawn, types=list(ONLINE), forms=forms)
    none = questions_at(moment, _UNANSWERABLE, seed=drawn, types=list(ABSTAIN))
    return {"online": [_now(each) for each in online], "none": [_now(each) for each in none]}


def _at_end(
    scene: Scene, ends: tuple[int, ...], seed: int
) -> tuple[list[QuestionItem], list[QuestionItem], list[QuestionItem]]:
    """Of the tasks, of relations and rooms, and of spaces and sightings."""
    moment, forms = scene.moment(None, ends), published_forms()
    tasks = questions_at(moment, _AT_END, seed=seed, types=list(VSI), forms=forms)
    relations = questions_at(moment, _ON_RELATIONS, seed=seed, types=list(ROOMS_AND_RELATIONS))
    others = [*SPACES, *SIGHTINGS]
    return tasks, relations, questions_at(moment, _ON_SPACES, seed=seed, types=others)


def _now(item: QuestionItem) -> QuestionItem:
    return msgspec.structs.replace(item, as_of_ns=None)


def house_figures(houses: Sequence[HouseAnswers]) -> tuple[dict[str, Any], list[Bar]]:
    """Of all houses together."""
    of_built = [each for house in houses for each in house.built]
    of_exact = [each for house in houses for each in house.exact]
    built_, exact = task_scores(of_built), task_scores(of_exact)
    mean = mean_of_tasks(of_built, EIGHT)
    figures: dict[str, Any] = {"built: houses": len(houses)}
    figures |= {f"built: {task}": value for task, value in built_.items()}
    figures["built: mean of eight tasks"] = mean
    figures["built: asked"] = sum(len(house.built) for house in houses)
    figures |= {f"exact: {task}": value for task, value in exact.items()}
    figures["exact: mean of eight tasks"] = mean_of_tasks(of_exact, EIGHT)
    bars = [Bar("built: mean of eight tasks", mean, 80.0)]
    for name, bar in (("online", 85.0), ("relations", None), ("spaces", None)):
        for kind in (name, f"{name}_exact"):
            scores = by_type([each for house in houses for each in getattr(house, kind)])
            title = kind.replace("_exact", ", exact map")
            figures |= {f"{title}: {type_}": value for type_, value in scores.items()}
            figures[f"{title}: mean"] = mean_of(list(scores.values()))
            figures[f"{title}: asked"] = sum(len(getattr(house, kind)) for house in houses)
            if bar is not None and kind == name:
                bars.append(Bar(f"{title}: mean", figures[f"{title}: mean"], bar))
    return figures, bars


def unanswered_figures(
    unanswerable: Sequence[Scored], answerable: Sequence[Scored]
) -> tuple[dict[str, Any], list[Bar]]:
    """How often one without an answer got an honest word of that, and one with an answer was
    refused; percent. What is in no map at all ("is it fragile?") may also not be understood."""
    of_a_map = [each.answer for each in unanswerable if each.item.type != _IN_NO_MAP]
    others = [each.answer for each in unanswerable if each.item.type == _IN_NO_MAP]
    honest = percent_of([abstains(each) for each in of_a_map])
    valueless = percent_of([abstains(each) or each.status == "not_understood" for each in others])
    refused = percent_of([is_refused(each.answer) for each in answerable])
    statuses = Counter(each.answer.status for each in unanswerable)
    figures: dict[str, Any] = {
        HONEST: honest,
        "abstention: unanswerable asked": len(of_a_map),
        VALUELESS: valueless,
        "abstention: given a value": statuses["answered"],
        "abstention: not understood": statuses["not_understood"],
        "abstention: failed": statuses["failed"],
    }
    for name in sorted({each.item.type for each in unanswerable}):
        of = [abstains(each.answer) for each in unanswerable if each.item.type == name]
        title = f"abstention: {name.removeprefix('abstain_')}"
        figures |= {f"{title}, %": percent_of(of), f"{title} asked": len(of)}
    figures["abstention: answerable, refused, %"] = refused
    figures["abstention: answerable asked"] = len(answerable)
    return figures, [
        Bar(HONEST, honest, 95.0),
        *([Bar(VALUELESS, valueless, 95.0)] if others else []),
        Bar("abstention: answerable, refused, %", refused, 2.0, "at most"),
    ]
