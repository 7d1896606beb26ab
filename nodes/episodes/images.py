"""Images of an episode, decoded and checked; what is wrong names the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.runtime.image_size import ImageSizeError, check_image_size
from cogmap.runtime.messages import U8, U16

_COLOR = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION


def read_color(path: Path) -> U8:
    """(H, W, 3) RGB. Raises EpisodeError if the file is missing, damaged or no image."""
    return decode_color(_read(path), str(path))


def read_depth(path: Path) -> U16:
    """(H, W) uint16 as stored. Raises EpisodeError as `read_color`, or if not 16 bit, 1 channel."""
    return decode_depth(_read(path), str(path))


def decode_color(data: bytes, where: str) -> U8:
    """(H, W, 3) RGB from an encoded image; ``where`` names it in errors."""
    return np.ascontiguousarray(decode_encoded(data, _COLOR, where), dtype=np.uint8)


def decode_depth(data: bytes, where: str) -> U16:
    """(H, W) uint16 from an encoded image; ``where`` names it in errors."""
    image = decode_encoded(data, cv2.IMREAD_UNCHANGED, where)
    if image.dtype != np.uint16 or image.ndim != 2:
        channels = 1 if image.ndim == 2 else image.shape[2]
        raise EpisodeError(
            f"depth image has {8 * image.dtype.itemsize} bits and {channels} channel(s): {where}; "
            "depth must have 16 bits and 1 channel (is it a picture of depth made for people?)"
        )
    return np.ascontiguousarray(image, dtype=np.uint16)


def decode_encoded(data: bytes, flags: int, where: str) -> NDArray[Any]:
    """The image as OpenCV decodes it under ``flags``; ``where`` names it in errors."""
    if not data:
        raise EpisodeError(f"image is empty (0 bytes): {where}; restore the file")
    if _is_truncated(data):
        raise EpisodeError(
            f"image is cut off after {len(data)} bytes: {where}; copy or record it again"
        )
    try:
        check_image_size(data)
    except ImageSizeError as error:
        raise EpisodeError(
            f"image is not decoded: {error}: {where}; save it as PNG or JPEG, smaller"
        ) from error
    try:
        image: NDArray[Any] | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise EpisodeError(f"image cannot be decoded ({error.err}): {where}") from error
    if image is None:
        raise EpisodeError(f"image cannot be decoded: {where}; it is damaged")
    return image


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EpisodeError(
            f"image cannot be read ({error.strerror}): {path}; restore the file"
        ) from error


def _is_truncated(data: bytes) -> bool:
    """OpenCV fills the missing rest with grey and goes on, so look for the end marks ourselves."""
    for magic, is_truncated in _TRUNCATED.items():
        if data.startswith(magic):
            return is_truncated(data)
    return False


_TRUNCATED: dict[bytes, Callable[[bytes], bool]] = {
    b"\x89PNG": lambda data: data.rfind(b"IEND") < 0,
    # End of image must follow the last start of scan (a thumbnail in the header has both too).
    b"\xff\xd8": lambda data: data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda"),
}
