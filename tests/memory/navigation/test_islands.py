"""Floor beyond strips of the unknown, and who explores, on floors drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cogmap.memory.navigation.islands import islands
from cogmap.memory.navigation.known import Body, Pose2
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.seeking import Explore
from cogmap.memory.paths.floor import with_walked
from cogmap.runtime.messages import FREE
from tests.memory.navigation.floors import UNKNOWN, known, open_floor, paint

BODY = Body()
GAP_M = 0.45


def parted(width_m=0.3, *, beyond_m=2.0, open_m=0.0):
    """A corridor 0.8 m wide, all of it seen but for a strip right across it from 3 m on, which has
    a hole of ``open_m``; it goes on for ``beyond_m``."""
    cells = paint(open_floor(6.0, 0.9), 3.0, 0.05, 3.0 + width_m, 0.85, UNKNOWN)
    cells = paint(cells, 3.0, 0.05, 3.0 + width_m, 0.05 + open_m, FREE)
    cells = paint(cells, 3.0 + width_m + beyond_m, 0.05, 6.0, 0.85)
    return known(cells, here=(1.0, 0.45))


def test_floor_that_was_seen_beyond_a_strip_is_an_island():
    found = islands(parted(), BODY, GAP_M, [])
    assert min(stand.pose.x for stand in found) == pytest.approx(3.325)


@pytest.mark.parametrize(
    "floor",
    [
        parted(open_m=0.8),  # one walks there
        parted(beyond_m=0.4),  # it is hardly any floor
        parted(width_m=0.6),  # it is no gap
    ],
)
def test_nothing_else_is(floor):
    assert islands(floor, BODY, GAP_M, []) == ()


def test_who_explores_crosses_to_it_once_all_was_seen_and_is_done():
    explore, floor = Explore(BODY), parted()
    explore.explorer.looked(floor)
    way = _last_way(explore, floor)
    assert way.stand.pose.x > 3.3
    assert not explore.is_outdated(floor)
    there = replace(floor, here=Pose2(*way.stand.pose.point, 0.0))
    grid = with_walked(floor.grid, way.points, BODY.radius_m + 0.05)
    there = replace(there, grid=grid, measured=floor.grid)
    assert explore.arrived(there) is None
    assert explore.next(there).good


def test_an_island_that_it_cannot_get_to_is_tried_once():
    explore, floor = Explore(BODY), parted()
    way = _last_way(explore, floor)
    ways = []
    while isinstance(way, Route) and len(ways) < 9:
        ways.append(way)
        way = explore.next(floor)  # something is in the way
    assert way.good
    ends = np.array([each.stand.pose.point for each in ways])
    apart = np.linalg.norm(ends[:, None] - ends, axis=2)[np.triu_indices(len(ends), 1)]
    assert (apart > 0.7).all()


def _last_way(explore, floor):
    """The way once all looks have been taken."""
    for _ in range(9):
        way = explore.next(floor)
        assert isinstance(way, Route)
        if way.stand.pose.x > 3.3 and not way.stand.faces:
            return way
        explore.arrived(replace(floor, here=way.stand.pose))
    raise AssertionError("it did not cross")
