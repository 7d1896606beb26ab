"""Poses made better by the surface: a frame is shifted and turned until its depth lies on it.

For sources that state how uncertain their poses are. The stated pose is believed as much as its
uncertainty says, the surface as much as it constrains the frame: along a bare wall nothing is
known but what the source said. The alignment is that of point to distance field (Bylow, Sturm,
Kerl, Kahl and Cremers, "Real-Time Camera Tracking and 3D Reconstruction Using Signed Distance
Functions", RSS 2013), with the stated pose as a prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from cogmap.memory.geometry.camera import backproject, transform
from cogmap.runtime.messages import F32, F64, Intrinsics

__all__ = ["AlignmentConfig", "DistanceField", "align", "misfit_m", "offsets_m"]


class DistanceField(Protocol):
    """What a frame is aligned to."""

    def distances(self, points: F64) -> tuple[F64, F64, F64]:
        """Signed distance (N,) metres, its gradient (N, 3), and of how many frames (N,)."""
        ...


@dataclass(frozen=True)
class AlignmentConfig:
    """How far surface and source are believed."""

    points: int = 1200
    """Measured points that are compared, about."""
    depth_max_m: float = 3.5
    """Farther ones are too uncertain."""
    min_known: int = 300
    """Where fewer lie near the surface, the stated pose stays as it is."""
    iterations: int = 3
    outlier_m: float = 0.03
    """Points farther from the surface than this count ever less: things move."""
    sigma_m: float = 0.01
    """Standard deviation of a point's distance from the surface, besides that of its depth;"""
    alike: float = 5.0
    """so many points share one error: that of the surface."""
    sigma_rad_per_m: float = 0.5
    """Standard deviation of the stated direction for that of the stated position; 0.3 degrees
    for 1 cm."""
    most_sigmas: float = 4.0
    """A pose that would have to be further from the stated one is not believed."""


def align(
    depth_m: F32,
    intrinsics: Intrinsics,
    world_from_camera: F64,
    sigma_m: float,
    field: DistanceField,
    config: AlignmentConfig = AlignmentConfig(),
) -> F64:
    """The likeliest pose (4, 4) of a frame, of a stated one whose position has the standard
    deviation ``sigma_m`` an axis; the stated one where the surface does not tell.

    ``depth_m`` (H, W) metres, 0 invalid.
    """
    local = _sampled(depth_m, intrinsics, config)
    if len(local) < config.min_known:
        return world_from_camera
    sigmas = np.repeat([sigma_m, sigma_m * config.sigma_rad_per_m], 3)
    prior = np.diag(1 / sigmas**2)
    offset = np.linalg.norm(local, axis=1)
    noise = np.hypot(config.sigma_m, 0.0019 * offset**2)
    start, pose = world_from_camera, world_from_camera
    moved = np.zeros(6)
    for _ in range(config.iterations):
        arms = local @ pose[:3, :3].T
        distance, gradient, frames = field.distances(arms + pose[:3, 3])
        known = frames > 0
        if np.count_nonzero(known) < config.min_known:
            return start
        distance, gradient, arms = distance[known], gradient[known], arms[known]
        jacobian = np.hstack([gradient, np.cross(arms, gradient)])
        weight = 1 / (
            config.alike * noise[known] ** 2 * (1 + (distance / config.outlier_m) ** 2) ** 2
        )
        weighted = jacobian * weight[:, None]
        normal, slope = weighted.T @ jacobian, weighted.T @ distance
        # The surface itself is off by one motion more, the mean of the errors of its frames.
        looks = float(np.median(frames[known]))
        both = np.block([[normal + prior, normal], [normal, normal + looks * prior]])
        step = np.linalg.solve(both, -np.concatenate([slope + prior @ moved, slope]))[:6]
        moved = moved + step
        pose = _moved(start, moved)
    if np.abs(moved / sigmas).max() > config.most_sigmas:
        return start
    return pose


def misfit_m(
    depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64, field: DistanceField
) -> float:
    """Median distance of a frame's points from the surface, of those near it; 0 if few are."""
    offsets, *_ = offsets_m(depth_m, intrinsics, world_from_camera, field)
    return float(np.median(np.abs(offsets))) if len(offsets) else 0.0


def offsets_m(
    depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64, field: DistanceField
) -> tuple[F64, F64, F64]:
    """(N,) signed distances of some of a frame's points from the surface, of those near it;
    negative behind it; and the points and the surface's normals there (N, 3), world. None at all
    if few are near."""
    local = _sampled(depth_m, intrinsics, AlignmentConfig(points=600))
    points = transform(world_from_camera, local)
    distance, normals, frames = field.distances(points)
    known = frames > 0
    if np.count_nonzero(known) < 0.1 * len(local):
        known[:] = False
    return distance[known], points[known], normals[known]


def _sampled(depth_m: F32, intrinsics: Intrinsics, config: AlignmentConfig) -> F64:
    """(N, 3) points in the camera's frame, spread over the image, none at a step in depth."""
    height, width = depth_m.shape
    stride = max(1, round((height * width / config.points) ** 0.5))
    grid = np.meshgrid(
        np.arange(stride // 2 + 1, height - 1, stride),
        np.arange(stride // 2 + 1, width - 1, stride),
        indexing="ij",
    )
    rows, columns = (each.ravel() for each in grid)
    around = np.stack([depth_m[rows + dr, columns + dc] for dr in (-1, 0, 1) for dc in (-1, 0, 1)])
    near, far = around.min(axis=0), around.max(axis=0)
    good = (near > 0) & (far < config.depth_max_m) & (far - near < 0.05 * near)
    pixels = np.stack([columns[good], rows[good]], axis=1).astype(np.float64)
    return backproject(pixels, around.mean(axis=0)[good].astype(np.float64), intrinsics)


def _moved(pose: F64, motion: F64) -> F64:
    """The pose shifted by ``motion[:3]`` and turned by ``motion[3:]`` (rad) about world axes
    through the camera."""
    moved = pose.copy()
    moved[:3, :3] = cv2.Rodrigues(motion[3:])[0] @ pose[:3, :3]
    moved[:3, 3] = pose[:3, 3] + motion[:3]
    return moved
