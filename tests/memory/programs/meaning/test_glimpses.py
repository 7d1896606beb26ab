from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.glimpses import glimpsed, refuse_glimpsed
from cogmap.memory.programs.run import answer_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, Layout, MapObject, OccupancyGrid


def thing(number: int, label: str, seen: int, state: str = "tentative") -> MapObject:
    box = Box(center=(2.0, 2.0, 0.5), size=(0.5, 0.5, 1.0))
    return MapObject(
        id=number, label=label, box=box, confidence=0.4, seen=seen, state=state,
        first_seen_ns=0, last_seen_ns=0,
    )  # fmt: skip


def world(*things: MapObject, floor: bool = True) -> World:
    cells = np.ones((80, 80), np.uint8)  # free, 4 x 4 m
    grid = OccupancyGrid(stamp_ns=0, resolution_m=0.05, origin=(0, 0), cells=cells, floor_z=0.0)
    layout = Layout(stamp_ns=0, version=1, number=0, objects=things)
    return World(layout, grid=grid if floor else None)


def test_what_was_glimpsed_is_said_with_where_to_look():
    answer = answer_program(world(thing(1, "vase", 3)), 'size(find("vases"))')
    assert answer.status == "not_determinable"
    x, y, _ = answer.viewpoint.position
    assert 0.3 < np.hypot(x - 2, y - 2) < 2.5  # it may be larger than what was seen of it
    ahead = (2 - x) * np.cos(answer.viewpoint.yaw) + (2 - y) * np.sin(answer.viewpoint.yaw)
    assert ahead == pytest.approx(np.hypot(x - 2, y - 2), abs=0.05)


def test_without_free_floor_there_is_nowhere_to_look_from():
    with pytest.raises(NotDeterminable) as caught:
        refuse_glimpsed(world(thing(1, "vase", 3), floor=False), "vase")
    assert caught.value.viewpoint is None


def test_one_frame_is_a_mistake_more_often_than_not():
    assert answer_program(world(thing(1, "vase", 1)), 'size(find("vase"))').status == "not_seen"


def test_those_seen_most_come_first_and_others_do_not_count():
    seen = world(thing(1, "vase", 2), thing(2, "vase", 5), thing(3, "bowl", 9))
    assert [each.id for each in glimpsed(seen, "vase")] == [2, 1]


def test_another_name_of_what_was_glimpsed_is_not_unseen():
    answer = answer_program(world(thing(1, "sofa", 3)), 'size(find("couch"))')
    assert answer.status == "not_determinable" and answer.viewpoint is not None


def test_what_is_known_is_not_refused():
    both = world(thing(1, "vase", 3), thing(2, "vase", 30, state="present"))
    assert answer_program(both, 'count(find("vase"))').value == 1
