"""Towards what may be it: over known floor, or as far as that leads."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.memory.navigation.candidates import Candidates
from cogmap.memory.navigation.floor import cell_state
from cogmap.memory.navigation.known import Body
from cogmap.runtime.messages import FREE, OCCUPIED
from tests.memory.navigation.floors import UNKNOWN, known, open_floor, paint, thing

CUP = thing(3, "cup", (5.0, 2.0, 0.8), (0.1, 0.1, 0.1), state="present")


def half_known():
    """Six metres of floor, unknown from x = 3 on; a cup stands at x = 5."""
    return known(paint(open_floor(), 3.0, 0.05, 5.95, 3.95, UNKNOWN), objects=(CUP,))


def test_a_thing_beyond_the_known_floor_is_approached_as_far_as_that_is_known() -> None:
    floor = half_known()
    approach = Candidates(Body()).nearest(floor, [CUP])
    assert approach is not None and not approach.ends_there and approach.thing == CUP.id
    end = approach.route.points[-1]
    assert 2.5 < end[0] < 3.0
    assert all(cell_state(floor.grid, (x, y)) == FREE for x, y in approach.route.points.tolist())
    ahead = math.atan2(2.0 - end[1], 5.0 - end[0])
    assert abs(approach.route.stand.pose.yaw - ahead) < 0.3


@pytest.mark.parametrize(
    ("x0", "y0", "x1", "y1", "state", "leads_on"),
    [
        (3.0, 1.0, 3.3, 2.5, FREE, False),
        (3.6, 0.05, 3.7, 3.95, OCCUPIED, False),
        (3.6, 0.05, 3.9, 3.95, FREE, True),
        (5.5, 3.0, 5.9, 3.9, OCCUPIED, True),
    ],
)
def test_a_way_leads_on_until_more_of_it_is_known_or_something_stands_there(
    x0, y0, x1, y1, state, leads_on
) -> None:
    floor = half_known()
    approach = Candidates(Body()).nearest(floor, [CUP])
    assert approach is not None and approach.leads_on(floor.grid)
    later = known(paint(floor.grid.cells.copy(), x0, y0, x1, y1, state))
    assert approach.leads_on(later.grid) is leads_on


def test_where_an_approach_ended_without_seeing_more_it_is_not_tried_again() -> None:
    floor, candidates = half_known(), Candidates(Body())
    approach = candidates.nearest(floor, [CUP])
    assert approach is not None
    candidates.look(CUP.id, approach.route.stand.pose.point)
    assert candidates.nearest(floor, [CUP]) is None
    afar = candidates.nearest(floor, [CUP], afar=True)
    assert afar is not None and afar.ends_there


def test_what_lies_behind_a_wall_is_not_approached_through_the_unknown_around_it() -> None:
    cells = paint(open_floor(10.0, 8.0), 3.0, 0.0, 3.1, 6.0)
    cells = paint(cells, 3.1, 0.05, 9.95, 7.95, UNKNOWN)
    cells = paint(cells, 0.05, 2.0, 3.0, 7.95, UNKNOWN)
    cup = thing(3, "cup", (4.5, 1.0, 0.8), (0.1, 0.1, 0.1), state="present")
    assert Candidates(Body()).nearest(known(cells, objects=(cup,)), [cup]) is None


def test_of_two_things_the_one_with_the_shorter_way_is_gone_to() -> None:
    far = thing(4, "cup", (5.5, 3.0, 0.8), (0.1, 0.1, 0.1), state="present")
    near = thing(5, "cup", (2.5, 1.0, 0.8), (0.1, 0.1, 0.1), state="present")
    floor = known(open_floor(), objects=(far, near))
    approach = Candidates(Body()).nearest(floor, [far, near])
    assert approach is not None and approach.ends_there and approach.thing == near.id
    assert np.isclose(approach.length_m, approach.route.length_m)


def test_what_is_not_sure_is_doubted_after_one_look() -> None:
    candidates = Candidates(Body())
    unsure = thing(6, "cup", (4.0, 2.0, 0.8), (0.1, 0.1, 0.1), state="tentative")
    for each in (CUP, unsure):
        candidates.miss(each.id, (1.0, 1.0))
    assert candidates.is_doubted(unsure) and not candidates.is_doubted(CUP)
    candidates.miss(CUP.id, (3.0, 1.0))
    assert candidates.is_doubted(CUP)
