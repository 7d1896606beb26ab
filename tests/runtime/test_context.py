"""Sockets with keys: known clients are served, strangers get nothing and learn nothing."""

from __future__ import annotations

import socket as plain
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing

import msgspec
import pytest
import zmq
from zmq.utils.monitor import recv_monitor_message

from cogmap.runtime import wire
from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.context import open_context, serving
from cogmap.runtime.keys import KeyFolder, RunKeys, make_pair, put_run_keys
from cogmap.runtime.messages import Edit, Edited, Message, Twist
from cogmap.runtime.readers import LatestReader, LosslessReader
from cogmap.runtime.request_server import RequestServer, asker
from cogmap.runtime.requests import RequestError, request
from cogmap.runtime.writer import Writer
from tests.runtime.request_thread import answering

EDIT = Edit(stamp_ns=1, action="delete", object_ids=(3,))


@pytest.fixture
def folder(tmp_path) -> KeyFolder:
    made = KeyFolder(tmp_path / "keys")
    made.make()
    return made


@pytest.fixture
def run_keys(folder, tmp_path) -> RunKeys:
    keys = put_run_keys(folder.path, tmp_path, over_tcp=True)
    assert keys is not None
    return keys


@pytest.fixture(params=["tcp", "ipc"])
def endpoint(request, tmp_path) -> str:
    return f"ipc://{tmp_path}/s" if request.param == "ipc" else f"tcp://127.0.0.1:{free_port()}"


def free_port() -> int:
    with plain.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def client(folder: KeyFolder, name: str | None = "laptop") -> RunKeys:
    """Keys of a client; without a name of one that the run does not know."""
    own = make_pair()
    if name is not None:
        folder.add(name, own.public)
    return RunKeys(run_public=folder.pair().public, own=own)


def serving_edits(keys: RunKeys, endpoint: str) -> AbstractContextManager[RequestServer]:
    edited = Edited(stamp_ns=1, version=7, events=())
    return answering(open_context(keys), endpoint, lambda _: edited)


def ask(endpoint: str, keys: RunKeys | None, timeout_s: float = 5.0) -> int:
    return request(endpoint, EDIT, Edited, timeout_s, keys).version


def test_a_known_client_and_the_run_itself_are_answered(folder, run_keys, endpoint):
    with serving_edits(run_keys, endpoint):
        assert ask(endpoint, client(folder)) == 7
        assert ask(endpoint, msgspec.structs.replace(run_keys, run_secret="")) == 7


def test_two_connections_of_one_key_are_one_client(folder, run_keys, endpoint):
    """Half of the places of those that wait, on however many connections."""
    keys, waiting = client(folder), []

    def answer(_: Message) -> Future[Message]:
        waiting.append(Future())
        return waiting[-1]

    context, clients = open_context(run_keys), open_context(keys)
    server = RequestServer(context, endpoint, "memory/edits", answer)
    parts = wire.encode(EDIT, stream="", seq=0, captured_ns=0)
    sockets = [clients.socket(zmq.DEALER) for _ in range(2)]
    for socket in sockets:
        socket.linger = 0
        socket.connect(endpoint)
        for number in range(24):
            socket.send_multipart([number.to_bytes(8, "big"), *parts])
    served = 0
    while served < 48:
        assert server.has_waiting or server.socket.poll(5000)
        served += server.serve()
    assert len(waiting) == 32
    for socket in sockets:
        socket.close()
    server.close()
    context.term()
    clients.term()


def test_who_asks_through_a_node_of_the_run_is_charged_and_nobody_else(folder, run_keys):
    """And only processes of the run are believed for whom they ask."""
    first, second = f"tcp://127.0.0.1:{free_port()}", f"tcp://127.0.0.1:{free_port()}"
    own = msgspec.structs.replace(run_keys, run_secret="")
    charged: list[bytes] = []

    def pass_on(asked: Message) -> Message:
        return request(second, asked, Edited, keys=own, asker=asker())

    greedy, modest = client(folder, "greedy"), client(folder, "modest")
    edited = Edited(stamp_ns=1, version=7, events=())
    with (
        answering(open_context(run_keys), first, pass_on),
        answering(open_context(run_keys), second, lambda _: edited) as server,
    ):
        server._limits.charge = lambda who, _: charged.append(who)
        ask(first, greedy)
        ask(first, modest)
        pretended = greedy.own.public.encode().hex()
        request(second, EDIT, Edited, keys=modest, asker=pretended)
    publics = [each.own.public.encode() for each in (greedy, modest, modest)]
    assert charged == publics


def test_strangers_get_nothing(folder, run_keys, endpoint):
    known = client(folder)
    wrong_run = msgspec.structs.replace(known, run_public=make_pair().public)
    with serving_edits(run_keys, endpoint) as server:
        for keys in (client(folder, None), wrong_run, None):
            with pytest.raises(RequestError, match="no reply"):
                ask(endpoint, keys, timeout_s=0.4)
        assert ask(endpoint, known) == 7
        assert server.malformed == 0  # nothing of theirs came as far as the socket


