import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cogmap.runtime.messages import Intrinsics
from cogmap.sim.noise import (
    DepthNoise,
    ExposureNoise,
    PoseNoise,
    exposure_at,
    millimetres,
    noisy_depth,
    noisy_pose,
)

CAMERA = Intrinsics(width=320, height=240, fx=240.0, fy=240.0, cx=159.5, cy=119.5)


def wall(z):
    return np.full((240, 320), z, np.float32)


def slanted(angle):
    """A plane turned by ``angle`` about the camera's y, 2 m ahead in the image's middle."""
    x = (np.arange(320, dtype=np.float32) - 159.5) / 240
    return np.tile((2.0 / (1 - x * math.tan(angle))).astype(np.float32), (240, 1))


@pytest.mark.parametrize("z", [0.8, 1.5, 3.0, 4.5])
def test_axial_noise_follows_the_stated_model(z):
    """In the image's middle, where rays meet the wall at less than 5 degrees."""
    config = DepthNoise()
    depth = np.concatenate(
        [noisy_depth(wall(z), CAMERA, n, config)[100:140, 140:180].ravel() for n in range(8)]
    )
    error_m = depth[depth > 0] / 1000.0 - z
    expected = 0.0012 + 0.0019 * (z - 0.4) ** 2
    assert (depth > 0).mean() > (0.99 if z < 4.4 else 0.98)
    assert error_m.std() == pytest.approx(expected, rel=0.06)
    assert abs(error_m.mean()) < 4 * expected / math.sqrt(len(error_m)) + 1e-4


def test_grazing_surfaces_are_noisier_and_then_lost():
    config = DepthNoise(max_m=30.0)
    spreads = []
    for angle in (0.0, math.radians(60), math.radians(75)):
        exact = slanted(angle)
        error = noisy_depth(exact, CAMERA, 0, config)[:, 155:165] / 1000.0 - exact[:, 155:165]
        spreads.append(error.std())
    assert spreads[0] < spreads[1] < spreads[2]
    assert not noisy_depth(slanted(math.radians(84)), CAMERA, 0, config)[:, 155:165].any()


def test_edges_drop_out_and_jitter():
    exact = wall(3.0)
    exact[60:180, 80:240] = 1.5
    depth = noisy_depth(exact, CAMERA, 3, DepthNoise())
    beside = np.r_[depth[70:170, 79], depth[70:170, 80]]
    inside = depth[70:170, 100:220]
    assert 0.2 < (beside == 0).mean() < 0.6
    assert (inside == 0).mean() < 0.005
    swapped = (np.abs(depth[70:170, 80] - 3000.0) < 200).sum()
    assert swapped > 5


def test_out_of_range_is_invalid():
    config = DepthNoise(min_m=0.5, max_m=4.0)
    for z in (0.0, 0.3, 4.5):
        assert not noisy_depth(wall(z), CAMERA, 0, config).any()


def test_any_frame_can_be_made_again_alone():
    config = DepthNoise(seed=5)
    again = [noisy_depth(wall(2.0), CAMERA, 7, config).tobytes() for _ in range(2)]
    assert again[0] == again[1]
    assert again[0] != noisy_depth(wall(2.0), CAMERA, 8, config).tobytes()
    assert again[0] != noisy_depth(wall(2.0), CAMERA, 7, replace(config, seed=6)).tobytes()


def test_millimetres_rounds_and_drops_what_does_not_fit():
    assert millimetres(np.array([0.0, 1.2344, 1.2346, 65.535, 66.0], np.float32)).tolist() == [
        0, 1234, 1235, 65535, 0,
    ]  # fmt: skip


@pytest.mark.parametrize("drift", [0.0, 0.8])
def test_pose_error_has_the_stated_size(drift):
    config = PoseNoise(seed=2, drift=drift, drift_period_s=2.0)
    poses = [noisy_pose(np.eye(4), n, 1 / 30, config) for n in range(4000)]
    shift = np.array([pose[:3, 3] for pose in poses])
    turn = Rotation.from_matrix([pose[:3, :3] for pose in poses]).as_rotvec()
    assert shift.std(axis=0) == pytest.approx([config.translation_m] * 3, rel=0.15)
    assert turn.std(axis=0) == pytest.approx([config.rotation_rad] * 3, rel=0.15)


def test_drift_is_slow_and_white_noise_is_not():
    def steps(drift):
        config = PoseNoise(drift=drift, drift_period_s=20.0)
        x = [noisy_pose(np.eye(4), n, 1 / 30, config)[0, 3] for n in range(200)]
        return np.abs(np.diff(x)).max()

    assert steps(1.0) < 0.001
    assert steps(0.0) > 0.01


def test_exposure_changes_slowly_around_one():
    config = ExposureNoise(stops=0.25, period_s=4.0)
    factors = np.array([exposure_at(n, 1 / 30, config) for n in range(6000)])
    assert np.log2(factors).std() == pytest.approx(0.25, rel=0.15)
    assert np.abs(np.diff(np.log2(factors))).max() < 0.08
    assert exposure_at(100, 1 / 30, config) == factors[100]
