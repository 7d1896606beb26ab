from __future__ import annotations

import json

import pytest

from cogmap.launch.exporting import export_map
from cogmap.launch.questioning import write_questions
from cogmap.memory.questions import QuestionError


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
