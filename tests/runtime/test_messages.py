"""What a message checks when it is made, beyond what the wire tests see."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from cogmap.runtime.messages import Frame, Intrinsics, ObjectView, SurfaceUpdate

CAMERA = Intrinsics(width=4, height=3, fx=3.5, fy=3.5, cx=1.5, cy=1.0)


def frame_with_gravity(down: tuple[float, float, float] | None) -> Frame:
    depth = np.zeros((3, 4), np.uint16)
    return Frame(stamp_ns=0, number=7, intrinsics=CAMERA, depth=depth, gravity_in_camera=down)


@pytest.mark.parametrize("count", [0, 4, 5, 8])
def test_lens_models_of_opencv_are_taken(count):
    camera = msgspec.structs.replace(CAMERA, distortion=(0.01,) * count)
    assert len(camera.distortion) == count


@pytest.mark.parametrize("count", [1, 2, 3, 6, 7, 9, 12, 14])
def test_other_numbers_of_lens_coefficients_are_refused(count):
    with pytest.raises(ValueError, match=rf"distortion \(0\.01.* has {count} numbers"):
        msgspec.structs.replace(CAMERA, distortion=(0.01,) * count)


@pytest.mark.parametrize("down", [None, (0.0, 1.0, 0.0), (0.0, 0.6, 0.8), (0.0, 0.0, -1.04)])
def test_a_direction_of_gravity_is_taken(down):
    assert frame_with_gravity(down).gravity_in_camera == down


@pytest.mark.parametrize(
    "down",
    [(0.0, 0.0, 0.0), (0.0, 9.81, 0.0), (0.0, 0.94, 0.0), (math.nan, 1.0, 0.0), (0, math.inf, 0)],
)
def test_gravity_that_is_no_direction_is_refused(down):
    with pytest.raises(ValueError, match=r"frame 7: gravity_in_camera \(.*unit length"):
        frame_with_gravity(down)


def test_the_box_of_a_view_may_be_as_large_as_numbers_are():
    assert ObjectView(keyframe=1, box=(0.0, 0.0, 1e308, 1e308), pixels=1, cut=0.0).box[2] == 1e308
    with pytest.raises(ValueError, match="not finite"):
        ObjectView(keyframe=1, box=(0.0, 0.0, math.inf, 1.0), pixels=1, cut=0.0)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("chunk_size_m", 0.0, "positive"),
        ("chunk_size_m", math.inf, "finite"),
        ("points", np.full((1, 3), np.nan, np.float32), "finite"),
    ],
)
def test_a_surface_that_cannot_be_is_refused(field, value, says):
    fields = {
        "stamp_ns": 0, "chunk": (0, 0, 0), "chunk_size_m": 1.0,
        "points": np.zeros((1, 3), np.float32), "colors": np.zeros((1, 3), np.uint8),
    }  # fmt: skip
    with pytest.raises(ValueError, match=says):
        SurfaceUpdate(**{**fields, field: value})
