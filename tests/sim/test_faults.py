"""Faults spoil the frames of their time, and no others."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.runtime.messages import Frame, Intrinsics
from cogmap.sim.faults import Fault, FrameFaults, OfFrames

CAMERA = Intrinsics(width=16, height=12, fx=13.0, fy=13.0, cx=7.5, cy=5.5)
OF_FRAMES = get_args(OfFrames)


def frame(number: int) -> Frame:
    rng = np.random.default_rng(number)
    pose = np.eye(4)
    pose[0, 3] = number
    return Frame(
        stamp_ns=number * 10**8,
        number=number,
        intrinsics=CAMERA,
        color=rng.integers(0, 255, (12, 16, 3)).astype(np.uint8),
        depth=rng.integers(500, 4000, (12, 16)).astype(np.uint16),
        world_from_camera=pose,
    )


def same(one: Frame, other: Frame) -> bool:
    return (
        one.stamp_ns == other.stamp_ns
        and one.depth_scale_m == other.depth_scale_m
        and np.array_equal(one.color, other.color)
        and np.array_equal(one.depth, other.depth)
        and one.world_from_camera is not None
        and other.world_from_camera is not None
        and np.array_equal(one.world_from_camera, other.world_from_camera)
    )


@given(kind=st.sampled_from(OF_FRAMES), begin=st.integers(1, 20), length=st.integers(0, 20))
def test_only_the_frames_of_its_time(kind, begin, length):
    fault = Fault(kind=kind, begin=begin, end=begin + length, amount=2.0)
    faults = FrameFaults([fault])
    for number in range(40):
        good = frame(number)
        spoiled = faults.spoiled(good)
        assert spoiled.number == number
        assert same(spoiled, good) != fault.holds(number)


def test_a_frozen_camera_repeats_the_last_good_picture_under_new_poses():
    faults = FrameFaults([Fault(kind="frozen", begin=3, end=6)])
    spoiled = [faults.spoiled(frame(number)) for number in range(8)]
    for number in (3, 4, 5):
        np.testing.assert_array_equal(spoiled[number].color, frame(2).color)
        assert spoiled[number].world_from_camera[0, 3] == number
    np.testing.assert_array_equal(spoiled[6].color, frame(6).color)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="begin 5 and end 3"):
        Fault(kind="frozen", begin=5, end=3)
    with pytest.raises(ValueError, match="finite"):
        Fault(kind="clock_step", amount=float("nan"))
