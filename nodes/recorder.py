"""Writes every stream that it is wired to into one MCAP file."""

from __future__ import annotations

import time
from pathlib import Path

from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.messages import LogRecord, PlaybackStatus, RunStatus
from cogmap.runtime.node import Node, NodeParams
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.wire import Envelope

_WALL_CLOCK_TYPES = (RunStatus, LogRecord, PlaybackStatus)


class Recorder(Node):
    """One more subscriber; taking it away changes nothing.

    What is recorded is never overwritten: started again, it goes on in ``<name>.2.mcap``,
    ``<name>.3.mcap`` and so on. Of a source that is not repeatable it takes ``latest``.
    """

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        path: str = "recording.mcap"
        """Where to write; relative to the run directory if there is one."""
        jpeg_quality: int = 95
        """Quality of stored colour; 0 stores it exactly. Depth is always exact."""
        flush_s: float = 1.0
        """At most this much is lost if the recorder is killed."""

        def __post_init__(self) -> None:
            if not 0 <= self.jpeg_quality <= 100:
                raise ValueError("jpeg_quality must be in 0..100")

    params: Params
    ANY_INPUT = True
    KEEP_ALL = True
    KEEPS_STATE = True

    def setup(self) -> None:
        wanted = (self.run_dir or Path()) / self.params.path
        path = _next_part(wanted)
        if path != wanted:
            self.log.warning("%s exists already; going on in %s", wanted, path.name)
        self._writer = RecordingWriter(path, self.params.jpeg_quality)
        self._flushed_at = time.monotonic()

    def on_any(self, envelope: Envelope) -> None:
        source_clock = not isinstance(envelope.message, _WALL_CLOCK_TYPES)
        self._writer.write(envelope, source_clock=source_clock)
        self.counters["recorded"] += 1
        if time.monotonic() - self._flushed_at > self.params.flush_s:
            self._writer.flush()
            self._flushed_at = time.monotonic()

    def state(self) -> NodeState:
        """What was recorded is in the file once this returns, and need not come again."""
        self._writer.flush()
        return NodeState()

    def restore(self, state: NodeState) -> None:
        """What follows is in a part of its own."""

    def close(self) -> None:
        if hasattr(self, "_writer"):
            self._writer.close()


def _next_part(path: Path) -> Path:
    """``path``, or where there is such a file the first of its parts that there is not."""
    part, number = path, 1
    while part.is_file():
        number += 1
        part = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return part
