from __future__ import annotations

import cv2
import msgspec
import numpy as np
import pytest

from cogmap.memory.segments.lifting import LiftingConfig
from cogmap.memory.segments.sightings import SightingConfig, SightingError, Sightings, require_fit
from cogmap.runtime.messages import (
    Detection,
    Detections,
    Frame,
    Intrinsics,
    Observation,
)
from cogmap.runtime.wire import decode, encode

CAMERA = Intrinsics(width=640, height=480, fx=520.0, fy=520.0, cx=319.5, cy=239.5)


def frame(number: int = 0, intrinsics: Intrinsics = CAMERA, color: bool = True) -> Frame:
    shape = (intrinsics.height, intrinsics.width)
    rng = np.random.default_rng(number)
    depth = np.full(shape, 3000, np.uint16)
    depth[200:260, 300:380] = 2000
    smooth = cv2.resize(rng.integers(0, 255, (6, 8, 3), np.uint8), shape[::-1])
    return Frame(
        stamp_ns=number, number=number, intrinsics=intrinsics, depth=depth,
        color=smooth if color else None, world_from_camera=np.eye(4),
    )  # fmt: skip


def detections(number: int = 0, size: tuple[int, int] = (640, 480), count: int = 1) -> Detections:
    thing = Detection(label="cup", mask=np.ones((60, 80), bool), corner=(300, 200))
    return Detections(
        stamp_ns=number, number=number, width=size[0], height=size[1], detector="test@1",
        embedding_space="clip", detections=(thing,) * count,
    )  # fmt: skip


def observation(number: int = 0, keyframe: int = 0) -> Observation:
    return Observation(
        stamp_ns=number, number=number, verdict="fused", intrinsics=CAMERA,
        world_from_camera=np.eye(4), keyframe=keyframe, keyframe_from_camera=np.eye(4),
    )  # fmt: skip


def complete(sightings: Sightings, number: int, found: Detections | None = None, keyframe: int = 0):
    image = frame(number)
    return sightings.complete(observation(number, keyframe), image, image.depth_m(), found)


def test_the_coarse_depth_is_every_so_many_th_pixel():
    seen = complete(Sightings(), 0)
    assert (seen.depth_view.shape, seen.depth_view_step) == ((120, 160), 4)
    np.testing.assert_array_equal(seen.depth_view, frame().depth[2::4, 2::4])
    assert seen.depth_view.flags.c_contiguous and seen.depth_scale_m == 0.001


@pytest.mark.parametrize(("width", "step"), [(100, 1), (160, 1), (319, 1), (320, 2), (1280, 8)])
def test_images_of_any_width_keep_enough_columns(width, step):
    camera = msgspec.structs.replace(CAMERA, width=width)
    image = frame(intrinsics=camera)
    seen = Sightings().complete(observation(), image, image.depth_m(), None)
    assert seen.depth_view_step == step
    assert seen.depth_view.shape[1] >= min(width, 160)


def test_detections_become_segments_and_say_who_looked():
    seen = complete(Sightings(), 0, detections())
    assert [segment.label for segment in seen.segments] == ["cup"]
    assert (seen.detector, seen.embedding_space, seen.late) == ("test@1", "clip", False)


def test_a_detector_that_saw_nothing_has_looked():
    seen = complete(Sightings(), 0, detections(count=0))
    assert (seen.detector, seen.segments) == ("test@1", ())


def test_refused_detections_are_counted():
    sightings = Sightings(SightingConfig(lifting=LiftingConfig(depth_max_m=1.0)))
    complete(sightings, 0, detections(count=3))
    complete(sightings, 1, detections(1))
    assert sightings.refused == {"no depth": 4}


def test_late_detections_get_the_pose_of_their_frame_and_nothing_else():
    sightings = Sightings()
    for number in range(4):
        assert not complete(sightings, number).segments
    late = sightings.late(detections(1))
    assert late.late and late.number == 1 and late.depth_view is None and late.image is None
    assert late.world_from_camera is not None and late.keyframe == 0
    at_once = complete(Sightings(), 1, detections(1))
    np.testing.assert_array_equal(late.segments[0].points, at_once.segments[0].points)


def test_a_frame_is_looked_at_once():
    sightings = Sightings()
    complete(sightings, 0)
    sightings.late(detections(0))
    with pytest.raises(SightingError, match="looked at already"):
        sightings.late(detections(0))
    complete(sightings, 1, detections(1))
    with pytest.raises(SightingError, match="frame 1"):
        sightings.late(detections(1))


def test_late_detections_of_an_unknown_or_old_frame_are_refused():
    sightings = Sightings(SightingConfig(remember_frames=3))
    for number in range(5):
        complete(sightings, number)
    for number in (-1, 0, 1, 5):
        with pytest.raises(SightingError, match=f"detections of frame {number}: "):
            sightings.late(detections(number))
    assert sightings.late(detections(2)).segments


def test_late_detections_of_the_wrong_size_do_not_use_up_their_frame():
    sightings = Sightings()
    complete(sightings, 0)
    with pytest.raises(SightingError, match="320x240"):
        sightings.late(detections(0, size=(320, 240)))
    assert sightings.late(detections(0)).segments


@pytest.mark.parametrize("found", [detections(1), detections(0, (639, 480)), detections(0, (0, 0))])
def test_detections_must_fit_their_frame(found):
    with pytest.raises(SightingError, match="do not fit frame 0"):
        require_fit(found, frame())
    with pytest.raises(SightingError, match="do not fit frame 0"):
        complete(Sightings(), 0, found)


def test_one_picture_a_reference_keyframe():
    sightings = Sightings()
    keyframes = [0, 0, 2, 2, 2, 5]
    pictured = [
        complete(sightings, number, keyframe=keyframe).image is not None
        for number, keyframe in enumerate(keyframes)
    ]
    assert pictured == [True, False, True, False, False, True]
    # What comes late of frames before the last keyframe starts no new round of pictures.
    assert sightings.late(detections(1)).image is None
    assert complete(sightings, 6, keyframe=5).image is None


def test_pictures_show_the_frame_and_are_not_too_wide():
    picture = complete(Sightings(), 0).image
    color = cv2.cvtColor(cv2.imdecode(picture, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    assert np.abs(color.astype(int) - frame().color).mean() < 4
    small = complete(Sightings(SightingConfig(image_width=100)), 0).image
    assert cv2.imdecode(small, cv2.IMREAD_COLOR).shape == (75, 100, 3)


def test_a_frame_without_colour_has_no_picture():
    image = frame(color=False)
    seen = Sightings().complete(observation(), image, image.depth_m(), detections())
    assert seen.image is None and seen.segments


def test_what_a_frame_showed_survives_the_wire_and_is_small():
    seen = complete(Sightings(), 0, detections())
    parts = encode(seen, stream="observation", seq=0, captured_ns=0)
    assert sum(len(bytes(part)) for part in parts) < 100_000
    read = decode([bytes(part) for part in parts]).message
    np.testing.assert_array_equal(read.depth_view, seen.depth_view)
    np.testing.assert_array_equal(read.segments[0].points, seen.segments[0].points)
    np.testing.assert_array_equal(read.image, seen.image)
