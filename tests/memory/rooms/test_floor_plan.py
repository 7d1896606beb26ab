from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogmap.memory.rooms.floor_plan import floor_plan, wall_direction
from cogmap.runtime.messages import FREE, OCCUPIED, OccupancyGrid

ANGLES = st.floats(-math.pi / 4 + 0.01, math.pi / 4 - 0.01)


@given(ANGLES)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_direction_of_walls_is_found(drawn, yaw):
    grid = drawn([(0, 0, 5, 3), (5.12, 0, 8, 3)]).grid(yaw)
    assert wall_direction(grid.head_occupied > 50, 0.05) == pytest.approx(yaw, abs=0.01)


def test_nothing_tells_a_direction():
    assert wall_direction(np.zeros((50, 50), bool), 0.05) == 0.0


@given(ANGLES)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_cells_and_world_agree(drawn, yaw):
    plan = floor_plan(drawn([(0, 0, 5, 3)]).grid(yaw))
    points = np.random.default_rng(0).uniform(-5, 5, (50, 2))
    assert plan.to_world(plan.to_cells(points)) == pytest.approx(points)
    c, s = math.cos(yaw), math.sin(yaw)
    middle = plan.to_cells(np.array([[2.5 * c - 1.5 * s, 2.5 * s + 1.5 * c]]))[0]
    rows, columns = np.nonzero(plan.open)
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx(middle, abs=0.5)
    assert plan.open.sum() * plan.resolution_m**2 == pytest.approx(15, rel=0.08)


def test_columns_are_told_by_what_was_seen_at_head_height():
    """Free, wall, a cabinet above free space, too little seen above a table, nothing at all."""
    grid = OccupancyGrid(
        stamp_ns=0, resolution_m=0.05, origin=(0.0, 0.0), floor_z=0.0,
        cells=np.array([[FREE, OCCUPIED, OCCUPIED, OCCUPIED, 0, FREE]], np.uint8),
        head_free=np.array([[80, 5, 40, 0, 0, 10]], np.uint8),
        head_occupied=np.array([[0, 80, 50, 5, 0, 0]], np.uint8),
        top=np.array([[0, 38, 38, 15, 0, 0]], np.uint8),
    )  # fmt: skip
    plan = floor_plan(grid)
    assert plan.open.tolist() == [[True, False, True, False, False, True]]
    assert plan.wall.tolist() == [[False, True, False, False, False, False]]
    assert plan.floor.tolist() == [[True, False, False, False, False, True]]
    assert plan.low.tolist() == [[False, True, True, True, False, False]]
    assert plan.top_m[0, 1] == pytest.approx(1.9)
