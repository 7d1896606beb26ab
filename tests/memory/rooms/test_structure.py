from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogmap.memory.dense.occupancy import Occupancy
from cogmap.memory.rooms.structure import (
    Structure,
    StructureConfig,
    StructureError,
    room_of,
    structure,
)
from cogmap.runtime.messages import Box, MapObject, OccupancyGrid


def thing(id: int, label: str, center, size=(0.5, 0.5, 0.8), yaw=0.0, **fields) -> MapObject:
    return MapObject(
        id=id, label=label, box=Box(center=center, size=size, yaw=yaw), confidence=1.0,
        first_seen_ns=0, last_seen_ns=0, **fields,
    )  # fmt: skip


def areas(found: Structure) -> list[float]:
    return sorted(room.area_m2 for room in found.rooms)


def test_a_flat_has_its_rooms_doors_and_neighbours(flat):
    found = structure(flat.grid())
    assert areas(found) == pytest.approx([12.0, 12.36, 16.0], rel=0.03)
    hall = room_of(found, 3.5, 5.0)
    west, east = room_of(found, 2.0, 3.0), room_of(found, 6.0, 2.0)
    assert sorted(door.rooms for door in found.doors) == sorted(
        [tuple(sorted((hall, west))), tuple(sorted((hall, east)))]
    )
    rooms = {room.id: room for room in found.rooms}
    assert rooms[hall].neighbours == tuple(sorted((west, east)))
    assert rooms[west].neighbours == rooms[east].neighbours == (hall,)
    for door, (x, width) in zip(
        sorted(found.doors, key=lambda door: door.center), [(1.45, 0.9), (5.4, 0.8)], strict=True
    ):
        assert door.center == pytest.approx((x, 4.06), abs=0.05)
        assert door.width_m == pytest.approx(width, abs=0.06)
        assert door.yaw == pytest.approx(0.0)


def test_outlines_are_counter_clockwise_and_straight(flat):
    for room in structure(flat.grid()).rooms:
        ring = shapely.LinearRing(room.polygon)
        assert ring.is_ccw and ring.is_valid
        assert len(room.polygon) == 4
        assert room.polygon[0] != room.polygon[-1]
        assert shapely.Polygon(ring).area == pytest.approx(room.area_m2)


@given(st.floats(-math.pi, math.pi))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_turned_house_is_the_same_house(flat, yaw):
    found = structure(flat.grid(yaw))
    assert areas(found) == pytest.approx([12.0, 12.36, 16.0], rel=0.05)
    assert len(found.doors) == 2
    c, s = math.cos(yaw), math.sin(yaw)
    names = [room_of(found, c * x - s * y, s * x + c * y) for x, y in ((2, 3), (6, 2), (3.5, 5))]
    assert len(set(names)) == 3 and -1 not in names
    for door in found.doors:
        assert math.sin(2 * (door.yaw - yaw)) == pytest.approx(0, abs=0.03)  # along the wall
        assert abs(math.cos(door.yaw - yaw)) == pytest.approx(1, abs=0.01)


@given(st.integers(0, 3), st.booleans(), st.integers(-40, 40), st.integers(-40, 40))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_quarter_turns_mirrors_and_shifts_change_nothing_else(flat, turns, mirrored, dx, dy):
    grid = flat.grid()

    def moved(layer: np.ndarray) -> np.ndarray:
        turned = np.rot90(layer, turns)
        return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)

    other = OccupancyGrid(
        stamp_ns=0, resolution_m=grid.resolution_m, origin=(dx * 0.05, dy * 0.05),
        cells=moved(grid.cells), floor_z=0.0, head_free=moved(grid.head_free),
        head_occupied=moved(grid.head_occupied), top=moved(grid.top),
    )  # fmt: skip
    assert areas(structure(other)) == pytest.approx(areas(structure(grid)), rel=1e-6)
    assert len(structure(other).doors) == 2


def test_same_input_same_bytes(flat):
    def bytes_of() -> bytes:
        found = structure(flat.grid(0.3), [thing(1, "sofa", (2.0, 3.0, 0.4))])
        return msgspec.json.encode([found.rooms, found.doors, found.walls])

    assert bytes_of() == bytes_of()


