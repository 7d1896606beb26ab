from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.rooms.doors import Gap, fill, gaps
from cogmap.memory.rooms.floor_plan import floor_plan


def found(house, furniture=None):
    plan = floor_plan(house.grid())
    nothing = np.zeros(plan.open.shape, bool)
    return plan, gaps(plan, nothing if furniture is None else furniture(plan))


def test_a_gap_knows_what_is_around_it():
    gap = Gap(True, along=(10, 28), across=(3, 6))
    assert gap.window() == (slice(3, 6), slice(10, 28))
    assert gap.center() == (19.0, 4.5)
    assert gap.sides(4) == (
        (slice(0, 3), slice(10, 28)),
        (slice(6, 10), slice(10, 28)),
    )
    assert gap.jambs(2) == ((slice(3, 6), slice(8, 10)), (slice(3, 6), slice(28, 30)))
    upright = Gap(False, along=(10, 28), across=(3, 6))
    assert upright.window() == (slice(10, 28), slice(3, 6))
    assert upright.center() == (4.5, 19.0)


@pytest.mark.parametrize("width", [0.6, 0.8, 1.0, 1.5, 2.0])
def test_openings_of_the_width_of_doors_and_passages(drawn, width):
    house = drawn([(0, 0, 5, 4), (0, 4.12, 5, 8)], [(2, 4, 2 + width, 4.12)])
    plan, doors = found(house)
    assert len(doors) == 1 and doors[0].horizontal
    center = plan.to_world(np.array([doors[0].center()]))[0]
    assert center == pytest.approx((2 + width / 2, 4.06), abs=0.06)
    space = fill(plan.open, doors)
    assert not space[doors[0].window()].any()
    assert (space | ~fill(np.ones_like(space), doors) | ~plan.open).all()


@pytest.mark.parametrize("width", [0.3, 2.6, 4.0])
def test_what_is_too_narrow_or_too_wide_is_no_door(drawn, width):
    house = drawn([(0, 0, 5, 4), (0, 4.12, 5, 8)], [(0.5, 4, 0.5 + width, 4.12)])
    assert found(house)[1] == []


def test_a_door_beside_a_corner_with_its_leaf_open(drawn):
    """The casing leaves 13 cm of wall; the leaf fills the corner on the hinge's side."""
    house = drawn(
        [(0, 0, 4, 4), (0, 4.12, 4, 8)], [(0.13, 4, 0.98, 4.12)], tall=[(0.13, 4.1, 0.17, 4.95)]
    )
    assert len(found(house)[1]) == 1


def test_a_passage_between_the_ends_of_walls_that_face_each_other_is_no_door(drawn):
    """Inner walls meet a corridor on both sides at one place: it is not cut there."""
    house = drawn([
        (0, 0, 4, 3.44), (4.12, 0, 8, 3.44), (0, 3.56, 8, 5.0), (0, 5.12, 4, 8), (4.12, 5.12, 8, 8),
    ])  # fmt: skip
    assert found(house)[1] == []


def test_a_low_wall_under_a_window_is_no_way(drawn):
    """Seen through at head height, closed below."""
    rooms, opening = [(0, 0, 5, 4), (0, 4.12, 5, 8)], [(2, 4, 2.9, 4.12)]
    assert len(found(drawn(rooms, opening))[1]) == 1
    assert found(drawn(rooms, opening, low=[(1.9, 3.98, 3.0, 4.14)]))[1] == []


def test_what_stands_beside_known_furniture_is_no_door(drawn):
    """Two wardrobes face each other in one line across a room."""
    house = drawn([(0, 0, 3, 6)], tall=[(0, 2.7, 1.1, 3.2), (1.9, 2.7, 3, 3.2)])

    def wardrobes(plan):
        cells = np.zeros(plan.open.shape, bool)
        for x0, y0, x1, y1 in house.tall:
            corners = np.array([[x0 - 0.03, y0 - 0.03], [x1 + 0.03, y1 + 0.03]])
            (c0, r0), (c1, r1) = plan.to_cells(corners).round().astype(int)
            cells[max(r0, 0) : r1, max(c0, 0) : c1] = True
        return cells

    assert len(found(house)[1]) == 1
    assert found(house, wardrobes)[1] == []
