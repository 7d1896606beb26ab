"""Meshes of walls, floors and ceilings: closed, with holes where doors are."""

from __future__ import annotations

import numpy as np
import open3d as o3d
import pytest
import shapely

from cogmap.sim.house import build_house
from cogmap.sim.scene import House


@pytest.fixture(scope="module", params=[(0, 2), (1, 5), (2, 8)])
def house(request: pytest.FixtureRequest) -> House:
    return build_house(*request.param)


def scene_of(house: House) -> o3d.t.geometry.RaycastingScene:
    scene = o3d.t.geometry.RaycastingScene()
    for part in house.structure:
        scene.add_triangles(part.vertices, part.triangles.astype(np.uint32))
    return scene


def cast(scene: o3d.t.geometry.RaycastingScene, rays: np.ndarray) -> np.ndarray:
    return scene.cast_rays(o3d.core.Tensor(rays.astype(np.float32)))["t_hit"].numpy()


def test_parts_are_well_formed_and_few_triangles(house: House):
    for part in house.structure:
        assert part.vertices.dtype == np.float32
        assert part.triangles.dtype == np.int32
        assert part.triangles.min() >= 0
        assert part.triangles.max() < len(part.vertices)
    assert sum(len(part.triangles) for part in house.structure) < 10_000


def test_no_ray_from_inside_gets_out(house: House):
    scene, rng = scene_of(house), np.random.default_rng(0)
    for room in house.rooms:
        middle = shapely.Polygon(room.polygon).representative_point()
        directions = rng.normal(size=(20_000, 3))
        # Also straight at the edges where wall, floor and ceiling meet.
        corners = np.array(room.polygon)
        along = np.linspace(corners, np.roll(corners, -1, axis=0), 200).reshape(-1, 2)
        eye = np.array([middle.x, middle.y, 1.2])
        edges = [np.column_stack([along, np.full(len(along), z)]) for z in (0.0, room.height_m)]
        directions = np.concatenate([directions, *(edge - eye for edge in edges)])
        rays = np.column_stack([np.broadcast_to(eye, directions.shape), directions])
        assert np.isfinite(cast(scene, rays)).all()


def test_doorways_are_open_and_walls_are_not(house: House):
    scene = scene_of(house)
    for door in house.doors:
        across = np.array([-np.sin(door.yaw), np.cos(door.yaw)])
        along = np.array([np.cos(door.yaw), np.sin(door.yaw)])
        for offset, height, is_open in (
            (0.0, 1.0, True),
            (0.0, 0.02, True),
            (door.width_m / 2 - 0.02, door.height_m - 0.02, True),
            (door.width_m / 2 + 0.03, 1.0, False),
            (0.0, door.height_m + 0.03, False),
        ):
            start = np.array(door.center) + along * offset - across * 0.2
            ray = np.array([[*start, height, *across, 0.0]])
            assert (cast(scene, ray)[0] > 0.4) == is_open


def test_windows_have_a_pane_behind_the_wall_face(house: House):
    scene = scene_of(house)
    rooms = {room.id: shapely.Polygon(room.polygon) for room in house.rooms}
    for window in house.windows:
        across = np.array([-np.sin(window.yaw), np.cos(window.yaw)])
        center = np.array(window.center[:2])
        if rooms[window.room].contains(shapely.Point(center + across * 0.3)):
            across = -across
        start = center - across * 0.5
        low = window.center[2] - window.size[1] / 2 + 0.1
        aside = np.array([np.cos(window.yaw), np.sin(window.yaw)]) * 0.15
        distance = cast(scene, np.array([[*(start + aside), low, *across, 0.0]]))[0]
        assert distance == pytest.approx(0.5, abs=0.01)


def test_floor_and_ceiling_are_where_the_room_says(house: House):
    scene = scene_of(house)
    for room in house.rooms:
        middle = shapely.Polygon(room.polygon).representative_point()
        rays = np.array([[middle.x, middle.y, 1.0, 0, 0, -1], [middle.x, middle.y, 1.0, 0, 0, 1]])
        assert cast(scene, rays) == pytest.approx([1.0, room.height_m - 1.0], abs=1e-5)
