"""Depth registered to colour: the depth image that the colour camera would have taken."""

from __future__ import annotations

import cv2
import numpy as np

from cogmap.runtime.messages import U16, Intrinsics


def scale_intrinsics(intrinsics: Intrinsics, width: int, height: int) -> Intrinsics:
    """The same camera, its image resized to ``width`` x ``height`` pixels.

    The centre of the top left pixel is (0, 0), so an image border is at -0.5 and the
    principal point scales about that.
    """
    if (width, height) == (intrinsics.width, intrinsics.height):
        return intrinsics
    sx, sy = width / intrinsics.width, height / intrinsics.height
    return Intrinsics(
        width=width,
        height=height,
        fx=intrinsics.fx * sx,
        fy=intrinsics.fy * sy,
        cx=(intrinsics.cx + 0.5) * sx - 0.5,
        cy=(intrinsics.cy + 0.5) * sy - 0.5,
        distortion=intrinsics.distortion,
    )


def resize_depth(depth: U16, width: int, height: int) -> U16:
    """(height, width) depth of the same camera at another resolution.

    Nearest neighbour: blending depths would invent surfaces between near and far.

    Raises:
        ValueError: the aspect ratio differs, so the images are not of one camera.
    """
    have_height, have_width = depth.shape
    if (have_width, have_height) == (width, height):
        return depth
    if abs(have_width * height - have_height * width) > max(width, height):
        raise ValueError(f"depth is {have_width}x{have_height}, colour {width}x{height}")
    resized = cv2.resize(depth, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized, dtype=np.uint16)
