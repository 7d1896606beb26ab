"""Colour images as JPEG inside recordings."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from cogmap.runtime.image_size import ImageSizeError, check_image_size
from cogmap.runtime.messages import U8
from cogmap.runtime.wire import BufferSpec, Part, WireError

CODEC = "jpeg"


def compress_jpeg(color: U8, quality: int) -> bytes:
    """JPEG of an (H, W, 3) RGB image."""
    _, data = cv2.imencode(".jpg", color[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def decompress(spec: BufferSpec, data: Part) -> np.ndarray[Any, Any]:
    """(H, W, 3) uint8 RGB of a JPEG; raises WireError if it is not one or is damaged.

    One whose head says another size than ``spec`` is not decoded.
    """
    if spec.codec != CODEC:
        raise WireError(f"codec {spec.codec[:20]!r} is not known here")
    try:
        size = check_image_size(data)
    except ImageSizeError as error:
        raise WireError(f"damaged JPEG: {error}") from error
    if size != spec.shape[:2]:
        raise WireError(f"JPEG of {size[1]}x{size[0]} pixels, its header says {spec.shape[:9]}")
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error as error:
        raise WireError(f"damaged JPEG: {error}") from error
    if image is None:
        raise WireError("damaged JPEG")
    return np.asarray(image)