def test_ids_last_while_the_map_grows(drawn, flat):
    early = drawn(flat.rooms, flat.openings, unseen=[(3.0, -1, 9, 9)])
    first = structure(early.grid())
    second = structure(flat.grid(), previous=first)
    third = structure(flat.grid(), previous=second)
    west = room_of(first, 2.0, 3.0)
    assert west != -1
    assert room_of(second, 2.0, 3.0) == west
    assert third.rooms == second.rooms and third.doors == second.doors
    assert len({room.id for room in second.rooms}) == 3
    assert second.next_room > max(room.id for room in second.rooms)


def test_a_room_that_is_gone_does_not_pass_its_id_on(drawn, flat):
    first = structure(flat.grid())
    without = structure(drawn(flat.rooms[:1]).grid(), previous=first)
    assert [room.id for room in without.rooms] == [room_of(first, 2.0, 3.0)]
    again = structure(flat.grid(), previous=without)
    old = {room.id for room in first.rooms}
    assert len({room.id for room in again.rooms} - old) == 2


def test_a_door_that_was_closed_since_is_still_a_door(drawn, flat):
    closed = drawn(flat.rooms, flat.openings[1:])
    never_open = structure(closed.grid())
    assert len(never_open.rooms) == 3 and len(never_open.doors) == 1
    opened = structure(flat.grid())
    after = structure(closed.grid(), previous=opened)
    assert [door.id for door in after.doors] == [door.id for door in opened.doors]
    assert len(after.rooms) == 3


def test_the_unexplored_side_of_a_door_is_no_room(drawn):
    house = drawn(
        [(0, 0, 4, 4), (0, 4.12, 4, 8)], [(1.5, 4, 2.4, 4.12)],
        unseen=[(-1, 4.12, 1.5, 9), (2.4, 4.12, 5, 9), (-1, 6, 9, 9)],
    )  # fmt: skip
    found = structure(house.grid())
    assert areas(found) == pytest.approx([16.0], rel=0.03)
    assert [door.rooms for door in found.doors] == [(found.rooms[0].id,)]


def test_open_plan_is_one_room_however_much_stands_in_it(drawn):
    """A wide opening, an island, a column and a shelf that juts into the room."""
    house = drawn(
        rooms=[(0, 0, 9, 6), (9, 0, 13, 4)],
        tall=[(4, 2, 4.4, 2.4), (6, 3, 8, 4), (3, 0, 3.35, 1.9)],
        low=[(1, 3, 3, 5), (9.5, 1, 12, 2)],
    )
    found = structure(house.grid())
    assert len(found.rooms) == 1 and not found.doors
    assert found.rooms[0].area_m2 == pytest.approx(9 * 6 + 4 * 4, rel=0.04)


def test_furniture_counts_as_room(drawn):
    """A wardrobe in a corner hides the walls behind it, whether or not it is known as one."""
    house = drawn([(0, 0, 4, 4)], tall=[(2.2, 3.4, 4, 4)])
    wardrobe = thing(7, "wardrobe", (3.1, 3.7, 1.0), (1.8, 0.6, 2.0))
    for objects in ([], [wardrobe]):
        found = structure(house.grid(), objects)
        assert areas(found) == pytest.approx([16.0], rel=0.03)
    assert found.rooms[0].objects == (7,)


def test_contents_name_the_room(flat):
    objects = [
        thing(1, "bed", (1.5, 1.0, 0.3)),
        thing(2, "stove", (6.5, 1.0, 0.5)),
        thing(3, "picture", (-0.05, 2.0, 1.5), (0.03, 0.5, 0.4)),
        thing(4, "toilet", (6.5, 3.0, 0.4), state="removed"),
        thing(5, "person", (6.0, 3.0, 0.9), dynamic=True),
        thing(6, "cup", (20.0, 3.0, 0.9)),
    ]
    found = structure(flat.grid(), objects)
    rooms = {room_of(found, *room): room for room in ((2.0, 3.0), (6.0, 2.0))}
    by_id = {room.id: room for room in found.rooms}
    west, east = (by_id[room] for room in rooms)
    assert (west.label, west.objects) == ("bedroom", (1, 3))
    assert (east.label, east.objects) == ("kitchen", (2,))
    assert west.confidence > 0.5


