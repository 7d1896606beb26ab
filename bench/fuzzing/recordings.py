"""Recordings. An input is an MCAP file."""

from __future__ import annotations

import random
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import zstandard

from cogmap.bench.fuzzing.examples import example
from cogmap.bench.fuzzing.mutate import ODD_NUMBERS, mutated_bytes, with_other_head
from cogmap.bench.fuzzing.surface import Surface
from cogmap.runtime import wire
from cogmap.runtime.messages import Frame, Intrinsics
from cogmap.runtime.playback import MAX_CHUNK_BYTES, Recording
from cogmap.runtime.recording import RecordingWriter

__all__ = ["surface"]

_Change = Callable[[random.Random, bytes], bytes]
_MAGIC = 8
_HEAD = struct.Struct("<BQ")
_CHUNK, _CHUNK_HEAD = 6, 40
"""Opcode of a chunk; where its records begin but for the name of the compression."""
_SHORTEST = 22
"""Content of an empty message."""
_COPIES, _MOST_BYTES = 20, 1 << 18
"""Of a chunk, in one step; and of an input, which is read as slowly as it is long."""
_PARTS = (b"\xc0", b"\x00", b"\x80", b"\x90", b"\xc4\x00")
"""The shortest that a message may have: nil, a number, a map, an array, bytes; all empty."""
_MOST_CONTENT = 1 << 20
"""Of a chunk that is changed: what has very many records already does not get as many once more,
which is more than the reader is to be judged by."""
_LONGEST = 2000
"""Messages that are read of one file."""
_LIMIT_MB = (MAX_CHUNK_BYTES + 2 * wire.MAX_MESSAGE_BYTES) / 2**20 + 16
"""A chunk, a message of it, the message before, and where its messages are."""


def surface(folder: Path | None = None) -> Surface:
    held = tempfile.TemporaryDirectory(prefix="cogmap-fuzz-", dir=folder)
    path = Path(held.name) / "fuzzed.mcap"
    seeds = tuple(_seed(path, quality) for quality in (95, 0))

    def feed(data: bytes) -> object:
        path.write_bytes(data)
        recording = Recording(path)
        try:
            for _, _ in zip(range(_LONGEST), recording.read(), strict=False):
                pass
            return len(recording.entries)
        finally:
            recording.close()

    return Surface(
        "recording", seeds, _mutate, feed, limit_s=2.0, limit_mb=_LIMIT_MB, close=held.cleanup
    )


def _seed(path: Path, quality: int) -> bytes:
    rng, camera = random.Random(0), Intrinsics(width=8, height=6, fx=5, fy=5, cx=3.5, cy=2.5)
    with RecordingWriter(path, quality) as writer:
        for number in range(4):
            frame = Frame(
                stamp_ns=number,
                number=number,
                intrinsics=camera,
                color=np.full((6, 8, 3), 40 * number, np.uint8),
                depth=np.ones((6, 8), np.uint16),
            )
            writer.write(wire.Envelope(frame, "camera/frames", number, 0))
            writer.flush()
        for seq, kind in enumerate(wire.MESSAGE_TYPES.values()):
            if kind is not Frame:
                writer.write(wire.Envelope(example(rng, kind), "others", seq, 0))
    return path.read_bytes()


