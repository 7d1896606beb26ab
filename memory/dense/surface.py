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
from numpy.typing import NDArray

from cogmap.memory.dense.blocks import I64, in_front, pack, sorted_unique, unpack
from cogmap.memory.dense.voxel_grid import ATTRIBUTES, CHANNELS, VoxelGrid
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
MOST_INITIAL_VOXELS = 2**28
"""3 GB: more is a mistake, or the map of somebody who means harm."""
BATCH = 64
"""Chunks extracted together: bounds the memory of the copy that is extracted from."""
DROP_EVERY = 131
"""Frames between two looks at a chunk for blocks that no surface needs; packed coordinates modulo
this share chunks out over the frames; modulo 127 they are x + y + z, and neighbours meet."""
AROUND = np.array([np.unravel_index(i, (3, 3, 3)) for i in range(27)], np.int32) - 1
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
    """Observations after which a voxel stops growing more certain. A surface that is gone is
    forgotten after about 0.7 times as many that see through it."""
    carve_every: int = 3
    """Every so many frames, surfaces seen through far in front of what is measured are worn
    away; those within the truncation of it are at every frame."""
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
        for name in (
            "block_resolution",
            "max_weight",
            "carve_every",
            "chunk_blocks",
            "initial_blocks",
        ):
            if not 1 <= getattr(self, name) <= 2**24:
                raise SurfaceError(f"surface: {name} = {getattr(self, name)} must be at least 1")
        voxels = self.initial_blocks * self.block_resolution**3
        if self.chunk_blocks > 64 or voxels > MOST_INITIAL_VOXELS:
            raise SurfaceError(
                f"surface: initial_blocks {self.initial_blocks} of block_resolution"
                f" {self.block_resolution} are {voxels} voxels, {MOST_INITIAL_VOXELS} are allowed;"
                f" chunk_blocks is {self.chunk_blocks}, 64 are allowed"
            )
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

    def __init__(
        self, config: SurfaceConfig = SurfaceConfig(), room_for: int | None = None
    ) -> None:
        """``room_for``: so many blocks at first; None: ``initial_blocks``."""
        self.config = config
        self._grid = self._new_grid(config.initial_blocks if room_for is None else room_for)
        self._scratch = self._new_grid(1)
        self._blocks_of: dict[int, I32] = {}  # packed chunk -> (N, 3) coordinates of its blocks
        self._dirty: dict[int, None] = {}  # a set that remembers the order
        self._frames = 0

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self._grid)

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
        Depth beyond ``depth_max_m`` makes no surface, but space in front of it is free.
        """
        truncation, reach = self.config.truncation_voxels, self.config.depth_max_m
        depth_m = depth.astype(np.float32)
        depth_m *= np.float32(depth_scale_m)
        np.minimum(depth_m, np.float32(self._beyond_m), out=depth_m)
        if color is None:
            color = np.full((*depth.shape, 3), 128, np.uint8)
        camera = intrinsics.matrix()
        camera_from_world = np.asarray(np.linalg.inv(world_from_camera), np.float64)
        near = self._grid.blocks_near(depth_m, camera, camera_from_world, reach, truncation)
        keys = sorted_unique(near)
        if self._frames % self.config.carve_every == 0:
            seen_through = self._seen_through(depth_m, intrinsics, world_from_camera)
            keys = sorted_unique(np.concatenate([keys, seen_through]))
        if len(keys):
            self._remember(keys)
            self._grid.integrate(keys, color, depth_m, camera, camera_from_world, truncation)
            self._cap_weights(keys)
        self._drop_needless_blocks()
        self._frames += 1

    def extract_chunks(self, stamp_ns: int, most: int | None = None) -> Iterator[SurfaceUpdate]:
        """Extract the chunks that changed since they were last extracted, longest waiting first,
        at most ``most`` of them.

        Points are those of ``point_cloud()`` that lie in the chunk, ordered by x, y, z.
        A chunk that changes again while the others are being read is given by the next call;
        those that a reader stopped before are too.
        """
        changed = list(self._dirty)[:most]
        for begin in range(0, len(changed), BATCH):
            batch = changed[begin : begin + BATCH]
            for chunk in batch:
                del self._dirty[chunk]
            given = 0
            try:
                for update in self.extract(unpack(np.array(batch, np.int64)), stamp_ns):
                    given += 1
                    yield update
            finally:  # the reader may stop early
                self._dirty.update(dict.fromkeys(batch[given:]))

    def extract(self, chunks: I32, stamp_ns: int) -> Iterator[SurfaceUpdate]:
        """The chunks (N, 3) as they are, whether they changed or not; those that are not there
        are left out."""
        chunks = chunks[[chunk in self._blocks_of for chunk in pack(chunks).tolist()]]
        if len(chunks) == 0:
            return
        points, colors, owners = self._extract(chunks)
        for packed, (i, j, k) in zip(pack(chunks).tolist(), chunks.tolist(), strict=True):
            start, stop = np.searchsorted(owners, [packed, packed + 1])
            yield SurfaceUpdate(
                stamp_ns=stamp_ns,
                chunk=(i, j, k),
                chunk_size_m=self.config.chunk_size_m,
                points=points[start:stop],
                colors=colors[start:stop],
            )

    def chunks(self) -> I32:
        """(N, 3) all chunks."""
        return unpack(np.array(sorted(self._blocks_of), np.int64))

    @property
    def changed(self) -> I32:
        """(N, 3) chunks that changed since they were last extracted, longest waiting first."""
        return unpack(np.fromiter(self._dirty, np.int64, len(self._dirty)))

    @changed.setter
    def changed(self, chunks: I32) -> None:
        self._dirty = dict.fromkeys(pack(chunks).tolist())

    def distances(self, points: F64) -> tuple[F64, F64, F64]:
        """Distance to the surface at ``points`` (N, 3), world: (N,) metres, positive in front;
        its gradient (N, 3); and of how many frames they are (N,), 0 where they are unknown."""
        tsdf, gradient, frames = self._grid.field(points)
        scale = self.config.truncation_voxels * self.config.voxel_size_m
        return tsdf * scale, gradient * scale, frames

    def colors(self, points: F64) -> tuple[U8, F64]:
        """RGB (N, 3) at ``points`` (N, 3), world, and of how many frames they are (N,), 0 where
        there is no surface."""
        return self._grid.colors(points)

    def point_cloud(self) -> tuple[F32, U8]:
        """Whole surface: points (N, 3) world metres, colours (N, 3) RGB; ordered by chunk."""
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
        vertices, triangles, colors = self._grid.mesh(self.config.min_weight)
        order = np.lexsort(vertices.T[::-1])
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        triangles = rank[triangles]
        first = triangles.argmin(axis=1)[:, None]  # turn each so that its smallest index leads
        triangles = np.take_along_axis(triangles, (first + np.arange(3)) % 3, axis=1)
        return vertices[order], triangles[np.lexsort(triangles.T[::-1])], colors[order]

    def state(self, room: dict[str, NDArray[Any]] | None = None) -> dict[str, NDArray[Any]]:
        """Exact arrays, blocks sorted by coordinate; ``from_state`` gives the same surface.

        ``room`` is used again: arrays of an earlier call, which this one fills anew. To get as much
        memory from the kernel each time takes ten times as long as the copy.

        ``keys`` (N, 3) int32, ``tsdf`` (N, R, R, R, 1) float32, ``weight`` (N, R, R, R, 1)
        uint16, ``color`` (N, R, R, R, 3) uint16, 256 a level, ``frames`` (1,) number of frames
        fused. What was not extracted yet is no part of it: after ``from_state`` all is.
        """
        keys = self._grid.keys()
        rows = self._grid.rows(keys)
        room = {} if room is None else room
        values = {n: _gather(self._grid.attribute(n), rows, n, room) for n in ATTRIBUTES}
        return {"keys": keys, "frames": np.array([self._frames]), **values}

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: SurfaceConfig) -> Surface:
        """Inverse of ``state``. Raises SurfaceError if arrays and configuration disagree."""
        keys = np.ascontiguousarray(state["keys"])
        for name, channels in zip(ATTRIBUTES, CHANNELS, strict=True):
            want = (len(keys), *3 * (config.block_resolution,), channels)
            if state[name].shape != want:
                raise SurfaceError(
                    f"surface: {name} has shape {state[name].shape}, expected {want}; "
                    "load the map with the configuration that it was made with"
                )
        surface = cls(config, min(config.initial_blocks, 2 * len(keys)))
        surface._remember(keys)
        rows = surface._grid.rows(keys)
        for name in ATTRIBUTES:
            surface._grid.attribute(name)[rows] = state[name]
        surface._frames = int(state["frames"][0])
        return surface

    def _new_grid(self, blocks: int) -> VoxelGrid:
        return VoxelGrid(self.config.voxel_size_m, self.config.block_resolution, blocks)

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
        view = (depth_m, intrinsics, world_from_camera)
        chunks = np.fromiter(self._blocks_of, np.int64, len(self._blocks_of))
        chunks = chunks[in_front(unpack(chunks), self.config.chunk_size_m, *view)]
        blocks = np.zeros((0, 3), np.int32)
        blocks = np.concatenate([blocks, *(self._blocks_of[chunk] for chunk in chunks.tolist())])
        blocks = blocks[in_front(blocks, self.config.block_size_m, *view)]
        return blocks[self._grid.behind_surfaces(blocks)]

    def _remember(self, keys: I32) -> None:
        """Make room for blocks (N, 3), file the new ones, mark the chunks that may change."""
        if not self._grid.has_room_for(len(keys)):
            self._grid = self._grid.grown((len(self) + len(keys)) * 3 // 2)
        chunk_blocks = self.config.chunk_blocks
        new = keys[~self._grid.known(keys)]
        chunks = pack(np.floor_divide(new, chunk_blocks))
        for chunk in np.unique(chunks).tolist():
            blocks = new[chunks == chunk]
            have = self._blocks_of.get(chunk)
            self._blocks_of[chunk] = blocks if have is None else np.concatenate([have, blocks])
        # A surface point lies on the edge from a voxel to its next: it belongs to the first.
        self._grid.activate(new)
        touched = np.concatenate([keys, *(keys + face for face in FACES[3:])])
        touched_chunks = np.unique(pack(np.floor_divide(touched, chunk_blocks)))
        known = [chunk for chunk in touched_chunks.tolist() if chunk in self._blocks_of]
        self._dirty.update(dict.fromkeys(known))

    def _drop_needless_blocks(self) -> None:
        """In one chunk of ``DROP_EVERY`` forget blocks that noise or what is gone has left: those
        that few frames have seen, far from any surface, and those of free space that are not, and
        do not touch, a block with a voxel behind a surface.

        No point is on an edge of theirs, and within the truncation of a surface no distance is
        theirs, but of few frames. A chunk keeps its first block: one that is not there could not
        be told empty.
        """
        few, grid = self.config.min_weight, self._grid
        turn = self._frames % DROP_EVERY
        for chunk in [each for each in self._blocks_of if each % DROP_EVERY == turn]:
            blocks = sorted_unique(self._blocks_of[chunk])
            stray = grid.without_surface(blocks[1:], few)
            free = blocks[1:][~stray & ~grid.behind_surfaces(blocks[1:])]
            around = pack((free[:, None] + AROUND).reshape(-1, 3))
            beside = unpack(np.unique(around))
            beside = beside[grid.known(beside)]
            behind = grid.behind_surfaces(beside) & ~grid.without_surface(beside, few)
            near = np.isin(around, pack(beside[behind])).reshape(len(free), len(AROUND))
            dropped = np.concatenate([blocks[1:][stray], free[~near.any(axis=1)]])
            grid.erase(dropped)
            kept = ~np.isin(pack(blocks), pack(dropped))
            self._blocks_of[chunk] = blocks[kept]

    def _cap_weights(self, keys: I32) -> None:
        weight, rows = self._grid.attribute("weight"), self._grid.rows(keys)
        weight[rows] = np.minimum(weight[rows], np.uint16(self.config.max_weight))

    def _extract(self, chunks: I32) -> tuple[F32, U8, I64]:
        """Points, colours and packed chunk of each point, for the (N, 3) chunks asked for."""
        blocks = np.concatenate([self._blocks_of[c] for c in pack(chunks).tolist()])
        keys = sorted_unique(np.concatenate([blocks, *(blocks + face for face in FACES)]))
        keys = keys[self._grid.known(keys)]
        self._scratch.erase(self._scratch.keys())
        if not self._scratch.has_room_for(len(keys)):
            self._scratch = self._new_grid(len(keys) * 3 // 2)
        self._scratch.copy_from(self._grid, keys)
        points, colors, owners = self._ordered_points(self._scratch)
        wanted = np.isin(owners, pack(chunks))
        return points[wanted], colors[wanted], owners[wanted]

    def _ordered_points(self, grid: VoxelGrid) -> tuple[F32, U8, I64]:
        """Points, colours and packed chunk of each, ordered by chunk, x, y, z."""
        if len(grid) == 0:
            return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.uint8), np.zeros(0, np.int64)
        points, colors = grid.points(self.config.min_weight)
        chunk = np.floor((points + np.float64(BORDER_M)) / self.config.chunk_size_m)
        owners = pack(chunk.astype(np.int32))
        order = np.lexsort((points[:, 2], points[:, 1], points[:, 0], owners))
        return points[order], colors[order], owners[order]


def _gather(
    values: NDArray[Any], rows: NDArray[Any], name: str, room: dict[str, NDArray[Any]]
) -> NDArray[Any]:
    """``values[rows]``, in the array ``name`` of ``room``; it is made if it is too small. What is
    not used of it takes no memory."""
    if name not in room or len(room[name]) < len(rows):
        room[name] = np.empty((2 * len(rows), *values.shape[1:]), values.dtype)
    gathered: NDArray[Any] = room[name][: len(rows)]
    np.take(values, rows, axis=0, out=gathered, mode="clip")  # other modes copy once more
    return gathered
