"""HTTP replies that end: bounded in bytes and in time, however slowly they come.

A timeout of HTTP counts from one piece to the next, so a reply that trickles never ends.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from functools import lru_cache

import httpx2

__all__ = ["TooMuchError", "bounded_client"]

MOST_BYTES = 4 * 2**20


class TooMuchError(Exception):
    """A reply did not end."""


def bounded_client(deadline: float) -> httpx2.Client:
    """Reads every reply until ``deadline`` (`time.monotonic`) and up to MOST_BYTES, no further."""

    def bound(response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream, deadline)

    left_s = max(deadline - time.monotonic(), 0.001)
    return httpx2.Client(timeout=left_s, verify=_trusted(), event_hooks={"response": [bound]})


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes 40 ms: once is enough."""
    return httpx2.create_ssl_context()


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