def test_walls_stand_where_walls_are(flat):
    found = structure(flat.grid())
    faces = shapely.union_all([shapely.box(*room).exterior for room in flat.rooms])
    total = 0.0
    for wall in found.walls:
        line = shapely.LineString([wall.start, wall.end])
        assert (
            shapely.hausdorff_distance(line, shapely.intersection(faces.buffer(0.06), line)) < 0.1
        )
        assert wall.height_m == pytest.approx(1.85)
        for door in found.doors:
            assert shapely.distance(line, shapely.Point(door.center)) > 0.3 or not math.isclose(
                wall.start[1], wall.end[1], abs_tol=0.01
            ) or abs(wall.start[1] - 4.06) > 0.3  # fmt: skip
        total += line.length
    assert total == pytest.approx(faces.length - 2 * (0.9 + 0.8), rel=0.05)


def test_what_a_camera_saw_of_a_room(room):
    """The whole way: rendered depth, occupancy, grid, structure."""
    occupancy = Occupancy()
    for number in range(32):
        frame = room.frame(number, room.look(-1.2 + number % 3, 0.2 * number, 0.5))
        occupancy.integrate(frame.depth_m(), frame.intrinsics, frame.world_from_camera)
    grid = occupancy.grid_2d(0.1, 1.5, occupancy.floor_z(), stamp_ns=0)
    found = structure(grid)
    assert areas(found) == pytest.approx([12.0], rel=0.05)
    assert room_of(found, 0.0, 0.0) == found.rooms[0].id
    assert room_of(found, 3.0, 0.0) == -1


def test_a_grid_without_head_layers_still_has_rooms(drawn, flat):
    grid = drawn(flat.rooms, flat.openings).grid()
    bare = msgspec.structs.replace(grid, head_free=None, head_occupied=None, top=None)
    assert areas(structure(bare)) == pytest.approx([12.0, 12.36, 16.0], rel=0.03)


def test_nothing_seen_no_structure(flat):
    before = structure(flat.grid())
    for shape in ((0, 0), (1, 1), (40, 60)):
        none = np.zeros(shape, np.uint8)
        grid = OccupancyGrid(
            stamp_ns=0, resolution_m=0.05, origin=(0.0, 0.0), cells=none, floor_z=0.2,
            head_free=none, head_occupied=none, top=none,
        )  # fmt: skip
        found = structure(grid, previous=before)
        assert not found.rooms and not found.walls
        assert found.floor_z == 0.2
        assert found.next_room == before.next_room
        assert room_of(found, 0.0, 0.0) == -1


@given(st.integers(0, 2**32 - 1), st.sampled_from([(3, 5), (24, 31), (60, 40)]))
@settings(max_examples=30, deadline=None)
def test_any_grid_gives_sound_rooms(seed, shape):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 3, (shape[0] // 2 + 1, shape[1] // 2 + 1))
    cells = np.ascontiguousarray(np.kron(coarse, np.ones((2, 2)))[: shape[0], : shape[1]], np.uint8)
    grid = OccupancyGrid(stamp_ns=0, resolution_m=0.25, origin=(0.0, 0.0), cells=cells, floor_z=0.0)
    found = structure(grid)
    again = structure(grid, previous=found)
    assert again.rooms == found.rooms and again.doors == found.doors
    for room in found.rooms:
        polygon = shapely.Polygon(room.polygon)
        assert polygon.is_valid and polygon.area > 0
        assert room.id not in room.neighbours
    for door in found.doors:
        assert 1 <= len(door.rooms) <= 2
        assert set(door.rooms) <= {room.id for room in found.rooms}


def test_what_cannot_work_is_refused():
    with pytest.raises(StructureError, match="same_door_m"):
        StructureConfig(same_door_m=0)
