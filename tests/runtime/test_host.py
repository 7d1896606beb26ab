"""A node joined to its sockets, in-process: what the host does that no node sees."""

from __future__ import annotations

import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import msgspec
import numpy as np
import pytest
import zmq

from cogmap.memory.dense.frame_health import DepthUnitError
from cogmap.memory.dense.reconstruction import ReconstructionError
from cogmap.memory.persistence import MapError
from cogmap.nodes.episodes import EpisodeError
from cogmap.runtime import wire
from cogmap.runtime import writer as writer_module
from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.checkpointer import PublishedMark
from cogmap.runtime.host import Host
from cogmap.runtime.messages import BadInputError, CogmapError, End, Message, PlaybackCommand, Twist
from cogmap.runtime.node import Input, Node, Output, Service, Source
from cogmap.runtime.readers import LatestReader, LosslessReader
from cogmap.runtime.wire import Envelope
from cogmap.runtime.wiring import (
    EXIT_FAILED,
    EXIT_REFUSED,
    InputWire,
    OutputWire,
    Wiring,
    exit_code_of,
)
from cogmap.runtime.writer import Writer


class Echo(Node):
    """Says again what it hears; counts with NumPy's numbers, as careless nodes do."""

    twists = Input(Twist)
    echoed = Output(Twist)

    def setup(self) -> None:
        self.closed = self.ended = self.joins = 0

    def on_twists(self, twist: Twist) -> None:
        if twist.stamp_ns == 13:
            raise RuntimeError("unlucky")
        self.counters["echoes"] += np.int64(1)
        self.echoed.publish(twist)

    def on_join(self, output: str) -> None:
        self.joins += 1

    def on_end(self) -> None:
        self.ended += 1
        self.echoed.publish(twist(1000))

    def close(self) -> None:
        self.closed += 1


class Ponders(Node):
    """Never comes to an answer; has few places for those who wait for one."""

    ask = Service(Twist, Twist, places=4)

    def answer_ask(self, asked: Twist) -> Future[Message]:
        return Future()


class Collector(Node):
    """Takes its time to begin, and then has to see all."""

    KEEP_ALL = True
    ANY_INPUT = True
    begin = threading.Event()

    def setup(self) -> None:
        self.begin.wait(10)
        self.seen: list[int] = []

    def on_any(self, envelope: Envelope) -> None:
        self.seen.append(envelope.message.stamp_ns)


class Thoughtful(Node):
    """Says what it hears, and thinks about it afterwards."""

    twists = Input(Twist)
    echoed = Output(Twist)
    thinks, go_on = threading.Event(), threading.Event()

    def on_twists(self, twist: Twist) -> None:
        self.echoed.publish(twist)
        self.thinks.set()
        self.go_on.wait(10)


class Slow(Source):
    """Takes its time wherever it may: each of ``places`` is where it was when it was let go on."""

    at = ""
    go_on = threading.Event()
    twists = Output(Twist)

    def rest(self, at: str) -> None:
        type(self).at = at
        self.go_on.wait(10)
        self.go_on.clear()

    def setup(self) -> None:
        self.rest("setup")

    def produce(self, step: int) -> Iterator[float]:
        for each in (0, 1):
            self.rest(f"step {each}")
            self.twists.publish(twist(each))
            yield 0.0

    def on_tick(self) -> None:
        if self.at == "step 1":
            self.rest("tick")

    def on_end(self) -> None:
        self.rest("end")


class Seldom(Source):
    """Waits long after what it has said."""

    twists = Output(Twist)

    def produce(self, step: int) -> Iterator[float]:
        self.twists.publish(twist(step))
        yield 600.0


class Steered(Source):
    """Publishes until it is told to pause."""

    control = Input(PlaybackCommand)
    twists = Output(Twist)

    def setup(self) -> None:
        self.told = False

    def produce(self, step: int) -> Iterator[float]:
        while not self.told:
            self.twists.publish(twist(step))
            step += 1
            yield 0.005

    def on_control(self, command: PlaybackCommand) -> None:
        self.told = True


