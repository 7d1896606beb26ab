from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cogmap.memory.trajectory import Trajectory, TrajectoryError

ROUNDING_M = 4e-6
"""Of poses that are some 20 m away from their keyframe."""


def random_pose(rng: np.random.Generator) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.random(rng=rng).as_matrix()
    pose[:3, 3] = rng.uniform(-5, 5, 3)
    return pose


def walk(seed: int, frames: int) -> tuple[Trajectory, list[np.ndarray]]:
    """A trajectory with a keyframe every five frames, and the poses that went in."""
    rng = np.random.default_rng(seed)
    trajectory, poses = Trajectory(), []
    for number in range(frames):
        pose = random_pose(rng)
        keyframe = number // 5 * 5
        if keyframe == number:
            trajectory.add_keyframe(number, pose)
        relative = np.linalg.inv(trajectory.world_from_keyframe(keyframe)) @ pose
        trajectory.add(number, number * 10, keyframe, relative)
        poses.append(pose)
    return trajectory, poses


@given(st.integers(0, 10**6), st.integers(1, 150))
def test_what_goes_in_comes_out(seed, frames):
    trajectory, poses = walk(seed, frames)
    numbers, stamps, world_from_camera = trajectory.poses()
    assert numbers.tolist() == list(range(frames))
    assert stamps.tolist() == [10 * n for n in range(frames)]
    np.testing.assert_allclose(world_from_camera, poses, atol=ROUNDING_M)
    np.testing.assert_array_equal(trajectory.world_from_camera(frames - 1), world_from_camera[-1])


@given(st.integers(0, 10**6), st.integers(0, 3))
def test_a_corrected_keyframe_moves_its_frames_rigidly_and_no_others(seed, which):
    trajectory, poses = walk(seed, 20)
    correction = random_pose(np.random.default_rng(seed + 1))
    keyframe = 5 * which
    trajectory.correct({keyframe: correction @ trajectory.world_from_keyframe(keyframe)})
    assert trajectory.revision == 1
    for number, pose in enumerate(poses):
        want = correction @ pose if number // 5 == which else pose
        np.testing.assert_allclose(trajectory.world_from_camera(number), want, atol=ROUNDING_M)


def test_a_correction_of_the_unknown_changes_nothing():
    trajectory, _ = walk(0, 10)
    before = trajectory.state()
    with pytest.raises(TrajectoryError, match="frame 7"):
        trajectory.correct({0: np.eye(4), 7: np.eye(4)})
    for name, array in trajectory.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_keyframe_may_be_made_known_late():
    trajectory = Trajectory()
    trajectory.add_keyframe(8, np.eye(4))
    trajectory.add_keyframe(3, 2 * np.eye(4))
    assert trajectory.keyframes().tolist() == [3, 8]
    assert trajectory.has_keyframe(3) and not trajectory.has_keyframe(4)
    assert trajectory.world_from_keyframe(3)[0, 0] == 2


def test_errors_name_the_frame():
    trajectory, _ = walk(0, 5)
    with pytest.raises(TrajectoryError, match="frame 4"):
        trajectory.add(4, 0, 0, np.eye(4))
    with pytest.raises(TrajectoryError, match="frame 99"):
        trajectory.world_from_camera(99)
    with pytest.raises(TrajectoryError, match="frame 50"):
        trajectory.add(51, 0, 50, np.eye(4))


def test_state_round_trip_is_exact_and_compact():
    trajectory, _ = walk(3, 1000)
    state = trajectory.state()
    copy = Trajectory.from_state(state)
    for number in (0, 499, 999):
        np.testing.assert_array_equal(
            copy.world_from_camera(number), trajectory.world_from_camera(number)
        )
    assert copy.revision == trajectory.revision
    assert state["frames"].nbytes + state["keyframe_from_camera"].nbytes == 1000 * 72
    for name, array in copy.state().items():
        np.testing.assert_array_equal(array, state[name])


def test_a_frame_stays_within_micrometres_of_where_it_was_relative_to_its_keyframe():
    trajectory, far = Trajectory(), random_pose(np.random.default_rng(0))
    far[:3, 3] = (3000.0, -2000.0, 10.0)
    trajectory.add_keyframe(0, far)
    near = random_pose(np.random.default_rng(1))
    near[:3, 3] /= 10
    trajectory.add(1, 0, 0, near)
    np.testing.assert_array_equal(trajectory.world_from_keyframe(0), far)
    relative = np.linalg.inv(far) @ trajectory.world_from_camera(1)
    np.testing.assert_allclose(relative, near, atol=1e-6)


def test_poses_of_maps_of_format_2_are_read():
    trajectory, _ = walk(3, 20)
    state = trajectory.state()
    older = state | {"keyframe_from_camera": state["keyframe_from_camera"].astype(np.float64)}
    for name, array in Trajectory.from_state(older).state().items():
        np.testing.assert_array_equal(array, state[name])


def test_what_are_no_poses_is_refused():
    state = walk(3, 20)[0].state()
    with pytest.raises(TrajectoryError, match="poses are int"):
        Trajectory.from_state(
            state | {"keyframe_from_camera": state["keyframe_from_camera"].astype(int)}
        )


def test_keyframes_that_a_correction_would_round_are_refused():
    state = walk(3, 20)[0].state()
    rounded = state["world_from_keyframe"].astype(np.float32)
    with pytest.raises(TrajectoryError, match=r"poses are float32.*not float64"):
        Trajectory.from_state(state | {"world_from_keyframe": rounded})


def test_an_empty_trajectory_has_no_poses():
    numbers, stamps, poses = Trajectory().poses()
    assert len(numbers) == len(stamps) == len(poses) == 0
    assert poses.shape == (0, 4, 4)
