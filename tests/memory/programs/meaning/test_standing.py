"""How boxes stand to each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.programs.meaning import standing


def row(x, y, bottom, size, yaw=0.0):
    return np.array([[x, y, bottom + size[2] / 2, *size, yaw]])


STOVE = row(0, 0, 0, (0.6, 0.6, 0.9))


@pytest.mark.parametrize(
    ("box", "holds"),
    [
        (row(0, 0.1, 1.4, (0.6, 0.35, 0.4)), True),  # the cabinet over it
        (row(0.6, 0.1, 1.4, (0.6, 0.35, 0.4)), False),  # its neighbour, at its edge
        (row(0.55, 0.1, 1.4, (0.6, 0.35, 0.4)), False),  # a little over it
        (row(0.4, 0.1, 1.4, (0.6, 0.35, 0.4)), True),  # a third of it over it
        (row(0, 0.5, 1.4, (0.5, 0.04, 0.4)), True),  # a picture on the wall behind it
        (row(0, 0.7, 1.4, (0.5, 0.04, 0.4)), False),  # on a wall farther off
        (row(0.5, 0.5, 1.4, (0.5, 0.04, 0.4)), False),  # on the wall beside it
        (row(0.5, 0, 1.4, (0.4, 0.4, 0.4)), False),  # no wall thing, beside it
        (row(0, 0, 0.5, (0.6, 0.35, 0.4)), False),  # not over its top
    ],
)
def test_above_is_what_is_over_it_by_a_part_that_counts(box, holds):
    assert standing.above(box, STOVE)[0, 0] == holds


@given(st.floats(-np.pi, np.pi), st.integers(0, 8))
def test_above_does_not_depend_on_the_axes_of_the_world(turn, number):
    boxes = [(0, 0.1), (0.7, 0.1), (0.3, 0.1), (0, 0.45), (0, 0.8), (0.6, 0.45)]
    x, y = boxes[number % len(boxes)]
    c, s = np.cos(turn), np.sin(turn)
    a, turned = row(x, y, 1.4, (0.5, 0.04, 0.4)), row(c * x - s * y, s * x + c * y, 1.4,
                                                      (0.5, 0.04, 0.4), turn)  # fmt: skip
    there = row(0, 0, 0, (0.6, 0.6, 0.9), turn)
    assert standing.above(a, STOVE)[0, 0] == standing.above(turned, there)[0, 0]


def test_a_thing_is_on_what_it_may_touch_within_the_doubt():
    glass = row(0, 0, 0.99, (0.08, 0.08, 0.1))
    assert not standing.on(glass, STOVE)[0, 0]
    assert standing.on(glass, STOVE, np.array([[0.02]]))[0, 0]
    beside = row(0.31, 0, 0.9, (0.2, 0.2, 0.1))
    assert not standing.on(beside, STOVE)[0, 0]
    assert standing.on(beside, STOVE, np.array([[0.03]]))[0, 0]


@given(st.floats(-0.5, 0.5), st.floats(0.7, 1.2), st.floats(0, 0.1))
def test_doubt_takes_nothing_off(x, bottom, doubt):
    cup = row(x, 0, bottom, (0.1, 0.1, 0.1))
    if standing.on(cup, STOVE)[0, 0]:
        assert standing.on(cup, STOVE, np.array([[doubt]]))[0, 0]
