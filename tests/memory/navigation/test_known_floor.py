"""The floor under somebody and around where they began counts as free until it was seen."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.navigation.known import Body
from cogmap.memory.navigation.known_floor import START_M, known_floor
from cogmap.runtime.messages import FREE, OCCUPIED, UNKNOWN, OccupancyGrid


def at(grid: OccupancyGrid, x: float, y: float) -> int:
    column, row = np.floor((np.array([x, y]) - grid.origin) / grid.resolution_m).astype(int)
    return int(grid.cells[row, column])


def test_there_is_a_disc_to_begin_on() -> None:
    nothing = OccupancyGrid(
        stamp_ns=1, resolution_m=0.05, origin=(0.0, 0.0), cells=np.zeros((8, 8), np.uint8),
        floor_z=0.0,
    )  # fmt: skip
    grid, measured = known_floor(nothing, [np.array([[3.3, -2.1]])], Body())
    assert at(grid, 3.3, -2.1) == FREE
    assert at(grid, 3.3 + START_M - 0.1, -2.1) == FREE
    assert at(grid, 3.3 + START_M + 0.1, -2.1) == UNKNOWN
    assert not (measured.cells == FREE).any()
    assert measured.cells.shape == grid.cells.shape and measured.origin == grid.origin


def test_there_is_none_where_somebody_only_came_by() -> None:
    nothing = OccupancyGrid(
        stamp_ns=1, resolution_m=0.05, origin=(0.0, 0.0), cells=np.zeros((80, 160), np.uint8),
        floor_z=0.0,
    )  # fmt: skip
    walk = np.array([[2.0, 2.0], [6.0, 2.0]])
    grid, _ = known_floor(nothing, [walk], Body(), starts=walk[1:])
    assert at(grid, 6.0, 2.0 + START_M - 0.1) == FREE
    assert at(grid, 2.0, 2.0) == FREE
    assert at(grid, 2.0, 2.0 + START_M - 0.1) == UNKNOWN


def test_what_is_measured_there_counts() -> None:
    cells = np.zeros((80, 80), np.uint8)
    cells[40, 50] = OCCUPIED
    measured = OccupancyGrid(
        stamp_ns=1, resolution_m=0.05, origin=(0.0, 0.0), cells=cells, floor_z=0.0
    )
    grid, _ = known_floor(measured, [np.array([[2.0, 2.0]])], Body())
    assert at(grid, 2.525, 2.025) == OCCUPIED
    assert at(grid, 2.425, 2.025) == FREE


@pytest.mark.parametrize("way", [[(0.1, 0.1), (7.0, 0.1)], [(0.1, 0.1), (-5.0, -3.0)]])
def test_a_grid_grows_in_whole_blocks_to_where_one_went(way: list[tuple[float, float]]) -> None:
    cells = np.full((8, 8), OCCUPIED, np.uint8)
    measured = OccupancyGrid(
        stamp_ns=1, resolution_m=0.05, origin=(4.0, 4.0), cells=cells, floor_z=0.0, top=cells
    )
    grid, walked = known_floor(measured, [np.array(way)], Body())
    assert at(grid, *way[-1]) == FREE
    assert at(walked, *way[-1]) == UNKNOWN
    assert at(grid, 4.1, 4.1) == OCCUPIED
    assert np.allclose(np.remainder(np.array(grid.origin) + 1e-9, 0.4), 0, atol=1e-6)
    assert grid.top is not None and grid.top.shape == grid.cells.shape


def begun(cells: np.ndarray, top_m: float) -> OccupancyGrid:
    """The floor of who begins at (2, 2), where what is occupied is so high."""
    top = np.where(cells == OCCUPIED, round(top_m / 0.05), 0).astype(np.uint8)
    measured = OccupancyGrid(
        stamp_ns=1, resolution_m=0.05, origin=(0.0, 0.0), cells=cells, floor_z=0.0, top=top
    )
    return known_floor(measured, [np.array([[2.0, 2.0]])], Body())[0]


def test_what_is_behind_something_is_not_unknown_for_being_near() -> None:
    """A wall beside one's start, and the next room behind it."""
    cells = np.zeros((80, 80), np.uint8)
    cells[:, 52] = OCCUPIED
    grid = begun(cells, 2.0)
    assert at(grid, 2.5, 2.0) == FREE
    assert at(grid, 2.9, 2.0) == UNKNOWN
    assert at(grid, 2.8, 2.6) == UNKNOWN


