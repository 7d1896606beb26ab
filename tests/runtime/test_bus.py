"""Writers and readers over real sockets: what is lost, what is not, and what is counted."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import numpy as np
import pytest
import zmq

from cogmap.runtime import complaints, readers, wire, writer
from cogmap.runtime.bus import Position, RewindError, StoppedError, WriterAddress
from cogmap.runtime.messages import (
    End,
    Frame,
    Instances,
    Intrinsics,
    LogRecord,
    SurfaceUpdate,
    Twist,
)
from cogmap.runtime.readers import LatestReader, LosslessReader
from cogmap.runtime.writer import Writer

Address = Callable[..., WriterAddress]
Eventually = Callable[..., None]
CAMERA = Intrinsics(width=64, height=48, fx=50.0, fy=50.0, cx=32.0, cy=24.0)


def numbered(number: int) -> Twist:
    return Twist(stamp_ns=number, linear_mps=0.0, angular_rps=0.0)


def frame(number: int) -> Frame:
    color = np.full((48, 64, 3), number % 251, np.uint8)
    return Frame(stamp_ns=number, number=number, intrinsics=CAMERA, color=color)


def surface(x: int, stamp_ns: int) -> SurfaceUpdate:
    points, colors = np.zeros((1, 3), np.float32), np.zeros((1, 3), np.uint8)
    return SurfaceUpdate(
        stamp_ns=stamp_ns, chunk=(x, 0, 0), chunk_size_m=1.0, points=points, colors=colors
    )


def take(reader: LosslessReader | LatestReader, number: int, within_s: float = 10.0) -> list[int]:
    """Stamps of the next ``number`` messages; fewer if no more come in time."""
    stamps: list[int] = []
    deadline = time.monotonic() + within_s
    while len(stamps) < number and time.monotonic() < deadline:
        envelope = reader.receive()
        if envelope is None:
            reader.idle()
            reader.socket.poll(20)
        else:
            stamps.append(envelope.message.stamp_ns)
    reader.idle()
    return stamps


@contextmanager
def in_thread(work: Callable[[], None]) -> Iterator[list[BaseException]]:
    """Runs ``work`` beside the block; waits for it, and passes its error on."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    yield errors
    thread.join(timeout=30)
    assert not thread.is_alive(), "the thread does not end"


@contextmanager
def writing(
    context: zmq.Context[zmq.Socket[bytes]], address: WriterAddress, numbers: range
) -> Iterator[list[BaseException]]:
    """A writer in a thread of its own publishes numbered messages and waits until all are read."""
    stop = threading.Event()

    def work() -> None:
        publisher = Writer(context, "s", address, stopped=stop.is_set, next_seq=numbers.start)
        try:
            for number in numbers:
                publisher.publish(numbered(number))
            publisher.drain()
        finally:
            publisher.close()

    with in_thread(work) as errors:
        try:
            yield errors
        except BaseException:
            stop.set()
            raise
    assert not errors, errors


