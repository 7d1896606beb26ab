"""Where the shortest ways on a large grid can be, by a search on a coarse one."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from cogmap.memory.paths.moves import Joins, led_around, move_graph, weighted
from cogmap.runtime.messages import F64, U8, Bool

__all__ = ["CORRIDOR_CELLS", "CoarseGrid"]

BLOCK = 4
"""Cells along the side of a coarse one, which is free if any of them is; in 16 bits."""
_FIRST, _LAST = np.uint16(0x1111), np.uint16(0x8888)
"""Bits of the first and the last column of a block."""
_NOT_FIRST, _NOT_LAST = ~_FIRST, ~_LAST
_ONE, _ROW = np.uint16(1), np.uint16(BLOCK)
CORRIDOR_CELLS = 12_000
"""Enough for 60 m of way, with what ways around things are about as short: with 20,000, or with
10,000, no way was another."""
NEAR_BEST = 1.05
"""Goals that are farther by more than this factor, and a block's sides, are none of the best."""
SAME = 1e-6
"""Costs that differ by less, in blocks, are the same."""
DETOURS = (4.0, 16.0, math.inf)
"""Blocks are looked at through which ways lead so much around, in blocks; farther ones if these are
too few."""


class CoarseGrid:
    """Blocks of the cells of a grid, and the moves between them."""

    def __init__(self, free: Bool, dear: Bool | None = None, times: float = 1.0) -> None:
        """``free`` (rows, columns) of the fine grid. Ways over ``dear`` cells (rows, columns) count
        so many times as long, through a block by its share of them."""
        self._free = free
        packed = _packed(free)
        parts = _largest_parts(packed)
        self._shape = parts.shape
        self._blocks = np.flatnonzero(packed)
        self._held = np.bitwise_count(packed).ravel()[self._blocks]
        self._number = np.cumsum(packed.ravel() > 0) - 1
        self._graph = move_graph(packed > 0, _joins(parts))
        if dear is not None:
            held = _counts(free & dear, self._shape).ravel()
            share = held[self._blocks] / self._held
            self._graph = weighted(self._graph, 1 + (times - 1) * share)

    def corridor(
        self, starts: NDArray[np.intp], goals: NDArray[np.intp], extra: F64, most_cells: int
    ) -> Bool:
        """(rows, columns) about ``most_cells`` of the free cells: those through which the shortest
        ways from a start to a goal lead, by the coarse grid.

        All ways around what stands there that are about as short are in it, so that which of them
        is the shortest is decided on the fine grid. ``starts`` and ``goals`` are flat numbers of
        free cells, ``extra`` what each goal counts in addition, in cells.
        """
        of_start, of_goal = self._rows(starts), self._rows(goals)
        there = dijkstra(self._graph, indices=np.unique(of_start), min_only=True)
        costs = there[of_goal] + extra / BLOCK
        best = costs <= costs.min() * NEAR_BEST + 2
        near = self._chosen(self._detours(there, np.unique(of_goal[best]), most_cells), most_cells)
        fine = np.repeat(np.repeat(near, BLOCK, axis=0), BLOCK, axis=1)
        rows, columns = self._free.shape
        return np.asarray(self._free & fine[:rows, :columns])

    def _detours(self, there: F64, goals: NDArray[np.intp], most_cells: int) -> F64:
        """(N,) how much longer than the best way to the same of some goals the best one through
        each block is, in blocks; inf for those that are far from all of them once there are
        ``most_cells`` nearer. ``there`` (N,) is the cost of the way to each block.

        Searched from the goals, with moves that count as what they lead around: none of the many
        blocks that are far from all ways are looked at.
        """
        graph = led_around(self._graph, np.where(np.isfinite(there), there, 0.0))
        for most in DETOURS:
            far = dijkstra(graph, indices=goals, min_only=True, limit=most)
            if self._held[np.isfinite(far)].sum() >= most_cells:
                break
        return np.asarray(far)

    def _chosen(self, far: F64, most_cells: int) -> Bool:
        """(rows, columns) blocks with about so many cells for which ``far``, how much the best
        way through each leads around, is least; and those that the best ways of all pass between
        two."""
        known = np.flatnonzero(np.isfinite(far))
        order = known[np.argsort(far[known], kind="stable")]
        most = 1 + int(np.searchsorted(np.cumsum(self._held[order]), most_cells))
        near = np.zeros(self._shape, np.uint8)
        near.ravel()[self._blocks[far <= SAME]] = 1
        near = cv2.dilate(near, np.ones((3, 3), np.uint8))
        near.ravel()[self._blocks[order[:most]]] = 1
        return np.asarray(near, bool)

    def _rows(self, cells: NDArray[np.intp]) -> NDArray[np.intp]:
        """Places in the list of blocks of those that cells are in."""
        row, column = np.divmod(cells, self._free.shape[1])
        return np.asarray(self._number[(row // BLOCK) * self._shape[1] + column // BLOCK])


def _packed(free: Bool) -> NDArray[np.uint16]:
    """Blocks of 4 x 4 cells as the bits of one number each: bit 4 r + c is row r, column c."""
    rows, columns = (-(-length // BLOCK) for length in free.shape)
    padded = np.zeros((rows * BLOCK, columns * BLOCK), bool)
    padded[: free.shape[0], : free.shape[1]] = free
    pairs = np.packbits(padded, axis=1, bitorder="little")  # of two blocks beside each other
    lines = np.stack([pairs & 15, pairs >> 4], axis=2).reshape(rows, BLOCK, -1)
    lines = lines[..., :columns].astype(np.uint16)
    return np.asarray(lines[:, 0] | lines[:, 1] << 4 | lines[:, 2] << 8 | lines[:, 3] << 12)


def _counts(cells: Bool, shape: tuple[int, ...]) -> U8:
    """How many of the cells of each of the blocks, of which there are ``shape``, are set."""
    padded = np.zeros((shape[0] * BLOCK, shape[1] * BLOCK), np.uint8)
    padded[: cells.shape[0], : cells.shape[1]] = cells
    rows = padded.view(np.uint32).reshape(shape[0], BLOCK, shape[1]).sum(axis=1, dtype=np.uint32)
    return np.asarray(rows.view(np.uint8).reshape(*shape, BLOCK).sum(axis=2, dtype=np.uint8))


def _largest_parts(packed: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Of each block the cells of the largest part that hangs together: two floors that a thin
    thing divides within one block are no way from one to the other."""
    best = _filled(packed & (~packed + 1), packed)
    rest = packed & ~best
    while rest.any():
        torn = np.nonzero(rest)
        part = _filled(rest[torn] & (~rest[torn] + 1), rest[torn])
        larger = np.bitwise_count(part) > np.bitwise_count(best[torn])
        best[torn] = np.where(larger, part, best[torn])
        rest[torn] &= ~part
    return best


def _filled(seeds: NDArray[np.uint16], packed: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """All cells of blocks that straight moves within the block lead to from the seeds."""
    while True:
        right, left = (seeds & _NOT_LAST) << _ONE, (seeds & _NOT_FIRST) >> _ONE
        grown = (seeds | right | left | (seeds << _ROW) | (seeds >> _ROW)) & packed
        if np.array_equal(grown, seeds):
            return seeds
        seeds = np.asarray(grown)


def _joins(parts: NDArray[np.uint16]) -> Joins:
    """Blocks whose parts touch those of the next one."""
    right, up = np.zeros(parts.shape, bool), np.zeros(parts.shape, bool)
    right[:, :-1] = ((parts[:, :-1] & _LAST) >> (BLOCK - 1)) & parts[:, 1:] & _FIRST
    up[:-1] = (parts[:-1] >> (BLOCK * (BLOCK - 1))) & parts[1:]
    return Joins(right, up)
