from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cogmap.memory.geometry.gravity import (
    CAMERA_UP,
    first_pose,
    gravity_from_floor,
    level_pose,
    rotation_between,
    up_from_floor,
)
from cogmap.runtime.messages import Frame, Intrinsics

UP = np.array([0.0, 0.0, 1.0])
directions = st.tuples(*[st.floats(-1, 1)] * 3).map(np.array)
tilts = st.floats(-0.6, 0.6)


def room(seed: int) -> np.ndarray:
    """Floor at z = 0 with 1 cm noise, one wall, a table top, clutter; 900 points, z up."""
    rng = np.random.default_rng(seed)
    floor = rng.uniform([-2, -2, 0], [2, 2, 0], (450, 3)) + rng.normal(0, 0.005, (450, 3))
    wall = rng.uniform([2, -2, 0], [2, 2, 2.5], (250, 3))
    table = rng.uniform([0, 0, 0.7], [1, 0.6, 0.7], (100, 3))
    return np.concatenate([floor, wall, table, rng.uniform([-2, -2, 0], [2, 2, 2], (100, 3))])


@given(seed=st.integers(0, 1000), roll=tilts, pitch=tilts)
def test_a_tilted_room_is_levelled(seed, roll, pitch):
    tilt = Rotation.from_euler("xy", [roll, pitch])
    assume(tilt.apply(UP) @ UP > np.cos(0.7))
    level = gravity_from_floor(tilt.apply(room(seed)), UP)
    assert level is not None
    np.testing.assert_allclose(level @ level.T, np.eye(3), atol=1e-9)
    assert np.degrees(np.arccos(min(1, (level @ tilt.apply(UP)) @ UP))) < 1.0


@given(seed=st.integers(0, 1000), yaw=st.floats(-3, 3))
def test_up_turns_with_the_world(seed, yaw):
    turn = Rotation.from_euler("z", yaw)
    here, there = up_from_floor(room(seed), UP), up_from_floor(turn.apply(room(seed)), UP)
    assert here is not None and there is not None
    np.testing.assert_allclose(turn.apply(here), there, atol=1e-6)


def test_a_wall_is_no_floor():
    wall = np.random.default_rng(0).uniform([2, -2, 0], [2, 2, 2.5], (300, 3))
    assert up_from_floor(wall, UP) is None


def test_a_strip_of_a_wall_is_no_floor():
    rows, columns = np.mgrid[0.5:2.0:8j, -1:1:12j]
    wall = np.stack([np.full(96, 2.0), columns.ravel(), rows.ravel()], axis=1)
    assert up_from_floor(wall, UP) is None


def test_scattered_points_have_no_floor():
    assert up_from_floor(np.random.default_rng(0).normal(0, 2, (500, 3)), UP) is None


@pytest.mark.parametrize("count", [0, 2, 3])
def test_too_few_or_collinear_points_have_no_floor(count):
    assert up_from_floor(np.tile([1.0, 2.0, 3.0], (count, 1)), UP) is None


@given(directions)
def test_level_pose_puts_down_down(down):
    assume(np.linalg.norm(down) > 0.1)
    pose = level_pose(down)
    rotation = pose[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(rotation @ (down / np.linalg.norm(down)), -UP, atol=1e-9)


def test_a_level_camera_looks_along_y_with_x_to_the_right():
    rotation = level_pose(-CAMERA_UP)[:3, :3]
    np.testing.assert_allclose(rotation @ [0, 0, 1], [0, 1, 0], atol=1e-12)
    np.testing.assert_allclose(rotation @ [1, 0, 0], [1, 0, 0], atol=1e-12)


@given(directions, directions)
def test_rotation_between_is_the_smallest(a, b):
    assume(np.linalg.norm(a) > 0.1 and np.linalg.norm(b) > 0.1)
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    assume(a @ b > -0.99)
    rotation = rotation_between(a, b)
    np.testing.assert_allclose(rotation @ a, b, atol=1e-9)
    angle = Rotation.from_matrix(rotation).magnitude()
    assert angle == pytest.approx(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b), abs=1e-6)


def test_opposite_vectors_are_refused():
    with pytest.raises(ValueError, match="opposite"):
        rotation_between(UP, -UP)


def looking_down_at_floor(pitch: float, down: tuple[float, float, float] | None) -> Frame:
    """A camera 1.2 m above an endless floor, pitched down by ``pitch`` rad."""
    camera = Intrinsics(width=160, height=120, fx=130, fy=130, cx=79.5, cy=59.5)
    y = (np.mgrid[0:120, 0:160][0] - camera.cy) / camera.fy
    fall = y * np.cos(pitch) + np.sin(pitch)
    metres = np.where(fall > 0.2, 1.2 / np.maximum(fall, 0.2), 0)
    return Frame(
        stamp_ns=0,
        number=0,
        intrinsics=camera,
        depth=np.rint(metres * 1000).astype(np.uint16),
        gravity_in_camera=down,
    )


@pytest.mark.parametrize("pitch", [0.25, 0.5, 0.7])
def test_first_pose_from_the_floor(pitch):
    rotation = first_pose(looking_down_at_floor(pitch, None))[:3, :3]
    np.testing.assert_allclose(rotation @ [0, 0, 1], [0, np.cos(pitch), -np.sin(pitch)], atol=2e-3)


def test_first_pose_mends_a_coarse_accelerometer_by_the_floor():
    pitch = 1.2  # too steep for the guess that the camera is level
    coarse = pitch + 0.1
    frame = looking_down_at_floor(pitch, (0.0, float(np.cos(coarse)), float(np.sin(coarse))))
    ahead = first_pose(frame)[:3, :3] @ [0, 0, 1]
    np.testing.assert_allclose(ahead, [0, np.cos(pitch), -np.sin(pitch)], atol=2e-3)


def test_first_pose_without_any_hint_is_level():
    frame = Frame(
        stamp_ns=0,
        number=0,
        intrinsics=Intrinsics(width=8, height=6, fx=9, fy=9, cx=4, cy=3),
        depth=np.zeros((6, 8), np.uint16),
    )
    np.testing.assert_allclose(first_pose(frame)[:3, :3] @ CAMERA_UP, UP, atol=1e-12)
