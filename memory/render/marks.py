"""Keyframes with the objects in them outlined and numbered.

Numbers and colours are those of the BEV picture, so that a vision-language model can connect
what it sees from above with what it sees in the images (after GPT4Scene, arXiv 2501.01428, and
Struct2D, arXiv 2506.04220).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from cogmap.memory.pictures import decode_picture
from cogmap.memory.render.drawing import (
    WHITE,
    Color,
    Rect,
    badge,
    badge_rect,
    dark,
    label_color,
    line,
    overlaps,
    printable,
    text,
    text_rect,
)  # fmt: skip
from cogmap.runtime.messages import U8, Layout, MapObject, PixelBox

__all__ = ["mark_jpeg", "mark_keyframe", "objects_in"]

_JPEG_QUALITY = 92


def objects_in(layout: Layout, keyframe: int) -> Iterator[tuple[MapObject, PixelBox]]:
    """Objects that a keyframe is known to show, with their boxes in its image, by id."""
    for thing in layout.objects:
        if thing.state == "deleted":
            continue
        for view in thing.views:
            if view.keyframe == keyframe:
                yield thing, view.box


def mark_keyframe(image: U8, marks: Iterable[tuple[MapObject, PixelBox]]) -> U8:
    """A copy of an image (H, W, 3) RGB with every object's box, id and label drawn on it.

    Small boxes are drawn last, so that a cup's stays whole on the table's.
    """
    marked: U8 = image.copy()
    size = max(11, round(min(image.shape[:2]) / 32))
    by_area = sorted(marks, key=lambda mark: (-_area(mark[1]), mark[0].id))
    for thing, box in by_area:
        _outline(marked, box, label_color(thing.label), size)
    taken: list[Rect] = []
    for thing, box in reversed(by_area):
        center = _badge_center(marked, str(thing.id), box, size, taken)
        rect = badge_rect(str(thing.id), center, size)
        taken.append(rect)
        color = label_color(thing.label)
        badge(marked, str(thing.id), center, size, color)
        _write_label(marked, printable(thing.label), rect, size, color, taken)
    return marked


def mark_jpeg(jpeg: bytes, marks: Iterable[tuple[MapObject, PixelBox]]) -> bytes:
    """`mark_keyframe` of a picture as a map keeps it. Raises PictureError if it is damaged."""
    marked = mark_keyframe(decode_picture(jpeg), marks)
    encoded = cv2.imencode(".jpg", marked[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
    return encoded.tobytes()


def _outline(image: U8, box: PixelBox, color: Color, size: int) -> None:
    left, top, right, bottom = box
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    width = max(2, round(size / 7))
    line(image, corners, WHITE, width + 2, closed=True)
    line(image, corners, color, width, closed=True)


def _badge_center(
    image: U8, words: str, box: PixelBox, size: int, taken: list[Rect]
) -> tuple[float, float]:
    """In the box's top left corner, or the nearest place inside it where no other badge is."""
    _, _, width, height = badge_rect(words, (0.0, 0.0), size)
    left, top, right, bottom = _inside(image, box)
    xs = np.arange(left + width, max(left + width + 1, right - width), width)
    ys = np.arange(top + height, max(top + height + 1, bottom - height), height)
    for y in ys.tolist():
        for x in xs.tolist():
            if not overlaps(badge_rect(words, (x, y), size), taken):
                return x, y
    return float(xs[0]), float(ys[0])


def _write_label(
    image: U8, label: str, beside: Rect, size: int, color: Color, taken: list[Rect]
) -> None:
    """To the right of the badge, where there is room."""
    if not label:
        return
    _, _, half_width, _ = text_rect(label, (0.0, 0.0), size, bold=True)
    center = (beside[2] + half_width + 3, (beside[1] + beside[3]) / 2)
    rect = text_rect(label, center, size, bold=True)
    if rect[2] <= image.shape[1] and not overlaps(rect, taken):
        text(image, label, center, size, dark(color, 0.35), bold=True, halo=WHITE)
        taken.append(rect)


def _inside(image: U8, box: PixelBox) -> Rect:
    height, width = image.shape[:2]
    left, right = sorted(min(max(x, 0.0), width - 1.0) for x in (box[0], box[2]))
    top, bottom = sorted(min(max(y, 0.0), height - 1.0) for y in (box[1], box[3]))
    return left, top, right, bottom


def _area(box: PixelBox) -> float:
    return abs((box[2] - box[0]) * (box[3] - box[1]))
