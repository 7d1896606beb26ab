from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.keyframe_choice import (
    KeyframeChoice,
    KeyframeChoiceConfig,
    KeyframeChoiceError,
)
from cogmap.memory.pictures import PictureError
from cogmap.runtime.messages import Intrinsics, Observation, Segment

CAMERA = Intrinsics(width=160, height=120, fx=120.0, fy=120.0, cx=79.5, cy=59.5)


def observation(number: int, turn: float = 0.0, **fields: Any) -> Observation:
    """A wall 2 m in front of a camera at the origin that looks along the floor."""
    c, s = math.cos(turn), math.sin(turn)
    pose = np.eye(4)
    pose[:3, :3] = [[s, 0, c], [-c, 0, s], [0, -1, 0]]
    defaults: dict[str, Any] = {
        "image": np.full(100, number % 256, np.uint8),
        "world_from_camera": pose,
        "depth_view": np.full((60, 80), 2000, np.uint16),
        "depth_view_step": 2,
    }
    return Observation(
        stamp_ns=number, number=number, verdict="fused", intrinsics=CAMERA, **defaults | fields
    )


def cup(pixels: int, cut: float = 0.0) -> Segment:
    points = np.array([[0, 0, 1.9], [0, 0.01, 1.9]], np.float32)
    return Segment(points=points, pixels=pixels, box=(0, 0, 9, 9), cut=cut, label="cup")


def test_a_new_direction_is_kept_and_the_same_view_is_not():
    choice = KeyframeChoice()
    assert choice.offer(observation(0)).kept
    assert not choice.offer(observation(1)).kept
    assert choice.offer(observation(2, turn=math.pi / 2)).kept
    assert choice.numbers() == (0, 2)
    assert choice.picture(2) == bytes([2] * 100)


def test_frames_without_picture_or_pose_are_not_kept():
    choice = KeyframeChoice()
    assert not choice.offer(observation(0, image=None)).kept
    assert not choice.offer(observation(1, world_from_camera=None)).kept
    assert choice.numbers() == ()


def test_a_clearly_better_view_of_an_object_is_kept():
    choice = KeyframeChoice()
    choice.offer(observation(0, segments=(cup(100),)))
    assert not choice.offer(observation(1, segments=(cup(140),))).kept
    assert not choice.offer(observation(2, segments=(cup(400, cut=0.9),))).kept
    assert choice.offer(observation(3, segments=(cup(200),))).kept


def test_over_budget_the_most_redundant_goes_first():
    choice = KeyframeChoice(KeyframeChoiceConfig(most=2))
    choice.offer(observation(0, turn=0.0))
    choice.offer(observation(1, turn=0.4))  # overlaps both neighbours
    offered = choice.offer(observation(2, turn=0.8))
    assert (offered.kept, offered.dropped) == (True, (1,))
    with pytest.raises(PictureError):
        choice.picture(1)


def test_the_best_view_of_an_object_outlives_a_redundant_one():
    choice = KeyframeChoice(KeyframeChoiceConfig(most=2, object_worth=1000))
    choice.offer(observation(0, turn=0.0))
    choice.offer(observation(1, turn=0.4, segments=(cup(100),)))
    assert choice.offer(observation(2, turn=0.8)).dropped == (0,)


def test_late_detections_tell_what_a_kept_picture_shows():
    choice = KeyframeChoice()
    choice.offer(observation(0))
    late = observation(0, segments=(cup(100),), late=True, depth_view=None, image=None)
    assert choice.offer(late).kept
    assert not choice.offer(observation(1, segments=(cup(100),))).kept


def test_a_picture_larger_than_the_budget_is_refused_and_costs_nothing():
    choice = KeyframeChoice(KeyframeChoiceConfig(most_bytes=250))
    choice.offer(observation(0))
    huge = observation(1, turn=2.0, image=np.zeros(300, np.uint8))
    assert not choice.offer(huge).kept
    assert choice.numbers() == (0,)


turns = st.lists(st.floats(0, 2 * math.pi), min_size=1, max_size=15)


@settings(max_examples=20, deadline=None)
@given(turns, st.integers(1, 4))
def test_budget_holds_and_a_restored_choice_goes_on_the_same(turns: list[float], most: int):
    config = KeyframeChoiceConfig(most=most, most_bytes=350)
    choice = KeyframeChoice(config)
    half = len(turns) // 2
    for number, turn in enumerate(turns[:half]):
        choice.offer(observation(number, turn))
    again = KeyframeChoice.from_state(choice.state(), config)
    for number, turn in enumerate(turns[half:], half):
        seen = observation(number, turn)
        assert again.offer(seen) == choice.offer(seen)
        assert 1 <= len(choice.numbers()) <= min(most, 3)
        assert choice.pictures.bytes <= 350
    for name, array in choice.state().items():
        np.testing.assert_array_equal(again.state()[name], array)


@pytest.mark.parametrize(
    "bad", [{"most": 0}, {"most_bytes": 0}, {"cell_m": 0.0}, {"reach_m": -1.0}]
)
def test_values_that_cannot_work_are_refused(bad: dict[str, Any]):
    with pytest.raises(KeyframeChoiceError, match=next(iter(bad))):
        KeyframeChoiceConfig(**bad)