class TestLossless:
    def test_order_and_no_loss_with_a_slow_reader(self, context, address):
        where = address("slow")
        with writing(context, where, range(300)):
            reader = LosslessReader(context, where.lossless, "slow")
            stamps = take(reader, 20)
            time.sleep(0.3)  # the writer runs into its queue and must wait
            stamps += take(reader, 280)
            reader.close()
        assert stamps == list(range(300))

    def test_writer_waits_for_a_reader_that_is_not_there_yet(self, context, address):
        where = address("late")
        sent: list[int] = []

        def work() -> None:
            publisher = Writer(context, "s", where)
            publisher.publish(numbered(0))
            sent.append(0)
            publisher.drain()
            publisher.close()

        with in_thread(work) as errors:
            time.sleep(0.2)
            assert not sent
            reader = LosslessReader(context, where.lossless, "late")
            assert take(reader, 1) == [0]
            reader.close()
        assert not errors

    def test_all_readers_get_everything(self, context, address):
        where = address("one", "two")
        with writing(context, where, range(50)):
            got: dict[str, list[int]] = {}

            def read(name: str) -> None:
                reader = LosslessReader(context, where.lossless, name)
                got[name] = take(reader, 50)
                reader.close()

            with in_thread(lambda: read("one")), in_thread(lambda: read("two")):
                pass
        assert got == {"one": list(range(50)), "two": list(range(50))}

    def test_restarted_reader_gets_everything_again(self, context, address):
        """A process that was killed has lost its state: it starts from the beginning."""
        where = address("reader")
        with writing(context, where, range(100)):
            first = LosslessReader(context, where.lossless, "reader")
            assert take(first, 30) == list(range(30))
            first.socket.close(linger=0)  # killed: says nothing
            second = LosslessReader(context, where.lossless, "reader")
            assert take(second, 100) == list(range(100))
            second.close()

    def test_reader_with_a_checkpoint_gets_what_came_after(self, context, address):
        where = address("reader")
        with writing(context, where, range(100)):
            first = LosslessReader(context, where.lossless, "reader")
            take(first, 30)
            first.socket.close(linger=0)
            second = LosslessReader(context, where.lossless, "reader", next_seq=25)
            assert take(second, 75) == list(range(25, 100))
            second.close()

    def test_restarted_writer_repeats_nothing_and_loses_nothing(self, context, address):
        """What a source does: it asks what is wanted, and goes on from there."""
        where = address("reader")
        reader = LosslessReader(context, where.lossless, "reader")
        first = Writer(context, "s", where)
        stamps: list[int] = []
        with in_thread(lambda: stamps.extend(take(reader, 100, within_s=20))):
            for number in range(40):
                first.publish(numbered(number))
            first.close()
            second = Writer(context, "s", where)
            wanted = second.wanted_seq()
            assert 0 <= wanted <= 40
            second.rewind(wanted)
            for number in range(wanted, 100):
                second.publish(numbered(number))
            assert second.drain(10)
            second.close()
        reader.close()
        assert stamps == list(range(100))

    def test_restarted_writer_whose_reader_has_the_end_says_the_same_end(self, context, address):
        """It would count the end as one that came before it."""
        where = address("reader")
        reader = LosslessReader(context, where.lossless, "reader")
        first = Writer(context, "s", where)
        said = [numbered(0), numbered(1), End(stamp_ns=2)]
        with in_thread(lambda: [first.publish(each) for each in said]):
            assert take(reader, 3) == [0, 1, 2]
        first.close()
        second = Writer(context, "s", where)

        def end_again() -> None:
            assert second.wanted_seq() == 2
            second.rewind(2)
            second.publish(End(stamp_ns=2))
            assert second.drain(10)

        with in_thread(end_again) as errors:
            assert take(reader, 1, within_s=1) == []
        assert not errors
        second.close()
        reader.close()

    def test_what_readers_say_together_is_not_mixed(self, context, address, eventually):
        """Of a writer that is away one waits with what it said then, and says more later."""
        where = address("reader")
        early = LosslessReader(context, where.lossless, "reader")
        early.next_seq, early._has_end = 1, True
        early._tell()
        writer = Writer(context, "s", where)
        assert writer.wanted_seq() == 0
        eventually(lambda: writer._hear_positions() or writer._links[b"reader"].handled == 1)
        assert writer.wanted_seq() == 0
        writer.close()
        early.close()

    def test_restarted_writer_that_starts_over(self, context, address):
        """What a node in the middle does: it makes everything again; the reader drops it."""
        where = address("reader")
        stamps: list[int] = []
        reader = LosslessReader(context, where.lossless, "reader")
        with in_thread(lambda: stamps.extend(take(reader, 60, within_s=20))):
            for numbers in (range(30), range(60)):
                publisher = Writer(context, "s", where)
                for number in numbers:
                    publisher.publish(numbered(number))
                publisher.drain(10)
                publisher.close()
        reader.close()
        assert stamps == list(range(60))

    def test_what_is_no_longer_held_is_a_rewind(self, context, address, monkeypatch):
        monkeypatch.setattr(writer, "RETAINED_BYTES", 10_000)
        where = address("reader")
        publisher = Writer(context, "s", where)
        ahead = LosslessReader(context, where.lossless, "reader", next_seq=0)
        with in_thread(lambda: take(ahead, 100)):
            for number in range(100):
                publisher.publish(frame(number))
            assert publisher.drain(10)
        ahead.socket.close(linger=0)
        again = LosslessReader(context, where.lossless, "reader")
        with pytest.raises(RewindError, match="reader of s wants message 0") as caught:
            publisher.drain(0)
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                publisher.service()
        assert (caught.value.stream, caught.value.seq) == ("s", 0)
        again.close()
        publisher.close()

    def test_what_is_retained_is_bounded(self, context, address, monkeypatch):
        monkeypatch.setattr(writer, "RETAINED_BYTES", 50_000)
        where = address("reader")
        publisher = Writer(context, "s", where)
        reader = LosslessReader(context, where.lossless, "reader")
        with in_thread(lambda: take(reader, 60)):
            for number in range(60):
                publisher.publish(frame(number))
        kept = sum(
            sum(memoryview(part).nbytes for part in parts) for _, parts, _ in publisher._retained
        )
        assert len(publisher._retained) == 2 * writer.SEND_QUEUE
        assert kept == publisher._retained_bytes
        reader.close()
        publisher.close()

    def test_what_is_too_big_leaves_no_gap(self, context, address):
        publisher = Writer(context, "s", address())
        huge = np.zeros((2**13, 2**13), np.uint16)
        with pytest.raises(wire.WireError, match="too big to send"):
            publisher.publish(Instances(stamp_ns=0, number=0, ids=huge))
        assert publisher.next_seq == 0
        publisher.close()

    def test_stopped_while_waiting(self, context, address):
        publisher = Writer(context, "s", address("nobody"), stopped=lambda: True)
        with pytest.raises(StoppedError, match="s waited for nobody"):
            publisher.publish(numbered(0))
        with pytest.raises(StoppedError, match="waited for its readers"):
            publisher.wanted_seq()
        assert not publisher.drain()
        publisher.close()

    def test_gap_is_refused_and_asked_for_again(self, context, address, eventually):
        """Messages meant for a reader of the same name that was here before."""
        where = address()
        router = context.socket(zmq.ROUTER)
        router.bind(where.lossless)
        reader = LosslessReader(context, where.lossless, "reader", next_seq=2)
        identity, _ = router.recv_multipart()

        def asked_again() -> bool:
            router.send_multipart([identity, *parts_of(numbered(5), seq=5)])
            assert reader.receive() is None
            return bool(router.poll(10))

        eventually(asked_again)
        position = msgspec.msgpack.decode(router.recv_multipart()[1], type=Position)
        assert position == Position(2, True)
        router.send_multipart([identity, *parts_of(numbered(2), seq=2)])
        assert take(reader, 1) == [2]
        router.close(linger=0)
        reader.close()

    def test_drain_gives_up_after_its_time(self, context, address):
        where = address("reader")
        publisher = Writer(context, "s", where)
        reader = LosslessReader(context, where.lossless, "reader")
        publisher.publish(numbered(0))
        assert not publisher.drain(0.1), "the reader has not handled it yet"
        assert take(reader, 1) == [0]
        assert publisher.drain(5)
        reader.close()
        publisher.close()

    def test_message_counts_as_handled_only_when_the_next_is_asked_for(self, context, address):
        """A reader killed while it handles a message must be sent that message again."""
        where = address("reader")
        publisher = Writer(context, "s", where)
        reader = LosslessReader(context, where.lossless, "reader")
        publisher.publish(numbered(0))
        deadline = time.monotonic() + 5
        while reader.receive() is None:
            assert time.monotonic() < deadline
        assert not publisher.drain(0.2)
        reader.idle()
        assert publisher.drain(5)
        reader.close()
        publisher.close()


