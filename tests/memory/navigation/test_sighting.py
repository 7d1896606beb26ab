"""What somebody has before them, and what the picture cuts off."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import pytest

from cogmap.memory.navigation.known import Body, Known, Pose2
from cogmap.memory.navigation.sighting import is_before, is_hidden, with_whole
from cogmap.runtime.messages import ObjectView
from tests.memory.navigation.floors import known, open_floor, thing

BODY = Body()


def standing(center, size, here: Pose2, seen_s: float = 9.9) -> Known:
    cup = thing(3, "cup", center, size, last_seen_ns=round(seen_s * 1e9), state="present")
    return replace(known(open_floor(), objects=(cup,), stamp_ns=10**10), here=here)


@pytest.mark.parametrize(
    ("here", "seen_s", "before"),
    [
        (Pose2(2.2, 2.0, 0.0), 9.9, True),
        (Pose2(2.2, 2.0, 0.3), 9.9, True),
        (Pose2(2.2, 2.0, 0.6), 9.9, False),
        (Pose2(2.2, 2.0, math.pi), 9.9, False),
        (Pose2(1.5, 2.0, 0.0), 9.9, False),
        (Pose2(2.2, 2.0, 0.0), 8.0, False),
    ],
)
def test_a_thing_is_before_who_is_near_looks_at_it_and_sees_it_now(here, seen_s, before) -> None:
    floor = standing((3.0, 2.0, 0.8), (0.1, 0.1, 0.1), here, seen_s)
    assert is_before(floor.layout.objects[0], floor, BODY) is before


def test_what_hangs_high_is_hidden_from_who_stands_right_under_it() -> None:
    floor = standing((5.0, 2.0, 1.75), (0.05, 1.0, 0.6), Pose2(1.0, 2.0, 0.0))
    picture = floor.layout.objects[0]
    assert is_hidden(picture, (4.6, 2.0), floor, BODY)
    assert not is_hidden(picture, (2.0, 2.0), floor, BODY)


def test_of_a_basket_at_ones_feet_the_rim_alone_is_seen() -> None:
    """From 0.9 m off a camera at 1.35 m sees no lower than 0.4 m."""
    floor = standing((3.0, 2.0, 0.45), (0.3, 0.3, 0.1), Pose2(2.1, 2.0, 0.0))
    (rim,) = floor.layout.objects
    (whole,) = with_whole(floor, (rim,), BODY).layout.objects
    assert whole.box.center[2] - whole.box.size[2] / 2 == pytest.approx(0.0)
    assert whole.box.center[2] + whole.box.size[2] / 2 == pytest.approx(0.5)
    afar = replace(floor, here=Pose2(0.5, 2.0, 0.0))
    assert with_whole(afar, (rim,), BODY) is afar


def test_what_was_once_seen_whole_is_no_larger() -> None:
    floor = standing((3.0, 2.0, 0.45), (0.3, 0.3, 0.1), Pose2(2.1, 2.0, 0.0))
    for cut, larger in ((0.0, False), (0.4, True)):
        view = ObjectView(keyframe=1, box=(0.0, 0.0, 9.0, 9.0), pixels=81, cut=cut)
        board = msgspec.structs.replace(floor.layout.objects[0], views=(view,))
        layout = msgspec.structs.replace(floor.layout, objects=(board,))
        seen = replace(floor, layout=layout)
        assert (with_whole(seen, (board,), BODY) is not seen) == larger


def test_what_ends_high_above_the_camera_goes_on() -> None:
    floor = standing((3.0, 2.0, 1.6), (0.05, 0.8, 0.5), Pose2(1.0, 2.0, 0.0))
    (seen,) = floor.layout.objects
    (whole,) = with_whole(floor, (seen,), BODY).layout.objects
    assert whole.box.center[2] + whole.box.size[2] / 2 == pytest.approx(2.0)
    low = standing((3.0, 2.0, 1.1), (0.05, 0.8, 0.5), Pose2(1.0, 2.0, 0.0))
    assert with_whole(low, low.layout.objects, BODY) is low


def test_of_a_cabinet_on_the_wall_the_lower_edge_is_seen_from_near_by() -> None:
    floor = standing((3.0, 2.0, 1.49), (0.35, 0.6, 0.16), Pose2(2.1, 2.0, 0.0))
    (whole,) = with_whole(floor, floor.layout.objects, BODY).layout.objects
    assert whole.box.center[2] + whole.box.size[2] / 2 == pytest.approx(2.0)
    assert whole.box.center[2] - whole.box.size[2] / 2 == pytest.approx(1.41)
