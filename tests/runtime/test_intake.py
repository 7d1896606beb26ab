"""What a client sends is bounded before it is a whole message."""

from __future__ import annotations

import socket as plain
import sys
from collections.abc import Callable, Iterator

import pytest
import zmq

from cogmap.runtime import intake, wire
from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.context import RunContext, open_context
from cogmap.runtime.keys import KeyFolder, RunKeys, make_pair, put_run_keys
from cogmap.runtime.messages import Refusal, RunQuery
from cogmap.runtime.request_server import RequestServer
from cogmap.runtime.writer import Writer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's tcp_info")
Socket = zmq.Socket[bytes]
PART = bytes(100_000)


@pytest.fixture
def folder(tmp_path) -> KeyFolder:
    made = KeyFolder(tmp_path / "keys")
    made.make()
    return made


@pytest.fixture
def served(folder, tmp_path) -> Iterator[RunContext]:
    context = open_context(put_run_keys(folder.path, tmp_path, over_tcp=True))
    yield context
    context.term()


@pytest.fixture
def clients(folder) -> Iterator[RunContext]:
    own = make_pair()
    folder.add("laptop", own.public)
    context = open_context(RunKeys(run_public=folder.pair().public, own=own))
    yield context
    context.destroy(linger=0)


@pytest.fixture
def server(served) -> Iterator[RequestServer]:
    made = RequestServer(served, endpoint(), "memory/ask", lambda asked: asked)
    yield made
    made.close()


def endpoint() -> str:
    with plain.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def connect(clients, server) -> Iterator[Callable[[], Socket]]:
    made: list[Socket] = []

    def connected() -> Socket:
        made.append(clients.socket(zmq.DEALER))
        made[-1].connect(server.socket.getsockopt_string(zmq.LAST_ENDPOINT))
        return made[-1]

    yield connected
    for socket in made:
        socket.close(linger=0)


def is_hung_up_on(socket: Socket, within_ms: int) -> bool:
    monitor = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    try:
        return bool(monitor.poll(within_ms))
    finally:
        socket.disable_monitor()
        monitor.close()


def ask(server: RequestServer, socket: Socket, *more: bytes) -> object:
    parts = wire.encode(RunQuery(stamp_ns=0), stream="", seq=0, captured_ns=0)
    socket.send_multipart([bytes(8), *parts, *more])
    while not socket.poll(1):
        server.serve()
    return wire.decode(socket.recv_multipart()[1:]).message


def test_who_sends_a_message_without_end_is_hung_up_on(server, connect, monkeypatch):
    monkeypatch.setattr(intake, "MAX_CONNECTION_BYTES", 1_000_000)
    flood = connect()
    flood.send_multipart([PART] * 50)
    assert is_hung_up_on(flood, 5000)
    assert isinstance(ask(server, connect()), RunQuery), "others are answered"


def test_the_largest_of_many_is_hung_up_on(server, connect, monkeypatch):
    monkeypatch.setattr(intake, "MAX_BYTES", 1_000_000)
    small, large = connect(), connect()
    small.send_multipart([PART] * 2)
    large.send_multipart([PART] * 12)
    assert is_hung_up_on(large, 5000)
    assert not is_hung_up_on(small, 300)


def test_what_was_taken_in_does_not_count(server, connect, monkeypatch):
    monkeypatch.setattr(intake, "MAX_CONNECTION_BYTES", 300_000)
    socket = connect()
    monitor = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    for _ in range(20):
        ask(server, socket, PART)
    assert not monitor.poll(300)
    socket.disable_monitor()
    monitor.close()


def test_a_subscriber_has_little_to_say(served, clients, monkeypatch):
    monkeypatch.setattr(intake, "MAX_CONNECTION_BYTES", 1_000_000)
    address = WriterAddress(endpoint(), endpoint())
    writer = Writer(served, "camera/frames", address)
    socket = clients.socket(zmq.XSUB)
    socket.connect(address.latest)
    socket.send_multipart([b"x" * 4000] * 400)
    assert is_hung_up_on(socket, 5000)
    socket.close(linger=0)
    writer.close()


def test_a_request_of_many_large_parts_is_refused(server, connect):
    socket = connect()
    reply = ask(server, socket, *[5 * PART] * 20)
    assert isinstance(reply, Refusal)
    assert reply.text == "9.5 MB are too much for a request"
    assert isinstance(ask(server, socket), RunQuery)


def test_who_sends_a_message_of_more_parts_than_any_has_is_hung_up_on(server, connect):
    """Each has to be taken in before others are answered, and 300,000 of one byte are not much."""
    flood = connect()
    monitor = flood.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    flood.send_multipart([b"x"] * 100)
    while not monitor.poll(1):
        server.serve()
    flood.disable_monitor()
    monitor.close()
    assert server.malformed == 1
    assert isinstance(ask(server, connect()), RunQuery), "others are answered"
