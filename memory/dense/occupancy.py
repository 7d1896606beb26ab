"""Free, occupied and unknown space as log-odds in sparse blocks of voxels.

The inverse sensor model is the usual one of occupancy grids (Thrun, Burgard, Fox,
Probabilistic Robotics, ch. 9; OctoMap's clamping): a point measured in a voxel is evidence
that it is occupied, a ray that passes its centre that it is free, and no measurement is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.dense.blocks import I64, in_front, pack, sorted_unique, unpack
from cogmap.memory.dense.columns import SIDE, Columns, stacks
from cogmap.memory.geometry.camera import backproject, transform
from cogmap.runtime.messages import (
    F32,
    F64,
    FREE,
    I32,
    OCCUPIED,
    U8,
    UNKNOWN,
    CogmapError,
    Intrinsics,
    OccupancyGrid,
)

__all__ = ["Occupancy", "OccupancyConfig", "OccupancyError"]

I8 = NDArray[np.int8]

VOXELS = SIDE**3
NEAREST_M = 0.05
"""Voxels whose centre is nearer to the image plane are left alone."""


class OccupancyError(CogmapError):
    """The occupancy grid was configured or restored with values that cannot work."""


@dataclass(frozen=True)
class OccupancyConfig:
    """Resolution, range and how fast the grid changes its mind.

    With the defaults one look makes an unknown voxel free or occupied, a sure obstacle is
    free after 7 contrary looks and a sure free voxel occupied after 5.
    """

    voxel_size_m: float = 0.05
    """Edge of a voxel."""
    depth_max_m: float = 4.0
    """Beyond this nothing is learnt."""
    decimation: int = 4
    """Pixels along the patch that counts as one measurement; fewer for a camera so coarse that
    the patches would be further apart than voxels."""
    hit: int = 4
    """Added where a point is measured."""
    miss: int = 3
    """Subtracted where a ray passes."""
    clamp: int = 16
    """Log-odds stay in [-clamp, clamp]."""
    occupied_at: int = 4
    """Log-odds from which a voxel is occupied."""
    free_at: int = -3
    """Log-odds down to which a voxel is free; in between it is unknown."""
    free_fraction: float = 0.5
    """Part of a column that must be known free for its cell in ``grid_2d`` to be free."""
    head_m: tuple[float, float] = (1.1, 1.9)
    """Above the floor: over most furniture, under the tops of doors, in a camera's view."""

    def __post_init__(self) -> None:
        if not (0 < self.voxel_size_m < 10 and 0 < self.depth_max_m < 1000):
            raise OccupancyError(
                f"occupancy: voxel_size_m {self.voxel_size_m} and depth_max_m "
                f"{self.depth_max_m} must be positive"
            )
        if not 1 <= self.decimation <= 64:
            raise OccupancyError(f"occupancy: decimation {self.decimation} is not in 1..64")
        if not (0 < self.hit <= 32 and 0 < self.miss <= 32 and self.clamp <= 64):
            raise OccupancyError(
                f"occupancy: hit {self.hit} and miss {self.miss} must be in 1..32, clamp "
                f"{self.clamp} at most 64 (log-odds are int8)"
            )
        if not -self.clamp <= self.free_at < 0 < self.occupied_at <= self.clamp:
            raise OccupancyError(
                f"occupancy: need -clamp <= free_at < 0 < occupied_at <= clamp, got free_at "
                f"{self.free_at}, occupied_at {self.occupied_at}, clamp {self.clamp}"
            )
        if not 0 < self.free_fraction <= 1:
            raise OccupancyError(f"occupancy: free_fraction {self.free_fraction} is not in (0, 1]")
        if not 0 < self.head_m[0] < self.head_m[1]:
            raise OccupancyError(f"occupancy: head_m {self.head_m} must be 0 < from < to")