def test_a_client_is_known_from_when_it_is_added_until_it_is_removed(folder, run_keys, endpoint):
    later = client(folder, None)
    with serving_edits(run_keys, endpoint):
        with pytest.raises(RequestError):
            ask(endpoint, later, timeout_s=0.4)
        folder.add("later", later.own.public)
        assert ask(endpoint, later) == 7
        folder.remove("later")
        with pytest.raises(RequestError):
            ask(endpoint, later, timeout_s=0.4)


def test_a_door_that_could_not_look_opens_again(
    folder, run_keys, endpoint, tmp_path, eventually, caplog
):
    """By itself, to a client that knocked meanwhile."""
    known = client(folder)
    aside = folder.clients.rename(tmp_path / "aside")
    folder.clients.symlink_to("x" * 300)  # as good as a disk that cannot be read
    with serving_edits(run_keys, endpoint), ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, endpoint, known, 20.0)
        eventually(lambda: "cannot tell who may join now: OSError" in caplog.text)
        folder.clients.unlink()
        aside.rename(folder.clients)
        assert asked.result() == 7


def test_a_client_cannot_be_a_reader_that_the_writer_waits_for(folder, run_keys, tmp_path):
    """Nor can it take the place of one: those are processes of the run."""
    where = WriterAddress(f"ipc://{tmp_path}/l", f"ipc://{tmp_path}/r", ("memory.observations",))
    inside, outside = open_context(run_keys), open_context(client(folder))
    with closing(Writer(inside, "s", where)) as writer:
        stranger = LosslessReader(outside, where.lossless, "memory.observations")
        writer._wait_for_readers()
        writer._wait_for_readers()
        assert writer._links[b"memory.observations"].next_seq is None
        own = LosslessReader(inside, where.lossless, "memory.observations")
        assert writer.wanted_seq() == 0
        own.close()
        stranger.socket.close(linger=0)
    outside.term()
    inside.term()


def test_streams_are_read_with_keys_only(folder, run_keys, endpoint):
    known, unknown = open_context(client(folder)), open_context(client(folder, None))
    inside, bare = open_context(run_keys), open_context()
    writer = Writer(inside, "s", WriterAddress(endpoint, ""))
    readers = [LatestReader(context, endpoint) for context in (known, unknown, bare)]
    try:
        got = None
        while got is None:
            writer.service()
            writer.publish(Twist(stamp_ns=1, linear_mps=1.0, angular_rps=0.0))
            got = readers[0].receive()
        assert isinstance(got.message, Twist)
        assert [reader.receive() for reader in readers[1:]] == [None, None]
    finally:
        writer.close()
        for reader, context in zip(readers, (known, unknown, bare), strict=True):
            reader.close()
            context.term()
        inside.term()


def test_a_stranger_learns_nothing_but_that_it_is_refused(folder, run_keys, endpoint):
    """No byte of the application comes back, whatever it says."""
    with serving_edits(run_keys, endpoint):
        context = open_context(client(folder, None))
        asking = context.socket(zmq.DEALER)
        asking.linger = 0
        monitor = asking.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH)
        asking.connect(endpoint)
        asking.send_multipart([b"8 bytes!", b"", b"anything"])
        assert monitor.poll(5000)
        assert recv_monitor_message(monitor)["value"] == 400
        assert not asking.poll(100)
        asking.disable_monitor()
        monitor.close()
        asking.close()
        context.term()


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: robot\r\n\r\n",
        b"\x00" * 500,
        b"\xff" * 500,
        # A whole greeting of ZMTP 3 with the mechanism NULL, and a request after it.
        b"\xff" + b"\x00" * 8 + b"\x7f\x03\x01NULL" + b"\x00" * 48 + b"\x04\x05READY",
    ],
)
def test_garbage_at_the_port_harms_nobody(folder, run_keys, said):
    port = free_port()
    endpoint = f"tcp://127.0.0.1:{port}"
    with serving_edits(run_keys, endpoint) as server:
        with plain.create_connection(("127.0.0.1", port), timeout=5) as stranger:
            stranger.sendall(said)
            heard = b""
            stranger.settimeout(0.3)
            try:
                while data := stranger.recv(4096):
                    heard += data
            except (TimeoutError, ConnectionResetError):
                pass
        assert len(heard) <= 64  # ZeroMQ's own greeting, which names its version and CURVE
        assert ask(endpoint, client(folder)) == 7
        assert server.malformed == 0


def test_without_a_doorman_nobody_gets_in(folder, run_keys, endpoint):
    context = open_context(run_keys)
    context._stop_authenticator()
    socket = serving(context, zmq.ROUTER, "clients")
    socket.bind(endpoint)
    with pytest.raises(RequestError):
        ask(endpoint, client(folder), timeout_s=0.3)
    assert not socket.poll(0)
    socket.close(linger=0)
    context.term()


def test_a_client_cannot_serve(folder):
    context = open_context(client(folder))
    with pytest.raises(ValueError, match="only processes of a run"):
        serving(context, zmq.ROUTER, "clients")
    context.term()
