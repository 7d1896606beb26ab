"""Reads recordings back, also those that were cut off, from any place on.

Opening walks the file from record to record, reading only their heads; no index at the
end is needed, so a file without one is opened the same way. One chunk is held in memory, and
where each message is: of these there are no more than a file of that size can hold if it is ours.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Annotated

import msgspec
import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, MessageIndex
from mcap.stream_reader import MAGIC_SIZE, read_magic

from cogmap.runtime import wire
from cogmap.runtime.jpeg import decompress
from cogmap.runtime.recording import CHUNK_BYTES, RecordingError

_HEAD = struct.Struct("<BQ")
_CHUNK_HEAD = struct.Struct("<QQQII")
_MESSAGE_HEAD = struct.Struct("<HIQQ")
_INDEX_HEAD_BYTES, _INDEX_ENTRY_BYTES = 6, 16
_LARGEST_MESSAGE = wire.MAX_MESSAGE_BYTES + wire.MAX_HEADER_BYTES
MAX_CHUNK_BYTES = _LARGEST_MESSAGE + 8 * CHUNK_BYTES
"""Unpacked. A chunk of ours ends with the message that makes it larger than 1 MB; tools that write
a recording anew make larger ones."""
_SCANNED_AT_LEAST, _SCANNED_PER_BYTE, _RECORD_COSTS = 4 * MAX_CHUNK_BYTES, 64, 512
"""Bytes that are unpacked for what an index would have said: in all, and for each byte of the file.
A record costs as much time as so many bytes."""
_MOST_IN_CHUNK = CHUNK_BYTES // (_HEAD.size + _MESSAGE_HEAD.size) + 1
"""Messages: a chunk of ours ends with the one that makes it larger than this."""
_MAX_CHANNEL_BYTES, _MOST_CHANNELS = 4096, 4096
_MOST_RECORDS = _MOST_IN_CHUNK + 2 * _MOST_CHANNELS
"""Of a chunk: messages, and a channel and a schema of each stream. A few packed bytes can hold
millions of empty ones, which take seconds to walk over."""
_PARTS = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=1 + wire.MAX_BUFFERS)]
"""Of a message. How many there are is looked at before they are made."""

DAMAGE = (McapError, struct.error, ValueError, OverflowError, OSError)
"""What reading the records of a damaged file may raise."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one message is: the number of its chunk and its place among the chunk's records."""

    stream: str
    type: str
    log_time_ns: int
    chunk: int
    offset: int


@dataclass
class _Chunk:
    position: int
    """Of the compressed records in the file."""
    length: int
    uncompressed_size: int
    compression: str
    complete: bool
    uncompressed_crc: int = 0
    """CRC-32 of the records; 0: whoever wrote the file left it out."""
    indexed: bool = True
    """``messages`` can be relied on; otherwise the chunk is scanned."""
    messages: list[tuple[int, int, int]] = field(default_factory=list)
    """(offset among the records, log time, channel)."""


