import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.sim.agent import AgentState, Body, FreeSpace, advance, world_from_camera

BODY = Body()
ROOM = [
    shapely.box(-1, -1, 0, 5), shapely.box(4, -1, 5, 5),
    shapely.box(-1, -1, 5, 0), shapely.box(-1, 3, 5, 4),
    shapely.box(1.5, 1.2, 2.5, 1.6), shapely.Polygon([(3, 0.5), (3.4, 0.7), (3.1, 1.0)]),
    shapely.box(0.9, 2.0, 0.93, 3.0),
]  # fmt: skip
SPACE = FreeSpace(ROOM)
WALLS = shapely.union_all(ROOM)
speeds = st.floats(-2, 2, allow_nan=False)


def drive(state, commands, dt_s=0.02, each=25, space=SPACE):
    for command in commands:
        for _ in range(each):
            state = advance(state, command, dt_s, BODY, space)
            yield state


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(speeds, speeds), max_size=8),
    st.floats(-math.pi, math.pi),
    st.floats(0.004, 0.1),
)
def test_random_commands_never_penetrate(commands, yaw, dt_s):
    for state in drive(AgentState(0.5, 0.5, yaw), commands, dt_s):
        assert WALLS.distance(shapely.Point(state.x, state.y)) >= BODY.radius_m - 1e-9
        assert abs(state.linear_mps) <= BODY.max_linear_mps
        assert abs(state.angular_rps) <= BODY.max_angular_rps


def test_straight_ahead_covers_speed_times_time():
    states = list(drive(AgentState(0, 0, 0.5), [(0.5, 0.0)], 0.01, 300, FreeSpace([])))
    ramp_s = 0.5 / BODY.max_linear_mps2
    expected = 0.5 * (3.0 - ramp_s / 2)
    assert math.hypot(states[-1].x, states[-1].y) == pytest.approx(expected, abs=0.01)
    assert math.atan2(states[-1].y, states[-1].x) == pytest.approx(0.5)


def test_turning_while_driving_makes_a_circle():
    """At 0.5 m/s and 0.5 rad/s the radius is 1 m, whatever the step."""
    for dt_s in (0.01, 0.05):
        start = AgentState(0, 0, 0, 0.5, 0.5)
        count = round(2 * math.pi / 0.5 / dt_s)
        states = list(drive(start, [(0.5, 0.5)], dt_s, count, FreeSpace([])))
        center = np.array([0.0, 1.0])
        gaps = [math.dist((s.x, s.y), center) for s in states]
        assert max(abs(gap - 1) for gap in gaps) < 1e-3


def test_it_slides_along_a_wall_and_says_that_it_is_blocked():
    states = list(
        drive(AgentState(0.5, 2.6, 0.6), [(0.5, 0.0)], each=60, space=FreeSpace(ROOM[:4]))
    )
    last = states[-1]
    assert last.blocked
    assert last.y == pytest.approx(3 - BODY.radius_m, abs=0.011)
    assert last.x > 0.9


def test_it_stops_head_on():
    last = list(drive(AgentState(3.0, 2.0, 0.0), [(1.0, 0.0)], each=200))[-1]
    assert last.x == pytest.approx(4 - BODY.radius_m, abs=0.011)
    assert last.linear_mps == pytest.approx(0.0, abs=1e-9)


def test_same_commands_same_states():
    commands = [(0.7, 0.3), (-0.4, 1.0), (1.0, -0.8)]
    first, second = (list(drive(AgentState(0.5, 0.5, 0.1), commands)) for _ in range(2))
    assert first == second


def test_camera_looks_ahead_and_down():
    pose = world_from_camera(AgentState(1.0, 2.0, math.pi / 2), BODY)
    assert pose[:3, 3] == pytest.approx((1.0, 2.0, BODY.camera_height_m))
    pitch = BODY.camera_pitch_rad
    assert pose[:3, 2] == pytest.approx((0, math.cos(pitch), -math.sin(pitch)), abs=1e-12)
    assert pose[:3, 0] == pytest.approx((1, 0, 0), abs=1e-12)
    assert pose[:3, :3] @ pose[:3, :3].T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1)
