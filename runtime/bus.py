"""Streams between processes: one writer, any number of readers, two delivery policies.

``latest`` (live): the writer never waits; a slow reader gets the newest message of each
key and counts what it skipped. ``lossless`` (replay, recording): the writer waits for each
reader that the launch file names; nothing is dropped.

A lossless reader names the sequence number it wants next. A writer that starts anew asks
nobody: it sends what each reader wants, and a reader drops what it has had. So a killed
process, started again, takes up without loss or repetition, as long as the writer still
holds, or can make again, what its reader wants (`RewindError` otherwise).

`Writer` is in ``writer.py``, the readers are in ``readers.py``; here is what they share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from cogmap.runtime.messages import CogmapError

Policy = Literal["latest", "lossless"]

SEND_QUEUE = 8
"""Messages that ZeroMQ holds for a lossless reader before its writer waits."""
WAIT_MS = 50
"""How long to wait for a socket before looking at the stop flag again."""


class StoppedError(CogmapError):
    """The node was told to stop while it waited for a reader."""


class RewindError(CogmapError):
    """A reader wants messages, from ``seq`` on, that the writer no longer holds."""

    def __init__(self, stream: str, seq: int) -> None:
        super().__init__(f"a reader of {stream} wants message {seq}, which is no longer held")
        self.stream = stream
        self.seq = seq


class Position(msgspec.Struct, frozen=True, array_like=True):
    """What a lossless reader tells its writer."""

    next_seq: int
    """Everything before was handled."""
    resume: bool = False
    """Send from here, whatever was sent before."""
    kept: int = 0
    """What a process that takes this reader's place may want first: nothing before is needed."""
    has_end: bool = False
    """The last that was handled is the stream's `End`: a writer that starts anew says it again,
    with the same number."""


@dataclass(frozen=True)
class WriterAddress:
    """Where a stream is served."""

    latest: str
    """Endpoint that anybody may subscribe to."""
    lossless: str
    """Endpoint for the readers below."""
    readers: tuple[str, ...] = ()
    """Names of the lossless readers; the writer waits for all of them."""
