"""Moves between cells, on grids that are counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.memory.paths.moves import Joins, move_graph


def moves(rows):
    return move_graph(np.array([[char == "." for char in row] for row in rows]))


def test_all_moves_of_an_open_cell():
    graph = moves(["....."] * 5)
    lengths = sorted(graph[[12]].data.tolist())
    assert lengths == pytest.approx([1.0] * 4 + [math.sqrt(2)] * 4 + [math.sqrt(5)] * 8)


def test_moves_go_both_ways_and_in_the_order_of_the_cells():
    graph = moves(["..#.", "....", ".#.."])
    assert abs(graph - graph.T).max() == 0
    assert graph.has_sorted_indices


def test_no_move_cuts_a_corner():
    assert moves([".#", "#."]).nnz == 0
    assert moves([".#", ".."]).nnz == 4
    assert moves(["..#", "#.."])[[0]].data.tolist() == pytest.approx([1.0, math.sqrt(5)])


def test_no_move_crosses_what_is_not_joined():
    free = np.ones((2, 2), bool)
    right = np.array([[True, False], [False, False]])
    up = np.array([[False, True], [False, False]])
    graph = move_graph(free, Joins(right, up)).toarray()
    assert graph[0].tolist() == pytest.approx([0, 1, 0, math.sqrt(2)])
    assert graph[2].tolist() == [0, 0, 0, 0]