def twist(number: int) -> Twist:
    return Twist(stamp_ns=number, linear_mps=0.0, angular_rps=0.0)


@pytest.fixture
def nodes(monkeypatch) -> None:
    module = types.ModuleType("host_nodes")
    vars(module).update(
        Echo=Echo,
        Steered=Steered,
        Slow=Slow,
        Seldom=Seldom,
        Thoughtful=Thoughtful,
        Collector=Collector,
        Ponders=Ponders,
    )
    monkeypatch.setitem(sys.modules, "host_nodes", module)


@pytest.fixture
def address_of(tmp_path) -> Callable[..., WriterAddress]:
    def make(stream: str, *readers: str) -> WriterAddress:
        base = f"ipc://{tmp_path}/{stream}"
        return WriterAddress(f"{base}.latest", f"{base}.lossless", readers)

    return make


@contextmanager
def running(host: Host) -> Iterator[list[BaseException]]:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            host.run()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield errors
    finally:
        thread.join(timeout=5)
        if thread.is_alive():
            host.stop()
            thread.join(timeout=10)
        assert not thread.is_alive()


def echo_wiring(address_of, *, wired: bool = True) -> Wiring:
    echoed = OutputWire(stream="e", address=address_of("e", "ear"))
    return Wiring(
        node="echo",
        uses="host_nodes:Echo",
        params={},
        inputs={
            "twists": InputWire(
                stream="t", policy="lossless", address=address_of("t", "echo.twists")
            )
        },
        outputs={"echoed": echoed} if wired else {},
    )


def heard_until_end(ear: LosslessReader) -> list[int]:
    stamps: list[int] = []
    for _ in range(500):
        envelope = ear.receive()
        if envelope is None:
            ear.idle()
            ear.socket.poll(20)
        elif isinstance(envelope.message, End):
            ear.idle()
            return stamps
        else:
            stamps.append(envelope.message.stamp_ns)
    raise AssertionError(f"no end after {stamps}")


def test_a_life(nodes, address_of, context):
    """Messages in, messages out, the last word, the end; then everything is closed."""
    mouth = Writer(context, "t", address_of("t", "echo.twists"))
    host = Host(echo_wiring(address_of))
    ear = LosslessReader(context, address_of("e").lossless, "ear")
    with running(host) as errors:
        for number in range(5):
            mouth.publish(twist(number))
        mouth.publish(End(stamp_ns=0))
        assert heard_until_end(ear) == [0, 1, 2, 3, 4, 1000]
        assert mouth.drain(5)
    ear.close()
    mouth.close()
    assert not errors
    assert host.node.closed == 1
    inputs, outputs, counters, *_ = host.stats()
    assert inputs["twists"].received == 5
    assert outputs == {"echoed": 6}, "the End is not counted"
    assert counters == {"echoes": 5}
    assert type(counters["echoes"]) is int, "MessagePack knows no NumPy"


def test_who_joins_before_the_node_is_set_up_is_repeated_to_then(
    nodes, address_of, context, eventually
):
    """As one does while a node that was started again waits for its lossless readers."""
    mouth = Writer(context, "t", address_of("t", "echo.twists"))
    host = Host(echo_wiring(address_of))
    eye = LatestReader(context, address_of("e").latest)
    writer = host._writers["echoed"]
    eventually(lambda: (writer._wait_for_readers(), writer._has_been_joined)[1])
    assert not hasattr(host.node, "joins")
    ear = LosslessReader(context, address_of("e").lossless, "ear")
    with running(host) as errors:
        mouth.publish(End(stamp_ns=0))
        heard_until_end(ear)
    assert not errors
    assert host.node.joins == 1
    for each in (ear, eye, mouth):
        each.close()


def test_message_of_another_type_is_counted_and_dropped(nodes, address_of, context):
    mouth = Writer(context, "t", address_of("t", "echo.twists"))
    host = Host(echo_wiring(address_of, wired=False))
    with running(host) as errors:
        mouth.publish(PlaybackCommand(stamp_ns=0, action="pause"))
        mouth.publish(twist(1))
        mouth.publish(End(stamp_ns=0))
        assert mouth.drain(5)
    mouth.close()
    assert not errors
    inputs, _, counters, *_ = host.stats()
    assert (inputs["twists"].received, inputs["twists"].malformed) == (1, 1)
    assert counters == {"echoes": 1}


