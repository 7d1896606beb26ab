"""Floor beyond strips of the unknown, and who explores, on floors drawn by hand."""

from __future__ import annotations

from dataclasses import replace

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


def test_an_island_that_it_does_not_get_to_is_given_up_after_some_tries_and_that_is_said():
    explore, floor = Explore(BODY), parted(beyond_m=0.9)
    first = _last_way(explore, floor)
    ways = [first]
    while len(ways) < 9 and isinstance(way := explore.next(floor), Route):
        ways.append(way)
    assert [each.stand for each in ways] == [first.stand] * 3
    assert way.good
    assert "but for floor beyond a gap" in way.text


def test_nobody_goes_back_and_forth_over_a_gap_for_ever():
    """Where what was walked does not count as free, each side is an island from the other."""
    explore, floor = Explore(BODY), parted()
    way, crossed = _last_way(explore, floor), 0
    while isinstance(way, Route) and crossed < 99:
        crossed += 1
        there = replace(floor, here=Pose2(*way.stand.pose.point, 0.0))
        assert explore.arrived(there) is None
        way = explore.next(there)
    assert crossed < 40


def test_specks_are_no_island_together():
    cells = paint(open_floor(6.0, 0.9), 2.0, 0.05, 5.95, 0.85, UNKNOWN)
    for x in (2.3, 2.9, 3.5, 4.1):
        cells = paint(cells, x, 0.35, x + 0.2, 0.55, FREE)
    assert islands(known(cells, here=(1.0, 0.45)), BODY, GAP_M, []) == ()


def _last_way(explore, floor):
    """The way once all looks have been taken."""
    for _ in range(9):
        way = explore.next(floor)
        assert isinstance(way, Route)
        if way.stand.pose.x > 3.3 and not way.stand.faces:
            return way
        explore.arrived(replace(floor, here=way.stand.pose))
    raise AssertionError("it did not cross")
