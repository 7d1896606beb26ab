"""Depth registration against what can be computed exactly: identity, scaling, planes, edges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.transform import Rotation

from cogmap.nodes.episodes.registration import register_depth, resize_depth, scale_intrinsics
from cogmap.runtime.messages import F64, U16, Intrinsics

SMALL = Intrinsics(width=32, height=24, fx=28.0, fy=27.0, cx=15.2, cy=11.9)
DEPTH = Intrinsics(width=160, height=120, fx=98.0, fy=98.0, cx=82.8, cy=60.5)
COLOR = Intrinsics(width=200, height=150, fx=190.0, fy=191.0, cx=100.0, cy=74.7)
BENT = Intrinsics(
    width=200, height=150, fx=190.0, fy=191.0, cx=100.0, cy=74.7, distortion=(0.3, -0.2, 0.001, 0.0)
)


def pose(rotation_deg: tuple[float, ...], translation: tuple[float, ...]) -> F64:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", rotation_deg, degrees=True).as_matrix()
    matrix[:3, 3] = translation
    return matrix


def plane_depth(camera: Intrinsics, normal: F64, distance: float) -> F64:
    """(H, W) metres along the axis to the plane normal . p = distance, for a pinhole camera."""
    v, u = np.mgrid[0 : camera.height, 0 : camera.width]
    rays = np.stack(
        [(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones(u.shape)], axis=-1
    )
    return distance / (rays @ normal)


def to_units(depth_m: F64, scale_m: float = 0.001) -> U16:
    return np.rint(depth_m / scale_m).astype(np.uint16)


depths = hnp.arrays(np.uint16, (24, 32), elements=st.integers(0, 65535))


@given(depths)
def test_identity_is_exact(depth):
    assert np.array_equal(register_depth(depth, SMALL, SMALL, np.eye(4)), depth)


@given(depths)
@settings(max_examples=30)
def test_identity_is_exact_also_where_it_is_computed(depth):
    """A motion too small to matter takes the general path and must still change nothing."""
    nearly = pose((0, 0, 0), (1e-8, 0, 0))
    error = register_depth(depth, SMALL, SMALL, nearly).astype(int) - depth
    assert np.abs(error).max() <= 1


@given(
    st.floats(-50, 50), st.floats(-50, 50), st.floats(0.5, 4),
    st.tuples(*[st.floats(-3, 3)] * 3), st.tuples(*[st.floats(-0.05, 0.05)] * 3),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_plane_lands_where_geometry_says(tilt_x, tilt_y, distance, rotation, translation):
    normal = Rotation.from_euler("xy", [tilt_x, tilt_y], degrees=True).apply([0, 0, 1.0])
    color_from_depth = pose(rotation, translation)
    seen = plane_depth(DEPTH, normal, distance)
    seen[(seen < 0.3) | (seen > 8)] = 0
    moved_normal = color_from_depth[:3, :3] @ normal
    expected = plane_depth(COLOR, moved_normal, distance + moved_normal @ color_from_depth[:3, 3])

    registered = register_depth(to_units(seen), DEPTH, COLOR, color_from_depth)

    inside = well_inside(expected, color_from_depth, seen)
    assert (registered[inside] > 0).all(), "holes"
    error = np.abs(registered[inside] * 0.001 - expected[inside])
    assert error.max(initial=0) < 0.002


def well_inside(expected: F64, color_from_depth: F64, seen: F64) -> np.ndarray:
    """(H, W) True where a colour pixel's point falls inside a smooth part of the depth image."""
    v, u = np.mgrid[0 : COLOR.height, 0 : COLOR.width]
    z = np.where((expected > 0.3) & (expected < 8), expected, np.nan)
    points = np.stack([(u - COLOR.cx) / COLOR.fx * z, (v - COLOR.cy) / COLOR.fy * z, z], axis=-1)
    back = np.linalg.inv(color_from_depth)
    x, y, z = np.moveaxis(points @ back[:3, :3].T + back[:3, 3], -1, 0)
    valid = np.isfinite(z)
    u = np.where(valid, np.nan_to_num(x / z * DEPTH.fx + DEPTH.cx), -1)
    v = np.where(valid, np.nan_to_num(y / z * DEPTH.fy + DEPTH.cy), -1)
    valid &= (u > 2) & (u < DEPTH.width - 3) & (v > 2) & (v < DEPTH.height - 3)
    u, v = np.where(valid, u, 3).astype(int), np.where(valid, v, 3).astype(int)
    around = np.stack(
        [
            seen[np.clip(v + dv, 0, DEPTH.height - 1), np.clip(u + du, 0, DEPTH.width - 1)]
            for du in range(-2, 4)
            for dv in range(-2, 4)
        ]
    )
    # Slopes of more than 2.5 % a pixel could as well be edges.
    return valid & (around.min(axis=0) > 0) & (around.max(axis=0) < 1.13 * around.min(axis=0))


