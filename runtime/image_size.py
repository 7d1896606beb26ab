"""The size of an encoded image, from its head alone: known before anything is decoded.

A few hundred bytes can say that they are a picture of 32,000 by 32,000, and a decoder takes
gigabytes for them before it finds that the rest is missing. What cannot be read here is not
decoded at all.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from cogmap.runtime.messages import CogmapError

__all__ = ["MAX_PIXELS", "ImageSizeError", "check_image_size", "image_size"]

MAX_PIXELS = 64 * 2**20 // 3
"""The colour of more would not fit a message (`wire.MAX_MESSAGE_BYTES`)."""
_MOST_SEGMENTS = 4096
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Start of frame: of the C's all but Huffman tables, an extension and arithmetic conditions."""
_WITHOUT_SIZE = frozenset((0xD8, 0xD9, 0xDA))
"""Start and end of the image, and start of scan: none may come before the frame."""
_PNM = re.compile(rb"P[1-6]\s(?:\s|#[^\r\n]*[\r\n])*(\d{1,9})\s(?:\s|#[^\r\n]*[\r\n])*(\d{1,9})\s")
_PNM_HEAD = 4096


class ImageSizeError(CogmapError):
    """An image whose head is damaged or unknown, or says that it is too large."""


def check_image_size(data: bytes | memoryview) -> tuple[int, int]:
    """(height, width) in pixels. Raises ImageSizeError if it cannot be read, or is too large."""
    height, width = image_size(data)
    if height * width > MAX_PIXELS:
        raise ImageSizeError(f"it says that it has {width}x{height} pixels, over {MAX_PIXELS}")
    return height, width


def image_size(data: bytes | memoryview) -> tuple[int, int]:
    """(height, width) in pixels, over 0, of a PNG, JPEG, BMP or PNM.

    Raises:
        ImageSizeError: it is another format, or its head is damaged.
    """
    for magic, read in _READERS.items():
        if bytes(data[: len(magic)]) == magic:
            try:
                height, width = read(data)
            except (struct.error, IndexError) as error:
                raise ImageSizeError("its head is cut off") from error
            if height <= 0 or width <= 0:
                raise ImageSizeError(f"it says that it has {width}x{height} pixels")
            return height, width
    raise ImageSizeError("it is no PNG, JPEG, BMP or PNM")


def _of_png(data: bytes | memoryview) -> tuple[int, int]:
    if bytes(data[:16]) != _PNG + b"\x00\x00\x00\rIHDR":
        raise ImageSizeError("a PNG that does not begin with its header")
    width, height = struct.unpack_from(">II", data, 16)
    return height, width


def _of_jpeg(data: bytes | memoryview) -> tuple[int, int]:
    """Of the first frame. Stricter than decoders, which skip what is between two segments."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return height, width
        length = struct.unpack_from(">H", data, at + 2)[0]
        if marker in _WITHOUT_SIZE or marker < 0xC0 or 0xD0 <= marker <= 0xD7 or length < 2:
            break
        at += 2 + length
    raise ImageSizeError("a JPEG without a size before its pixels")


def _of_bmp(data: bytes | memoryview) -> tuple[int, int]:
    """Rows from the top have a negative height."""
    (size,) = struct.unpack_from("<I", data, 14)
    if size == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return abs(height), width


def _of_pnm(data: bytes | memoryview) -> tuple[int, int]:
    found = _PNM.match(bytes(data[:_PNM_HEAD]))
    if found is None:
        raise ImageSizeError("a PNM without a size")
    return int(found[2]), int(found[1])


_READERS: dict[bytes, Callable[[bytes | memoryview], tuple[int, int]]] = {
    _PNG: _of_png,
    b"\xff\xd8\xff": _of_jpeg,
    b"BM": _of_bmp,
    **{b"P%d" % kind: _of_pnm for kind in range(1, 7)},
}
