from __future__ import annotations

import math
import time

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.geometry.camera import transform
from cogmap.memory.segments.lifting import LiftingConfig, lift
from cogmap.runtime.messages import Detection, Detections, Frame, Intrinsics, Segment

CAMERA = Intrinsics(width=640, height=480, fx=520.0, fy=520.0, cx=319.5, cy=239.5)
LEVEL = np.array([[0, 0, 1.0, 0], [-1, 0, 0, 0], [0, -1, 0, 1.2], [0, 0, 0, 1]])
"""A camera 1.2 m above the floor that looks along x."""
DEPTH = np.full((480, 640), 3.0, np.float32)
DEPTH[200:260, 300:380] = 2.0
DEFAULT = LiftingConfig()
MASK = np.zeros((480, 640), bool)
MASK[200:260, 300:380] = True


def lifted(*found: Detection, depth=DEPTH, config: LiftingConfig = DEFAULT):
    detections = Detections(
        stamp_ns=0, number=0, width=640, height=480, detector="test", detections=found
    )
    return lift(detections, depth, CAMERA, LEVEL, config)


def same(a: Segment, b: Segment) -> bool:
    return msgspec.to_builtins(a, enc_hook=lambda array: array.tolist()) == msgspec.to_builtins(
        b, enc_hook=lambda array: array.tolist()
    )


def test_a_mask_becomes_the_surface_that_it_shows():
    (segment,) = lifted(Detection(label="cup", score=0.7, mask=MASK)).segments
    assert (segment.label, segment.score, segment.cut) == ("cup", 0.7, 0.0)
    assert segment.box == (299.5, 199.5, 379.5, 259.5)  # its pixels 300..379, 200..259
    assert segment.pixels == pytest.approx(60 * 80, rel=0.1)
    assert segment.points[:, 2] == pytest.approx(2.0)
    low, high = segment.points.min(axis=0), segment.points.max(axis=0)
    assert high[:2] - low[:2] == pytest.approx([80 / 520 * 2, 60 / 520 * 2], abs=0.015)


def test_a_person_in_the_plane_of_a_wall_is_a_picture_and_no_person():
    wall = np.full((480, 640), 3.0, np.float32)
    box = (279.5, 139.5, 359.5, 299.5)
    (picture,) = lifted(Detection(label="picture", box=box), depth=wall).segments
    assert picture.pixels == pytest.approx(80 * 160, rel=0.1)
    person = lifted(Detection(label="person", box=box), depth=wall)
    assert not person.segments
    assert person.refused == {"nothing stands out in the box": 1}


def test_points_of_a_box_lie_on_it(room):
    frame: Frame = room.frame(0, room.look(-1.2, 0.0))
    mask = frame.color[..., 0] == 120  # the room's box, as it is rendered
    detections = Detections(
        stamp_ns=0, number=0, width=160, height=120, detector="test",
        detections=(Detection(mask=mask),),
    )  # fmt: skip
    (segment,) = lift(
        detections, frame.depth_m(), frame.intrinsics, frame.world_from_camera
    ).segments
    points = transform(frame.world_from_camera, segment.points.astype(float))
    assert (points > np.array([0.5, -0.3, 0.013]) - 0.01).all()
    assert (points < np.array([1.0, 0.3, 0.713]) + 0.01).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(-900, 900), st.integers(-900, 900), st.integers(1, 4))
def test_a_part_of_the_image_is_the_same_as_the_whole(column, row, scale):
    """A mask that begins anywhere, also off the image, is lifted where it is."""
    mask = np.ones((150 * scale, 150 * scale), bool)
    whole = np.zeros((480, 640), bool)
    whole[
        max(0, row) : max(0, row + 150 * scale), max(0, column) : max(0, column + 150 * scale)
    ] = 1
    a, b = lifted(Detection(mask=mask, corner=(column, row))), lifted(Detection(mask=whole))
    assert len(a.segments) == len(b.segments)
    assert all(map(same, a.segments, b.segments))
    assert sum(a.refused.values()) == sum(b.refused.values()) == 1 - len(a.segments)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (Detection(), "neither mask nor box"),
        (Detection(mask=np.zeros((480, 640), bool)), "empty mask"),
        (Detection(mask=np.zeros((0, 0), bool)), "empty mask"),
        (Detection(mask=np.ones((9, 9), bool), corner=(640, 0)), "off the image"),
        (Detection(mask=np.ones((9, 9), bool), corner=(-9, -9)), "off the image"),
        (Detection(mask=np.ones((9, 9), bool), corner=(10**12, -(10**12))), "off the image"),
        (Detection(mask=np.ones((9, 9, 3), bool)), "bad mask"),
        (Detection(mask=np.ones((3, 3), bool)), "no depth"),
        (Detection(box=(math.nan, 0, 10, 10)), "bad box"),
        (Detection(box=(0, 0, math.inf, 10)), "bad box"),
        (Detection(box=(5, 5, 5, 9)), "bad box"),
        (Detection(box=(9, 9, 5, 5)), "bad box"),
        (Detection(box=(700, 10, 800, 90)), "off the image"),
        (Detection(box=(-90, -90, -10, -10)), "off the image"),
        (Detection(mask=MASK, score=0.0), "bad score"),
        (Detection(mask=MASK, score=-1.0), "bad score"),
        (Detection(mask=MASK, score=1.5), "bad score"),
        (Detection(mask=MASK, score=math.nan), "bad score"),
    ],
)
def test_what_cannot_be_used_is_refused_and_counted(bad, reason):
    result = lifted(bad, Detection(label="good", mask=MASK))
    assert [segment.label for segment in result.segments] == ["good"]
    assert result.refused == {reason: 1}