def test_near_surface_hides_far_one_and_edges_stay_sharp():
    far, near = 3.0, 1.0
    depth = np.full((DEPTH.height, DEPTH.width), far)
    depth[30:90, 60:100] = near
    registered = register_depth(to_units(depth), DEPTH, COLOR, pose((0, 0, 0), (0.03, 0, 0)))
    values = set(np.unique(registered).tolist())
    assert values <= {0, 1000, 3000}, "no depth between the two surfaces may appear"
    # The near rectangle, 60 pixels high and moved by 3 cm at 1 m.
    columns = np.flatnonzero(registered[75] == 1000)
    left = (59.5 - DEPTH.cx) / DEPTH.fx * near + 0.03
    assert columns[0] == pytest.approx(left * COLOR.fx + COLOR.cx, abs=1.1)
    # Right in the middle nothing of the far surface shines through.
    rows, cols = slice(40, 110), slice(columns[0] + 2, columns[-1] - 1)
    assert (registered[rows, cols] == 1000).all()
    # What the near surface hides from the depth camera stays unknown.
    assert (registered[75] == 0).any()


def test_distorted_color_camera_sees_depth_where_its_pixels_look():
    depth = np.full((DEPTH.height, DEPTH.width), 2000, np.uint16)
    depth[:, 120:] = 0
    straight = register_depth(depth, DEPTH, COLOR, pose((0, 0, 0), (0.02, 0, 0)))
    bent = register_depth(depth, DEPTH, BENT, pose((0, 0, 0), (0.02, 0, 0)))
    assert set(np.unique(bent).tolist()) == {0, 2000}
    # Where a point of the edge appears in the bent image, by OpenCV.
    point = np.array([[(119.5 - DEPTH.cx) / DEPTH.fx * 2 + 0.02, -0.6, 2.0]])
    zero = np.zeros(3)
    edge, _ = cv2.projectPoints(point, zero, zero, BENT.matrix(), np.array(BENT.distortion))
    u, v = edge.reshape(2)
    assert np.flatnonzero(bent[round(v)])[-1] == pytest.approx(u, abs=1.1)
    assert np.flatnonzero(straight[round(v)])[-1] < u - 2
    assert (bent[20:130, 5:160] > 0).all(), "holes"


def test_everything_invalid_or_behind_stays_invalid():
    nothing = np.zeros((24, 32), np.uint16)
    behind = pose((0, 180, 0), (0, 0, 0))
    assert not register_depth(nothing, SMALL, SMALL, pose((0, 0, 0), (0.1, 0, 0))).any()
    assert not register_depth(nothing + 1000, SMALL, SMALL, behind).any()


def test_unit_of_depth_is_respected():
    depth = np.full((DEPTH.height, DEPTH.width), 10000, np.uint16)  # 2 m at 1/5000
    forward = pose((0, 0, 0), (0, 0, 0.5))
    registered = register_depth(depth, DEPTH, COLOR, forward, depth_scale_m=1 / 5000)
    assert set(np.unique(registered).tolist()) <= {0, 12500}


def test_same_camera_at_another_resolution_is_resized():
    depth = np.arange(24 * 32, dtype=np.uint16).reshape(24, 32)
    double = scale_intrinsics(SMALL, 64, 48)
    registered = register_depth(depth, SMALL, double, np.eye(4))
    assert np.array_equal(registered, np.kron(depth, np.ones((2, 2), np.uint16)))
    assert np.array_equal(resize_depth(registered, 32, 24), depth)


@given(st.integers(1, 300), st.integers(1, 300))
def test_scaled_intrinsics_see_the_same_directions(width, height):
    scaled = scale_intrinsics(SMALL, width, height)
    for fraction in (0.0, 0.3, 1.0):
        ray = (fraction * SMALL.width - 0.5 - SMALL.cx) / SMALL.fx
        assert (fraction * width - 0.5 - scaled.cx) / scaled.fx == pytest.approx(ray)
        ray = (fraction * SMALL.height - 0.5 - SMALL.cy) / SMALL.fy
        assert (fraction * height - 0.5 - scaled.cy) / scaled.fy == pytest.approx(ray)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r"expected shape \(24, 32\), got \(2, 3\)"):
        register_depth(np.zeros((2, 3), np.uint16), SMALL, SMALL, np.eye(4))
    with pytest.raises(ValueError, match="depth is 32x24, colour 64x20"):
        resize_depth(np.zeros((24, 32), np.uint16), 64, 20)
