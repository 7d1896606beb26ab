from dataclasses import replace

import numpy as np
import pytest

from cogmap.runtime.messages import Intrinsics
from cogmap.sim.agent import AgentState, Body, world_from_camera
from cogmap.sim.renderer import Renderer

LEVEL = Body(camera_height_m=1.2, camera_pitch_rad=0.0)


def pose(x, y, yaw, body=LEVEL):
    return world_from_camera(AgentState(x, y, yaw), body)


def points_in_world(rendered, intrinsics, world_from_camera):
    v, u = np.indices(rendered.depth_m.shape)
    z = rendered.depth_m.astype(np.float64)
    x = (u - intrinsics.cx) / intrinsics.fx * z
    y = (v - intrinsics.cy) / intrinsics.fy * z
    local = np.stack([x, y, z], axis=-1)
    return local @ world_from_camera[:3, :3].T + world_from_camera[:3, 3]


def test_depth_of_a_wall_is_exact(tiny_house, small_camera):
    """From x = 2 towards -x the far wall's plane x = 0 is at z-depth 2 in every pixel."""
    bare = replace(tiny_house, objects=())
    rendered = Renderer(bare).render(small_camera, pose(2.0, 1.5, np.pi))
    assert np.abs(rendered.depth_m[20:100, 20:140] - 2.0).max() < 1e-5
    assert not rendered.ids.any()


def test_every_pixel_reprojects_onto_a_plane_within_a_tenth_of_a_millimetre(
    tiny_house, small_camera
):
    bare = replace(tiny_house, objects=())
    at = pose(2.0, 1.0, 2.5, Body(camera_height_m=1.2, camera_pitch_rad=0.2))
    points = points_in_world(Renderer(bare).render(small_camera, at), small_camera, at)
    x, y, z = np.moveaxis(points, 2, 0)
    planes = np.abs(np.stack([x, x - 4, y, y - 3, z, z - 2.5])).min(axis=0)
    assert planes.max() < 1e-4


def test_ids_show_objects_where_they_are(tiny_house, small_camera):
    at = pose(1.2, 1.0, np.pi / 2)
    rendered = Renderer(tiny_house).render(small_camera, at)
    cup = points_in_world(rendered, small_camera, at)[rendered.ids == 2]
    assert len(cup) > 30
    assert np.abs(cup[:, :2] - (1.2, 2.3)).max() < 0.06
    assert cup[:, 2].min() > 0.699
    assert cup[:, 2].max() < 0.801
    assert (rendered.ids == 1).sum() > 500


def test_distortion_bends_rays_as_opencv_does(tiny_house):
    """The pixel that OpenCV projects a wall point to shows the depth of that point."""
    cv2 = pytest.importorskip("cv2")
    bent = Intrinsics(
        width=160, height=120, fx=120.0, fy=120.0, cx=79.5, cy=59.5, distortion=(-0.2, 0.05, 0, 0)
    )
    bare = replace(tiny_house, objects=())
    at = pose(2.0, 1.5, np.pi)
    points = np.array([[-0.9, 0.3, 2.0], [0.5, -0.6, 2.0]])
    pixels, _ = cv2.projectPoints(
        points, np.zeros(3), np.zeros(3), bent.matrix(), np.array(bent.distortion)
    )
    rendered = Renderer(bare).render(bent, at)
    for (u, v), point in zip(pixels[:, 0].round().astype(int), points, strict=True):
        assert rendered.depth_m[v, u] == pytest.approx(point[2], abs=1e-4)


def test_same_house_same_bytes(tiny_house, small_camera):
    first, second = (
        Renderer(tiny_house).render(small_camera, pose(2.5, 1.2, 2.0)) for _ in range(2)
    )
    for name in ("color", "depth_m", "ids"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_moved_removed_added_and_turned_things_show(tiny_house, small_camera):
    renderer = Renderer(tiny_house)
    at = pose(1.2, 1.0, np.pi / 2)
    before = renderer.render(small_camera, at)
    table, cup = tiny_house.objects
    moved = replace(tiny_house, objects=(table, replace(cup, position=(0.8, 2.3, 0.7))))
    renderer.update(moved)
    there = points_in_world(after := renderer.render(small_camera, at), small_camera, at)
    assert np.abs(there[after.ids == 2][:, :2] - (0.8, 2.3)).max() < 0.06
    renderer.update(replace(tiny_house, objects=(table,)))
    assert 2 not in renderer.render(small_camera, at).ids
    renderer.update(tiny_house)
    assert np.array_equal(renderer.render(small_camera, at).ids, before.ids)
    door = tiny_house.doors[0]
    through = pose(3.0, 1.5, 0.0)
    far = renderer.render(small_camera, through).depth_m[60, 80]
    renderer.update(replace(tiny_house, doors=(replace(door, open_angle=0.0),)))
    near = renderer.render(small_camera, through).depth_m[60, 80]
    assert far == pytest.approx(5.1, abs=1e-4)
    assert near == pytest.approx(1.1, abs=1e-4)


def test_light_after_a_motion_does_not_depend_on_its_steps(tiny_house, small_camera):
    table, cup = tiny_house.objects
    steps = [
        replace(tiny_house, objects=(table, replace(cup, position=(x, 2.3, 0.7))))
        for x in (1.1, 0.9, 0.8)
    ]
    direct, gradual = Renderer(tiny_house), Renderer(tiny_house)
    for house in steps[:-1]:
        gradual.update(house, relight=False)
    for renderer in (direct, gradual):
        renderer.update(steps[-1])
    at = pose(1.2, 1.0, np.pi / 2)
    assert np.array_equal(
        direct.render(small_camera, at).color, gradual.render(small_camera, at).color
    )


def test_exposure_brightens(tiny_house, small_camera):
    renderer = Renderer(tiny_house)
    at = pose(2.5, 1.2, 2.0)
    dark, normal = (renderer.render(small_camera, at, exposure=e).color.mean() for e in (0.25, 1.0))
    assert dark / normal == pytest.approx(0.25 ** (1 / 2.2), rel=0.05)


def test_surfaces_are_lit_and_textured(tiny_house, small_camera):
    color = Renderer(tiny_house).render(small_camera, pose(2.5, 1.2, 2.0)).color
    assert 60 < color.mean() < 235
    assert color[:, :, 0].std() > 3
