"""Why no way leads somewhere, on floors drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from cogmap.memory.navigation.errands import way_or_reason
from cogmap.memory.navigation.known import Body, Pose2, Stand
from cogmap.memory.paths.grid_paths import Paths
from cogmap.runtime.messages import FREE, UNKNOWN, Door, Wall
from tests.memory.navigation.floors import known, open_floor, paint, room, thing

BODY = Body()
THERE = (Stand(Pose2(4.5, 2.0, 0.0)),)


def two_rooms(gap=(1.5, 2.5)):
    """A wall at x = 3 with a gap in it."""
    cells = paint(open_floor(), 3.0, 0.0, 3.1, 4.0)
    return paint(cells, 3.0, gap[0], 3.1, gap[1], FREE) if gap else cells


def test_an_object_in_the_way_is_named():
    cells = paint(two_rooms(), 2.9, 1.5, 3.3, 2.5)
    sofa = thing(7, "sofa", (3.1, 2.0, 0.4), (0.4, 1.0, 0.8))
    chair = thing(8, "chair", (1.0, 3.0, 0.4), (0.4, 0.4, 0.8))
    refusal = way_or_reason(known(cells, objects=(sofa, chair)), BODY, THERE, False)
    assert refusal.blocked_by == (7,)
    assert "blocked by the sofa" in refusal.text


def test_what_one_could_go_around_is_not_in_the_way():
    cells = paint(two_rooms(), 2.9, 1.5, 3.3, 2.5)
    cells = paint(cells, 1.6, 1.1, 2.3, 1.8)
    sofa = thing(7, "sofa", (3.1, 2.0, 0.4), (0.4, 1.0, 0.8))
    cup = thing(8, "cup", (3.1, 2.0, 0.9), (0.1, 0.1, 0.1))
    table = thing(9, "table", (1.95, 1.45, 0.4), (0.7, 0.7, 0.8))
    refusal = way_or_reason(known(cells, objects=(sofa, cup, table)), BODY, THERE, False)
    assert refusal.blocked_by == (7,)


def test_of_a_crowd_in_the_way_only_what_has_to_go_is_named_and_no_search_is_made_for_each(
    monkeypatch,
):
    cells = paint(two_rooms(), 2.9, 1.5, 3.3, 2.5)
    sofa = thing(7, "sofa", (3.1, 2.0, 0.4), (0.4, 1.0, 0.8))
    cups = [thing(10 + k, "cup", (3.1, 1.6 + 0.1 * k, 0.9), (0.1, 0.1, 0.1)) for k in range(9)]
    searches = []
    monkeypatch.setattr(Paths, "shortest", _counted(Paths.shortest, searches))
    refusal = way_or_reason(known(cells, objects=(sofa, *cups)), BODY, THERE, False)
    assert refusal.blocked_by == (7,)
    assert len(searches) <= 5


def _counted(work, calls):
    def counting(*values):
        calls.append(None)
        return work(*values)

    return counting


def test_a_closed_door_is_named_by_its_rooms():
    cells = two_rooms(gap=None)
    door = Door(id=1, center=(3.05, 2.0), width_m=1.0, yaw=1.5708, rooms=(1, 2))
    rooms = (room(1, "hall", 0, 0, 3, 4), room(2, "kitchen", 3.1, 0, 6, 4))
    refusal = way_or_reason(known(cells, rooms=rooms, doors=(door,)), BODY, THERE, False)
    assert refusal.text.startswith("the door between the hall and the kitchen is closed")


def test_the_unknown_is_named_by_where_it_begins():
    refusal = way_or_reason(
        known(paint(open_floor(), 3.0, 0.05, 3.5, 3.95, UNKNOWN)), BODY, THERE, False
    )
    assert refusal.unknown == pytest.approx((3.0, 1.6), abs=0.15)
    assert "allow ways through the unknown" in refusal.text


def test_what_is_too_narrow_says_who_would_pass():
    refusal = way_or_reason(known(two_rooms(gap=(1.85, 2.15))), BODY, THERE, False)
    assert "too narrow for a radius of 0.18 m" in refusal.text


def test_walls_all_around_leave_nothing():
    refusal = way_or_reason(known(two_rooms(gap=None)), BODY, THERE, False)
    assert "closed off on all sides" in refusal.text


def test_without_floor_around_it_nobody_drives():
    refusal = way_or_reason(known(paint(open_floor(), 0.0, 0.0, 3.0, 4.0)), BODY, THERE, False)
    assert "no floor around the robot" in refusal.text


def test_what_hangs_on_a_wall_does_not_take_the_wall_away():
    """Things at both sides of a wall, and a picture on it, are no way through it."""
    cells = paint(two_rooms(gap=None), 2.5, 1.7, 3.6, 2.3)
    sink = thing(7, "sink", (2.75, 2.0, 0.4), (0.5, 0.6, 0.8))
    picture = thing(8, "picture", (3.0, 2.0, 1.5), (0.04, 0.6, 0.4))
    table = thing(9, "table", (3.35, 2.0, 0.4), (0.5, 0.6, 0.8))
    walls = (Wall(start=(3.0, 0.0), end=(3.0, 4.0), height_m=2.5),)
    at_it = known(cells, objects=(sink, picture, table))
    assert way_or_reason(at_it, BODY, THERE, False).blocked_by  # without walls nobody knows
    layout = msgspec.structs.replace(at_it.layout, walls=walls)
    refusal = way_or_reason(replace(at_it, layout=layout), BODY, THERE, False)
    assert "closed off on all sides" in refusal.text


def test_where_to_explore_is_said_besides_what_is_in_the_way():
    cells = paint(two_rooms(), 2.9, 1.5, 3.3, 2.5)
    cells = paint(cells, 3.0, 2.8, 3.1, 3.6, UNKNOWN)
    sofa = thing(7, "sofa", (3.1, 2.0, 0.4), (0.4, 1.0, 0.8))
    refusal = way_or_reason(known(cells, objects=(sofa,)), BODY, THERE, False)
    assert refusal.blocked_by == (7,)
    assert refusal.unknown == pytest.approx((3.05, 3.1), abs=0.25)
    assert "blocked by the sofa" in refusal.text
    assert "or explore from" in refusal.text


@pytest.mark.parametrize("depth_m", [0.4, 0.8])
def test_what_stands_in_a_doorway_is_no_wall(depth_m):
    """The wall is found right across a doorway that is shut: what shuts it is named."""
    case = thing(7, "bookcase", (3.05, 2.0, 0.9), (depth_m, 1.0, 1.8))
    cells = paint(two_rooms(), 3.05 - depth_m / 2, 1.5, 3.05 + depth_m / 2, 2.5)
    door = Door(id=1, center=(3.05, 2.0), width_m=1.0, yaw=1.5708, rooms=(1, 2))
    floor = known(cells, objects=(case,), doors=(door,))
    walls = (Wall(start=(3.0, 0.0), end=(3.0, 4.0), height_m=2.5),)
    floor = replace(floor, layout=msgspec.structs.replace(floor.layout, walls=walls))
    refusal = way_or_reason(floor, BODY, THERE, False)
    assert refusal.blocked_by == (7,) or "door" in refusal.text


def test_walls_end_where_a_gap_begins():
    cells = paint(two_rooms(gap=(1.7, 2.25)), 2.9, 1.7, 3.3, 2.25)
    sofa = thing(7, "sofa", (3.1, 1.975, 0.4), (0.4, 0.55, 0.8))
    ends = ((0.0, 1.7), (2.25, 4.0))
    walls = tuple(Wall(start=(3.0, a), end=(3.0, b), height_m=2.5) for a, b in ends)
    floor = known(cells, objects=(sofa,))
    floor = replace(floor, layout=msgspec.structs.replace(floor.layout, walls=walls))
    assert way_or_reason(floor, BODY, THERE, False).blocked_by == (7,)
