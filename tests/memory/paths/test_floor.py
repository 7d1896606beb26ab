"""Where somebody can be, on grids drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.paths.floor import (
    floor_paths,
    frontier_points,
    known_share,
    standable,
    states_at,
    with_walked,
)
from cogmap.runtime.messages import FREE, OCCUPIED, UNKNOWN, OccupancyGrid


def grid_of(rows):
    """One character a cell of 0.1 m: . free, # occupied, ? unknown; the first row is the lowest."""
    states = {".": FREE, "#": OCCUPIED, "?": UNKNOWN}
    cells = np.array([[states[char] for char in row] for row in rows], np.uint8)
    return OccupancyGrid(stamp_ns=0, resolution_m=0.1, origin=(0.0, 0.0), cells=cells, floor_z=0.0)


def test_somebody_stands_a_radius_from_what_is_occupied_and_not_on_the_unknown():
    free = standable(grid_of(["....#?...."]), 0.25)
    assert free.tolist() == [[True, True, False, False, False, False, False, True, True, True]]


def test_unknown_floor_is_no_way_unless_the_camera_went_there():
    grid = grid_of(["....??...."] * 5)
    assert floor_paths(grid, 0.05).length_m((0.05, 0.25), (0.95, 0.25)) == np.inf
    line = np.array([[0.05, 0.25], [0.95, 0.25]])
    walked = with_walked(grid, line, 0.1)
    assert floor_paths(walked, 0.05).length_m((0.05, 0.25), (0.95, 0.25)) == pytest.approx(0.9)
    assert (grid.cells == UNKNOWN).sum() == 10
    blocked = with_walked(grid_of(["....##...."] * 5), line, 0.1)
    assert (blocked.cells == OCCUPIED).sum() == 10


def test_frontiers_are_stretches_beside_the_unknown():
    found = frontier_points(grid_of(["......?"] * 9 + ["#######"]))
    assert found.tolist() == [pytest.approx([0.55, 0.45])]
    assert len(frontier_points(grid_of(["....", "...."]))) == 0


def test_the_share_that_is_known():
    assert known_share(grid_of(["....", "...."])) == 1.0
    assert known_share(grid_of(["????"])) == 0.0
    assert known_share(grid_of(["....", "...?", "..??", ".???"])) == 1.0
    assert known_share(grid_of(["....", ".???", ".???", "...."])) == pytest.approx(10 / 16)


def test_points_off_the_grid_are_unknown() -> None:
    cells = np.array([[FREE, OCCUPIED], [UNKNOWN, FREE]], np.uint8)
    grid = OccupancyGrid(stamp_ns=0, resolution_m=0.5, origin=(1.0, -1.0), cells=cells, floor_z=0.0)
    points = np.array([[1.1, -0.9], [1.6, -0.9], [1.6, -0.1], [0.9, -0.9], [1.1, 0.1]])
    assert states_at(grid, points).tolist() == [FREE, OCCUPIED, FREE, UNKNOWN, UNKNOWN]
    assert not len(states_at(grid, np.zeros((0, 2))))
