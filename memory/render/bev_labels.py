"""Where the numbers and names stand in a BEV picture: on what they name, and not on each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
    printable,
    text,
    text_rect,
)
from cogmap.runtime.messages import F64, U8, Bool, MapObject, Room

__all__ = ["place_labels"]

Point = tuple[float, float]
ROOM_INK: Color = (92, 88, 82)
ROOM_TEXT = 1.4
"""Size of a room's name, in parts of that of an object's."""
MOST_NUMBERS = 1000
"""The largest things are numbered; more numbers could not be read, and placing them takes long."""
NEIGHBOURS = 200
"""Numbers and smaller things that a place for a number is compared with, at most."""
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
    step: Callable[[], None] = lambda: None,
) -> None:
    """Write the numbers of objects, and names of objects and rooms where there is room.

    Footprints (4, 2) of the objects and polygons (N, 2) of the rooms are in pixels, by id. ``step``
    is called before each object.
    """
    covered = np.zeros(image.shape[:2], np.uint8)
    for corners in footprints.values():
        cv2.fillPoly(covered, [np.rint(np.clip(corners, -1e4, 1e5)).astype(np.int32)], 1)
    taken = _Taken(2 * len(things) + len(rooms))
    for room in rooms:
        _write_room(image, room, polygons[room.id], covered, text_px, taken)
    by_area = sorted(things, key=lambda thing: (_area(footprints[thing.id]), thing.id))
    by_area = by_area[-MOST_NUMBERS:]
    badges: dict[int, Point] = {}
    bounds = np.array([_bounds(footprints[thing.id]) for thing in by_area]).reshape(-1, 4)
    shapes = np.array([footprints[thing.id] for thing in by_area]).reshape(-1, 4, 2)
    for count, thing in enumerate(by_area):
        step()
        near = _bounds(footprints[thing.id], REACH * text_px)
        badges[thing.id] = _badge_place(
            image, str(thing.id), footprints[thing.id], text_px, taken.near(near)[-NEIGHBOURS:],
            shapes[:count][_meeting(bounds[:count], near)][-NEIGHBOURS:],
        )  # fmt: skip
        taken.add(badge_rect(str(thing.id), badges[thing.id], text_px))
    for thing in by_area:
        _point_at(image, badges[thing.id], footprints[thing.id], label_color(thing.label))
    for thing in reversed(by_area):
        step()
        color = dark(label_color(thing.label), 0.2)
        badge(image, str(thing.id), badges[thing.id], text_px, color)
        if labels:
            _write_label(image, thing, badges[thing.id], text_px, taken)


class _Taken:
    """Rectangles of all that was written, at most ``most``."""

    def __init__(self, most: int) -> None:
        self._rects = np.zeros((most, 4))
        self._count = 0

    def add(self, rect: Rect) -> None:
        self._rects[self._count] = rect
        self._count += 1

    def near(self, rect: Rect) -> F64:
        """(N, 4) those that meet a rectangle."""
        rects = self._rects[: self._count]
        return np.asarray(rects[_meeting(rects, rect)])

    def free(self, rect: Rect) -> bool:
        """Whether nothing was written there; what only touches it does not count."""
        left, top, right, bottom = self._rects[: self._count].T
        meets = (left < rect[2]) & (rect[0] < right) & (top < rect[3]) & (rect[1] < bottom)
        return not bool(meets.any())


def _bounds(corners: F64, margin: float = 0.0) -> Rect:
    """Left, top, right, bottom."""
    (left, top), (right, bottom) = corners.min(0).tolist(), corners.max(0).tolist()
    return left - margin, top - margin, right + margin, bottom + margin


def _meeting(rects: F64, rect: Rect) -> Bool:
    """(N,) which of rectangles (N, 4) meet another one."""
    left, top, right, bottom = rects.T
    meets = (left <= rect[2]) & (rect[0] <= right) & (top <= rect[3]) & (rect[1] <= bottom)
    return np.asarray(meets)


def _badge_place(
    image: U8, words: str, corners: F64, text_px: int, taken: F64, smaller: F64
) -> Point:
    """The first place where the number covers no other number (N, 4) and stands on no smaller
    object (M, 4, 2); else the least bad one."""
    places = _places(corners, 0.65 * text_px)
    half = np.array(badge_rect(words, (0.0, 0.0), text_px))
    rects = np.hstack([places, places]) + half
    for some in (slice(0, 1), slice(1, None)):  # nearly always the first place is free
        cost = _common(rects[some], taken).sum(axis=1) + 1e4 * _outside(image, rects[some])
        cost += 60 * _on_any(places[some], smaller)
        if some.start == 0:
            first = cost
            if cost[0] == 0:
                break
    else:
        cost = np.concatenate([first, cost])
    x, y = places[int(cost.argmin())].tolist()
    return x, y


def _places(corners: F64, away: float) -> F64:
    """(N, 2): the middle, other places on the object, then places around it, nearest first."""
    center = corners.mean(0)
    around = np.concatenate([corners, (corners + np.roll(corners, -1, axis=0)) / 2])
    on_it = [center + (around - center) * share for share in (0.35, 0.6, 0.8)]
    reach = np.abs(corners - center).max(0)
    angles = np.arange(8) * (np.pi / 4)
    directions = np.column_stack([np.cos(angles), -np.sin(angles)])
    beside = [center + directions * (reach + step * away) for step in (1.5, 3.0, 5.0, 8.0)]
    return np.concatenate([center[None], *on_it, *beside])


def _on_any(places: F64, shapes: F64) -> Bool:
    """(N,) which of places (N, 2) are on one of convex shapes (M, 4, 2)."""
    sides = np.roll(shapes, -1, axis=1) - shapes
    to_place = places[:, None, None] - shapes
    turns = sides[..., 0] * to_place[..., 1] - sides[..., 1] * to_place[..., 0]
    inside = np.asarray((turns >= 0).all(axis=2) | (turns <= 0).all(axis=2))
    return np.asarray(inside.any(axis=1))


def _holds(corners: F64, place: Point) -> bool:
    return bool(cv2.pointPolygonTest(corners.astype(np.float32), place, False) >= 0)


def _point_at(image: U8, place: Point, corners: F64, color: Color) -> None:
    """A line from a number that stands beside its object."""
    if not _holds(corners, place):
        center = corners.mean(0)
        line(image, [place, (float(center[0]), float(center[1]))], WHITE, 3)
        line(image, [place, (float(center[0]), float(center[1]))], dark(color, 0.2), 1)


def _write_label(image: U8, thing: MapObject, place: Point, text_px: int, taken: _Taken) -> None:
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
        if not _outside(image, np.array([rect]))[0] and taken.free(rect):
            color = dark(label_color(thing.label), 0.4)
            text(image, words, center, text_px, color, halo=WHITE)
            taken.add(rect)
            return


def _write_room(
    image: U8, room: Room, polygon: F64, covered: U8, text_px: int, taken: _Taken
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
    taken.add((x - width, y - height, x + width, y + height))


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


def _common(rects: F64, others: F64) -> F64:
    """(N, M) area that rectangles (N, 4) and (M, 4) share."""
    low = np.maximum(rects[:, None, :2], others[None, :, :2])
    high = np.minimum(rects[:, None, 2:], others[None, :, 2:])
    return np.asarray(np.maximum(high - low, 0.0).prod(axis=2))


def _outside(image: U8, rects: F64) -> Bool:
    """(N,)"""
    height, width = image.shape[:2]
    left, top, right, bottom = rects.T
    return np.asarray((left < 0) | (top < 0) | (right > width) | (bottom > height))


def _area(corners: F64) -> float:
    x, y = corners.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
