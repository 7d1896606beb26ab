"""Looking at floor that a way leads over before it is driven."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.navigation.glances import Glances, places_to_see
from cogmap.memory.navigation.known import Body
from cogmap.memory.paths.floor import states_at
from cogmap.runtime.messages import OCCUPIED
from tests.memory.navigation.floors import UNKNOWN, known, open_floor, paint

WAY = np.array([[1.0, 2.0], [5.0, 2.0]])
BLIND_M = 1.28
"""From so near on a camera at the height of a head does not see the floor."""


def half_known(here=(2.75, 2.0)):
    return known(paint(open_floor(), 3.0, 0.05, 5.95, 3.95, UNKNOWN), here)


def test_who_stands_at_the_edge_looks_from_farther_back() -> None:
    route = Glances(Body()).before(half_known(), WAY)
    assert route is not None
    pose = route.stand.pose
    assert math.dist(pose.point, (3.0, 2.0)) > BLIND_M
    ahead = math.atan2(2.0 - pose.y, 3.0 - pose.x)
    assert abs(ahead - pose.yaw) < 0.1


def test_one_look_is_enough() -> None:
    glances = Glances(Body())
    assert glances.before(half_known(), WAY) is not None
    assert glances.before(half_known(), WAY) is None


def test_there_is_nothing_to_look_at_where_all_is_known() -> None:
    assert Glances(Body()).before(known(open_floor()), WAY) is None


def test_what_nothing_near_shows_is_not_looked_at() -> None:
    nook = paint(open_floor(2.0, 1.2), 0.8, 0.05, 1.95, 1.15, UNKNOWN)
    way = np.array([[0.5, 0.6], [1.5, 0.6]])
    assert Glances(Body()).before(known(nook, (0.5, 0.6)), way) is None


@settings(max_examples=25, deadline=None)
@given(st.floats(0.3, 2.7), st.floats(0.3, 3.7), st.floats(3.1, 4.0), st.floats(0.3, 3.7))
def test_from_where_a_spot_is_looked_at_nothing_hides_it(wall_x, wall_y, x, y) -> None:
    cells = paint(open_floor(), 3.0, 0.05, 5.95, 3.95, UNKNOWN)
    floor = known(paint(cells, wall_x, wall_y - 0.3, wall_x + 0.2, wall_y + 0.2))
    assert places_to_see((3.1, y), known(cells), Body())
    for stand in places_to_see((x, y), floor, Body()):
        line = np.linspace(stand.pose.point, (x, y), 100)
        assert np.linalg.norm(line[0] - line[-1]) > BLIND_M
        assert (states_at(floor.grid, line) == OCCUPIED).sum() <= 2
