"""Coordinates of the cubes that sparse grids are made of: packing, and culling to a view."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F32, F64, I32, Intrinsics

__all__ = ["I64", "in_front", "pack", "sorted_unique", "unpack"]

I64 = NDArray[np.int64]

POOL = 8
"""Pixels along a cell of the pooled depth that decides which cubes may be in front of it."""


def pack(keys: I32) -> I64:
    """One int64 for three int32 in +-2^20 that sorts as they do."""
    x, y, z = (keys.astype(np.int64) + 2**20).T
    packed: I64 = (x << 42) | (y << 21) | z
    return packed


def unpack(packed: I64) -> I32:
    """(N, 3) int32, inverse of ``pack``."""
    mask = 2**21 - 1
    columns = [packed >> 42, (packed >> 21) & mask, packed & mask]
    return (np.stack(columns, axis=1) - 2**20).astype(np.int32)


def sorted_unique(keys: I32) -> I32:
    return unpack(np.unique(pack(keys)))


def in_front(
    cubes: I32, size_m: float, depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64
) -> NDArray[np.bool_]:
    """Which cubes (N, 3) of the world may hold something nearer than the depth seen there.

    Cubes are judged by their bounding sphere and the farthest depth in the picture around it.
    """
    camera_from_world = np.linalg.inv(world_from_camera)
    centers = (cubes + 0.5) * size_m @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]
    radius = size_m * np.sqrt(3) / 2
    z = np.maximum(centers[:, 2], 1e-6)
    u = intrinsics.fx * centers[:, 0] / z + intrinsics.cx
    v = intrinsics.fy * centers[:, 1] / z + intrinsics.cy
    reach = radius / z * max(intrinsics.fx, intrinsics.fy)
    inside = (u > -reach) & (u < intrinsics.width + reach)
    inside &= (v > -reach) & (v < intrinsics.height + reach)
    front = inside & (z - radius < _farthest_around(depth_m, u, v, reach))
    visible: NDArray[np.bool_] = front & (centers[:, 2] > -radius)
    return visible


def _farthest_around(depth_m: F32, u: F64, v: F64, reach: F64) -> F64:
    """(N,) largest depth within ``reach`` pixels of each (u, v), or of somewhat more around."""
    pooled = _max_pool(depth_m, POOL)
    column = np.clip(u / POOL, 0, pooled.shape[1] - 1).astype(np.intp)
    row = np.clip(v / POOL, 0, pooled.shape[0] - 1).astype(np.intp)
    farthest = np.full(len(u), depth_m.max(initial=0), np.float64)
    left = np.ones(len(u), bool)
    for cells in (1, 2, 3, 4, 6, 8, 12, 16, 24):
        here = left & (reach <= cells * POOL)
        if here.any():
            around = cv2.dilate(pooled, np.ones((2 * cells + 1, 2 * cells + 1), np.uint8))
            farthest[here] = around[row[here], column[here]]
            left &= ~here
    return farthest


def _max_pool(image: F32, factor: int) -> F32:
    """Largest value of each ``factor`` x ``factor`` cell."""
    height, width = (-(-n // factor) * factor for n in image.shape)
    padded = np.zeros((height, width), np.float32)
    padded[: image.shape[0], : image.shape[1]] = image
    rows = padded.reshape(height // factor, factor, width).max(axis=1)  # both axes at once: 5 x
    cells: F32 = rows.reshape(height // factor, width // factor, factor).max(axis=2)
    return cells
