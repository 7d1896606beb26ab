"""The floors on which planning is measured, and what is measured of them."""

from __future__ import annotations

import numpy as np

from cogmap.bench import navigate_planning
from cogmap.memory.paths.floor import floor_paths
from cogmap.runtime.messages import FREE


def test_a_large_floor_is_the_same_each_time_and_hangs_together():
    grid = navigate_planning.large_floor(3)
    assert np.array_equal(grid.cells, navigate_planning.large_floor(3).cells)
    assert grid.cells.shape == (800, 800)
    assert 0.6 < (grid.cells == FREE).mean() < 0.95
    paths = floor_paths(grid, 0.25)
    assert len(paths.largest_area()) > 0.9 * len(paths.centers)


def test_plans_are_held_against_the_cheapest_ways(monkeypatch):
    monkeypatch.setattr(navigate_planning, "FLOORS", 1)
    monkeypatch.setattr(navigate_planning, "PLANS", 2)
    figures, bars = navigate_planning.planning_figures()
    assert figures["plans"] == 2
    assert 0.95 < figures["dearer_than_cheapest_p50"] <= figures["dearer_than_cheapest_max"] < 1.05
    assert figures["least_clearance_m"] > 0.17
    assert len(bars) == 3