def _mutate(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """What becomes long is cut off, as a recording may be."""
    return _changed(rng, data, other)[:_MOST_BYTES]


def _changed(rng: random.Random, data: bytes, other: bytes) -> bytes:
    if rng.random() < 0.25:
        return mutated_bytes(rng, data, other)
    records = _split(data)
    if not records:
        return mutated_bytes(rng, data, other)
    if rng.random() < 0.1:
        return data[:_MAGIC] + b"".join(
            _with_other_content(rng, record, with_other_head) for record in records
        )
    for _ in range(rng.randint(1, 2)):
        at = _place(rng, records)
        change = rng.randrange(7)
        if change == 0:
            records.pop(at)
        elif change == 1:
            records.insert(rng.randrange(len(records) + 1), records[at])
        elif change == 2:
            records.append(records.pop(at))
        elif change == 3:
            records[at] = _with_wrong_length(rng, records[at])
        elif change == 4:
            records[at:at] = records[at : at + rng.randint(1, 3)] * _COPIES
        elif change == 5:
            records[at] = records[at][:9] + mutated_bytes(rng, records[at][9:])
        else:
            records[at] = _with_other_content(rng, records[at])
        if not records:
            break
    return data[:_MAGIC] + b"".join(records)


def _place(rng: random.Random, records: list[bytes]) -> int:
    """Of a record; half of the time of a chunk, of which there are few."""
    chunks = [at for at, record in enumerate(records) if record[:1] == bytes([_CHUNK])]
    return rng.choice(chunks) if chunks and rng.random() < 0.5 else rng.randrange(len(records))


def _split(data: bytes, at: int = _MAGIC) -> list[bytes]:
    """Records, head and content, as far as there are any."""
    records: list[bytes] = []
    while at + _HEAD.size <= len(data) and len(records) < 10_000:
        end = at + _HEAD.size + _HEAD.unpack_from(data, at)[1]
        records.append(data[at:end])
        at = end
    return records


def _with_wrong_length(rng: random.Random, record: bytes) -> bytes:
    length = rng.choice(ODD_NUMBERS) % 2**64
    return record[:1] + length.to_bytes(8, "little") + record[9:]


def _with_other_content(
    rng: random.Random, record: bytes, change: _Change = mutated_bytes
) -> bytes:
    """A chunk whose records are mutated, and may be very many, and whose sizes are right; without
    a checksum."""
    if record[:1] != bytes([_CHUNK]) or len(record) < _HEAD.size + _CHUNK_HEAD:
        return mutated_bytes(rng, record)
    start, end, _, _, named = struct.unpack_from("<QQQII", record, _HEAD.size)
    at = _HEAD.size + struct.calcsize("<QQQII") + named
    name, content = record[at - named : at], record[at + 8 :]
    if name == b"zstd":
        try:
            if zstandard.get_frame_parameters(content).content_size > _MOST_CONTENT:
                return mutated_bytes(rng, record)  # made so large before
            content = zstandard.ZstdDecompressor().decompress(content)
        except (zstandard.ZstdError, MemoryError):
            return mutated_bytes(rng, record)
    changed = change(rng, content)
    if name == b"zstd" and rng.random() < 0.05:
        chosen, room = rng.choice(_split(content, 0) or [content]), MAX_CHUNK_BYTES - len(changed)
        changed += rng.choice((_many, _long))(rng, chosen, room // rng.choice((1, 1, 4, 100)))
    packed = zstandard.ZstdCompressor(level=1).compress(changed) if name == b"zstd" else changed
    head = struct.pack("<QQQII", start, end, len(changed), 0, named) + name
    body = head + struct.pack("<Q", len(packed)) + packed
    return _HEAD.pack(_CHUNK, len(body)) + body


def _many(rng: random.Random, record: bytes, size: int) -> bytes:
    """So many short ones that a few packed bytes take much memory."""
    content = record[_HEAD.size :][: rng.choice((0, _SHORTEST))]
    short = _HEAD.pack(record[0] if record else 0, len(content)) + content
    return short * (size // len(short))


def _long(rng: random.Random, record: bytes, size: int) -> bytes:
    """One that is long, with an array of very many parts or bytes in it."""
    content = record[_HEAD.size :][:_SHORTEST]
    room = max(size - _HEAD.size - len(content) - 16, 0)
    part = rng.choice(_PARTS)
    count = room // len(part)
    if rng.random() < 0.5:
        content += b"\xdd" + struct.pack(">I", count) + part * count
    else:
        content += b"\x92\xc6" + struct.pack(">I", room) + bytes(room) + b"\xc0"
    return _HEAD.pack(record[0] if record else 0, len(content)) + content
