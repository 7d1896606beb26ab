"""Floor plans: sizes, walls and adjacency as in real homes."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.sim.floorplan import AREA_M2, INNER_WALL_M, FloorPlan, contact_m, plan_rooms
from cogmap.sim.openings import plan_doors, plan_entrance, plan_windows

SEEDS = st.integers(0, 10_000)
SIZES = st.integers(2, 8)


def polygons(plan: FloorPlan) -> list[shapely.Polygon]:
    return [shapely.Polygon(room.polygon) for room in plan.rooms]


@settings(max_examples=40, deadline=None)
@given(SEEDS, SIZES)
def test_rooms_have_plausible_areas_and_tile_the_house(seed: int, count: int):
    plan = plan_rooms(np.random.default_rng(seed), count)
    assert len(plan.rooms) == count
    assert [room.id for room in plan.rooms] == list(range(1, count + 1))
    for room, polygon in zip(plan.rooms, polygons(plan), strict=True):
        low, high = AREA_M2[room.type]
        assert low - 0.01 <= polygon.area <= high + 0.01
        assert polygon.exterior.is_ccw
        assert 2.4 <= room.height_m <= 2.8
    union = shapely.union_all(plan.cells)
    assert union.area == pytest.approx(sum(cell.area for cell in plan.cells), abs=1e-6)
    assert union.geom_type == "Polygon"
    assert not union.interiors


@settings(max_examples=40, deadline=None)
@given(SEEDS, SIZES)
def test_walls_between_rooms_are_as_thick_as_stated(seed: int, count: int):
    plan = plan_rooms(np.random.default_rng(seed), count)
    rooms = polygons(plan)
    for i in range(count):
        for j in range(i):
            if contact_m(plan.cells[i], plan.cells[j]) > 0.5:
                assert rooms[i].distance(rooms[j]) == pytest.approx(INNER_WALL_M, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(SEEDS, SIZES)
def test_every_room_is_reached_and_none_through_a_bathroom(seed: int, count: int):
    rng = np.random.default_rng(seed)
    plan = plan_rooms(rng, count)
    doors = plan_doors(rng, plan, (1.0, 1.0, 1.0))
    types = {room.id: room.type for room in plan.rooms}
    reached = {next(room.id for room in plan.rooms if room.type != "bathroom")}
    for _ in plan.rooms:
        for door in doors:
            passable = [room for room in door.rooms if types[room] != "bathroom"]
            if reached.intersection(passable):
                reached.update(door.rooms)
    assert reached == set(types)
    degree = Counter(room for door in doors for room in door.rooms)
    assert all(degree[room] == 1 for room, kind in types.items() if kind == "bathroom")


@settings(max_examples=40, deadline=None)
@given(SEEDS, SIZES)
def test_doors_lie_in_the_wall_and_bathrooms_can_be_closed(seed: int, count: int):
    rng = np.random.default_rng(seed)
    plan = plan_rooms(rng, count)
    rooms = dict(zip((room.id for room in plan.rooms), polygons(plan), strict=True))
    types = {room.id: room.type for room in plan.rooms}
    for door in plan_doors(rng, plan, (1.0, 1.0, 1.0)):
        middle = shapely.Point(door.center)
        for room in door.rooms:
            assert rooms[room].distance(middle) == pytest.approx(INNER_WALL_M / 2, abs=2e-3)
        assert 0.8 <= door.width_m <= (2.0 if door.leaf is None else 1.0)
        if "bathroom" in {types[room] for room in door.rooms}:
            assert door.leaf is not None
        if door.leaf is not None:
            assert 1.2 < abs(door.open_angle) <= abs(door.max_open_angle)
            assert door.open_angle * door.max_open_angle > 0


@pytest.mark.parametrize("count", range(2, 9))
def test_rooms_have_daylight_and_windows_stay_off_the_front_door(count: int):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        plan = plan_rooms(rng, count)
        doors = plan_doors(rng, plan, (1.0, 1.0, 1.0))
        entrance = plan_entrance(rng, plan, doors)
        windows = plan_windows(rng, plan, entrance)
        lit = {window.room for window in windows}
        assert all(room.id in lit for room in plan.rooms if room.type != "hallway")
        for window in windows:
            assert 0.8 <= window.center[2] - window.size[1] / 2 <= 1.0
            gap = np.hypot(*np.subtract(window.center[:2], entrance.center))
            assert gap > (window.size[0] + entrance.width_m) / 2


def test_some_living_rooms_bend_around_the_hallway():
    corners = [
        len(room.polygon)
        for seed in range(20)
        for room in plan_rooms(np.random.default_rng(seed), 6).rooms
    ]
    assert set(corners) == {4, 6}


@pytest.mark.parametrize("count", [1, 9])
def test_impossible_room_counts_are_refused(count: int):
    with pytest.raises(ValueError, match=f"rooms: {count} is not in 2..8"):
        plan_rooms(np.random.default_rng(0), count)
