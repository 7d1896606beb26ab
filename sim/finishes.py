"""Colours and coverings of a house: wall paint and floors by room, trim, glass, doors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cogmap.runtime.messages import Vec3
from cogmap.sim.scene import Material, Room, RoomType


@dataclass(frozen=True)
class RoomFinish:
    """Materials of one room's walls and floor."""

    wall: Material
    floor: Material


@dataclass(frozen=True)
class Finishes:
    """Materials of a house's structure; ``rooms`` by room id."""

    rooms: dict[int, RoomFinish]
    ceiling: Material
    trim: Material
    glass: Material
    entrance: Material
    metal: Material
    facade: Material
    wall_top: Material
    door_color: Vec3


_PAINTS: dict[RoomType, tuple[Vec3, ...]] = {
    "kitchen": ((0.86, 0.84, 0.72), (0.78, 0.85, 0.78), (0.9, 0.88, 0.84)),
    "bedroom": ((0.68, 0.74, 0.84), (0.85, 0.76, 0.72), (0.74, 0.79, 0.72), (0.82, 0.8, 0.86)),
    "bathroom": ((0.76, 0.86, 0.88), (0.88, 0.9, 0.9), (0.72, 0.84, 0.8)),
    "living room": ((0.88, 0.84, 0.76), (0.8, 0.83, 0.8), (0.86, 0.78, 0.68), (0.76, 0.8, 0.85)),
    "office": ((0.78, 0.82, 0.8), (0.84, 0.82, 0.76), (0.72, 0.78, 0.82)),
    "hallway": ((0.9, 0.88, 0.82), (0.86, 0.86, 0.84), (0.88, 0.82, 0.74)),
}
_OAK, _PINE = (0.55, 0.36, 0.2), (0.65, 0.48, 0.3)
_WALNUT, _ASH = (0.42, 0.27, 0.16), (0.7, 0.56, 0.4)
_WHITE = (0.9, 0.9, 0.87)
_WOODS: tuple[Vec3, ...] = (_OAK, _PINE, _WALNUT, _ASH)
_TILES: tuple[Vec3, ...] = (
    (0.78, 0.77, 0.74),
    (0.6, 0.62, 0.63),
    (0.8, 0.74, 0.66),
    (0.5, 0.55, 0.58),
)
_CARPETS: tuple[Vec3, ...] = ((0.58, 0.54, 0.5), (0.42, 0.48, 0.58), (0.62, 0.52, 0.44))
_DOORS: tuple[Vec3, ...] = (_WHITE, _WHITE, _OAK, _ASH)
_FRONT_DOORS: tuple[Vec3, ...] = (
    (0.45, 0.12, 0.1),
    (0.12, 0.22, 0.35),
    (0.14, 0.3, 0.2),
    (0.35, 0.22, 0.12),
)


def draw_finishes(rng: np.random.Generator, rooms: tuple[Room, ...]) -> Finishes:
    """Draw materials; rooms of a house share one kind of wood, and no two share their paint."""
    wood = Material(_pick(rng, _WOODS), "wood", scale_m=0.9, gloss=0.25)
    finishes: dict[int, RoomFinish] = {}
    used: set[Vec3] = set()
    for room in rooms:
        paints = _PAINTS[room.type]
        fresh = tuple(paint for paint in paints if paint not in used) or paints
        paint = _pick(rng, fresh)
        used.add(paint)
        finishes[room.id] = RoomFinish(_wall(rng, room.type, paint), _floor(rng, room.type, wood))
    return Finishes(
        rooms=finishes,
        ceiling=Material((0.93, 0.93, 0.91)),
        trim=Material((0.92, 0.92, 0.9), gloss=0.2),
        glass=Material((0.66, 0.82, 0.97), gloss=0.9),
        entrance=Material(_pick(rng, _FRONT_DOORS), "wood", gloss=0.3),
        metal=Material((0.7, 0.66, 0.5), "metal", gloss=0.7),
        facade=Material((0.75, 0.5, 0.4), "brick", scale_m=0.5),
        wall_top=Material((0.3, 0.3, 0.32)),
        door_color=_pick(rng, _DOORS),
    )


def _wall(rng: np.random.Generator, kind: RoomType, paint: Vec3) -> Material:
    if kind == "bathroom" and rng.random() < 0.7:
        return Material(paint, "tiles", scale_m=0.4, gloss=0.4)
    if kind in ("bedroom", "living room") and rng.random() < 0.2:
        pale: Vec3 = (paint[0] * 0.94, paint[1] * 0.94, paint[2] * 0.94)
        return Material(paint, "stripes", accent=pale, scale_m=0.25)
    return Material(paint)


def _floor(rng: np.random.Generator, kind: RoomType, wood: Material) -> Material:
    if kind == "bathroom":
        return Material(_pick(rng, _TILES), "tiles", scale_m=0.3, gloss=0.4)
    if kind == "kitchen" and rng.random() < 0.7:
        pattern = "checker" if rng.random() < 0.25 else "tiles"
        return Material(_pick(rng, _TILES), pattern, scale_m=0.6, gloss=0.35)
    if kind in ("bedroom", "office") and rng.random() < 0.4:
        return Material(_pick(rng, _CARPETS), "carpet", scale_m=0.2)
    if kind == "hallway" and rng.random() < 0.3:
        return Material(_pick(rng, _TILES), "tiles", scale_m=0.45, gloss=0.3)
    return wood


def _pick(rng: np.random.Generator, options: tuple[Vec3, ...]) -> Vec3:
    return options[int(rng.integers(len(options)))]
