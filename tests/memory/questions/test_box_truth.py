from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.geometry.boxes import surface_distance
from cogmap.memory.questions.box_truth import angle_to, corners, gap, longest_side, point_gap
from cogmap.runtime.messages import Box

place = st.floats(-3, 3)
side = st.floats(0.05, 2)
boxes = st.builds(
    lambda center, size, yaw: Box(center=center, size=size, yaw=yaw),
    st.tuples(place, place, place),
    st.tuples(side, side, side),
    st.floats(-4, 4),
)


@given(boxes, boxes)
def test_two_ways_to_measure_a_gap_agree(a, b):
    assert gap(a, b) == pytest.approx(surface_distance(a, b), abs=1e-6)
    assert gap(a, b) == pytest.approx(gap(b, a), abs=1e-9)


@given(boxes, st.tuples(place, place, place))
def test_no_sampled_point_of_a_box_is_closer_than_its_gap(box, point):
    between = np.random.default_rng(0).dirichlet(np.ones(8), 200) @ corners(box)
    assert point_gap(point, box) <= np.linalg.norm(between - point, axis=1).min() + 1e-9


@given(boxes)
def test_longest_side(box):
    assert longest_side(box) == pytest.approx(max(box.size))


@given(place, place, st.floats(-4, 4), st.floats(0.5, 3), st.floats(-179, 179))
def test_left_is_positive(x, y, yaw, far, angle_deg):
    turned = yaw + math.radians(angle_deg)
    goal = (x + far * math.cos(turned), y + far * math.sin(turned))
    assert angle_to((x, y), yaw, goal) == pytest.approx(angle_deg, abs=1e-6)
