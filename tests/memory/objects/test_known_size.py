from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.objects.known_size import as_large_as
from cogmap.runtime.messages import Box

CAN = (0.32, 0.32, 0.32)


def test_what_is_hidden_lies_behind_what_is_seen():
    seen = Box(center=(0.0, 1.0, 0.16), size=(0.32, 0.1, 0.32), yaw=0.0)
    whole = as_large_as(seen, CAN, [(0.0, -1.0, 1.2)], stands=True)
    assert whole.size == pytest.approx(CAN)
    assert whole.center == pytest.approx((0.0, 0.95 + 0.16, 0.16))


def test_of_what_is_seen_from_both_sides_as_much_is_missing_at_either_end():
    seen = Box(center=(0.0, 1.0, 0.16), size=(0.32, 0.1, 0.32), yaw=0.0)
    for cameras in ([(0.0, -1.0, 1.2), (0.0, 3.0, 1.2)], []):
        whole = as_large_as(seen, CAN, cameras, stands=True)
        assert whole.center == pytest.approx(seen.center)
        assert whole.size == pytest.approx(CAN)


def test_height_is_missing_above_its_support_or_below_what_is_seen():
    head = Box(center=(0.0, 0.0, 0.9), size=(0.35, 0.35, 0.4), yaw=0.0)
    below = as_large_as(head, (0.35, 0.35, 1.1), [], stands=False)
    assert below.center[2] + below.size[2] / 2 == pytest.approx(1.1)
    assert below.center[2] - below.size[2] / 2 == pytest.approx(0.0)
    foot = Box(center=(0.0, 0.0, 0.2), size=(0.35, 0.35, 0.4), yaw=0.0)
    above = as_large_as(foot, (0.35, 0.35, 1.1), [], stands=True)
    assert above.center[2] - above.size[2] / 2 == pytest.approx(0.0)
    assert above.size[2] == pytest.approx(1.1)


def test_what_lies_on_another_side_stays_as_it_is_seen():
    upright = Box(center=(0.0, 0.0, 0.15), size=(0.2, 0.03, 0.3), yaw=0.0)
    assert as_large_as(upright, (0.2, 0.3, 0.03), [], stands=True) == upright


def test_a_lamp_that_fell_over_is_as_long_as_it_was_high():
    lying = Box(center=(0.0, 0.0, 0.15), size=(1.5, 0.3, 0.3), yaw=0.2)
    assert as_large_as(lying, (0.3, 0.3, 1.5), [], stands=True) == lying


sizes = st.tuples(*[st.floats(0.02, 3.0)] * 3)


@given(size=sizes, before=sizes, yaw=st.floats(0, 1.5), x=st.floats(-3, 3), y=st.floats(-3, 3))
def test_no_side_becomes_shorter_and_none_longer_than_it_was(size, before, yaw, x, y):
    box = Box(center=(x, y, 1.0), size=size, yaw=yaw)
    made = as_large_as(box, before, [(0.0, 0.0, 1.2)], stands=False)
    assert (np.sort(made.size[:2]) >= np.sort(size[:2]) - 1e-9).all()
    most = np.maximum(np.sort(size[:2]), np.sort(before[:2]))
    assert (np.sort(made.size[:2]) <= most + 1e-9).all()
    assert size[2] - 1e-9 <= made.size[2] <= max(size[2], before[2]) + 1e-9
