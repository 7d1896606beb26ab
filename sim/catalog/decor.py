"""Lamps, plants, pictures and other things that make a room look lived in."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import (
    BLACK,
    LIGHT,
    PAPER,
    SOIL,
    WHITE,
    glaze,
    metal,
    shaded,
    srgb,
    wood,
)
from cogmap.sim.catalog.primitives import (
    box,
    cylinder,
    frame,
    lathe,
    moved,
    rod,
    skin,
    turned,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["floor_lamp", "picture", "potted_plant"]


def _shade(rng: Rng, bottom: float, top: float, height: float, z: float) -> list[Part]:
    """Lampshade, open below, with a bulb in it."""
    color = srgb(one_of(rng, ("#f3ead6", "#e6d3b1", "#c8553d", "#6d8a96", "#ffffff")))
    profile = [(bottom - 0.006, 0), (bottom, 0), (top, height), (top - 0.006, height - 0.005)]
    shell = lathe(Material(color, "fabric", scale_m=0.05), profile, (0, 0, z), sides=18)
    bulb = lathe(
        LIGHT, [(0.012, 0.06), (0.03, 0.02), (0.022, -0.01), (0, -0.02)], (0, 0, z + 0.02), 8
    )
    return [shell, bulb]


def floor_lamp(rng: Rng) -> ObjectModel:
    height, radius, iron = between(rng, 1.45, 1.75), between(rng, 0.17, 0.24), metal(rng)
    tall = between(rng, 0.2, 0.3)
    parts = _shade(rng, radius, radius * between(rng, 0.55, 1.0), tall, height - tall)
    if chance(rng, 0.4):
        leg = wood(rng)
        for angle in np.arange(3) * 2 * np.pi / 3:
            foot = rod(leg, (0.24, 0, 0), (0.015, 0, height - tall - 0.02), 0.014)
            parts.append(turned(foot, angle))
    else:
        parts.append(lathe(iron, [(0.15, 0), (0.15, 0.015), (0.03, 0.03)], sides=20))
        parts.append(cylinder(iron, 0.012, height - tall + 0.02, sides=8))
    return assemble("floor lamp", parts)


def _leaf(material: Material, length: float, width: float, droop: float) -> Part:
    """Pointed leaf along +x that bends down by ``droop`` m at its tip."""
    stations = [(0.0, 0.08, 0.0), (0.4, 1.0, 0.25), (0.75, 0.7, 0.1), (1.0, 0.02, -1.0)]
    rings = [
        [
            (t * length, s * w * width / 2, z * droop + k)
            for s, k in ((-1, 0), (0, -0.004), (1, 0), (0, 0.003))
        ]
        for t, w, z in stations
    ]
    return skin(material, rings)


def potted_plant(rng: Rng, height: float | None = None) -> ObjectModel:
    """``height`` in all (m); small ones fit on tables."""
    drawn = one_of(rng, (0.3, 0.4, 0.7, 0.9, 1.2))
    height = drawn * between(rng, 0.9, 1.1) if height is None else height
    pot, radius = min(0.3, height * 0.36), min(0.19, height * 0.22)
    green = srgb(one_of(rng, ("#3f7a3a", "#5b8f3d", "#2f6b4a", "#78983f")))
    profile = [(radius * 0.72, 0), (radius, pot), (radius * 0.9, pot), (radius * 0.85, pot * 0.85)]
    parts = [
        lathe(glaze(rng), profile, sides=16),
        cylinder(SOIL, radius * 0.86, 0.01, (0, 0, pot * 0.85)),
    ]
    crown = height - pot
    for k in range(one_of(rng, (14, 18, 22))):
        leaf = Material(shaded(green, between(rng, 0.75, 1.3)), "leaves", scale_m=0.1)
        base = pot * 0.85 + crown * between(rng, 0.05, 0.45)
        length = crown * between(rng, 0.55, 0.75)
        blade = _leaf(leaf, length, length * between(rng, 0.25, 0.4), length * 0.2)
        blade = turned(blade, -between(rng, 0.3, 1.1), "y")
        parts.append(turned(moved(blade, (0.01, 0, base)), k * 2.4))
    parts.append(
        cylinder(Material(shaded(green, 0.6)), 0.012, crown * 0.5, (0, 0, pot * 0.8), sides=6)
    )
    return assemble("potted plant", parts)


def picture(rng: Rng) -> ObjectModel:
    """Framed, for a wall."""
    width, height = one_of(
        rng, ((0.3, 0.4), (0.5, 0.7), (0.7, 0.5), (1.0, 0.7), (0.4, 0.4), (1.2, 0.6))
    )
    border, mat = between(rng, 0.02, 0.04), between(rng, 0.03, 0.08)
    rim = one_of(rng, (BLACK, WHITE, wood(rng)))
    color = srgb(one_of(rng, ("#3e6fa3", "#c96f4a", "#6f9a62", "#c9a64a", "#7d5a8c")))
    art = Material(
        color, "painting", srgb("#efe3cf"), scale_m=max(width, height) - 2 * (border + mat)
    )
    inset = (0.008, width - 2 * (border + mat), height - 2 * (border + mat))
    parts = [
        frame(rim, (0.028, width, height), border),
        box(PAPER, (0.012, width - border, height - border), (-0.006, 0, border / 2)),
        box(art, inset, (-0.001, 0, border + mat)),
    ]
    return assemble("picture", parts)
