"""One array as zstd-compressed ``.npy``, whose reader believes no size before it is checked."""

from __future__ import annotations

import io
import math
import threading
from functools import lru_cache
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from cogmap.runtime.messages import CogmapError

__all__ = ["PackedArrayError", "pack", "unpack"]


_MAGIC = np.lib.format.magic(1, 0)
_FIXED_KNOWN, _FIXED = len(_MAGIC), len(_MAGIC) + 2
"""Bytes before the length of the header, and after it."""


class PackedArrayError(CogmapError):
    """Bytes are no packed array."""


class _Zstd(threading.local):
    """Kept, since to make one takes ten times as long as to pack a small array; one a thread, since
    they are not to be shared."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=1, threads=0)
        self.decompressor = zstandard.ZstdDecompressor()


_ZSTD = _Zstd()


def pack(array: NDArray[Any]) -> tuple[bytes, int]:
    """The array as zstd-compressed .npy, and the size of the .npy."""
    buffer = io.BytesIO()
    np.lib.format.write_array(
        buffer, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False
    )
    raw = buffer.getbuffer()
    packed: bytes = _ZSTD.compressor.compress(raw)
    return packed, len(raw)


def unpack(content: bytes, raw_size: int) -> NDArray[Any]:
    """Inverse of ``pack``, in about twice ``raw_size`` bytes of memory.

    Raises PackedArrayError if this is no array of that size.
    """
    try:
        if zstandard.get_frame_parameters(content).content_size != raw_size:
            raise ValueError(f"it is not of the size {raw_size}")
        return _array_of(_ZSTD.decompressor.decompress(content))
    except Exception as error:  # a header of nonsense has numpy raise nearly anything
        raise PackedArrayError(str(error) or "out of memory") from error


def _array_of(raw: bytes) -> NDArray[Any]:
    """Of the bytes of a ``.npy``. Raises ValueError if they are none, or more or less of it."""
    if len(raw) < _FIXED or raw[:_FIXED_KNOWN] != _MAGIC:
        raise ValueError("it is not of version 1.0 of .npy")
    begin = _FIXED + int.from_bytes(raw[_FIXED_KNOWN:_FIXED], "little")
    shape, is_fortran, dtype = _header(raw[:begin])
    if math.prod(shape) * dtype.itemsize != len(raw) - begin:
        raise ValueError(f"it is not as long as its shape {shape} says")
    flat = np.frombuffer(bytearray(raw), dtype, offset=begin)  # ValueError for objects
    return flat.reshape(shape, order="F" if is_fortran else "C")


@lru_cache(maxsize=1024)
def _header(raw: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether it is in Fortran's order, and type, by the ``.npy`` up to its values. Maps
    have many small arrays of few shapes."""
    buffer = io.BytesIO(raw)
    np.lib.format.read_magic(buffer)
    header: tuple[tuple[int, ...], bool, np.dtype[Any]] = np.lib.format.read_array_header_1_0(
        buffer
    )
    return header
