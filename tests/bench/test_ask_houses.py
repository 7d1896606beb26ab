"""The benchmark of questions on a few frames: what is asked, and what its figures are made of."""

from __future__ import annotations

import json
import math

import pytest

from cogmap.bench.ask_houses import (
    HONEST,
    TURNS,
    VALUELESS,
    episode_answers,
    house_figures,
    unanswered_figures,
)
from cogmap.bench.ask_layouts import (
    EIGHT,
    LEAST_ASKED,
    SIX,
    TASKS,
    layout_figures,
    layout_scores,
    mean_of_tasks,
)
from cogmap.bench.ask_score import Scored, by_type, is_refused, misses, score_all
from cogmap.bench.ask_templates import Form, forms_of, template_figures
from cogmap.bench.ask_truth import scene_of_episode
from cogmap.bench.ask_worlds import asker, built, exact_world, map_asker, with_turns
from cogmap.bench.map_episodes import EpisodeConfig, make_episode
from cogmap.memory.questions.generation import ONLINE, VSI, questions_at
from cogmap.memory.questions.item import QuestionItem
from cogmap.runtime.messages import Answer
from cogmap.sim.simulator import SimulatorConfig


@pytest.fixture(scope="module")
def episode():
    config = SimulatorConfig(seed=1, rooms=2, width=160, height=120, rate_hz=5.0)
    return make_episode(EpisodeConfig(config, frames=100))


@pytest.fixture(scope="module")
def scene(episode):
    return scene_of_episode(episode)


def test_a_perfect_map_answers_right(scene, episode):
    ends = scene.turn_ends(TURNS)
    ask = asker(with_turns(exact_world(scene, episode), ends))
    types = [name for name in (*VSI, *ONLINE) if name != "area_seen"]
    items = questions_at(scene.moment(None, ends), 80, seed=1, types=types)
    scored = score_all(items, ask)
    assert len(by_type(scored)) > 15
    assert misses(scored, below=0.9) == []


def test_a_past_question_is_answered_as_of_then(scene, episode):
    ends = scene.turn_ends(TURNS)
    early = questions_at(scene.moment(ends[4], ends[:5]), 30, seed=1, types=["agent_four_way"])
    assert all(item.as_of_ns == ends[4] for item in early)
    scored = score_all(early, asker(exact_world(scene, episode)))
    assert scored and misses(scored) == []


def test_a_built_map_is_asked_as_it_is(scene, episode):
    *_, (index, made) = built(episode)
    assert index == len(episode.observations) - 1
    items = questions_at(scene.moment(), 20, seed=1, types=["object_size", "absolute_distance"])
    scored = score_all(items, map_asker(made))
    assert sum(not is_refused(each.answer) for each in scored) > 10


def test_figures_of_a_house(episode):
    answers = episode_answers(1, episode)
    figures, bars = house_figures([answers])
    assert {bar.figure for bar in bars} == {"built: mean of eight tasks", "online: mean"}
    assert all(bar.value == pytest.approx(figures[bar.figure], nan_ok=True) for bar in bars)
    assert {each.item.type for each in answers.spaces} & {"volume", "path_length", "last_seen"}
    assert figures["spaces: asked"] == len(answers.spaces) > 10
    assert figures["exact: size"] == 100
    kept, limits = unanswered_figures(answers.unanswerable, answers.exact)
    assert kept["abstention: answerable, refused, %"] == 0
    assert limits[0].direction == "at least" and limits[-1].direction == "at most"


def test_what_is_not_understood_is_no_abstention_but_of_what_is_in_no_map():
    def scored(type_, status):
        item = QuestionItem(id="", type=type_, question="?", answer=None)
        return Scored(item, Answer(stamp_ns=0, status=status), 0.0)

    unanswerable = [
        scored("abstain_never_seen", "not_seen"), scored("abstain_never_seen", "not_understood"),
        scored("abstain_ambiguous", "answered"), scored("abstain_hidden", "not_determinable"),
        scored("abstain_not_in_a_map", "not_understood"), scored("abstain_not_in_a_map", "failed"),
    ]  # fmt: skip
    figures, bars = unanswered_figures(unanswerable, [])
    assert figures[HONEST] == 50 and figures[VALUELESS] == 50
    assert figures["abstention: never_seen, %"] == 50
    assert figures["abstention: never_seen asked"] == 2
    assert figures["abstention: not_in_a_map, %"] == 0
    assert [bar.figure for bar in bars][:2] == [HONEST, VALUELESS]


