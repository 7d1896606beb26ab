"""Smooth lines, areas and text on an RGB image; places are (x, y) in pixels, fractions allowed.

OpenCV draws them; its built-in font has the letters of most scripts and needs no font files.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F64, U8

__all__ = [
    "INK", "WHITE", "Color", "Rect", "badge", "badge_rect", "dark", "disc", "fill",
    "label_color", "light", "line", "overlaps", "printable", "text", "text_rect",
]  # fmt: skip

Color = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""
Rect = tuple[float, float, float, float]
"""Left, top, right, bottom, pixels."""

WHITE: Color = (255, 255, 255)
INK: Color = (38, 42, 48)
SHIFT = 4
"""OpenCV takes places in 1/16 of a pixel."""
BOLD, REGULAR = 600, 450
BADGE_PAD = 0.32
"""Room beside a badge's number, in parts of its text size."""
PALETTE: tuple[Color, ...] = (
    (31, 119, 180), (230, 120, 20), (44, 145, 60), (200, 40, 50), (125, 85, 185), (140, 86, 75),
    (205, 85, 165), (100, 110, 120), (150, 150, 20), (0, 150, 165), (60, 80, 200), (170, 105, 0),
    (0, 120, 95), (225, 75, 105), (85, 55, 140), (105, 70, 50), (155, 30, 115), (60, 130, 0),
    (75, 135, 220), (180, 60, 0),
)  # fmt: skip
"""Told apart on white, and dark enough for a white number."""


def label_color(label: str) -> Color:
    """The colour of all things of a label, in every picture."""
    digest = hashlib.sha256(label.encode("utf-8", "surrogatepass")).digest()
    return PALETTE[int.from_bytes(digest[:4], "big") % len(PALETTE)]


def light(color: Color, amount: float) -> Color:
    """``amount`` of the way to white."""
    r, g, b = (round(c + (255 - c) * amount) for c in color)
    return (r, g, b)


def dark(color: Color, amount: float) -> Color:
    """``amount`` of the way to black."""
    r, g, b = (round(c * (1 - amount)) for c in color)
    return (r, g, b)


def printable(words: str, limit: int = 24) -> str:
    """Text from a stranger as one short line without control or direction characters."""
    cut = words if len(words) <= limit else words[: limit - 1] + "…"
    return "".join(letter if letter.isprintable() else " " for letter in cut)


def fill(image: U8, polygon: NDArray[np.floating], color: Color, opacity: float = 1.0) -> None:
    """Fill a polygon, corners (N, 2); also one that reaches out of the image."""
    points: F64 = np.asarray(polygon, np.float64)
    part = _part(image, points, 1)
    if part is None or len(points) < 3:
        return
    view, corner = part
    corners = [_fixed(points - corner)]
    if opacity >= 1:
        cv2.fillPoly(view, corners, color, cv2.LINE_AA, SHIFT)
        return
    covered = np.zeros(view.shape[:2], np.uint8)
    cv2.fillPoly(covered, corners, 255, cv2.LINE_AA, SHIFT)
    weight = (covered * (opacity / 255))[..., None]
    view[:] = np.rint(view * (1 - weight) + np.array(color) * weight).astype(np.uint8)


def line(
    image: U8,
    points: NDArray[np.floating] | Sequence[tuple[float, float]],
    color: Color,
    width: float,
    *,
    closed: bool = False,
) -> None:
    """A line through points (N, 2), ``width`` pixels wide, with round ends."""
    cv2.polylines(image, [_fixed(points)], closed, color, max(1, round(width)), cv2.LINE_AA, SHIFT)


def disc(image: U8, center: tuple[float, float], radius: float, color: Color) -> None:
    x, y = _fixed([center])[0].tolist()
    cv2.circle(image, (x, y), round(radius * 2**SHIFT), color, -1, cv2.LINE_AA, SHIFT)