class Recording:
    """An MCAP file of cogmap's own.

    Raises:
        RecordingError: the file is missing, empty, no MCAP, or not written by cogmap.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise RecordingError(f"cannot read recording {path}: {error}") from error
        self._size = path.stat().st_size
        self._may_scan = _SCANNED_AT_LEAST + _SCANNED_PER_BYTE * self._size
        self._channels: dict[int, Channel] = {}
        self._chunks: list[_Chunk] = []
        self.truncated = False
        """The file was cut off; what is complete before the cut is there."""
        self.entries: list[Entry] = []
        """All messages, in the order they were recorded."""
        try:
            self._check_magic()
            self._walk()
            self.entries = self._read_entries()
        except RecordingError:
            self.close()
            raise
        except DAMAGE as error:
            self.close()
            raise RecordingError(f"{path}: damaged recording: {error!r}") from error

    def read(self, start: int = 0) -> Iterator[wire.Envelope]:
        """Messages from ``entries[start]`` on, decoded one at a time.

        Raises:
            RecordingError: a message is damaged; those before it have been given.
        """
        return self.read_entries(self.entries[start:])

    def read_entries(self, entries: Iterable[Entry]) -> Iterator[wire.Envelope]:
        """Like `read`, those given, which are in order."""
        chunk_at, records = -1, b""
        for entry in entries:
            if entry.chunk != chunk_at:
                records = b""  # two chunks are never held
                chunk_at, records = entry.chunk, self._decompress(self._chunks[entry.chunk])
            yield self._decode(entry, records)

    def close(self) -> None:
        self._file.close()

    def _check_magic(self) -> None:
        try:
            read_magic(ReadDataStream(self._file))
        except (McapError, struct.error) as error:
            what = (
                "is empty"
                if self._size == 0
                else "is not an MCAP file (it begins like something else)"
            )
            raise RecordingError(
                f"{self.path} {what}; recordings are made by cogmap record and cogmap convert"
            ) from error

    def _walk(self) -> None:
        """Find chunks and channels from record to record."""
        position = MAGIC_SIZE
        while position < self._size:
            self._file.seek(position)
            head = self._file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                break
            opcode, length = _HEAD.unpack(head)
            if opcode == 0:  # a hole: there is no such record
                break
            if opcode == Opcode.CHUNK:
                self._note_chunk(position + _HEAD.size, length)
            elif opcode == Opcode.MESSAGE_INDEX and self._chunks:
                self._note_index(length)
            if opcode in (Opcode.DATA_END, Opcode.FOOTER):
                return
            position += _HEAD.size + length
        self.truncated = True
        if self._chunks:
            self._chunks[-1].indexed = False  # not for all its channels

    def _note_chunk(self, position: int, length: int) -> None:
        head = self._file.read(_CHUNK_HEAD.size)
        if len(head) < _CHUNK_HEAD.size:
            return
        _, _, uncompressed_size, crc, name_length = _CHUNK_HEAD.unpack(head)
        start = position + _CHUNK_HEAD.size + name_length + 8
        end = min(position + length, self._size)
        if name_length > 16 or max(uncompressed_size, end - start) > MAX_CHUNK_BYTES:
            raise RecordingError(
                f"{self.path}: damaged chunk at byte {position}; what is before it can be had"
                " by cutting the file there"
            )
        compression = self._file.read(name_length).decode(errors="replace")
        if end > start:
            complete = position + length <= self._size
            self._chunks.append(
                _Chunk(start, end - start, uncompressed_size, compression, complete, crc)
            )

    def _note_index(self, length: int) -> None:
        """What the index of a channel says of the last chunk; a wrong one says nothing."""
        chunk, most = self._chunks[-1], _MOST_IN_CHUNK - len(self._chunks[-1].messages)
        try:
            if length > _INDEX_HEAD_BYTES + _INDEX_ENTRY_BYTES * most:
                raise ValueError("more messages than a chunk holds")
            index = MessageIndex.read(ReadDataStream(BytesIO(self._file.read(length))))
        except DAMAGE:
            chunk.indexed = False
        else:
            chunk.messages += [(at, ns, index.channel_id) for ns, at in index.records]

    def _read_entries(self) -> list[Entry]:
        entries: list[Entry] = []
        most = self._size // _INDEX_ENTRY_BYTES + _MOST_IN_CHUNK  # the last may have lost its index
        for number, chunk in enumerate(self._chunks):
            known = all(channel in self._channels for _, _, channel in chunk.messages)
            if not (chunk.indexed and chunk.messages and known):
                chunk.messages = self._scan(self._first_decompressed(number))
            if len(entries) + len(chunk.messages) > most:
                raise self._too_many("messages")
            for offset, log_time, channel_id in sorted(chunk.messages):
                channel = self._channels.get(channel_id)
                if channel is None or channel.message_encoding != "msgpack":
                    raise RecordingError(
                        f"{self.path}: not recorded by cogmap (channel"
                        f" {getattr(channel, 'topic', channel_id)!r})"
                    )
                kind = channel.metadata.get("type", "")
                entries.append(Entry(channel.topic, kind, log_time, number, offset))
            chunk.messages.clear()
        return entries

    def _scan(self, records: bytes) -> list[tuple[int, int, int]]:
        """Complete messages of a chunk, also of one that was cut off; notes its channels."""
        self._may_scan -= len(records)
        messages: list[tuple[int, int, int]] = []
        position = count = 0
        while position + _HEAD.size <= len(records):
            if (count := count + 1) > _MOST_RECORDS:
                raise self._too_many("records in a chunk")
            self._may_scan -= _RECORD_COSTS
            opcode, length = _HEAD.unpack_from(records, position)
            start, end = position + _HEAD.size, position + _HEAD.size + length
            if end > len(records):
                break
            if opcode == Opcode.CHANNEL:
                if length > _MAX_CHANNEL_BYTES or len(self._channels) >= _MOST_CHANNELS:
                    raise self._too_many("or longer channels")
                channel = Channel.read(ReadDataStream(BytesIO(records[start:end])))
                self._channels[channel.id] = channel
            elif opcode == Opcode.MESSAGE:
                if len(messages) == _MOST_IN_CHUNK:
                    raise self._too_many("messages")
                channel_id, _, log_time, _ = _MESSAGE_HEAD.unpack_from(records, start)
                messages.append((position, log_time, channel_id))
            position = end
        return messages

    def _too_many(self, what: str) -> RecordingError:
        return RecordingError(
            f"{self.path}: not recorded by cogmap: it has more {what} than a recording of ours has"
        )

    def _decode(self, entry: Entry, records: bytes) -> wire.Envelope:
        try:
            opcode, length = _HEAD.unpack_from(records, entry.offset)
            at = entry.offset + _HEAD.size
            channel, _, log_time, _ = _MESSAGE_HEAD.unpack_from(records, at)
            if (opcode, log_time) != (Opcode.MESSAGE, entry.log_time_ns) or (
                self._channels[channel].topic != entry.stream
            ):
                raise ValueError("it is not what the index says")
            start = at + _MESSAGE_HEAD.size
            # A copy: who keeps a message is not to keep its chunk, which may be far larger.
            data = records[start : entry.offset + _HEAD.size + length]
            parts = msgspec.msgpack.decode(data, type=_PARTS)
            header = wire.decode_header(memoryview(parts[0]))
            buffers = [msgspec.msgpack.decode(part, type=memoryview) for part in parts[1:]]
            return wire.decode_body(header, buffers, decompress)
        except (wire.WireError, msgspec.DecodeError, LookupError, *DAMAGE) as error:
            raise RecordingError(
                f"{self.path}: damaged message on {entry.stream} at {entry.log_time_ns} ns: {error}"
            ) from error

    def _first_decompressed(self, number: int) -> bytes:
        """Records of a chunk. If it is damaged, the first damaged one is named, which may be one
        before it that nothing else reads yet."""
        if self._may_scan < 0:
            raise self._too_many("in chunks without an index")
        try:
            return self._decompress(self._chunks[number])
        except RecordingError:
            for before in self._chunks[:number]:
                if self._may_scan >= 0:
                    self._may_scan -= len(self._decompress(before))
            raise

    def _decompress(self, chunk: _Chunk) -> bytes:
        records = self._raw_records(chunk)
        crc = chunk.uncompressed_crc if chunk.complete else 0
        if crc and zlib.crc32(records) != crc:
            raise RecordingError(
                f"{self.path}: damaged chunk at byte {chunk.position}: its checksum is not that"
                " of its content; what is before it can be had by cutting the file there"
            )
        return records

    def _raw_records(self, chunk: _Chunk) -> bytes:
        self._file.seek(chunk.position)
        raw = self._file.read(chunk.length)
        if chunk.compression == "":
            return raw
        if chunk.compression != "zstd":
            raise RecordingError(
                f"{self.path}: chunks compressed with {chunk.compression!r} are not read"
            )
        try:
            return zstandard.ZstdDecompressor().stream_reader(raw).read(chunk.uncompressed_size)
        except zstandard.ZstdError as error:
            if not chunk.complete:
                return b""
            raise RecordingError(
                f"{self.path}: damaged chunk at byte {chunk.position}: {error}"
            ) from error
