from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.geometry.boxes import fit_box
from cogmap.memory.objects.roundness import round_out

CAMERA = (3.0, 0.0, 1.2)
YAWS = st.floats(-3.0, 3.0)


def turned(points: np.ndarray, yaw: float) -> np.ndarray:
    c, s = np.cos(yaw), np.sin(yaw)
    return points @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])


def surface(ahead: np.ndarray, across: np.ndarray, seed: int = 0) -> np.ndarray:
    """(N, 3) of a thing 30 cm high whose front, seen from +x, is ``ahead`` of it, with noise."""
    rng = np.random.default_rng(seed)
    points = np.stack([ahead, across, rng.uniform(0, 0.3, len(ahead))], axis=1)
    return points + rng.normal(0, 0.003, points.shape)


def front_of_a_cylinder(radius: float = 0.12) -> np.ndarray:
    angle = np.random.default_rng(1).uniform(-1.35, 1.35, 400)
    return surface(radius * np.cos(angle), radius * np.sin(angle))


def completed(points: np.ndarray, cameras):
    box = fit_box(points)
    return box, round_out(box, points, cameras)


@given(yaw=YAWS)
def test_a_round_thing_seen_from_one_side_is_as_deep_as_wide(yaw):
    camera = tuple(turned(np.array([CAMERA]), yaw)[0].tolist())
    box, whole = completed(turned(front_of_a_cylinder(), yaw), [camera])
    assert min(box.size[:2]) < 0.2
    assert whole.size[:2] == pytest.approx((0.24, 0.24), abs=0.02)
    assert whole.center[:2] == pytest.approx((0, 0), abs=0.02)
    assert (whole.center[2], whole.size[2]) == (box.center[2], box.size[2])


@given(slope=st.floats(-0.8, 0.8))
def test_a_flat_face_however_turned_is_no_round_one(slope):
    across = np.random.default_rng(2).uniform(-0.12, 0.12, 400)
    box, whole = completed(surface(slope * across, across), [CAMERA])
    assert whole is box


@given(edge=st.floats(-0.05, 0.05))
def test_the_corner_of_a_box_is_no_round_one(edge):
    across = np.random.default_rng(3).uniform(-0.12, 0.12, 400)
    box, whole = completed(surface(-np.abs(across - edge), across), [CAMERA])
    assert whole is box


def test_what_was_seen_from_several_sides_or_hardly_is_as_it_was_seen():
    points = front_of_a_cylinder()
    for shown, cameras in (
        (points, [CAMERA, (-3.0, 0.5, 1.2)]), (points, []), (points[:30], [CAMERA]),
        (6 * points, [CAMERA]),
    ):  # fmt: skip
        box, whole = completed(shown, cameras)
        assert whole is box


def test_what_masks_cut_off_at_the_rim_is_made_up_for():
    points = front_of_a_cylinder()
    _, whole = completed(points[np.abs(points[:, 1]) < 0.108], [CAMERA])
    assert whole.size[:2] == pytest.approx((0.24, 0.24), abs=0.012)
    assert whole.center[:2] == pytest.approx((0, 0), abs=0.012)


def test_half_of_a_round_thing_beside_what_hides_the_rest_is_left_alone():
    points = front_of_a_cylinder()
    box, whole = completed(points[points[:, 1] > 0], [CAMERA])
    assert whole is box
