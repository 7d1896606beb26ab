"""Joining a run over one address."""

from __future__ import annotations

import socket as plain
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
import zmq

from cogmap.runtime import wire
from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.context import open_context
from cogmap.runtime.directory import Directory, JoinError, join
from cogmap.runtime.keys import KeyFolder, RunKeys, client_keys, make_pair, put_run_keys
from cogmap.runtime.messages import RunQuery
from cogmap.runtime.requests import RequestError, goes_on, service_address

STREAMS = {"camera/frames": WriterAddress("tcp://0.0.0.0:7402", "tcp://0.0.0.0:7403")}
SERVICES = {"memory/ask": "tcp://0.0.0.0:7450"}


def free_port() -> int:
    with plain.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def directory(keys: RunKeys | None, services: dict[str, str] | None = None) -> Iterator[str]:
    context, over, port = open_context(keys), threading.Event(), free_port()
    served = Directory(context, f"tcp://127.0.0.1:{port}", STREAMS, services or SERVICES)

    def run() -> None:
        while not over.wait(0.002):
            served.serve()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        over.set()
        thread.join()
        served.close()
        context.term()


def test_a_joined_run_is_found_under_the_name_that_it_was_reached_by(tmp_path):
    with directory(None) as address:
        join(address, tmp_path / "robot", None)
        assert service_address(tmp_path / "robot", "memory/ask") == "tcp://127.0.0.1:7450"
        with pytest.raises(RequestError, match="serves no 'vlm/ask'; it serves memory/ask"):
            service_address(tmp_path / "robot", "vlm/ask")
        assert goes_on(tmp_path / "robot")
        join(address, tmp_path / "robot", None)  # again, as after a change of the run
    assert not goes_on(tmp_path / "robot")


def test_keys_are_kept_for_their_owner_alone(tmp_path):
    folder, own = KeyFolder(tmp_path / "keys"), make_pair()
    run = folder.make()
    folder.add("laptop", own.public)
    keys = RunKeys(run_public=run.public, own=own)
    with directory(put_run_keys(folder.path, tmp_path, over_tcp=True)) as address:
        join(address, tmp_path / "robot", keys)
        assert client_keys(tmp_path / "robot") == keys
        assert goes_on(tmp_path / "robot")
        with pytest.raises(JoinError, match="cogmap keys list"):
            join(address, tmp_path / "other", None, timeout_s=0.3)
        stranger = msgspec.structs.replace(keys, own=make_pair())
        with pytest.raises(JoinError, match="is its key right"):
            join(address, tmp_path / "other", stranger, timeout_s=0.3)
    assert (tmp_path / "robot").stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "other").exists()


def test_a_flood_is_answered_some_at_a_time(context, tmp_path):
    """So that who serves has time for the heartbeats of the run."""
    served = Directory(context, f"ipc://{tmp_path}/d", STREAMS, SERVICES)
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(f"ipc://{tmp_path}/d")
    query = wire.encode(RunQuery(stamp_ns=0), stream="", seq=0, captured_ns=0)
    for number in range(100):
        socket.send_multipart([number.to_bytes(8, "big"), *query])
    most, answered = 0, 0
    while answered < 100:
        served.serve()
        answers = 0
        while socket.poll(50):
            socket.recv_multipart()
            answers += 1
        most, answered = max(most, answers), answered + answers
    assert most <= 32
    socket.close()
    served.close()


@pytest.mark.parametrize("address", ["robot", "robot:", ":7400", "robot:x", ""])
def test_an_address_that_is_none(tmp_path, address):
    with pytest.raises(JoinError, match="HOST:PORT"):
        join(address, tmp_path / "robot", None)


def test_the_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(JoinError, match="is not of a joined run"):
        join("127.0.0.1:9", tmp_path / "mine", None)


@pytest.mark.parametrize("at", ["ipc:///etc/x", "tcp://a:99999", "tcp://a:b", "", "tcp://a"])
def test_a_run_cannot_send_its_clients_to_other_places(tmp_path, at):
    with (
        directory(None, {"memory/ask": at}) as address,
        pytest.raises(JoinError, match="cannot be one"),
    ):
        join(address, tmp_path / "robot", None)
    assert not (tmp_path / "robot").exists()
