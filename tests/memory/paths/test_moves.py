"""Moves between cells, on grids that are counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from cogmap.memory.paths.moves import Joins, led_around, move_graph


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


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_what_moves_lead_around_adds_up_to_how_much_longer_a_way_through_a_cell_is(seed):
    free = np.random.default_rng(seed).random((9, 9)) < 0.8
    free[[0, 8], [0, 8]] = True
    graph = move_graph(free)
    there, back = dijkstra(graph, indices=[0, graph.shape[0] - 1])
    known = np.where(np.isfinite(there), there, 0.0)
    around = dijkstra(led_around(graph, known), indices=graph.shape[0] - 1)
    ways = there + back
    joined = np.isfinite(ways)
    assert np.allclose(around[joined], ways[joined] - there[-1])
