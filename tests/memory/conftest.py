"""A rendered room with a box in it: exact depth and colour for whatever maps them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import open3d as o3d
import pytest

from cogmap.runtime.messages import F64, Frame, Intrinsics

CAMERA = Intrinsics(width=160, height=120, fx=130.0, fy=130.0, cx=79.5, cy=59.5)


@dataclass
class BoxRoom:
    """4 x 3 x 2.5 m, the floor at z = 0.013, and boxes (corner, size) that may change."""

    boxes: list[tuple[tuple[float, float, float], tuple[float, float, float]]] = field(
        default_factory=list
    )

    @staticmethod
    def look(x: float, yaw: float, pitch: float = 0.35) -> F64:
        """(4, 4) world_from_camera at (x, 0, 1.3): yaw about z from world x, pitch down (rad)."""
        level = np.array([np.cos(yaw), np.sin(yaw), 0.0])
        forward = level * np.cos(pitch) - np.array([0, 0, np.sin(pitch)])
        right = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
        pose = np.eye(4)
        pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
        pose[:3, 3] = (x, 0, 1.3)
        return pose

    def frame(self, number: int, world_from_camera: F64, intrinsics: Intrinsics = CAMERA) -> Frame:
        scene = o3d.t.geometry.RaycastingScene()
        for corner, size in [((-2.007, -1.507, 0.013), (4.0, 3.0, 2.5)), *self.boxes]:
            mesh = o3d.geometry.TriangleMesh.create_box(*size).translate(corner)
            scene.add_triangles(o3d.t.geometry.TriangleMesh.from_legacy(mesh))
        rays = scene.create_rays_pinhole(
            o3d.core.Tensor(_kernel_matrix(intrinsics)),
            o3d.core.Tensor(np.linalg.inv(world_from_camera)),
            intrinsics.width,
            intrinsics.height,
        )
        hit = scene.cast_rays(rays)
        # These rays have length one along the optical axis, so t is depth.
        depth = np.nan_to_num(hit["t_hit"].numpy(), posinf=0)
        shade = 100 + 20 * hit["geometry_ids"].numpy().clip(0, 5).astype(np.uint8)
        return Frame(
            stamp_ns=number * 100_000_000,
            number=number,
            intrinsics=intrinsics,
            color=np.repeat(shade[..., None], 3, axis=2),
            depth=np.rint(depth * 1000).astype(np.uint16),
            world_from_camera=world_from_camera,
        )


def _kernel_matrix(intrinsics: Intrinsics) -> F64:
    """Open3D shoots rays through u + 0.5: the centre of its first pixel is (0.5, 0.5)."""
    matrix = intrinsics.matrix()
    matrix[:2, 2] += 0.5
    return matrix


@pytest.fixture
def room() -> BoxRoom:
    return BoxRoom([((0.5, -0.3, 0.013), (0.5, 0.6, 0.7))])
