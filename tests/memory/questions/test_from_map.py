from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.objects.sighting_history import Sightings
from cogmap.memory.questions import generate
from cogmap.memory.questions.from_map import headings, scene_of_map
from cogmap.memory.questions.generation import questions_at
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import Box, Layout, MapObject, Placement

LOOKS_ALONG_Y = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 1], [0, 0, 0, 1]], np.float64)


def thing(number: int, label: str, x: float, **fields) -> MapObject:
    box = Box(center=(x, 0, 0.5), size=(1, 1, 1))
    stamps = {"first_seen_ns": 0, "last_seen_ns": 90, **fields}
    return MapObject(id=number, label=label, box=box, confidence=1, **stamps)


@pytest.fixture
def scene():
    """Ten frames; the lamp comes into view in the fifth one."""
    trajectory = Trajectory()
    trajectory.add_keyframe(0, np.eye(4))
    for number in range(10):
        trajectory.add(number, 10 * number, 0, LOOKS_ALONG_Y)
    was = Placement(box=Box(center=(9, 0, 0.5), size=(1, 1, 1)), first_seen_ns=0, last_seen_ns=40)
    objects = (
        thing(1, "sofa", 0),
        thing(2, "lamp", 3, state="moved", placements=(was,)),
        thing(3, "vase", 6, state="removed", last_seen_ns=50),
        thing(4, "desk", 6),
    )
    layout = Layout(stamp_ns=90, version=1, number=9, objects=objects)

    def sightings(number: int) -> Sightings:
        if number == 4:
            return Sightings(
                *(np.zeros(0, t) for t in (np.int64, np.uint8, np.float32, np.float32))
            )
        first = 4 if number == 2 else 0
        rows = (np.array([v]) for v in (first, 3, 0.5, 0.1))
        return Sightings(*rows)

    return scene_of_map(layout, trajectory, sightings)


def test_who_looks_along_y_looks_along_y(scene):
    np.testing.assert_allclose(scene.yaws, np.pi / 2)
    assert headings(LOOKS_ALONG_Y[None]).tolist() == [np.pi / 2]


def test_things_are_where_they_were_when(scene):
    lamp = scene.things[1]
    assert (lamp.box_at(40).center[0], lamp.box_at(41).center[0]) == (9, 3)
    assert lamp.views.clear.tolist() == [False] * 4 + [True] * 6


def test_what_is_gone_has_been_seen_but_is_not_there(scene):
    now = scene.moment(90)
    assert {placed.label for placed in now.things} == {"sofa", "lamp", "desk"}
    types = ["quantity_so_far", "is_still_there", "object_count"]
    items = questions_at(now, 60, seed=1, types=types)
    asked = {item.question: item.answer for item in items}
    assert asked["How many vases have you seen so far?"] == 1
    assert asked["Is the vase still there?"] == "no"
    assert "How many vases are there?" not in asked


def test_of_what_was_entered_nobody_asks_when_it_was_seen(scene):
    items = generate(scene, 100, types=["first_seen_turn", "appearance_order", "object_count"])
    assert any("desk" in item.question for item in items)
    assert not any("desk" in i.question for i in items if i.type != "object_count")
