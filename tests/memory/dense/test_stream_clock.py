"""Stamps go on whatever is done to the clock of a source."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.dense.stream_clock import StreamClock

SECOND = 10**9
PERIOD = SECOND // 15


def taken(clock: StreamClock, stamps: list[int], first: int = 0) -> list[tuple[int, str | None]]:
    return [clock.take(first + i, stamp) for i, stamp in enumerate(stamps)]


def stream(steps: dict[int, int], count: int = 60) -> list[int]:
    """Stamps of a camera of 15 Hz whose clock is set by ``steps[number]`` at a number."""
    shift, stamps = 0, []
    for number in range(count):
        shift += steps.get(number, 0)
        stamps.append(number * PERIOD + shift)
    return stamps


def test_a_clock_that_runs_is_left_alone():
    stamps = stream({})
    assert taken(StreamClock(), stamps) == [(stamp, None) for stamp in stamps]


def test_a_clock_that_is_set_back():
    """Two frames are lost; those after it go on a period apart, as if nothing had been."""
    out = taken(StreamClock(), stream({30: -3600 * SECOND}))
    assert [number for number, (_, verdict) in enumerate(out) if verdict] == [30, 31]
    assert {verdict for _, verdict in out} == {None, "time_backwards"}
    good = [stamp for stamp, verdict in out if verdict is None]
    assert good == [n * PERIOD for n in range(60) if n not in (30, 31)]


def test_a_clock_that_is_set_ahead_is_believed_by_the_second_frame():
    out = taken(StreamClock(), stream({30: 3600 * SECOND}))
    assert [(n, v) for n, (_, v) in enumerate(out) if v] == [(30, "time_leap")]
    assert out[31][0] == 31 * PERIOD + 3600 * SECOND


def test_one_odd_stamp_ahead_is_dropped():
    out = taken(StreamClock(), stream({30: 3600 * SECOND, 31: -3600 * SECOND}))
    assert [(n, v) for n, (_, v) in enumerate(out) if v] == [(30, "time_leap")]
    assert out[-1][0] == 59 * PERIOD


def test_a_player_that_is_moved_back_is_left_alone():
    """Its numbers go back, too: what it shows again is not new."""
    clock = StreamClock()
    taken(clock, stream({}))
    again = [clock.take(number, number * PERIOD) for number in range(20)]
    assert again == [(number * PERIOD, "time_backwards") for number in range(20)]
    assert clock.take(60, 60 * PERIOD) == (60 * PERIOD, None)


def test_a_number_that_was_used_is_not_used_again():
    """A camera that was killed between two frames may give the second the number of the first."""
    clock = StreamClock()
    taken(clock, stream({}))
    assert clock.take(59, 60 * PERIOD) == (60 * PERIOD, "number_used")
    assert clock.take(0, 61 * PERIOD) == (61 * PERIOD, "number_used")
    assert clock.take(60, 62 * PERIOD) == (62 * PERIOD, None)


def test_a_slow_camera_does_not_leap():
    stamps = [number * 60 * SECOND for number in range(20)]
    assert all(verdict is None for _, verdict in taken(StreamClock(), stamps))


@given(
    st.dictionaries(st.integers(1, 59), st.integers(-(10**13), 10**13), max_size=4),
    st.integers(0, 60),
)
def test_accepted_stamps_only_go_forwards_and_going_on_is_exact(steps, cut):
    stamps = stream(steps)
    clock = StreamClock()
    out = taken(clock, stamps)
    good = [stamp for stamp, verdict in out if verdict is None]
    assert all(later > earlier for earlier, later in pairwise(good))
    assert len(good) >= 60 - 6 * max(len(steps), 1)
    first = StreamClock()
    before = taken(first, stamps[:cut])
    resumed = StreamClock.from_state(first.state())
    assert before + taken(resumed, stamps[cut:], cut) == out
