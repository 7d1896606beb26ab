from __future__ import annotations

import numpy as np
import open3d as o3d
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.segments.foreground import foreground
from cogmap.runtime.messages import Intrinsics

CAMERA = Intrinsics(width=320, height=240, fx=260.0, fy=260.0, cx=159.5, cy=119.5)
FLOOR = ((-3, -3, -0.1), (6, 6, 0.1))
WALL = ((2.0, -3, 0), (0.1, 6, 2.5))


def pose(height: float = 1.4, pitch: float = 0.45):
    """(4, 4) world_from_camera at x = 0, looking along x and down by ``pitch`` (rad)."""
    forward = np.array([np.cos(pitch), 0, -np.sin(pitch)])
    right = np.array([0, -1.0, 0])
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    matrix[:3, 3] = (0, 0, height)
    return matrix


def render(boxes, world_from_camera, noise: bool = True):
    """Depth (H, W) metres and which of the boxes (corner, size) each pixel shows."""
    scene = o3d.t.geometry.RaycastingScene()
    for corner, size in boxes:
        mesh = o3d.geometry.TriangleMesh.create_box(*size).translate(corner)
        scene.add_triangles(o3d.t.geometry.TriangleMesh.from_legacy(mesh))
    matrix = CAMERA.matrix()
    matrix[:2, 2] += 0.5  # Open3D shoots rays through u + 0.5
    rays = scene.create_rays_pinhole(
        o3d.core.Tensor(matrix), o3d.core.Tensor(np.linalg.inv(world_from_camera)), 320, 240
    )
    hit = scene.cast_rays(rays)
    depth = np.nan_to_num(hit["t_hit"].numpy(), posinf=0)
    if noise:  # axial noise of a structured-light camera
        sigma = 0.0012 + 0.0019 * np.maximum(depth - 0.4, 0) ** 2
        depth += sigma * np.random.default_rng(0).standard_normal(depth.shape)
    return depth.astype(np.float32), hit["geometry_ids"].numpy()


def box_around(mask):
    rows, columns = np.nonzero(mask)
    return columns.min() - 0.5, rows.min() - 0.5, columns.max() + 0.5, rows.max() + 0.5


def overlap(truth, depth, world_from_camera, box=None, floor_z=None) -> float:
    """IoU of the foreground of the box around ``truth`` (H, W) with it."""
    mask, (column, row) = foreground(
        box or box_around(truth), depth, CAMERA, world_from_camera, floor_z=floor_z
    )
    found = np.zeros(truth.shape, bool)
    found[row : row + mask.shape[0], column : column + mask.shape[1]] = mask
    return np.count_nonzero(found & truth) / np.count_nonzero(found | truth)


def table(x: float, y: float, length: float = 0.8, width: float = 1.2, height: float = 0.74):
    top = ((x, y - width / 2, height - 0.03), (length, width, 0.03))
    legs = [
        ((x + dx, y + dy, 0), (0.05, 0.05, height - 0.03))
        for dx in (0.02, length - 0.07)
        for dy in (-width / 2 + 0.02, width / 2 - 0.07)
    ]
    return [top, *legs]


def chair(x: float, y: float):
    seat = ((x, y - 0.22, 0.43), (0.42, 0.44, 0.04))
    back = ((x + 0.38, y - 0.22, 0.47), (0.04, 0.44, 0.45))
    legs = [((x + dx, y + dy, 0), (0.04, 0.04, 0.43)) for dx in (0, 0.38) for dy in (-0.22, 0.18)]
    return [seat, back, *legs]


def test_a_cup_is_not_the_table_under_it():
    things = [FLOOR, WALL, *table(0.9, 0), ((1.2, 0.0, 0.74), (0.08, 0.08, 0.1))]
    camera = pose()
    depth, shown = render(things, camera)
    assert overlap(shown == len(things) - 1, depth, camera) > 0.75


def test_a_chair_is_not_the_floor_and_the_wall_between_its_legs():
    things = [FLOOR, WALL, *chair(1.3, 0)]
    camera = pose()
    depth, shown = render(things, camera)
    truth = shown >= 2
    left, top, right, bottom = box_around(truth)
    assert truth.sum() < 0.7 * (right - left) * (bottom - top)  # or the box would do
    assert overlap(truth, depth, camera) > 0.8


def test_a_chair_behind_a_table_is_not_the_table():
    things = [FLOOR, WALL, *chair(1.45, 0.1), *table(0.6, 0, width=2.0)]
    camera = pose(1.5)
    depth, shown = render(things, camera)
    assert overlap((shown >= 2) & (shown < 8), depth, camera) > 0.6


