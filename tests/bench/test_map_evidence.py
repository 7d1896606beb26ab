from __future__ import annotations

import numpy as np
import pytest

from cogmap.bench.map_evidence import seen_through, within_reach
from cogmap.runtime.messages import Box, Intrinsics, Observation

CAMERA = Intrinsics(width=320, height=240, fx=240, fy=240, cx=159.5, cy=119.5)
AHEAD = np.array([[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 1], [0, 0, 0, 1]], np.float64)
"""Looks along world x from a height of 1 m."""
BOX = Box(center=(2, 0, 1), size=(0.3, 0.4, 0.5), yaw=0.4)


def observation(depth_mm: int, camera: Intrinsics = CAMERA) -> Observation:
    step = camera.width // 160
    return Observation(
        stamp_ns=0,
        number=0,
        verdict="fused",
        intrinsics=camera,
        world_from_camera=AHEAD,
        depth_view=np.full((camera.height // step, camera.width // step), depth_mm, np.uint16),
        depth_view_step=step,
    )


@pytest.mark.parametrize(
    ("depth_mm", "expected"),
    [(3000, True), (0, False), (1000, False), (1850, False), (2300, True)],
    ids=["wall behind", "no depth", "occluder", "it stands there", "just behind"],
)
def test_only_what_lies_behind_is_evidence(depth_mm: int, expected: bool):
    assert seen_through(BOX, observation(depth_mm)) is expected


def test_a_place_outside_the_image_is_not_seen():
    for center in [(2, 3, 1), (-2, 0, 1), (2, 0, 3)]:
        box = Box(center=center, size=BOX.size)
        assert not seen_through(box, observation(4000))


def test_below_a_seat_one_sees_through_while_it_stands_there():
    for upper_mm in (1850, 0):
        seat = observation(3000)
        assert seat.depth_view is not None
        seat.depth_view[:60] = upper_mm
        assert not seen_through(BOX, seat)


def test_too_small_to_be_clear():
    far_cup = Box(center=(4, 0, 1), size=(0.08, 0.08, 0.08))
    near_cup = Box(center=(1, 0, 1), size=(0.08, 0.08, 0.08))
    assert not seen_through(far_cup, observation(4900))
    assert seen_through(near_cup, observation(4900))


def test_a_larger_image_is_no_clearer():
    vga = Intrinsics(width=640, height=480, fx=480, fy=480, cx=319.5, cy=239.5)
    for x in np.linspace(0.8, 4, 30):
        box = Box(center=(float(x), 0, 1), size=(0.15, 0.15, 0.15))
        seen = [seen_through(box, observation(4900, each)) for each in (CAMERA, vga)]
        assert seen[0] == seen[1]


def test_without_pose_or_depth_nothing_is_seen():
    blind = Observation(stamp_ns=0, number=0, verdict="lost", intrinsics=CAMERA)
    assert not seen_through(BOX, blind)


@pytest.mark.parametrize(("x", "expected"), [(2.0, True), (4.7, True), (4.9, False), (6.0, False)])
def test_what_the_depth_camera_would_cut_is_out_of_reach(x: float, expected: bool):
    box = Box(center=(x, 0, 1), size=(0.4, 0.4, 0.5), yaw=0.0)
    assert within_reach(box, observation(0), 5.0) is expected
