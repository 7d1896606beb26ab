"""Routes over floors drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.navigation.known import Body, Pose2, Stand, Unreachable
from cogmap.memory.navigation.planning import Route, plan
from cogmap.runtime.messages import UNKNOWN
from tests.memory.navigation.floors import known, open_floor, paint

BODY = Body()


def at(x, y, **more):
    return Stand(Pose2(x, y, 0.0), **more)


def test_in_the_open_it_is_the_straight_line():
    route = plan(known(open_floor()), BODY, (at(4.0, 3.0),))
    assert isinstance(route, Route)
    assert route.length_m == pytest.approx(np.hypot(3, 2), abs=0.01)
    assert route.points[[0, -1]].tolist() == [[1.0, 1.0], [4.0, 3.0]]
    assert route.stand == at(4.0, 3.0)


def test_the_nearest_stand_is_chosen_unless_another_is_worth_more():
    near, far = at(2.0, 1.0), at(4.0, 1.0)
    assert plan(known(open_floor()), BODY, (far, near)).stand == near
    worse = at(2.0, 1.0, worse_m=3.0)
    assert plan(known(open_floor()), BODY, (far, worse)).stand == far


def test_nothing_leads_through_a_wall_nor_through_the_unknown():
    walled = paint(open_floor(), 3.0, 0.0, 3.1, 4.0)
    assert isinstance(plan(known(walled), BODY, (at(4.0, 1.0),)), Unreachable)
    unseen = paint(open_floor(), 3.0, 0.05, 3.5, 3.95, UNKNOWN)
    assert isinstance(plan(known(unseen), BODY, (at(4.0, 1.0),)), Unreachable)
    through = plan(known(unseen), BODY, (at(4.0, 1.0),), through_unknown=True)
    assert through.length_m == pytest.approx(3.0, abs=0.02)


def test_clearance_is_to_the_nearest_thing():
    cells = paint(open_floor(), 2.5, 1.5, 2.6, 3.95)
    route = plan(known(cells, here=(1.0, 1.0)), BODY, (at(4.0, 1.0),))
    assert route.clearance_m == pytest.approx(0.5, abs=0.06)


def test_a_plan_needs_a_place():
    with pytest.raises(ValueError, match="at least one"):
        plan(known(open_floor()), BODY, ())