def test_node_that_fails_is_closed_and_gives_its_sockets_back(nodes, address_of, context):
    mouth = Writer(context, "t", address_of("t", "echo.twists"))
    host = Host(echo_wiring(address_of, wired=False))
    with running(host) as errors:
        mouth.publish(twist(13))
    mouth.close()
    assert [str(error) for error in errors] == ["unlucky"]
    assert host.node.closed == 1
    assert host._context.closed


def test_who_joins_just_before_the_end_is_repeated_to(
    nodes, address_of, context, eventually, monkeypatch
):
    """Though somebody else has joined in the same second."""
    monkeypatch.setattr(writer_module, "_TELL_PERIOD_S", 1e9)
    mouth = Writer(context, "t", address_of("t", "echo.twists"))
    host = Host(echo_wiring(address_of))
    ears = [LosslessReader(context, address_of("e").lossless, "ear")]
    with running(host) as errors:
        mouth.publish(twist(0))
        watchers = [LatestReader(context, address_of("e").latest)]
        eventually(lambda: host.node.joins == 1)
        watchers.append(LatestReader(context, address_of("e").latest))
        eventually(lambda: host._writers["echoed"]._owes_telling)
        assert host.node.joins == 1
        mouth.publish(End(stamp_ns=0))
        assert heard_until_end(ears[0]) == [0, 1000]
    for reader in (*ears, *watchers):
        reader.close()
    mouth.close()
    assert not errors
    assert host.node.joins == 2


def test_told_to_stop_while_its_reader_is_away(nodes, address_of, context):
    """It gives the reader up after two seconds, stores what it has, and ends without an error."""
    mouth = Writer(context, "t", address_of("t", "echo.twists"))
    host = Host(echo_wiring(address_of))
    with running(host) as errors:
        mouth.publish(twist(0))
        host.stop()
        host.stop()
    mouth.close()
    assert not errors
    assert host.node.ended == host.node.closed == 1


def test_source_reacts_between_its_steps(nodes, address_of, context):
    control = Writer(context, "run/control", address_of("c"))
    wiring = Wiring(
        node="steered",
        uses="host_nodes:Steered",
        params={},
        inputs={
            "control": InputWire(stream="run/control", policy="latest", address=address_of("c"))
        },
        outputs={"twists": OutputWire(stream="t", address=address_of("t", "ear"))},
    )
    host = Host(wiring)
    ear = LosslessReader(context, address_of("t").lossless, "ear")
    control.on_join = lambda: control.publish(PlaybackCommand(stamp_ns=0, action="pause"))
    heard: list[int] = []
    with running(host) as errors:
        for _ in range(500):
            control.service()
            envelope = ear.receive()
            if envelope is None:
                ear.idle()
                ear.socket.poll(5)
            elif isinstance(envelope.message, End):
                break
            else:
                heard.append(envelope.message.stamp_ns)
        ear.idle()
    ear.close()
    control.close()
    assert not errors
    assert heard == list(range(len(heard)))
    assert host.node.told


def test_where_a_node_is_busy_and_where_it_is_starting(nodes, address_of, eventually):
    """So that a hang is seen wherever it is, and a model may take longer to load than a message."""
    twists = OutputWire(stream="t", address=address_of("t"))
    wiring = Wiring(
        node="slow", uses="host_nodes:Slow", params={}, inputs={}, outputs={"twists": twists}
    )
    host = Host(wiring)
    told = {}
    with running(host) as errors:
        for at in ("setup", "step 0", "step 1", "tick", "end"):
            eventually(lambda at=at: Slow.at == at and host.stats().busy_s > 0.02)
            told[at] = host.stats().starting
            Slow.go_on.set()
    assert not errors
    assert told == {"setup": True, "step 0": True, "step 1": False, "tick": False, "end": False}
    assert host.stats().busy_s == 0


