"""Things of cloth."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble, on
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import BLACK, FABRICS, fabric, linen, metal, shaded, srgb
from cogmap.sim.catalog.primitives import (
    cylinder,
    ellipsoid,
    loft,
    moved,
    rod,
    rounded_box,
    skin,
    two_sides,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["blanket", "curtain", "pillow", "rug", "teddy_bear"]


def pillow(rng: Rng) -> ObjectModel:
    """Lying flat: long for a bed, square for a sofa."""
    length, width = one_of(rng, ((0.4, 0.6), (0.45, 0.7), (0.42, 0.42), (0.48, 0.48)))
    height, cloth = between(rng, 0.11, 0.15), linen(rng, 0.25)
    shape = (
        (0.3, 0.0),
        (0.75, 0.1),
        (0.94, 0.28),
        (1.0, 0.5),
        (0.94, 0.72),
        (0.75, 0.9),
        (0.3, 1.0),
    )
    layers = [(0.0, k * length, k * width, z * height) for k, z in shape]
    return assemble("pillow", [loft(cloth, layers, corner=0.35)])


def blanket(rng: Rng) -> ObjectModel:
    """Folded, in layers."""
    length, width, layer = (
        between(rng, 0.3, 0.4),
        between(rng, 0.4, 0.55),
        between(rng, 0.025, 0.04),
    )
    cloth, parts, count = linen(rng, 0.3), [], one_of(rng, (2, 3))
    for k in range(count):
        shrink = 0.012 * k
        size = (length - shrink, width - shrink, layer + 0.002)
        parts.append(rounded_box(cloth, size, (-shrink / 2, 0, k * layer), layer / 2, 2))
    return assemble(
        "blanket", parts, [on(0, 0, count * layer + 0.002, length - 0.1, width - 0.1, 0.5)]
    )


def rug(rng: Rng) -> ObjectModel:
    """Flat enough to be walked on and to be built over."""
    color = srgb(one_of(rng, FABRICS))
    texture, scale = one_of(
        rng, (("carpet", 0.5), ("stripes", 0.8), ("checker", 1.2), ("carpet", 0.8))
    )
    wool = Material(color, texture, one_of(rng, (shaded(color, 0.6), srgb("#e9e2d3"))), scale)
    if chance(rng, 0.3):
        radius = between(rng, 0.5, 0.95)
        return assemble(
            "rug",
            [cylinder(wool, radius, 0.01, sides=32)],
            [on(0, 0, 0.01, radius * 1.4, radius * 1.4)],
        )
    length, width = one_of(rng, ((0.5, 0.8), (0.7, 1.4), (1.2, 1.7), (1.6, 2.3)))
    parts = [rounded_box(wool, (length, width, 0.01), radius=0.004)]
    edge = Material(shaded(color, 0.5), "fabric", scale_m=0.08)
    parts += two_sides(
        rounded_box(edge, (length + 0.004, 0.05, 0.0115), (0, width / 2 - 0.025, 0), 0.004)
    )
    return assemble("rug", parts, [on(0, 0, 0.01, length - 0.06, width - 0.12)])


def curtain(rng: Rng, width: float | None = None, height: float | None = None) -> ObjectModel:
    """Two drawn-aside halves on a rod; ``width`` of the rod and ``height`` in all (m)."""
    drawn = (between(rng, 1.3, 2.2), between(rng, 2.0, 2.25))
    width, height = drawn[0] if width is None else width, drawn[1] if height is None else height
    cloth, iron, share = linen(rng, 0.5), metal(rng), between(rng, 0.2, 0.3)
    folds = max(3, round(width * share / 0.09))
    rail = height - 0.025
    parts = [rod(iron, (0, -width / 2, rail), (0, width / 2, rail), 0.012)]
    parts += two_sides(ellipsoid(iron, (0.04, 0.05, 0.04), (0, width / 2, rail - 0.02)))
    parts += two_sides(
        rod(iron, (-0.07, width / 2 - 0.08, rail), (0, width / 2 - 0.08, rail), 0.008)
    )
    half = _folds(cloth, width * share, rail - 0.01, folds)
    return assemble("curtain", [*parts, *two_sides(moved(half, (0, width / 2 - 0.04, 0)))])


def _folds(cloth: Material, width: float, height: float, folds: int) -> Part:
    """Wavy sheet from y = -width to 0, narrower at the top."""
    rings = []
    for k in range(4 * folds + 1):
        y, wave = k / (4 * folds), float(np.sin(k * np.pi / 2))
        for_top, for_floor = 0.02 * wave, 0.035 * wave
        rings.append(
            [
                (for_floor + 0.004, -y * width, 0),
                (for_top + 0.004, -y * width * 0.9, height),
                (for_top - 0.004, -y * width * 0.9, height),
                (for_floor - 0.004, -y * width, 0),
            ]
        )
    return skin(cloth, rings)


def teddy_bear(rng: Rng) -> ObjectModel:
    """Sits and looks to +x."""
    s = between(rng, 0.22, 0.42)
    color = srgb(one_of(rng, ("#a9713f", "#7b4f30", "#d8b98a", "#efe6d8", "#8a8f98")))
    fur = Material(color, "carpet", shaded(color, 0.85), scale_m=0.05)
    pale = fabric(rng) if chance(rng, 0.2) else Material(shaded(color, 1.5), "fabric", scale_m=0.05)

    def ball(
        material: Material, size: tuple[float, float, float], x: float, y: float, z: float
    ) -> Part:
        scaled = (size[0] * s, size[1] * s, size[2] * s)
        return ellipsoid(material, scaled, (x * s, y * s, z * s))

    parts = [
        ball(fur, (0.38, 0.42, 0.5), 0, 0, 0),
        ball(fur, (0.38, 0.42, 0.38), 0.01, 0, 0.44),
        ball(pale, (0.16, 0.18, 0.14), 0.17, 0, 0.5),
        ball(pale, (0.26, 0.28, 0.34), 0.1, 0, 0.07),
        ball(BLACK, (0.06, 0.07, 0.05), 0.24, 0, 0.57),
    ]
    parts += two_sides(ball(fur, (0.08, 0.15, 0.15), 0, 0.16, 0.74))
    parts += two_sides(ball(fur, (0.36, 0.17, 0.17), 0.22, 0.17, 0.0))
    parts += two_sides(ball(pale, (0.06, 0.12, 0.12), 0.38, 0.17, 0.025))
    parts += two_sides(ball(fur, (0.2, 0.13, 0.3), 0.1, 0.22, 0.2))
    parts += two_sides(ball(BLACK, (0.04, 0.045, 0.045), 0.18, 0.08, 0.65))
    return assemble("teddy bear", parts)