def text(
    image: U8,
    words: str,
    center: tuple[float, float],
    size: int,
    color: Color,
    *,
    bold: bool = False,
    halo: Color | None = None,
) -> None:
    """Words with their middle at ``center``, with a ``halo`` around them if wanted."""
    left, _, right, _ = text_rect(words, center, size, bold=bold)
    if halo is not None and right > left:
        _halo(image, words, center, size, halo, bold)
    origin = (round(left), round(center[1] + 0.36 * size))
    cv2.putText(image, words, origin, color, _font(), size, BOLD if bold else REGULAR)


def text_rect(words: str, center: tuple[float, float], size: int, *, bold: bool = False) -> Rect:
    """What ``text`` covers."""
    measured = cv2.getTextSize((1, 1), words, (0, 0), _font(), size, BOLD if bold else REGULAR)
    half_width, half_height = measured[2] / 2, 0.62 * size
    x, y = center
    return (x - half_width, y - half_height, x + half_width, y + half_height)


def badge(image: U8, words: str, center: tuple[float, float], size: int, color: Color) -> None:
    """A number on a pill of its own colour, readable on any ground."""
    left, top, right, bottom = badge_rect(words, center, size)
    radius = (bottom - top) / 2
    ends = [(left + radius, center[1]), (right - radius, center[1])]
    for reach, ink in ((radius, WHITE), (radius - 1.5, color)):
        for end in ends:
            disc(image, end, reach, ink)
        corners = [(ends[0][0], center[1] - reach), (ends[1][0], center[1] - reach)]
        corners += [(ends[1][0], center[1] + reach), (ends[0][0], center[1] + reach)]
        fill(image, np.array(corners), ink)
    text(image, words, center, size, WHITE, bold=True)


def badge_rect(words: str, center: tuple[float, float], size: int) -> Rect:
    """What ``badge`` covers."""
    left, _, right, _ = text_rect(words, center, size, bold=True)
    half_height = 0.72 * size
    half_width = max(half_height, (right - left) / 2 + BADGE_PAD * size)
    x, y = center
    return (x - half_width, y - half_height, x + half_width, y + half_height)


def overlaps(rect: Rect, others: Iterable[Rect]) -> bool:
    """Whether a rectangle covers a part of any other."""
    left, top, right, bottom = rect
    return any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
        for other in others
    )


@functools.cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")


def _halo(
    image: U8, words: str, center: tuple[float, float], size: int, color: Color, bold: bool
) -> None:
    left, top, right, bottom = text_rect(words, center, size, bold=bold)
    corners = np.array([[left - 4, top - 4], [right + 4, bottom + 4]])
    part = _part(image, corners, 1)
    if part is None:
        return
    view, corner = part
    letters = np.zeros((*view.shape[:2], 3), np.uint8)
    text(letters, words, (center[0] - corner[0], center[1] - corner[1]), size, WHITE, bold=bold)
    around = cv2.dilate(letters[..., 0], cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    weight = (cv2.GaussianBlur(around, (3, 3), 0) * (0.85 / 255))[..., None]
    view[:] = np.rint(view * (1 - weight) + np.array(color) * weight).astype(np.uint8)


def _part(image: U8, points: F64, margin: int) -> tuple[U8, F64] | None:
    """The part of the image around points, and its corner; None if they are outside."""
    if not np.isfinite(points).all() or len(points) == 0:
        return None
    height, width = image.shape[:2]
    low = np.clip(np.floor(points.min(0)) - margin, 0, (width, height)).astype(int)
    high = np.clip(np.ceil(points.max(0)) + margin + 1, 0, (width, height)).astype(int)
    if (high <= low).any():
        return None
    return image[low[1] : high[1], low[0] : high[0]], low.astype(np.float64)


def _fixed(points: NDArray[np.floating] | Sequence[tuple[float, float]]) -> NDArray[np.int32]:
    """Points as OpenCV's fixed-point numbers, far ones drawn in to where they cannot overflow."""
    pixels = np.clip(np.asarray(points, np.float64), -1e5, 1e5)
    fixed: NDArray[np.int32] = np.rint(pixels * 2**SHIFT).astype(np.int32)
    return fixed
