"""Orders of places."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.paths.trips import short_trip, soon_trip

places = st.lists(
    st.tuples(st.floats(0, 10), st.floats(0, 10), st.floats(0.1, 5)), min_size=1, max_size=6
)


def apart(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points[None], axis=2)


def latency(order: list[int], distance: np.ndarray, worth: np.ndarray) -> float:
    return float(np.cumsum(distance[order[:-1], order[1:]]) @ worth[order[1:]])


@given(places)
def test_trips_visit_all_places_once_and_begin_with_the_first(listed) -> None:
    points = np.array(listed)
    for order in (
        short_trip(apart(points[:, :2])),
        soon_trip(apart(points[:, :2]), points[:, 2]),
    ):
        assert order[0] == 0 and sorted(order) == list(range(len(points)))


@given(places)
def test_what_is_worth_most_comes_about_as_soon_as_it_can(listed) -> None:
    points = np.array(listed)
    distance, worth = apart(points[:, :2]), points[:, 2]
    found = latency(soon_trip(distance, worth), distance, worth)
    others = itertools.permutations(range(1, len(points)))
    best = min(latency([0, *rest], distance, worth) for rest in others)
    assert found <= 1.5 * best + 1e-6


def test_a_little_way_round_for_much_comes_first() -> None:
    line = np.array([[0.0, 0.0], [1.0, 0.0], [-2.0, 0.0]])
    assert soon_trip(apart(line), np.array([0.0, 0.1, 10.0])) == [0, 2, 1]
    assert short_trip(apart(line)) == [0, 1, 2]
