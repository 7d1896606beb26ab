"""How far an estimated trajectory is from the true one.

Definitions are those of the TUM RGB-D benchmark (Sturm et al., "A Benchmark for the Evaluation
of RGB-D SLAM Systems", IROS 2012), as evo computes them (github.com/MichaelGrupp/evo: ``evo_ape
--align`` and ``evo_rpe --delta 1 --pose_relation angle_deg``). Trajectories are (N, 4, 4)
``world_from_camera``, frame by frame; they may live in different worlds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from cogmap.runtime.messages import F64, CogmapError


class TrajectoryMismatchError(CogmapError, ValueError):
    """Two trajectories cannot be compared."""


@dataclass(frozen=True)
class TrajectoryDeviation:
    """Errors of one trajectory. Metres and radians; one entry a pose, or a step between two."""

    position_m: F64
    """(N,) distance between positions after SE(3) alignment of the positions."""
    orientation_rad: F64
    """(N,) angle between orientations after the rotation that aligns them best."""
    step_rotation_rad: F64
    """(N - 1,) rotation angle of the relative pose error between neighbours."""
    step_translation_m: F64
    """(N - 1,) length of its translation."""

    @property
    def ate_rmse_m(self) -> float:
        """Absolute trajectory error: root mean square of ``position_m``."""
        return float(np.sqrt(np.mean(self.position_m**2)))


def trajectory_error(estimated: F64, true: F64) -> TrajectoryDeviation:
    """Compares two (N, 4, 4) trajectories, N >= 2, pose by pose.

    Position error follows ``evo_ape --align``. Orientation error uses its own alignment, the
    rotation that is least squares over the orientations: a camera that hardly moves says too
    little about directions by its positions.

    Raises:
        TrajectoryMismatchError: the shapes differ, are not (N, 4, 4) or N < 2.
    """
    if estimated.shape != true.shape or estimated.shape[1:] != (4, 4) or len(estimated) < 2:
        raise TrajectoryMismatchError(
            f"trajectories of shapes {estimated.shape} and {true.shape} cannot be compared:"
            " give two of the same shape (N, 4, 4) with N >= 2"
        )
    true_from_estimated = align_positions(estimated[:, :3, 3], true[:, :3, 3])
    aligned = true_from_estimated @ estimated
    turn = align_orientations(estimated[:, :3, :3], true[:, :3, :3])
    steps = np.linalg.inv(_steps(true)) @ _steps(estimated)
    return TrajectoryDeviation(
        position_m=np.linalg.norm(aligned[:, :3, 3] - true[:, :3, 3], axis=1),
        orientation_rad=_angles(true[:, :3, :3].transpose(0, 2, 1) @ turn @ estimated[:, :3, :3]),
        step_rotation_rad=_angles(steps[:, :3, :3]),
        step_translation_m=np.linalg.norm(steps[:, :3, 3], axis=1),
    )


def align_positions(source: F64, target: F64) -> F64:
    """Rigid (4, 4) ``target_from_source`` of least squares over paired points (N, 3).

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    PAMI 1991, eq. 39 to 41 without scale.
    """
    source_center, target_center = source.mean(axis=0), target.mean(axis=0)
    rotation = _nearest_rotation((target - target_center).T @ (source - source_center))
    target_from_source = np.eye(4)
    target_from_source[:3, :3] = rotation
    target_from_source[:3, 3] = target_center - rotation @ source_center
    return target_from_source


def align_orientations(source: F64, target: F64) -> F64:
    """The (3, 3) rotation R that brings R @ source[i] closest to target[i], (N, 3, 3) each.

    Least squares in the chordal distance (Hartley et al., "Rotation Averaging", IJCV 2013, 5.3).
    """
    return _nearest_rotation(np.einsum("nij,nkj->ik", target, source))


def _nearest_rotation(matrix: F64) -> F64:
    u, _, vt = np.linalg.svd(matrix)
    u[:, 2] *= np.sign(np.linalg.det(u) * np.linalg.det(vt))
    rotation: F64 = u @ vt
    return rotation


def _steps(trajectory: F64) -> F64:
    """(N - 1, 4, 4) pose of each camera in the frame of the one before."""
    steps: F64 = np.linalg.inv(trajectory[:-1]) @ trajectory[1:]
    return steps


def _angles(rotations: F64) -> F64:
    return np.asarray(Rotation.from_matrix(rotations).magnitude(), np.float64)
