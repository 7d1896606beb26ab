"""Footprints, obstacles and walkable floor."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from cogmap.sim.catalog import build
from cogmap.sim.footprints import (
    footprint,
    obstacles,
    outline,
    swing_area,
    touchable,
    walkable,
    walls,
)
from cogmap.sim.house import build_house
from cogmap.sim.scene import House, PlacedObject

RESOLUTION_M = 0.05


@pytest.fixture(scope="module")
def empty() -> House:
    return replace(build_house(3, 5), objects=())


def stand(house: House, category: str, z: float = 0.0) -> tuple[House, PlacedObject]:
    middle = shapely.Polygon(house.rooms[1].polygon).representative_point()
    model = build(category, np.random.default_rng(0))
    obj = PlacedObject(1, model, (middle.x, middle.y, z), 0.4, house.rooms[1].id)
    return replace(house, objects=(obj,)), obj


def free_at(house: House, x: float, y: float, radius_m: float = 0.2) -> bool:
    grid, origin = walkable(house, radius_m, RESOLUTION_M)
    return bool(grid[int((y - origin[1]) / RESOLUTION_M), int((x - origin[0]) / RESOLUTION_M)])


def test_footprint_is_the_box_seen_from_above(empty: House):
    _, obj = stand(empty, "sofa")
    length, width, _ = obj.model.size
    corners = np.array(footprint(obj).exterior.coords[:-1]) - obj.position[:2]
    c, s = math.cos(-obj.yaw), math.sin(-obj.yaw)
    local = corners @ np.array([[c, s], [-s, c]])
    assert np.abs(local) == pytest.approx(np.tile([length / 2, width / 2], (4, 1)))


def test_walkable_keeps_the_radius_from_walls_and_goes_through_doorways(empty: House):
    grid, (x0, y0) = walkable(empty, 0.2, RESOLUTION_M)
    rows, columns = np.nonzero(grid)
    points = shapely.points(x0 + (columns + 0.5) * RESOLUTION_M, y0 + (rows + 0.5) * RESOLUTION_M)
    assert shapely.distance(walls(empty), points).min() >= 0.19
    for door in empty.doors:
        assert free_at(empty, *door.center)


def test_furniture_blocks_and_rugs_and_high_things_do_not(empty: House):
    x, y = stand(empty, "rug")[1].position[:2]
    assert free_at(empty, x, y)
    assert not free_at(stand(empty, "sofa")[0], x, y)
    assert free_at(stand(empty, "rug")[0], x, y)
    assert free_at(stand(empty, "cup", z=1.8)[0], x, y)
    assert len(obstacles(stand(empty, "cup", z=0.7)[0], 0.5)) == len(obstacles(empty, 0.5))


def test_a_closed_door_blocks_its_doorway(empty: House):
    door = next(door for door in empty.doors if door.leaf is not None)
    shut = replace(door, open_angle=0.0)
    doors = tuple(shut if other is door else other for other in empty.doors)
    assert free_at(empty, *door.center)
    assert not free_at(replace(empty, doors=doors), *door.center)


def test_a_leaf_stays_in_its_swing_area(empty: House):
    for door in empty.doors:
        if door.leaf is None:
            assert swing_area(door).is_empty
            continue
        leaf = np.concatenate([part.vertices for part in door.leaf.parts[:2]])[:, :2]
        for share in np.linspace(0, 1, 9):
            yaw = door.closed_yaw + share * door.max_open_angle
            c, s = math.cos(yaw), math.sin(yaw)
            world = leaf @ np.array([[c, s], [-s, c]]) + door.hinge
            # Its thickness reaches out of the sector only behind the two end positions.
            outside = shapely.distance(swing_area(door), shapely.points(world))
            assert outside.max() < 0.05


def test_who_touches_a_round_table_touches_its_rim() -> None:
    """The corners of its bounding rectangle are free to go through."""
    house = build_house(711, 3)
    smaller = []
    for thing in house.objects:
        hull, box = outline(thing, 10.0), footprint(thing)
        assert box.buffer(0.02).contains(hull)
        smaller += [thing.category] * (hull.area < 0.85 * box.area)
    assert "coffee table" in smaller
    assert len(touchable(house, 1.5)) >= len(obstacles(house, 1.5))


def test_who_stands_in_the_corner_of_a_corner_sofa_does_not_touch_it() -> None:
    corner = next(
        thing
        for seed in range(704, 720)
        for thing in build_house(seed, 5).objects
        if thing.category == "sofa" and outline(thing, 1.5).area < 0.85 * footprint(thing).area
    )
    shape = outline(corner, 1.5)
    assert shape.area < 0.9 * shape.convex_hull.area


def test_what_hangs_over_the_head_is_not_in_the_way() -> None:
    house = build_house(710, 3)
    standing = [thing for thing in house.objects if thing.position[2] < 0.1]
    low = {thing.id: outline(thing, 0.3).area for thing in standing}
    assert all(low[thing.id] <= outline(thing, 1.5).area + 1e-9 for thing in standing)
    assert any(low[thing.id] < 0.9 * outline(thing, 1.5).area for thing in standing)
