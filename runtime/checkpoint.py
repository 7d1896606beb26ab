"""What a node needs to go on after it was killed: its state, and where its streams were.

Checkpoints are files in a folder of the node's own, numbered as they are made. A file is
written beside its place and renamed, and carries checksums: a process that is killed while it
writes leaves the ones before as they were.

A file begins with the arrays, packed piece by piece, so that nothing as large as the state is
held beside it; where each array is stands in the header, which is last.
"""

from __future__ import annotations

import logging
import os
import re
import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from cogmap.runtime.messages import CogmapError, InputStats

__all__ = ["Checkpoint", "CheckpointError", "InputMark", "NodeState", "Snapshot"]

log = logging.getLogger(__name__)

_OF_ANY_VERSION = b"cogmapC"
_MAGIC = _OF_ANY_VERSION + b"2"
_LENGTHS = struct.Struct("<QI")
"""Bytes of the header, and their CRC-32: the last of a file."""
_LEVEL = -10
"""Of zstd: 46 of 67 MB in 38 ms, where level -1 takes 54 to 74 ms for 42 MB."""
_PIECE = 2**20
"""Bytes that are packed at once. What takes more memory at once gets it from the kernel, page by
page, which costs more than packing."""
_NAME = re.compile(r"(\d{8})\.checkpoint")


class CheckpointError(CogmapError):
    """A checkpoint cannot be gone on from."""


@dataclass(frozen=True)
class NodeState:
    """All that decides what a node does with what comes next."""

    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """By name; nobody changes them until the node is asked for its state again. No objects."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What else there is: numbers, texts, lists and dicts of them."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """Input -> so many of its last messages the state knows nothing of yet: they wait for
    something, and are to come again."""


class InputMark(msgspec.Struct, frozen=True, array_like=True):
    """Where an input is: what it wants next, and what it has counted so far."""

    next_seq: int
    stats: InputStats


class Snapshot(msgspec.Struct, frozen=True):
    """Where the streams of a node are, and what it has counted."""

    inputs: dict[str, InputMark]
    outputs: dict[str, int]
    """Sequence number of what is published next."""
    counters: dict[str, int]


class _Header(msgspec.Struct, frozen=True, array_like=True):
    snapshot: Snapshot
    details: dict[str, Any]
    arrays: list[tuple[str, str, tuple[int, ...], int]]
    """Name, dtype, shape, and bytes once compressed."""


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint file of which the head has been read."""

    path: Path
    snapshot: Snapshot

    @property
    def number(self) -> int:
        return int(self.path.name.split(".")[0])

    def load(self) -> NodeState:
        """Raises CheckpointError if the file is damaged."""
        try:
            with self.path.open("rb") as file:
                header = _read_header(file)
                file.seek(len(_MAGIC))
                arrays = {
                    name: _unpack(file.read(size), dtype, shape)
                    for name, dtype, shape, size in header.arrays
                }
        except (OSError, ValueError, TypeError, zstandard.ZstdError) as error:
            raise CheckpointError(f"the checkpoint is damaged: {self.path}, {error}") from error
        return NodeState(arrays, header.details)


def write(folder: Path, number: int, snapshot: Snapshot, state: NodeState) -> Checkpoint:
    """Have a checkpoint on disk; in a thread while the node goes on.

    Raises OSError, or what a state that cannot be written raises, and then leaves nothing: on a
    full disk what is left of it is others' to use.
    """
    path = folder / f"{number:08d}.checkpoint"
    unfinished = path.with_suffix(".unfinished")
    try:
        with unfinished.open("wb") as file:
            file.write(_MAGIC)
            packer = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
            index = [
                (name, array.dtype.str, array.shape, _pack(array, file, packer))
                for name, array in sorted(state.arrays.items())
            ]
            header = msgspec.msgpack.encode(_Header(snapshot, dict(state.details), index))
            file.write(header + _LENGTHS.pack(len(header), zlib.crc32(header)))
            file.flush()
            if index:  # small ones are made often; they outlive a process, if not a power cut
                os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    return Checkpoint(path, snapshot)


def find(folder: Path) -> list[Checkpoint]:
    """The whole checkpoints of a folder, oldest first. What is damaged is said and passed over.

    Raises CheckpointError if there is one of another version, which is left as it is: what a live
    run has kept cannot be had again.
    """
    found = []
    for path in sorted(folder.glob("*.checkpoint")):
        if not _NAME.fullmatch(path.name):
            continue
        try:
            with path.open("rb") as file:
                found.append(Checkpoint(path, _read_header(file).snapshot))
        except (OSError, ValueError, MemoryError) as error:
            log.warning(
                "passed over %s, a checkpoint that cannot be read (%s): this node goes on from one"
                " before, or from the beginning of its inputs", path, error,
            )  # fmt: skip
    return found


def _read_header(file: BinaryIO) -> _Header:
    """Raises ValueError if the file is none of ours, cut off, or its header is damaged, and
    CheckpointError if it is of another version."""
    magic = file.read(len(_MAGIC))
    if magic != _MAGIC:
        if len(magic) == len(_MAGIC) and magic.startswith(_OF_ANY_VERSION):
            raise CheckpointError(
                f"another version of cogmap kept {file.name}: resume the run with that one, or"
                " begin a new run"
            )
        raise ValueError("it is no checkpoint")
    end = file.seek(0, os.SEEK_END) - _LENGTHS.size
    if end < len(_MAGIC):
        raise ValueError("it is cut off")
    file.seek(end)
    size, checksum = _LENGTHS.unpack(file.read())
    if size > end - len(_MAGIC):
        raise ValueError("it is cut off")
    file.seek(end - size)
    encoded = file.read(size)
    if zlib.crc32(encoded) != checksum:
        raise ValueError("its header is damaged")
    header = msgspec.msgpack.decode(encoded, type=_Header)
    if end - size != len(_MAGIC) + sum(entry[3] for entry in header.arrays):
        raise ValueError("it is cut off")
    return header


def _pack(array: NDArray[Any], file: BinaryIO, packer: zstandard.ZstdCompressor) -> int:
    """Write an array in packed pieces; how many bytes they are. Raises OSError."""
    if array.size == 0:
        return 0
    raw = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    pieces = (packer.compress(raw[at : at + _PIECE]) for at in range(0, len(raw), _PIECE))
    return sum(file.write(piece) for piece in pieces)


def _unpack(data: bytes, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """A writable array. Raises ValueError, TypeError or ZstdError."""
    array = np.empty(shape, np.dtype(dtype))
    raw = array.reshape(-1).view(np.uint8).data if array.size else memoryview(b"")
    with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as pieces:
        at = 0
        while at < len(raw) and (read := pieces.readinto(raw[at:])):
            at += read
        if at != len(raw) or pieces.read(1):
            raise ValueError("an array is not as long as its shape says")
    return array
