"""Sofas and armchairs: cushions between arms and a back, on short legs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cogmap.sim.catalog.assembly import assemble, on, under
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import BLACK, metal, upholstery, wood
from cogmap.sim.catalog.primitives import (
    cylinder,
    four_corners,
    moved,
    rounded_box,
    turned,
    two_sides,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["armchair", "sofa"]


def armchair(rng: Rng) -> ObjectModel:
    return _seats(rng, "armchair", 1)


def sofa(rng: Rng) -> ObjectModel:
    """Two to four seats, some with a chaise at one end."""
    return _seats(rng, "sofa", one_of(rng, (2, 2, 2, 3, 3, 4)))


class Shape(NamedTuple):
    """Lengths in metres."""

    cushion: float
    """Width of one seat."""
    arm: float
    arm_height: float
    depth: float
    back: float
    """Depth of the back."""
    seat: float
    """Height of the seat."""
    height: float
    legs: float
    width: float


def _draw_shape(rng: Rng, seats: int) -> Shape:
    cushion, arm = between(rng, 0.56, 0.66), between(rng, 0.10, 0.22)
    return Shape(
        cushion=cushion,
        arm=arm,
        arm_height=between(rng, 0.54, 0.64),
        depth=between(rng, 0.82, 0.95),
        back=between(rng, 0.18, 0.24),
        seat=between(rng, 0.40, 0.46),
        height=between(rng, 0.74, 0.9),
        legs=between(rng, 0.05, 0.16),
        width=cushion * seats + 2 * arm,
    )


def _seats(rng: Rng, category: str, seats: int) -> ObjectModel:
    cover, shape = upholstery(rng), _draw_shape(rng, seats)
    parts = _carcass(rng, cover, shape)
    front, length, legs = shape.depth / 2, shape.depth - shape.back, shape.legs
    surfaces = []
    for y in (np.arange(seats) - (seats - 1) / 2).tolist():
        parts += _cushions(cover, shape, y * shape.cushion)
        at = (shape.back / 2 + 0.06, y * shape.cushion, shape.seat)
        surfaces.append(on(*at, length - 0.2, shape.cushion - 0.1))
    if seats > 2 and chance(rng, 0.4):
        end = (seats - 1) / 2 * shape.cushion * one_of(rng, (-1, 1))
        parts += _chaise(cover, shape, front + 0.25, end)
    surfaces.append(under(0, 0, shape.depth - 0.2, shape.width - 0.24, legs - 0.005))
    return assemble(category, parts, surfaces)


def _carcass(rng: Rng, cover: Material, shape: Shape) -> list[Part]:
    depth, width, legs = shape.depth, shape.width, shape.legs
    rounding, foot = between(rng, 0.03, 0.09), one_of(rng, (wood(rng), metal(rng)))
    corner = (depth / 2 - 0.07, width / 2 - 0.07, 0)
    base = (depth, width, shape.seat - 0.12 - legs)
    arm = (depth, shape.arm, shape.arm_height - legs)
    back = (shape.back * 0.7, width - 0.02, shape.height - 0.06 - legs)
    return [
        *four_corners(cylinder(foot, 0.016, legs + 0.02, corner, top=0.026)),
        rounded_box(cover, base, (0, 0, legs), 0.03),
        *two_sides(rounded_box(cover, arm, (0, (width - shape.arm) / 2, legs), rounding, 2)),
        rounded_box(cover, back, ((back[0] - depth) / 2, 0, legs), 0.05, 2),
    ]


def _cushions(cover: Material, shape: Shape, y: float) -> list[Part]:
    """Seat and back cushion of the place at ``y``."""
    rear = shape.back - shape.depth / 2
    size = (shape.depth - shape.back + 0.02, shape.cushion - 0.008, 0.15)
    seat = rounded_box(cover, size, (shape.back / 2, y, shape.seat - 0.15), 0.04, 2)
    pad = rounded_box(
        cover, (0.16, shape.cushion - 0.01, shape.height - shape.seat), radius=0.07, steps=2
    )
    pad = moved(pad, (rear - 0.06, y, shape.seat - 0.02))
    return [seat, turned(pad, -0.1, "y", (rear, y, shape.seat))]


def _chaise(cover: Material, shape: Shape, x: float, y: float) -> list[Part]:
    """Makes the seat at ``y`` longer, around ``x``."""
    base = (0.62, shape.cushion, shape.seat - 0.12 - shape.legs)
    top = (0.62, shape.cushion - 0.008, 0.15)
    feet = [(x + 0.25, y + side * (shape.cushion / 2 - 0.06), 0.0) for side in (-1, 1)]
    return [
        *(cylinder(BLACK, 0.02, shape.legs + 0.02, foot) for foot in feet),
        rounded_box(cover, base, (x, y, shape.legs), 0.03),
        rounded_box(cover, top, (x, y, shape.seat - 0.15), 0.04, 2),
    ]
