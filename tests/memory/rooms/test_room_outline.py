from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.rooms.floor_plan import FACE_CELLS
from cogmap.memory.rooms.room_outline import outline

SIZE = 0.05


def cells(*rectangles: tuple[int, int, int, int], shape=(140, 160)) -> np.ndarray:
    """Cells set in rectangles: first row and column, rows, columns."""
    out = np.zeros(shape, bool)
    for row, column, rows, columns in rectangles:
        out[row : row + rows, column : column + columns] = True
    return out


NONE = cells()


@given(st.integers(20, 90), st.integers(20, 90))
@settings(max_examples=20, deadline=None)
def test_a_rectangle_reaches_to_the_faces_behind_its_cells(rows, columns):
    polygon = outline(cells((20, 20, rows, columns)), NONE, NONE, SIZE)
    f = FACE_CELLS
    truth = shapely.box(20 - f, 20 - f, 20 + columns + f, 20 + rows + f)
    assert shapely.hausdorff_distance(polygon, truth) < 1e-6


def test_an_l_shape_keeps_its_corner():
    room = cells((20, 20, 80, 40), (20, 60, 40, 50))
    polygon = outline(room, cells((64, 64, 36, 46)), NONE, SIZE)
    assert polygon.area == pytest.approx(room.sum(), rel=0.06)
    assert len(shapely.get_coordinates(polygon)) == 7


def test_windows_curtains_and_noise_leave_the_wall_straight():
    room = cells((20, 20, 60, 80), (80, 40, 3, 25))  # a window's recess
    room[20:22, 35:60] = False  # a curtain
    room[20:80, 20] &= np.random.default_rng(0).random(60) < 0.5
    polygon = outline(room, NONE, NONE, SIZE)
    assert len(shapely.get_coordinates(polygon)) == 5
    assert polygon.area == pytest.approx(61.5 * 81, rel=0.015)


def test_small_unseen_pockets_are_behind_furniture_large_ones_are_not_the_room():
    hidden = cells((20, 20, 60, 80)) & ~cells((66, 80, 14, 20))
    assert outline(hidden, NONE, NONE, SIZE).area == pytest.approx(61.5 * 81.5, rel=0.01)
    large = cells((20, 20, 60, 80)) & ~cells((50, 60, 30, 40))
    assert outline(large, NONE, NONE, SIZE).area == pytest.approx(large.sum(), rel=0.06)


def test_a_corner_of_another_room_is_not_filled():
    mine = cells((20, 20, 60, 80)) & ~cells((64, 80, 16, 20))
    other = cells((66, 82, 40, 40))
    polygon = outline(mine, other, NONE, SIZE)
    assert shapely.intersection(polygon, shapely.box(83, 67, 120, 100)).area < 20


def test_a_wall_behind_known_furniture_is_at_its_back():
    """Shelves along the whole of a wall."""
    room, shelves = cells((20, 20, 52, 80)), cells((72, 20, 8, 80))
    with_shelves = outline(room, NONE, shelves, SIZE)
    assert shapely.bounds(with_shelves)[3] == pytest.approx(80, abs=0.5)
    assert shapely.bounds(outline(room, NONE, NONE, SIZE))[3] == pytest.approx(72.75, abs=0.1)


def test_a_round_room_is_traced():
    y, x = np.indices((140, 160))
    room = (x - 80) ** 2 + (y - 70) ** 2 < 50**2
    polygon = outline(room, NONE, NONE, SIZE)
    assert polygon.is_valid
    assert polygon.area == pytest.approx(np.pi * 50.75**2, rel=0.04)


def test_a_room_without_cells_has_no_outline():
    assert outline(NONE, NONE, NONE, SIZE).is_empty


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_any_cells_give_a_sound_polygon(seed):
    rng = np.random.default_rng(seed)
    coarse = rng.random((14, 16)) < 0.6
    room = np.kron(coarse, np.ones((10, 10))) > 0
    taken = (np.kron(rng.random((14, 16)) < 0.2, np.ones((10, 10))) > 0) & ~room
    polygon = outline(room, taken, NONE, SIZE)
    assert polygon.is_valid and not polygon.interiors
