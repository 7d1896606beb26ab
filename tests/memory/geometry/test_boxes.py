from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.geometry.boxes import (
    between,
    bounds,
    bounds_distance,
    canonical,
    contained_part_pairs,
    contains,
    corners,
    extent,
    footprint,
    footprint_distance,
    iou_3d,
    iou_3d_pairs,
    nearest_in_footprint,
    rows,
    surface_distance,
    surface_distance_pairs,
    volume,
)
from cogmap.runtime.messages import Box

number = st.floats(-3, 3, allow_nan=False, width=32)
length = st.floats(0.03125, 3, width=32)
boxes = st.builds(
    lambda center, size, yaw: Box(center=center, size=size, yaw=yaw),
    st.tuples(number, number, number),
    st.tuples(length, length, length),
    st.floats(-7, 7, width=32),
)


def at(x=0.0, y=0.0, z=0.0, size=(1.0, 1.0, 1.0), yaw=0.0) -> Box:
    return Box(center=(x, y, z), size=size, yaw=yaw)


def turned(box: Box, yaw: float, shift: tuple[float, float, float]) -> Box:
    c, s = math.cos(yaw), math.sin(yaw)
    x, y, z = box.center
    center = (c * x - s * y + shift[0], s * x + c * y + shift[1], z + shift[2])
    return Box(center=center, size=box.size, yaw=box.yaw + yaw)


def sampled_distance(a: Box, b: Box) -> float:
    """From a grid of points in each box: a little more than the distance."""
    grid = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, 6)] * 3), axis=-1).reshape(-1, 3)
    clouds = []
    for box in (a, b):
        local = grid * np.array(box.size)
        c, s = math.cos(box.yaw), math.sin(box.yaw)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        clouds.append(local @ turn + np.array(box.center))
    return float(np.linalg.norm(clouds[0][:, None] - clouds[1][None], axis=2).min())


def test_corners_of_a_turned_box():
    box = at(1, 2, 3, size=(4, 2, 6), yaw=math.pi / 2)
    expected = [(2, 0), (2, 4), (0, 4), (0, 0)]
    np.testing.assert_allclose(footprint(box), expected, atol=1e-12)
    np.testing.assert_allclose(corners(box)[:4, :2], expected, atol=1e-12)
    assert corners(box)[:, 2].tolist() == [0] * 4 + [6] * 4
    assert volume(box) == 48


def test_known_overlaps():
    a = at(size=(2, 2, 2))
    assert iou_3d(a, at(1, size=(2, 2, 2))) == pytest.approx(1 / 3)
    assert iou_3d(a, at(z=1, size=(2, 2, 2))) == pytest.approx(1 / 3)
    assert iou_3d(a, at(z=9, size=(2, 2, 2))) == 0
    # A square turned by 45 degrees cuts its corners off: an octagon is left.
    octagon = 8 * (math.sqrt(2) - 1)
    turned = at(size=(2, 2, 2), yaw=math.pi / 4)
    assert iou_3d(a, turned) == pytest.approx(octagon / (8 - octagon))


def test_known_distances():
    a = at(size=(2, 2, 2))
    assert surface_distance(a, at(4, size=(2, 2, 2))) == pytest.approx(2)
    assert surface_distance(a, at(4, 0, 5, size=(2, 2, 2))) == pytest.approx(math.hypot(2, 3))
    assert surface_distance(a, at(4, 5, 0, size=(2, 2, 2))) == pytest.approx(math.hypot(2, 3))
    assert surface_distance(a, at(2, size=(2, 2, 2))) == pytest.approx(0, abs=1e-9)
    assert surface_distance(a, at(size=(0.1, 0.1, 0.1))) == 0
    # A corner towards a face.
    diamond = at(3, size=(2, 2, 2), yaw=math.pi / 4)
    assert surface_distance(a, diamond) == pytest.approx(2 - math.sqrt(2))
    # A cross: no corner of one is in the other.
    assert surface_distance(at(size=(9, 1, 1)), at(size=(1, 9, 1), yaw=0.3)) == 0


