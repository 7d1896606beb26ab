"""Beds and what lies on them."""

from __future__ import annotations

import numpy as np

from cogmap.runtime.messages import Vec3
from cogmap.sim.catalog.assembly import assemble, on, under
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import finish, linen, upholstery
from cogmap.sim.catalog.primitives import box, four_corners, rounded_box
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["bed"]

MATTRESS = Material((0.86, 0.84, 0.80), "fabric", scale_m=0.08)


def bed(rng: Rng, width: float | None = None) -> ObjectModel:
    """The head is at the back, -x. ``width`` of the mattress (m)."""
    drawn = one_of(rng, (0.9, 0.9, 1.2, 1.4, 1.6))
    width = drawn if width is None else width
    length, top, legs = between(rng, 1.95, 2.05), between(rng, 0.44, 0.56), between(rng, 0.16, 0.24)
    material, cover = finish(rng), length * between(rng, 0.6, 0.7)
    corner = (length / 2 - 0.04, width / 2 - 0.03, 0)
    parts = [
        *four_corners(box(material, (0.06, 0.06, legs + 0.02), corner)),
        rounded_box(material, (length, width + 0.06, 0.12), (0, 0, legs), 0.015),
        *_bedding(linen(rng, 0.4), (length, width, top - legs - 0.08), legs + 0.08, cover),
        *_headboard(rng, material, width + 0.06, between(rng, 0.85, 1.15), -length / 2),
    ]
    head = length - cover - 0.05
    surfaces = [
        on((head - length) / 2, 0, top - 0.02, head - 0.14, width - 0.16),
        on((length - cover) / 2 + 0.09, 0, top + 0.03, cover - 0.36, width - 0.16),
        under(0, 0, length - 0.25, width - 0.14, legs - 0.005),
    ]
    return assemble("bed", parts, surfaces)


def _bedding(sheet: Material, size: Vec3, z: float, cover: float) -> list[Part]:
    """Mattress, a blanket over the ``cover`` m at its foot, and the blanket's turned-back end."""
    length, width, height = size
    blanket = (cover, width + 0.06, height + 0.02)
    fold = (0.2, width + 0.07, height + 0.025)
    return [
        rounded_box(MATTRESS, (length - 0.04, width, height - 0.02), (0, 0, z), 0.05, 2),
        rounded_box(sheet, blanket, ((length - cover) / 2, 0, z + 0.01), 0.05, 2),
        rounded_box(MATTRESS, fold, (length / 2 - cover + 0.06, 0, z + 0.01), 0.05, 2),
    ]


def _headboard(rng: Rng, frame: Material, width: float, height: float, x: float) -> list[Part]:
    if chance(rng, 0.4):
        return [rounded_box(upholstery(rng), (0.09, width, height), (x - 0.02, 0, 0), 0.04, 2)]
    if chance(rng, 0.5):
        return [rounded_box(frame, (0.04, width, height), (x - 0.02, 0, 0), 0.015)]
    posts = [box(frame, (0.05, 0.05, height), (x - 0.02, y, 0)) for y in (-width / 2, width / 2)]
    rails = [box(frame, (0.03, width, 0.09), (x - 0.02, 0, z)) for z in (height - 0.1, 0.4)]
    bars = [
        box(frame, (0.02, 0.03, height - 0.45), (x - 0.02, float(y), 0.4))
        for y in np.linspace(-width / 2, width / 2, 9)[1:-1]
    ]
    return [*posts, *rails, *bars]
