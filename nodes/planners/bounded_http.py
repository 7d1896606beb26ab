"""HTTP replies that end: bounded in bytes and in time, however slowly they come.

A timeout of HTTP counts from one piece to the next, so a reply that trickles never ends, be it in
its body, where every piece is counted, or in its headers, which nobody sees before they are all
there: at the deadline the connection itself is cut.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

import httpx2

__all__ = ["TooMuchError", "bounded_client"]

MOST_BYTES = 4 * 2**20


class TooMuchError(Exception):
    """A reply did not end, or is larger than it looks."""


def bounded_client(deadline: float) -> httpx2.Client:
    """Reads every reply until ``deadline`` (`time.monotonic`) and up to MOST_BYTES, no further.

    Replies are asked for as they are, and refused if they come compressed all the same: what 400 KB
    hold is not known before they have filled the memory.
    """
    line = _Line(deadline)

    def bound(response: httpx2.Response) -> None:
        coding = response.headers.get("content-encoding", "identity")
        if coding.strip().casefold() not in ("", "identity"):
            raise TooMuchError(
                f"sends a compressed reply ({coding[:20]}), which it was asked not to"
            )
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream, deadline)

    def watch(request: httpx2.Request) -> None:
        request.extensions["trace"] = line.on_event

    left_s = max(deadline - time.monotonic(), 0.001)
    return _Client(
        line,
        timeout=left_s,
        verify=_trusted(),
        headers={"Accept-Encoding": "identity"},
        event_hooks={"request": [watch], "response": [bound]},
    )


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes 40 ms: once is enough."""
    return httpx2.create_ssl_context()


class _Client(httpx2.Client):
    """Ends the watch over its connections when it is closed."""

    def __init__(self, line: _Line, **settings: Any) -> None:
        super().__init__(**settings)
        self._line = line

    def close(self) -> None:
        self._line.close()
        super().close()


class _Line:
    """The newest connection of a client, cut at a deadline."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._timer: threading.Timer | None = None

    def on_event(self, name: str, info: dict[str, Any]) -> None:
        """Called with the events of a request: a connection is there, or has become a safe one."""
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self.close()
            connected = info["return_value"].get_extra_info("socket")
            left_s = max(self._deadline - time.monotonic(), 0.0)
            self._timer = threading.Timer(left_s, _cut, [connected])
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _cut(connected: socket.socket) -> None:
    """Whoever reads from it or writes to it finds its end. Not by way of TLS, which would first
    say goodbye."""
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        taken = 0
        for chunk in self._stream:
            taken += len(chunk)
            if taken > MOST_BYTES:
                raise TooMuchError(f"sends more than {MOST_BYTES} bytes for one turn")
            if time.monotonic() > self._deadline:
                raise TooMuchError("had not ended its turn in time")
            yield chunk

    def close(self) -> None:
        self._stream.close()
