"""Driving along lines, at few frames a second, past things and never into them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.navigation.driving import Driver, may_go
from cogmap.memory.navigation.known import Body, Pose2
from cogmap.memory.navigation.motion import Motion, Moving
from cogmap.memory.navigation.polyline import Polyline
from cogmap.memory.paths.clearance import Clearance
from tests.memory.navigation.floors import known, open_floor, paint

BODY = Body()


def clearance_of(cells):
    return Clearance(known(cells).grid)


def driven(points, yaw, start, period_s, clearance, told=1.0, steps=2000, least_mps=0.0):
    """Poses of an ideal robot, and what the driver wanted last. It does not move at all if it is
    told to be slower than ``least_mps``."""
    driver, motion = Driver(BODY, np.array(points), yaw), Motion(BODY)
    pose, velocity, poses = Pose2(*start), (0.0, 0.0), []
    for step in range(steps):
        stamp_ns = round(step * period_s * 1e9)
        motion.take_pose(stamp_ns, pose)
        command = driver.command(pose, motion.ahead(stamp_ns), clearance, motion.period_s)
        motion.note(stamp_ns, command.linear_mps, command.angular_rps)
        poses.append(pose)
        if command.doing in ("arrived", "blocked"):
            break
        yaw_now = pose.yaw + velocity[1] * period_s
        way = told * velocity[0] * period_s if abs(velocity[0]) >= least_mps else 0.0
        pose = Pose2(pose.x + way * math.cos(yaw_now), pose.y + way * math.sin(yaw_now), yaw_now)
        velocity = (command.linear_mps, command.angular_rps)
    return poses, command


@given(
    period_s=st.sampled_from([0.05, 0.1, 0.2]),
    start_yaw=st.floats(-3.1, 3.1),
    yaw=st.none() | st.floats(-3.1, 3.1),
    corners=st.lists(st.tuples(st.floats(0.8, 5.2), st.floats(0.8, 3.2)), min_size=1, max_size=4),
)
@settings(max_examples=15, deadline=None)
def test_it_stops_at_the_end_of_any_line_with_the_heading_that_is_wanted(
    period_s, start_yaw, yaw, corners
):
    clearance = clearance_of(open_floor())
    points = [(3.0, 2.0), *corners]
    poses, command = driven(points, yaw, (3.0, 2.0, start_yaw), period_s, clearance)
    assert command.doing == "arrived"
    assert math.dist(poses[-1].point, corners[-1]) <= 0.03
    if yaw is not None:
        assert abs(math.remainder(poses[-1].yaw - yaw, 2 * math.pi)) <= 0.06
    places = np.array([pose.point for pose in poses])
    assert clearance.at(places).min() >= BODY.radius_m


@pytest.mark.parametrize("yaw", [None, 0.0, 1.5])
@pytest.mark.parametrize("period_s", [0.05, 0.1, 0.2])
def test_where_poses_are_exact_it_ends_within_some_millimetres(yaw, period_s):
    line = [(1.0, 2.0), (4.0, 2.0)]
    poses, command = driven(line, yaw, (1.0, 2.0, 0.0), period_s, clearance_of(open_floor()))
    assert command.doing == "arrived"
    assert math.dist(poses[-1].point, line[-1]) <= 0.008


def test_a_robot_that_does_not_do_slow_commands_ends_as_well():
    for turned in np.linspace(-3.0, 3.0, 9):
        poses, command = driven(
            [(1.0, 2.0), (4.0, 2.3)], 1.0, (1.0, 2.0, turned), 0.2, clearance_of(open_floor()),
            least_mps=0.03,
        )  # fmt: skip
        assert command.doing == "arrived"
        assert math.dist(poses[-1].point, (4.0, 2.3)) <= 0.03


def test_who_measures_poses_with_some_jitter_ends_as_well():
    rng, clearance = np.random.default_rng(0), clearance_of(open_floor())
    for _ in range(10):
        end = tuple(rng.uniform((0.8, 0.8), (5.2, 3.2)))
        driver, motion = Driver(BODY, np.array([(3.0, 2.0), end]), 1.0), Motion(BODY)
        pose, velocity, command = Pose2(3.0, 2.0, 0.0), (0.0, 0.0), None
        for step in range(400):
            x, y, yaw = rng.normal((pose.x, pose.y, pose.yaw), (0.01, 0.01, 0.005))
            motion.take_pose(step * 100_000_000, Pose2(x, y, yaw))
            command = driver.command(
                Pose2(x, y, yaw), motion.ahead(step * 100_000_000), clearance, motion.period_s
            )
            motion.note(step * 100_000_000, command.linear_mps, command.angular_rps)
            if command.doing == "arrived":
                break
            yaw = pose.yaw + 0.1 * velocity[1]
            way = 0.1 * velocity[0]
            pose = Pose2(pose.x + way * math.cos(yaw), pose.y + way * math.sin(yaw), yaw)
            velocity = (command.linear_mps, command.angular_rps)
        assert command.doing == "arrived"
        assert math.dist(pose.point, end) <= 0.05


@pytest.mark.parametrize("told", [0.6, 1.2])
def test_wheels_that_slip_do_not_keep_it_from_arriving(told):
    points = [(1.0, 1.0), (4.0, 1.0), (4.0, 3.0)]
    poses, command = driven(points, 0.0, (1.0, 1.0, 0.0), 0.1, clearance_of(open_floor()), told)
    assert command.doing == "arrived"
    assert math.dist(poses[-1].point, (4.0, 3.0)) <= 0.05


def test_it_cuts_no_corner_towards_what_its_line_keeps_away_from():
    cells = paint(open_floor(), 2.0, 2.0, 2.3, 4.0)
    line = [(1.65, 3.5), (1.65, 2.0), (1.75, 1.7), (2.0, 1.6), (2.4, 1.6), (4.0, 1.6)]
    poses, command = driven(line, None, (1.65, 3.5, -1.57), 0.1, clearance_of(cells))
    assert command.doing == "arrived"
    places = np.array([pose.point for pose in poses])
    least_m = clearance_of(cells).at(Polyline(np.array(line)).stretch(0.0, 9.0)).min()
    assert clearance_of(cells).at(places).min() >= least_m - 0.06


def test_it_stops_before_a_thing_that_stands_on_its_line():
    cells = paint(open_floor(), 3.0, 0.0, 3.1, 4.0)
    poses, command = driven(
        [(1.0, 2.0), (5.0, 2.0)], None, (1.0, 2.0, 0.0), 0.1, clearance_of(cells)
    )
    assert command.doing == "blocked"
    assert 2.5 < poses[-1].x <= 3.0 - BODY.radius_m


@given(
    x=st.floats(0.5, 5.5), y=st.floats(0.5, 3.5), yaw=st.floats(-3.1, 3.1),
    linear=st.floats(-0.8, 0.8), angular=st.floats(-1.2, 1.2), now=st.floats(0, 0.8),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_what_may_go_on_can_stop_in_time(x, y, yaw, linear, angular, now):
    clearance = clearance_of(paint(open_floor(), 2.5, 1.5, 3.5, 2.5))
    if float(clearance.at(np.array([[x, y]]))[0]) < BODY.radius_m + 0.03:
        return
    now = math.copysign(now, linear)
    ahead = Moving(Pose2(x, y, yaw), now, 0.0)
    if not may_go(ahead, linear, angular, BODY, clearance, 0.1):
        return
    speed = max(abs(linear), abs(now))
    places, t, heading = [], 0.0, yaw
    px, py = x, y
    while speed > 0 and t < 3:  # for a period as told, then braking
        heading += angular * 0.01 if t < 0.1 else 0.0
        px += math.copysign(speed, linear) * 0.01 * math.cos(heading)
        py += math.copysign(speed, linear) * 0.01 * math.sin(heading)
        places.append((px, py))
        t += 0.01
        if t > 0.1:
            speed -= BODY.max_linear_mps2 * 0.01
    assert not places or clearance.at(np.array(places)).min() >= BODY.radius_m - 0.005


@pytest.mark.parametrize("askew", [0.005, 0.01, 0.015])
def test_along_a_wall_it_never_comes_nearer_than_its_radius_little_by_little(askew):
    clearance = clearance_of(paint(open_floor(), 2.5, 0.05, 3.5, 3.95))
    x, y, yaw = 2.525 - BODY.radius_m - 0.01, 0.5, math.pi / 2 - askew
    while y < 3.5 and may_go(Moving(Pose2(x, y, yaw)), 0.2, 0.0, BODY, clearance, 0.1):
        x, y = x + 0.02 * math.cos(yaw), y + 0.02 * math.sin(yaw)
    assert float(clearance.at(np.array([[x, y]]))[0]) >= BODY.radius_m
    assert y > 0.6


def test_who_is_too_near_may_leave():
    clearance = clearance_of(paint(open_floor(), 2.5, 0.05, 3.5, 3.95))
    near = Pose2(2.525 - BODY.radius_m + 0.02, 2.0, 0.0)
    assert may_go(Moving(near), -0.2, 0.0, BODY, clearance, 0.1)
    assert not may_go(Moving(near), 0.2, 0.0, BODY, clearance, 0.1)


def test_a_line_knows_what_is_left_of_it():
    line = Polyline(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]))
    assert line.length_m == 3.0
    assert line.at(2.0) == (1.0, 1.0)
    assert line.rest(0.5).tolist() == [[0.5, 0.0], [1.0, 0.0], [1.0, 2.0]]
    assert line.nearest((1.1, 0.7), 1.0) == pytest.approx(1.7, abs=0.01)


def test_a_command_that_none_follows_is_not_believed_to_go_on():
    """Frames that come again after two seconds find it where it stopped by itself."""
    motion = Motion(BODY)
    for number in range(3):
        motion.take_pose(number * 10**8, Pose2(1.0, 1.0, 0.0))
        motion.note(number * 10**8, 0.5, 0.0)
    motion.take_pose(25 * 10**8, Pose2(1.25, 1.0, 0.0))
    assert not motion.stuck
    assert motion.ahead(25 * 10**8).pose.x == pytest.approx(1.25, abs=0.01)


def test_who_is_stuck_has_no_speed_to_brake():
    """Or it would be taken to be stuck again while it backs away."""
    motion = Motion(BODY)
    for number in range(20):
        motion.take_pose(number * 10**8, Pose2(1.0, 1.0, 0.0))
        motion.note(number * 10**8, 0.8, 0.0)
    assert motion.stuck
    assert motion.ahead(motion.stamp_ns).linear_mps > 0.5
    motion.forget_trouble()
    motion.note(motion.stamp_ns, 0.0, 0.0)
    assert not motion.stuck
    assert motion.ahead(motion.stamp_ns).linear_mps < 0.2