class TestLatest:
    def test_slow_reader_gets_the_newest_and_counts_the_rest(self, context, address, eventually):
        publisher, reader = joined(context, address(), eventually)
        for number in range(5):
            publisher.publish(numbered(number))
        eventually(lambda: reader.counts.skipped == 4)
        assert take(reader, 1) == [4]
        publisher.publish(numbered(5))
        assert take(reader, 1) == [5]
        assert reader.counts.skipped == 4
        close(publisher, reader)

    def test_every_message_is_either_received_or_counted(self, context, address, eventually):
        """Also what ZeroMQ drops because a queue is full."""
        publisher, reader = joined(context, address(), eventually)
        received: list[int] = []
        with in_thread(lambda: received.extend(take_until_end(reader))):
            for number in range(3000):
                publisher.publish(numbered(number))
            end_to(publisher)
        assert received == sorted(received)
        assert len(received) + reader.counts.skipped >= 3000
        assert len(received) < 3000
        close(publisher, reader)

    def test_what_came_while_nobody_read_is_lost_not_skipped(self, context, address, eventually):
        """A reader that takes the place of a killed one, which would have read message 3."""
        publisher, reader = joined(context, address(), eventually, next_seq=3)
        publisher.rewind(10)
        publisher.publish(numbered(10))
        assert take(reader, 1) == [10]
        publisher.publish(numbered(11))
        publisher.publish(numbered(12))
        eventually(lambda: reader.counts.skipped == 1)
        assert (reader.counts.lost, reader.passed_over) == (7, 0)
        assert take(reader, 1) == [12]
        assert (reader.next_seq, reader.passed_over) == (13, 1)
        close(publisher, reader)

    def test_what_was_replaced_before_the_first_was_given_is_passed_over(
        self, context, address, eventually
    ):
        """Or a process that takes this one's place would not know of it."""
        publisher, reader = joined(context, address(), eventually, next_seq=0)
        publisher.rewind(2)
        for number in range(2, 6):
            publisher.publish(numbered(number))
        eventually(lambda: reader.counts.skipped == 3)
        assert take(reader, 1) == [5]
        assert (reader.counts.lost, reader.passed_over) == (2, 3)
        close(publisher, reader)

    def test_newest_of_each_chunk(self, context, address, eventually):
        """A surface comes in pieces: an update of one must not push out another."""
        publisher, reader = joined(context, address(), eventually, queue=64)
        for stamp_ns in range(3):
            for x in range(4):
                publisher.publish(surface(x, 10 * x + stamp_ns))
        eventually(lambda: reader.counts.skipped == 8)
        assert take(reader, 4) == [2, 12, 22, 32]
        assert reader.receive() is None
        close(publisher, reader)

    def test_end_is_not_replaced_and_replaces_nothing(self, context, address, eventually):
        publisher, reader = joined(context, address(), eventually)
        publisher.publish(numbered(1))
        publisher.publish(End(stamp_ns=99))
        eventually(lambda: len(reader._unread) == 2)
        assert take(reader, 2) == [1, 99]
        assert reader.counts.skipped == 0
        close(publisher, reader)

    def test_keep_all_keeps_all(self, context, address, eventually):
        where = address()
        publisher = Writer(context, "s", where, queue=1000)
        reader = LatestReader(context, where.latest, queue=1000, keep_all=True)
        eventually(lambda: has_subscriber(publisher))
        for number in range(200):
            publisher.publish(numbered(number))
        assert take(reader, 200) == list(range(200))
        assert reader.counts.skipped == 0
        close(publisher, reader)

    def test_late_joiner_is_repeated_to(self, context, address, eventually):
        where = address()
        publisher = Writer(context, "s", where)
        publisher.on_join = lambda: publisher.repeat(numbered(77))
        publisher.publish(numbered(0))
        reader = LatestReader(context, where.latest)

        def repeated() -> bool:
            publisher.service()
            return reader.socket.poll(0) != 0

        eventually(repeated)
        envelope = reader.receive()
        assert envelope is not None
        assert (envelope.message.stamp_ns, envelope.seq) == (77, -1)
        publisher.publish(numbered(1))
        assert take(reader, 1) == [1]
        assert reader.counts.skipped == 0, "what came before it joined is not skipped"
        close(publisher, reader)

    def test_who_subscribes_without_end_stops_nobody(
        self, context, address, eventually, monkeypatch
    ):
        """Some of it is heard at a time, and what is to be repeated for it is so once."""
        monkeypatch.setattr(writer, "_HEARD_AT_ONCE", 10)
        monkeypatch.setattr(writer, "_TELL_PERIOD_S", 1e9)
        at, over, joins = address(), threading.Event(), list[int]()
        publisher = Writer(context, "t", at, on_join=lambda: joins.append(1))

        def flood() -> None:
            mouth = context.socket(zmq.XSUB)
            mouth.connect(at.latest)
            while not over.is_set():
                mouth.send(b"\x01")
            mouth.close(linger=0)

        with in_thread(flood):
            eventually(lambda: publisher.service() or publisher.hears_more)
            eventually(lambda: publisher.service() or joins)
            eventually(lambda: publisher.service() or publisher._owes_telling)
            over.set()
        eventually(lambda: publisher.service() or not publisher.hears_more)
        assert joins == [1]
        monkeypatch.setattr(writer, "_TELL_PERIOD_S", 0.0)
        for _ in range(3):
            publisher.service()
        assert joins == [1, 1], "who has come since is not forgotten"
        publisher.close()

    def test_writer_started_anew_is_not_a_skip(self, context, address, eventually):
        where = address()
        publisher, reader = joined(context, where, eventually)
        for number in range(3):
            publisher.publish(numbered(number))
            assert take(reader, 1) == [number]
        publisher.close()
        again = Writer(context, "s", where)
        eventually(lambda: has_subscriber(again))
        again.publish(numbered(10))
        assert take(reader, 1) == [10]
        assert reader.counts.skipped == 0
        close(again, reader)

    def test_gap_in_the_numbers_is_counted(self, context, address, eventually):
        publisher, reader = joined(context, address(), eventually)
        publisher.publish(numbered(0))
        assert take(reader, 1) == [0]
        publisher.next_seq += 5
        publisher.publish(numbered(6))
        assert take(reader, 1) == [6]
        assert reader.counts.skipped == 5
        close(publisher, reader)

    def test_writer_never_waits(self, context, address, eventually):
        """A reader that does not read at all: the writer drops, and its memory stays bounded."""
        where = address()
        publisher = Writer(context, "s", where)
        stuck = context.socket(zmq.SUB)
        stuck.setsockopt(zmq.SUBSCRIBE, b"")
        stuck.setsockopt(zmq.RCVHWM, 1)
        stuck.connect(where.latest)
        eventually(lambda: has_subscriber(publisher))
        for number in range(2000):  # to wait for this reader is to wait for ever
            publisher.publish(frame(number))
        stuck.close(linger=0)
        publisher.close()

    def test_message_that_a_rewound_source_makes_again_is_not_sent_again(
        self, context, address, eventually
    ):
        publisher, reader = joined(context, address(), eventually)
        for number in range(3):
            publisher.publish(numbered(number))
            assert take(reader, 1) == [number]
        publisher.rewind(0)
        for number in range(4):
            publisher.publish(numbered(number))
        assert take(reader, 1) == [3]
        assert reader.receive() is None
        close(publisher, reader)


