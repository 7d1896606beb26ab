from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cogmap.memory.dense.pose_estimation import (
    PoseEstimate,
    Sightings,
    pose_by_consensus,
    refine_pose,
)
from cogmap.memory.geometry.camera import project, transform
from cogmap.runtime.messages import Intrinsics

CAMERA = Intrinsics(width=640, height=480, fx=520, fy=520, cx=319.5, cy=239.5)


def moved(rotvec: list[float], position: list[float]) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_rotvec(rotvec).as_matrix()
    pose[:3, 3] = position
    return pose


def sightings(
    camera_from_world: np.ndarray, count: int, noise_px: float, wrong: float, seed: int = 0
) -> Sightings:
    """Points 1 to 4 m ahead; a fraction ``wrong`` is seen somewhere else."""
    rng = np.random.default_rng(seed)
    in_camera = rng.uniform([-0.5, -0.4, 1], [0.5, 0.4, 4], (count, 3)) * [1, 1, 1]
    in_camera[:, :2] *= in_camera[:, 2:]
    world = transform(np.linalg.inv(camera_from_world), in_camera)
    pixels = project(world, camera_from_world, CAMERA)[0] + rng.normal(0, noise_px, (count, 2))
    depth = 1 / (1 / in_camera[:, 2] + rng.normal(0, 0.003, count))
    outliers = rng.random(count) < wrong
    pixels[outliers] = rng.uniform([0, 0], [639, 479], (outliers.sum(), 2))
    depth[rng.random(count) < 0.2] = 0
    return Sightings(world, pixels, np.ones(count), depth)


def pose_error(estimate: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Metres and degrees."""
    off = estimate @ np.linalg.inv(true)
    angle = Rotation.from_matrix(off[:3, :3]).magnitude()
    return float(np.linalg.norm(off[:3, 3])), float(np.degrees(angle))


@given(st.integers(0, 1000))
def test_pose_is_found_among_wrong_matches(seed):
    rng = np.random.default_rng(seed)
    true = moved(rng.uniform(-1, 1, 3).tolist(), rng.uniform(-2, 2, 3).tolist())
    seen = sightings(true, 200, noise_px=0.7, wrong=0.4, seed=seed)
    rough = pose_by_consensus(seen, CAMERA)
    assert rough is not None
    estimate = refine_pose(rough, seen, CAMERA)
    metres, degrees = pose_error(estimate.camera_from_world, true)
    assert metres < 0.01 and degrees < 0.3
    right = np.linalg.norm(project(seen.points, true, CAMERA)[0] - seen.pixels, axis=1) < 5
    assert not (estimate.inliers & ~right).any()
    assert (estimate.inliers & right).sum() >= 0.95 * right.sum()


def test_refinement_reaches_the_exact_pose_from_nearby():
    true = moved([0.1, -0.2, 0.05], [0.3, 0.1, -0.2])
    seen = sightings(true, 60, noise_px=0, wrong=0)
    exact = Sightings(seen.points, seen.pixels, seen.sigma_px, np.zeros(60))
    estimate = refine_pose(moved([0.02, 0.01, 0], [0.03, 0, 0.02]) @ true, exact, CAMERA)
    metres, degrees = pose_error(estimate.camera_from_world, true)
    assert metres < 1e-6 and degrees < 1e-4
    assert estimate.inliers.all()


def test_stated_uncertainty_is_what_repeating_shows():
    true = moved([0, 0, 0], [0, 0, 0])
    found, stated = [], []
    for seed in range(60):
        seen = sightings(true, 40, noise_px=1.0, wrong=0, seed=seed)
        no_depth = Sightings(seen.points, seen.pixels, seen.sigma_px, np.zeros(40))
        estimate = refine_pose(true, no_depth, CAMERA)
        found.append(np.linalg.inv(estimate.camera_from_world)[:3, 3])
        stated.append(estimate.position_sigma_m)
    spread = float(np.sqrt((np.array(found) ** 2).sum(axis=1).mean()))
    assert 0.6 < np.median(stated) / spread < 1.5


def test_depth_tells_what_pixels_cannot():
    """Points in a tiny cone: without depth, the distance along it is all but unknown."""
    true = np.eye(4)
    points = np.random.default_rng(0).uniform([-0.02, -0.02, 1.9], [0.02, 0.02, 2.1], (40, 3))
    pixels = project(points, true, CAMERA)[0]

    def sigma(depth: np.ndarray) -> float:
        seen = Sightings(points, pixels, np.ones(40), depth)
        return refine_pose(true, seen, CAMERA).position_sigma_m

    assert sigma(points[:, 2]) < 0.7 * sigma(np.zeros(40))


@pytest.mark.parametrize("count", [0, 3, 5])
def test_too_few_sightings_give_no_pose(count):
    seen = sightings(np.eye(4), count, 0, 0)
    assert pose_by_consensus(seen, CAMERA) is None
    estimate = refine_pose(np.eye(4), seen, CAMERA)
    assert not estimate.inliers.any()
    assert estimate.position_sigma_m == np.inf


def test_contradictory_sightings_have_few_inliers():
    seen = sightings(np.eye(4), 100, 0, wrong=1.0)
    estimate: PoseEstimate = refine_pose(np.eye(4), seen, CAMERA)
    assert estimate.inliers.sum() < 15