def test_a_source_that_is_killed_while_it_waits_does_not_say_the_same_again(
    nodes, address_of, eventually, tmp_path
):
    twists = OutputWire(stream="t", address=address_of("t"))
    wiring = Wiring(
        node="seldom", uses="host_nodes:Seldom", params={}, inputs={}, outputs={"twists": twists},
        run_dir=str(tmp_path),
    )  # fmt: skip
    host = Host(wiring)
    with running(host) as errors:
        mark = PublishedMark(tmp_path / "state" / "seldom.published")
        eventually(lambda: mark.read() == {"twists": 1})
        mark.close()
        host.stop()
    assert not errors


def test_a_service_has_the_places_that_it_declares(nodes, address_of, context, tmp_path):
    at = f"ipc://{tmp_path}/ask"
    wiring = Wiring(
        node="ponders", uses="host_nodes:Ponders", params={}, inputs={}, outputs={},
        services={"ask": at},
    )  # fmt: skip
    host = Host(wiring)
    asking = context.socket(zmq.DEALER)
    asking.connect(at)
    with running(host) as errors:
        for number in range(3):
            parts = wire.encode(twist(0), stream="", seq=0, captured_ns=0)
            asking.send_multipart([number.to_bytes(8, "big"), *parts])
        assert asking.poll(5000)
        assert asking.recv_multipart()[0] == (2).to_bytes(8, "big"), "one client has half of them"
        host.stop()
    asking.close(linger=0)
    assert not errors


def test_waiting_for_a_reader_is_not_being_busy(nodes, address_of, context):
    """Nor is it counted once the reader is back: the node would be killed for what it waited."""
    wiring = msgspec.structs.replace(echo_wiring(address_of), uses="host_nodes:Thoughtful")
    host = Host(wiring)
    mouth = Writer(context, "t", address_of("t", "echo.twists"))
    with running(host) as errors:
        mouth.publish(twist(1))
        until_s = time.monotonic() + 1.0
        while time.monotonic() < until_s:
            assert host.stats().busy_s < 0.5
            time.sleep(0.01)
        ear = LosslessReader(context, address_of("e", "ear").lossless, "ear")
        while not Thoughtful.thinks.wait(0.01):
            ear.idle()
            host.stats()
        assert host.stats().busy_s < 0.5
        Thoughtful.go_on.set()
        mouth.publish(End(stamp_ns=0))
        heard_until_end(ear)
    assert not errors
    ear.close()
    mouth.close()


def test_node_that_keeps_all_has_nothing_replaced(nodes, address_of, context):
    """More messages than the queue of a wire, all before the node takes the first."""
    address, count = address_of("t"), 300
    joined = threading.Event()
    mouth = Writer(context, "t", address, queue=2 * count, on_join=joined.set)
    inputs = {"any": InputWire(stream="t", policy="latest", address=address, queue=8)}
    wiring = Wiring(node="c", uses="host_nodes:Collector", params={}, inputs=inputs, outputs={})
    host = Host(wiring)
    with running(host) as errors:
        until = time.monotonic() + 10
        while not joined.is_set() and time.monotonic() < until:
            mouth.service()
            time.sleep(0.01)
        for number in range(count):
            mouth.publish(twist(number))
        mouth.publish(End(stamp_ns=0))
        Collector.begin.set()
    mouth.close()
    assert errors == []
    assert host.node.seen == list(range(count))


def test_refused_is_what_no_second_try_can_mend():
    no_room, no_depth = CogmapError("no room"), BadInputError("depth is in feet")
    assert exit_code_of(no_room, starting=True) == EXIT_REFUSED
    assert exit_code_of(no_room, starting=False) == EXIT_FAILED
    assert exit_code_of(no_depth, starting=False) == EXIT_REFUSED
    for kind in (DepthUnitError, EpisodeError, ReconstructionError):
        assert issubclass(kind, BadInputError), "the same comes again, however often it is tried"
    assert not issubclass(MapError, BadInputError), "a disk may have room later"
