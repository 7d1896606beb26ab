from __future__ import annotations

import json
import re

import msgspec
import numpy as np
import pytest

from cogmap.launch.listing import _print_tables, chosen, list_objects, search_map
from cogmap.memory.formats.layout_json import layout_from_json
from cogmap.memory.index.text_encoder import TextEncoder
from cogmap.runtime.messages import Box, CogmapError, Layout, MapObject, Room

BOX = Box(center=(1.0, -2.0, 0.5), size=(0.3, 0.2, 1.0))


def thing(id_: int, label: str, state: str) -> MapObject:
    return MapObject(
        id=id_, label=label, box=BOX, confidence=0.5, state=state, first_seen_ns=0, last_seen_ns=0
    )


LAYOUT = Layout(
    stamp_ns=0,
    version=1,
    number=1,
    objects=(
        thing(1, "cup", "present"),
        thing(2, "Cup", "moved"),
        thing(3, "sofa", "removed"),
        thing(4, "", "tentative"),
    ),
    rooms=(Room(id=0, polygon=(), area_m2=3.0),),
)


def ids(layout: Layout) -> list[int]:
    return [thing.id for thing in layout.objects]


def test_objects_are_chosen_by_state_and_label():
    assert ids(chosen(LAYOUT, "here", None)) == [1, 2]
    assert ids(chosen(LAYOUT, "all", None)) == [1, 2, 3, 4]
    assert ids(chosen(LAYOUT, "removed", None)) == [3]
    assert ids(chosen(LAYOUT, "here", "cup")) == [1, 2]
    assert ids(chosen(LAYOUT, "here", "sofa")) == []
    assert chosen(LAYOUT, "here", "cup").rooms == LAYOUT.rooms


def test_unknown_states_and_labels_name_what_there_is():
    with pytest.raises(CogmapError, match="--state 'gone' is none; there are: here, all"):
        chosen(LAYOUT, "gone", None)
    with pytest.raises(CogmapError, match="called 'soffa'; there are, among others: sofa"):
        chosen(LAYOUT, "here", "soffa")
    with pytest.raises(CogmapError, match="called 'x'; there are, among others: none"):
        chosen(msgspec.structs.replace(LAYOUT, objects=()), "here", "x")


def test_a_label_that_is_not_sure_says_so(console):
    unsure = msgspec.structs.replace(LAYOUT.objects[0], labels={"cup": 0.61, "bowl": 0.39})
    sure = msgspec.structs.replace(LAYOUT.objects[1], labels={"Cup": 0.7, "bowl": 0.3})
    _print_tables(msgspec.structs.replace(LAYOUT, objects=(unsure, sure)), 0, console)
    assert re.findall(r"[Cc]up(?: \(.*?\))?", console.export_text()) == ["cup (61%)", "Cup"]


def test_a_moment_after_the_end_is_refused(furnished_map, console):
    list_objects(furnished_map, "here", None, 0.7, False, console)
    with pytest.raises(CogmapError, match=r"--as-of 6000: the map ends 0\.7 s after"):
        list_objects(furnished_map, "here", None, 6000, False, console)


def test_the_table_has_a_line_for_each(furnished_map, console):
    list_objects(furnished_map, "here", None, None, False, console)
    lines = console.export_text().splitlines()
    assert lines[0].split("  ")[0] == "id" and "state" not in lines[0]
    assert [line.split()[:2] for line in lines[1:3]] == [["1", "cup"], ["2", "table"]]
    assert "0.90 0.00 0.40" in lines[2] and "0.60 0.80 0.80" in lines[2]
    assert lines[2].rstrip().endswith("0.7 s")


def test_a_run_directory_stands_for_its_map(furnished_map, console):
    list_objects(furnished_map.parent, "here", "cup", None, False, console)
    assert "cup" in console.export_text()


def test_json_is_a_layout(furnished_map, console):
    list_objects(furnished_map, "here", "cup", None, True, console)
    layout = layout_from_json(json.loads(console.export_text()))
    assert ids(layout) == [1]


def test_the_past_has_fewer(furnished_map, console):
    list_objects(furnished_map, "all", None, 0.25, False, console)
    assert "no objects" in console.export_text()


def test_words_find_objects(furnished_map, console):
    search_map(furnished_map, "mug", None, None, 1, False, console)
    lines = console.export_text().splitlines()
    assert "object" in lines[1] and "cup" in lines[1] and "synonym" in lines[1]
    search_map(furnished_map, "cup", None, None, 1, True, console)
    (hit,) = json.loads(console.export_text())
    assert (hit["kind"], hit["id"], hit["label"]) == ("object", 1, "cup")


def test_one_thing_is_searched_for_at_a_time(furnished_map, tmp_path, console):
    for text, image in ((None, None), ("cup", tmp_path / "a.png")):
        with pytest.raises(CogmapError, match="say what to look for"):
            search_map(furnished_map, text, image, None, 5, False, console)
    with pytest.raises(CogmapError, match="--image needs --model"):
        search_map(furnished_map, None, tmp_path / "a.png", None, 5, False, console)
    with pytest.raises(CogmapError, match=r"no picture can be read: .*a\.png"):
        search_map(furnished_map, None, tmp_path / "a.png", "model", 5, False, console)


def test_words_are_compared_with_looks_where_a_model_is_given(pictured_map, console, monkeypatch):
    def encoder_of(model: str, space: str) -> TextEncoder:
        tables = np.array([[1, 0]], np.float32)
        return TextEncoder(space, 2, lambda texts: np.repeat(tables, len(texts), axis=0))

    monkeypatch.setattr("cogmap.launch.listing.load_clip_encoder", encoder_of)
    search_map(pictured_map, "xyzzy", None, "looks", 1, True, console)
    (hit,) = json.loads(console.export_text())
    assert hit["why"] == "image encoder" and "table" in hit["label"]
    search_map(pictured_map, "xyzzy", None, "others", 1, False, console)
    said = console.export_text()
    assert "is of space 'others', the map's image embeddings are of 'looks'" in said


def test_a_model_that_cannot_be_loaded_is_named(furnished_map, tmp_path, console):
    with pytest.raises(CogmapError, match="give the folder of a CLIP or SigLIP model"):
        search_map(furnished_map, "cup", None, str(tmp_path), 1, False, console)
