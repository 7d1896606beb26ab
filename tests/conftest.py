"""Fixtures that every folder's tests share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def shared_data() -> Path:
    """Folder of real recordings; the test is skipped where it is not there."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real recordings are not at {SHARED_DATA}")
    return SHARED_DATA


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
