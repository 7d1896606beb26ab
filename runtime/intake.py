"""How much of what its clients send a process holds before its own code has it.

ZeroMQ gathers a message of many parts, and as many messages as a queue takes, before anybody sees
them: it bounds a part, not a message. So a thread asks the kernel how much has come by each
connection over TCP, and hangs up on those that are too far ahead of what was taken in.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import zmq

from cogmap.runtime.complaints import complain

__all__ = ["Intake"]

MAX_CONNECTION_BYTES = 32 * 2**20
MAX_BYTES = 128 * 2**20
"""Ahead of what was taken in: of one connection, and of all of a process together."""
_PERIOD_S = 0.1
_SHARE = 0.1
"""Of the time that looking may take: many connections are looked at less often."""
_PART_BYTES = 64
"""What encryption and framing add to a part, at most."""
_TCP_INFO_BYTES, _RECEIVED_AT = 256, 128
"""Of the kernel's `struct tcp_info`, and where its tcpi_bytes_received is."""


@dataclass
class _Taken:
    """What was taken in of a connection."""

    peer: object
    taken: int = 0


class _Open(NamedTuple):
    """A connection as it is now; its socket is a copy, which keeps its number from others."""

    socket: socket.socket
    peer: object
    ahead: int


class Intake:
    """Of one process, on Linux; elsewhere it does nothing. Any thread may call it."""

    def __init__(self) -> None:
        self._ports: set[int] = set()
        self._connections: dict[int, _Taken] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="intake")

    def open(self, endpoint: str) -> None:
        """From now on look at who is connected there, too: ``tcp://host:port``, or in vain."""
        scheme, _, place = endpoint.partition("://")
        if scheme != "tcp" or sys.platform != "linux":
            return
        with self._lock:
            self._ports.add(int(place.rpartition(":")[2]))
        if not self._thread.is_alive():
            self._thread.start()

    def note(self, parts: Sequence[zmq.Frame]) -> None:
        """A message was taken in."""
        with suppress(zmq.ZMQError):  # not of a connection
            number = int(parts[-1].get(zmq.SRCFD))
            with self._lock:
                taken = self._connections.setdefault(number, _Taken(None))
                taken.taken += sum(len(part) + _PART_BYTES for part in parts)

    def hang_up(self, parts: Sequence[zmq.Frame], why: str) -> None:
        """On who sent this message."""
        with suppress(zmq.ZMQError):  # not of a connection
            if (found := self._find(int(parts[-1].get(zmq.SRCFD)))) is not None:
                _hang_up(found, why)
                found.socket.close()

    def stop(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        took_s = 0.0
        while not self._over.wait(max(_PERIOD_S, took_s / _SHARE)):
            began_s = time.monotonic()
            with suppress(OSError):  # no descriptor is left to look with
                self.look()
            took_s = time.monotonic() - began_s

    def look(self) -> None:
        """Hang up on who is too far ahead. Raises OSError."""
        ahead: dict[int, int] = {}
        for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
            if (found := self._find(number)) is not None:
                ahead[number] = found.ahead
                if found.ahead > MAX_CONNECTION_BYTES:
                    _hang_up(found, _too_far(found))
                found.socket.close()
        if sum(ahead.values()) > MAX_BYTES:
            found = self._find(max(ahead, key=lambda number: ahead[number]))
            if found is not None:
                _hang_up(found, _too_far(found))
                found.socket.close()

    def _find(self, number: int) -> _Open | None:
        """The connection behind a descriptor; None if it is none of clients."""
        copied = None
        try:
            copied = os.dup(number)
            copy = socket.socket(fileno=copied)
        except OSError:
            if copied is not None:  # no socket
                os.close(copied)
            return None
        try:
            if copy.family in (socket.AF_INET, socket.AF_INET6) and self._is_ours(copy):
                return self._measured(copy, number)
        except OSError:  # it has just ended, or listens
            pass
        copy.close()
        return None

    def _is_ours(self, connection: socket.socket) -> bool:
        return connection.type == socket.SOCK_STREAM and connection.getsockname()[1] in self._ports

    def _measured(self, connection: socket.socket, number: int) -> _Open:
        peer = connection.getpeername()
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
        (received,) = struct.unpack_from("=Q", info, _RECEIVED_AT)
        with self._lock:
            known = self._connections.get(number)
            if known is None or known.peer not in (None, peer):
                known = self._connections[number] = _Taken(peer)
            known.peer = peer
            known.taken = min(known.taken, received)
            return _Open(connection, peer, received - known.taken)


def _too_far(connection: _Open) -> str:
    return f"it has sent {connection.ahead // 2**20} MB beyond what could be read"


def _hang_up(connection: _Open, why: str) -> None:
    complain("hung up on a client at %s: %s", connection.peer, why)
    with suppress(OSError):
        connection.socket.shutdown(socket.SHUT_RDWR)
