"""The surface: colour and truncated signed distance (TSDF) in sparse blocks of voxels.

Fusion and extraction are Open3D's tensor ``VoxelBlockGrid``. What is added here: free space
carves what is gone, weights are capped so that new evidence wins, changed parts are extracted
chunk by chunk, and the state is the same bytes for the same frames with any number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from cogmap.memory.blocks import I64, in_front, pack, sorted_unique, unpack
from cogmap.runtime.messages import (
    F32,
    F64,
    I32,
    U8,
    U16,
    CogmapError,
    Intrinsics,
    SurfaceUpdate,
)

__all__ = ["Surface", "SurfaceConfig", "SurfaceError"]

BORDER_M = 1e-5
"""A point this close below a chunk's border counts as on it: float32 rounds grid positions."""
FULL = 256.0
"""Colours are stored as 8.8 fixed point: the kernel rounds down at every frame, which in
whole level darkens noisy colours (120 to 112 in 60 frames)."""
ATTRIBUTES = ("tsdf", "weight", "color")
FACES = np.concatenate([np.eye(3, dtype=np.int32), -np.eye(3, dtype=np.int32)])


class SurfaceError(CogmapError):
    """The surface was configured or restored with values that cannot work."""


@dataclass(frozen=True)
class SurfaceConfig:
    """How fine the surface is, how far it reaches and how fast it forgets."""

    voxel_size_m: float = 0.02
    """Edge of a voxel."""
    block_resolution: int = 8
    """Voxels along the edge of a block. 8 took 0.6 of the memory and 0.7 of the time of 16."""
    truncation_voxels: float = 8.0
    """Distances are cut off at this many voxels from the surface."""
    depth_max_m: float = 4.0
    """Depth beyond this is not fused."""
    max_weight: int = 32
    """Observations after which a voxel stops growing more certain; as many to forget it."""
    min_weight: float = 3.0
    """A voxel with this many observations or fewer shows no surface."""
    chunk_blocks: int = 8
    """Blocks along the edge of a chunk, the unit of incremental extraction."""
    initial_blocks: int = 8192
    """Room at the start; it grows by half when full."""

    def __post_init__(self) -> None:
        for name in ("voxel_size_m", "depth_max_m", "truncation_voxels"):
            if not 0 < getattr(self, name) < 1000:
                raise SurfaceError(f"surface: {name} = {getattr(self, name)} must be positive")
        for name in ("block_resolution", "max_weight", "chunk_blocks", "initial_blocks"):
            if not 1 <= getattr(self, name) <= 2**24:
                raise SurfaceError(f"surface: {name} = {getattr(self, name)} must be at least 1")
        if not 0 <= self.min_weight < self.max_weight <= 65000:
            raise SurfaceError(
                f"surface: min_weight {self.min_weight} and max_weight {self.max_weight} must be "
                "0 <= min < max <= 65000, or no surface would ever show"
            )

    @property
    def block_size_m(self) -> float:
        return self.voxel_size_m * self.block_resolution

    @property
    def chunk_size_m(self) -> float:
        return self.block_size_m * self.chunk_blocks


