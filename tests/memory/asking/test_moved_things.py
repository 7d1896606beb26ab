"""Which of several was moved, and what was where before it was moved."""

from __future__ import annotations

import msgspec
import pytest

from cogmap.memory.asking import ask
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, MapEvent, Placement, Question


@pytest.fixture
def changed(house) -> World:
    """Chair 10 stood in the kitchen before it was moved to the bedroom; no other chair moved."""
    old = Box(center=(2.0, 2.0, 0.55), size=(0.6, 0.6, 1.1))
    before = Placement(box=old, room=1, first_seen_ns=0, last_seen_ns=40 * 10**9)
    objects = tuple(
        msgspec.structs.replace(each, placements=(before,), state="moved")
        if each.id == 10
        else each
        for each in house.layout.objects
    )
    moved = MapEvent(
        stamp_ns=50 * 10**9, version=5, number=50, kind="moved", object_id=10, label="chair"
    )
    layout = msgspec.structs.replace(house.layout, objects=objects)
    return World(layout, events=(moved,), pose=house.agent, start_ns=0)


def asked(world, text):
    return ask(world, Question(stamp_ns=0, text=text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("when was the chair moved?", 50.0),
        ("how far was the chair moved?", 5.0),
        ("where was the chair before it was moved?", "kitchen"),
        ("how many things were moved?", 1),
        ("how many chairs have been moved?", 1),
        ("what happened to the chair in the kitchen?", ("chair 10 was moved",)),
        ("did anything move in the kitchen?", ("chair 10 was moved",)),
        ("how tall is the chair that was in the kitchen?", 1.1),
        ("what has changed in the first 30 seconds?", ()),
    ],
)
def test_the_one_that_was_moved_is_meant(changed, text, value):
    answer = asked(changed, text)
    assert answer.status == "answered"
    assert answer.value == (pytest.approx(value) if isinstance(value, float) else value)


def test_where_none_of_several_was_moved_that_is_said(house):
    answer = asked(house, "when was the chair moved?")
    assert (answer.status, answer.value) == ("not_seen", None)
    assert "none of the 3 chairs" in answer.text.lower()
