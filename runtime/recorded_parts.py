"""A recording in parts, read as one: a recorder that was started again, or whose disk was full for
a while, goes on in ``<name>.2.mcap``, ``<name>.3.mcap`` and so on.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import count, islice, takewhile
from pathlib import Path

import msgspec
from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Metadata
from mcap.stream_reader import MAGIC_SIZE

from cogmap.runtime import wire
from cogmap.runtime.messages import Frame, Instances, WorldEvent
from cogmap.runtime.playback import DAMAGE, Entry, Recording
from cogmap.runtime.recording import PART, RecordingError

__all__ = ["RecordedParts", "next_part"]

_SAID_AGAIN = (Frame.__name__, Instances.__name__, WorldEvent.__name__)
"""Types of which a repetition is left out: what a source says. The rest is computed from it."""

_RECORD_HEAD = struct.Struct("<BQ")
_BEGINNING = 4096
"""Bytes of a file, among which the run that it is of is named."""


def next_part(path: Path) -> Path:
    """``path``, or where there is such a file the first of its parts that there is not."""
    return next(part for part in _names(path) if not part.is_file())


def _names(path: Path) -> Iterator[Path]:
    """Of its parts, without end: its own, and those that its recorder goes on with."""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}.{number}{path.suffix}")


class RecordedParts:
    """A recording and what its recorder went on in.

    Parts of another run, which have only the name in common, are not read. What the end of one
    part and the beginning of the next both hold, since it was not known to be stored, is given
    once.

    Raises:
        RecordingError: as `Recording`, of any part.
    """

    def __init__(self, path: Path) -> None:
        self.parts: list[Recording] = []
        self.others: list[Path] = []
        """Of the same name, but of another run."""
        try:
            self._open(path)
            self._kept: list[list[Entry]] = []
            for part in self.parts:
                self._kept.append(self._not_repeated(part))
        except RecordingError:
            self.close()
            raise

    @property
    def entries(self) -> list[Entry]:
        """All messages, in the order they were recorded."""
        return [entry for entries in self._kept for entry in entries]

    def read(self, start: int = 0) -> Iterator[wire.Envelope]:
        """Messages from ``entries[start]`` on, decoded one at a time.

        Raises:
            RecordingError: a message is damaged; those before it have been given.
        """
        for part, entries in zip(self.parts, self._kept, strict=True):
            yield from part.read_entries(entries[start:])
            start = max(start - len(entries), 0)

    def close(self) -> None:
        for part in self.parts:
            part.close()

    def _open(self, path: Path) -> None:
        self.parts.append(Recording(path))
        run = _run_of(path)
        for beside in takewhile(Path.is_file, islice(_names(path), 1, None)):
            if not beside.stat().st_size:
                continue  # its recorder was killed as it made it
            if run and _run_of(beside) == run:
                self.parts.append(Recording(beside))
            else:
                self.others.append(beside)

    def _not_repeated(self, part: Recording) -> list[Entry]:
        said = [entry for entry in part.entries if entry.type in _SAID_AGAIN]
        if not self._kept or not said:
            return part.entries
        since_ns = min(entry.log_time_ns for entry in said)
        before = Counter(
            _identity(earlier, entry)
            for earlier, entries in zip(self.parts, self._kept, strict=False)
            for entry in entries
            if entry.type in _SAID_AGAIN and entry.log_time_ns >= since_ns
        )
        kept = []
        for entry in part.entries:
            if before and entry.type in _SAID_AGAIN:
                identity = _identity(part, entry)
                if before[identity]:
                    before[identity] -= 1
                    continue
            kept.append(entry)
        return kept


def _run_of(path: Path) -> str:
    """What parts of one recording have in common; empty if it is no part, or no recording."""
    try:
        with path.open("rb") as file:
            data = file.read(_BEGINNING)
        _, header = _RECORD_HEAD.unpack_from(data, MAGIC_SIZE)
        at = MAGIC_SIZE + _RECORD_HEAD.size + header
        opcode, _ = _RECORD_HEAD.unpack_from(data, at)
        if opcode != Opcode.METADATA:
            return ""
        metadata = Metadata.read(ReadDataStream(BytesIO(data[at + _RECORD_HEAD.size :])))
    except DAMAGE:
        return ""
    return metadata.metadata.get("run", "") if metadata.name == PART else ""


def _identity(part: Recording, entry: Entry) -> tuple[str, str, int, bytes]:
    """What two entries have in common if they are of one message. Of frames that is their stamp;
    of what happens several may have the same."""
    content = b""
    if entry.type == WorldEvent.__name__:
        (envelope,) = part.read_entries([entry])
        content = msgspec.json.encode(envelope.message)
    return entry.stream, entry.type, entry.log_time_ns, content
