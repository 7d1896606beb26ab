from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.formats.layout_json import (
    LayoutError,
    layout_bytes,
    layout_from_json,
    layout_to_json,
    read_layout,
)
from cogmap.memory.formats.layout_schema import layout_schema
from cogmap.runtime.messages import (
    Box,
    Door,
    Layout,
    MapObject,
    ObjectView,
    Placement,
    Room,
    Wall,
)

SCHEMA_FILE = Path(__file__).parents[3] / "docs" / "layout.schema.json"
VALID = jsonschema.Draft202012Validator(layout_schema())

number = st.floats(allow_nan=False, allow_infinity=False)
length = st.floats(0, 1e6)
share = st.floats(0, 1)
count = st.integers(0, 10**9)
stamp = st.integers(-(2**62), 2**62)
point = st.tuples(number, number)
boxes = st.builds(
    Box,
    center=st.tuples(number, number, number),
    size=st.tuples(length, length, length),
    yaw=number,
)
placements = st.builds(
    Placement, box=boxes, room=st.integers(-1, 9), first_seen_ns=stamp, last_seen_ns=stamp
)
views = st.builds(
    ObjectView,
    keyframe=st.integers(-1, 10**6),
    box=st.tuples(number, number, number, number),
    pixels=count,
    cut=share,
)
objects = st.builds(
    MapObject,
    id=st.integers(1, 10**6),
    label=st.text(),
    labels=st.dictionaries(st.text(), share, max_size=3),
    box=boxes,
    confidence=share,
    state=st.sampled_from(["tentative", "present", "moved", "removed", "deleted"]),
    dynamic=st.booleans(),
    room=st.integers(-1, 9),
    first_seen_ns=stamp,
    last_seen_ns=stamp,
    seen=count,
    placements=st.lists(placements, max_size=2).map(tuple),
    views=st.lists(views, max_size=2).map(tuple),
    detectors=st.lists(st.text(), max_size=2).map(tuple),
    pose_revision=count,
    ambiguous_with=st.lists(st.integers(1, 99), max_size=2).map(tuple),
)
rooms = st.builds(
    Room,
    id=st.integers(0, 99),
    label=st.text(),
    confidence=share,
    polygon=st.lists(point, max_size=4).map(tuple),
    area_m2=length,
    neighbours=st.lists(st.integers(0, 99), max_size=2).map(tuple),
    objects=st.lists(st.integers(1, 99), max_size=2).map(tuple),
)
doors = st.builds(
    Door,
    id=st.integers(0, 99),
    center=point,
    width_m=length,
    yaw=number,
    rooms=st.lists(st.integers(0, 99), max_size=2).map(tuple),
)
walls = st.builds(Wall, start=point, end=point, height_m=length)


