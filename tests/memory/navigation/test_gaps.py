"""Gaps of the unknown that count as free."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cogmap.memory.navigation.gaps import close_gaps, dared
from cogmap.runtime.messages import FREE, OCCUPIED, UNKNOWN
from tests.memory.navigation.floors import known, open_floor, paint


def with_gap(width_m: float):
    return known(paint(open_floor(), 3.0, 0.05, 3.0 + width_m, 3.95, UNKNOWN))


def test_a_gap_is_passed_over_if_it_is_no_wider_than_allowed() -> None:
    narrow, wide = dared(with_gap(0.4), 0.45), dared(with_gap(0.6), 0.45)
    assert not (narrow.grid.cells == UNKNOWN).any()
    assert (wide.grid.cells == UNKNOWN).any()


def test_without_daring_nothing_changes() -> None:
    floor = with_gap(0.4)
    assert dared(floor, 0.0) is floor


@given(arrays(np.uint8, (12, 12), elements=st.sampled_from([UNKNOWN, FREE, OCCUPIED])))
def test_only_the_unknown_changes_and_only_to_free(cells) -> None:
    before = cells.copy()
    close_gaps(cells, 5)
    changed = cells != before
    assert (before[changed] == UNKNOWN).all() and (cells[changed] == FREE).all()


def test_who_dares_twice_gets_the_same_grid() -> None:
    """What is kept of a grid is found again by it."""
    floor = with_gap(0.4)
    assert dared(floor, 0.45).grid is dared(floor, 0.45).grid
    assert dared(floor, 0.45).grid is not dared(floor, 0.85).grid
