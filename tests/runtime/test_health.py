"""What a host notices about its streams: readers that do not read, more than can be handled."""

from __future__ import annotations

import logging
import os
import threading

import numpy as np
import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st

from cogmap.runtime import health as health_module
from cogmap.runtime.bus import StoppedError
from cogmap.runtime.context import RunContext, open_context
from cogmap.runtime.health import SkipMeter, StreamHealth
from cogmap.runtime.keys import RunKeys, make_pair
from cogmap.runtime.messages import Frame, Intrinsics
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.writer import Writer

CAMERA = Intrinsics(width=1024, height=512, fx=500.0, fy=500.0, cx=511.5, cy=255.5)


def big(number: int) -> Frame:
    """Its last part, the pose, is small: it is copied, and says nothing of the others."""
    return Frame(
        stamp_ns=number, number=number, intrinsics=CAMERA, depth=np.zeros((512, 1024), np.uint16),
        world_from_camera=np.eye(4),
    )  # fmt: skip


@pytest.fixture
def health() -> StreamHealth:
    return StreamHealth(logging.getLogger("cogmap.test"))


@given(rate=st.integers(20, 300), part=st.floats(0, 1))
def test_part_skipped_is_that_of_the_last_seconds(rate, part):
    meter = SkipMeter()
    before = [meter.update(10_000, 9_000 * tick, tick * 0.5) for tick in range(9)]
    assert before == [None] * 9, "too soon to tell"
    for tick in range(9, 40):
        came = rate * (tick - 8) // 2
        skipped = int(came * part)
        told = meter.update(10_000 + came - skipped, 72_000 + skipped, tick * 0.5)
    assert told == pytest.approx(part, abs=0.02)


def test_few_messages_tell_nothing():
    meter = SkipMeter()
    told = [meter.update(tick, 3 * tick, tick * 0.5) for tick in range(20)]
    assert told == [None] * 20


def test_too_fast_is_said_with_what_to_do(health, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(health_module.time, "monotonic", lambda: now[0])
    for tick in range(60):
        now[0] = tick * 0.5
        fast = tick < 30
        handled, skipped = 5 * tick, 45 * min(tick, 30)
        health.look_at_input("camera/frames", handled, skipped)
        if tick == 29:
            (trouble,) = health.all()
            assert (trouble.name, trouble.over) == ("too fast: camera/frames", False)
            assert "90% of it is skipped" in trouble.text and "lower the rate" in trouble.text
        assert fast or tick < 40 or health.all()[0].over


@pytest.mark.parametrize("work", [0.5, 12.0])
def test_a_machine_with_too_much_to_do_is_said_to_be_to_blame(health, monkeypatch, work):
    cores = len(os.sched_getaffinity(0))
    monkeypatch.setattr(health_module.os, "getloadavg", lambda: (work * cores, 0.0, 0.0))
    for now_s in range(10):
        monkeypatch.setattr(health_module.time, "monotonic", lambda now_s=now_s: float(now_s))
        health.look_at_input("camera/frames", 10 * now_s, 190 * now_s)
    assert ("12 times the work" in health.all()[0].text) == (work == 12.0)


def test_half_or_more_of_a_live_stream_may_be_skipped(health, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(health_module.time, "monotonic", lambda: now[0])
    for tick in range(60):
        now[0] = tick * 0.5
        health.look_at_input("camera/frames", 15 * tick, 35 * tick)
    assert health.all() == ()


class TestReadersThatDoNotRead:
    def test_subscriber_is_noticed_and_disturbs_nobody(
        self, context, address, eventually, health, monkeypatch
    ):
        """Others get everything; what is kept for the deaf one is bounded by its queue."""
        monkeypatch.setattr(health_module, "_DEAF_S", 0.02)
        where = address()
        writer = Writer(context, "s", where, queue=8)
        deaf = context.socket(zmq.SUB)
        deaf.setsockopt(zmq.RCVHWM, 2)
        deaf.setsockopt(zmq.SUBSCRIBE, b"")
        deaf.connect(where.latest)
        joins: list[int] = []
        writer.on_join = lambda: joins.append(1)
        eventually(lambda: (writer.service(), len(joins) == 1)[1])
        reader = LatestReader(context, where.latest, 64, keep_all=True)
        eventually(lambda: (writer.service(), len(joins) == 2)[1])
        for number in range(100):
            writer.publish(big(number))
            eventually(lambda n=number: reader.counts.skipped + len(reader._unread) > n)
        assert reader.counts.skipped == 0, "who reads misses nothing"
        health.look_at_output(writer)
        (trouble,) = health.all()
        assert trouble.name == "deaf reader: s" and "end it, or let it read" in trouble.text
        deaf.close(linger=0)
        eventually(lambda: (writer.service(), writer.undelivered_since_s() is None)[1])
        health.look_at_output(writer)
        assert health.all()[0].over
        reader.close()
        writer.close()

    def test_lossless_reader_that_is_waited_for(self, context, address, eventually, health):
        stop = threading.Event()
        writer = Writer(context, "s", address("sink.numbers"), stopped=stop.is_set)

        def publish() -> None:
            with pytest.raises(StoppedError):
                writer.publish(big(0))

        thread = threading.Thread(target=publish)
        thread.start()
        eventually(lambda: writer.waiting is not None)
        assert writer.waiting is not None
        name, since = writer.waiting
        assert name == "sink.numbers"
        health.look_at_output(writer)
        assert not health.all(), "not yet"
        writer.waiting = (name, since - 60)
        health.look_at_output(writer)
        assert "sink.numbers has taken nothing of s for 6" in health.all()[0].text
        stop.set()
        thread.join()
        writer.close()


def test_few_descriptors_are_named_and_over(health, descriptors):
    context = RunContext()
    health.look_at_process(context)
    assert not health.all()
    with descriptors(3):
        health.look_at_process(context)
        (trouble,) = health.all()
        assert (trouble.name, trouble.over) == ("descriptors", False)
        assert "end the programs" in trouble.text and "ulimit -n" in trouble.text
    health.look_at_process(context)
    assert health.all()[0].over
    context.term()


def test_a_doorkeeper_that_is_gone_is_named(health):
    """And not waited for at the end."""
    run = make_pair()
    keys = RunKeys(run_public=run.public, run_secret=run.secret, own=make_pair())
    context = open_context(keys)
    health.look_at_process(context)
    assert not health.all()
    assert context.authenticator is not None
    context.authenticator.pipe.send(b"TERMINATE")
    context.authenticator.thread.join()
    health.look_at_process(context)
    (trouble,) = health.all()
    assert trouble.name == "door" and "--resume" in trouble.text
    context.term()
