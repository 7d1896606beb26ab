"""Where the numbers and names stand in a BEV picture: on what they name, and not on each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import cv2
import numpy as np

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
)
from cogmap.runtime.messages import F64, U8, MapObject, Room

__all__ = ["place_labels"]

Point = tuple[float, float]
ROOM_INK: Color = (92, 88, 82)
ROOM_TEXT = 1.4
"""Size of a room's name, in parts of that of an object's."""
REACH = 12
"""A number stands at most so many of its sizes beside its object."""


def place_labels(
    image: U8,
    things: Sequence[MapObject],
    footprints: Mapping[int, F64],
    rooms: Sequence[Room],
    polygons: Mapping[int, F64],
    text_px: int,
    labels: bool,
) -> None:
    """Write the number of every object, and names of objects and rooms where there is room.

    Footprints (4, 2) of the objects and polygons (N, 2) of the rooms are in pixels, by id.
    """
    covered = np.zeros(image.shape[:2], np.uint8)
    for corners in footprints.values():
        cv2.fillPoly(covered, [np.rint(np.clip(corners, -1e4, 1e5)).astype(np.int32)], 1)
    taken: list[Rect] = []
    for room in rooms:
        _write_room(image, room, polygons[room.id], covered, text_px, taken)
    by_area = sorted(things, key=lambda thing: (_area(footprints[thing.id]), thing.id))
    badges: dict[int, Point] = {}
    bounds = np.array([_bounds(footprints[thing.id]) for thing in by_area]).reshape(-1, 4)
    for count, thing in enumerate(by_area):
        near = _bounds(footprints[thing.id], REACH * text_px)
        smaller = [footprints[by_area[row].id] for row in _meeting(bounds[:count], near)]
        there = [taken[row] for row in _meeting(np.array(taken).reshape(-1, 4), near)]
        badges[thing.id] = _badge_place(
            image, str(thing.id), footprints[thing.id], text_px, there, smaller
        )
        taken.append(badge_rect(str(thing.id), badges[thing.id], text_px))
    for thing in by_area:
        _point_at(image, badges[thing.id], footprints[thing.id], label_color(thing.label))
    for thing in reversed(by_area):
        color = dark(label_color(thing.label), 0.2)
        badge(image, str(thing.id), badges[thing.id], text_px, color)
        if labels:
            _write_label(image, thing, badges[thing.id], text_px, taken)


def _bounds(corners: F64, margin: float = 0.0) -> Rect:
    """Left, top, right, bottom."""
    (left, top), (right, bottom) = corners.min(0).tolist(), corners.max(0).tolist()
    return left - margin, top - margin, right + margin, bottom + margin


def _meeting(rects: F64, rect: Rect) -> list[int]:
    """Which of rectangles (N, 4) meet another one."""
    left, top, right, bottom = rects.T
    meets = (left <= rect[2]) & (rect[0] <= right) & (top <= rect[3]) & (rect[1] <= bottom)
    return [int(row) for row in np.flatnonzero(meets)]


def _badge_place(
    image: U8, words: str, corners: F64, text_px: int, taken: Sequence[Rect], smaller: Sequence[F64]
) -> Point:
    """The first place where the number covers no other number and stands on no smaller object;
    else the least bad one."""
    least, best = float("inf"), (0.0, 0.0)
    for place in _places(corners, 0.65 * text_px):
        rect = badge_rect(words, place, text_px)
        overlap = sum(_common(rect, other) for other in taken) + 1e4 * _outside(image, rect)
        cost = overlap + 60 * any(_holds(other, place) for other in smaller)
        if cost < least:
            least, best = cost, place
        if cost == 0:
            break
    return best


def _places(corners: F64, away: float) -> Iterator[Point]:
    """The middle, other places on the object, then places around it, nearest first."""
    center = corners.mean(0)
    yield float(center[0]), float(center[1])
    around = np.concatenate([corners, (corners + np.roll(corners, -1, axis=0)) / 2])
    for share in (0.35, 0.6, 0.8):
        for point in around:
            x, y = center + (point - center) * share
            yield float(x), float(y)
    reach = np.abs(corners - center).max(0)
    for step in (1.5, 3.0, 5.0, 8.0):
        for angle in np.arange(8) * (np.pi / 4):
            direction = np.array([np.cos(angle), -np.sin(angle)])
            x, y = center + direction * (reach + step * away)
            yield float(x), float(y)


def _holds(corners: F64, place: Point) -> bool:
    return bool(cv2.pointPolygonTest(corners.astype(np.float32), place, False) >= 0)


def _point_at(image: U8, place: Point, corners: F64, color: Color) -> None:
    """A line from a number that stands beside its object."""
    if not _holds(corners, place):
        center = corners.mean(0)
        line(image, [place, (float(center[0]), float(center[1]))], WHITE, 3)
        line(image, [place, (float(center[0]), float(center[1]))], dark(color, 0.2), 1)


def _write_label(
    image: U8, thing: MapObject, place: Point, text_px: int, taken: list[Rect]
) -> None:
    words = printable(thing.label)
    if not words.strip():
        return
    _, _, half_width, half_height = text_rect(words, (0.0, 0.0), text_px)
    _, _, badge_width, badge_height = badge_rect(str(thing.id), (0.0, 0.0), text_px)
    x, y = place
    beside = badge_width + half_width + 3
    under = badge_height + half_height
    for center in ((x, y + under), (x + beside, y), (x - beside, y), (x, y - under)):
        rect = text_rect(words, center, text_px)
        if not _outside(image, rect) and not overlaps(rect, taken):
            color = dark(label_color(thing.label), 0.4)
            text(image, words, center, text_px, color, halo=WHITE)
            taken.append(rect)
            return


def _write_room(
    image: U8, room: Room, polygon: F64, covered: U8, text_px: int, taken: list[Rect]
) -> None:
    """Name and area where they cover least of the room's objects."""
    area = f"{room.area_m2:.1f} m²"
    size = round(ROOM_TEXT * text_px)
    small = round(0.8 * size)
    name = printable(room.label) or f"room {room.id}"
    width = max(
        text_rect(name, (0.0, 0.0), size, bold=True)[2],
        text_rect(area, (0.0, 0.0), small)[2],
    )
    height = size * 1.15
    x, y = _clearest_place(polygon, covered, (2 * width + 1.5 * size, 2 * height))
    text(image, name, (x, y - 0.55 * size), size, ROOM_INK, bold=True, halo=WHITE)
    text(image, area, (x, y + 0.5 * size), small, ROOM_INK, halo=WHITE)
    taken.append((x - width, y - height, x + width, y + height))


