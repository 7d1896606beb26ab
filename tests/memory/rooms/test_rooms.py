from __future__ import annotations

import numpy as np
import shapely

from cogmap.memory.rooms.doors import gaps
from cogmap.memory.rooms.floor_plan import floor_plan
from cogmap.memory.rooms.rooms import divide, match, outlines


def divided(house):
    plan = floor_plan(house.grid())
    return plan, divide(plan, gaps(plan, np.zeros(plan.open.shape, bool)))


def test_labels_cover_the_rooms_and_gaps_join_them(flat):
    plan, division = divided(flat)
    assert division.number == 3
    assert len(division.gaps) == len(division.sides) == 2
    for gap, sides in zip(division.gaps, division.sides, strict=True):
        assert not division.labels[gap.window()].any()
        assert len(sides) == 2 and sides[0] < sides[1]
    labels = []
    for x0, y0, x1, y1 in flat.rooms:
        column, row = plan.to_cells(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]))[0].astype(int)
        labels.append(int(division.labels[row, column]))
    assert sorted(labels) == [1, 2, 3]


def test_a_gap_that_cuts_off_a_niche_is_opened_again(drawn):
    plan, division = divided(drawn([(0, 0, 5, 4), (2, 4.12, 2.9, 5)], [(2, 4, 2.9, 4.12)]))
    assert division.number == 1 and division.gaps == ()
    column, row = plan.to_cells(np.array([[2.45, 4.6]]))[0].astype(int)
    assert division.labels[row, column] == 1


def test_two_ways_between_the_same_rooms_are_two_doors(drawn):
    _, division = divided(
        drawn([(0, 0, 5, 4), (0, 4.12, 5, 8)], [(0.5, 4, 1.4, 4.12), (3.5, 4, 4.4, 4.12)])
    )
    assert division.number == 2 and division.sides == ((1, 2), (1, 2))


def test_a_pillar_beside_a_wall_makes_no_room(drawn):
    _, division = divided(drawn([(0, 0, 6, 5)], tall=[(2, 0.9, 2.5, 1.4)]))
    assert division.number == 1 and division.gaps == ()


def test_what_is_seen_through_a_window_is_no_room(drawn):
    """Free at head height beyond a sill, no floor."""
    house = drawn(
        [(0, 0, 4, 4), (0, 4.3, 4, 8)], [(1, 4, 3, 4.3)], low=[(-1, 3.98, 5, 9)]
    )  # fmt: skip
    plan, division = divided(house)
    found = outlines(plan, division, np.zeros(plan.open.shape, np.int32))
    inside = [polygon for polygon in found if polygon.contains(shapely.Point(2, 2))]
    assert len(inside) == 1


def test_outlines_lie_on_the_faces_of_walls(flat):
    plan, division = divided(flat)
    found = outlines(plan, division, np.zeros(plan.open.shape, np.int32))
    for room in flat.rooms:
        truth = shapely.box(*room)
        nearest = min(found, key=lambda polygon: polygon.centroid.distance(truth.centroid))
        assert shapely.hausdorff_distance(nearest, truth) < 0.06


def test_rooms_keep_the_id_of_what_they_overlap_most():
    a, b = shapely.box(0, 0, 4, 4), shapely.box(5, 0, 9, 4)
    assert match([a, b], {}, 1) == [1, 2]
    grown = shapely.box(0, 0, 4.8, 4)
    assert match([b, grown], {1: a, 2: b}, 3) == [2, 1]
    assert match([shapely.box(20, 0, 24, 4)], {1: a, 2: b}, 3) == [3]


def test_a_room_that_was_split_goes_on_as_its_larger_part():
    whole = shapely.box(0, 0, 10, 4)
    large, small = shapely.box(0, 0, 6, 4), shapely.box(6.1, 0, 10, 4)
    assert match([small, large], {4: whole}, 9) == [9, 4]


def test_two_rooms_that_became_one_go_on_as_the_larger():
    large, small = shapely.box(0, 0, 6, 4), shapely.box(6.1, 0, 10, 4)
    assert match([shapely.box(0, 0, 10, 4)], {1: small, 2: large}, 3) == [2]