@pytest.mark.parametrize(("top_m", "nearer"), [(0.45, OCCUPIED), (2.0, FREE)])
def test_of_a_low_thing_at_ones_feet_only_the_far_part_is_seen(top_m: float, nearer: int) -> None:
    cells = np.zeros((80, 80), np.uint8)
    cells[36:44, 58:64] = OCCUPIED
    grid = begun(cells, top_m)
    assert at(grid, 2.7, 2.0) == nearer
    assert at(grid, 2.4, 2.0) == FREE
    assert at(grid, 1.2, 2.0) == FREE


def test_what_was_measured_or_walked_before_a_low_thing_stays_as_it_is() -> None:
    cells = np.zeros((80, 80), np.uint8)
    cells[36:44, 58:64] = OCCUPIED
    cells[39:41, 50:58] = FREE
    assert at(begun(cells, 0.45), 2.7, 2.0) == FREE
    cells[cells == FREE] = UNKNOWN
    top = np.where(cells == OCCUPIED, 9, 0).astype(np.uint8)
    measured = OccupancyGrid(
        stamp_ns=1, resolution_m=0.05, origin=(0.0, 0.0), cells=cells, floor_z=0.0, top=top
    )
    grid, _ = known_floor(measured, [np.array([[2.0, 2.0], [2.7, 2.0]])], Body())
    assert at(grid, 2.7, 2.0) == FREE


def test_floor_that_was_seen_before_a_low_thing_ends_what_may_be_it() -> None:
    cells = np.zeros((80, 80), np.uint8)
    cells[36:44, 58:64] = OCCUPIED
    cells[36:44, 54:58] = FREE
    assert (begun(cells, 0.45).cells == OCCUPIED).sum() == (cells == OCCUPIED).sum()


def test_who_was_away_sees_what_is_there_as_they_come_back() -> None:
    cells = np.zeros((80, 80), np.uint8)
    cells[36:44, 58:64] = OCCUPIED
    top = np.where(cells == OCCUPIED, 9, 0).astype(np.uint8)
    measured = OccupancyGrid(
        stamp_ns=1, resolution_m=0.05, origin=(0.0, 0.0), cells=cells, floor_z=0.0, top=top
    )
    for far_m, nearer in ((1.5, OCCUPIED), (2.0, FREE)):
        walk = np.array([[2.0, 2.0], [2.0 - far_m, 2.0], [2.0, 2.0]])
        assert at(known_floor(measured, [walk], Body())[0], 2.7, 2.0) == nearer


def test_what_may_be_there_shuts_nobody_in() -> None:
    """A box of walls around one's start, open between two low things 0.6 m apart."""
    cells, top = np.zeros((80, 80), np.uint8), np.zeros((80, 80), np.uint8)
    for rows, columns in ((slice(26, 56), 24), (slice(26, 56), 56), (56, slice(24, 57))):
        cells[rows, columns], top[rows, columns] = OCCUPIED, 40
    for columns in (slice(24, 34), slice(46, 57)):
        cells[24:26, columns], top[24:26, columns] = OCCUPIED, 10
    for leads_out in (True, False):
        cells[4:24, 20:60] = FREE if leads_out else UNKNOWN
        measured = OccupancyGrid(
            stamp_ns=1, resolution_m=0.05, origin=(0.0, 0.0), cells=cells, floor_z=0.0, top=top
        )
        grid, _ = known_floor(measured, [np.array([[2.025, 2.025]])], Body())
        more = int((grid.cells == OCCUPIED).sum() - (cells == OCCUPIED).sum())
        assert (more == 0) is leads_out


def test_what_was_measured_at_ones_own_place_hides_nothing() -> None:
    cells = np.zeros((80, 80), np.uint8)
    cells[38:42, 38:42] = OCCUPIED  # a robot that sees itself, or specks of depth
    measured = OccupancyGrid(
        stamp_ns=1, resolution_m=0.05, origin=(0.0, 0.0), cells=cells, floor_z=0.0
    )
    grid, _ = known_floor(measured, [np.array([[2.0, 2.0]])], Body())
    for x, y in ((1.2, 2.0), (2.8, 2.0), (2.0, 1.2), (2.5, 2.5)):
        assert at(grid, x, y) == FREE
