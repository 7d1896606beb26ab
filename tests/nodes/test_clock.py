"""The stream clock: when a stamp is due, and what happens to those who are late."""

from __future__ import annotations

import pytest

from cogmap.nodes import clock as clock_module
from cogmap.nodes.clock import SourceTime, StreamClock

SECOND_NS = 10**9


class Wall:
    """A wall clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def wall(monkeypatch) -> Wall:
    wall = Wall()
    monkeypatch.setattr(clock_module.time, "monotonic", wall.monotonic)
    return wall


def test_first_stamp_is_due_at_once(wall):
    assert StreamClock(1.0).wait_s(123 * SECOND_NS) == 0


@pytest.mark.parametrize(("rate", "wait_s"), [(1.0, 2.0), (4.0, 0.5), (0.5, 4.0)])
def test_rate_divides_the_wait(wall, rate, wait_s):
    clock = StreamClock(rate)
    clock.wait_s(7 * SECOND_NS)
    assert clock.wait_s(9 * SECOND_NS) == pytest.approx(wait_s)
    wall.now_s += wait_s / 2
    assert clock.wait_s(9 * SECOND_NS) == pytest.approx(wait_s / 2)
    wall.now_s += wait_s / 2
    assert clock.wait_s(9 * SECOND_NS) == pytest.approx(0)


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_no_rate_no_wait(wall, rate):
    clock = StreamClock(rate)
    clock.wait_s(0)
    assert clock.wait_s(10**6 * SECOND_NS) == 0


def test_a_little_late_is_made_up_for(wall):
    clock = StreamClock(1.0)
    clock.wait_s(0)
    wall.now_s += 1.3
    assert clock.wait_s(SECOND_NS) == 0
    assert clock.wait_s(2 * SECOND_NS) == pytest.approx(0.7)


def test_far_behind_does_not_become_a_burst(wall):
    """After a standstill of 10 s the stream goes on at its pace, it does not catch up."""
    clock = StreamClock(1.0)
    clock.wait_s(0)
    wall.now_s += 10
    assert clock.wait_s(SECOND_NS) == 0
    assert clock.wait_s(2 * SECOND_NS) == pytest.approx(1.0)


def test_restart_after_a_jump(wall):
    clock = StreamClock(1.0)
    clock.wait_s(0)
    clock.restart()
    assert clock.wait_s(500 * SECOND_NS) == 0
    assert clock.wait_s(501 * SECOND_NS) == pytest.approx(1.0)


def test_what_comes_late_is_known_to_be_late(monkeypatch):
    """Frames take 50 ms to come, one of them 300: the source is then 250 ms further than that."""
    wall = {"now": 10 * SECOND_NS}
    monkeypatch.setattr("cogmap.nodes.clock.time.monotonic_ns", lambda: wall["now"])
    source = SourceTime()
    for number, late_ms in enumerate([50, 50, 50, 300]):
        wall["now"] = 10 * SECOND_NS + number * SECOND_NS + late_ms * 1_000_000
        source.take(number * SECOND_NS)
    assert source.now_ns() == 3 * SECOND_NS + 250_000_000


@pytest.mark.parametrize("pace", [0.1, 0.5, 0.8, 1.0])
def test_a_source_slower_than_real_time_is_followed_at_its_pace(monkeypatch, pace):
    """What has just come is not old, however slow the source is; once it stops, time goes on."""
    wall = {"now": 10 * SECOND_NS}
    monkeypatch.setattr("cogmap.nodes.clock.time.monotonic_ns", lambda: wall["now"])
    time = SourceTime()
    for frame in range(60):
        wall["now"] = round(10 * SECOND_NS + frame * 0.1 * SECOND_NS / pace)
        time.take(frame * SECOND_NS // 10)
        if frame > 10:
            assert abs(time.now_ns() - frame * SECOND_NS // 10) < 0.05 * SECOND_NS
    before = time.now_ns()
    wall["now"] += round(2 * SECOND_NS / pace)
    assert time.now_ns() - before == pytest.approx(2 * SECOND_NS, rel=0.05)