class Surface:
    """Coloured TSDF of everything seen. One writer.

    Memory: 12 bytes a voxel (float32 distance, uint16 weight, 3 x uint16 colour), so 6 KiB a
    block of 8 x 8 x 8. ``len(surface)`` blocks are in use; room for up to half as many more is
    held, and while the grid grows the old and the new one are held at once.
    """

    def __init__(self, config: SurfaceConfig = SurfaceConfig()) -> None:
        self.config = config
        self._grid = _new_grid(config, config.initial_blocks)
        self._scratch: Any = None
        self._blocks_of: dict[int, I32] = {}  # packed chunk -> (N, 3) coordinates of its blocks
        self._dirty: set[int] = set()

    def __len__(self) -> int:
        """Number of blocks."""
        return int(self._grid.hashmap().size())

    def integrate(
        self,
        color: U8 | None,
        depth: U16,
        depth_scale_m: float,
        intrinsics: Intrinsics,
        world_from_camera: F64,
    ) -> None:
        """Fuse one frame of an undistorted camera.

        ``color`` (H, W, 3) RGB, or None to paint grey; ``depth`` (H, W), times
        ``depth_scale_m`` metres along the optical axis, 0 invalid; ``world_from_camera`` (4, 4).
        """
        config = self.config
        depth_m = depth.astype(np.float32)
        depth_m *= np.float32(depth_scale_m)
        beyond = self._beyond_m
        np.minimum(depth_m, np.float32(beyond), out=depth_m)  # far walls still carve what is near
        if color is None:
            color = np.full((*depth.shape, 3), 128, np.uint8)
        depth_image = _image(depth_m)
        color_image = _image(np.multiply(color, np.float32(FULL / 255), dtype=np.float32))
        pose = _tensor(np.linalg.inv(world_from_camera))
        camera = intrinsics.matrix()
        near = self._grid.compute_unique_block_coordinates(
            depth_image, _tensor(camera), pose, 1.0, config.depth_max_m, config.truncation_voxels
        ).numpy()
        seen_through = self._seen_through(depth_m, intrinsics, world_from_camera)
        keys = sorted_unique(np.concatenate([near, seen_through]))
        if len(keys) == 0:
            return
        self._remember(keys)
        # The kernel rounds projections down; the centre of our first pixel is (0, 0).
        camera[:2, 2] += 0.5
        self._grid.integrate(
            _tensor(keys), depth_image, color_image, _tensor(camera), pose,
            1.0, 2 * beyond, config.truncation_voxels,
        )  # fmt: skip
        self._cap_weights(keys)

    def extract_chunks(self, stamp_ns: int) -> Iterator[SurfaceUpdate]:
        """Extract the chunks that changed since the last call, in order of their index.

        Points are those of ``point_cloud()`` that lie in the chunk, ordered by x, y, z.
        A chunk counts as extracted when it has been yielded.
        """
        while self._dirty:
            batch = sorted(self._dirty)[:64]  # bounds the memory of the copy
            chunks = unpack(np.array(batch, np.int64))
            points, colors, owners = self._extract(chunks)
            for packed, chunk in zip(batch, chunks.tolist(), strict=True):
                start, stop = np.searchsorted(owners, [packed, packed + 1])
                self._dirty.discard(packed)
                yield SurfaceUpdate(
                    stamp_ns=stamp_ns,
                    chunk=(chunk[0], chunk[1], chunk[2]),
                    chunk_size_m=self.config.chunk_size_m,
                    points=points[start:stop],
                    colors=colors[start:stop],
                )

    def mark_all_dirty(self) -> None:
        """Have the next ``extract_chunks`` give everything, for a reader that came late."""
        self._dirty.update(self._blocks_of)

    def point_cloud(self) -> tuple[F32, U8]:
        """Whole surface: points (N, 3) world metres, colours (N, 3) RGB; ordered by chunk."""
        if len(self) == 0:
            return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.uint8)
        points, colors, _ = self._ordered_points(self._grid)
        return points, colors

    def mesh(self) -> tuple[F32, I32, U8]:
        """Whole surface as triangles: vertices (V, 3) world metres, indices (T, 3), RGB (V, 3)."""
        if len(self) == 0:
            return (
                np.zeros((0, 3), np.float32),
                np.zeros((0, 3), np.int32),
                np.zeros((0, 3), np.uint8),
            )
        mesh = self._grid.extract_triangle_mesh(self.config.min_weight)
        vertices = mesh.vertex.positions.numpy()
        order = np.lexsort(vertices.T[::-1])
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        triangles = rank[mesh.triangle.indices.numpy()]
        first = triangles.argmin(axis=1)[:, None]  # turn each so that its smallest index leads
        triangles = np.take_along_axis(triangles, (first + np.arange(3)) % 3, axis=1)
        triangles = triangles[np.lexsort(triangles.T[::-1])]
        return vertices[order], triangles, _colors(mesh.vertex.colors.numpy()[order])

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays, blocks sorted by coordinate; ``from_state`` gives the same surface.

        ``keys`` (N, 3) int32, ``tsdf`` (N, R, R, R) float32, ``weight`` (N, R, R, R) uint16,
        ``color`` (N, R, R, R, 3) uint16 in 1/255 * 1/256, ``dirty`` (M, 3) int32 chunks.
        """
        keys = _keys(self._grid)
        rows = self._rows(keys)
        return {
            "keys": keys,
            "tsdf": self._attribute("tsdf")[rows][..., 0],
            "weight": self._attribute("weight")[rows][..., 0],
            "color": self._attribute("color")[rows],
            "dirty": unpack(np.array(sorted(self._dirty), np.int64)),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: SurfaceConfig) -> Surface:
        """Inverse of ``state``. Raises SurfaceError if arrays and configuration disagree."""
        keys = np.ascontiguousarray(state["keys"])
        shape = (len(keys), *[config.block_resolution] * 3)
        for name, want in {"tsdf": shape, "weight": shape, "color": (*shape, 3)}.items():
            if state[name].shape != want:
                raise SurfaceError(
                    f"surface: {name} has shape {state[name].shape}, expected {want}; "
                    "load the map with the configuration that it was made with"
                )
        surface = cls(config)
        if len(keys):
            surface._remember(keys)
            surface._grid.hashmap().activate(_tensor(keys))
            rows = surface._rows(keys)
            surface._attribute("tsdf")[rows] = state["tsdf"][..., None]
            surface._attribute("weight")[rows] = state["weight"][..., None]
            surface._attribute("color")[rows] = state["color"]
        surface._dirty = set(pack(state["dirty"]).tolist())
        return surface

    @property
    def _beyond_m(self) -> float:
        """A depth at which no voxel of a block that reaches ``depth_max_m`` sees a surface."""
        config = self.config
        truncation = config.truncation_voxels * config.voxel_size_m
        return config.depth_max_m + 2 * config.block_size_m * 3**0.5 + truncation

    def _seen_through(self, depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64) -> I32:
        """(N, 3) blocks that hold a surface and have a chance to be in front of the depth.

        A superset: whether a voxel really is in front is decided by the kernel, exactly.
        """
        blocks = np.zeros((0, 3), np.int32)
        if not self._blocks_of:
            return blocks
        view = (depth_m, intrinsics, world_from_camera)
        chunks = np.fromiter(self._blocks_of, np.int64, len(self._blocks_of))
        chunks = chunks[in_front(unpack(chunks), self.config.chunk_size_m, *view)]
        blocks = np.concatenate([blocks, *(self._blocks_of[chunk] for chunk in chunks.tolist())])
        blocks = blocks[in_front(blocks, self.config.block_size_m, *view)]
        tsdf = self._attribute("tsdf")[self._rows(blocks)]
        holding: I32 = blocks[tsdf.reshape(len(blocks), -1).min(axis=1, initial=1) < 0]
        return holding

    def _remember(self, keys: I32) -> None:
        """File new blocks (N, 3) under their chunk; mark the chunks whose points can change."""
        chunk_blocks = self.config.chunk_blocks
        _, known = self._grid.hashmap().find(_tensor(keys))
        new = keys[~known.numpy()]
        self._make_room(len(keys))
        chunks = pack(np.floor_divide(new, chunk_blocks))
        for chunk in np.unique(chunks).tolist():
            blocks = new[chunks == chunk]
            have = self._blocks_of.get(chunk)
            self._blocks_of[chunk] = blocks if have is None else np.concatenate([have, blocks])
        # A surface point lies on the edge from a voxel to its next: it belongs to the first.
        touched = np.concatenate([keys, *(keys + face for face in FACES[3:])])
        touched_chunks = np.unique(pack(np.floor_divide(touched, chunk_blocks)))
        self._dirty.update(c for c in touched_chunks.tolist() if c in self._blocks_of)

    def _make_room(self, count: int) -> None:
        """See to it that Open3D need not grow the grid to activate ``count`` keys.

        It grows when size plus keys, new or not, are more than its room, and took 3 s for
        100 MB where copying the rows takes 0.15 s.
        """
        old, size = self._grid, len(self)
        if size + count <= old.hashmap().capacity():
            return
        self._grid = _new_grid(self.config, (size + count) * 3 // 2)
        _copy_blocks(old, self._grid, _keys(old))

    def _extract(self, chunks: I32) -> tuple[F32, U8, I64]:
        """Points, colours and packed chunk of each point, for the (N, 3) chunks asked for."""
        blocks = np.concatenate([self._blocks_of[c] for c in pack(chunks).tolist()])
        apron = np.concatenate([blocks, *(blocks + face for face in FACES)])
        keys = sorted_unique(apron)
        keys = keys[self._grid.hashmap().find(_tensor(keys))[1].numpy()]
        part = self._scratch_grid(len(keys))
        _copy_blocks(self._grid, part, keys)
        points, colors, owners = self._ordered_points(part)
        wanted = np.isin(owners, pack(chunks))
        return points[wanted], colors[wanted], owners[wanted]

    def _scratch_grid(self, count: int) -> Any:
        """An empty grid with room for ``count`` blocks; its memory is used again."""
        scratch = self._scratch
        if scratch is None or scratch.hashmap().capacity() < count:
            self._scratch = scratch = _new_grid(self.config, count * 3 // 2)
        keys = _keys(scratch)
        if len(keys):
            scratch.hashmap().erase(_tensor(keys))
        return scratch

    def _ordered_points(self, grid: Any) -> tuple[F32, U8, I64]:
        """Points, colours and packed chunk of each, ordered by chunk, x, y, z."""
        cloud = grid.extract_point_cloud(self.config.min_weight)
        points = cloud.point.positions.numpy()
        size = self.config.chunk_size_m
        owners = pack(np.floor((points + np.float64(BORDER_M)) / size).astype(np.int32))
        order = np.lexsort((points[:, 2], points[:, 1], points[:, 0], owners))
        return points[order], _colors(cloud.point.colors.numpy()[order]), owners[order]

    def _cap_weights(self, keys: I32) -> None:
        weight = self._attribute("weight")
        rows = self._rows(keys)
        weight[rows] = np.minimum(weight[rows], np.uint16(self.config.max_weight))

    def _attribute(self, name: str) -> NDArray[Any]:
        """View (capacity, R, R, R, channels) of the grid's memory; stale once the grid grows."""
        values: NDArray[Any] = self._grid.attribute(name).numpy()
        return values

    def _rows(self, keys: I32) -> NDArray[Any]:
        return _rows(self._grid, keys)


