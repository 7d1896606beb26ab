from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cogmap.memory.geometry.poses import is_pose, motion_between, poses_of, quat_xyzw_of

numbers = st.floats(-3, 3)
vectors = st.tuples(numbers, numbers, numbers).map(np.array)


def pose(turn: np.ndarray, position: np.ndarray) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(turn).as_matrix()
    matrix[:3, 3] = position
    return matrix


@given(vectors, vectors, vectors, vectors)
def test_motion_is_distance_and_angle_in_any_world(turn, position, world_turn, world_position):
    start, world = pose(np.ones(3), np.ones(3)), pose(world_turn, world_position)
    end = start @ pose(turn, position)
    for distance, angle in (
        motion_between(start, end),
        motion_between(end, start),
        motion_between(world @ start, world @ end),
    ):
        assert distance == pytest.approx(np.linalg.norm(position), abs=1e-9)
        assert angle == pytest.approx(Rotation.from_rotvec(turn).magnitude(), abs=1e-6)


def test_many_are_compared_at_once():
    poses = np.stack([pose(np.array([0, 0, 0.1 * i]), np.array([i, 0, 0])) for i in range(4)])
    distance, angle = motion_between(poses[:, None], poses)
    steps = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    np.testing.assert_allclose(distance, steps, atol=1e-12)
    np.testing.assert_allclose(angle, 0.1 * steps, atol=1e-7)


def test_a_mirror_is_no_pose():
    assert is_pose(pose(np.ones(3), np.ones(3)))
    assert not is_pose(np.diag([1.0, 1.0, -1.0, 1.0]))
    assert not is_pose(np.eye(3))


@given(st.integers(0, 10**6), st.integers(0, 5))
def test_a_pose_in_fewer_numbers_is_the_same(seed, count):
    rng = np.random.default_rng(seed)
    rotations = Rotation.random(count, rng=rng).as_matrix().reshape(-1, 3, 3)
    positions = rng.uniform(-9, 9, (count, 3))
    quat_xyzw = quat_xyzw_of(rotations)
    assert quat_xyzw.dtype == np.float32 and (quat_xyzw[:, 3] >= 0).all()
    poses = poses_of(quat_xyzw, positions)
    assert poses.shape == (count, 4, 4)
    np.testing.assert_allclose(poses[:, :3, :3], rotations, atol=3e-7)
    np.testing.assert_array_equal(poses[:, :3, 3], positions)


@pytest.mark.parametrize("wrong", [0.0, 2.0, -1.0, np.nan, np.inf])
def test_what_is_no_rotation_has_no_quaternion(wrong):
    with pytest.raises(ValueError, match=r"rotation|determinant"):
        quat_xyzw_of(np.array([np.eye(3), np.diag([1.0, 1.0, wrong])]))