@settings(deadline=None)
@given(boxes, boxes)
def test_iou_is_symmetric_and_bounded(a, b):
    assert 0 <= iou_3d(a, b) <= 1
    assert iou_3d(a, b) == pytest.approx(iou_3d(b, a), abs=1e-9)
    assert iou_3d(a, a) == pytest.approx(1, abs=1e-6)
    assert iou_3d(a, canonical(a)) == pytest.approx(1, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(boxes, boxes)
def test_boxes_that_overlap_are_at_distance_0_and_others_are_not(a, b):
    distance = surface_distance(a, b)
    assert distance == pytest.approx(surface_distance(b, a), abs=1e-9)
    if iou_3d(a, b) > 1e-9:
        assert distance == 0
    if distance > 1e-6:
        assert iou_3d(a, b) == 0
        assert not contains(a, corners(b)).any()
    sampled = sampled_distance(a, b)
    assert distance <= sampled + 1e-9
    coarse = (np.linalg.norm(a.size) + np.linalg.norm(b.size)) / 5
    assert sampled <= distance + coarse


@settings(deadline=None)
@given(boxes, boxes, st.floats(-7, 7), st.tuples(number, number, number))
def test_overlap_and_distance_do_not_depend_on_the_world(a, b, yaw, shift):
    a2, b2 = turned(a, yaw, shift), turned(b, yaw, shift)
    assert iou_3d(a2, b2) == pytest.approx(iou_3d(a, b), abs=1e-6)
    assert surface_distance(a2, b2) == pytest.approx(surface_distance(a, b), abs=1e-9)


@settings(deadline=None)
@given(boxes)
def test_canonical_yaw_names_the_same_box(box):
    same = canonical(box)
    assert 0 <= same.yaw < math.pi / 2
    first, second = corners(box), corners(same)
    apart = np.linalg.norm(first[:, None] - second[None], axis=2)
    assert apart.min(axis=1).max() < 1e-6


@given(boxes)
def test_a_box_is_what_lies_between_its_ends(box):
    same, want = between(*extent(box), box.yaw), canonical(box)
    np.testing.assert_allclose(rows([same]), rows([want]), atol=1e-9)


def test_a_yaw_just_below_0_is_canonical_too():
    assert canonical(at(yaw=-1e-18, size=(1, 2, 3))) == at(yaw=0.0, size=(1, 2, 3))


@settings(deadline=None)
@given(boxes)
def test_contains_what_is_inside_or_within_the_margin(box):
    outward = corners(box) - np.array(box.center)
    assert contains(box, np.array(box.center) + 0.99 * outward).all()
    outside = np.array(box.center) + 1.01 * outward
    assert not contains(box, outside).any()
    assert contains(box, outside, margin_m=0.01 * max(box.size)).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=6), st.lists(boxes, min_size=1, max_size=6))
def test_many_boxes_at_once(some, others):
    table = rows(some)
    assert [tuple(row) for row in table] == [(*b.center, *b.size, b.yaw) for b in some]
    limits = bounds(table)
    for box, limit in zip(some, limits, strict=True):
        np.testing.assert_allclose(corners(box).min(axis=0), limit[:3], atol=1e-9)
        np.testing.assert_allclose(corners(box).max(axis=0), limit[3:], atol=1e-9)
    rough = bounds_distance(limits, bounds(rows(others)))
    assert rough.shape == (len(some), len(others))
    pairs = [(a, b) for a in some for b in others]
    left, right = rows([a for a, _ in pairs]), rows([b for _, b in pairs])
    exact = surface_distance_pairs(left, right)
    assert (rough.ravel() <= exact + 1e-9).all()
    np.testing.assert_allclose(exact, [surface_distance(a, b) for a, b in pairs])
    np.testing.assert_allclose(
        iou_3d_pairs(left, right), [iou_3d(a, b) for a, b in pairs], atol=1e-12
    )


@given(boxes, boxes)
def test_the_contained_part_is_the_intersection_of_the_smaller(a, b):
    share = float(contained_part_pairs(rows([a]), rows([b]))[0])
    assert share == pytest.approx(float(contained_part_pairs(rows([b]), rows([a]))[0]), abs=1e-9)
    iou = iou_3d(a, b)
    common = iou / (1 + iou) * (volume(a) + volume(b))
    assert share == pytest.approx(min(common / min(volume(a), volume(b)), 1), abs=1e-6)
    assert contained_part_pairs(rows([a]), rows([a]))[0] == pytest.approx(1)


def test_no_boxes():
    none = rows([])
    assert bounds_distance(bounds(none), bounds(rows([at()]))).shape == (0, 1)
    assert len(iou_3d_pairs(none, none)) == len(surface_distance_pairs(none, none)) == 0


def test_sheets_and_points_overlap_themselves_and_have_distances():
    sheet, point = at(size=(1, 1, 0)), at(z=1, size=(0, 0, 0))
    assert iou_3d(sheet, sheet) == pytest.approx(1)
    assert iou_3d(point, point) == pytest.approx(1)
    assert iou_3d(sheet, point) == 0
    assert surface_distance(sheet, point) == pytest.approx(1, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(boxes, st.lists(st.tuples(number, number), min_size=1, max_size=20))
def test_places_are_as_far_from_a_box_as_from_its_polygon(box, places):
    spots, shape = np.array(places), shapely.Polygon(footprint(box))
    far = footprint_distance(box, spots)
    assert far == pytest.approx(shapely.distance(shape, shapely.points(spots)), abs=1e-9)
    nearest = nearest_in_footprint(box, spots)
    assert np.linalg.norm(spots - nearest, axis=1) == pytest.approx(far, abs=1e-9)
    assert shapely.distance(shape, shapely.points(nearest)) == pytest.approx(0, abs=1e-9)


def test_of_a_place_on_a_box_the_nearest_is_itself():
    spots = np.array([[0.2, -0.1], [3.0, 0.0]])
    nearest = nearest_in_footprint(at(size=(2, 1, 1)), spots)
    np.testing.assert_allclose(nearest, [[0.2, -0.1], [1.0, 0.0]], atol=1e-12)
    assert footprint_distance(at(size=(2, 1, 1)), spots).tolist() == [0.0, 2.0]
