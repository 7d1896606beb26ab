"""Poses (4, 4) ``a_from_b``: whether one is one, and how far two are apart."""

from __future__ import annotations

import numpy as np

from cogmap.runtime.messages import F64

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
