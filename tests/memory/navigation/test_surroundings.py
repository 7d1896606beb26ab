"""What is known of the floor, put together."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.navigation.floor import with_low_things
from cogmap.memory.navigation.known import Body, Pose2
from cogmap.memory.navigation.motion import Motion
from cogmap.memory.navigation.surroundings import Surroundings
from cogmap.memory.paths.floor import states_at
from cogmap.runtime.messages import FREE, OCCUPIED, Door
from tests.memory.navigation.floors import known, open_floor, thing

WORLD = known(open_floor())


def doors_known(*maps: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Where doors are known after maps with doors at these places."""
    motion, around = Motion(Body()), Surroundings(Body())
    motion.take_pose(0, Pose2(1.0, 1.0, 0.0))
    for places in maps:
        doors = tuple(
            Door(id=number, center=at, width_m=0.9, yaw=0.0, rooms=())
            for number, at in enumerate(places)
        )
        around.take_map(WORLD.grid, msgspec.structs.replace(WORLD.layout, doors=doors))
    found = around.known(motion)
    assert found is not None
    return [door.center for door in found[0].layout.doors]


def test_a_door_that_was_closed_is_still_a_door():
    assert doors_known(((3.0, 2.0), (5.0, 1.0)), ((5.1, 1.0),)) == [(5.1, 1.0), (3.0, 2.0)]


@given(st.lists(st.lists(st.tuples(*[st.floats(0, 6)] * 2), max_size=3).map(tuple), max_size=4))
def test_doors_are_kept_and_none_twice(maps):
    before, found = doors_known((), *maps[:-1]), doors_known((), *maps)
    for at in (*before, *(maps[-1] if maps else ())):
        assert min(math.dist(at, each) for each in found) <= 0.5
    newest = len(maps[-1]) if maps else 0
    for number in range(newest, len(found)):
        assert all(math.dist(found[number], each) > 0.5 for each in found[:newest])


@pytest.mark.parametrize(
    ("label", "size", "state", "found"),
    [
        ("shoes", (0.3, 0.2, 0.09), "present", OCCUPIED),
        ("shoes", (0.3, 0.2, 0.09), "removed", FREE),
        ("rug", (1.5, 1.0, 0.04), "present", FREE),
        ("dining table", (1.5, 1.0, 0.75), "present", FREE),
    ],
)
def test_low_things_of_the_map_are_in_the_way(label, size, state, found):
    """What is higher the grid has, and it knows what is free below a table."""
    mapped = known(open_floor())
    there = thing(1, label, (3.0, 2.0, size[2] / 2), size, state=state)
    motion, around = Motion(Body()), Surroundings(Body())
    motion.take_pose(0, Pose2(1.0, 1.0, 0.0))
    around.take_map(mapped.grid, msgspec.structs.replace(mapped.layout, objects=(there,)))
    seen = around.known(motion)
    assert seen is not None
    corners = np.array([[2.9, 1.93], [3.1, 2.07], [3.0, 2.0]])
    assert set(states_at(seen[0].grid, corners).tolist()) == {found}
    assert (seen[1].at(corners).min() < 0.1) == (found == OCCUPIED)


@pytest.mark.parametrize(("ends", "found"), [(3.0, FREE), (1.5, OCCUPIED)])
def test_what_it_stands_on_is_left_and_what_came_onto_its_way_is_not_driven_into(ends, found):
    mapped = known(open_floor())
    mat = thing(1, "mat", (3.0, 2.0, 0.04), (1.0, 1.0, 0.08))
    motion, around = Motion(Body()), Surroundings(Body())
    for number, x in enumerate((1.0, 3.0, ends)):
        motion.take_pose(number * 10**9, Pose2(x, 2.0, 0.0))
    around.take_map(mapped.grid, msgspec.structs.replace(mapped.layout, objects=(mat,)))
    seen = around.known(motion)
    assert seen is not None
    assert set(states_at(seen[0].grid, np.array([[3.0, 2.0], [3.4, 2.4]])).tolist()) == {found}


def test_low_things_hide_what_is_behind_them_up_to_their_tops():
    cells = open_floor()
    mapped = known(cells, top=np.where(cells == OCCUPIED, 30, 0).astype(np.uint8))
    shoes = thing(1, "shoes", (3.0, 2.0, 0.05), (0.3, 0.2, 0.1))
    layout = msgspec.structs.replace(mapped.layout, objects=(shoes,))
    grid = with_low_things(mapped.grid, layout, (1.0, 1.0))
    assert grid.top is not None
    assert set(grid.top[(grid.cells == OCCUPIED) & (cells == FREE)].tolist()) == {2}
