"""Routes over floors drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.navigation.known import Body, Pose2, Stand
from cogmap.memory.navigation.planning import Route, shortest_way
from cogmap.memory.paths.easing import sampled
from cogmap.memory.paths.floor import floor_paths
from cogmap.runtime.messages import FREE, OCCUPIED, UNKNOWN
from tests.memory.navigation.floors import CELL_M, known, open_floor, paint, thing

BODY = Body()


def plan(known, stands, through_unknown=False):
    return shortest_way(known, BODY, stands, through_unknown, margin_m=0.0)


def at(x, y, **more):
    return Stand(Pose2(x, y, 0.0), **more)


def test_in_the_open_it_is_the_straight_line():
    route = plan(known(open_floor()), (at(4.0, 3.0),))
    assert isinstance(route, Route)
    assert route.length_m == pytest.approx(np.hypot(3, 2), abs=0.01)
    assert route.points[[0, -1]].tolist() == [[1.0, 1.0], [4.0, 3.0]]
    assert route.stand == at(4.0, 3.0)


def test_the_nearest_stand_is_chosen_unless_another_is_worth_more():
    near, far = at(2.0, 1.0), at(4.0, 1.0)
    assert plan(known(open_floor()), (far, near)).stand == near
    worse = at(2.0, 1.0, worse_m=3.0)
    assert plan(known(open_floor()), (far, worse)).stand == far


def test_nothing_leads_through_a_wall_nor_through_the_unknown():
    walled = paint(open_floor(), 3.0, 0.0, 3.1, 4.0)
    assert plan(known(walled), (at(4.0, 1.0),)) is None
    unseen = paint(open_floor(), 3.0, 0.05, 3.5, 3.95, UNKNOWN)
    assert plan(known(unseen), (at(4.0, 1.0),)) is None
    through = plan(known(unseen), (at(4.0, 1.0),), through_unknown=True)
    assert through.length_m == pytest.approx(3.0, abs=0.02)


def test_clearance_is_to_the_nearest_thing():
    cells = paint(open_floor(), 2.5, 1.5, 2.6, 3.95)
    route = plan(known(cells, here=(1.0, 1.0)), (at(4.0, 1.0),))
    assert route.clearance_m == pytest.approx(0.5, abs=0.06)


def test_it_keeps_off_the_box_of_what_is_seen_through():
    """A shower of glass, of which the grid has nothing, beside the straight way."""
    shower = thing(1, "shower", (2.5, 1.55, 1.0), (0.8, 0.8, 2.0))
    lamp = thing(2, "ceiling lamp", (2.5, 1.55, 2.2), (0.8, 0.8, 0.4))
    lines = [
        shortest_way(known(open_floor(), objects=things), BODY, (at(4.0, 1.0),), False, 0.08).points
        for things in ((shower,), (lamp,), ())
    ]
    nearest_m = [footprint_distance(shower.box, sampled(line, 0.02)).min() for line in lines]
    assert nearest_m[0] > BODY.radius_m > nearest_m[2]
    np.testing.assert_array_equal(lines[1], lines[2])


def test_a_plan_needs_a_place():
    with pytest.raises(ValueError, match="at least one"):
        plan(known(open_floor()), ())


def furnished(seed):
    """A floor with things and unseen parts all over it, and a free place to start from."""
    random = np.random.default_rng(seed)
    cells = open_floor()
    for state in random.choice([OCCUPIED, OCCUPIED, UNKNOWN], random.integers(3, 14)):
        x, y = random.uniform(0, (5.5, 3.5))
        paint(cells, x, y, x + random.uniform(0.05, 1.0), y + random.uniform(0.05, 1.0), state)
    return cells


def ends_on(cells, seed):
    """Two places that are free for a body, or None."""
    floor = floor_paths(known(cells).grid, BODY.radius_m + 2 * CELL_M).centers
    return np.random.default_rng(seed).choice(floor, 2).tolist() if len(floor) else None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_routes_keep_the_radius_stay_on_known_floor_and_are_about_the_shortest(seed, choice):
    cells = furnished(seed)
    ends = ends_on(cells, choice)
    if ends is None:
        return
    there = known(cells, here=ends[0])
    route = plan(there, (at(*ends[1]),))
    if route is None:
        return
    line = sampled(route.points, 0.01)
    column, row = (line // CELL_M).astype(int).T
    off_corner = np.minimum(line % CELL_M, CELL_M - line % CELL_M).min(axis=1) > 0.01
    assert (cells[row, column][off_corner] == FREE).all()
    taken = np.argwhere(cells == OCCUPIED)[:, ::-1] * CELL_M
    gap = np.maximum(np.maximum(taken - line[:, None], line[:, None] - taken - CELL_M), 0)
    nearest = np.linalg.norm(gap, axis=2).min()
    roomy = floor_paths(there.grid, BODY.radius_m + 1.4 * CELL_M)
    exact = roomy.length_m(tuple(ends[0]), tuple(ends[1]))
    if np.isfinite(exact):  # a tight way keeps its radius from the middles of cells alone
        assert nearest >= BODY.radius_m - 0.002
        assert route.length_m <= 1.025 * exact + 0.02
    assert nearest >= BODY.radius_m - 0.037
    assert route.length_m >= np.linalg.norm(np.subtract(*ends)) - 1e-6


def test_where_there_is_room_a_way_keeps_more_than_the_radius():
    cells = paint(open_floor(), 2.5, 0.0, 3.0, 2.0)
    route = plan(known(cells, here=(1.0, 1.5)), (at(4.5, 1.5),))
    assert route.clearance_m > BODY.radius_m + 0.08


def test_a_gap_that_is_only_just_wide_enough_is_taken():
    cells = paint(open_floor(), 3.0, 0.0, 3.1, 4.0)
    paint(cells, 3.0, 1.8, 3.1, 2.25, FREE)
    route = plan(known(cells), (at(4.5, 2.0),))
    assert isinstance(route, Route)
    assert route.clearance_m == pytest.approx(0.225, abs=0.02)


def test_who_stands_too_near_to_something_leaves_first():
    cells = paint(open_floor(), 1.1, 0.0, 1.3, 4.0)
    paint(cells, 1.1, 3.0, 1.3, 4.0, FREE)
    route = plan(known(cells, here=(1.0, 1.0)), (at(4.0, 1.0),))
    assert route.points[0].tolist() == [1.0, 1.0]
    assert np.linalg.norm(route.points[1] - route.points[0]) < 0.3


@pytest.mark.parametrize("across", range(10))
@pytest.mark.parametrize("along", [0, 2, 4, 6, 8])
def test_no_plan_leads_through_a_gap_that_the_body_does_not_pass(across, along):
    """Two walls, a line of cells each, that end so many rows and columns from each other."""
    offset = np.array([across, along])
    if not 4 <= np.hypot(*offset) <= 12:
        return
    way = offset / np.hypot(*offset)
    ends = 30 + np.array([[0, 0], offset])
    steps = np.arange(0, 60, 0.5)[:, None]
    cells = np.full((80, 80), FREE, np.uint8)
    walls = []
    for end, direction in zip(ends, (-way, way), strict=True):
        row, column = np.clip(np.round(end + steps * direction), 0, 79).astype(int).T
        cells[row, column] = OCCUPIED
        walls.append(shapely.union_all(shapely.box(column, row, column + 1, row + 1)))
    middle, normal = ends.mean(axis=0) + 0.5, np.array([-way[1], way[0]])
    start, goal = ((middle + side * normal)[::-1] * CELL_M for side in (14, -14))
    route = plan(known(cells, here=tuple(start)), (at(*goal),))
    assert route is None or walls[0].distance(walls[1]) * CELL_M >= 2 * BODY.radius_m
