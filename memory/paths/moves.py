"""Moves between the cells of a grid, as a graph."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from cogmap.runtime.messages import F64, Bool

__all__ = ["Joins", "led_around", "move_graph", "weighted"]

_Cell = tuple[int, int]

# All that go on, as (row, column), and then their reverses, so that the cells that moves of one
# cell end on ascend. With the knight's moves a way is at most 2.8 % longer than the straight line
# before it is pulled taut.
_ONWARDS = ((0, 1), (1, -2), (1, -1), (1, 0), (1, 1), (1, 2), (2, -1), (2, 1))
_BACK = len(_ONWARDS)
_LENGTHS = np.array([math.hypot(*move) for move in (*_ONWARDS[::-1], *_ONWARDS)])
_PAD = 2
"""The longest move: so much border keeps it on the padded grid."""


@dataclass(frozen=True)
class Joins:
    """Which cells of a grid (rows, columns) one can go on from to the next one."""

    right: Bool
    """Along a row."""
    up: Bool
    """To the next row."""


def move_graph(free: Bool, joins: Joins | None = None) -> scipy.sparse.csr_array:
    """(N, N) lengths, in cells, of the moves between the N cells of ``free`` (rows, columns) that
    are set, numbered row by row.

    A knight's move needs both cells that it passes, a diagonal one both beside it. With ``joins``
    moves need these steps too, and to a diagonal one those around one side are enough.
    """
    around = _Around(free, joins)
    ends = np.full((around.count, 2 * _BACK), -1, np.int32)
    for place, move in enumerate(_ONWARDS):
        clear = [around.leads(line) for line in _staircases(*move)]
        allowed = np.all(clear, axis=0) if joins is None else np.any(clear, axis=0)
        source = np.flatnonzero(allowed & around.is_free(move))
        end = around.number(move)[source]
        ends[source, _BACK + place] = end
        ends[end, _BACK - 1 - place] = source
    return _graph(ends)


def weighted(graph: scipy.sparse.csr_array, costs: F64) -> scipy.sparse.csr_array:
    """The moves of a graph (N, N) with half of each over the cell that it begins on and half over
    the one that it ends on, of which a metre costs so much, ``costs`` (N,)."""
    starts = np.repeat(costs, np.diff(graph.indptr))
    lengths = graph.data * (starts + costs[graph.indices]) / 2
    return scipy.sparse.csr_array((lengths, graph.indices, graph.indptr), shape=graph.shape)


def led_around(graph: scipy.sparse.csr_array, there: F64) -> scipy.sparse.csr_array:
    """The moves of a graph (N, N) back towards where ``there`` (N,), the length of the way to
    each cell, is 0: with how much each of them leads around instead of their lengths."""
    around = graph.data + there[graph.indices] - np.repeat(there, np.diff(graph.indptr))
    # What is on a shortest way leads around by nothing, give or take how numbers are rounded.
    around = np.maximum(around, 0.0)
    return scipy.sparse.csr_array((around, graph.indices, graph.indptr), shape=graph.shape)


def _graph(ends: NDArray[np.int32]) -> scipy.sparse.csr_array:
    """Of where the moves (N, 16) of each cell end, -1 for those that are not there."""
    is_there = ends >= 0
    eight = np.bitwise_count(is_there.view(np.uint64))
    row_ends = np.zeros(len(ends) + 1, np.int32)
    np.cumsum(eight[:, 0] + eight[:, 1], out=row_ends[1:])
    moves = np.flatnonzero(is_there)  # taken by number: masks of two axes are slow
    lengths = _LENGTHS.take(moves & (2 * _BACK - 1))
    shape = (len(ends), len(ends))
    return scipy.sparse.csr_array((lengths, ends.ravel().take(moves), row_ends), shape=shape)


class _Around:
    """What is beside each of the cells that are set, looked up once."""

    def __init__(self, free: Bool, joins: Joins | None) -> None:
        padded = np.pad(free, _PAD)
        self._columns = padded.shape[1]
        self._cells = np.flatnonzero(padded)
        self.count = len(self._cells)
        self._number = np.zeros(padded.size, np.int32)
        self._number[self._cells] = np.arange(self.count, dtype=np.int32)
        steps = (joins.right, joins.up) if joins else ()
        self.is_free = cache(partial(self._at, padded))
        self._joined = [cache(partial(self._at, np.pad(step, _PAD))) for step in steps]

    def leads(self, line: tuple[_Cell, ...]) -> Bool:
        """(N,) from which cells a staircase leads over free and joined ones."""
        clear = np.ones(self.count, bool)
        for cell in line[1:-1]:
            clear &= self.is_free(cell)
        for axis, cell in _lower_ends(line) if self._joined else ():
            clear &= self._joined[axis](cell)
        return clear

    def number(self, cell: _Cell) -> NDArray[np.int32]:
        """(N,) numbers of the cells that are so far away, as (row, column); 0 of the others."""
        return self._at(self._number, cell)

    def _at(self, cells: NDArray[Any], cell: _Cell) -> NDArray[Any]:
        found = cells.ravel().take(self._cells + (cell[0] * self._columns + cell[1]))
        return np.asarray(found)


def _staircases(row: int, column: int) -> tuple[tuple[_Cell, ...], ...]:
    """The steps from cell to neighbour that a move stands for, as the cells on the way."""
    end = (row, column)
    if abs(row) + abs(column) == 1:
        return (((0, 0), end),)
    if abs(row) == abs(column):
        return (((0, 0), (row, 0), end), ((0, 0), (0, column), end))
    half = (int(row / 2), int(column / 2))
    return (((0, 0), half, (row - half[0], column - half[1]), end),)


def _lower_ends(line: tuple[_Cell, ...]) -> list[tuple[int, _Cell]]:
    """Of each step, whether it goes along the row (0) or not (1), and where it starts, seen
    in the direction of rising numbers."""
    return [(int(a[0] != b[0]), min(a, b)) for a, b in itertools.pairwise(line)]
