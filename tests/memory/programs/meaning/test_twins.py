from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.programs.meaning.twins import without_twins
from cogmap.runtime.messages import Box, MapObject


def table(
    number: int, x: float, seen: int = 10, label: str = "table", yaw: float = 0.0
) -> MapObject:
    box = Box(center=(x, 0, 0.4), size=(1.6, 0.8, 0.8), yaw=yaw)
    stamps = {"first_seen_ns": 0, "last_seen_ns": 0}
    return MapObject(id=number, label=label, box=box, confidence=1, seen=seen, **stamps)


def ids(things) -> list[int]:
    return [thing.id for thing in things]


def test_the_one_seen_more_often_stands_for_both():
    twins = [table(1, 0.0, seen=5), table(2, 0.05, seen=50, yaw=0.3)]
    assert ids(without_twins(twins)) == [2]


def test_neighbours_and_other_labels_stay():
    assert ids(without_twins([table(1, 0.0), table(2, 1.5), table(3, 0.0, label="rug")])) == [
        1,
        2,
        3,
    ]


def test_one_that_is_dropped_drops_none():
    chain = [table(1, 0.0, seen=30), table(2, 0.8, seen=20), table(3, 1.6, seen=10)]
    assert ids(without_twins(chain)) == [1, 3]


@given(st.lists(st.floats(-10, 10), max_size=8))
def test_no_two_that_are_left_fill_one_place(places):
    left = without_twins([table(k, x) for k, x in enumerate(places)])
    xs = sorted(thing.box.center[0] for thing in left)
    assert all(b - a > 0.8 for a, b in pairwise(xs))
    assert bool(left) == bool(places)
