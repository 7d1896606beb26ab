import math

import numpy as np
import pytest

from cogmap.sim.atlas import LEVELS, patch_atlas, patch_samples, patch_steps, texture_atlas
from cogmap.sim.mesh import mesh_of
from cogmap.sim.scene import Material, Part


def wall(material, facing):
    """A square of 1 m, its lower left corner (seen from the front) first."""
    corners = {
        "+x": [(0, 0, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1)],
        "-y": [(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)],
        "+z": [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)],
    }[facing]
    triangles = np.array([(0, 1, 2), (0, 2, 3)], np.int32)
    return Part(np.array(corners, np.float32), triangles, material)


@pytest.mark.parametrize("facing", ["+x", "-y", "+z"])
def test_texture_runs_right_and_up_seen_from_outside(facing):
    """Writing is not mirrored: u grows to the right, v up, one repetition in ``scale_m``."""
    part = wall(Material((1, 1, 1), scale_m=0.5), facing)
    mesh = mesh_of([part])
    uv = {
        tuple(corner): tuple(value)
        for corner, value in zip(
            mesh.corners.reshape(-1, 3).tolist(), mesh.uv.reshape(-1, 2).tolist(), strict=True
        )
    }
    lower_left, lower_right, upper_right, upper_left = (
        uv[tuple(v)] for v in part.vertices.tolist()
    )
    assert np.subtract(lower_right, lower_left) == pytest.approx((2, 0))
    assert np.subtract(upper_left, lower_left) == pytest.approx((0, 2))
    assert np.subtract(upper_right, upper_left) == pytest.approx((2, 0))


def test_a_picture_is_centred_on_what_shows_it():
    mesh = mesh_of([wall(Material((1, 1, 1), "painting", scale_m=1.0), "+x")])
    assert mesh.uv.min(axis=(0, 1)) == pytest.approx((0, 0), abs=1e-6)
    assert mesh.uv.max(axis=(0, 1)) == pytest.approx((1, 1), abs=1e-6)


def test_round_things_get_smooth_normals_and_edges_stay_sharp():
    """A prism of 24 sides: its side's normals point away from the axis, its lid's up."""
    angle = np.arange(24) * 2 * math.pi / 24
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    bottom, top = (np.column_stack([ring, np.full(24, z)]) for z in (0.0, 1.0))
    vertices = np.concatenate([bottom, top, [(0, 0, 1)]]).astype(np.float32)
    side = [
        t
        for k in range(24)
        for t in ((k, (k + 1) % 24, 24 + (k + 1) % 24), (k, 24 + (k + 1) % 24, 24 + k))
    ]
    lid = [(48, 24 + k, 24 + (k + 1) % 24) for k in range(24)]
    mesh = mesh_of([Part(vertices, np.array(side + lid, np.int32), Material((1, 1, 1)))])
    round_part, flat = mesh.normals[:48], mesh.normals[48:]
    radial = mesh.corners[:48, :, :2]
    assert (round_part[..., :2] * radial).sum(axis=-1) == pytest.approx(np.ones((48, 3)), abs=0.01)
    assert flat == pytest.approx(np.broadcast_to((0, 0, 1), flat.shape), abs=1e-6)


def test_triangles_without_area_are_left_out_and_winding_is_kept():
    vertices = np.array([(0, 0, 0), (2, 0, 0), (2, 1, 0), (1, 0, 0)], np.float32)
    part = Part(vertices, np.array([(0, 1, 2), (0, 3, 1)], np.int32), Material((1, 1, 1)))
    (corners,) = mesh_of([part]).corners
    assert np.cross(corners[1] - corners[0], corners[2] - corners[0]) == pytest.approx((0, 0, 2))
    assert corners[0].tolist() == [2, 0, 0], "the right angle comes first"


def test_placing_turns_and_moves():
    mesh = mesh_of([wall(Material((1, 1, 1)), "+x")]).placed((5.0, 6.0, 7.0), math.pi / 2)
    assert mesh.normals.reshape(-1, 3) == pytest.approx(np.tile((0, 1, 0), (6, 1)), abs=1e-6)
    assert mesh.corners.min(axis=(0, 1)) == pytest.approx((4, 6, 7), abs=1e-6)


def test_patches_of_an_atlas_do_not_overlap_and_lie_where_they_say():
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 3, (200, 3, 3)).astype(np.float32)
    steps = patch_steps(corners, 0.2)
    atlas = patch_atlas(steps)
    assert len(np.unique(atlas.texel)) == len(atlas.texel) == (steps + 1).prod(axis=1).sum()
    triangle, weights = patch_samples(steps)
    corner = (weights == 0).all(axis=1)
    first = atlas.texel[corner]
    assert np.array_equal(first % atlas.shape[1], atlas.x)
    assert np.array_equal(first // atlas.shape[1], atlas.y)
    assert np.array_equal(triangle[corner], np.arange(200))


def test_tiles_in_the_atlas_are_those_of_their_material():
    materials = [Material((0.2, 0.4, 0.8)), Material((0.8, 0.1, 0.1), "wood")]
    atlas = texture_atlas(materials)
    for index, material in enumerate(materials):
        for level in range(LEVELS):
            entry = index * LEVELS + level
            size, x = int(atlas.size[entry]), int(atlas.x[entry] + 0.5)
            y = int(atlas.y[entry] + 0.5)
            picture = atlas.image[y - size : y, x : x + size, :3] / 255.0
            assert (picture**2.2).mean(axis=(0, 1)) == pytest.approx(atlas.mean[index], abs=0.02)
            assert picture.min() > 0
        assert atlas.mean[index] == pytest.approx(material.color, rel=0.4)
