"""Writes every stream that it is wired to into one MCAP file."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.messages import LogRecord, PlaybackStatus, RunStatus
from cogmap.runtime.metrics import LoadMeter
from cogmap.runtime.node import Node, NodeParams
from cogmap.runtime.recording import RecordingError, RecordingWriter
from cogmap.runtime.wire import Envelope

_WALL_CLOCK_TYPES = (RunStatus, LogRecord, PlaybackStatus)
_MOST_LOAD = 0.7
_MOST_UNFLUSHED = 50
"""Then writers that wait for all that is recorded need not keep more."""
_MOST_CHUNKS = 100_000
"""Of a part: its index is in memory until it is closed, some 0.9 KB for each."""
_SLOW = (
    "writing takes {:.0%} of the time: the disk is too slow for these streams, or the processor for"
    " their compression; record fewer, or on another disk"
)


class Recorder(Node):
    """One more subscriber; taking it away changes nothing.

    What is recorded is never overwritten: started again, it goes on in ``<name>.2.mcap``,
    ``<name>.3.mcap`` and so on. Of a source that is not repeatable it takes ``latest``. While
    the disk takes nothing it counts what is lost, tries again, and goes on in the next part.
    """

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        path: str = "recording.mcap"
        """Where to write; relative to the run directory if there is one."""
        jpeg_quality: int = 95
        """Quality of stored colour; 0 stores it exactly. Depth is always exact."""
        flush_s: float = 1.0
        """At most this much is lost if the recorder is killed."""
        retry_s: float = 2.0
        """After an error of the disk it is tried again so often."""

        def __post_init__(self) -> None:
            if not 0 <= self.jpeg_quality <= 100:
                raise ValueError("jpeg_quality must be in 0..100")

    params: Params
    ANY_INPUT = True
    KEEP_ALL = True
    KEEPS_STATE = True

    @classmethod
    def check(cls, params: Params) -> None:
        folder = Path(params.path).parent
        try:
            if folder.is_absolute():
                tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise RecordingError(
                f"cannot write recording {params.path}: {error.strerror}; choose a folder that is"
                " there and that you may write to"
            ) from error

    def setup(self) -> None:
        self._load = LoadMeter()
        self._unflushed = 0
        """Messages of which it is not known yet whether they are in the file."""
        self._flushed_at = self._failed_at = -math.inf
        self._writer: RecordingWriter | None = None
        with self._disk_errors():
            self._writer = self._next_writer()

    def _next_writer(self) -> RecordingWriter:
        wanted = (self.run_dir or Path()) / self.params.path
        path = _next_part(wanted)
        if path != wanted:
            self.log.warning("%s exists already; going on in %s", wanted, path.name)
        self._flushed_at = -math.inf
        return RecordingWriter(path, self.params.jpeg_quality)

    def on_any(self, envelope: Envelope) -> None:
        began_s = time.monotonic()
        self._unflushed += 1
        if self._writer is not None or began_s - self._failed_at >= self.params.retry_s:
            with self._disk_errors():
                self._record(envelope)
        else:
            self._lose_unflushed()
        now_s = time.monotonic()
        load = self._load.update(now_s - began_s, now_s)
        self.troubles.put("slow disk", None if load < _MOST_LOAD else _SLOW.format(load))

    def _record(self, envelope: Envelope) -> None:
        """The first message of a part is flushed at once: then the part is worth keeping."""
        if self._writer is not None and self._writer.chunks >= _MOST_CHUNKS:
            self.close()
        if self._writer is None:
            self._writer = self._next_writer()
        source_clock = not isinstance(envelope.message, _WALL_CLOCK_TYPES)
        self._writer.write(envelope, source_clock=source_clock)
        if time.monotonic() - self._flushed_at > self.params.flush_s:
            self._flush(self._writer)

    def on_tick(self) -> None:
        """Where no more messages come, too."""
        is_due = time.monotonic() - self._flushed_at > self.params.flush_s
        if self._writer is not None and self._unflushed and is_due:
            with self._disk_errors():
                self._flush(self._writer)

    def _flush(self, writer: RecordingWriter) -> None:
        writer.flush()
        self._flushed_at = time.monotonic()
        self.counters["recorded"] += self._unflushed
        self._unflushed = 0
        self.troubles.clear("not recorded")

    def _lose_unflushed(self) -> None:
        self.counters["unrecorded"] += self._unflushed
        self._unflushed = 0

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        """What it may have cost is counted, and a part that holds nothing goes."""
        try:
            yield
        except RecordingError as error:
            text = f"{error}; it is tried again: {disk_help(error)}"
            self.troubles.notice("not recorded", text)
            self._lose_unflushed()
            writer, self._writer, self._failed_at = self._writer, None, time.monotonic()
            if writer is not None and self._flushed_at == -math.inf:
                with suppress(OSError):
                    writer.path.unlink()

    def state(self) -> NodeState | None:
        """What was recorded is in the file once this is given, and need not come again. None
        while some of it is not, or the disk takes nothing: it comes again after a kill, or is
        counted. It seldom flushes for it: a live node is asked after every message."""
        if self.cut_short or self._unflushed >= _MOST_UNFLUSHED:
            self._flush_now()
        return None if self._writer is None or self._unflushed else NodeState()

    def _flush_now(self) -> None:
        if self._writer is not None:
            with self._disk_errors():
                self._flush(self._writer)

    def restore(self, state: NodeState) -> None:
        """What follows is in a part of its own."""

    def on_end(self) -> None:
        self._flush_now()

    def close(self) -> None:
        if getattr(self, "_writer", None) is None:
            return
        self._flush_now()
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except RecordingError as error:
                text = "the recording stays without its index, which is not needed: %s"
                self.log.warning(text, error)


def _next_part(path: Path) -> Path:
    """``path``, or where there is such a file the first of its parts that there is not."""
    part, number = path, 1
    while part.is_file():
        number += 1
        part = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return part
