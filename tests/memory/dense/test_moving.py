from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.dense.moving import MARGIN_PX, without_moving_things
from cogmap.runtime.messages import Detection, Detections, Frame, Intrinsics

CAMERA = Intrinsics(width=64, height=48, fx=50, fy=50, cx=31.5, cy=23.5)
FRAME = Frame(stamp_ns=0, number=0, intrinsics=CAMERA, depth=np.full((48, 64), 2000, np.uint16))


def with_detection(detection: Detection) -> Detections:
    return Detections(
        stamp_ns=0, number=0, width=64, height=48, detector="d", detections=(detection,)
    )


def test_the_depth_of_a_person_is_left_out_and_the_rest_stays():
    person = Detection(label="person", mask=np.ones((10, 8), np.bool_), corner=(30, 20))
    depth = without_moving_things(FRAME, with_detection(person), {"person"}).depth
    expected = np.full((48, 64), 2000)
    expected[20 - MARGIN_PX : 30 + MARGIN_PX, 30 - MARGIN_PX : 38 + MARGIN_PX] = 0
    assert np.array_equal(depth, expected)


def test_without_a_moving_thing_the_frame_is_the_same():
    chair = Detection(label="chair", mask=np.ones((48, 64), np.bool_))
    assert without_moving_things(FRAME, with_detection(chair), {"person"}) is FRAME


def test_of_a_box_alone_all_is_left_out():
    person = Detection(label="person", box=(-5.0, 10.0, 5.0, 20.0))
    depth = without_moving_things(FRAME, with_detection(person), {"person"}).depth
    assert not depth[10:20, :5].any()
    assert (depth[:, 5 + MARGIN_PX + 1 :] == 2000).all()


@pytest.mark.parametrize("corner", [(-4, -4), (60, 44), (100, 100), (-100, -100)])
def test_a_mask_off_the_image_is_cut(corner):
    person = Detection(label="person", mask=np.ones((8, 8), np.bool_), corner=corner)
    depth = without_moving_things(FRAME, with_detection(person), {"person"}).depth
    near = abs(corner[0]) < 64
    assert (depth == 0).any() == near
