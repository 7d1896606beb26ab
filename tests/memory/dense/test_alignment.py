from __future__ import annotations

import msgspec
import numpy as np
import pytest

from cogmap.memory.dense.alignment import align
from cogmap.memory.dense.reconstruction import ReconstructionConfig, Reconstructor
from cogmap.memory.dense.surface import Surface
from cogmap.memory.geometry.camera import transform
from cogmap.memory.geometry.gravity import sparse_points
from cogmap.memory.geometry.poses import motion_between
from cogmap.runtime.messages import F64, Frame
from cogmap.sim.noise import PoseNoise, noisy_pose

CORNER = (-1.2, 2.4)
"""Place and heading from which the room's camera sees floor and two walls."""


def fused(frames: list[Frame]) -> Surface:
    surface = Surface()
    for frame in frames:
        assert frame.depth is not None and frame.world_from_camera is not None
        surface.integrate(
            frame.color, frame.depth, frame.depth_scale_m, frame.intrinsics, frame.world_from_camera
        )
    return surface


def aligned(frame: Frame, stated: F64, surface: Surface, sigma_m: float = 0.01) -> F64:
    return align(frame.depth_m(), frame.intrinsics, stated, sigma_m, surface)


def misfit(frame: Frame, pose: F64, surface: Surface) -> float:
    """Mean distance (m) of what the frame measured from the surface, taken at ``pose``."""
    points = sparse_points(frame.depth_m(), frame.intrinsics)
    distance, _, frames = surface.distances(transform(pose, points))
    return float(np.abs(distance[frames > 0]).mean())


def shifted(pose: F64, *by: float) -> F64:
    moved = pose.copy()
    moved[:3, 3] += by
    return moved


@pytest.fixture
def corner(room) -> Frame:
    return room.frame(0, room.look(*CORNER))


@pytest.fixture
def surface(room) -> Surface:
    looks = [room.look(CORNER[0] + 0.02 * i, CORNER[1] + 0.02 * i) for i in range(-8, 9)]
    return fused([room.frame(i, pose) for i, pose in enumerate(looks)])


@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_pose_comes_to_lie_on_the_surface(corner, surface, seed):
    true = corner.world_from_camera
    stated = noisy_pose(true, seed, 0.2, PoseNoise())
    better = aligned(corner, stated, surface)
    best, before = (misfit(corner, pose, surface) for pose in (true, stated))
    assert misfit(corner, better, surface) < best + 0.2 * (before - best)
    assert motion_between(true, better)[1] < motion_between(true, stated)[1]


def test_a_true_pose_stays(corner, surface):
    moved, turned = motion_between(
        corner.world_from_camera, aligned(corner, corner.world_from_camera, surface)
    )
    assert moved < 0.002 and turned < 0.001


def test_where_nothing_is_known_the_stated_pose_stays(corner):
    stated = shifted(corner.world_from_camera, 0.01, 0, 0)
    np.testing.assert_array_equal(aligned(corner, stated, Surface()), stated)


def test_along_a_bare_floor_the_source_is_believed(room):
    down = room.look(-0.8, np.pi, pitch=1.5)
    frame = room.frame(0, down)
    surface = fused([room.frame(i, shifted(down, 0, 0.002 * i, 0)) for i in range(-4, 5)])
    stated = shifted(down, 0.004, 0.004, 0.01)
    better = aligned(frame, stated, surface)
    np.testing.assert_allclose((better - stated)[:2, 3], 0, atol=0.001)
    assert misfit(frame, better, surface) < 0.3 * misfit(frame, stated, surface)


def test_a_pose_far_from_the_surface_is_hardly_moved(corner, surface):
    stated = shifted(corner.world_from_camera, 0, 0, 0.09)
    moved, _ = motion_between(stated, aligned(corner, stated, surface, sigma_m=0.005))
    assert moved < 0.002


def test_the_more_frames_made_the_surface_the_more_it_is_believed(corner):
    off = shifted(corner.world_from_camera, 0, 0, 0.01)
    once, often = (
        motion_between(corner.world_from_camera, aligned(corner, off, fused([corner] * frames)))[0]
        for frames in (1, 20)
    )
    assert often < 0.7 * once < 0.007


def test_only_poses_with_a_stated_error_are_aligned(room):
    def mapped(sigma_m: float | None, config: ReconstructionConfig) -> list[F64]:
        reconstructor = Reconstructor(config)
        poses = []
        for i in range(12):
            true = room.look(CORNER[0] + 0.02 * i, CORNER[1] + 0.02 * i)
            frame = msgspec.structs.replace(
                room.frame(i, true),
                world_from_camera=noisy_pose(true, i, 0.2, PoseNoise()),
                position_sigma_m=sigma_m,
            )
            pose = reconstructor.step(frame).world_from_camera
            assert pose is not None
            poses.append(np.linalg.inv(true) @ pose)
        return poses

    def spread(poses: list[F64]) -> float:
        return float(np.std([pose[:3, 3] for pose in poses[4:]], axis=0).max())

    exact = mapped(0.0, ReconstructionConfig())
    np.testing.assert_array_equal(mapped(None, ReconstructionConfig()), exact)
    np.testing.assert_array_equal(mapped(0.01, ReconstructionConfig(align_poses=False)), exact)
    assert spread(mapped(0.01, ReconstructionConfig())) < 0.6 * spread(exact)
