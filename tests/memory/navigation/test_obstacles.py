"""What looks at drawn depth leave known of what stands there."""

from __future__ import annotations

import numpy as np
import open3d as o3d
import pytest

from cogmap.memory.navigation.known import Body
from cogmap.memory.navigation.obstacles import MOST, SeenObstacles
from cogmap.runtime.messages import Observation
from cogmap.sim.agent import AgentState, world_from_camera
from cogmap.sim.agent import Body as SimulatedBody
from tests.memory.navigation.robots import CAMERA


def look(yaw, far_m):
    """A wall straight ahead, so far away, over the whole picture."""
    pose = world_from_camera(AgentState(0.0, 0.0, yaw), SimulatedBody(camera_pitch_rad=0.0))
    return Observation(
        stamp_ns=0, number=0, verdict="fused", intrinsics=CAMERA, world_from_camera=pose,
        depth_view=np.full((120, 160), round(far_m * 1000), np.uint16), depth_view_step=2,
    )  # fmt: skip


GRID_FLOOR_Z = 0.025
"""Of a floor at 0, by a grid with voxels of 5 cm."""


def low_thing(height_m, far_m=1.5, noise_m=0.0, wide_m=0.3):
    """A floor with a square thing on it, seen with the simulator's camera."""
    pose = world_from_camera(AgentState(0.0, 0.0, 0.0), SimulatedBody())
    scene = o3d.t.geometry.RaycastingScene()
    solids = [((8.0, 8.0, 0.1), (-4.0, -4.0, -0.1))]
    if height_m:
        solids.append(((wide_m, wide_m, height_m), (far_m, -wide_m / 2, 0.0)))
    for size, corner in solids:
        box = o3d.t.geometry.TriangleMesh.create_box(*size)
        scene.add_triangles(box.translate(o3d.core.Tensor(corner, o3d.core.float32)))
    row, column = np.mgrid[1:240:2, 1:320:2]
    rays = np.stack(
        [(column - CAMERA.cx) / CAMERA.fx, (row - CAMERA.cy) / CAMERA.fy, np.ones(row.shape)], -1
    )
    origin = np.broadcast_to(pose[:3, 3], rays.shape)
    cast = np.concatenate([origin, rays @ pose[:3, :3].T], -1).astype(np.float32)
    depth_m = scene.cast_rays(o3d.core.Tensor(cast))["t_hit"].numpy()
    depth_m = np.where(np.isfinite(depth_m), depth_m, 0)
    depth_m += noise_m * np.random.default_rng(0).standard_normal(depth_m.shape) * (depth_m > 0)
    return Observation(
        stamp_ns=0, number=0, verdict="fused", intrinsics=CAMERA, world_from_camera=pose,
        depth_view=np.round(depth_m * 1000).astype(np.uint16), depth_view_step=2,
    )  # fmt: skip


@pytest.mark.parametrize("noise_m", [0.0, 0.01])
def test_shoes_are_in_the_way_and_a_rug_is_not(noise_m):
    """Both are lower than the voxels of a grid can tell from the floor."""
    rug, shoes = SeenObstacles(Body()), SeenObstacles(Body())
    rug.take(low_thing(0.015, noise_m=noise_m), GRID_FLOOR_Z)
    assert not len(rug.points)
    shoes.take(low_thing(0.09, noise_m=noise_m), GRID_FLOOR_Z)
    assert shoes.floor_z == pytest.approx(0.0, abs=0.006)
    x, y = shoes.points[:, 0], shoes.points[:, 1]
    assert 1.47 < x.min() < 1.53 and x.max() > 1.7
    assert -0.17 < y.min() < -0.1 and 0.1 < y.max() < 0.17


def test_a_mat_that_half_of_the_picture_shows_is_not_the_floor():
    seen = SeenObstacles(Body())
    seen.take(low_thing(0.07, far_m=1.3, wide_m=1.4), GRID_FLOOR_Z)
    assert seen.floor_z == pytest.approx(0.0, abs=0.003)
    assert ((seen.points[:, 2] > 0.06) & (seen.points[:, 0] < 1.8)).any()


def test_a_step_that_fills_the_picture_is_still_a_step():
    seen = SeenObstacles(Body())
    for _ in range(3):
        seen.take(low_thing(0.0), GRID_FLOOR_Z)
    for far_m in (2.0, 1.6, 1.2):
        seen.take(low_thing(0.055, far_m=far_m, wide_m=4.0), GRID_FLOOR_Z)
    assert seen.floor_z == pytest.approx(0.0, abs=0.03)
    assert (np.abs(seen.points[:, 0] - 1.2) < 0.08).any()


def test_shoes_that_were_taken_away_are_forgotten():
    seen = SeenObstacles(Body())
    seen.take(low_thing(0.09), GRID_FLOOR_Z)
    assert len(seen.points)
    seen.take(low_thing(0.0), GRID_FLOOR_Z)
    assert not len(seen.points)


def test_what_stands_near_is_not_forgotten_for_all_that_is_seen_further_away():
    seen = SeenObstacles(Body())
    seen.take(look(0.0, 1.0), floor_z=0.0)
    near = {tuple(point) for point in seen.points.tolist()}
    assert near
    for yaw in np.radians([90, 180, 270]):
        seen.take(look(yaw, 2.9), floor_z=0.0)
    assert len(seen.points) == MOST
    assert near <= {tuple(point) for point in seen.points.tolist()}


def test_what_is_seen_through_is_forgotten():
    seen = SeenObstacles(Body())
    seen.take(look(0.0, 1.0), floor_z=0.0)
    seen.take(look(0.0, 2.9), floor_z=0.0)
    assert seen.points[:, 0].min() > 2.5