def test_without_depth_nothing_is_lifted():
    nothing = np.zeros_like(DEPTH)
    result = lifted(Detection(mask=MASK), Detection(box=(300, 200, 380, 260)), depth=nothing)
    assert not result.segments
    assert sum(result.refused.values()) == 2


@pytest.mark.parametrize(
    "embedding", [np.full(8, np.nan), np.zeros(8), np.array([np.inf, 1]), np.zeros(0)]
)
def test_an_embedding_without_direction_is_dropped_and_counted(embedding):
    result = lifted(Detection(mask=MASK, embedding=embedding.astype(np.float32)))
    assert result.segments[0].embedding is None
    assert result.refused == {"bad embedding": 1}


def test_embeddings_get_unit_length():
    (segment,) = lifted(Detection(mask=MASK, embedding=np.array([3, 4], np.float32))).segments
    assert segment.embedding.dtype == np.float32
    assert segment.embedding == pytest.approx([0.6, 0.8])


@given(st.text(alphabet=st.characters(), max_size=300))
def test_labels_of_any_text_become_short_and_printable(label):
    (segment,) = lifted(Detection(mask=MASK, label=label, other_labels={label: 0.5})).segments
    assert len(segment.label) <= 64 and segment.label.isprintable()
    msgspec.msgpack.encode(segment.label)
    msgspec.msgpack.encode(segment.other_labels)


def test_its_colour_is_that_of_its_own_surface():
    color = np.zeros((480, 640, 3), np.uint8)
    color[200:260, 300:380] = (255, 0, 0)
    found = Detections(
        stamp_ns=0, number=0, width=640, height=480, detector="test",
        detections=(Detection(mask=MASK),),
    )  # fmt: skip
    (segment,) = lift(found, DEPTH, CAMERA, LEVEL, color=color).segments
    assert segment.color == pytest.approx((53.24, 80.09, 67.2), abs=0.3)  # sRGB's red in CIELAB
    assert lift(found, DEPTH, CAMERA, LEVEL).segments[0].color is None


def test_labels_are_cut_and_cleaned():
    label = "  coffee\x00\x1b[31m\n cup\ud800 " + "x" * 10**6
    (segment,) = lifted(Detection(mask=MASK, label=label)).segments
    assert segment.label.startswith("coffee [31m cup xxx") and len(segment.label) == 64


def test_other_labels_keep_the_likeliest_good_ones():
    others = {f"thing {i}": i / 100 for i in range(1, 60)} | {"bad": math.nan, "worse": 7.0}
    (segment,) = lifted(Detection(mask=MASK, other_labels=others)).segments
    assert segment.other_labels == {f"thing {i}": i / 100 for i in range(44, 60)}


def test_segments_are_thin_and_bounded():
    near = np.full((480, 640), 0.8, np.float32)
    everything = Detection(mask=np.ones((480, 640), bool))
    (segment,) = lifted(everything, depth=near).segments
    assert len(segment.points) == 400
    config = LiftingConfig(thin_m=0.2, max_points=10**6)
    (segment,) = lifted(everything, depth=near, config=config).segments
    cubes = np.floor(segment.points.astype(np.float64) / 0.2 + 1e-6)
    assert len(np.unique(cubes, axis=0)) == len(segment.points)


def test_noise_is_averaged_out():
    noisy = DEPTH + np.random.default_rng(0).normal(0, 0.01, DEPTH.shape).astype(np.float32)
    (segment,) = lifted(Detection(mask=MASK), depth=noisy).segments
    assert np.std(segment.points[:, 2]) < 0.006


def test_a_box_becomes_what_stands_out_in_it():
    (segment,) = lifted(Detection(box=(280, 180, 400, 280))).segments
    assert segment.points[:, 2] == pytest.approx(2.0)
    assert segment.box == pytest.approx((299.5, 199.5, 379.5, 259.5), abs=3)


def test_the_same_detections_give_the_same_segments():
    noisy = DEPTH + np.random.default_rng(0).normal(0, 0.01, DEPTH.shape).astype(np.float32)
    found = (Detection(mask=MASK), Detection(box=(280, 180, 400, 280)))
    first, second = lifted(*found, depth=noisy), lifted(*found, depth=noisy)
    assert all(map(same, first.segments, second.segments))


def test_twenty_masks_take_a_few_milliseconds():
    found = [Detection(mask=MASK[200:260, 300:380], corner=(300, 200))] * 20
    times = []
    for _ in range(7):
        began = time.process_time()
        assert len(lifted(*found).segments) == 20
        times.append(time.process_time() - began)
    assert min(times) < 0.05  # 4 ms on a quiet machine; slow ones pass, a slow method does not
