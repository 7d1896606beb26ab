"""Stretches of time in a known walk."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.programs.errors import ProgramError
from cogmap.memory.programs.operations.intervals import _joined
from cogmap.memory.programs.run import answer_program, run_program
from cogmap.memory.programs.values import Interval, Time
from cogmap.memory.programs.world import World
from cogmap.memory.trajectory import Trajectory

SECOND = 10**9


def walked(flat: World, places, every_s: int = 1) -> World:
    """The flat, with a frame every so many seconds at each of ``places`` (x, y)."""
    trajectory = Trajectory()
    trajectory.add_keyframe(0, np.eye(4))
    for number, (x, y) in enumerate(places):
        pose = np.eye(4)
        pose[:3, 3] = x, y, 1.5
        trajectory.add(number, number * every_s * SECOND, 0, pose)
    return World(flat.layout, trajectory=trajectory)


LIVING, KITCHEN, BETWEEN = (2.0, 2.0), (7.0, 2.0), (5.0, 2.0)


def test_visits_begin_and_end_with_the_frames_inside(flat):
    world = walked(flat, [LIVING, LIVING, BETWEEN, KITCHEN, KITCHEN, BETWEEN, BETWEEN, KITCHEN])
    assert run_program(world, 'visits(room("kitchen"))').value == (
        Interval(Time(3 * SECOND), Time(4 * SECOND)),
        Interval(Time(7 * SECOND), Time(7 * SECOND)),
    )
    assert run_program(world, 'count(visits(room("kitchen")))').value.value == 2
    total = run_program(world, 'sum([duration(v) for v in visits(room("living room"))])').value
    assert math.isclose(total.value, 1.0)


def test_a_room_that_was_never_entered_has_no_last_visit(flat):
    world = walked(flat, [LIVING, LIVING])
    answer = answer_program(world, 'last_visit(room("kitchen"))')
    assert (answer.status, answer.text) == ("not_seen", "the camera was never in kitchen 2")


def test_an_interval_is_said_with_its_ends(flat):
    answer = answer_program(flat, "interval(time(1), time(2.5))")
    assert answer.text == "from 1.0 s to 2.5 s after the start"
    assert (answer.value, answer.unit) == ((1.0, 2.5), "s")
    assert run_program(flat, "during(time(2), interval(time(1), time(2.5)))").value is True
    assert run_program(flat, "during(time(3), interval(time(1), time(2.5)))").value is False


def test_an_interval_that_ends_before_it_begins_is_refused(flat):
    with pytest.raises(ProgramError, match="earlier"):
        run_program(flat, "interval(time(2), time(1))")


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 50)), max_size=20),
       st.integers(0, 30))  # fmt: skip
def test_joined_spans_are_apart_and_lose_nothing(spans, gap):
    rows = np.array(sorted((a, a + length) for a, length in spans), np.int64).reshape(-1, 2)
    found = _joined(rows, gap)
    for one, other in pairwise(found):
        assert other.start.stamp_ns - one.end.stamp_ns > gap
    for first, last in rows.tolist():
        assert any(f.start.stamp_ns <= first and last <= f.end.stamp_ns for f in found)


def test_who_is_in_a_room_in_frames_far_apart_has_stayed_there(flat):
    """Of a map that was given a frame every two seconds, each is not a visit of its own."""
    world = walked(flat, [KITCHEN] * 5 + [LIVING] + [KITCHEN] * 3, every_s=2)
    assert run_program(world, 'visits(room("kitchen"))').value == (
        Interval(Time(0), Time(8 * SECOND)),
        Interval(Time(12 * SECOND), Time(16 * SECOND)),
    )


def test_two_frames_an_hour_apart_are_two_visits(flat):
    world = walked(flat, [KITCHEN, KITCHEN], every_s=3600)
    assert run_program(world, 'count(visits(room("kitchen")))').value.value == 2
