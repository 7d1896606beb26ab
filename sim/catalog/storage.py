"""Case furniture: open shelves, drawers and doors."""

from __future__ import annotations

from itertools import product

import numpy as np

from cogmap.runtime.messages import Vec3
from cogmap.sim.catalog.assembly import assemble, inside, on
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import CHROME, MIRROR_GLASS, finish, metal, plastic, wood
from cogmap.sim.catalog.primitives import (
    box,
    cylinder,
    four_corners,
    rod,
    rounded_box,
    two_sides,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["bookshelf", "coat_rack", "dresser", "shelf_board", "shoe_rack", "tv_stand", "wardrobe"]

BOARD = 0.02


def case(material: Material, size: Vec3, z: float = 0.0) -> list[Part]:
    """Open-fronted box: back, two sides, bottom and top of ``size``, standing at ``z``."""
    depth, width, height = size
    sides = two_sides(box(material, (depth, BOARD, height), (0, (width - BOARD) / 2, z)))
    back = box(material, (0.01, width - 0.01, height - 0.01), (-depth / 2 + 0.006, 0, z + 0.005))
    boards = [shelf(material, depth, width, k) for k in (z, z + height - BOARD)]
    return [*sides, back, *boards]


def shelf(material: Material, depth: float, width: float, z: float, y: float = 0.0) -> Part:
    return box(material, (depth - 0.004, width - 0.004, BOARD), (-0.001, y, z))


def fronts(
    material: Material, knob: Material, size: Vec3, z: float, columns: int, rows: int
) -> list[Part]:
    """Doors or drawers with handles over the front of a case of ``size`` that stands at ``z``.

    One row makes doors, with upright handles; more rows make drawers.
    """
    depth, width, height = size
    w, h = width / columns, height / rows
    parts = []
    for column, row in product(range(columns), range(rows)):
        y, low = (column + 0.5) * w - width / 2, z + row * h
        panel = (0.018, w - 0.006, h - 0.006)
        parts.append(rounded_box(material, panel, (depth / 2 + 0.009, y, low + 0.003), 0.004))
        handle: Vec3 = (0.02, min(0.16, w * 0.4), 0.012)
        at: Vec3 = (depth / 2 + 0.028, y, low + h * 0.65)
        if rows == 1:
            toward_next = w / 2 - 0.04 if column % 2 == 0 else 0.04 - w / 2
            handle = (0.02, 0.012, min(0.2, h * 0.3))
            at = (depth / 2 + 0.028, y + toward_next, low + h * 0.45)
        parts.append(box(knob, handle, at))
    return parts


def book_row(
    rng: Rng, start: float, end: float, z: float, headroom: float, depth: float
) -> list[Part]:
    """Books standing side by side along y from ``start`` to ``end``, spines to +x."""
    parts: list[Part] = []
    y = start
    while True:
        thick, tall = between(rng, 0.018, 0.05), headroom * between(rng, 0.6, 0.92)
        if y + thick > end:
            return parts
        deep = between(rng, 0.7, 0.85) * depth
        parts.append(box(plastic(rng), (deep, thick - 0.002, tall), (-0.01, y + thick / 2, z)))
        y += thick


def bookshelf(rng: Rng) -> ObjectModel:
    """Some shelves hold rows of books that belong to it, the rest is free."""
    width, depth = between(rng, 0.6, 1.0), between(rng, 0.26, 0.34)
    rows = one_of(rng, (3, 4, 5, 5))
    gap, material = between(rng, 0.30, 0.36), finish(rng)
    base, height = 0.06, 0.06 + rows * (gap + BOARD) + BOARD
    parts = case(material, (depth, width, height - base), base)
    parts.append(box(material, (depth - 0.03, width - 0.02, base), (-0.01, 0, 0)))
    surfaces = [on(0, 0, height, depth - 0.04, width - 0.06)] if height < 1.6 else []
    clear = width - 2 * BOARD - 0.02
    for row in range(rows):
        z = base + BOARD + row * (gap + BOARD)
        if row:
            parts.append(shelf(material, depth, width, z - BOARD))
        filled = between(rng, 0.3, 0.7) * clear if chance(rng, 0.6) else 0.0
        parts += book_row(rng, -clear / 2, -clear / 2 + filled, z, gap, depth)
        surfaces.append(
            inside(0.005, filled / 2, z, depth - 0.05, clear - filled - 0.02, gap - 0.01)
        )
    return assemble("bookshelf", parts, surfaces)


def wardrobe(rng: Rng) -> ObjectModel:
    width, depth, height = between(rng, 0.9, 1.8), between(rng, 0.55, 0.62), between(rng, 1.9, 2.2)
    body, doors = finish(rng), 2 if width < 1.2 else 3
    face = body if chance(rng, 0.5) else finish(rng)
    parts = [
        box(body, (depth, width, height - 0.06), (0, 0, 0.06)),
        box(body, (depth - 0.04, width - 0.02, 0.06), (-0.01, 0, 0)),
        box(body, (depth + 0.03, width + 0.02, 0.03), (0.01, 0, height)),
    ]
    drawers = between(rng, 0.3, 0.5) if chance(rng, 0.4) else 0.0
    if drawers:
        parts += fronts(face, CHROME, (depth, width, drawers), 0.07, 1, 2)
    parts += fronts(face, CHROME, (depth, width, height - 0.08 - drawers), 0.07 + drawers, doors, 1)
    if chance(rng, 0.4):
        w = width / doors
        at = (depth / 2 + 0.02, -width / 2 + 0.5 * w if doors == 2 else 0, drawers + 0.2)
        parts.append(box(MIRROR_GLASS, (0.006, w * 0.6, height - drawers - 0.35), at))
    return assemble("wardrobe", parts)


def dresser(rng: Rng) -> ObjectModel:
    width, depth, height = between(rng, 0.8, 1.4), between(rng, 0.42, 0.5), between(rng, 0.72, 0.95)
    body, knob = finish(rng), metal(rng)
    face = body if chance(rng, 0.6) else finish(rng)
    legs = between(rng, 0.08, 0.14)
    parts = four_corners(
        cylinder(body, 0.016, legs, (depth / 2 - 0.05, width / 2 - 0.05, 0), top=0.026)
    )
    parts.append(box(body, (depth, width, height - legs - 0.02), (0, 0, legs)))
    parts.append(
        rounded_box(body, (depth + 0.03, width + 0.02, 0.025), (0.01, 0, height - 0.025), 0.008)
    )
    inner = (depth, width - 0.03, height - legs - 0.05)
    parts += fronts(face, knob, inner, legs + 0.015, 1 if width < 0.95 else 2, one_of(rng, (3, 4)))
    return assemble("dresser", parts, [on(0.01, 0, height, depth - 0.05, width - 0.06)])


def tv_stand(rng: Rng) -> ObjectModel:
    """A low board with free shelves in the middle and a door on either side."""
    width, depth = between(rng, 1.2, 1.8), between(rng, 0.38, 0.45)
    height, legs = between(rng, 0.42, 0.58), between(rng, 0.06, 0.12)
    material, door, tall = finish(rng), width * 0.3, height - legs
    face = material if chance(rng, 0.5) else finish(rng)
    bay, front, y = width - 2 * door, depth / 2, (width - door) / 2
    middle = legs + tall / 2
    cupboard = (depth - 0.02, door, tall - 0.03)
    panel = (0.018, door - 0.03, tall - 0.05)
    knob = box(CHROME, (0.02, 0.012, 0.1), (front + 0.018, bay / 2 + 0.05, middle - 0.05))
    parts = [
        *case(material, (depth, width, tall), legs),
        *four_corners(
            cylinder(material, 0.016, legs, (front - 0.05, width / 2 - 0.06, 0), top=0.024)
        ),
        *two_sides(box(material, cupboard, (-0.005, y - 0.01, legs + 0.015))),
        *two_sides(rounded_box(face, panel, (front, y, legs + 0.025), 0.004)),
        *two_sides(knob),
        shelf(material, depth, bay + 0.01, middle - BOARD / 2),
    ]
    surfaces = [on(0, 0, height, depth - 0.04, width - 0.06)]
    for z in (legs + BOARD, middle + BOARD / 2):
        surfaces.append(inside(0, 0, z, depth - 0.05, bay - 0.08, tall / 2 - BOARD - 0.02))
    return assemble("tv stand", parts, surfaces)


def shelf_board(rng: Rng) -> ObjectModel:
    """A board on two brackets, to be mounted on a wall."""
    width, depth, material = between(rng, 0.6, 1.1), between(rng, 0.2, 0.26), finish(rng)
    iron, y = metal(rng), width / 2 - 0.12
    parts = [rounded_box(material, (depth, width, 0.025), (0, 0, 0.16), 0.005)]
    parts += two_sides(box(iron, (0.012, 0.025, 0.16), (-depth / 2 + 0.006, y, 0)))
    parts += two_sides(rod(iron, (-depth / 2 + 0.01, y, 0.02), (depth / 2 - 0.05, y, 0.158), 0.008))
    return assemble("shelf", parts, [on(0, 0, 0.185, depth - 0.03, width - 0.04, 0.5)])


def shoe_rack(rng: Rng) -> ObjectModel:
    width, depth, rows = between(rng, 0.6, 0.9), between(rng, 0.28, 0.34), one_of(rng, (2, 3))
    material, rail, gap = wood(rng), metal(rng), 0.22
    height = 0.08 + rows * gap
    post = box(material, (0.03, 0.025, height), (depth / 2 - 0.015, width / 2 - 0.0125, 0))
    top = rounded_box(material, (depth, width, 0.02), (0, 0, height - 0.02), 0.006)
    parts, surfaces = [*four_corners(post), top], [on(0, 0, height, depth - 0.04, width - 0.04)]
    for row in range(rows):
        z = 0.08 + row * gap
        parts.append(box(material, (depth - 0.02, width - 0.03, 0.015), (0, 0, z - 0.015)))
        for x in (-depth / 2 + 0.012, depth / 2 - 0.012):
            parts.append(rod(rail, (x, -width / 2, z + 0.012), (x, width / 2, z + 0.012), 0.007))
        surfaces.append(inside(0, 0, z, depth - 0.07, width - 0.08, gap - 0.045))
    return assemble("shoe rack", parts, surfaces)


def coat_rack(rng: Rng) -> ObjectModel:
    """Standing, with hooks at two heights."""
    height, material = between(rng, 1.65, 1.85), wood(rng) if chance(rng, 0.5) else metal(rng)
    parts = [cylinder(material, 0.02, height, sides=10), cylinder(material, 0.17, 0.03, sides=20)]
    for k, angle in enumerate(np.arange(6) * np.pi / 3):
        z, reach = height - (0.12 if k % 2 else 0.4), 0.16 if k % 2 else 0.13
        x, y = float(np.cos(angle)) * reach, float(np.sin(angle)) * reach
        parts.append(rod(material, (0, 0, z), (x, y, z + 0.1), 0.01))
    return assemble("coat rack", parts)