def _clearest_place(polygon: F64, covered: U8, size: tuple[float, float]) -> Point:
    """Where a rectangle of a size (px) has least of ``covered`` and of what is not the room."""
    low = np.clip(np.floor(polygon.min(0)), 0, covered.shape[::-1]).astype(int)
    high = np.clip(np.ceil(polygon.max(0)), 0, covered.shape[::-1]).astype(int)
    covered = covered[low[1] : high[1], low[0] : high[0]]
    inside = np.zeros(covered.shape, np.uint8)
    if inside.size:
        cv2.fillPoly(inside, [np.rint(polygon - low).astype(np.int32)], 1)
    rows, columns = np.nonzero(inside)
    if len(rows) == 0:
        x, y = polygon.mean(0).tolist()
        return x, y
    blocked = np.where(inside > 0, covered, 3).astype(np.float32)
    width, height = (max(1, round(length)) for length in size)
    cost = cv2.boxFilter(blocked, -1, (width, height), borderType=cv2.BORDER_REPLICATE)
    far = np.hypot(columns - columns.mean(), rows - rows.mean()) / max(inside.shape)
    best = int(np.argmin(cost[rows, columns] + 0.1 * far))
    return float(low[0] + columns[best]), float(low[1] + rows[best])


def _common(rect: Rect, other: Rect) -> float:
    """Area that two rectangles share."""
    width = min(rect[2], other[2]) - max(rect[0], other[0])
    height = min(rect[3], other[3]) - max(rect[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def _outside(image: U8, rect: Rect) -> bool:
    height, width = image.shape[:2]
    return rect[0] < 0 or rect[1] < 0 or rect[2] > width or rect[3] > height


def _area(corners: F64) -> float:
    x, y = corners.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
