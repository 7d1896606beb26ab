"""Images out of ROS messages (sensor_msgs Image and CompressedImage)."""

from __future__ import annotations

import struct
from typing import Any

import cv2
import numpy as np

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.images import decode_color, decode_depth, decode_encoded
from cogmap.runtime.messages import F32, U8, U16

_TO_RGB = {
    "rgb8": (3, None),
    "bgr8": (3, cv2.COLOR_BGR2RGB),
    "8UC3": (3, cv2.COLOR_BGR2RGB),
    "rgba8": (4, cv2.COLOR_RGBA2RGB),
    "bgra8": (4, cv2.COLOR_BGRA2RGB),
    "mono8": (1, cv2.COLOR_GRAY2RGB),
    "8UC1": (1, cv2.COLOR_GRAY2RGB),
    "yuv422_yuy2": (2, cv2.COLOR_YUV2RGB_YUYV),
    "yuv422": (2, cv2.COLOR_YUV2RGB_UYVY),
}
"""Encoding -> channels, OpenCV's conversion."""
_DEPTH = ("16UC1", "mono16", "32FC1")


def is_depth(message: Any) -> bool:
    """True if the message's encoding is one that depth comes in."""
    return _encoding(message).startswith(_DEPTH)


def is_color(message: Any) -> bool:
    """True if the message is a colour (or grey) picture."""
    return not is_depth(message) and (not _is_raw(message) or message.encoding in _TO_RGB)


def color_from_message(message: Any, where: str) -> U8:
    """(H, W, 3) RGB. Raises EpisodeError if the encoding is unknown or the data is damaged."""
    if not _is_raw(message):
        return decode_color(message.data.tobytes(), where)
    if message.encoding not in _TO_RGB:
        raise EpisodeError(
            f"colour encoding {message.encoding!r} is not supported: {where}; "
            f"known are {', '.join(_TO_RGB)} and compressed ones"
        )
    channels, conversion = _TO_RGB[message.encoding]
    pixels = _rows(message, np.dtype(np.uint8), channels, where)
    color = pixels if conversion is None else cv2.cvtColor(pixels, conversion)
    return np.ascontiguousarray(color, dtype=np.uint8)


def depth_from_message(message: Any, unit_m: float, where: str) -> U16:
    """(H, W) depth; 16 bit in the recording's unit, floats (metres) converted to ``unit_m``.

    Raises:
        EpisodeError: the encoding is unknown or the data is damaged.
    """
    if not _is_raw(message):
        return _from_compressed_depth(message, unit_m, where)
    if message.encoding == "32FC1":
        metres = _rows(message, np.dtype(np.float32), 1, where)[:, :, 0]
        return _to_units(metres.astype(np.float32), unit_m)
    if message.encoding in _DEPTH:
        depth = _rows(message, np.dtype(np.uint16), 1, where)[:, :, 0]
        return np.ascontiguousarray(depth, dtype=np.uint16)
    raise EpisodeError(
        f"depth encoding {message.encoding!r} is not supported: {where}; known are "
        f"{', '.join(_DEPTH)} and their compressedDepth"
    )


def _rows(message: Any, dtype: np.dtype[Any], channels: int, where: str) -> np.ndarray:
    """(H, W, channels): pixels without the padding at the end of rows, in native byte order."""
    height, width, step = message.height, message.width, message.step
    used = width * channels * dtype.itemsize
    if min(height, width) <= 0 or step < used or message.data.size < step * height:
        raise EpisodeError(
            f"image message of {width}x{height}, step {step}, has {message.data.size} bytes: "
            f"{where}; the recording is damaged"
        )
    rows = message.data[: step * height].reshape(height, step)[:, :used]
    stored = dtype.newbyteorder(">" if message.is_bigendian else "<")
    pixels = np.ascontiguousarray(rows).view(stored).astype(dtype, copy=False)
    return pixels.reshape(height, width, channels)


def _from_compressed_depth(message: Any, unit_m: float, where: str) -> U16:
    """compressed_depth_image_transport: 12 bytes of header, then a 16 bit PNG.

    Floats are stored as inverse depth, raw = a / z + b, with a and b in the header.
    """
    data = message.data.tobytes()
    if "compressedDepth" not in message.format:
        return decode_depth(data, where)
    if len(data) < 12:
        raise EpisodeError(f"compressed depth of {len(data)} bytes: {where}; it is cut off")
    _, a, b = struct.unpack("<iff", data[:12])
    if not _encoding(message).startswith("32FC1"):
        return decode_depth(data[12:], where)
    raw = decode_encoded(data[12:], cv2.IMREAD_UNCHANGED, where).astype(np.float32)
    metres = np.divide(a, raw - b, out=np.zeros_like(raw), where=(raw > 0) & (raw != b))
    return _to_units(metres, unit_m)


def _to_units(metres: F32, unit_m: float) -> U16:
    units = np.rint(metres / np.float32(unit_m))
    largest = np.iinfo(np.uint16).max
    with np.errstate(invalid="ignore"):
        return np.where((units > 0) & (units <= largest), units, 0).astype(np.uint16)


def _is_raw(message: Any) -> bool:
    return hasattr(message, "encoding")


def _encoding(message: Any) -> str:
    return str(message.encoding if _is_raw(message) else message.format.split(";")[0].strip())
