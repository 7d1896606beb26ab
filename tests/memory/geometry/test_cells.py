from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.geometry.cells import cells_of, over_neighbours


@pytest.mark.parametrize("combine", [np.add, np.maximum])
@given(st.integers(0, 10**6), st.tuples(*[st.integers(1, 5)] * 3))
def test_each_cell_has_its_neighbours_in_it(combine, seed, shape):
    grid = np.random.default_rng(seed).integers(0, 9, shape).astype(float)
    before, found = grid.copy(), over_neighbours(grid, combine)
    for cell in np.ndindex(shape):
        around = grid[tuple(slice(max(i - 1, 0), i + 2) for i in cell)]
        assert found[cell] == combine.reduce(around, axis=None)
    assert np.array_equal(grid, before)


@given(st.integers(0, 10**6), st.integers(1, 40), st.floats(0.01, 1.0))
def test_points_lie_in_their_cells(seed, count, cell_m):
    points = np.random.default_rng(seed).uniform(-3, 3, (count, 3))
    cells = cells_of(points, cell_m)
    assert (cells.min(axis=0) == 0).all()
    within = points - points.min(axis=0) - cells * cell_m
    assert (within > -1e-9).all() and (within < cell_m + 1e-9).all()
