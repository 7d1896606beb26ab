"""The map seen from above, as a picture for people and for vision-language models.

Rooms, walls, doors and object boxes, each object with the number that annotated keyframes
(``cogmap.memory.render.marks``) show, too. The same layout gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from cogmap.memory.geometry.poses import FARTHEST_M
from cogmap.memory.render.bev_labels import place_labels
from cogmap.memory.render.drawing import (
    INK,
    WHITE,
    Color,
    dark,
    fill,
    label_color,
    light,
    line,
    text,
    text_rect,
)
from cogmap.runtime.messages import (
    F64,
    FREE,
    OCCUPIED,
    U8,
    Box,
    CogmapError,
    Layout,
    MapObject,
    ObjectState,
    OccupancyGrid,
    Room,
)

__all__ = ["BevConfig", "BevError", "BevPicture", "draw_bev"]

PAPER: Color = (243, 242, 238)
WALL: Color = (70, 74, 82)
OCCUPANCY: dict[int, Color] = {FREE: (252, 252, 250), OCCUPIED: (196, 194, 188)}
ROOM_COLORS: tuple[Color, ...] = (
    (250, 233, 205), (213, 232, 245), (222, 240, 214), (243, 220, 228), (229, 222, 243),
    (252, 243, 200), (212, 240, 236), (240, 226, 214),
)  # fmt: skip
DOOR: Color = (214, 120, 40)
PATH: Color = (246, 160, 20)
STRIP_PX = 46
"""Height of the strip with the scale below the map."""
WALL_M = 0.06
HANGS_ABOVE_M = 1.7
"""What begins so high above the floor is drawn as an outline: one can stand beneath it."""


class BevError(CogmapError):
    """The picture cannot be drawn as asked."""


@dataclass(frozen=True)
class BevConfig:
    """What the picture shows, and how large."""

    size_px: int = 1200
    """Longer side of the map."""
    margin_m: float = 0.4
    """Shown around it."""
    states: tuple[ObjectState, ...] = ("present", "moved")
    """Objects in these states are drawn."""
    text_px: int = 14
    """Size of numbers and labels."""
    labels: bool = True
    """Write labels where there is room; numbers are always there, of up to 1,000 things."""

    def __post_init__(self) -> None:
        if not 100 <= self.size_px <= 8192:
            raise BevError(f"BEV: size_px = {self.size_px} must be in 100..8192")
        if not 0 <= self.margin_m < 100:
            raise BevError(f"BEV: margin_m = {self.margin_m} must be in [0, 100)")
        if not 6 <= self.text_px <= 200:
            raise BevError(f"BEV: text_px = {self.text_px} must be in 6..200")


@dataclass(frozen=True)
class BevPicture:
    """The picture, and where it shows what. World x goes right, y goes up."""

    image: U8
    """(H, W, 3) RGB."""
    pixels_per_m: float
    origin: tuple[float, float]
    """World x, y (m) at pixel (0, 0)."""

    def pixels(self, points: F64) -> F64:
        """World x, y (N, 2) to pixels (N, 2): column, row."""
        places: F64 = (np.asarray(points, np.float64) - self.origin) * self.pixels_per_m * (1, -1)
        return places

    def world(self, pixels: F64) -> F64:
        """Inverse of ``pixels``."""
        points: F64 = np.asarray(pixels, np.float64) / self.pixels_per_m * (1, -1) + self.origin
        return points

    def png(self) -> bytes:
        """The picture as a PNG file."""
        _, encoded = cv2.imencode(".png", cv2.cvtColor(self.image, cv2.COLOR_RGB2BGR))
        return bytes(encoded.tobytes())


def draw_bev(
    layout: Layout,
    *,
    grid: OccupancyGrid | None = None,
    trajectory: F64 | None = None,
    pose: F64 | None = None,
    beneath_labels: Callable[[BevPicture], None] | None = None,
    config: BevConfig = BevConfig(),
    step: Callable[[], None] = lambda: None,
) -> BevPicture:
    """Draw a layout from above.

    Args:
        grid: free and occupied space, drawn beneath.
        trajectory: (N, 2) or (N, 3) where the camera was, world, metres.
        pose: (4, 4) world_from_camera of the agent, drawn as an arrow.
        beneath_labels: draws more, which numbers and names stay on top of.
        step: called before each thing is drawn, and named; what it raises ends the work.
    """
    things = [thing for thing in layout.objects if _can_be_drawn(thing, config)]
    line_m = np.zeros((0, 2)) if trajectory is None else np.asarray(trajectory, np.float64)[:, :2]
    line_m = line_m[np.isfinite(line_m).all(1)]
    picture = _blank(_extent(layout, things, grid, line_m, pose), config)
    if grid is not None:
        _draw_grid(picture, grid)
    _draw_rooms(picture, layout)
    _draw_walls(picture, layout)
    for thing in sorted(things, key=_draw_order):
        step()
        _draw_box(picture, thing, layout.floor_z or 0.0)
    if len(line_m) > 1:
        pixels = picture.pixels(line_m)
        line(picture.image, pixels, WHITE, 4)
        line(picture.image, pixels, PATH, 2)
    if pose is not None and np.isfinite(pose).all():
        _draw_agent(picture, pose)
    if beneath_labels is not None:
        beneath_labels(picture)
    footprints = {thing.id: picture.pixels(footprint(thing.box)) for thing in things}
    polygons = {room.id: picture.pixels(np.array(room.polygon)) for room in _with_area(layout)}
    place_labels(
        picture.image,
        things,
        footprints,
        _with_area(layout),
        polygons,
        config.text_px,
        config.labels,
        step,
    )
    return _with_scale(picture)


def footprint(box: Box) -> F64:
    """(4, 2) corners of a box seen from above, counter-clockwise, world, metres."""
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.array(box.size[:2]) / 2
    cos, sin = np.cos(box.yaw), np.sin(box.yaw)
    corners: F64 = half @ np.array([[cos, sin], [-sin, cos]]) + box.center[:2]
    return corners


def _can_be_drawn(thing: MapObject, config: BevConfig) -> bool:
    numbers = (*thing.box.center, *thing.box.size, thing.box.yaw)
    return thing.state in config.states and bool((np.abs(numbers) < FARTHEST_M).all())


def _draw_order(thing: MapObject) -> tuple[float, int]:
    """From the floor up, so that the cup lies on the table."""
    return thing.box.center[2] + thing.box.size[2] / 2, thing.id


def _with_area(layout: Layout) -> list[Room]:
    return [room for room in layout.rooms if len(room.polygon) >= 3]


def _extent(
    layout: Layout,
    things: list[MapObject],
    grid: OccupancyGrid | None,
    line_m: F64,
    pose: F64 | None,
) -> F64:
    """(2, 2) lowest and highest x, y of all that is shown."""
    shown = [footprint(thing.box) for thing in things]
    shown += [np.array(room.polygon) for room in _with_area(layout)]
    shown += [np.array([wall.start, wall.end]) for wall in layout.walls]
    shown += [line_m] if len(line_m) else []
    if pose is not None and np.isfinite(pose).all():
        shown.append(pose[None, :2, 3])
    if grid is not None and grid.cells.any():
        rows, columns = np.nonzero(grid.cells)
        cells = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]])
        shown.append(cells * grid.resolution_m + grid.origin)
    if not shown:
        return np.array([[-2.0, -2.0], [2.0, 2.0]])
    points = np.concatenate(shown)
    return np.stack([points.min(0), points.max(0)])


def _blank(extent: F64, config: BevConfig) -> BevPicture:
    low, high = extent[0] - config.margin_m, extent[1] + config.margin_m
    size_m = np.maximum(high - low, 0.5)
    scale = config.size_px / float(size_m.max())
    width, height = np.maximum(np.ceil(size_m * scale), 64).astype(int).tolist()
    image = np.full((height, width, 3), PAPER, np.uint8)
    return BevPicture(image, scale, (float(low[0]), float(high[1])))


def _draw_grid(picture: BevPicture, grid: OccupancyGrid) -> None:
    colors = np.full((256, 3), PAPER, np.uint8)
    for state, color in OCCUPANCY.items():
        colors[state] = color
    scale = picture.pixels_per_m * grid.resolution_m
    corner = picture.pixels(np.array([grid.origin]))[0]
    # From cell (column, row) to pixel: half a cell is between a corner and a centre.
    cell_to_pixel = np.array(
        [[scale, 0, corner[0] + scale / 2], [0, -scale, corner[1] - scale / 2]]
    )
    height, width = picture.image.shape[:2]
    picture.image[:] = cv2.warpAffine(
        colors[grid.cells],
        cell_to_pixel,
        (width, height),
        flags=cv2.INTER_NEAREST if scale > 1 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=PAPER,
    )


def _draw_rooms(picture: BevPicture, layout: Layout) -> None:
    for place, room in enumerate(sorted(_with_area(layout), key=lambda room: room.id)):
        color = ROOM_COLORS[place % len(ROOM_COLORS)]
        corners = picture.pixels(np.array(room.polygon))
        fill(picture.image, corners, color, 0.75)
        line(picture.image, corners, dark(color, 0.25), 1, closed=True)


def _draw_walls(picture: BevPicture, layout: Layout) -> None:
    width = float(np.clip(WALL_M * picture.pixels_per_m, 2, 8))
    for wall in layout.walls:
        line(picture.image, picture.pixels(np.array([wall.start, wall.end])), WALL, width)
    for door in layout.doors:
        along = np.array([np.cos(door.yaw), np.sin(door.yaw)]) * door.width_m / 2
        ends = picture.pixels(np.array([door.center - along, door.center + along]))
        across = np.array([-(ends[1] - ends[0])[1], (ends[1] - ends[0])[0]])
        across *= max(width, 0.12 * picture.pixels_per_m) / max(float(np.hypot(*across)), 1e-9)
        fill(
            picture.image,
            np.array([ends[0] - across, ends[1] - across, ends[1] + across, ends[0] + across]),
            light(DOOR, 0.75),
        )
        for end in ends:
            line(picture.image, np.array([end - across, end + across]), DOOR, max(2, width / 2))


def _draw_box(picture: BevPicture, thing: MapObject, floor_z: float) -> None:
    color = label_color(thing.label)
    corners = picture.pixels(footprint(thing.box))
    bottom_m = thing.box.center[2] - thing.box.size[2] / 2 - floor_z
    if thing.state in ("present", "moved") and bottom_m < HANGS_ABOVE_M:
        fill(picture.image, corners, light(color, 0.35), 0.75)
        line(picture.image, corners, dark(color, 0.1), 2, closed=True)
    else:
        fill(picture.image, corners, light(color, 0.35), 0.15)
        line(picture.image, corners, light(color, 0.3), 1, closed=True)


def _draw_agent(picture: BevPicture, pose: F64) -> None:
    """An arrow that points where the camera looks."""
    ahead = pose[:2, 2] / max(float(np.hypot(*pose[:2, 2])), 1e-9)
    left = np.array([-ahead[1], ahead[0]])
    size = 14 / picture.pixels_per_m
    shape = np.array(
        [ahead * 1.3, left * 0.8 - ahead * 0.9, ahead * -0.45, -left * 0.8 - ahead * 0.9]
    )
    corners = picture.pixels(pose[:2, 3] + shape * size)
    line(picture.image, corners, WHITE, 6, closed=True)
    fill(picture.image, corners, INK)


def _with_scale(picture: BevPicture) -> BevPicture:
    """The picture with a strip below it that has the scale and the axes."""
    width = picture.image.shape[1]
    strip = np.full((STRIP_PX, width, 3), PAPER, np.uint8)
    y = STRIP_PX / 2
    length_m = _round_length(0.22 * width / picture.pixels_per_m)
    left, right = 18.0, 18.0 + length_m * picture.pixels_per_m
    line(strip, [(left, y), (right, y)], INK, 2)
    for end in (left, right):
        line(strip, [(end, y - 5), (end, y + 5)], INK, 2)
    words = f"{length_m:g} m"
    half = text_rect(words, (0.0, 0.0), 16)[2]
    text(strip, words, (right + 12 + half, y), 16, INK)
    _draw_axes(strip, (width - 58.0, y + 13))
    return BevPicture(np.vstack([picture.image, strip]), picture.pixels_per_m, picture.origin)


def _draw_axes(strip: U8, at: tuple[float, float]) -> None:
    """x to the right, y up: those of the world."""
    x, y = at
    for tip, name, place in (
        ((x + 26, y), "x", (x + 36, y - 1)),
        ((x, y - 26), "y", (x - 11, y - 22)),
    ):
        line(strip, [at, tip], INK, 2)
        for side in ((-5, -4), (-5, 4)) if name == "x" else ((-4, 5), (4, 5)):
            line(strip, [tip, (tip[0] + side[0], tip[1] + side[1])], INK, 2)
        text(strip, name, place, 14, INK)


def _round_length(length: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above ``length``."""
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step for step in (1, 2, 5) if step * power <= length * 1.0001) * power)
