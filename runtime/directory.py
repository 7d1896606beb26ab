"""The one address by which clients on other machines find all of a run's streams and services.

Over TCP the supervisor answers a `RunQuery` on ``base_port``. `join` makes a folder of the reply,
which commands take in the place of a run directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import zmq

from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.keys import KEYS_FILE, RunKeys, write_secret
from cogmap.runtime.messages import CogmapError, Message, RunAddresses, RunQuery
from cogmap.runtime.request_server import RequestServer
from cogmap.runtime.requests import JOINED_FILE, SERVICES_FILE, STREAMS_FILE, RequestError, request

__all__ = ["Directory", "JoinError", "join"]

_AT_ONCE = 32
"""Requests answered or refused in one go: who asks has heartbeats and all else to wait for."""
_FILES = (KEYS_FILE, SERVICES_FILE, STREAMS_FILE, JOINED_FILE)


class JoinError(CogmapError):
    """A run cannot be joined; the text says why and what to do."""


class Directory:
    """The supervisor's end; does nothing without an endpoint. Belongs to one thread."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        endpoint: str | None,
        streams: Mapping[str, WriterAddress],
        services: Mapping[str, str],
    ) -> None:
        self._known = RunAddresses(
            stamp_ns=0,
            streams={name: address.latest for name, address in streams.items()},
            services=dict(services),
        )
        self._server: RequestServer | None = None
        if endpoint is not None:
            self._server = RequestServer(context, endpoint, "run/directory", self._answer)

    def serve(self) -> None:
        """Answer who asks now, if they are not too many: the others are next time."""
        for _ in range(_AT_ONCE):
            if self._server is None or not self._server.serve():
                return

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def _answer(self, asked: Message) -> Message:
        if not isinstance(asked, RunQuery):
            raise CogmapError(f"run/directory takes RunQuery, not {type(asked).__name__}")
        return self._known


def join(address: str, folder: Path, keys: RunKeys | None, timeout_s: float = 5.0) -> RunAddresses:
    """Find the run at ``host:port`` and make a folder for commands to use as its run directory.

    Raises:
        JoinError: the folder is another thing's, or nobody answers there: wrong address, key
            unknown to the run, or not the run whose key was given.
    """
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    if not host or not port.isdigit():
        raise JoinError(f"{address!r:.80}: write HOST:PORT, the run's [run] base_port")
    if folder.exists() and not (folder / JOINED_FILE).exists():
        raise JoinError(f"{folder} exists and is not of a joined run; name a new folder")
    endpoint = f"tcp://{host}:{port}"
    try:
        found = request(endpoint, RunQuery(stamp_ns=0), RunAddresses, timeout_s, keys)
    except RequestError as error:
        raise JoinError(
            f"{address} does not answer ({error}): is the run going on, is its key right, and is"
            " this client's public key among those that cogmap keys list shows there?"
        ) from error
    _write_folder(folder, endpoint, _reached_by(host, found), keys)
    return found


def _reached_by(host: str, found: RunAddresses) -> RunAddresses:
    """The run's own addresses, with the name that this machine has for it."""
    return msgspec.structs.replace(
        found,
        streams={name: _moved(at, host) for name, at in found.streams.items()},
        services={name: _moved(at, host) for name, at in found.services.items()},
    )


def _moved(endpoint: str, host: str) -> str:
    scheme, _, place = endpoint.partition("://")
    port = place.rpartition(":")[2]
    if scheme != "tcp" or not port.isdigit() or not 0 < int(port) < 65536:
        raise JoinError(f"the run names an address that cannot be one: {endpoint!r:.80}")
    return f"tcp://{host}:{port}"


def _write_folder(folder: Path, endpoint: str, found: RunAddresses, keys: RunKeys | None) -> None:
    streams = {name: WriterAddress(latest=at, lossless="") for name, at in found.streams.items()}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in _FILES:
            (folder / name).unlink(missing_ok=True)
        if keys is not None:
            write_secret(folder / KEYS_FILE, msgspec.json.encode(keys))
        (folder / STREAMS_FILE).write_bytes(msgspec.json.encode(streams))
        (folder / SERVICES_FILE).write_bytes(msgspec.json.encode(found.services))
        (folder / JOINED_FILE).write_bytes(msgspec.json.encode({"address": endpoint}))
    except OSError as error:
        raise JoinError(f"cannot write {folder}: {error}") from error