class TestStrangers:
    """Sockets that are not ours, and messages that are none."""

    GARBAGE = (
        [b"s"],
        [b"s", b"\xff\xff"],
        [b"s", b""],
        [b"s", msgspec.msgpack.encode({"type": "Twist"})],
        [b"s", b"\x91" * 10_000],
    )

    def test_latest_reader_counts_and_drops(self, context, address, eventually):
        where = address()
        foreign = context.socket(zmq.PUB)
        foreign.bind(where.latest)
        reader = LatestReader(context, where.latest)
        good = parts_of(numbered(1))

        def received() -> bool:
            foreign.send_multipart(good)
            return reader.receive() is not None

        eventually(received)
        before = reader.counts.malformed
        for parts in self.GARBAGE:
            foreign.send_multipart(parts)
        foreign.send_multipart([*good, b"a buffer too many"])
        eventually(lambda: reader.receive() is None and malformed_since(reader, before) == 6)
        foreign.send_multipart(parts_of(numbered(2)))
        assert take(reader, 1)[-1] == 2
        foreign.close(linger=0)
        reader.close()

    def test_lossless_reader_counts_and_drops(self, context, address):
        where = address()
        foreign = context.socket(zmq.ROUTER)
        foreign.bind(where.lossless)
        reader = LosslessReader(context, where.lossless, "reader")
        identity, position = foreign.recv_multipart()
        assert identity == b"reader"
        assert msgspec.msgpack.decode(position, type=Position) == Position(0, True)
        for parts in self.GARBAGE:
            foreign.send_multipart([identity, *parts])
        foreign.send_multipart([identity, *parts_of(numbered(5), seq=0), b"a buffer too many"])
        foreign.send_multipart([identity, *parts_of(numbered(6), seq=1)])
        assert take(reader, 1) == [6]
        assert reader.counts.malformed == len(self.GARBAGE) + 1
        foreign.close(linger=0)
        reader.close()

    def test_complaints_are_rare(self, context, address, caplog):
        complaints._said_at.clear()
        where = address()
        foreign = context.socket(zmq.ROUTER)
        foreign.bind(where.lossless)
        reader = LosslessReader(context, where.lossless, "reader")
        identity, _ = foreign.recv_multipart()
        with caplog.at_level(logging.WARNING):
            for _ in range(100):
                foreign.send_multipart([identity, b"s", b"garbage"])
            foreign.send_multipart([identity, *parts_of(numbered(0), seq=0)])
            assert take(reader, 1) == [0]
        assert reader.counts.malformed == 100
        assert 1 <= len(caplog.records) <= 3
        assert "dropped a message: not a cogmap header" in caplog.records[0].getMessage()
        foreign.close(linger=0)
        reader.close()

    def test_router_hears_garbage_and_unknown_names(self, context, address):
        where = address("reader")
        publisher = Writer(context, "s", where)
        strangers = []
        for name in (b"unknown", None):
            stranger = context.socket(zmq.DEALER)
            if name is not None:
                stranger.setsockopt(zmq.IDENTITY, name)
            stranger.connect(where.lossless)
            for parts in (
                [b""],
                [b"\xff" * 100],
                [b"a", b"b", b"c"],
                [msgspec.msgpack.encode(Position(10**9, True))],
                [msgspec.msgpack.encode(["x", {}])],
            ):
                stranger.send_multipart(parts)
            strangers.append(stranger)
        reader = LosslessReader(context, where.lossless, "reader")
        for parts in ([b"\xff"], [msgspec.msgpack.encode(Position(-5, True))]):
            reader.socket.send_multipart(parts)
        for number in range(3):
            publisher.publish(numbered(number))
            assert take(reader, 1) == [number]
        assert publisher.drain(5)
        assert not any(stranger.poll(0) for stranger in strangers), "only named readers are served"
        for stranger in strangers:
            stranger.close(linger=0)
        reader.close()
        publisher.close()

    def test_publisher_hears_garbage(self, context, address, eventually):
        """What a stranger says on the subscription socket must not cut off the others."""
        publisher, reader = joined(context, address(), eventually)
        stranger = context.socket(zmq.XSUB)
        stranger.connect(publisher.address.latest)
        for said in (b"\x00", b"\x00s", b"garbage", b"", b"\x02" * 1000, b"\x01last"):
            stranger.send(said)
        eventually(lambda: has_subscriber(publisher))
        for number in range(5):
            publisher.publish(numbered(number))
            assert take(reader, 1) == [number]
        stranger.close(linger=0)
        close(publisher, reader)

    def test_oversized_message_is_counted_and_dropped(self, context, address):
        where = address()
        foreign = context.socket(zmq.ROUTER)
        foreign.bind(where.lossless)
        reader = LosslessReader(context, where.lossless, "reader")
        identity, _ = foreign.recv_multipart()
        header = wire.decode_header(parts_of(numbered(0))[1])
        shape = (wire.MAX_MESSAGE_BYTES + 1,)
        header = msgspec.structs.replace(header, buffers=(wire.BufferSpec("|u1", shape),))
        big = [b"s", msgspec.msgpack.encode(header), bytes(wire.MAX_MESSAGE_BYTES + 1)]
        foreign.send_multipart([identity, *big])
        foreign.send_multipart([identity, *parts_of(numbered(1), seq=1)])
        assert take(reader, 1) == [1]
        assert reader.counts.malformed == 1
        foreign.close(linger=0)
        reader.close()

    def test_reader_hangs_up_on_who_sends_too_much(self, context, address, monkeypatch):
        """ZeroMQ does, and does not call again; the reader hears nothing and can be closed."""
        monkeypatch.setattr(readers, "_REFUSE_BYTES", 100_000)
        where = address()
        foreign = context.socket(zmq.ROUTER)
        foreign.bind(where.lossless)
        reader = LosslessReader(context, where.lossless, "reader")
        identity, _ = foreign.recv_multipart()
        monitor = foreign.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        foreign.send_multipart([identity, *parts_of(numbered(0)), bytes(100_001)])
        assert monitor.poll(10_000), "it was not hung up on"
        assert reader.receive() is None
        foreign.disable_monitor()
        monitor.close()
        foreign.close(linger=0)
        reader.close()

    @pytest.mark.parametrize("kind", ["latest", "lossless"])
    def test_writer_hangs_up_on_who_says_too_much(self, context, address, eventually, kind):
        """And goes on serving the others."""
        publisher = Writer(context, "s", address("reader"))
        latest = LatestReader(context, publisher.address.latest)
        lossless = LosslessReader(context, publisher.address.lossless, "reader")
        eventually(lambda: has_subscriber(publisher))
        stranger = context.socket(zmq.XSUB if kind == "latest" else zmq.DEALER)
        stranger.connect(getattr(publisher.address, kind))
        monitor = stranger.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        stranger.send(b"\x02" * 10_000_000)
        assert monitor.poll(10_000), "it was not hung up on"
        for number in range(3):
            publisher.publish(numbered(number))
            assert take(lossless, 1) == take(latest, 1) == [number]
        stranger.disable_monitor()
        monitor.close()
        stranger.close(linger=0)
        latest.close()
        lossless.close()
        publisher.close()