class Occupancy:
    """Log-odds of every voxel looked at. One writer. 512 bytes a block of 0.4 m cubed."""

    def __init__(self, config: OccupancyConfig = OccupancyConfig()) -> None:
        self.config = config
        self._row_of: dict[int, int] = {}  # packed block -> row of the pool
        self._pool: I8 = np.zeros((256, VOXELS), np.int8)
        self._offsets = _voxel_centers(config.voxel_size_m)

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self._row_of)

    @property
    def block_size_m(self) -> float:
        return self.config.voxel_size_m * SIDE

    def integrate(self, depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64) -> None:
        """Learn from one depth image of an undistorted camera.

        ``depth_m`` (H, W) float32 metres along the optical axis, 0 invalid;
        ``world_from_camera`` (4, 4). Patches of pixels count as their nearest depth, so that
        nothing behind what any pixel saw is ever called free; patches that are mostly invalid
        teach nothing.
        """
        finest = min(intrinsics.fx, intrinsics.fy) * self.config.voxel_size_m
        step = max(1, min(self.config.decimation, int(finest / self.config.depth_max_m)))
        patches = _nearest_of_patches(depth_m, step)
        if not patches.any():
            return
        hit_blocks, hit_voxels = self._hits(depth_m, step, intrinsics, world_from_camera)
        candidates = self._blocks_in_view(depth_m, intrinsics, world_from_camera)
        keys = np.unique(np.concatenate([candidates, hit_blocks]))
        free = self._passed(unpack(keys), patches, step, intrinsics, world_from_camera)
        change = np.where(free, np.int8(-self.config.miss), np.int8(0))
        change[np.searchsorted(keys, hit_blocks), hit_voxels] = self.config.hit
        learnt = change.any(axis=1)
        rows = self._rows(keys[learnt])
        clamp = self.config.clamp
        self._pool[rows] = np.clip(self._pool[rows] + change[learnt], -clamp, clamp)

    def at(self, points: F64 | F32) -> U8:
        """(N,) UNKNOWN, FREE or OCCUPIED at points (N, 3) world, metres."""
        voxels = np.floor(np.asarray(points, np.float64) / self.config.voxel_size_m)
        blocks, index = _split(voxels.astype(np.int32))
        rows = [self._row_of.get(key, -1) for key in pack(blocks).tolist()]
        row = np.array(rows, np.intp)
        log_odds = self._pool[row, index]
        log_odds[row < 0] = 0
        return self._classify(log_odds)

    def floor_z(self, least_m2: float = 0.0) -> float | None:
        """Height of the floor (m), to half a voxel; None while too little of it was seen.

        Of the heights at which occupied voxels have two free ones above, the lowest that
        has at least half as many as the most frequent one. ``least_m2``: it and the layers beside
        it have this area, which tables have not.
        """
        keys = np.array(sorted(self._row_of), np.int64)
        if len(keys) == 0:
            return None
        log_odds = self._pool[self._rows(keys)]
        occupied = stacks(log_odds >= self.config.occupied_at)
        free = stacks(log_odds <= self.config.free_at)
        # The free voxels of the block above follow those of the block: shifted in from there.
        at = np.searchsorted(keys, keys + 1)  # z is the lowest digit of a packed block
        is_above = np.append(keys, -1)[at] == keys + 1
        above = np.append(free, np.zeros((1, SIDE * SIDE), np.uint64), axis=0)
        above = above[np.where(is_above, at, len(keys))]
        standable = occupied & ((free >> 8) | (above << 56)) & ((free >> 16) | (above << 48))
        per_layer = standable.view(np.uint8).reshape(-1, SIDE * SIDE, SIDE).sum(axis=1)
        layers = unpack(keys)[:, 2:] * SIDE + np.arange(SIDE)
        lowest = int(layers.min())
        counts = np.bincount((layers - lowest).ravel(), weights=per_layer.ravel())
        if counts.max() < 20:
            return None
        layer = int(np.flatnonzero(counts >= counts.max() / 2)[0])
        area = float(counts[max(layer - 1, 0) : layer + 2].sum()) * self.config.voxel_size_m**2
        if area < least_m2:
            return None
        return float((layer + lowest + 0.5) * self.config.voxel_size_m)

    def grid_2d(self, z_min: float, z_max: float, floor_z: float, stamp_ns: int) -> OccupancyGrid:
        """What is between ``z_min`` and ``z_max`` (m above ``floor_z``), seen from above.

        A cell is occupied if any voxel between is; else free if at least ``free_fraction`` of
        the voxels between are known free and the floor was seen below (an occupied voxel
        within 1.5 voxels of ``floor_z``); else unknown. The layers at head height are of the
        voxels whose centres are in ``config.head_m`` above the floor.
        """
        size = self.config.voxel_size_m
        keys = np.array(sorted(self._row_of), np.int64)
        if len(keys) == 0:
            none = np.zeros((0, 0), np.uint8)
            return OccupancyGrid(
                stamp_ns=stamp_ns, resolution_m=size, origin=(0.0, 0.0), cells=none,
                floor_z=floor_z, head_free=none, head_occupied=none, top=none,
            )  # fmt: skip
        log_odds = self._pool[self._rows(keys)]
        columns = Columns(
            unpack(keys), log_odds >= self.config.occupied_at, log_odds <= self.config.free_at,
            size, floor_z,
        )  # fmt: skip
        occupied = columns.count(columns.occupied, z_min, z_max)
        free = columns.count(columns.free, z_min, z_max)
        floor = columns.count(columns.occupied, -1.5 * size, 1.5 * size)
        enough = self.config.free_fraction * max((z_max - z_min) / size, 1)
        cells = np.where((free >= enough) & (floor > 0), np.uint8(FREE), np.uint8(UNKNOWN))
        cells[occupied > 0] = OCCUPIED
        x, y = (columns.first * self.block_size_m).tolist()
        return OccupancyGrid(
            stamp_ns=stamp_ns, resolution_m=size, origin=(x, y), cells=cells, floor_z=floor_z,
            head_free=columns.percent(columns.free, *self.config.head_m),
            head_occupied=columns.percent(columns.occupied, *self.config.head_m),
            top=columns.top(),
        )  # fmt: skip

    def state(self) -> dict[str, NDArray[Any]]:
        """``keys`` (N, 3) int32 and ``log_odds`` (N, 8, 8, 8) int8, sorted by block."""
        keys = np.array(sorted(self._row_of), np.int64)
        log_odds = self._pool[self._rows(keys)].reshape(-1, SIDE, SIDE, SIDE)
        return {"keys": unpack(keys), "log_odds": log_odds}

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: OccupancyConfig) -> Occupancy:
        """Inverse of ``state``. Raises OccupancyError if the arrays do not fit each other."""
        keys, log_odds = state["keys"], state["log_odds"]
        if log_odds.shape != (len(keys), SIDE, SIDE, SIDE):
            raise OccupancyError(
                f"occupancy: log_odds has shape {log_odds.shape}, expected "
                f"({len(keys)}, {SIDE}, {SIDE}, {SIDE}); the map is damaged"
            )
        occupancy = cls(config)
        rows = occupancy._rows(pack(keys))  # before the pool is looked up: it may grow
        occupancy._pool[rows] = log_odds.reshape(-1, VOXELS)
        return occupancy

    def _hits(
        self, depth_m: F32, step: int, intrinsics: Intrinsics, pose: F64
    ) -> tuple[I64, NDArray[np.intp]]:
        """Packed block and index of the voxels in which a point was measured."""
        sampled = depth_m[::step, ::step]
        rows, columns = np.nonzero((sampled > 0) & (sampled <= self.config.depth_max_m))
        pixels = np.stack([columns, rows], axis=1).astype(np.float64) * step
        depth = sampled[rows, columns].astype(np.float64)
        points = transform(pose, backproject(pixels, depth, intrinsics))
        voxels = sorted_unique(np.floor(points / self.config.voxel_size_m).astype(np.int32))
        blocks, index = _split(voxels)
        return pack(blocks), index

    def _blocks_in_view(self, depth_m: F32, intrinsics: Intrinsics, pose: F64) -> I64:
        """Packed blocks that hold space in front of what was measured."""
        reach = min(float(depth_m.max()), self.config.depth_max_m)
        u = np.array([0, intrinsics.width, 0, intrinsics.width])
        v = np.array([0, 0, intrinsics.height, intrinsics.height])
        x, y = (u - intrinsics.cx) / intrinsics.fx, (v - intrinsics.cy) / intrinsics.fy
        corners = np.stack([x, y, np.ones(4)], axis=1) * reach @ pose[:3, :3].T
        bounds = np.concatenate([corners, np.zeros((1, 3))]) + pose[:3, 3]
        low = np.floor(bounds.min(axis=0) / self.block_size_m).astype(np.int32)
        high = np.floor(bounds.max(axis=0) / self.block_size_m).astype(np.int32)
        ranges = [np.arange(a, b + 1, dtype=np.int32) for a, b in zip(low, high, strict=True)]
        blocks = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 3)
        near = np.minimum(depth_m, np.float32(reach))
        return pack(blocks[in_front(blocks, self.block_size_m, near, intrinsics, pose)])

    def _passed(
        self, blocks: I32, patches: F32, step: int, intrinsics: Intrinsics, pose: F64
    ) -> NDArray[np.bool_]:
        """(N, 512) which voxels of the blocks have their centre clearly before the surface."""
        camera_from_world = np.linalg.inv(pose)
        turn = camera_from_world[:3, :3]
        base = (turn @ self._offsets.T).astype(np.float32)
        corners = blocks * self.block_size_m @ turn.T + camera_from_world[:3, 3]
        corners = corners.astype(np.float32)
        x, y, z = (base[i] + corners[:, i, None] for i in range(3))
        # A patch of n pixels has its centre at (n - 1) / 2 of the first pixel's.
        n = np.float32(step)
        per_depth = np.float32(1) / np.maximum(z, np.float32(NEAREST_M))
        x *= per_depth
        x *= np.float32(intrinsics.fx) / n
        x += (np.float32(intrinsics.cx) + np.float32(0.5)) / n - np.float32(0.5)
        y *= per_depth
        y *= np.float32(intrinsics.fy) / n
        y += (np.float32(intrinsics.cy) + np.float32(0.5)) / n - np.float32(0.5)
        seen = cv2.remap(patches, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT)
        seen -= np.float32(self.config.voxel_size_m)
        passed: NDArray[np.bool_] = (z < seen) & (z > np.float32(NEAREST_M))
        passed &= z <= np.float32(self.config.depth_max_m)
        return passed

    def _rows(self, keys: I64) -> NDArray[np.intp]:
        """Rows of the pool for packed blocks; new ones are made, unknown throughout."""
        row_of = self._row_of
        rows = [row_of.setdefault(key, len(row_of)) for key in keys.tolist()]
        if len(row_of) > len(self._pool):
            grown = np.zeros((max(len(row_of), 2 * len(self._pool)), VOXELS), np.int8)
            grown[: len(self._pool)] = self._pool
            self._pool = grown
        return np.array(rows, np.intp)

    def _classify(self, log_odds: I8) -> U8:
        classes = np.full(log_odds.shape, UNKNOWN, np.uint8)
        classes[log_odds <= self.config.free_at] = FREE
        classes[log_odds >= self.config.occupied_at] = OCCUPIED
        return classes


