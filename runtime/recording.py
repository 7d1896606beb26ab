"""Recordings: every stream of a run in one MCAP file, which any MCAP tool can list.

A message is stored as the MessagePack array ``[header, buffer, buffer, ...]`` with the
header of the wire format; its channel's schema is the JSON Schema of the type. Chunks are
compressed with zstd and written out as they fill, so a file that was cut off anywhere
gives back what was complete before the cut (`cogmap.runtime.playback`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from mcap.writer import CompressionType, Writer

from cogmap.runtime import wire
from cogmap.runtime.jpeg import CODEC, compress_jpeg
from cogmap.runtime.messages import CogmapError, Frame, Message

PROFILE = "cogmap"
CHUNK_BYTES = 1 << 20
PART = "cogmap.part"
"""Metadata of a file: what it is a part of."""


class RecordingError(CogmapError):
    """A recording cannot be written or read; the text names the file."""


class RecordingWriter:
    """Writes messages to an MCAP file.

    ``jpeg_quality``: colour images are stored as JPEG of this quality; 0 stores them as
    they are. Depth and everything else is always stored exactly.
    """

    def __init__(self, path: Path, jpeg_quality: int = 95, run: str = "") -> None:
        """``run``: parts of a recording have it in common (`cogmap.runtime.recorded_parts`).

        Raises RecordingError if the file cannot be made or the quality is not in 0..100.
        """
        if not 0 <= jpeg_quality <= 100:
            raise RecordingError(f"JPEG quality {jpeg_quality} is not in 0..100")
        self.path = path
        self._jpeg_quality = jpeg_quality
        self._channels: dict[tuple[str, str], int] = {}
        self._schemas: dict[str, int] = {}
        self._last_ns = 0
        self.chunks = 0
        """In the file; the index that `close` writes has an entry for each."""
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise RecordingError(f"cannot write recording {path}: {error}") from error
        self._mcap = Writer(self._file, CHUNK_BYTES, CompressionType.ZSTD)
        with self._disk_errors():
            self._mcap.start(profile=PROFILE, library="cogmap")
            if run:
                self._mcap.add_metadata(PART, {"run": run})
            self._end = self._file.tell()

    def write(self, envelope: wire.Envelope, *, source_clock: bool = True) -> None:
        """Append a message. Its log time is its stamp; with ``source_clock`` false, which is
        for messages stamped by the wall clock, the stamp of the last one that was not.

        Raises:
            RecordingError: the file cannot be written (disk full).
        """
        message = envelope.message
        if source_clock:
            self._last_ns = max(message.stamp_ns, 0)
        with self._disk_errors():
            self._mcap.add_message(
                channel_id=self._channel(envelope.stream, type(message)),
                log_time=self._last_ns,
                publish_time=max(envelope.captured_ns, 0),
                sequence=envelope.seq % 2**32,  # for other tools; ours read the header
                data=self._encode(envelope),
            )
            self._count_chunk()

    def flush(self) -> None:
        """Write out the chunk in progress, so that a crash does not take it.

        Raises:
            RecordingError: the file cannot be written (disk full).
        """
        with self._disk_errors():
            self._mcap.flush()
            self._count_chunk()

    def _count_chunk(self) -> None:
        """The file grows by whole chunks."""
        end = self._file.tell()
        self.chunks += end != self._end
        self._end = end

    def close(self) -> None:
        """Write the index and close; without it the file can still be read.

        Raises:
            RecordingError: the file cannot be written (disk full); it is closed all the same.
        """
        if not self._file.closed:
            with self._disk_errors():
                self._mcap.finish()
                self._file.close()

    def __enter__(self) -> RecordingWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        """A file that cannot be written is closed as it is."""
        try:
            yield
        except OSError as error:
            with suppress(OSError):
                self._file.close()
            raise RecordingError(f"cannot write recording {self.path}: {error}") from error

    def _encode(self, envelope: wire.Envelope) -> bytes:
        message = envelope.message
        parts = wire.encode(
            message,
            stream=envelope.stream,
            seq=envelope.seq,
            captured_ns=envelope.captured_ns,
        )
        header, buffers = wire.decode_header(parts[1]), parts[2:]
        if isinstance(message, Frame) and message.color is not None and self._jpeg_quality:
            header, buffers = self._with_jpeg(header, buffers, message)
        return msgspec.msgpack.encode([header, *buffers])

    def _with_jpeg(
        self, header: wire.Header, buffers: list[wire.Part], frame: Frame
    ) -> tuple[wire.Header, list[wire.Part]]:
        assert frame.color is not None
        index = next(i for i, spec in enumerate(header.buffers) if spec.shape == frame.color.shape)
        specs = list(header.buffers)
        specs[index] = msgspec.structs.replace(specs[index], codec=CODEC)
        buffers = list(buffers)
        buffers[index] = compress_jpeg(frame.color, self._jpeg_quality)
        return msgspec.structs.replace(header, buffers=tuple(specs)), buffers

    def _channel(self, stream: str, kind: type[Message]) -> int:
        key = (stream, kind.__name__)
        if key not in self._channels:
            self._channels[key] = self._mcap.register_channel(
                topic=stream,
                message_encoding="msgpack",
                schema_id=self._schema(kind),
                metadata={"type": kind.__name__, "version": str(kind.VERSION)},
            )
        return self._channels[key]

    def _schema(self, kind: type[Message]) -> int:
        name = kind.__name__
        if name not in self._schemas:
            self._schemas[name] = self._mcap.register_schema(
                name=f"cogmap.{name}", encoding="jsonschema", data=json_schema(kind)
            )
        return self._schemas[name]


def json_schema(kind: type[Message]) -> bytes:
    """JSON Schema of a message's body; an array is the index of its buffer."""

    def array_schema(annotation: Any) -> dict[str, Any]:
        return {"type": "integer", "description": "index of the buffer that holds the array"}

    return msgspec.json.encode(msgspec.json.schema(kind, schema_hook=array_schema))