def test_layouts_are_asked(shared_data, tmp_path):
    path = shared_data / "vsibench_layouts" / "arkitscenes_meta_info_val.json"
    few = dict(list(json.loads(path.read_text()).items())[:8])
    (tmp_path / "few.json").write_text(json.dumps(few))
    figures, (number, mean) = layout_figures(*layout_scores(tmp_path / "few.json"))
    assert figures["layouts: questions"] > 20
    assert (number.figure, number.value, number.ok) == ("layouts", 8, False)
    assert mean.ok


def test_a_task_that_was_hardly_asked_meets_no_bar():
    def right(type_):
        item = QuestionItem(id="", type=type_, question="?", answer=3.0)
        return Scored(item, Answer(stamp_ns=0, status="answered", value=3.0), 1.0)

    types = [type_ for type_, task in TASKS.items() if task in SIX]
    items = [right(type_) for type_ in types for _ in range(LEAST_ASKED)]
    assert mean_of_tasks(items, SIX) == 100
    _, (_, bar) = layout_figures(items[1:], 150)
    assert math.isnan(bar.value) and not bar.ok
    assert math.isnan(mean_of_tasks(items, EIGHT))


def test_forms_that_are_not_read_as_meant_are_named(scene, episode, tmp_path):
    path = tmp_path / "forms.jsonl"
    longest = "What is the maximum dimension (either width or length) of the {target} in meters?"
    forms = [
        ("object_size", longest),
        ("object_size", "How tall is the {target}?"),
        ("object_count", "How tall is the {b}?"),
        ("dreams", "Do things dream of an electric {c}?"),
        ("wishes", "How wide is the {a}?"),
    ]
    lines = [{"source": "ours", "type": type_, "template": text} for type_, text in forms]
    path.write_text("\n".join(map(json.dumps, lines)))
    ask = asker(exact_world(scene, episode))
    figures, (bar,) = template_figures(ask, ("sofa", "bed"), path)
    assert figures["forms: read as meant, %"] == pytest.approx(100 / 5)
    assert figures["forms: unknown"].startswith("How wide is the sofa? -> size(")
    assert "electric" in figures["forms: not read"]
    assert figures["forms: misread"].count('axis="height"') == 2
    assert not bar.ok


def test_a_form_is_read_as_meant_only_with_all_its_parts():
    part = 'direction(agent(time(19.355)), find("bed"), form="quadrant")'
    form = Form("?", (), (part,))
    assert form.is_in(part.replace("19.355", "4.2"))
    assert not form.is_in(part.replace("quadrant", "left_right"))
    assert not form.is_in(part.replace("agent(time(19.355))", "agent()"))


def test_what_was_not_answered_but_for_want_of_a_thing_is_no_reading(tmp_path):
    path = tmp_path / "forms.jsonl"
    line = {"source": "ours", "type": "object_count", "template": "How many '{category}' are here?"}
    path.write_text(json.dumps(line))
    for status, read in (("ambiguous", 100), ("not_seen", 100), ("not_understood", 0)):
        answer = Answer(stamp_ns=0, status=status, program='count(find("sofa"))')
        figures, _ = template_figures(lambda _, answer=answer: answer, ["sofa"], path)
        assert figures["forms: read as meant, %"] == read


def test_every_published_slot_is_filled(shared_data):
    path = shared_data.parent / "questions" / "templates.jsonl"
    forms = [form.text for form in forms_of(path, ("stool", "shower", "desk"))]
    assert len(forms) == 91 and not any("sofa" in form or "chair" in form for form in forms)
    assert not any(mark in form for form in forms for mark in ("{", "<S", "<R"))