class TestClosing:
    def test_nothing_is_left_when_nobody_came(self, context, address):
        """No socket, no thread: the fixture looks for them."""
        where = address("reader")
        publisher = Writer(context, "s", where)
        latest = LatestReader(context, where.latest)
        lossless = LosslessReader(context, where.lossless, "reader")
        for end in (latest, lossless, publisher):
            end.close()
        assert latest.socket.closed
        assert lossless.socket.closed

    def test_reader_of_an_address_where_nobody_is(self, context, address):
        where = address()
        latest = LatestReader(context, where.latest)
        lossless = LosslessReader(context, where.lossless, "reader")
        assert latest.receive() is None
        assert lossless.receive() is None
        latest.close()
        lossless.socket.close(linger=0)

    def test_last_messages_reach_a_latest_reader(self, context, address, eventually):
        publisher, reader = joined(context, address(), eventually)
        publisher.publish(LogRecord(stamp_ns=5, node="n", level="INFO", text="last words"))
        publisher.close()
        assert take(reader, 1) == [5]
        reader.close()


def joined(
    context: zmq.Context[zmq.Socket[bytes]],
    where: WriterAddress,
    eventually: Eventually,
    queue: int = 8,
    next_seq: int | None = None,
) -> tuple[Writer, LatestReader]:
    """A writer and a reader that the writer knows of."""
    publisher = Writer(context, "s", where, queue=queue)
    reader = LatestReader(context, where.latest, queue=queue, next_seq=next_seq)
    eventually(lambda: has_subscriber(publisher))
    return publisher, reader


