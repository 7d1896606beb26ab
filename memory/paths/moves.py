"""Moves between the cells of a grid, as a graph."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from cogmap.runtime.messages import F64, Bool

__all__ = ["Joins", "move_graph", "weighted"]

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
    padded = np.pad(free, _PAD)
    columns = padded.shape[1]
    cells = np.flatnonzero(padded)
    number = np.full(padded.size, -1, np.int32)
    number[cells] = np.arange(len(cells), dtype=np.int32)
    steps = [np.pad(step, _PAD).ravel() for step in (joins.right, joins.up)] if joins else []
    ends = np.full((len(cells), 2 * _BACK), -1, np.int32)
    for place, move in enumerate(_ONWARDS):
        end = number[cells + (move[0] * columns + move[1])]
        clear = [
            _stairs_clear(line, cells, columns, padded.ravel(), steps)
            for line in _staircases(*move)
        ]
        allowed = (end >= 0) & (np.all(clear, axis=0) if joins is None else np.any(clear, axis=0))
        source = np.flatnonzero(allowed)
        end = end[source]
        ends[source, _BACK + place] = end
        ends[end, _BACK - 1 - place] = source
    moves = ends >= 0
    lengths = np.broadcast_to(_LENGTHS, moves.shape)[moves]
    row_ends = np.concatenate([[0], np.cumsum(moves.sum(axis=1))])
    shape = (len(cells), len(cells))
    return scipy.sparse.csr_array((lengths, ends[moves], row_ends), shape=shape)


def weighted(graph: scipy.sparse.csr_array, costs: F64) -> scipy.sparse.csr_array:
    """The moves of a graph (N, N) with half of each over the cell that it begins on and half over
    the one that it ends on, of which a metre costs so much, ``costs`` (N,)."""
    starts = np.repeat(costs, np.diff(graph.indptr))
    lengths = graph.data * (starts + costs[graph.indices]) / 2
    return scipy.sparse.csr_array((lengths, graph.indices, graph.indptr), shape=graph.shape)


def _stairs_clear(
    line: tuple[_Cell, ...],
    cells: NDArray[np.intp],
    columns: int,
    free: Bool,
    steps: list[Bool],
) -> Bool:
    """(N,) from which ``cells`` (flat numbers) a staircase leads over free and joined ones."""
    clear = np.ones(len(cells), bool)
    for row, column in line[1:-1]:
        clear &= free[cells + (row * columns + column)]
    for axis, (row, column) in _lower_ends(line) if steps else ():
        clear &= steps[axis][cells + (row * columns + column)]
    return clear


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