def _rows(grid: Any, keys: I32) -> NDArray[Any]:
    """(N,) where in the attributes the blocks (N, 3) are."""
    rows: NDArray[Any] = grid.hashmap().find(_tensor(keys))[0].numpy()
    return rows


def _keys(grid: Any) -> I32:
    """(N, 3) coordinates of the blocks of a grid, sorted."""
    hashmap = grid.hashmap()
    return sorted_unique(hashmap.key_tensor().numpy()[hashmap.active_buf_indices().numpy()])


def _copy_blocks(source: Any, target: Any, keys: I32) -> None:
    """Copy blocks (N, 3) that source has and target has not."""
    if len(keys) == 0:
        return
    target.hashmap().activate(_tensor(keys))
    rows, new_rows = _rows(source, keys), _rows(target, keys)
    for name in ATTRIBUTES:
        target.attribute(name).numpy()[new_rows] = source.attribute(name).numpy()[rows]


def _new_grid(config: SurfaceConfig, blocks: int) -> Any:
    return o3d.t.geometry.VoxelBlockGrid(
        attr_names=ATTRIBUTES,
        attr_dtypes=(o3d.core.float32, o3d.core.uint16, o3d.core.uint16),
        attr_channels=[o3d.core.SizeVector([n]) for n in (1, 1, 3)],
        voxel_size=config.voxel_size_m,
        block_resolution=config.block_resolution,
        block_count=max(blocks, 1),
        device=o3d.core.Device("CPU:0"),
    )


def _tensor(array: NDArray[Any]) -> Any:
    return o3d.core.Tensor.from_numpy(np.ascontiguousarray(array))


def _image(array: F32) -> Any:
    return o3d.t.geometry.Image(_tensor(array))


def _colors(stored: F32) -> U8:
    """RGB from what the extraction gives: stored value / 255, where stored is 256 a level."""
    level: U8 = np.clip(np.rint(stored * np.float32(255 / FULL)), 0, 255).astype(np.uint8)
    return level
