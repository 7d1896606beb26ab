"""Open3D's ``VoxelBlockGrid`` with numpy arrays outside: blocks of TSDF voxels found by hash."""

from __future__ import annotations

from typing import Any

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from cogmap.memory.dense.blocks import pack, sorted_unique, unpack
from cogmap.runtime.messages import F32, F64, I32, U8

__all__ = ["ATTRIBUTES", "CHANNELS", "VoxelGrid"]

ATTRIBUTES, CHANNELS = ("tsdf", "weight", "color"), (1, 1, 3)

LEVEL = 256.0
"""Stored units of one of the 255 colour levels. The kernel rounds down at every frame, which in
whole levels darkens noisy colours (120 to 112 in 60 frames)."""

Bools = NDArray[np.bool_]

_CORNERS = np.array([[i >> 2, i >> 1 & 1, i & 1] for i in range(8)], np.int32)
"""Of a cube, (8, 3)."""


class VoxelGrid:
    """Blocks of ``resolution`` cubed voxels: float32 tsdf, uint16 weight, 3 x uint16 colour.

    Rows of the attributes are in no particular order; keys and results here are sorted or in
    the order of the argument, so that nothing depends on the number of threads.
    """

    def __init__(self, voxel_size_m: float, resolution: int, capacity: int) -> None:
        self._voxel_size_m = voxel_size_m
        self._resolution = resolution
        self._grid = o3d.t.geometry.VoxelBlockGrid(
            attr_names=ATTRIBUTES,
            attr_dtypes=(o3d.core.float32, o3d.core.uint16, o3d.core.uint16),
            attr_channels=[o3d.core.SizeVector([n]) for n in CHANNELS],
            voxel_size=voxel_size_m,
            block_resolution=resolution,
            block_count=max(capacity, 1),
            device=o3d.core.Device("CPU:0"),
        )
        self._map: Any = self._grid.hashmap()

    def __len__(self) -> int:
        return int(self._map.size())

    def has_room_for(self, count: int) -> bool:
        """Whether ``count`` keys can be activated without Open3D growing the grid by itself.

        It does when size plus keys, known or not, exceed the capacity, and then took 3 s for
        100 MB where ``grown`` takes 0.15 s.
        """
        return len(self) + count <= int(self._map.capacity())

    def grown(self, capacity: int) -> VoxelGrid:
        """The same blocks in a grid with more room. This one is then done with."""
        larger = VoxelGrid(self._voxel_size_m, self._resolution, capacity)
        larger.copy_from(self, self.keys())
        return larger

    def keys(self) -> I32:
        """(N, 3) coordinates of all blocks, sorted."""
        return sorted_unique(self._map.key_tensor().numpy()[self._map.active_buf_indices().numpy()])

    def known(self, keys: I32) -> Bools:
        """(N,) whether the blocks (N, 3) are there."""
        return self._find(keys)[1]

    def rows(self, keys: I32) -> NDArray[Any]:
        """(N,) where in the attributes the blocks (N, 3) are, all of which must be there."""
        return self._find(keys)[0]

    def _find(self, keys: I32) -> tuple[NDArray[Any], Bools]:
        if len(keys) == 0:  # an error to Open3D
            return np.zeros(0, np.int32), np.zeros(0, bool)
        rows, found = self._map.find(_tensor(keys))
        return rows.numpy(), found.numpy()

    def attribute(self, name: str) -> NDArray[Any]:
        """View (capacity, R, R, R, channels) of the grid's own memory."""
        values: NDArray[Any] = self._grid.attribute(name).numpy()
        return values

    def activate(self, keys: I32) -> None:
        """Make blocks (N, 3), of zeros, where there are none."""
        new = keys[~self.known(keys)]
        if len(new) == 0:  # an error to Open3D
            return
        self._map.activate(_tensor(new))
        rows = self.rows(new)
        for name in ATTRIBUTES:  # a row that was erased still holds what it held
            self.attribute(name)[rows] = 0

    def erase(self, keys: I32) -> None:
        """Forget blocks (N, 3), keep their memory for others."""
        if len(keys):
            self._map.erase(_tensor(keys))

    def behind_surfaces(self, keys: I32) -> Bools:
        """(N,) which of the blocks (N, 3), all of which must be there, hold a voxel behind a
        surface, however little it was seen."""
        tsdf = self.attribute("tsdf")[self.rows(keys)]
        behind: Bools = tsdf.reshape(len(keys), self._resolution**3).min(axis=1, initial=1) < 0
        return behind

    def without_surface(self, keys: I32, min_weight: float) -> Bools:
        """(N,) which of the blocks (N, 3), all of which must be there, say of no surface where it
        is: seen by ``min_weight`` frames at most, and nowhere within half the truncation of one."""
        rows, flat = self.rows(keys), (len(keys), self._resolution**3)
        weight = self.attribute("weight")[rows].reshape(flat)
        distance = np.abs(self.attribute("tsdf")[rows].reshape(flat))
        nearest = np.where(weight > 0, distance, np.float32(1)).min(axis=1, initial=1)
        without: Bools = (weight.max(axis=1, initial=0) <= min_weight) & (nearest > 0.5)
        return without

    def copy_from(self, other: VoxelGrid, keys: I32) -> None:
        """Copy blocks (N, 3) that the other grid has."""
        self.activate(keys)
        rows, other_rows = self.rows(keys), other.rows(keys)
        for name in ATTRIBUTES:
            self.attribute(name)[rows] = other.attribute(name)[other_rows]

    def blocks_near(
        self,
        depth_m: F32,
        camera: F64,
        camera_from_world: F64,
        depth_max_m: float,
        truncation: float,
    ) -> I32:
        """(N, 3) blocks within ``truncation`` voxels of the measured surface, unsorted."""
        height, width = (n // 4 * 4 for n in depth_m.shape)  # the pixels that Open3D samples
        sampled = depth_m[:height:4, :width:4]
        if not ((sampled > 0) & (sampled < depth_max_m)).any():  # an error to Open3D
            return np.zeros((0, 3), np.int32)
        blocks: I32 = self._grid.compute_unique_block_coordinates(
            _image(depth_m),
            _tensor(camera),
            _tensor(camera_from_world),
            1.0,
            depth_max_m,
            truncation,
        ).numpy()
        return blocks

    def integrate(
        self,
        keys: I32,
        color: U8,
        depth_m: F32,
        camera: F64,
        camera_from_world: F64,
        truncation: float,
    ) -> None:
        """Fuse one frame into blocks (N, 3); ``camera`` (3, 3) with pixel centres at integers."""
        # The kernel rounds projections down: for it the centre of the first pixel is at 0.5.
        kernel_camera = camera + np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
        levels = np.multiply(color, np.float32(LEVEL / 255), dtype=np.float32)  # times 255 there
        self._grid.integrate(
            _tensor(keys), _image(depth_m), _image(levels), _tensor(kernel_camera),
            _tensor(camera_from_world), 1.0, float(np.finfo(np.float32).max), truncation,
        )  # fmt: skip

    def field(self, points: F64) -> tuple[F64, F64, F64]:
        """The stored distances between voxels, linearly: at ``points`` (N, 3) metres, in units of
        the truncation (N,), its gradient, a metre (N, 3), and the least weight of the eight voxels
        around (N,). All are 0 where one of these is unknown or truncated."""
        cell = points / self._voxel_size_m
        base = np.floor(cell).astype(np.int32)
        corners = base[:, None] + _CORNERS  # (N, 8, 3)
        blocks = np.floor_divide(corners, self._resolution)
        keys, of = np.unique(pack(blocks.reshape(-1, 3)), return_inverse=True)
        rows, found = self._find(unpack(keys))
        row, there = rows[of].reshape(-1, 8), found[of].reshape(-1, 8)
        x, y, z = np.moveaxis(corners - blocks * self._resolution, 2, 0)
        row = np.where(there, row, 0)
        values = self.attribute("tsdf")[row, z, y, x, 0].astype(np.float64)
        weight = self.attribute("weight")[row, z, y, x, 0] * (there & (np.abs(values) < 1))
        weight = weight.min(axis=1).astype(np.float64)
        values[weight == 0] = 0
        part = (cell - base)[:, None]
        along = np.where(_CORNERS == 1, part, 1 - part)  # (N, 8, 3) share of each corner, by axis
        x, y, z = np.moveaxis(along, 2, 0)
        slopes = np.stack([y * z, x * z, x * y], axis=2) * (2 * _CORNERS - 1)
        gradient = np.einsum("nc,nca->na", values, slopes) / self._voxel_size_m
        return np.einsum("nc,nc->n", values, x * y * z), gradient, weight

    def colors(self, points: F64) -> tuple[U8, F64]:
        """RGB (N, 3) of the voxels nearest to points (N, 3) metres, and their weights (N,); the
        weight is 0, and the colour means nothing, where a voxel is unknown or truncated."""
        voxels = np.rint(points / self._voxel_size_m).astype(np.int32)
        blocks = np.floor_divide(voxels, self._resolution)
        keys, of = np.unique(pack(blocks), return_inverse=True)
        rows, found = self._find(unpack(keys))
        there = found[of]
        row = np.where(there, rows[of], 0)
        x, y, z = (voxels - blocks * self._resolution).T
        levels = self.attribute("color")[row, z, y, x].astype(np.float32)
        surface = there & (np.abs(self.attribute("tsdf")[row, z, y, x, 0]) < 1)
        weight = self.attribute("weight")[row, z, y, x, 0] * surface
        return _rgb(levels / np.float32(255)), weight.astype(np.float64)

    def points(self, min_weight: float) -> tuple[F32, U8]:
        """Surface points (N, 3) in metres and their RGB (N, 3), in no particular order."""
        cloud = self._grid.extract_point_cloud(min_weight)
        return cloud.point.positions.numpy(), _rgb(cloud.point.colors.numpy())

    def mesh(self, min_weight: float) -> tuple[F32, I32, U8]:
        """Vertices (V, 3) in metres, triangles (T, 3), RGB (V, 3), in no particular order."""
        mesh = self._grid.extract_triangle_mesh(min_weight)
        triangles = mesh.triangle.indices.numpy().astype(np.int32)
        return mesh.vertex.positions.numpy(), triangles, _rgb(mesh.vertex.colors.numpy())


def _tensor(array: NDArray[Any]) -> Any:
    return o3d.core.Tensor.from_numpy(np.ascontiguousarray(array))


def _image(array: F32) -> Any:
    return o3d.t.geometry.Image(_tensor(array))


def _rgb(extracted: F32) -> U8:
    """Extraction gives the stored units / 255."""
    levels: U8 = np.clip(np.rint(extracted * np.float32(255 / LEVEL)), 0, 255).astype(np.uint8)
    return levels