def several(things: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(things, max_size=3, unique_by=lambda thing: thing.id).map(tuple)


layouts = st.builds(
    Layout,
    stamp_ns=stamp,
    version=count,
    number=st.integers(-1, 10**6),
    objects=several(objects),
    rooms=several(rooms),
    doors=several(doors),
    walls=st.lists(walls, max_size=3).map(tuple),
    floor_z=st.none() | number,
)

SMALL = Layout(
    stamp_ns=7,
    version=3,
    number=12,
    objects=(
        MapObject(
            id=4,
            label="cup",
            labels={"cup": 0.9, "bowl": 0.1},
            box=Box(center=(1.0, 2.0, 0.8), size=(0.1, 0.1, 0.1)),
            confidence=0.9,
            first_seen_ns=1,
            last_seen_ns=7,
            views=(ObjectView(keyframe=3, box=(1.0, 2.0, 30.0, 40.0), pixels=900, cut=0.0),),
        ),
    ),
    rooms=(Room(id=0, polygon=((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0)), area_m2=12.0),),
)


def exactly(layout: Layout) -> bytes:
    return msgspec.msgpack.encode(layout)


@settings(deadline=None, max_examples=60)
@given(layouts)
def test_a_layout_comes_back_exactly_and_fits_the_schema(layout):
    text = layout_bytes(layout)
    assert exactly(layout_from_json(json.loads(text))) == exactly(layout)
    VALID.validate(layout_to_json(layout))
    assert layout_bytes(layout_from_json(json.loads(text))) == text


def test_the_documented_schema_is_the_one_in_force():
    jsonschema.Draft202012Validator.check_schema(layout_schema())
    assert json.loads(SCHEMA_FILE.read_text()) == layout_schema(), (
        "run: python -m cogmap.memory.formats.layout_schema > docs/layout.schema.json"
    )


def test_the_example_of_the_docs_is_a_layout():
    text = SCHEMA_FILE.with_name("layout.md").read_text()
    example = json.loads(text.split("```json\n")[1].split("```")[0])
    VALID.validate(example)
    layout = layout_from_json(example)
    assert layout.objects and layout.rooms and layout.doors and layout.walls


def test_what_is_left_out_gets_its_default():
    layout = layout_from_json(
        {
            "format": "cogmap-layout",
            "format_version": 1,
            "objects": [
                {"id": 1, "label": "sofa", "box": {"center": [1, 2, 0.4], "size": [2, 1, 0.8]}}
            ],
            "rooms": [{"id": 0, "polygon": [[0, 0], [4, 0], [4, 3], [0, 3]]}, {"id": 1}],
        }
    )
    sofa = layout.objects[0]
    assert sofa.is_here and sofa.confidence == 1.0 and sofa.room == -1 and sofa.box.yaw == 0.0
    assert [room.area_m2 for room in layout.rooms] == [12.0, 0.0]
    assert layout.floor_z is None


def put(data: dict, path: list, value: object) -> dict:
    data = copy.deepcopy(data)
    part = data
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["format"], "cogmp", "format is 'cogmp', not \"cogmap-layout\""),
        (["format_version"], None, "lacks the field format_version"),
        (["format_version"], 2, "update cogmap"),
        (["format_version"], "1", "format_version: expected int, got str"),
        (["units"], {"length": "cm"}, "units.length: Invalid enum value 'cm'"),
        (["objcts"], [], "unknown field 'objcts'; the nearest known one is objects"),
        (["objects", 0, "zzzzzz"], 1, "objects[0] has an unknown field 'zzzzzz'; leave it out"),
        (["objects", 0, "box", "size", 1], "x", "objects[0].box.size[1]: expected float, got str"),
        (["objects", 0, "box", "size", 1], -1, "objects[0].box.size[1]: expected float >= 0"),
        (["objects", 0, "box", "yaw"], float("nan"), "objects[0].box.yaw of the layout is nan"),
        (["map_version"], 2**63, "map_version of the layout is beyond 64 bits"),
        (["objects", 0, "label"], "\ud800", "objects[0].label of the layout is no text"),
        (["objects", 0, "box", "center"], [1, 2], "objects[0].box.center: expected array of"),
        (["objects", 0, "confidence"], 1.5, "objects[0].confidence: expected float <= 1"),
        (["objects", 0, "state"], "lost", "objects[0].state: Invalid enum value 'lost'"),
        (["objects", 0, "id"], 0, "objects[0].id: expected int >= 1"),
        (["objects", 0], {"id": 1}, "objects[0]: Object missing required field label"),
        (["rooms"], [{"id": 2}, {"id": 2}], "rooms[0] and rooms[1] have the same id 2"),
        (["rooms", 0], {"id": 0, "polygon": [[0, 0]]}, "needs three corners"),
    ],
)
def test_bad_fields_are_named_with_the_fix(path, value, message):
    with pytest.raises(LayoutError) as error:
        layout_from_json(put(layout_to_json(SMALL), path, value))
    assert message in str(error.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=5), inner)
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), value=json_values)
def test_whatever_stands_in_a_field_is_read_or_refused_in_words(data, value):
    good = layout_to_json(SMALL)
    path: list = []
    part: object = good
    while isinstance(part, (dict, list, tuple)) and part:
        steps = list(part) if isinstance(part, dict) else range(len(part))
        path.append(data.draw(st.sampled_from(list(steps))))
        part = part[path[-1]]
        if data.draw(st.booleans()):
            break
    broken = json.loads(json.dumps(good))
    try:
        layout = layout_from_json(put(broken, path, value))
    except LayoutError:
        return
    assert exactly(layout_from_json(layout_to_json(layout))) == exactly(layout)


def test_a_number_that_json_has_not_is_refused_in_writing():
    bad = msgspec.structs.replace(SMALL, floor_z=float("inf"))
    with pytest.raises(LayoutError, match="floor_z of the layout is inf"):
        layout_to_json(bad)


def test_files_are_named_in_errors(tmp_path):
    path = tmp_path / "layout.json"
    with pytest.raises(LayoutError, match=r"no layout can be read: .*layout\.json"):
        read_layout(path)
    path.write_text('{"format": ')
    with pytest.raises(LayoutError, match=r"this is not JSON: .*layout\.json"):
        read_layout(path)
    path.write_text('{"format": "else"}')
    with pytest.raises(LayoutError, match=r"format is 'else'.*layout\.json"):
        read_layout(path)
    path.write_bytes(b"[" * 100_000)
    with pytest.raises(LayoutError, match="not JSON"):
        read_layout(path)
    path.write_bytes(layout_bytes(SMALL))
    assert exactly(read_layout(path)) == exactly(SMALL)


def test_an_object_takes_one_line():
    lines = layout_bytes(SMALL).decode().splitlines()
    assert sum('"cup"' in line for line in lines) == 1
