"""The best way is found with the places of few things, and of many of them none is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.navigation.errands import comfortable_way
from cogmap.memory.navigation.known import Body, Pose2, Stand
from cogmap.memory.navigation.nearest_places import nearest_places
from tests.memory.navigation.floors import UNKNOWN, known, open_floor, paint, thing

BODY = Body()
REACH_M = 0.6


class Asked:
    """Two places at each thing; remembers for which they were asked."""

    def __init__(self) -> None:
        self.ids = list[int]()

    def __call__(self, cup) -> list[Stand]:
        self.ids.append(cup.id)
        x, y, _ = cup.box.center
        worse_m = 0.2 * (cup.id % 4)
        sides = (Pose2(x - 0.4, y, 0.0), Pose2(x, y + 0.4, 0.0))
        return [Stand(side, worse_m=worse_m) for side in sides]


def cups(places):
    return [thing(k, "cup", (*at, 0.8), (0.1, 0.1, 0.1)) for k, at in enumerate(places)]


def floor(here=(1.0, 1.0)):
    """A wall at x = 3 with a way around its upper end, and nothing known at the right."""
    cells = paint(open_floor(8.0, 4.0), 3.0, 0.0, 3.1, 3.0)
    return known(paint(cells, 6.0, 0.05, 7.95, 3.95, UNKNOWN), here)


SPOT = st.tuples(st.floats(0.3, 7.7), st.floats(0.3, 3.7))


@settings(deadline=None, max_examples=40)
@given(st.lists(SPOT, max_size=6), st.sampled_from([(1.0, 1.0), (3.5, 0.5), (2.85, 1.0)]))
def test_the_best_way_is_that_among_the_places_of_all_things(places, here):
    some, things = floor(here), cups(places)
    every = tuple(stand for cup in things for stand in Asked()(cup))
    best = comfortable_way(some, BODY, every, through_unknown=False) if every else None
    found = nearest_places(some, BODY, things, REACH_M, Asked())
    if best is None:
        assert not found
        return
    way = comfortable_way(some, BODY, tuple(found), through_unknown=False)
    assert way is not None
    if here != (2.85, 1.0):  # too near to the wall, it begins somewhere beside
        cost_m = way.length_m + way.stand.worse_m
        assert cost_m == pytest.approx(best.length_m + best.stand.worse_m, abs=0.02)


def test_what_is_farther_than_what_was_found_is_not_asked_for():
    asked = Asked()
    things = cups([(5.0, 0.5), (2.4, 3.0), (1.4, 1.0), (2.5, 0.5)])
    found = nearest_places(floor(), BODY, things, REACH_M, asked)
    assert asked.ids == [2]
    assert {cup.id for cup in found.values()} == {2}


def test_behind_a_wall_is_far():
    asked = Asked()
    nearest_places(floor((2.5, 0.5)), BODY, cups([(3.9, 0.5), (1.0, 2.0)]), REACH_M, asked)
    assert asked.ids == [1]


def test_what_no_way_leads_to_is_not_asked_for():
    asked = Asked()
    assert nearest_places(floor(), BODY, cups([(7.5, 2.0)]), REACH_M, asked) == {}
    assert asked.ids == []
