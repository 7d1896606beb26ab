"""A rendered room with a box in it: exact depth and colour for whatever maps them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import open3d as o3d
import pytest
import shapely
import shapely.affinity

from cogmap.runtime.messages import F64, FREE, OCCUPIED, Frame, Intrinsics, OccupancyGrid

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


Rectangle = tuple[float, float, float, float]
"""x0, y0, x1, y1 (m)."""


@dataclass
class DrawnHouse:
    """Rooms, openings in walls and tall things, as the grid that a noisy camera makes of them."""

    rooms: list[Rectangle]
    openings: list[Rectangle] = field(default_factory=list)
    tall: list[Rectangle] = field(default_factory=list)
    low: list[Rectangle] = field(default_factory=list)
    """Occupied below head height only."""
    unseen: list[Rectangle] = field(default_factory=list)

    def grid(self, yaw: float = 0.0, size: float = 0.05, noise_m: float = 0.01) -> OccupancyGrid:
        """Seen by everything in the rooms, the house turned by ``yaw`` about the origin."""
        space = shapely.union_all([shapely.box(*r) for r in (*self.rooms, *self.openings)])
        space = shapely.difference(space, shapely.union_all([shapely.box(*r) for r in self.tall]))
        hidden = shapely.union_all([shapely.box(*r) for r in self.unseen])
        faces = shapely.difference(space.boundary, hidden)
        low = shapely.union_all([shapely.box(*r) for r in self.low])
        space = shapely.difference(space, hidden)
        space, faces, low = (shapely.affinity.rotate(g, yaw, (0, 0), use_radians=True)
                             for g in (space, faces, low))  # fmt: skip
        x0, y0 = np.floor(np.array(space.bounds[:2]) / size - 10) * size
        columns, rows = (np.ceil((np.array(space.bounds[2:]) - (x0, y0)) / size) + 10).astype(int)
        y, x = (np.indices((rows, columns)) + 0.5) * size + np.array([y0, x0])[:, None, None]
        free = shapely.contains_xy(space, x, y)
        hits = shapely.get_coordinates(shapely.segmentize(faces, 0.01))
        rng = np.random.default_rng(0)
        hits = np.concatenate([hits + rng.normal(0, noise_m, hits.shape) for _ in range(4)])
        column, row = ((hits - (x0, y0)) / size).astype(int).T
        wall = np.zeros((rows, columns), bool)
        wall[row, column] = True
        free &= ~wall
        cells = np.where(wall, OCCUPIED, np.where(free, FREE, 0)).astype(np.uint8)
        cells[shapely.contains_xy(low, x, y) & free] = OCCUPIED
        return OccupancyGrid(
            stamp_ns=0, resolution_m=size, origin=(float(x0), float(y0)), cells=cells, floor_z=0.0,
            head_free=np.where(free, 90, 0).astype(np.uint8),
            head_occupied=np.where(wall, 90, 0).astype(np.uint8),
            top=np.where(wall, 37, 0).astype(np.uint8),
        )  # fmt: skip


@pytest.fixture
def drawn() -> type[DrawnHouse]:
    return DrawnHouse


@pytest.fixture
def flat() -> DrawnHouse:
    """Two rooms on a hallway, 12 cm walls: 16, 12 and 12.36 m2, doors 0.9 and 0.8 m wide."""
    return DrawnHouse(
        rooms=[(0, 0, 4, 4), (4.12, 0, 7.12, 4), (0, 4.12, 7.12, 5.856)],
        openings=[(1.0, 4, 1.9, 4.12), (5.0, 4, 5.8, 4.12)],
        low=[(0.5, 0.1, 2.5, 1.9), (4.2, 0.1, 4.8, 2.0)],
    )
