from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.geometry.camera import backproject, project, rectifier, rectify
from cogmap.runtime.messages import Frame, Intrinsics

PINHOLE = Intrinsics(width=160, height=120, fx=130.0, fy=128.0, cx=79.0, cy=61.0)
KINECT = Intrinsics(
    width=640,
    height=480,
    fx=517.3,
    fy=516.5,
    cx=318.6,
    cy=255.3,
    distortion=(0.2624, -0.9531, -0.0054, 0.0026, 1.1633),
)


def distorted(pixels: np.ndarray, camera: Intrinsics) -> np.ndarray:
    """Where the lens puts what a pinhole camera would see at ``pixels`` (N, 2)."""
    rays = backproject(pixels, np.ones(len(pixels)), camera)
    k, lens = camera.matrix(), np.array(camera.distortion)
    return cv2.projectPoints(rays, np.zeros(3), np.zeros(3), k, lens)[0][:, 0]


def test_rectifying_moves_a_mark_to_where_the_pinhole_sees_it():
    for pinhole_xy in ([80.0, 70.0], [318.0, 255.0], [560.0, 400.0]):
        seen = distorted(np.array([pinhole_xy]), KINECT)[0]
        y, x = np.mgrid[0:480, 0:640]
        mark = 200 * np.exp(-((x - seen[0]) ** 2 + (y - seen[1]) ** 2) / 18)
        color = np.repeat(mark.astype(np.uint8)[:, :, None], 3, axis=2)
        found = rectifier(KINECT).color(color)[:, :, 0].astype(float)
        center = [(found * x).sum() / found.sum(), (found * y).sum() / found.sum()]
        np.testing.assert_allclose(center, pinhole_xy, atol=0.15)


def test_rectified_depth_has_only_depths_that_were_measured():
    depth = np.where(np.indices((480, 640)).sum(axis=0) // 16 % 2, 900, 3100).astype(np.uint16)
    assert set(np.unique(rectifier(KINECT).depth(depth))) <= {0, 900, 3100}


def test_color_and_depth_are_rectified_alike():
    value = (np.arange(640)[None, :] // 3 + np.zeros((480, 1))).astype(np.uint8)
    color = rectifier(KINECT).color(np.repeat(value[:, :, None], 3, axis=2))[:, :, 0]
    depth = rectifier(KINECT).depth(value.astype(np.float32))
    inside = np.s_[60:-60, 60:-60]
    assert np.abs(color[inside].astype(float) - depth[inside]).max() <= 1


def test_rectify_replaces_intrinsics_and_keeps_the_rest():
    frame = Frame(
        stamp_ns=5,
        number=3,
        intrinsics=KINECT,
        color=np.full((480, 640, 3), 90, np.uint8),
        depth=np.full((480, 640), 1500, np.uint16),
        world_from_camera=np.eye(4),
    )
    rectified = rectify(frame)
    assert rectified.intrinsics.distortion == ()
    assert (rectified.intrinsics.fx, rectified.intrinsics.cx) == (KINECT.fx, KINECT.cx)
    assert (rectified.number, rectified.stamp_ns) == (3, 5)
    assert rectified.depth is not None and rectified.depth[255, 318] == 1500
    assert rectified.depth[0, 0] == 0, "the lens did not see this corner"


@pytest.mark.parametrize("distortion", [(), (0.0, 0.0, 0.0, 0.0)])
def test_a_frame_without_distortion_is_left_alone(distortion):
    camera = Intrinsics(width=8, height=6, fx=9, fy=9, cx=4, cy=3, distortion=distortion)
    frame = Frame(stamp_ns=0, number=0, intrinsics=camera, depth=np.ones((6, 8), np.uint16))
    assert rectify(frame) is frame


def test_maps_are_computed_once_a_camera():
    assert rectifier(KINECT) is rectifier(KINECT)


@given(x=st.floats(0, 159), y=st.floats(0, 119), z=st.floats(0.1, 20))
def test_projecting_undoes_backprojecting(x, y, z):
    pixel = np.array([[x, y]])
    back, seen = project(backproject(pixel, np.array([z]), PINHOLE), np.eye(4), PINHOLE)
    np.testing.assert_allclose(back, pixel, atol=1e-9)
    assert seen.all()


def test_what_a_camera_does_not_see():
    points = np.array([[0, 0, -1], [0, 0, 0.01], [5, 0, 1], [np.nan, 0, 1], [0, 0, 1.0]])
    assert project(points, np.eye(4), PINHOLE)[1].tolist() == [False, False, False, False, True]
