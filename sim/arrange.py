"""Ways to place a model in a room: at a wall, before something, on something, hung up.

Each tries places in the order of its wish and returns the object placed, or None where
the rules of the ``Site`` leave no room for it.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from cogmap.sim.scene import WALL, ObjectModel, PlacedObject, Surface
from cogmap.sim.site import WALL_GAP_M, Site
from cogmap.sim.wall_faces import CASING_M, Face, span_on_face

_TRIES = 80
HANGING_GAP_M = 0.0005
"""Between a wall and the back of what hangs on it."""


def against_wall(
    site: Site,
    model: ObjectModel,
    prefer: Literal["corner", "centre", "any"] = "any",
    gap_m: float = WALL_GAP_M,
    sideways: bool = False,
) -> PlacedObject | None:
    """With its back to a wall (or its left side), near a corner, near the middle, or anywhere."""
    depth, width, _ = model.size
    if sideways:
        depth, width = width, depth
    spots: list[tuple[float, Face, float]] = []
    for face in site.faces:
        reach = face.length / 2 - width / 2 - WALL_GAP_M
        if reach < 0:
            continue
        for offset in np.linspace(-reach, reach, max(2, int(reach / 0.08))).tolist():
            rank = {"corner": reach - abs(offset), "centre": abs(offset), "any": 0.0}[prefer]
            noise = float(site.rng.uniform(0, 4.0 if prefer == "any" else 0.7))
            spots.append((rank + noise, face, face.length / 2 + offset))
    spots.sort(key=lambda spot: spot[0])
    for _, face, s in spots[:_TRIES]:
        x, y, _ = face.at(s, gap_m + depth / 2)
        placed = site.add(model, (x, y), face.yaw + (math.pi / 2 if sideways else 0.0))
        if placed is not None:
            return placed
    return None


def in_front_of(
    site: Site, anchor: PlacedObject, model: ObjectModel, gap_m: float, turn: float = math.pi
) -> PlacedObject | None:
    """On the floor before the front of ``anchor``; ``turn`` pi faces it."""
    depth, width, _ = model.size
    along = abs(math.cos(turn)) * depth / 2 + abs(math.sin(turn)) * width / 2
    xy = ahead(anchor, anchor.model.size[0] / 2 + gap_m + along, 0.0)
    return site.add(model, xy, anchor.yaw + turn)


def beside(
    site: Site, anchor: PlacedObject, model: ObjectModel, side: int, gap_m: float = 0.04
) -> PlacedObject | None:
    """Next to ``anchor``, backs in line; ``side`` 1 is its left, -1 its right."""
    back = (model.size[0] - anchor.model.size[0]) / 2
    aside = side * (anchor.model.size[1] / 2 + gap_m + model.size[1] / 2)
    return site.add(model, ahead(anchor, back, aside), anchor.yaw)


def freely(site: Site, model: ObjectModel, away_m: float = 0.3) -> PlacedObject | None:
    """Anywhere on the floor, parallel to the walls and ``away_m`` from them."""
    x0, y0, x1, y1 = site.polygon.bounds
    margin = away_m + min(model.size[:2]) / 2
    low, high = (x0 + margin, y0 + margin), (x1 - margin, y1 - margin)
    if low[0] > high[0] or low[1] > high[1]:
        return None
    for _ in range(30):
        x, y = site.rng.uniform(low, high).tolist()
        placed = site.add(model, (x, y), float(site.rng.integers(4)) * math.pi / 2)
        if placed is not None:
            return placed
    return None


def upon(
    site: Site,
    carrier: PlacedObject,
    model: ObjectModel,
    kind: Literal["on", "in", "under"] = "on",
    turn: float | None = None,
    at: tuple[float, float] | None = None,
) -> PlacedObject | None:
    """On, in or under ``carrier``.

    ``at`` is a place on its surfaces, -1..1 along x and y, and None anywhere on them;
    ``turn`` is relative to the carrier's front, and None roughly along it.
    """
    surfaces = [surface for surface in carrier.model.surfaces if surface.kind == kind]
    order = site.rng.permutation(len(surfaces)).tolist() if at is None else range(len(surfaces))
    for index in order:
        for _ in range(6 if at is None else 1):
            angle = float(site.rng.normal(0, 0.12)) if turn is None else turn
            where = site.rng.uniform(-1, 1, 2).tolist() if at is None else at
            spot = _spot(surfaces[index], model, angle, where)
            if spot is None:
                continue
            z = carrier.position[2] + surfaces[index].center[2]
            yaw = carrier.yaw + angle
            placed = site.add(model, ahead(carrier, *spot), yaw, z, carrier.id, kind)
            if placed is not None:
                return placed
    return None


def upon_at(
    site: Site, carrier: PlacedObject, model: ObjectModel, xy: tuple[float, float], yaw: float
) -> PlacedObject | None:
    """On top of ``carrier`` at a point of the world, if all of it rests there."""
    c, s = math.cos(carrier.yaw), math.sin(carrier.yaw)
    dx, dy = xy[0] - carrier.position[0], xy[1] - carrier.position[1]
    x, y = c * dx + s * dy, c * dy - s * dx
    for surface in carrier.model.surfaces:
        slack = _slack(surface, model, yaw - carrier.yaw)
        if surface.kind != "on" or slack is None:
            continue
        if abs(x - surface.center[0]) <= slack[0] and abs(y - surface.center[1]) <= slack[1]:
            z = carrier.position[2] + surface.center[2]
            return site.add(model, xy, yaw, z, carrier.id, "on")
    return None


def on_wall(
    site: Site,
    model: ObjectModel,
    bottom_m: float,
    above: PlacedObject | None = None,
    shifts: tuple[float, ...] = (0.0, 0.3, -0.3),
) -> PlacedObject | None:
    """Hung with its back on a wall, clear of openings.

    Above a thing that stands at a wall, off its middle by one of ``shifts``, or, with
    ``above`` None, anywhere.
    """
    depth, width, height = model.size
    spots = _random_spots(site, width) if above is None else _spots_above(site, above, shifts)
    for face, s in spots:
        fits = width / 2 + 0.01 < s < face.length - width / 2 - 0.01
        if not fits or _hits_opening(site, face, s, width, bottom_m, bottom_m + height):
            continue
        x, y, _ = face.at(s, depth / 2 + HANGING_GAP_M)
        placed = site.add(model, (x, y), face.yaw, bottom_m, WALL)
        if placed is not None:
            return placed
    return None


def _spots_above(
    site: Site, above: PlacedObject, shifts: tuple[float, ...]
) -> list[tuple[Face, float]]:
    spots = []
    for face in site.faces:
        offset = np.array(above.position[:2]) - face.start
        near = float(offset @ face.normal) < above.model.size[0] / 2 + 0.15
        s = float(offset @ face.along)
        if near and 0 < s < face.length and math.cos(face.yaw - above.yaw) > 0.99:
            spots += [(face, s + shift) for shift in shifts]
    return spots


def _random_spots(site: Site, width: float) -> list[tuple[Face, float]]:
    drawn = []
    for _ in range(24):
        face = site.faces[int(site.rng.integers(len(site.faces)))]
        room = face.length - width - 0.3
        if room > 0:
            drawn.append((face, 0.15 + width / 2 + float(site.rng.uniform(0, room))))
    return drawn


def _hits_opening(
    site: Site, face: Face, s: float, width: float, bottom: float, top: float
) -> bool:
    margin = CASING_M[1] + 0.05
    for opening in site.openings:
        span = span_on_face(face, opening)
        if span is None:
            continue
        level = opening.bottom_m - margin < top and bottom < opening.top_m + margin
        if level and span[0] - margin < s + width / 2 and s - width / 2 < span[1] + margin:
            return True
    return False


def ahead(anchor: PlacedObject, forward_m: float, left_m: float) -> tuple[float, float]:
    """World x, y of a point given in the frame of ``anchor``."""
    c, s = math.cos(anchor.yaw), math.sin(anchor.yaw)
    x, y, _ = anchor.position
    return (x + c * forward_m - s * left_m, y + s * forward_m + c * left_m)


def _slack(surface: Surface, model: ObjectModel, angle: float) -> tuple[float, float] | None:
    """How far off a surface's centre a model's may be, along x and y; None: it is too big."""
    c, s = abs(math.cos(angle)), abs(math.sin(angle))
    depth, width, height = model.size
    x = surface.size[0] / 2 - (c * depth + s * width) / 2
    y = surface.size[1] / 2 - (s * depth + c * width) / 2
    return None if min(x, y) < 0 or height > surface.headroom_m else (x, y)


def _spot(
    surface: Surface, model: ObjectModel, angle: float, at: tuple[float, float]
) -> tuple[float, float] | None:
    """A place on ``surface``, carrier frame, where all of ``model`` is above it; None: too big."""
    slack = _slack(surface, model, angle)
    if slack is None:
        return None
    return (surface.center[0] + at[0] * slack[0], surface.center[1] + at[1] * slack[1])
