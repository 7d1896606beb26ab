from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cogmap.nodes.frame_join import FrameJoin
from cogmap.runtime.messages import Detections, Frame, Intrinsics

CAMERA = Intrinsics(width=2, height=2, fx=1, fy=1, cx=0.5, cy=0.5)


def frame(number: int) -> Frame:
    return Frame(
        stamp_ns=number, number=number, intrinsics=CAMERA, depth=np.ones((2, 2), np.uint16)
    )


def detections(number: int) -> Detections:
    return Detections(stamp_ns=number, number=number, width=2, height=2, detector="d")


def joined(join: FrameJoin, order: list[tuple[str, int]]) -> list[tuple[int, int | None]]:
    pairs = []
    for kind, number in order:
        if kind == "frame":
            join.add_frame(frame(number))
        else:
            join.add_detections(detections(number))
        pairs += join.ready()
    pairs += join.rest()
    return [(f.number, d and d.number) for f, d in pairs]


@given(st.data())
def test_what_comes_out_does_not_depend_on_which_stream_was_faster(data):
    frames = sorted(data.draw(st.sets(st.integers(0, 12))))
    seen = sorted(data.draw(st.sets(st.integers(0, 12))))
    turns = data.draw(st.permutations(["frame"] * len(frames) + ["detections"] * len(seen)))
    sources = {"frame": iter(frames), "detections": iter(seen)}
    join = FrameJoin()
    pairs = joined(join, [(turn, next(sources[turn])) for turn in turns])
    assert pairs == [(n, n if n in seen else None) for n in frames]
    assert join.unknown == len(set(seen) - set(frames))


def test_a_frame_waits_for_its_detections_and_no_longer():
    join = FrameJoin()
    join.add_frame(frame(0))
    join.add_frame(frame(1))
    assert list(join.ready()) == []
    join.add_detections(detections(0))
    assert [f.number for f, _ in join.ready()] == [0]
    join.add_detections(detections(2))
    assert [(f.number, d) for f, d in join.ready()] == [(1, None)]


def test_a_detector_that_says_nothing_holds_up_a_bounded_number_of_frames():
    join = FrameJoin(most_waiting=3)
    given = []
    for number in range(10):
        join.add_frame(frame(number))
        given += [f.number for f, d in join.ready() if d is None]
    assert given == [*range(7)]
