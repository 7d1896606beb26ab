"""One array as zstd-compressed ``.npy``, whose reader believes no size before it is checked."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from cogmap.runtime.messages import CogmapError

__all__ = ["PackedArrayError", "pack", "unpack"]


class PackedArrayError(CogmapError):
    """Bytes are no packed array."""


def pack(array: NDArray[Any]) -> tuple[bytes, int]:
    """The array as zstd-compressed .npy, and the size of the .npy."""
    buffer = io.BytesIO()
    np.lib.format.write_array(
        buffer, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False
    )
    raw = buffer.getbuffer()
    packed: bytes = zstandard.ZstdCompressor(level=1, threads=0).compress(raw)
    return packed, len(raw)


def unpack(content: bytes, raw_size: int) -> NDArray[Any]:
    """Inverse of ``pack``, in about twice ``raw_size`` bytes of memory.

    Raises PackedArrayError if this is no array of that size.
    """
    try:
        if zstandard.get_frame_parameters(content).content_size != raw_size:
            raise ValueError(f"it is not of the size {raw_size}")
        return _array_of(zstandard.ZstdDecompressor().decompress(content))
    except Exception as error:  # a header of nonsense has numpy raise nearly anything
        raise PackedArrayError(str(error) or "out of memory") from error


def _array_of(raw: bytes) -> NDArray[Any]:
    """Of the bytes of a ``.npy``. Raises ValueError if they are none, or more or less of it."""
    buffer = io.BytesIO(raw)
    if np.lib.format.read_magic(buffer) != (1, 0):
        raise ValueError("it is not of version 1.0 of .npy")
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(buffer)
    if math.prod(shape) * dtype.itemsize != len(raw) - buffer.tell():
        raise ValueError(f"it is not as long as its shape {shape} says")
    flat = np.frombuffer(bytearray(raw), dtype, offset=buffer.tell())  # ValueError for objects
    return flat.reshape(shape, order="F" if is_fortran else "C")
