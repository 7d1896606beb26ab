"""Questions to a node and their answers: one message there, one back, with a deadline.

A request is ``[id, topic, header, buffers...]`` on a DEALER socket, the rest as on any stream
(``docs/wire.md``); the reply echoes the id. A node that cannot do what it is asked for replies
with a `Refusal`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TypeVar

import msgspec
import zmq

from cogmap.runtime import wire
from cogmap.runtime.context import open_context
from cogmap.runtime.keys import RunKeys, client_keys
from cogmap.runtime.messages import CogmapError, Message, Refusal, RunAddresses, RunQuery
from cogmap.runtime.rundir import is_going_on

__all__ = [
    "ID_BYTES", "JOINED_FILE", "SERVICES_FILE", "STREAMS_FILE", "RequestError", "ask_run",
    "file_of_run", "goes_on", "request", "service_address", "services_of",
]  # fmt: skip

R = TypeVar("R", bound=Message)
T = TypeVar("T")

SERVICES_FILE, STREAMS_FILE = "services.json", "streams.json"
JOINED_FILE = "joined.json"
"""In a folder that stands for the directory of a run on another machine."""
_STILL_THERE_WITHIN_S = 2.0
ID_BYTES = 8


class RequestError(CogmapError):
    """A request was refused or not answered in time."""


def service_address(run_dir: Path, service: str) -> str:
    """Where ``node/service`` of a run that is going on is served.

    Raises:
        RequestError: there is no such run or service.
    """
    addresses = services_of(run_dir)
    if not goes_on(run_dir):
        raise RequestError(
            f"the run in {run_dir} is over; use the map that it left, or start another"
        )
    if service not in addresses:
        known = ", ".join(sorted(addresses)) or "nothing"
        raise RequestError(f"the run in {run_dir} serves no {service!r}; it serves {known}")
    return addresses[service]


def services_of(run_dir: Path) -> dict[str, str]:
    """``node/service`` -> address, of a run. Raises RequestError if it is no run's directory."""
    return file_of_run(run_dir, SERVICES_FILE, dict[str, str])


def file_of_run(run_dir: Path, name: str, kind: type[T]) -> T:
    """What a run says of itself there. Raises RequestError if it is no run's directory."""
    try:
        return msgspec.json.decode((run_dir / name).read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise RequestError(f"{run_dir} is not the directory of a run: {error}") from error


def goes_on(run_dir: Path) -> bool:
    """Whether some process runs in this run directory now, or the run that was joined answers."""
    if is_going_on(run_dir):
        return True
    try:
        joined = msgspec.json.decode((run_dir / JOINED_FILE).read_bytes(), type=dict[str, str])
        asked, keys = RunQuery(stamp_ns=0), client_keys(run_dir)
        request(joined["address"], asked, RunAddresses, _STILL_THERE_WITHIN_S, keys)
    except (OSError, msgspec.DecodeError, KeyError, CogmapError):
        return False
    return True


def ask_run(
    run_dir: Path,
    service: str,
    message: Message,
    reply_type: type[R],
    timeout_s: float = 5.0,
    asker: str = "",
) -> R:
    """`request`, of a service of the run in ``run_dir``, with the keys that are there.

    Raises:
        RequestError: there is no such run or service, it refused, or no reply came in time.
        RunKeyError: the keys cannot be read.
    """
    endpoint = service_address(run_dir, service)
    return request(endpoint, message, reply_type, timeout_s, client_keys(run_dir), asker)


def request(
    endpoint: str,
    message: Message,
    reply_type: type[R],
    timeout_s: float = 5.0,
    keys: RunKeys | None = None,
    asker: str = "",
) -> R:
    """Ask and wait for the reply. ``keys``: of a run that has some. ``asker``: whom a process of
    the run asks for, as `request_server.asker` says it: the answer is charged to them.

    Raises:
        RequestError: it was refused (with the reason), or no reply came in time.
    """
    context = open_context(keys)
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    try:
        socket.connect(endpoint)
        asked_at = time.monotonic()
        id_ = time.monotonic_ns().to_bytes(ID_BYTES, "big")
        socket.send_multipart([id_, *wire.encode(message, stream=asker, seq=0, captured_ns=0)])
        while (left_s := asked_at + timeout_s - time.monotonic()) > 0:
            if socket.poll(int(left_s * 1000) + 1):
                echoed, *parts = socket.recv_multipart()
                if echoed == id_:
                    return _checked(wire.decode(parts).message, reply_type)
        raise RequestError(
            f"no reply within {timeout_s:g} s; the node is busy or hangs, or was asked for far more"
            " than one client may, which it says to some requests only"
        )
    finally:
        socket.close()
        context.term()


def _checked(reply: Message, reply_type: type[R]) -> R:
    if isinstance(reply, Refusal):
        raise RequestError(reply.text)
    if not isinstance(reply, reply_type):
        raise RequestError(
            f"the reply is a {type(reply).__name__}, not a {reply_type.__name__};"
            " run the same cogmap on both sides"
        )
    return reply
