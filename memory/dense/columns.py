"""Sparse blocks of voxels seen from above: counts in every column, quickly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F64, I32, U8

__all__ = ["SIDE", "Columns", "stacks"]

SIDE = 8
"""Voxels along the edge of a block."""


class Columns:
    """Counts of voxels in the columns of a grid seen from above.

    The eight voxels of a block that stand on each other are one word with a byte each, so that
    a height range is a mask and a count is that of set bits.
    """

    def __init__(
        self,
        blocks: I32,
        occupied: NDArray[np.bool_],
        free: NDArray[np.bool_],
        voxel_size_m: float,
        floor_z: float,
    ) -> None:
        """``blocks`` (N, 3) sorted, N >= 1; which of their voxels (N, 512) are occupied, free."""
        self.occupied, self.free = stacks(occupied), stacks(free)
        self.first = blocks[:, :2].min(axis=0)
        """(2,) x, y of the grid's first block."""
        self._size, self._floor_z = voxel_size_m, floor_z
        self._layers = blocks[:, 2:] * SIDE + np.arange(SIDE)
        self._heights = self._height_of(self._layers)
        column, row = (blocks[:, :2] - self.first).T
        self._shape = (int(row.max()) + 1, int(column.max()) + 1)
        self._place = row * self._shape[1] + column

    def count(self, voxels: NDArray[np.uint64], low: float, high: float) -> NDArray[np.uint16]:
        """(rows, columns) voxels set whose centres are between two heights (m above the floor)."""
        within = (self._heights > low) & (self._heights < high)
        used = np.flatnonzero(within.any(axis=1))
        mask = within[used].astype(np.uint8).view(np.uint64)
        counts = np.bitwise_count(voxels[used] & mask).astype(np.uint16)
        return self._grid(np.add, counts, used)

    def percent(self, voxels: NDArray[np.uint64], low: float, high: float) -> U8:
        """(rows, columns) share of the voxels between two heights that is set."""
        first, last = (int((height + self._floor_z) / self._size) for height in (low, high))
        layers = np.arange(first - 2, last + 3)
        heights = self._height_of(layers)
        all_of_them = int(((heights > low) & (heights < high)).sum())
        count = self.count(voxels, low, high)
        return (100 * count // max(all_of_them, 1)).astype(np.uint8)

    def top(self) -> U8:
        """(rows, columns) upper end of the highest occupied voxel, whole voxels above the floor."""
        used = np.flatnonzero(self.occupied.any(axis=1))
        byte = (np.frexp(self.occupied[used].astype(np.float32))[1] + 7) // 8 - 1
        ends = self._heights[used, :1] / self._size + 0.5  # of the lowest voxels
        height = np.floor(ends + 0.5).astype(np.int32) + byte
        height[byte < 0] = 0
        return self._grid(np.maximum, height.clip(0, 255).astype(np.uint16), used).astype(np.uint8)

    def _height_of(self, layers: NDArray[Any]) -> F64:
        """Of voxel centres above the floor (m)."""
        return np.asarray((layers + 0.5) * self._size - self._floor_z)

    def _grid(
        self, join: np.ufunc, values: NDArray[np.uint16], blocks: NDArray[np.intp]
    ) -> NDArray[np.uint16]:
        """(rows, columns) values (N, 64) of some blocks, joined over those in a column."""
        rows, columns = self._shape
        blocks_of = np.zeros((rows * columns, SIDE, SIDE), np.uint16)  # place, y, x
        if len(blocks):
            place = self._place[blocks]
            starts = np.flatnonzero(np.diff(place, prepend=-1))  # columns lie side by side
            joined = join.reduceat(values, starts, axis=0).reshape(-1, SIDE, SIDE)
            blocks_of[place[starts]] = joined.swapaxes(1, 2)
        grid = blocks_of.reshape(rows, columns, SIDE, SIDE).swapaxes(1, 2)
        return np.ascontiguousarray(grid.reshape(rows * SIDE, columns * SIDE))


def stacks(voxels: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(N, 64) from (N, 512): the eight voxels above each other as bytes, the lowest first."""
    return voxels.view(np.uint64)
