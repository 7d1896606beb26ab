from __future__ import annotations

import json

import msgspec
import pytest

from cogmap.bench.ask_score import score_answer
from cogmap.launch.ask_batch import ask_file
from cogmap.launch.asking import Asker
from cogmap.launch.exporting import export_map
from cogmap.launch.map_target import find_target
from cogmap.launch.questioning import write_questions
from cogmap.memory.questions import QuestionError, QuestionItem
from cogmap.memory.questions.generation import OF_TURNS
from cogmap.runtime.messages import Answer


def write(source, out, console, **changes):
    settings = {"count": 10, "seed": 0, "types": (), "force": False, "console": console}
    write_questions(source, out, **{**settings, **changes})
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_questions_of_a_map_and_of_its_layout(furnished_map, tmp_path, console):
    layout = tmp_path / "l.json"
    export_map(furnished_map, {"layout": layout}, None, False, console)
    types = ("object_size", "object_count", "absolute_distance")
    of_map = write(furnished_map, tmp_path / "m.jsonl", console, types=types)
    of_layout = write(layout, tmp_path / "q.jsonl", console, types=types)
    assert {line["type"] for line in of_map} <= set(types)
    one, other = ({line["question"]: line["answer"] for line in q} for q in (of_map, of_layout))
    both = one.keys() & other.keys()
    assert len(both) > 3 and one["How many cups are there?"] == 1
    assert {text: one[text] for text in both} == {text: other[text] for text in both}
    assert "wrote" in console.export_text()


def test_a_file_that_exists_is_kept(furnished_map, tmp_path, console):
    out = tmp_path / "q.jsonl"
    write(furnished_map, out, console)
    before = out.read_bytes()
    with pytest.raises(QuestionError, match=r"exists; .*--force"):
        write(furnished_map, out, console, seed=2)
    assert out.read_bytes() == before
    write(furnished_map, out, console, seed=2, force=True)


def test_a_type_that_does_not_exist(furnished_map, tmp_path, console):
    with pytest.raises(QuestionError, match="did you mean room_size"):
        write(furnished_map, tmp_path / "q.jsonl", console, types=("room_sizes",))


def test_a_map_without_things(map_dir, tmp_path, console):
    with pytest.raises(QuestionError, match="too few things"):
        write(map_dir, tmp_path / "q.jsonl", console, types=("object_size",))


def test_what_is_written_can_be_asked_as_it_is(pictured_map, tmp_path, console):
    questions, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    write(pictured_map, questions, console, count=60)
    asked, bad = ask_file(Asker(find_target(pictured_map), None, 30), questions, out, False)
    assert (asked, bad) == (60, 0)
    items = [
        msgspec.json.decode(line, type=QuestionItem) for line in questions.read_bytes().splitlines()
    ]
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["id"] for line in lines] == [item.id for item in items]
    scores = [score(item, line) for item, line in zip(items, lines, strict=True)]
    assert sum(scores) / len(scores) > 0.95, [
        (item, line) for item, line, at in zip(items, lines, scores, strict=True) if at < 0.95
    ]


def score(item, line):
    """Of a question that cannot be answered: 1 for an abstention; of what is in no map also if it
    is not understood."""
    if item.type == "abstain_not_in_a_map" and line["status"] == "not_understood":
        return 1.0
    if item.answer is None:
        return float(line["status"] not in ("answered", "failed", "not_understood"))
    named = ("status", "value", "unit", "option")
    given = msgspec.convert(
        {"stamp_ns": 0, "version": 0, **{key: line[key] for key in named if key in line}}, Answer
    )
    return score_answer(item, given)


def test_of_turns_only_if_they_are_named(pictured_map, tmp_path, console):
    plain = write(pictured_map, tmp_path / "q.jsonl", console, count=60)
    assert not OF_TURNS & {line["type"] for line in plain}
    named = write(pictured_map, tmp_path / "t.jsonl", console, types=("rotation",))
    assert {line["type"] for line in named} == {"rotation"}
