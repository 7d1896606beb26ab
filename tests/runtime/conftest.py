"""What the tests of the transport share: sockets in a folder, nothing left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq

from cogmap.runtime.bus import WriterAddress


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    """A context; the test fails if it leaves a socket open or a thread running."""
    threads = set(threading.enumerate())
    context = zmq.Context()
    yield context
    still_open = [socket for socket in list(context._sockets) if not socket.closed]
    context.destroy(linger=0)
    assert not still_open, f"sockets were left open: {still_open}"
    left = [thread.name for thread in threading.enumerate() if thread not in threads]
    assert not left, f"threads were left running: {left}"


@pytest.fixture
def address(tmp_path: Path) -> Callable[..., WriterAddress]:
    """``address("reader", ...)``: where a stream with these lossless readers is served."""

    def make(*readers: str) -> WriterAddress:
        return WriterAddress(f"ipc://{tmp_path}/latest", f"ipc://{tmp_path}/lossless", readers)

    return make


@pytest.fixture
def eventually() -> Callable[..., None]:
    """``eventually(condition, within_s=5)``: poll until it holds, or fail."""

    def wait(condition: Callable[[], object], within_s: float = 5.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"not within {within_s} s"
            time.sleep(0.002)

    return wait
