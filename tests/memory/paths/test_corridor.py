"""Where the shortest ways can be."""

from __future__ import annotations

import numpy as np

from cogmap.memory.paths.corridor import CoarseGrid


def corridor(free, start, goal, most_cells):
    cells = [np.array([row * free.shape[1] + column]) for row, column in (start, goal)]
    return CoarseGrid(free).corridor(*cells, np.zeros(1), most_cells)


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


def test_a_grid_that_does_not_divide_into_blocks_loses_no_cell():
    free = np.ones((41, 43), bool)
    assert corridor(free, (40, 42), (0, 0), 10_000).all()