def test_a_screen_on_a_wall_stands_out_of_it():
    things = [FLOOR, WALL, ((1.92, -0.4, 1.0), (0.08, 0.8, 0.5))]
    camera = pose(1.3, 0.0)
    depth, shown = render(things, camera)
    assert overlap(shown == 2, depth, camera) > 0.85


def test_a_picture_is_the_box_around_it():
    things = [FLOOR, WALL, ((1.99, -0.4, 1.0), (0.01, 0.8, 0.5))]
    camera = pose(1.3, 0.0)
    depth, shown = render(things, camera)
    assert overlap(shown == 2, depth, camera) > 0.85


def test_a_thing_that_fills_the_image_is_found():
    things = [FLOOR, WALL, ((0.7, -1.5, 0), (0.9, 3.0, 1.1))]
    camera = pose(1.3)
    depth, shown = render(things, camera)
    truth = shown == 2
    assert truth.mean() > 0.5
    assert overlap(truth, depth, camera) > 0.8


def test_a_plant_with_holes_is_found_in_all_its_leaves():
    rng = np.random.default_rng(3)
    leaves = [
        (tuple(corner), tuple(rng.uniform(0.03, 0.09, 3)))
        for corner in rng.uniform((1.3, -0.2, 0.35), (1.6, 0.2, 0.9), (60, 3))
    ]
    things = [FLOOR, WALL, ((1.35, -0.1, 0), (0.2, 0.2, 0.35)), *leaves]
    camera = pose()
    depth, shown = render(things, camera)
    assert overlap(shown >= 2, depth, camera) > 0.75


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.integers(-4, 4)] * 4))
def test_a_box_that_is_off_by_some_pixels_does_too(shift):
    things = [FLOOR, WALL, *chair(1.3, 0)]
    camera = pose()
    depth, shown = render(things, camera)
    box = tuple(a + b for a, b in zip(box_around(shown >= 2), shift, strict=True))
    assert overlap(shown >= 2, depth, camera, box) > 0.7


@pytest.mark.parametrize("box", [(-50, -40, 900, 700), (300, 200, 319.5, 239.5), (10, 10, 11, 200)])
def test_masks_stay_inside_their_box_and_the_image(box):
    camera = pose()
    depth, _ = render([FLOOR, WALL, *chair(1.3, 0)], camera)
    mask, (column, row) = foreground(box, depth, CAMERA, camera)
    assert column >= max(0, box[0] - 0.5) and row >= max(0, box[1] - 0.5)
    assert column + mask.shape[1] <= min(320, box[2] + 1)
    assert row + mask.shape[0] <= min(240, box[3] + 1)


@pytest.mark.parametrize("box", [(400, 10, 500, 90), (-90, 0, -10, 50), (20.2, 20.2, 20.4, 20.4)])
def test_boxes_beside_the_image_give_no_mask(box):
    depth = np.ones((240, 320), np.float32)
    assert not foreground(box, depth, CAMERA, pose())[0].size


def test_without_depth_the_mask_is_empty():
    depth = np.zeros((240, 320), np.float32)
    mask, _ = foreground((50, 50, 150, 150), depth, CAMERA, pose())
    assert mask.shape == (100, 100) and not mask.any()


def test_the_same_box_gives_the_same_mask():
    camera = pose()
    depth, shown = render([FLOOR, WALL, *chair(1.3, 0)], camera)
    first, second = (foreground(box_around(shown >= 2), depth, CAMERA, camera) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])


def test_a_table_does_not_take_the_floor_under_it_though_its_box_shows_all_of_that():
    things = [FLOOR, *table(0.9, 0)]
    camera = pose(height=1.5, pitch=0.9)
    depth, shown = render(things, camera)
    depth[:, :40] = depth[:, 280:] = 0  # nothing is seen beside the box
    truth = (shown > 0) & (depth > 0)
    box = (39.5, -0.5, 279.5, 239.5)
    unknown = overlap(truth, depth, camera, box)
    known = overlap(truth, depth, camera, box, floor_z=0.03)
    assert known > max(0.8, unknown)


def test_what_lies_flat_on_the_floor_is_still_found():
    things = [FLOOR, WALL, ((1.2, -0.4, 0), (0.5, 0.8, 0.01))]
    camera = pose()
    depth, shown = render(things, camera)
    assert overlap(shown == 2, depth, camera, floor_z=-0.02) > 0.8


def test_what_stands_well_behind_a_thing_is_no_piece_of_it():
    pair = ((1.2, 0.0, 0), (0.1, 0.4, 0.8)), ((1.66, -0.25, 0), (0.1, 0.15, 0.8))
    camera = pose()
    depth, shown = render([FLOOR, WALL, *pair], camera)
    box = box_around((shown == 2) | (shown == 3))
    assert overlap(shown == 2, depth, camera, box) > 0.85
