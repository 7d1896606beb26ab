"""Writes a recording that outlives kills and full disks, in parts that are read as one."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.messages import LogRecord, PlaybackStatus, RunStatus
from cogmap.runtime.recorded_parts import next_part
from cogmap.runtime.recording import RecordingError, RecordingWriter
from cogmap.runtime.wire import Envelope

__all__ = ["PartsWriter"]

_WALL_CLOCK_TYPES = (RunStatus, LogRecord, PlaybackStatus)
_MOST_CHUNKS = 100_000
"""Of a part: its index is in memory until it is closed, some 0.9 KB for each."""


class PartsWriter:
    """Nothing that is there is overwritten: it goes on in the next part, also after an error of
    the disk, which is tried again, and where a part has become large.
    """

    def __init__(
        self,
        path: Path,
        jpeg_quality: int,
        run: str,
        *,
        flush_s: float = 1.0,
        retry_s: float = 2.0,
        count: Callable[[str, int], None] = lambda name, messages: None,
        on_disk: Callable[[str | None], None] = lambda error: None,
    ) -> None:
        """``run``: parts of the same are read as one. ``count`` is told how many messages are now
        known to be in the file (``recorded``), or not known to be (``unrecorded``); ``on_disk``
        each error of the disk, and None when something is in the file."""
        self.parts: list[Path] = []
        """That were begun, and hold something or are being written."""
        self.unflushed = 0
        """Messages of which it is not known yet whether they are in the file."""
        self._path, self._jpeg_quality, self._run = path, jpeg_quality, run
        self._flush_s, self._retry_s = flush_s, retry_s
        self._count, self._on_disk = count, on_disk
        self._flushed_at = self._failed_at = -math.inf
        self._writer: RecordingWriter | None = None
        with self._disk_errors():
            self._writer = self._next_writer()

    @property
    def takes_all(self) -> bool:
        """The disk does, as far as is known."""
        return self._writer is not None

    def write(self, envelope: Envelope) -> None:
        """The first message of a part is flushed at once: then the part is worth keeping."""
        self.unflushed += 1
        if self._writer is not None or time.monotonic() - self._failed_at >= self._retry_s:
            with self._disk_errors():
                self._write(envelope)
        else:
            self._lose_unflushed()

    def flush_if_due(self) -> None:
        """Also where no more messages come."""
        if self.unflushed and time.monotonic() - self._flushed_at > self._flush_s:
            self.flush()

    def flush(self) -> None:
        if self._writer is not None:
            with self._disk_errors():
                self._flush(self._writer)

    def close(self) -> None:
        self.flush()
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except RecordingError as error:
                text = "the recording stays without its index, which is not needed: %s"
                _log.warning(text, error)

    def _next_writer(self) -> RecordingWriter:
        path = next_part(self._path)
        if path != self._path:
            _log.warning("%s exists already; going on in %s", self._path, path.name)
        self._flushed_at = -math.inf
        writer = RecordingWriter(path, self._jpeg_quality, self._run)
        self.parts.append(path)
        return writer

    def _write(self, envelope: Envelope) -> None:
        if self._writer is not None and self._writer.chunks >= _MOST_CHUNKS:
            self.close()
        if self._writer is None:
            self._writer = self._next_writer()
        source_clock = not isinstance(envelope.message, _WALL_CLOCK_TYPES)
        self._writer.write(envelope, source_clock=source_clock)
        if time.monotonic() - self._flushed_at > self._flush_s:
            self._flush(self._writer)

    def _flush(self, writer: RecordingWriter) -> None:
        writer.flush()
        self._flushed_at = time.monotonic()
        self._count("recorded", self.unflushed)
        self.unflushed = 0
        self._on_disk(None)

    def _lose_unflushed(self) -> None:
        self._count("unrecorded", self.unflushed)
        self.unflushed = 0

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        """What it may have cost is counted, and a part that holds nothing goes."""
        try:
            yield
        except RecordingError as error:
            self._on_disk(f"{error}; it is tried again: {disk_help(error)}")
            self._lose_unflushed()
            writer, self._writer, self._failed_at = self._writer, None, time.monotonic()
            if writer is not None and self._flushed_at == -math.inf:
                self.parts.remove(writer.path)
                with suppress(OSError):
                    writer.path.unlink()


_log = logging.getLogger(__name__)
