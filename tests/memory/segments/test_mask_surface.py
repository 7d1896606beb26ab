from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.segments.mask_surface import body, cut_fraction, patch_around

FOCAL = 500.0
MAX_M = 5.0


def scene(thing: float = 2.0, wall: float = 3.0):
    """A thing of 60 x 40 pixels (columns 100..159, rows 80..119) before a wall."""
    depth = np.full((240, 320), wall, np.float32)
    depth[80:120, 100:160] = thing
    return depth


def mask_of(depth, margin: int, rows=(80, 120), columns=(100, 160)):
    corner = (columns[0] - margin, rows[0] - margin)
    shape = (rows[1] - rows[0] + 2 * margin, columns[1] - columns[0] + 2 * margin)
    return patch_around(np.ones(shape, bool), corner, depth)


def in_image(patch, kept):
    """Rows and columns in the image."""
    rows, columns = np.nonzero(kept)
    return rows * patch.stride + patch.corner[1], columns * patch.stride + patch.corner[0]


@pytest.mark.parametrize("margin", [0, 1, 3, 5])
def test_what_leaks_onto_the_wall_is_left_out(margin):
    patch = mask_of(scene(), margin)
    kept = body(patch, FOCAL, MAX_M)
    assert (patch.depth_m[kept] == 2).all()
    assert kept.sum() * patch.stride**2 == pytest.approx(60 * 40, rel=0.05)


def test_what_leaks_onto_something_nearer_is_left_out():
    depth = scene()
    depth[:, 150:] = 1.0
    patch = patch_around(np.ones((40, 55), bool), (100, 80), depth)
    kept = body(patch, FOCAL, MAX_M)
    assert set(np.unique(patch.depth_m[kept])) == {2.0}


def test_both_halves_of_a_thing_behind_a_post_are_kept():
    depth = scene()
    depth[:, 125:135] = 1.0
    mask = np.ones((40, 60), bool)
    mask[:, 25:35] = False
    patch = patch_around(mask, (100, 80), depth)
    _, columns = in_image(patch, body(patch, FOCAL, MAX_M))
    assert columns.min() <= 101 and columns.max() >= 158
    assert not ((columns >= 125) & (columns < 135)).any()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_thin_pole_is_not_eaten_by_the_wall_around_it(width):
    depth = np.full((240, 320), 3.0, np.float32)
    depth[60:160, 150 : 150 + width] = 2.0
    patch = patch_around(np.ones((100, width + 6), bool), (147, 60), depth)
    kept = body(patch, FOCAL, MAX_M)
    assert (patch.depth_m[kept] == 2).all()
    assert kept.sum() >= 0.95 * 100 * width


def test_pixels_in_mid_air_are_left_out():
    depth = scene()
    depth[80:120, 99] = 2.4
    depth[80:120, 160] = 2.6
    patch = mask_of(depth, 2)
    assert set(np.unique(patch.depth_m[body(patch, FOCAL, MAX_M)])) == {2.0}


def test_a_slanted_surface_is_one_piece():
    depth = np.full((240, 320), 4.0, np.float32)
    # Seen at 70 degrees: 60 pixels to the right it is 0.66 m farther.
    depth[80:120, 100:160] = 2.0 + 2.0 / FOCAL * np.tan(np.radians(70)) * np.arange(60)
    patch = mask_of(depth, 0)
    assert body(patch, FOCAL, MAX_M).sum() * patch.stride**2 == pytest.approx(2400, rel=0.03)


def test_lines_of_missing_depth_do_not_cut_a_surface():
    depth = scene()
    depth[90], depth[:, 130] = 0, 0
    patch = mask_of(depth, 0)
    assert body(patch, FOCAL, MAX_M).sum() == 60 * 40


def test_a_mask_without_depth_has_no_body():
    patch = mask_of(np.zeros((240, 320), np.float32), 0)
    assert not body(patch, FOCAL, MAX_M).any()
    far = mask_of(np.full((240, 320), 9.0, np.float32), 0)
    assert not body(far, FOCAL, MAX_M).any()


def test_large_masks_are_looked_at_with_a_stride():
    depth = np.full((480, 640), 2.0, np.float32)
    patch = patch_around(np.ones((480, 640), bool), (0, 0), depth, max_pixels=3000)
    assert patch.mask.sum() <= 3300
    rows, columns = in_image(patch, body(patch, FOCAL, MAX_M))
    assert 0 <= rows.min() < 12 and 468 < rows.max() < 480
    assert 0 <= columns.min() < 12 and 628 < columns.max() < 640


@pytest.mark.parametrize(("row", "column"), [(0, 0), (230, 310), (0, 310), (120, 0)])
def test_patches_at_the_border_show_what_the_image_shows(row, column):
    depth = np.arange(240 * 320, dtype=np.float32).reshape(240, 320) + 1
    patch = patch_around(np.ones((10, 10), bool), (column, row), depth)
    rows, columns = in_image(patch, patch.mask)
    np.testing.assert_array_equal(patch.depth_m[patch.mask], depth[rows, columns])
    outside = np.ones(patch.depth_m.shape, bool)
    outside[patch.inside] = False
    assert (patch.depth_m[outside] == 0).all() and (patch.depth_m[~outside] > 0).all()


def test_a_thing_that_is_wholly_seen_is_not_cut():
    patch = mask_of(scene(), 0)
    assert cut_fraction(patch, body(patch, FOCAL, MAX_M), FOCAL) == 0


def test_a_thing_at_the_border_of_the_image_is_cut_there():
    depth = np.full((240, 320), 3.0, np.float32)
    depth[80:120, :60] = 2.0
    patch = patch_around(np.ones((40, 60), bool), (0, 80), depth)
    # One of its four sides: 40 of 200 pixels.
    assert cut_fraction(patch, body(patch, FOCAL, MAX_M), FOCAL) == pytest.approx(0.2, abs=0.04)


def test_a_thing_behind_another_is_cut_where_that_hides_it():
    depth = scene()
    depth[:, 145:] = 1.0
    patch = mask_of(depth, 0, columns=(100, 145))
    assert cut_fraction(patch, body(patch, FOCAL, MAX_M), FOCAL) == pytest.approx(
        40 / 170, abs=0.04
    )
