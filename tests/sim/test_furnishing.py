"""Objects of furnished houses: they rest, touch nothing, leave the way free, make sense."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

import numpy as np
import open3d as o3d
import pytest
import shapely
from scipy import ndimage

from cogmap.sim.footprints import footprint, leaf_footprint, swing_area, walkable
from cogmap.sim.house import build_house
from cogmap.sim.scene import CEILING, FLOOR, WALL, House, Part, PlacedObject

TOLERANCE_M = 1e-3
HOUSES = [(1, 2), (2, 4), (3, 6), (4, 8)]


@cache
def cached_house(seed: int, rooms: int) -> House:
    return build_house(seed, rooms)


@pytest.fixture(params=HOUSES)
def house(request: pytest.FixtureRequest) -> House:
    return cached_house(*request.param)


def carriers(house: House, obj: PlacedObject) -> set[int]:
    by_id = {other.id: other for other in house.objects}
    found = set()
    while obj.support > FLOOR:
        found.add(obj.support)
        obj = by_id[obj.support]
    return found


def overlapping(house: House) -> list[tuple[PlacedObject, PlacedObject]]:
    """Pairs whose boxes overlap by more than the tolerance."""
    areas = [footprint(obj).buffer(-TOLERANCE_M / 2, join_style="mitre") for obj in house.objects]
    first, second = shapely.STRtree(areas).query(areas, predicate="intersects")
    pairs = []
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        one, two = house.objects[a], house.objects[b]
        bottom = max(one.position[2], two.position[2])
        top = min(o.position[2] + o.model.size[2] for o in (one, two))
        if a < b and top - bottom > TOLERANCE_M:
            pairs.append((one, two))
    return pairs


def meshes(parts: tuple[Part, ...], obj: PlacedObject | None = None, lift: float = 0.0):
    """Open3D meshes in the world; an object's a little smaller and lifted off its support."""
    made = []
    for part in parts:
        vertices = part.vertices.astype(np.float64)
        if obj is not None:
            c, s = math.cos(obj.yaw), math.sin(obj.yaw)
            turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) * (1 - lift)
            vertices = vertices @ turn.T + np.array(obj.position) + [0, 0, lift]
        made.append(
            o3d.geometry.TriangleMesh(
                o3d.utility.Vector3dVector(vertices), o3d.utility.Vector3iVector(part.triangles)
            )
        )
    return made


def intersect(first: list, second: list) -> bool:
    return any(a.is_intersecting(b) for a in first for b in second)


def test_boxes_overlap_only_with_what_carries_or_contains(house: House):
    for one, two in overlapping(house):
        nested = one.id in carriers(house, two) or two.id in carriers(house, one)
        assert nested, f"{one.category} {one.id} overlaps {two.category} {two.id}"


def test_nested_meshes_do_not_intersect():
    house = cached_house(*HOUSES[2])
    pairs = [pair for pair in overlapping(house) if pair[1].id not in carriers(house, pair[0])]
    assert len(pairs) > 5
    for carrier, child in pairs:
        above = meshes(child.model.parts, child, lift=1e-3)
        assert not intersect(above, meshes(carrier.model.parts, carrier)), (
            f"{child.category} is {child.relation} {carrier.category}"
        )
    # The check itself sees what sinks in.
    assert any(
        intersect(
            meshes(child.model.parts, child, lift=-0.02), meshes(carrier.model.parts, carrier)
        )
        for carrier, child in pairs
    )


def test_everything_rests_on_its_support(house: House):
    by_id = {obj.id: obj for obj in house.objects}
    heights = {room.id: room.height_m for room in house.rooms}
    for obj in house.objects:
        low = min(float(part.vertices[:, 2].min()) for part in obj.model.parts)
        assert low == pytest.approx(0.0, abs=TOLERANCE_M)
        bottom, top = obj.position[2], obj.position[2] + obj.model.size[2]
        if obj.support == FLOOR:
            assert bottom == 0.0
        elif obj.support == CEILING:
            assert top == pytest.approx(heights[obj.room], abs=TOLERANCE_M)
        elif obj.support > FLOOR:
            carrier = by_id[obj.support]
            resting = [
                abs(carrier.position[2] + surface.center[2] - bottom)
                for surface in carrier.model.surfaces
                if surface.kind == obj.relation
            ]
            assert min(resting) <= TOLERANCE_M
            assert carrier.room == obj.room


def test_what_is_carried_does_not_stick_out(house: House):
    by_id = {obj.id: obj for obj in house.objects}
    for obj in house.objects:
        if obj.support > FLOOR:
            around = footprint(by_id[obj.support]).buffer(TOLERANCE_M)
            assert around.contains(footprint(obj)), f"{obj.category} on {obj.support}"


def test_objects_are_in_their_room_and_clear_of_the_structure(house: House):
    rooms = {room.id: room for room in house.rooms}
    for obj in house.objects:
        polygon = shapely.Polygon(rooms[obj.room].polygon)
        assert polygon.buffer(1e-6).contains(footprint(obj))
        if obj.support == WALL:
            assert polygon.exterior.distance(footprint(obj)) < 0.05


