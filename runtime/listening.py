"""How a process that is no node of a run listens to its streams."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.context import open_context
from cogmap.runtime.keys import client_keys
from cogmap.runtime.messages import Layout
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.requests import STREAMS_FILE, RequestError, file_of_run

__all__ = ["listening", "newest_layout", "stream_address", "stream_addresses"]

LAYOUT_WITHIN_S = 3.0


def stream_addresses(run_dir: Path) -> dict[str, WriterAddress]:
    """Of all streams of a run. Raises RequestError if this is not the directory of one."""
    return file_of_run(run_dir, STREAMS_FILE, dict[str, WriterAddress])


def stream_address(run_dir: Path, stream: str) -> str:
    """Where a stream of a run is published for readers of the newest. Raises RequestError if it
    has no such stream."""
    addresses = stream_addresses(run_dir)
    if stream not in addresses:
        raise RequestError(f"the run in {run_dir} has no stream {stream}")
    return addresses[stream].latest


@contextmanager
def listening(run_dir: Path, stream: str, *, keep_all: bool = False) -> Iterator[LatestReader]:
    """A reader of a stream of a run, closed in the end. Raises RequestError if it has no such
    stream."""
    endpoint = stream_address(run_dir, stream)
    context = open_context(client_keys(run_dir))
    reader = LatestReader(context, endpoint, keep_all=keep_all)
    try:
        yield reader
    finally:
        reader.close()
        context.term()


def newest_layout(run_dir: Path, node: str, within_s: float = LAYOUT_WITHIN_S) -> Layout:
    """What the memory node of a run published last. Raises RequestError if none comes."""
    until = time.monotonic() + within_s
    with listening(run_dir, f"{node}/layout") as reader:
        while time.monotonic() < until:
            envelope = reader.receive()
            if envelope is not None and isinstance(envelope.message, Layout):
                return envelope.message
            time.sleep(0.01)
    raise RequestError(f"the map of the run in {run_dir} has nothing to show yet")
