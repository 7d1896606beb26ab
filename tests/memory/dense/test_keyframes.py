from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cogmap.memory.dense.features import Features
from cogmap.memory.dense.keyframes import KeyframeMap, View, agreement, depth_samples, thumbnail
from cogmap.runtime.messages import Intrinsics

CAMERA = Intrinsics(width=160, height=120, fx=130, fy=130, cx=79.5, cy=59.5)


def wall(metres: float) -> np.ndarray:
    return np.full((120, 160), metres, np.float32)


def pose(x: float = 0.0, z: float = 0.0, yaw: float = 0.0) -> np.ndarray:
    """World here is the camera frame of the first view; yaw about the image's y axis."""
    world_from_camera = np.eye(4)
    world_from_camera[:3, :3] = Rotation.from_euler("y", yaw).as_matrix()
    world_from_camera[:3, 3] = [x, 0, z]
    return world_from_camera


def view(number: int, world_from_camera: np.ndarray, metres: float = 2.0, seed: int = 0) -> View:
    none = np.zeros((0, 3))
    color = np.random.default_rng(seed).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    return View(
        number=number,
        stamp_ns=number,
        world_from_camera=world_from_camera,
        features=Features(none[:, :2], none[:, 0], np.zeros((0, 32), np.uint8), none[:, 0], none),
        samples=depth_samples(wall(metres), CAMERA),
        thumbnail=thumbnail(color),
    )


def compare(seen: View, camera: np.ndarray, depth: np.ndarray) -> tuple[float, float]:
    """Shared and seen-through fraction."""
    result = agreement(seen.sample_points()[None], np.linalg.inv(camera), depth, CAMERA)
    return float(result.shared[0]), float(result.seen_through[0])


def test_a_view_agrees_with_its_own_depth():
    assert compare(view(0, pose()), pose(), wall(2.0)) == (1.0, 0.0)


def test_a_wrong_pose_looks_through_the_wall():
    assert compare(view(0, pose()), pose(z=-1.0), wall(2.0))[1] == 0.0, "occluded is no proof"
    assert compare(view(0, pose()), pose(z=1.0), wall(2.0))[1] == 1.0


def test_half_a_view_aside_shares_half():
    half_a_view = 2.0 * 80 / 130
    assert compare(view(0, pose()), pose(x=half_a_view), wall(2.0))[0] == pytest.approx(0.5)


def test_missing_depth_proves_nothing():
    assert compare(view(0, pose()), pose(z=1.0), wall(0.0))[1] == 0.0
    blind = view(1, pose(), metres=0.0)
    assert np.isnan(blind.samples).all()
    assert compare(blind, pose(), wall(2.0)) == (0.0, 0.0)


def test_nearby_prefers_what_shares_most_and_leaves_out_what_shares_nothing():
    keyframes = KeyframeMap(10)
    for number, yaw in enumerate([0.0, 0.3, 0.6, np.pi]):
        keyframes.insert(view(number, pose(yaw=yaw)))
    found = keyframes.nearby(np.linalg.inv(pose(yaw=0.3)), wall(2.0), CAMERA, 3)
    assert found[0].number == 1
    assert 3 not in [v.number for v in found]


def test_when_full_the_most_redundant_view_goes():
    keyframes = KeyframeMap(3)
    for number, yaw in [(0, 0.0), (5, 1.0), (6, 1.05), (9, 2.0)]:
        keyframes.insert(view(number, pose(yaw=yaw)))
    assert len(keyframes) == 3
    assert [keyframes.has(n) for n in (0, 5, 6, 9)] == [True, True, False, True]


def test_the_first_and_the_newest_stay_however_redundant():
    keyframes = KeyframeMap(3)
    for number in range(20):
        keyframes.insert(view(number, pose()))
        assert keyframes.has(0) and keyframes.has(number)
    assert len(keyframes) == 3


def test_lookalikes_come_first_and_the_others_in_turn():
    keyframes = KeyframeMap(30)
    for number in range(12):
        keyframes.insert(view(number, pose(), seed=number))
    picture = view(99, pose(), seed=7).thumbnail
    tried = [keyframes.lookalikes(picture, 6) for _ in range(6)]
    assert all(candidates[0].number == 7 and len(candidates) <= 6 for candidates in tried)
    assert {v.number for candidates in tried for v in candidates} == set(range(12))
    assert KeyframeMap(5).lookalikes(picture, 6) == []


def test_thumbnails_ignore_exposure():
    color = np.random.default_rng(0).integers(60, 120, (120, 160, 3), dtype=np.uint8)
    darker = (color // 2).astype(np.uint8)
    other = np.random.default_rng(1).integers(60, 120, (120, 160, 3), dtype=np.uint8)
    assert thumbnail(color) @ thumbnail(darker) > 0.95
    assert thumbnail(color) @ thumbnail(other) < 0.5
    assert np.isfinite(thumbnail(np.zeros((120, 160, 3), np.uint8))).all()
