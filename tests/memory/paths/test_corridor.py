"""Where the shortest ways can be."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from cogmap.memory.paths.corridor import CoarseGrid


def corridor(free, start, goal, most_cells, dear=None):
    cells = [np.array([row * free.shape[1] + column]) for row, column in (start, goal)]
    return CoarseGrid(free, dear, 3.0).corridor(*cells, np.zeros(1), most_cells)


def test_it_holds_the_straight_way_and_about_as_many_cells_as_asked():
    found = corridor(np.ones((80, 80), bool), (2, 2), (2, 77), 1000)
    assert found[2].all()
    assert not found[40:].any()
    assert 900 <= found.sum() <= 1016


def test_it_does_not_lead_through_a_wall_thinner_than_its_blocks():
    free = np.ones((40, 40), bool)
    free[:, 21] = False
    free[38:, 21] = True
    found = corridor(free, (2, 18), (2, 24), 1000)
    assert found[38:, 21].any()


def test_the_ways_to_all_of_the_best_goals_are_in_it():
    free = np.ones((80, 80), bool)
    goals = np.array([40 * 80 + 5, 40 * 80 + 75])
    found = CoarseGrid(free).corridor(np.array([40 * 80 + 40]), goals, np.zeros(2), 600)
    assert found[40, 5:76].all()
    far = CoarseGrid(free).corridor(np.array([40 * 80 + 40]), goals, np.array([0.0, 50.0]), 600)
    assert far[40, 5:41].all() and not far[:, 60:].any()


def test_a_grid_that_does_not_divide_into_blocks_loses_no_cell():
    free = np.ones((41, 43), bool)
    assert corridor(free, (40, 42), (0, 0), 10_000).all()


def test_where_a_way_costs_more_is_no_part_of_it_if_the_way_around_is_cheaper():
    free = np.ones((80, 80), bool)
    dear = np.zeros_like(free)
    dear[:30, 20:60] = True
    found = corridor(free, (2, 2), (2, 77), 1500, dear)
    assert not found[:20, 30:50].any()
    assert found[30:36, 30:50].any()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_it_hangs_together_also_where_most_is_dear(seed):
    """Moves of the coarse grid pass between blocks that are themselves too dear."""
    random = np.random.default_rng(seed)
    free = np.ones((120, 120), bool)
    dear = np.kron(random.random((30, 30)) < 0.5, np.ones((4, 4), bool)).astype(bool)
    found = corridor(free, (2, 2), (117, 117), 500, dear)
    parts, _ = ndimage.label(found)
    assert parts[2, 2] == parts[117, 117] > 0
