"""A server of requests that answers on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import zmq

from cogmap.runtime.messages import Message
from cogmap.runtime.request_server import Reply, RequestServer


@contextmanager
def answering(
    context: zmq.Context[zmq.Socket[bytes]], endpoint: str, answer: Callable[[Message], Reply]
) -> Iterator[RequestServer]:
    """Serves ``memory/edits`` until the block ends, and ends the context then."""
    server, over = RequestServer(context, endpoint, "memory/edits", answer), threading.Event()

    def run() -> None:
        while not over.is_set():
            if not server.serve():
                over.wait(0.002)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield server
    finally:
        over.set()
        thread.join()
        server.close()
        context.term()
