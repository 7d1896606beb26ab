"""The wire format: one message as topic, header and raw buffers, without a copy.

A message is the parts ``[topic, header, buffer, buffer, ...]``. The topic is the stream's
name in UTF-8. The header is MessagePack: type, schema version, stream, sequence number,
stamps, dtype and shape of every buffer, and the message's own fields as a map in which an
array is the index of its buffer. ``docs/wire.md`` shows it read without cogmap.

Everything that arrives is untrusted: sizes, dtypes, shapes, types and versions are checked
before an array is made, and nothing is ever unpickled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
import numpy as np

from cogmap.runtime import messages
from cogmap.runtime.messages import CogmapError, Message

MAX_MESSAGE_BYTES = 64 * 2**20
MAX_HEADER_BYTES = 4 * 2**20
MAX_BUFFERS = 4096
MAX_DIMENSIONS = 8
SMALL_BYTES = 4096
"""Smaller buffers are copied: a view of one keeps alive all that ZeroMQ received with it."""
DTYPES = frozenset({"|b1", "|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<i8", "<f4", "<f8"})

MESSAGE_TYPES: dict[str, type[Message]] = {
    name: item
    for name, item in vars(messages).items()
    if isinstance(item, type) and issubclass(item, Message) and item is not Message
}

Part = bytes | memoryview
"""One part of a message: anything that has a buffer of bytes."""


class WireError(CogmapError):
    """A message that cannot be encoded or decoded; the text says which field is wrong."""


class BufferSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to read one buffer. ``codec`` is empty on the wire; recordings compress images."""

    dtype: str
    shape: tuple[int, ...]
    codec: str = ""

    def nbytes(self) -> int:
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """First part after the topic."""

    type: str
    version: int
    stream: str
    seq: int
    """Counts the messages of the stream from 0; -1: a repetition for late joiners."""
    stamp_ns: int
    captured_ns: int
    """Wall clock when the source captured what this message derives from: for latencies only."""
    key: str = ""
    buffers: tuple[BufferSpec, ...] = ()
    body: msgspec.Raw = msgspec.Raw()


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message with what its header said about it."""

    message: Message
    stream: str
    seq: int
    captured_ns: int


Decompressor = Callable[[BufferSpec, Part], "np.ndarray[Any, Any]"]


def encode(message: Message, *, stream: str, seq: int, captured_ns: int) -> list[Part]:
    """Parts of a message. Arrays are not copied if they are C-contiguous and little-endian.

    Raises:
        WireError: an array has a dtype that is not in ``DTYPES``, a number or text is none that
            MessagePack has, or the message is over a limit, so that no reader would take it.
    """
    buffers: list[Part] = []
    specs: list[BufferSpec] = []

    def place_array(value: object) -> int:
        if not isinstance(value, np.ndarray):
            raise WireError(f"{type(message).__name__}: cannot send a {type(value).__name__}")
        array = np.ascontiguousarray(value, value.dtype.newbyteorder("<")).reshape(value.shape)
        if array.dtype.str not in DTYPES:
            raise WireError(f"{type(message).__name__}: cannot send arrays of {array.dtype}")
        specs.append(BufferSpec(array.dtype.str, array.shape))
        buffers.append(array.reshape(-1).view(np.uint8).data)
        return len(buffers) - 1

    try:
        body = msgspec.msgpack.encode(message, enc_hook=place_array)
    except (OverflowError, UnicodeEncodeError) as error:
        raise WireError(
            f"{type(message).__name__} on {stream!r} cannot be sent: {error}"
        ) from error
    header = Header(
        type=type(message).__name__,
        version=message.VERSION,
        stream=stream,
        seq=seq,
        stamp_ns=message.stamp_ns,
        captured_ns=captured_ns,
        key=message.key(),
        buffers=tuple(specs),
        body=msgspec.Raw(body),
    )
    encoded = msgspec.msgpack.encode(header)
    total = sum(spec.nbytes() for spec in specs)
    if total > MAX_MESSAGE_BYTES or len(encoded) > MAX_HEADER_BYTES or len(specs) > MAX_BUFFERS:
        raise WireError(
            f"{header.type} on {stream!r} is too big to send: {total} bytes in {len(specs)} buffers"
            f" and a header of {len(encoded)} bytes; the limits are {MAX_MESSAGE_BYTES},"
            f" {MAX_BUFFERS} and {MAX_HEADER_BYTES}"
        )
    return [stream.encode(), encoded, *buffers]


def fits(message: Message) -> bool:
    """Whether it can be sent: each of its arrays can, and it is within the limits."""
    try:
        encode(message, stream="", seq=0, captured_ns=0)
    except WireError:
        return False
    return True


def decode_header(part: Part) -> Header:
    """Raises WireError if the part is not a header of a type and version known here."""
    if len(part) > MAX_HEADER_BYTES:
        raise WireError(f"header of {len(part)} bytes is over the limit of {MAX_HEADER_BYTES}")
    try:
        header = _HEADER_DECODER.decode(part)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"not a cogmap header: {error}") from error
    kind = MESSAGE_TYPES.get(header.type)
    if kind is None:
        raise WireError(f"header field type: no message is called {header.type[:80]!r}")
    if header.version != kind.VERSION:
        raise WireError(
            f"header field version: {header.type} has version {header.version}, this cogmap"
            f" reads version {kind.VERSION}; run the same cogmap on both sides"
        )
    return header


def decode(parts: Sequence[Part], decompress: Decompressor | None = None) -> Envelope:
    """Message from ``[topic, header, buffers...]``. Its arrays are read-only; large ones view
    the parts, small ones are copies.

    ``decompress`` turns a buffer with a codec into an array; without it (on the network)
    compressed buffers are refused.

    Raises:
        WireError: anything is not as the header says, or over a limit.
    """
    if len(parts) < 2:
        raise WireError(f"message of {len(parts)} parts; topic and header are needed")
    return decode_body(decode_header(parts[1]), parts[2:], decompress)


def decode_body(
    header: Header, buffers: Sequence[Part], decompress: Decompressor | None = None
) -> Envelope:
    """Like `decode`, from a header that is already decoded and its buffers."""
    arrays = _arrays(header, buffers, decompress)

    def find_array(expected: Any, index: object) -> np.ndarray[Any, Any]:
        if not isinstance(index, int) or not 0 <= index < len(arrays):
            raise ValueError(f"no buffer {index!r:.80}, there are {len(arrays)}")
        array = arrays[index]
        dtype = get_args(get_args(expected)[1])[0]
        if array.dtype != dtype:
            raise ValueError(f"buffer {index} is {array.dtype}, expected {np.dtype(dtype)}")
        return array

    try:
        message = msgspec.msgpack.decode(
            header.body, type=MESSAGE_TYPES[header.type], dec_hook=find_array
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise WireError(f"{header.type} on {header.stream[:80]!r}: {error}") from error
    return Envelope(message, header.stream, header.seq, header.captured_ns)


def _arrays(
    header: Header, buffers: Sequence[Part], decompress: Decompressor | None
) -> list[np.ndarray[Any, Any]]:
    if len(header.buffers) != len(buffers):
        raise WireError(f"header names {len(header.buffers)} buffers, {len(buffers)} came")
    if len(buffers) > MAX_BUFFERS:
        raise WireError(f"{len(buffers)} buffers are over the limit of {MAX_BUFFERS}")
    total = 0
    for index, spec in enumerate(header.buffers):
        _check_spec(index, spec)
        total += spec.nbytes()
        if total > MAX_MESSAGE_BYTES:
            raise WireError(f"buffers of {total} bytes are over the limit of {MAX_MESSAGE_BYTES}")
    return [
        _array(index, spec, buffer, decompress)
        for index, (spec, buffer) in enumerate(zip(header.buffers, buffers, strict=True))
    ]


def _check_spec(index: int, spec: BufferSpec) -> None:
    if spec.dtype not in DTYPES:
        raise WireError(f"buffer {index}: dtype {spec.dtype[:20]!r} is not allowed")
    in_bounds = len(spec.shape) <= MAX_DIMENSIONS and min(spec.shape, default=0) >= 0
    # NumPy refuses shapes that are too big even where another dimension is 0.
    if not in_bounds or math.prod(max(size, 1) for size in spec.shape) > 2**40:
        raise WireError(f"buffer {index}: shape {spec.shape[:9]} is not allowed")


def _array(
    index: int, spec: BufferSpec, buffer: Part, decompress: Decompressor | None
) -> np.ndarray[Any, Any]:
    if spec.codec:
        if decompress is None:
            raise WireError(f"buffer {index}: codec {spec.codec[:20]!r} is not taken here")
        array = decompress(spec, buffer)
        if array.dtype.str != spec.dtype or array.shape != spec.shape:
            raise WireError(
                f"buffer {index}: {spec.codec} holds {array.dtype} {array.shape},"
                f" its header says {spec.dtype} {spec.shape}"
            )
    else:
        if memoryview(buffer).nbytes != spec.nbytes():
            raise WireError(
                f"buffer {index}: {memoryview(buffer).nbytes} bytes, shape {spec.shape} of"
                f" {spec.dtype} needs {spec.nbytes()}"
            )
        if memoryview(buffer).nbytes < SMALL_BYTES:
            buffer = bytes(buffer)
        array = np.frombuffer(buffer, spec.dtype).reshape(spec.shape)
    array.flags.writeable = False
    return array


_HEADER_DECODER = msgspec.msgpack.Decoder(Header)
