"""The pose of a camera from points that it sees: by consensus, then by least squares."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from cogmap.memory.dense.features import Features, Indices
from cogmap.memory.geometry.camera import transform
from cogmap.runtime.messages import F64, Intrinsics

INVERSE_DEPTH_SIGMA = 0.01
"""1/m. Structured-light and stereo depth err in proportion to its square, so their inverse depth
errs evenly: 0.003 for a Kinect (Khoshelham and Elberink, Sensors 2012, eq. 10), more where colour
and depth are not exposed at the same moment."""

CHI2_2, CHI2_3 = 5.99, 7.81
"""95 % quantiles of chi squared with 2 and 3 degrees of freedom."""


@dataclass(frozen=True)
class Sightings:
    """Points of the map (world frame) and where one image shows them."""

    points: F64
    """(N, 3) world, metres."""
    pixels: F64
    """(N, 2)."""
    sigma_px: F64
    """(N,)."""
    depth_m: F64
    """(N,) as measured by this image; 0 is unknown."""

    def __len__(self) -> int:
        return len(self.points)

    def of(self, chosen: NDArray[np.bool_] | Indices) -> Sightings:
        """The chosen ones."""
        return Sightings(
            self.points[chosen], self.pixels[chosen], self.sigma_px[chosen], self.depth_m[chosen]
        )

    @staticmethod
    def by(features: Features, found: Indices, points: F64) -> Sightings:
        """``points`` (N, 3) in the world, seen as features ``found`` (N,)."""
        return Sightings(
            points, features.pixels[found], features.sigma_px[found], features.depth_m[found]
        )


@dataclass(frozen=True)
class PoseEstimate:
    """A camera pose and how well the sightings agree with it."""

    camera_from_world: F64
    """(4, 4)."""
    inliers: NDArray[np.bool_]
    """(N,) sightings that agree."""
    covariance: F64
    """(6, 6) of the error in the camera frame: translation (m), rotation (rad)."""

    @property
    def position_sigma_m(self) -> float:
        """Standard deviation of the position, all directions together."""
        return float(np.sqrt(np.trace(self.covariance[:3, :3])))


def pose_by_consensus(
    sightings: Sightings, intrinsics: Intrinsics, max_error_px: float = 6.0
) -> F64 | None:
    """``camera_from_world`` that most sightings agree with (RANSAC over P3P); None if too few.

    OpenCV seeds its random numbers anew in every call: the same input gives the same pose.
    """
    if len(sightings) < 6:
        return None
    ok, rotation, translation, inliers = cv2.solvePnPRansac(
        sightings.points,
        sightings.pixels,
        intrinsics.matrix(),
        None,
        iterationsCount=300,
        reprojectionError=max_error_px,
        confidence=0.999,
        flags=cv2.SOLVEPNP_AP3P,
    )
    if not ok or inliers is None or len(inliers) < 6:
        return None
    camera_from_world = np.eye(4)
    camera_from_world[:3, :3] = cv2.Rodrigues(rotation)[0]
    camera_from_world[:3, 3] = translation[:, 0]
    return camera_from_world


def refine_pose(
    camera_from_world: F64, sightings: Sightings, intrinsics: Intrinsics, iterations: int = 8
) -> PoseEstimate:
    """Least squares over reprojection and inverse depth, robust (Huber), then of inliers alone.

    With fewer than 6 inliers, nothing is an inlier and the covariance is infinite.
    """
    pose = camera_from_world
    normal = np.zeros((6, 6))
    inliers = np.ones(len(sightings), bool)
    for _ in range(3):
        if inliers.sum() < 6:
            return PoseEstimate(pose, np.zeros(len(sightings), bool), np.full((6, 6), np.inf))
        pose, normal = _gauss_newton(pose, sightings.of(inliers), intrinsics, iterations)
        error, degrees = _squared_errors(pose, sightings, intrinsics)
        inliers = error <= np.where(degrees == 3, CHI2_3, CHI2_2)
    covariance = np.asarray(np.linalg.pinv(normal, hermitian=True), np.float64)
    return PoseEstimate(pose, inliers, covariance)


def _gauss_newton(
    pose: F64, sightings: Sightings, intrinsics: Intrinsics, iterations: int
) -> tuple[F64, F64]:
    """The pose, and the normal matrix (inverse covariance) of the last step."""
    normal = np.eye(6)
    for _ in range(iterations):
        residuals, jacobian = _linearize(pose, sightings, intrinsics)
        length = np.sqrt((residuals**2).sum(axis=1))
        weight = np.minimum(1.0, np.sqrt(CHI2_3) / np.maximum(length, 1e-12))
        weighted = jacobian * weight[:, None, None]
        normal = np.einsum("nri,nrj->ij", weighted, jacobian)
        gradient = np.einsum("nri,nr->i", weighted, residuals)
        step = -np.linalg.solve(normal + 1e-9 * np.eye(6) * np.trace(normal), gradient)
        pose = _moved(pose, step)
        if np.abs(step).max() < 1e-6:
            break
    return pose, normal


def _linearize(pose: F64, sightings: Sightings, intrinsics: Intrinsics) -> tuple[F64, F64]:
    """Residuals (N, 3) over their sigma: x, y, inverse depth; and (N, 3, 6) derivatives.

    The pose moves by (translation, rotation vector) in the camera frame, applied on the left.
    """
    points = transform(pose, sightings.points)
    x, y = points[:, 0], points[:, 1]
    z = np.maximum(points[:, 2], 1e-3)
    fx, fy = intrinsics.fx, intrinsics.fy
    has_depth = sightings.depth_m > 0
    measured = 1 / np.where(has_depth, sightings.depth_m, 1.0)
    residuals = np.stack(
        [
            fx * x / z + intrinsics.cx - sightings.pixels[:, 0],
            fy * y / z + intrinsics.cy - sightings.pixels[:, 1],
            np.where(has_depth, 1 / z - measured, 0.0),
        ],
        axis=1,
    )
    by_point = np.zeros((len(points), 3, 3))
    by_point[:, 0, 0], by_point[:, 0, 2] = fx / z, -fx * x / z**2
    by_point[:, 1, 1], by_point[:, 1, 2] = fy / z, -fy * y / z**2
    by_point[:, 2, 2] = np.where(has_depth, -1 / z**2, 0.0)
    sigma = np.stack(
        [sightings.sigma_px, sightings.sigma_px, np.full(len(points), INVERSE_DEPTH_SIGMA)], axis=1
    )
    jacobian = by_point @ np.concatenate(
        [np.tile(np.eye(3), (len(points), 1, 1)), -_skew(points)], 2
    )
    return residuals / sigma, jacobian / sigma[:, :, None]


def _squared_errors(pose: F64, sightings: Sightings, intrinsics: Intrinsics) -> tuple[F64, Indices]:
    """(N,) squared error over its variance, infinite behind the camera; degrees of freedom."""
    residuals, _ = _linearize(pose, sightings, intrinsics)
    in_front = transform(pose, sightings.points)[:, 2] > 0.05
    degrees = np.where(sightings.depth_m > 0, 3, 2)
    return np.where(in_front, (residuals**2).sum(axis=1), np.inf), degrees


def _moved(pose: F64, step: F64) -> F64:
    motion = np.eye(4)
    motion[:3, :3] = Rotation.from_rotvec(step[3:]).as_matrix()
    motion[:3, 3] = step[:3]
    moved: F64 = motion @ pose
    return moved


def _skew(v: F64) -> F64:
    """(N, 3, 3) matrices that take the cross product with (N, 3) vectors."""
    x, y, z = v.T
    zero = np.zeros_like(x)
    return np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
