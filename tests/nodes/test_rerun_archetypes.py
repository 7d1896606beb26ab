from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cogmap.nodes.rerun import archetypes as draw
from cogmap.runtime.messages import FREE, OCCUPIED, UNKNOWN, OccupancyGrid, SurfaceUpdate


def surface(points: np.ndarray) -> SurfaceUpdate:
    points = np.ascontiguousarray(points, np.float32).reshape(-1, 3)
    colors = (np.arange(3 * len(points)) % 256).astype(np.uint8).reshape(-1, 3)
    return SurfaceUpdate(
        stamp_ns=0, chunk=(0, 0, 0), chunk_size_m=1.0, points=points, colors=colors
    )


def blob(archetype) -> np.ndarray:
    return np.frombuffer(bytes(archetype.blob.as_arrow_array()[0].as_py()), np.uint8)


@given(st.text(max_size=1000))
def test_printable_text_is_one_bounded_line_without_control_or_direction_characters(text):
    shown = draw.printable(text)
    assert len(shown) <= 301
    assert shown.isprintable()


def test_printable_keeps_ordinary_text_and_blanks_escapes():
    assert draw.printable("Tür 3: größer als 2 m") == "Tür 3: größer als 2 m"
    assert draw.printable("a\x1b[31m\u202eb\nc") == "a [31m b c"


@given(st.text(max_size=40))
def test_any_text_makes_one_part_of_an_entity_path(text):
    part = draw.entity_name(text)
    assert part
    assert "/" not in part.replace("\\/", "")


def test_colour_keeps_its_channels_and_is_shrunk_to_the_width():
    image = np.zeros((60, 120, 3), np.uint8)
    image[..., 0] = 200  # red
    decoded = cv2.imdecode(blob(draw.color_image(image, 30)), cv2.IMREAD_COLOR)
    assert decoded.shape == (15, 30, 3)
    assert np.abs(decoded.mean(axis=(0, 1)) - [0, 0, 200]).max() < 4  # BGR


def test_depth_values_are_exact_and_of_the_pixels_that_are_kept():
    depth = np.arange(40 * 90, dtype=np.uint16).reshape(40, 90)
    decoded = cv2.imdecode(blob(draw.depth_image(depth, 0.001, 30)), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(decoded, depth[::3, ::3])


@given(arrays(np.float32, (20, 3), elements=st.floats(-5, 5, width=32)), st.floats(-5, 5))
def test_split_at_height_loses_no_point_and_keeps_colours_with_points(points, z):
    whole = surface(points)
    low, high = draw.split_at_height(whole, z)
    assert (low.points[:, 2] <= z).all()
    assert (high.points[:, 2] > z).all()
    rows = lambda update: sorted(map(tuple, np.hstack([update.points, update.colors]).tolist()))  # noqa: E731
    assert sorted(rows(low) + rows(high)) == rows(whole)


def test_thinned_keeps_every_nth():
    whole = surface(np.random.default_rng(0).random((10, 3)))
    np.testing.assert_array_equal(draw.thinned(whole, 4).points, whole.points[[0, 4, 8]])
    np.testing.assert_array_equal(draw.thinned(whole, 4).colors, whole.colors[[0, 4, 8]])


@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_coarser_cells_are_occupied_where_any_cell_is(step):
    cells = np.random.default_rng(step).choice(
        np.array([UNKNOWN, FREE, OCCUPIED], np.uint8), (13, 10), p=[0.6, 0.3, 0.1]
    )
    coarse = draw.coarser(cells, step)
    for row in range(coarse.shape[0]):
        for column in range(coarse.shape[1]):
            covered = cells[row * step : (row + 1) * step, column * step : (column + 1) * step]
            assert coarse[row, column] == covered.max()


def test_floor_grid_is_bounded_and_its_first_row_lies_at_the_lowest_y():
    cells = np.zeros((1200, 30), np.uint8)
    cells[0, 0] = OCCUPIED
    grid = OccupancyGrid(stamp_ns=0, resolution_m=0.05, origin=(1.0, 2.0), cells=cells, floor_z=0.5)
    drawn = draw.floor_grid(grid)
    form = drawn.format.as_arrow_array()[0].as_py()
    assert (form["width"], form["height"]) == (10, 400)
    pixels = np.frombuffer(bytes(drawn.data.as_arrow_array()[0].as_py()), np.uint8)
    pixels = pixels.reshape(400, 10, 4)
    # Rerun puts the last row of the picture at the grid's origin.
    assert tuple(pixels[-1, 0]) == draw.CELL_COLORS[OCCUPIED]
    assert pixels[..., 3].astype(bool).sum() == 1
    assert drawn.cell_size.as_arrow_array()[0].as_py() == pytest.approx(0.15)


def test_bounds_ignore_the_ceiling_and_a_few_strays():
    rng = np.random.default_rng(0)
    room = rng.uniform([0, 0, 0], [4, 3, 2.6], (20_000, 3))
    strays = rng.uniform(-50, 50, (20, 3))
    bounds = draw.bounds_of([surface(room), surface(strays)], top_z=2.0)
    assert bounds is not None
    np.testing.assert_allclose(bounds.low, [0, 0, 0], atol=0.1)
    np.testing.assert_allclose(bounds.high, [4, 3, 2], atol=0.1)
    assert draw.bounds_of([], top_z=2.0) is None
