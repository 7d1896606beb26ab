"""Room for a thing on the floor, and how long it takes to find it."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from cogmap.memory.programs.errors import BudgetError
from cogmap.memory.programs.meaning import fitting
from cogmap.memory.programs.run import Budget, run_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import FREE, OCCUPIED, OccupancyGrid


@pytest.mark.parametrize("seed", range(4))
def test_wide_kernels_give_what_others_give(seed):
    rng = np.random.default_rng(seed)
    free = (rng.random((260, 300)) > 0.0002).astype(np.uint8)
    kernel = fitting._footprint(5.0, 2.0, 0.3 * seed, 0.05)
    assert len(kernel) > fitting._WIDE_CELLS - 50
    wide = np.pad(kernel, 30)  # as large as those that are filtered
    exact = cv2.erode(free, wide, borderType=cv2.BORDER_CONSTANT, borderValue=0.0)
    inside = (slice(125, -125), slice(125, -125))
    assert np.array_equal(fitting._eroded(free, wide)[inside], exact[inside])


def test_the_time_of_a_program_holds_while_something_may_fit(flat):
    cells = np.full((1200, 1200), FREE, np.uint8)
    cells[600, 600] = OCCUPIED
    grid = OccupancyGrid(stamp_ns=0, resolution_m=0.02, origin=(0, 0), cells=cells, floor_z=0.0)
    began = time.thread_time()
    with pytest.raises(BudgetError, match="takes too long"):
        run_program(World(flat.layout, grid=grid), "fits(19, 19, 1)", budget=Budget(seconds=0.5))
    assert time.thread_time() - began < 1.5


def test_the_time_of_a_program_holds_while_a_picture_is_drawn(crowd):
    with pytest.raises(BudgetError, match="takes too long"):
        run_program(crowd, "render_bev()", budget=Budget(seconds=0.02))
