"""What the boxes of a layout look like from a standpoint: no pictures, only what is known."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from cogmap.memory.geometry.boxes import corners
from cogmap.memory.render.drawing import (
    INK,
    badge,
    badge_rect,
    dark,
    fill,
    label_color,
    light,
    line,
    overlaps,
)
from cogmap.runtime.messages import F64, U8, Layout, MapObject

__all__ = ["draw_view", "encode_png"]

WIDTH, HEIGHT, FOCAL_PX = 960, 720, 560.0
NEAREST_M, FARTHEST_M = 0.15, 30.0
SKY, GROUND = (243, 242, 238), (226, 224, 217)
_FACES = ((0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))
"""Corners of `boxes.corners`."""
_TEXT_PX = 15


def draw_view(
    layout: Layout, world_from_camera: F64, step: Callable[[], None] = lambda: None
) -> U8:
    """(H, W, 3) RGB: boxes of what is there, far ones first, with their numbers; walls as lines.

    ``world_from_camera`` (4, 4). Boxes that reach behind the camera are left out.
    ``step`` is called before each thing; what it raises ends the work.
    """
    image = np.full((HEIGHT, WIDTH, 3), SKY, np.uint8)
    image[HEIGHT // 2 :] = GROUND
    camera_from_world = np.asarray(np.linalg.inv(world_from_camera), np.float64)
    for wall in layout.walls:
        _draw_wall(image, camera_from_world, np.array([wall.start, wall.end]), wall.height_m,
                   layout.floor_z or 0.0)  # fmt: skip
    seen: list[tuple[float, MapObject, F64]] = []
    for thing in layout.objects:
        step()
        if thing.is_here:
            points = _in_camera(camera_from_world, corners(thing.box))
            if points[:, 2].min() > NEAREST_M and points[:, 2].max() < FARTHEST_M:
                seen.append((float(np.linalg.norm(points.mean(axis=0))), thing, points))
    seen.sort(key=lambda each: (-each[0], each[1].id))
    for _, thing, points in seen:
        step()
        _draw_box(image, thing, points)
    _draw_badges(image, seen)
    return image


def encode_png(image: U8) -> bytes:
    """(H, W, 3) RGB as a PNG file."""
    return bytes(cv2.imencode(".png", image[..., ::-1])[1].tobytes())


def _in_camera(camera_from_world: F64, points: F64) -> F64:
    return np.asarray(points @ camera_from_world[:3, :3].T + camera_from_world[:3, 3])


def _pixels(points: F64) -> F64:
    center = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
    return np.asarray(points[:, :2] / points[:, 2:] * FOCAL_PX + center)


def _draw_box(image: U8, thing: MapObject, points: F64) -> None:
    """Faces from the farthest to the nearest."""
    color, pixels = label_color(thing.label), _pixels(points)
    for face in sorted(_FACES, key=lambda face: -points[list(face)].mean(axis=0) @ [0, 0, 1.0]):
        fill(image, pixels[list(face)], light(color, 0.35), 0.8)
        line(image, pixels[list(face)], dark(color, 0.15), 1.5, closed=True)


def _draw_wall(
    image: U8, camera_from_world: F64, ends: F64, height_m: float, floor_z: float
) -> None:
    upright = np.array([[*ends[i], floor_z + h] for i, h in ((0, 0), (1, 0), (1, height_m),
                                                             (0, height_m))])  # fmt: skip
    points = _in_camera(camera_from_world, upright)
    if points[:, 2].min() > NEAREST_M:
        line(image, _pixels(points), INK, 1, closed=True)


def _draw_badges(image: U8, seen: list[tuple[float, MapObject, F64]]) -> None:
    """Numbers in the middle of boxes, those of near ones first, where there is room."""
    taken: list[tuple[float, float, float, float]] = []
    for _, thing, points in reversed(seen):
        x, y = _pixels(points.mean(axis=0, keepdims=True))[0].tolist()
        rect = badge_rect(str(thing.id), (x, y), _TEXT_PX)
        if 0 <= x < WIDTH and 0 <= y < HEIGHT and not overlaps(rect, taken):
            taken.append(rect)
            badge(image, str(thing.id), (x, y), _TEXT_PX, label_color(thing.label))