def _voxel_centers(voxel_size_m: float) -> F64:
    """(512, 3) centres of a block's voxels from its corner, x slowest, z fastest."""
    steps = (np.arange(SIDE) + 0.5) * voxel_size_m
    return np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)


def _split(voxels: I32) -> tuple[I32, NDArray[np.intp]]:
    """Block (N, 3) and index in it (N,) of voxels (N, 3)."""
    blocks = np.floor_divide(voxels, SIDE)
    x, y, z = (voxels - blocks * SIDE).T
    return blocks, ((x * SIDE + y) * SIDE + z).astype(np.intp)


def _nearest_of_patches(depth_m: F32, size: int) -> F32:
    """(H/size, W/size) smallest valid depth of each patch, 0 where most of it is invalid."""
    height, width = (n // size * size for n in depth_m.shape)
    cropped = depth_m[:height, :width]
    valid = cropped > 0
    rows = np.where(valid, cropped, np.float32(np.inf)).reshape(-1, size, width).min(axis=1)
    nearest: F32 = rows.reshape(len(rows), -1, size).min(axis=2)
    valid_rows = valid.reshape(-1, size, width).sum(axis=1, dtype=np.int16)
    nearest[2 * valid_rows.reshape(len(rows), -1, size).sum(axis=2) < size * size] = 0
    return nearest
