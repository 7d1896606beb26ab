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
    turned = np.diag([-1.0, -1.0, 1.0, 1.0])
    trajectory.add_keyframe(3, turned)
    assert trajectory.keyframes().tolist() == [3, 8] and trajectory.last_keyframe() == 8
    assert trajectory.has_keyframe(3) and not trajectory.has_keyframe(4)
    np.testing.assert_array_equal(trajectory.world_from_keyframe(3), turned)


def test_what_is_no_rotation_is_refused():
    trajectory = Trajectory()
    assert trajectory.last_keyframe() is None
    for wrong in (0.0, 2.0, -1.0, np.nan):
        with pytest.raises(TrajectoryError, match="no rotation"):
            trajectory.add_keyframe(0, np.diag([1.0, 1.0, wrong, 1.0]))
    assert not trajectory.has_keyframe(0)


def test_a_refused_pose_changes_nothing():
    trajectory, _ = walk(0, 10)
    before, flat = trajectory.state(), np.diag([1.0, 1.0, 0.0, 1.0])
    with pytest.raises(TrajectoryError, match="no rotation"):
        trajectory.correct({0: np.eye(4), 5: flat})
    with pytest.raises(TrajectoryError, match="no rotation"):
        trajectory.add(-1, 0, 0, flat)  # before all others
    for name, array in trajectory.state().items():
        np.testing.assert_array_equal(array, before[name])


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
    assert sum(a.nbytes for name, a in state.items() if name.startswith("frame_")) == 1000 * 52
    for name, array in copy.state().items():
        np.testing.assert_array_equal(array, state[name])


def test_a_frame_stays_within_micrometres_of_where_it_was_relative_to_its_keyframe():
    trajectory, far = Trajectory(), random_pose(np.random.default_rng(0))
    far[:3, 3] = (3000.0, -2000.0, 10.0)
    trajectory.add_keyframe(0, far)
    near = random_pose(np.random.default_rng(1))
    near[:3, 3] /= 10
    trajectory.add(1, 0, 0, near)
    keyframe = trajectory.world_from_keyframe(0)
    np.testing.assert_array_equal(keyframe[:3, 3], far[:3, 3])
    np.testing.assert_allclose(keyframe, far, atol=3e-7)
    relative = np.linalg.inv(keyframe) @ trajectory.world_from_camera(1)
    np.testing.assert_allclose(relative, near, atol=1e-6)


def of_format(version: int, frames: int) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    """A state as maps of format 2 or 3 have it, a keyframe every five frames, and its poses."""
    rng = np.random.default_rng(version)
    world = np.array([random_pose(rng) for _ in range(0, frames, 5)])
    near = np.array([random_pose(rng) for _ in range(frames)])
    near[::5] = np.eye(4)
    numbers = np.arange(frames)
    poses = world[numbers // 5] @ near
    older = {
        "frames": np.stack([numbers, numbers // 5 * 5, numbers * 10], axis=1),
        "keyframe_from_camera": near[:, :3].astype(np.float64 if version == 2 else np.float32),
        "keyframes": np.stack([numbers[::5], *np.zeros((2, len(world)), np.int64)], axis=1),
        "world_from_keyframe": world[:, :3],
        "revision": np.array([3]),
    }
    return older, list(poses)


@pytest.mark.parametrize("version", [2, 3])
def test_poses_of_maps_of_older_formats_are_read(version):
    older, poses = of_format(version, 23)
    trajectory = Trajectory.from_state(older)
    numbers, stamps, found = trajectory.poses()
    assert numbers.tolist() == list(range(23)) and stamps[-1] == 220
    assert trajectory.revision == 3 and trajectory.keyframes().tolist() == [0, 5, 10, 15, 20]
    np.testing.assert_allclose(found, poses, atol=ROUNDING_M)


def test_what_are_no_poses_is_refused():
    older, _ = of_format(3, 20)
    older["keyframe_from_camera"] = older["keyframe_from_camera"].astype(int)
    with pytest.raises(TrajectoryError, match="poses are int"):
        Trajectory.from_state(older)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("frame_quat_xyzw", lambda a: 2 * a, "no rotation"),
        ("frame_quat_xyzw", lambda a: a.astype(np.float64), "not float32"),
        ("frame_quat_xyzw", lambda a: a[:-1], r"\(19, 4\)"),
        ("frame_positions", lambda a: a * np.float32("nan"), "not finite"),
        ("frame_positions", lambda a: a[:, :2], r"\(20, 2\)"),
        ("frame_steps", lambda a: -a, "not in order"),
        ("frame_steps", lambda a: a.astype(np.int32), "not int64"),
        # a sum that no int64 holds
        (
            "keyframe_steps",
            lambda a: np.array([2**63 - 1, 2, 2**63 - 6, 2])[:, None] * [1, 0, 0],
            "not in order",
        ),
        ("frame_steps", lambda a: np.add(a, (0, 1, 0)), "keyframe that is not there"),
        # a correction would round them
        ("keyframe_positions", lambda a: a.astype(np.float32), "not float64"),
    ],
)
def test_a_broken_state_is_refused(name, change, words):
    state = walk(3, 20)[0].state()
    with pytest.raises(TrajectoryError, match=words):
        Trajectory.from_state(state | {name: change(state[name])})


def test_an_empty_trajectory_has_no_poses():
    numbers, stamps, poses = Trajectory().poses()
    assert len(numbers) == len(stamps) == len(poses) == 0
    assert poses.shape == (0, 4, 4)
