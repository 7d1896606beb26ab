"""How much of a thing a place has in view: the picture's edges, and what stands between."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.navigation.known import Body
from cogmap.memory.paths.in_view import share_in_view
from cogmap.runtime.messages import Box
from tests.memory.navigation.floors import known, open_floor, paint

BODY = Body()
CUP = Box(center=(3.0, 2.0, 0.8), size=(0.1, 0.1, 0.1))


def share(box, spots, cells=None, top=None):
    grid = known(open_floor() if cells is None else cells, top=top).grid
    return share_in_view(np.array(spots, float), box, grid, BODY, 0.06)


def test_what_is_alone_in_the_picture_is_all_in_view():
    assert share(CUP, [(2.1, 2.0), (3.0, 1.1), (3.6, 2.6)]) == pytest.approx(1.0)


def test_a_wall_between_hides_it():
    cells = paint(open_floor(), 2.5, 1.5, 2.6, 2.5)
    assert share(CUP, [(2.1, 2.0), (3.9, 2.0)], cells) == pytest.approx([0.0, 1.0])


def test_what_is_lower_than_the_line_of_sight_hides_nothing():
    cells = paint(open_floor(), 2.5, 1.5, 2.6, 2.5)
    top = np.where(cells > 0, 8, 0).astype(np.uint8)
    assert share(CUP, [(2.1, 2.0)], cells, top) == pytest.approx(1.0)


def test_what_lies_at_the_feet_and_what_hangs_above_is_not_in_the_picture():
    at_feet = Box(center=(3.0, 2.0, 0.02), size=(0.2, 0.2, 0.04))
    above = Box(center=(3.0, 2.0, 1.8), size=(0.6, 0.3, 0.6))
    for box in (at_feet, above):
        near, far = share(box, [(2.4, 2.0), (0.3, 2.0)])
        assert near == 0.0
        assert far > 0.1


def test_of_what_hangs_high_the_part_below_the_edge_of_the_picture_counts():
    """The highest line of sight goes up by 6.55 degrees from 1.35 m."""
    hung = Box(center=(3.0, 2.0, 1.75), size=(0.02, 0.6, 0.7))
    edge_m = 1.35 + 0.99 * np.tan(np.radians(6.55))
    (part,) = share(hung, [(2.0, 2.0)])
    assert part == pytest.approx((edge_m - 1.4) / 0.7, abs=0.03)
    higher = Box(center=(3.0, 2.0, 1.85), size=(0.02, 0.6, 0.7))
    assert share(higher, [(2.0, 2.0)]) == pytest.approx(0.0, abs=0.01)


def test_the_lower_side_of_what_hangs_above_the_eye_is_in_view():
    shelf = Box(center=(3.0, 2.0, 1.46), size=(0.4, 0.6, 0.02))
    (part,) = share(shelf, [(2.0, 2.0)])
    assert part > 0.3


@given(
    x=st.floats(0.2, 5.8), y=st.floats(0.2, 3.8), yaw=st.floats(0, 1.5), wide=st.floats(0.02, 2.0)
)
def test_a_share_is_a_share_and_turns_with_its_box(x, y, yaw, wide):
    box = Box(center=(3.0, 2.0, 0.5), size=(wide, 0.4, 1.0), yaw=yaw)
    other = Box(center=(3.0, 2.0, 0.5), size=(0.4, wide, 1.0), yaw=yaw + np.pi / 2)
    (one,), (same,) = share(box, [(x, y)]), share(other, [(x, y)])
    assert 0.0 <= one <= 1.0 + 1e-9
    assert one == pytest.approx(same, abs=1e-6)