def test_objects_do_not_cut_into_trim():
    house = cached_house(*HOUSES[1])
    vertices = [part.vertices[part.triangles] for part in house.structure]
    triangles = np.concatenate(vertices).astype(np.float64)
    low, high = triangles.min(axis=1), triangles.max(axis=1)
    for obj in house.objects:
        area = footprint(obj).bounds
        bottom, top = obj.position[2], obj.position[2] + obj.model.size[2]
        box_low = np.array([area[0], area[1], bottom])
        box_high = np.array([area[2], area[3], top])
        near = ((low <= box_high) & (high >= box_low)).all(axis=1)
        if not near.any():
            continue
        points = triangles[near].reshape(-1, 3)
        wall = o3d.geometry.TriangleMesh(
            o3d.utility.Vector3dVector(points),
            o3d.utility.Vector3iVector(np.arange(len(points)).reshape(-1, 3)),
        )
        lift = -1e-3 if obj.support == CEILING else 1e-3
        for mesh in meshes(obj.model.parts, obj):
            mesh.translate((0.0, 0.0, lift))
            assert not mesh.is_intersecting(wall), obj.category


def test_doors_swing_freely(house: House):
    for door in house.doors:
        swept = shapely.union_all(
            [swing_area(door), *(leaf_footprint(door, a) for a in (0.0, door.max_open_angle))]
        )
        for obj in house.objects:
            if obj.position[2] < door.height_m and door.leaf is not None:
                assert not swept.intersects(footprint(obj)), f"{obj.category} in door {door.id}"


@pytest.mark.parametrize("radius_m", [0.2, 0.25])
def test_an_agent_reaches_every_room_and_nearly_everything(house: House, radius_m: float):
    grid, origin = walkable(house, radius_m, 0.05)
    labels, _ = ndimage.label(grid)
    main = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    rows, columns = np.nonzero(main)
    points = shapely.points(origin[0] + (columns + 0.5) * 0.05, origin[1] + (rows + 0.5) * 0.05)
    for room in house.rooms:
        inside = shapely.contains(shapely.Polygon(room.polygon), points)
        assert inside.sum() * 0.05**2 > 0.5, room.type
    free = shapely.MultiPoint(points)
    on_floor = [obj for obj in house.objects if obj.support == FLOOR]
    far = [obj.category for obj in on_floor if footprint(obj).distance(free) > 1.0]
    assert not far


def test_ids_are_unique_and_small(house: House):
    ids = [obj.id for obj in house.objects]
    assert len(set(ids)) == len(ids)
    assert min(ids) >= 1
    assert max(ids) < 65536


def facing(one: PlacedObject, two: PlacedObject) -> float:
    """Cosine between the front of ``one`` and the direction to ``two``."""
    offset = np.subtract(two.position[:2], one.position[:2])
    front = np.array([math.cos(one.yaw), math.sin(one.yaw)])
    return float(front @ offset / np.linalg.norm(offset))


def test_people_could_live_there():
    houses = [cached_house(*house) for house in HOUSES]
    counts = Counter(obj.category for house in houses for obj in house.objects)
    for category in ("chair", "book", "picture", "cup", "bed", "toilet", "kitchen sink", "sofa"):
        assert counts[category]
    relations = Counter(obj.relation for house in houses for obj in house.objects)
    assert relations["in"] >= 5
    assert relations["under"] >= 2
    assert sum(obj.support > FLOOR for house in houses for obj in house.objects) > 40
    for house in houses:
        several = [c for c in Counter(obj.category for obj in house.objects).values() if c >= 3]
        assert len(several) >= 2 or len(house.rooms) < 4
        assert 10 * len(house.rooms) <= len(house.objects) <= 30 * len(house.rooms)


def test_seats_and_screens_face_what_they_belong_to():
    seats = screens = 0
    for house in (cached_house(*house) for house in HOUSES):
        tables = [o for o in house.objects if o.category in ("dining table", "desk")]
        for chair in (o for o in house.objects if o.category in ("chair", "office chair")):
            near = min(tables, key=lambda table: footprint(table).distance(footprint(chair)))
            assert footprint(near).distance(footprint(chair)) < 0.15
            seats += 1
            reach = near.model.size[1] / 2 + 0.8
            ahead = [math.cos(chair.yaw) * reach, math.sin(chair.yaw) * reach]
            line = shapely.LineString([chair.position[:2], np.add(chair.position[:2], ahead)])
            assert line.intersects(footprint(near))
        sofas = [o for o in house.objects if o.category == "sofa"]
        for screen in (o for o in house.objects if o.category == "television"):
            opposite = [sofa for sofa in sofas if sofa.room == screen.room]
            for sofa in opposite:
                screens += 1
                assert facing(screen, sofa) > 0.8
                assert facing(sofa, screen) > 0.8
    assert seats > 5
    assert screens >= 1