def has_subscriber(publisher: Writer) -> bool:
    joins: list[int] = []
    previous, publisher.on_join = publisher.on_join, lambda: joins.append(1)
    publisher.service()
    publisher.on_join = previous
    return bool(joins)


def close(publisher: Writer, reader: LatestReader) -> None:
    reader.close()
    publisher.close()


def take_until_end(reader: LatestReader) -> list[int]:
    stamps = []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        envelope = reader.receive()
        if envelope is None:
            reader.socket.poll(50)
        elif isinstance(envelope.message, End):
            return stamps
        else:
            stamps.append(envelope.message.stamp_ns)
            time.sleep(0.0001)
    raise AssertionError("no end came")


def end_to(publisher: Writer) -> None:
    """Publish End until it gets through: at a full queue, it too is dropped."""
    publisher.publish(End(stamp_ns=0))
    time.sleep(0.1)
    publisher.publish(End(stamp_ns=0))


def parts_of(message: Twist, seq: int = 0) -> list[bytes]:
    parts = wire.encode(message, stream="s", seq=seq, captured_ns=0)
    return [bytes(part) for part in parts]


def malformed_since(reader: LatestReader, before: int) -> int:
    return reader.counts.malformed - before


class TestTheEndOfAReader:
    """A writer that can know of it stays until its readers have ended for good."""

    def test_it_may_want_something_again_until_then(self, context, address, eventually):
        at, ended = address("node.in"), threading.Event()
        publisher = Writer(context, "t", at, had_at_end=lambda name: 1 if ended.is_set() else None)
        first = LosslessReader(context, at.lossless, "node.in")
        with in_thread(lambda: publisher.publish(numbered(0))):
            assert take(first, 1) == [0]
        first.idle()
        assert publisher.drain(1.0), "in haste it is enough that all was handled"
        assert not publisher.drain(0.1, in_haste=lambda: False)
        first.close()
        again = LosslessReader(context, at.lossless, "node.in")
        with in_thread(lambda: publisher.drain(5.0, in_haste=lambda: False)):
            assert take(again, 1) == [0]
            ended.set()
        again.close()
        publisher.close()

    def test_one_that_has_ended_is_not_waited_for(self, context, address):
        had = {"a.in": 3, "b.in": 5}.get
        publisher = Writer(context, "t", address("a.in", "b.in"), had_at_end=had)
        publisher.publish(numbered(0))
        assert publisher.wanted_seq() == 5, "what comes after the last that anybody had"
        assert publisher.kept_seq() > 10**9
        assert publisher.drain(1.0, in_haste=lambda: False)
        assert not publisher.is_wanted()
        publisher.close()

    def test_what_it_had_of_a_node_that_was_killed_is_not_wanted_again(self, context, address):
        at = address("a.in", "b.in")
        nobody = Writer(context, "u", address(), had_at_end=lambda name: 0)
        assert nobody.is_wanted(), "who listens without being waited for is not known"
        writer = Writer(context, "t", at, had_at_end={"b.in": 3}.get)
        reader = LosslessReader(context, at.lossless, "a.in")
        with in_thread(lambda: [writer.publish(numbered(n)) for n in range(3)]):
            assert take(reader, 3) == [0, 1, 2]
        assert writer.is_wanted()
        reader.idle()
        writer.close()
        again = Writer(context, "t", at, next_seq=1, had_at_end={"b.in": 3}.get)
        wanted = {}

        def publish_again() -> None:
            for number in range(1, 5):
                wanted[number] = again.is_wanted()
                again.publish(numbered(number))

        with in_thread(publish_again):
            assert take(reader, 2) == [3, 4]
        assert wanted == {1: False, 2: False, 3: True, 4: True}
        again.close()
        reader.close()
        nobody.close()

    def test_what_it_needs_no_more_is_known(self, context, address, eventually):
        at = address("node.in")
        publisher = Writer(context, "t", at)
        reader = LosslessReader(context, at.lossless, "node.in", next_seq=7)
        assert publisher.wanted_seq() == 7
        assert publisher.kept_seq() == 0
        reader.kept, reader.next_seq = 5, 8
        reader.idle()
        eventually(lambda: publisher.service() or publisher.kept_seq() == 5)
        reader.close()
        publisher.close()
