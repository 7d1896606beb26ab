"""Cameras that give pictures which are none: frozen, black, or with red and blue swapped."""

from __future__ import annotations

import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.geometry.camera import backproject, transform
from cogmap.runtime.messages import F32, F64, U8, Intrinsics

__all__ = [
    "are_swapped", "fingerprint", "is_black", "seen_colors", "shows_something", "small_picture",
    "swap_score",
]  # fmt: skip

BLACK_LEVEL = 10
"""No pixel of a black picture is brighter, but for the 1 % that may be hot or lit."""
_EVEN = 2.0
"""Standard deviation of an even colour, levels."""
_LEAST_CHROMA = 4.0
"""Standard deviation of red minus blue under which a picture is too grey to tell."""
_SWAPPED_IS_NEARER = 0.5
_FEW_POINTS = 100
_MOST_POINTS = 600


def is_black(color: U8) -> bool:
    """Whether a colour image (H, W, 3) shows nothing: a covered lens, or no light at all."""
    return bool(np.percentile(color[::8, ::8].max(axis=2), 99) <= BLACK_LEVEL)


def shows_something(color: U8) -> bool:
    """Whether a colour image (H, W, 3) is more than one even colour, which would not change."""
    return bool(color[::8, ::8].std(axis=(0, 1)).max() > _EVEN)


def fingerprint(image: NDArray[Any]) -> int:
    """A number that is the same for equal images, and for others very likely not.

    It looks at every fourth row; a sensor's noise is different in each of them.
    """
    return zlib.crc32(np.ascontiguousarray(image[::4]).view(np.uint8).data)


def seen_colors(
    color: U8, depth_m: F32, intrinsics: Intrinsics, world_from_camera: F64
) -> tuple[F64, U8]:
    """Some points (N, 3) that a frame measured, world, and their colours (N, 3) in its picture."""
    step = max(round((depth_m.size / _MOST_POINTS) ** 0.5), 1)
    rows, columns = np.nonzero(depth_m[::step, ::step] > 0)
    rows, columns = rows * step, columns * step
    pixels = np.stack([columns, rows], axis=1).astype(np.float64)
    points = backproject(pixels, depth_m[rows, columns].astype(np.float64), intrinsics)
    return transform(world_from_camera, points), color[rows, columns]


def small_picture(color: U8) -> U8:
    """(24, 32, 3) means of a colour image (H, W, 3): a camera moves by little of one of them."""
    small: U8 = cv2.resize(color, (32, 24), interpolation=cv2.INTER_AREA)
    return small


def are_swapped(before: U8, now: U8) -> bool:
    """Whether two small pictures of the same view are alike but for red and blue. In a scene
    without colour nobody can tell: False."""
    one, other = before.astype(np.int16), now.astype(np.int16)
    as_it_is = np.abs(other - one).mean()
    return bool(np.abs(other[..., ::-1] - one).mean() < _SWAPPED_IS_NEARER * as_it_is)


def swap_score(seen: U8, mapped: U8) -> float | None:
    """How alike red minus blue is in two lists of colours (N, 3) of the same points, in -1..1:
    near -1 if red and blue of one of them are swapped. None if there is too little colour.

    Where a lamp's light or the camera's white balance differ, the mean differs; it is left out.
    """
    if len(seen) < _FEW_POINTS:
        return None
    one, other = (colors[:, 0].astype(np.float64) - colors[:, 2] for colors in (seen, mapped))
    if min(one.std(), other.std()) < _LEAST_CHROMA:
        return None
    return float(np.corrcoef(one, other)[0, 1])
