from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cogmap.bench.trajectory_error import (
    TrajectoryMismatchError,
    align_orientations,
    align_positions,
    trajectory_error,
)


def poses(rotations: Rotation, positions: np.ndarray) -> np.ndarray:
    result = np.tile(np.eye(4), (len(positions), 1, 1))
    result[:, :3, :3], result[:, :3, 3] = rotations.as_matrix(), positions
    return result


def some_trajectory(seed: int, count: int = 12) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return poses(Rotation.random(count, rng=rng), rng.normal(size=(count, 3)))


@given(st.integers(0, 10_000))
def test_moving_the_whole_trajectory_is_no_error(seed):
    true = some_trajectory(seed)
    move = some_trajectory(seed + 1, 1)[0]
    error = trajectory_error(move @ true, true)
    assert error.ate_rmse_m < 1e-9
    assert error.orientation_rad.max() < 1e-6
    assert error.step_rotation_rad.max() < 1e-6
    assert error.step_translation_m.max() < 1e-9


@given(st.integers(0, 10_000))
def test_errors_do_not_depend_on_the_world(seed):
    true, estimated = some_trajectory(seed), some_trajectory(seed + 1)
    move = some_trajectory(seed + 2, 1)[0]
    here, there = trajectory_error(estimated, true), trajectory_error(move @ estimated, true)
    np.testing.assert_allclose(here.position_m, there.position_m, atol=1e-9)
    np.testing.assert_allclose(here.step_rotation_rad, there.step_rotation_rad, atol=1e-6)


def test_positions_by_hand():
    """One of four corners of a unit square is lifted: the fit takes it up, not away."""
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0.0]])
    still = Rotation.identity(4)
    stretched = square * [1.0, 1.2, 1.0]
    error = trajectory_error(poses(still, stretched), poses(still, square))
    np.testing.assert_allclose(error.position_m, 0.1)
    assert error.ate_rmse_m == pytest.approx(0.1)


def test_one_wrong_step_is_one_wrong_step():
    """A turn of 10 degrees between frames 4 and 5 that did not happen, out of 10."""
    true = poses(Rotation.identity(10), np.zeros((10, 3)))
    estimated = true.copy()
    estimated[5:, :3, :3] = Rotation.from_euler("y", 10, degrees=True).as_matrix()
    error = trajectory_error(estimated, true)
    expected = [0] * 4 + [10] + [0] * 4
    np.testing.assert_allclose(np.degrees(error.step_rotation_rad), expected, atol=1e-6)
    np.testing.assert_allclose(np.degrees(error.orientation_rad), 5, atol=1e-6)


def test_step_translation_is_seen_by_the_camera():
    true = poses(Rotation.identity(3), np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0.0]]))
    estimated = poses(Rotation.identity(3), np.array([[0, 0, 0], [1.1, 0, 0], [2.1, 0, 0]]))
    np.testing.assert_allclose(
        trajectory_error(estimated, true).step_translation_m, [0.1, 0], atol=1e-12
    )


@given(st.integers(0, 10_000))
def test_alignment_never_mirrors(seed):
    rng = np.random.default_rng(seed)
    flat = rng.normal(size=(5, 3)) * [1, 1, 0]
    mirrored = flat * [1, 1, -1] + rng.normal(size=(5, 3)) * 0.01
    assert np.linalg.det(align_positions(flat, mirrored)[:3, :3]) == pytest.approx(1)
    rotations = Rotation.random(4, rng=rng).as_matrix()
    assert np.linalg.det(align_orientations(rotations, -rotations)) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(3, 4, 4), (5, 3, 4), (1, 4, 4)])
def test_what_cannot_be_compared_says_so(shape):
    other = (shape[0] if shape[0] == 1 else 5, *shape[1:])
    with pytest.raises(TrajectoryMismatchError, match=r"\(N, 4, 4\)"):
        trajectory_error(np.zeros(shape), np.zeros(other))
