"""Messages from sockets. An input is a MessagePack array of parts."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import numpy as np

from cogmap.bench.fuzzing.examples import example
from cogmap.bench.fuzzing.mutate import mutated_bytes, mutated_tree, with_other_head
from cogmap.bench.fuzzing.surface import Surface
from cogmap.runtime import wire
from cogmap.runtime.jpeg import CODEC, compress_jpeg, decompress

__all__ = ["mutated_parts", "surface"]

_EACH_TYPE = 3
_JPEG = compress_jpeg(np.zeros((8, 8, 3), np.uint8), 90)
_JPEG_SPEC = {"dtype": "|u1", "shape": [8, 8, 3], "codec": CODEC}


def surface() -> Surface:
    rng = random.Random(0)
    seeds = tuple(
        _packed(wire.encode(example(rng, kind), stream="a/b", seq=7, captured_ns=1))
        for kind in wire.MESSAGE_TYPES.values()
        for _ in range(_EACH_TYPE)
    )
    return Surface("wire", seeds, mutated_parts, _feed)


def _feed(data: bytes) -> object:
    try:
        parts = msgspec.msgpack.decode(data, type=list[bytes])
    except (msgspec.DecodeError, UnicodeDecodeError):
        parts = [b"", data]
    return wire.decode(parts, decompress)


def mutated_parts(rng: random.Random, data: bytes, other: bytes) -> bytes:
    try:
        parts = msgspec.msgpack.decode(data, type=list[bytes])
        header = msgspec.msgpack.decode(parts[1])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        return mutated_bytes(rng, data, other)
    change = rng.randrange(8)
    if change == 6:
        parts[1] = parts[1][: rng.randrange(len(parts[1]))] + b"\x91" * rng.choice(
            (40, 2000, 99_999)
        )
    elif change == 7 and len(parts) > 2 and isinstance(header, dict):
        parts[2] = with_other_head(rng, _JPEG)
        parts[1] = _encoded({**header, "buffers": [_JPEG_SPEC]}, parts[1])
    elif change == 0:
        parts[1] = mutated_bytes(rng, parts[1])
    elif change == 1:
        at = rng.randrange(len(parts))
        parts[at] = mutated_bytes(rng, parts[at])
    elif change == 2 and len(parts) > 2:
        parts.append(parts.pop(rng.randrange(2, len(parts))))
    elif change == 3:
        parts.insert(rng.randrange(len(parts) + 1), parts[rng.randrange(len(parts))])
    elif change == 4 and isinstance(header, dict) and "body" in header:
        parts[1] = _encoded({**header, "body": mutated_tree(rng, header["body"])}, parts[1])
    else:
        parts[1] = _encoded(mutated_tree(rng, header), parts[1])
    return _packed(parts)


def _encoded(tree: Any, instead: bytes) -> bytes:
    try:
        return msgspec.msgpack.encode(tree)
    except (OverflowError, TypeError, RecursionError, UnicodeEncodeError):
        return instead


def _packed(parts: list[Any]) -> bytes:
    return msgspec.msgpack.encode([bytes(part) for part in parts])
