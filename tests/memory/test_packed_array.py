from __future__ import annotations

import io

import numpy as np
import pytest
import zstandard

from cogmap.memory.packed_array import PackedArrayError, pack, unpack


def packed(raw: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(raw)


def npy(shape: tuple[int, ...], data: bytes, descr: object = "<f4") -> bytes:
    """An ``.npy`` whose header may be a lie."""
    buffer = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + data


def test_an_array_comes_back():
    for array in (np.float32([1, 2]), np.asfortranarray(np.arange(6).reshape(2, 3)), np.zeros(0)):
        np.testing.assert_array_equal(unpack(*pack(array)), array)
    raw = npy((2,), np.float32([1, 2]).tobytes())
    np.testing.assert_array_equal(unpack(packed(raw), len(raw)), [1, 2])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not an array",
        npy((10**12,), b""),
        npy((2**40, 2**40), b""),
        npy((-1, -2), b"1234" * 2),
        npy((2,), b"1234" * 3),
        npy((1,), b"12345678", "|O"),
        npy((1,), b"1234", ()),
        npy((2,), b"1234" * 2).replace(b"(2,)", b"-" * 70 + b"(2,)"),
        npy((2,), b"1234" * 2).replace(b"{'descr'", b"{[]: 1, '"),
        npy((2,), b"1234" * 2).replace(b"(2,)", b"(2*"),
        npy((2,), b"1234" * 2).replace(b"\x01\x00", b"\x09\x00", 1),
    ],
)
def test_what_is_no_array_is_refused_before_memory_is_taken(raw):
    with pytest.raises(PackedArrayError):
        unpack(packed(raw), len(raw))


@pytest.mark.parametrize("content", [b"", b"no zstd at all", packed(npy((0,), b""))[:20]])
def test_what_is_no_zstd_is_refused(content):
    with pytest.raises(PackedArrayError):
        unpack(content, 128)


def test_a_size_that_is_not_the_arrays_is_refused():
    content, size = pack(np.zeros(3))
    for false in (size - 1, size + 1, 0):
        with pytest.raises(PackedArrayError, match=f"not of the size {false}"):
            unpack(content, false)
