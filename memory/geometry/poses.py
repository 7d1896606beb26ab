"""Poses (4, 4) ``a_from_b``: whether one is one, how far two are apart, and in fewer numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from cogmap.runtime.messages import F32, F64

__all__ = ["FARTHEST_M", "is_pose", "motion_between", "poses_of", "quat_xyzw_of"]

FARTHEST_M = 1e5
"""From the origin: what is said to be farther away is a mistake."""


def is_pose(matrix: F64) -> bool:
    """Whether a (4, 4) is finite and a rotation (to 1e-3) with a translation."""
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        return False
    rotation = matrix[:3, :3]
    return bool(
        np.abs(matrix[3] - (0, 0, 0, 1)).max() < 1e-6
        and np.abs(matrix).max() < FARTHEST_M
        and np.abs(rotation @ rotation.T - np.eye(3)).max() < 1e-3
        and np.linalg.det(rotation) > 0
    )


def motion_between(start: F64, end: F64) -> tuple[F64, F64]:
    """Distance (m) between the positions of poses (..., 4, 4) and angle (rad) of the turn.

    The two broadcast against each other: (N, 1, 4, 4) and (N, 4, 4) give (N, N) each.
    """
    distance = np.linalg.norm(end[..., :3, 3] - start[..., :3, 3], axis=-1)
    trace = np.einsum("...ij,...ij->...", start[..., :3, :3], end[..., :3, :3])
    return np.asarray(distance), np.arccos(np.clip((trace - 1) / 2, -1, 1))


def quat_xyzw_of(rotations: NDArray[Any]) -> F32:
    """Quaternions (N, 4) of matrices (N, 3, 3), to 1e-7 rad; of the two of a rotation, the one with
    a positive w. Raises ValueError for what is no rotation to 1e-2."""
    if not len(rotations):
        return np.zeros((0, 4), np.float32)
    matrices = rotations.astype(np.float64)
    if (np.abs(matrices) < 1.1).all():  # else SciPy would warn of what is not finite
        found = Rotation.from_matrix(matrices)
        if np.abs(found.as_matrix() - matrices).max() < 1e-2:
            return np.asarray(found.as_quat(canonical=True), np.float32)
    raise ValueError("a matrix is no rotation")


def poses_of(quat_xyzw: NDArray[Any], positions: NDArray[Any]) -> F64:
    """Poses (N, 4, 4) of quaternions (N, 4), of any length but 0, and positions (N, 3), metres."""
    poses = np.zeros((len(quat_xyzw), 4, 4), np.float64)
    if len(quat_xyzw):
        poses[:, :3, :3] = Rotation.from_quat(quat_xyzw.astype(np.float64)).as_matrix()
    poses[:, :3, 3] = positions
    poses[:, 3, 3] = 1
    return poses
