"""Pose tables, interpolation, and turning worlds upright."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.transform import Rotation

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.poses import (
    Trajectory,
    pose_from_matrix,
    pose_from_quaternion,
    read_rows,
    upright,
)

numbers = st.floats(-10, 10)
rotation_vectors = hnp.arrays(np.float64, 3, elements=st.floats(-3, 3))


def pose(rotation_vector, translation=(0, 0, 0)):
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(rotation_vector).as_matrix()
    matrix[:3, 3] = translation
    return matrix


@given(rotation_vectors, st.tuples(numbers, numbers, numbers))
def test_rounding_of_a_text_file_is_taken_out(rotation_vector, translation):
    exact = pose(rotation_vector, translation)
    read = pose_from_matrix(np.round(exact, 3), "here")
    assert np.allclose(read, exact, atol=2e-3)
    assert np.allclose(read[:3, :3] @ read[:3, :3].T, np.eye(3), atol=1e-12)


@given(rotation_vectors)
def test_quaternion_and_matrix_agree(rotation_vector):
    quaternion = Rotation.from_rotvec(rotation_vector).as_quat()
    assert np.allclose(
        pose_from_quaternion((1, 2, 3, *quaternion), "here"), pose(rotation_vector, (1, 2, 3))
    )


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.full((4, 4), np.nan), "not finite"),
        (np.zeros((4, 4)), "not a rotation"),
        (np.diag([2.0, 2, 2, 1]), "not a rotation"),
        (np.diag([1.0, 1, -1, 1]), r"not a rotation.*det R = -1"),
        (pose([0, 0, 0], (1, 2, 3)).T, "last row"),
    ],
)
def test_no_pose(matrix, message):
    with pytest.raises(EpisodeError, match=f"{message}.*poses.txt, line 7"):
        pose_from_matrix(matrix, "poses.txt, line 7")


@pytest.mark.parametrize(
    ("quaternion", "message"),
    [((0, 0, 0, 0), "unit quaternion"), ((0, 0, 0, np.nan), "not finite"), ((1, 1, 0, 0), "unit")],
)
def test_no_quaternion(quaternion, message):
    with pytest.raises(EpisodeError, match=f"{message}.*line 3"):
        pose_from_quaternion((0, 0, 0, *quaternion), "gt.txt, line 3")


def test_rows_name_the_line(tmp_path):
    (tmp_path / "p.txt").write_text("# header\n1 2 3\n\n4 5\n")
    with pytest.raises(EpisodeError, match=r"2 values instead of 3: .*p\.txt, line 4"):
        read_rows(tmp_path / "p.txt", 3)
    (tmp_path / "p.txt").write_text("# header\n")
    with pytest.raises(EpisodeError, match="no rows but comments"):
        read_rows(tmp_path / "p.txt", 3)
    (tmp_path / "p.txt").write_bytes(b"\xff\xfe\x00binary")
    with pytest.raises(EpisodeError, match=r"not a text file: .*p\.txt"):
        read_rows(tmp_path / "p.txt", 3)


MS = 1_000_000


def test_trajectory_interpolates_both_parts():
    path = Trajectory([0, 40 * MS], [pose([0, 0, 0]), pose([0, 0, 1], (1, 0, 0))])
    assert np.allclose(path.at(10 * MS), pose([0, 0, 0.25], (0.25, 0, 0)))


@given(st.integers(0, 40))
def test_trajectory_at_its_own_stamps_is_exact(index):
    stamps = [i * 10 * MS for i in range(41)]
    poses = [pose([0, 0, i / 50], (i, 0, 0)) for i in range(41)]
    assert np.array_equal(Trajectory(stamps, poses).at(stamps[index]), poses[index])


def test_trajectory_does_not_bridge_gaps():
    path = Trajectory([0, 100 * MS], [pose([0, 0, 0]), pose([0, 0, 1])])
    assert np.array_equal(path.at(20 * MS), pose([0, 0, 0]))
    assert path.at(50 * MS) is None
    assert path.at(-30 * MS) is None
    assert path.at(130 * MS) is None
    assert Trajectory([], []).at(0) is None


@given(
    st.sampled_from([(0, 1), (0, -1), (1, 1), (1, -1), (2, 1), (2, -1)]),
    hnp.arrays(np.float64, 3, elements=st.floats(-0.3, 0.3)),
)
def test_upright_puts_camera_down_to_minus_z(axis_and_sign, tilt):
    axis, sign = axis_and_sign
    down = sign * np.eye(3)[axis]
    side = np.roll(down, 1)
    camera = np.eye(4)
    camera[:3, :3] = np.stack([side, down, np.cross(side, down)], axis=1)
    cameras = [camera @ pose(tilt), None, camera @ pose(-tilt, (1, 2, 3))]
    turned = upright(cameras)
    assert turned[1] is None
    turn = turned[0] @ np.linalg.inv(cameras[0])
    assert np.allclose(turn[:3, :3] @ down, (0, 0, -1))
    assert np.linalg.det(turn) == pytest.approx(1)
    assert np.allclose(turned[2], turn @ cameras[2])
    assert upright([None]) == [None]
