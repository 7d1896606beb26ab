"""Journeys of a robot on floors drawn by hand: what it drives, what it says, how it ends."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.memory.navigation.journey import Journey, JourneyError
from cogmap.memory.navigation.making import GoalError
from cogmap.runtime.messages import OCCUPIED, Goal, JourneyRequest, OccupancyGrid
from tests.memory.navigation.floors import CELL_M, open_floor, paint
from tests.memory.navigation.robots import NOTHING, Robot


def grid_of(cells):
    return OccupancyGrid(
        stamp_ns=0, resolution_m=CELL_M, origin=(0.0, 0.0), cells=cells, floor_z=0.0
    )


def to(x, y, **more):
    return JourneyRequest(stamp_ns=0, goals=(Goal(kind="point", point=(x, y)),), **more)


def two_rooms(gap=(1.5, 2.5)):
    """Two rooms, a wall at x = 3 between them with a gap."""
    return paint(paint(open_floor(), 3.0, 0.0, 3.1, gap[0]), 3.0, gap[1], 3.1, 4.0)


def robot(cells, start=(1.0, 1.0, 0.0), world=None, **more):
    """One that knows the floor ``cells``, in a world that may be another."""
    journey = Journey()
    made = Robot(journey, grid_of(cells if world is None else world), start, **more)
    journey.take_map(grid_of(cells), NOTHING)
    made.frame()
    return made


def states(made):
    found = [progress.state for progress in made.progress]
    return [state for state, before in zip(found, [None, *found], strict=False) if state != before]


@pytest.mark.parametrize("rate_hz", [5.0, 15.0])
def test_it_goes_to_a_point_through_a_gap_and_touches_nothing(rate_hz):
    made = robot(two_rooms(), rate_hz=rate_hz)
    first = made.journey.begin(to(5.0, 1.0))
    assert first.state == "driving"
    assert first.remaining_m > 4.0
    last = made.go()
    assert last.state == "arrived"
    assert math.dist((made.state.x, made.state.y), (5.0, 1.0)) <= 0.05
    assert made.bumps == 0
    assert last.driven_m <= 1.1 * first.remaining_m
    assert made.twists[-2].linear_mps == 0.0


def test_several_goals_are_reached_in_turn_and_it_comes_back():
    made = robot(two_rooms())
    goals = (Goal(kind="point", point=(5.0, 1.0)), Goal(kind="return"))
    made.journey.begin(JourneyRequest(stamp_ns=0, goals=goals))
    assert made.go().state == "arrived"
    assert {progress.step for progress in made.progress} == {0, 1}
    assert math.dist((made.state.x, made.state.y), (1.0, 1.0)) <= 0.05


def test_what_cannot_be_reached_is_refused_at_once_with_the_reason():
    made = robot(two_rooms(gap=(2.0, 2.0)))
    refused = made.journey.begin(to(5.0, 1.0))
    assert refused.state == "failed"
    assert "no way" in refused.text
    assert not made.journey.active


@pytest.mark.parametrize("goals", [(), (Goal(kind="point"),), (Goal(kind="find", label=" "),)])
def test_goals_that_say_nothing_are_an_error(goals):
    with pytest.raises(GoalError):
        Journey().begin(JourneyRequest(stamp_ns=0, goals=goals))


def test_a_way_that_is_blocked_later_is_left_within_a_frame():
    cells = paint(two_rooms(), 3.0, 0.5, 3.1, 1.2, 1)  # two gaps
    made = robot(cells)
    made.journey.begin(to(5.0, 1.0))
    for _ in range(15):
        made.frame()
    shut = paint(cells.copy(), 3.0, 0.5, 3.1, 1.2)
    made.space = Robot(Journey(), grid_of(shut), (0, 0, 0)).space
    made.journey.take_map(grid_of(shut), NOTHING)
    made.frame()
    assert made.progress[-1].state in ("driving", "turning")
    path = made.journey.step(made.stamp_ns + 10**9)[1].path
    crossing = path[np.abs(path[:, 0] - 3.05).argmin()]
    assert 1.5 < crossing[1] < 2.5
    assert made.go().state == "arrived"
    assert made.bumps == 0


def test_a_new_way_that_is_blocked_too_is_left_within_200_ms():
    """What is in the way shows itself bit by bit."""
    third = paint(two_rooms(gap=(1.7, 2.3)), 3.0, 0.5, 3.1, 1.2, 1)
    cells = paint(third, 3.0, 2.9, 3.1, 3.5, 1)  # three gaps
    made = robot(cells)
    made.journey.begin(to(5.0, 1.0))
    for _ in range(8):
        made.frame()
    for low, high in ((0.5, 1.2), (1.7, 2.3)):
        cells = paint(cells.copy(), 3.0, low, 3.1, high)
        made.journey.take_map(grid_of(cells), NOTHING)
        made.frame()
    made.frame()
    made.frame()
    path = made.journey.path
    crossing = path[np.abs(path[:, 0] - 3.05).argmin()]
    assert 2.9 < crossing[1] < 3.5


def test_it_gives_up_with_the_reason_when_the_only_way_is_shut():
    made = robot(two_rooms())
    made.journey.begin(to(5.0, 1.0))
    for _ in range(15):
        made.frame()
    shut = two_rooms(gap=(2.0, 2.0))
    made.space = Robot(Journey(), grid_of(shut), (0, 0, 0)).space
    made.journey.take_map(grid_of(shut), NOTHING)
    last = made.go()
    assert last.state == "failed"
    assert "no way" in last.text
    assert "recovering" in states(made)
    assert made.bumps == 0
    assert made.twists[-2].linear_mps == 0.0


def test_frames_that_stop_stop_it_and_it_goes_on_when_they_come_again():
    made = robot(open_floor())
    made.journey.begin(to(5.0, 3.0))
    for _ in range(20):
        made.frame()
    for _ in range(12):
        made.frame(seen=False)
    assert made.progress[-1].state == "waiting"
    assert "no pose" in made.progress[-1].text
    assert made.twists[-1].linear_mps == made.twists[-1].angular_rps == 0.0
    assert made.go().state == "arrived"


def test_cancelled_it_stops_at_once_and_says_nothing_more_to_the_wheels():
    made = robot(open_floor())
    made.journey.begin(to(5.0, 3.0))
    for _ in range(20):
        made.frame()
    assert made.journey.cancel(made.stamp_ns, "you").state == "cancelled"
    made.frame()
    assert (made.twists[-1].linear_mps, made.twists[-1].angular_rps) == (0.0, 0.0)
    made.frame()
    assert made.twists[-1] is None
    assert made.progress[-1].text == "cancelled by you"


def test_another_client_has_to_preempt():
    made = robot(open_floor())
    made.journey.begin(to(5.0, 3.0, client="a"))
    made.frame()
    with pytest.raises(JourneyError, match="a is on a journey"):
        made.journey.begin(to(1.0, 3.0, client="b"))
    second = made.journey.begin(to(1.0, 3.0, client="b", preempt=True))
    assert (second.journey, second.client) == (2, "b")
    assert made.go().state == "arrived"
    assert states(made).count("preempted") == 1
    assert math.dist((made.state.x, made.state.y), (1.0, 3.0)) <= 0.05


def test_who_asked_may_change_their_mind():
    made = robot(open_floor())
    made.journey.begin(to(5.0, 3.0, client="a"))
    made.frame()
    assert made.journey.begin(to(1.0, 3.0, client="a")).journey == 2


def test_a_robot_that_does_not_move_when_told_says_so_and_stops():
    made = robot(open_floor(), rate_hz=5.0, told=lambda twist: (0.0, 0.0))
    made.journey.begin(to(5.0, 3.0))
    last = made.go()
    assert last.state == "failed"
    assert "does not move" in last.text


@pytest.mark.parametrize("y", [1.2, 1.48, 1.5, 1.58])
def test_a_glass_wall_that_no_camera_sees_is_gone_around(y):
    glass = paint(open_floor(), 3.0, 0.0, 3.1, 2.6)
    made = robot(open_floor(), start=(1.0, y, 0.0), world=glass)
    made.journey.begin(to(5.0, 1.5))
    assert made.go(240.0).state == "arrived"
    assert "recovering" in states(made)


def test_a_pose_that_jumps_makes_a_new_way():
    made = robot(open_floor())
    made.journey.begin(to(5.0, 3.0))
    for _ in range(20):
        made.frame()
    made.state = type(made.state)(1.0, 3.0, 2.0)
    assert made.go().state == "arrived"
    assert math.dist((made.state.x, made.state.y), (5.0, 3.0)) <= 0.05


def test_without_a_map_it_waits_and_sets_out_when_one_comes():
    journey = Journey()
    made = Robot(journey, grid_of(open_floor()), (1.0, 1.0, 0.0))
    assert journey.begin(to(2.0, 2.0)).state == "waiting"
    made.frame()
    assert made.progress[-1].state == "looking"
    journey.take_map(grid_of(open_floor()), NOTHING)
    assert made.go().state == "arrived"
    assert made.journey.cancel(made.stamp_ns).state == "arrived"


def test_the_same_calls_give_the_same_commands():
    def commands():
        made = robot(two_rooms())
        made.journey.begin(to(5.0, 1.0))
        made.go()
        return [(t.linear_mps, t.angular_rps) for t in made.twists if t is not None]

    assert commands() == commands()


def test_a_thing_in_the_way_is_never_touched_wherever_it_stands():
    for y in np.arange(1.0, 3.01, 0.5):
        cells = paint(open_floor(), 2.5, y - 0.3, 3.1, y + 0.3)
        made = robot(cells, start=(1.0, 2.0, 0.0))
        made.journey.begin(to(5.0, 2.0))
        assert made.go().state == "arrived"
        assert made.bumps == 0
        assert (cells == OCCUPIED).any()
