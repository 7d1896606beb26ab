"""Lamps that stand and hang."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import LIGHT, WHITE, glaze, metal, srgb, wood
from cogmap.sim.catalog.primitives import cylinder, lathe, rod, turned
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["ceiling_light", "floor_lamp", "table_lamp"]


def _shade(rng: Rng, bottom: float, top: float, height: float, z: float) -> list[Part]:
    """Lampshade, open below, with a bulb in it and its support."""
    color = srgb(one_of(rng, ("#f3ead6", "#e6d3b1", "#c8553d", "#6d8a96", "#f4f4f2")))
    cloth = Material(color, "fabric", scale_m=0.08)
    wall = 0.006
    profile = [(0, height - wall), (bottom - wall, 0), (bottom, 0), (top, height), (0, height)]
    bulb = [(0.015, height - 0.01), (0.015, 0.09), (0.032, 0.06), (0.024, 0.03), (0, 0.02)]
    return [lathe(cloth, profile, (0, 0, z), 20), lathe(LIGHT, bulb, (0, 0, z), 10)]


def floor_lamp(rng: Rng) -> ObjectModel:
    height, radius, iron = between(rng, 1.45, 1.75), between(rng, 0.17, 0.24), metal(rng)
    tall = between(rng, 0.2, 0.3)
    parts = _shade(rng, radius, radius * between(rng, 0.55, 1.0), tall, height - tall)
    if chance(rng, 0.4):
        leg = wood(rng)
        for angle in np.arange(3) * 2 * np.pi / 3:
            foot = rod(leg, (0.24, 0, 0), (0.015, 0, height - tall + 0.03), 0.014)
            parts.append(turned(foot, float(angle)))
    else:
        parts.append(lathe(iron, [(0.15, 0), (0.15, 0.015), (0.03, 0.03)], sides=20))
        parts.append(cylinder(iron, 0.012, height - tall + 0.05))
    return assemble("floor lamp", parts)


def table_lamp(rng: Rng) -> ObjectModel:
    height, radius, tall = (
        between(rng, 0.35, 0.55),
        between(rng, 0.1, 0.15),
        between(rng, 0.15, 0.2),
    )
    parts = _shade(rng, radius, radius * between(rng, 0.55, 0.95), tall, height - tall)
    foot, stem = radius * between(rng, 0.5, 0.7), height - tall + 0.05
    material = one_of(rng, (metal(rng), wood(rng), glaze(rng)))
    if chance(rng, 0.5):
        profile = [(foot, 0), (foot, 0.015), (0.01, 0.025), (0.01, stem)]
    else:
        belly = foot * 1.1
        profile = [
            (foot * 0.7, 0),
            (belly, stem * 0.3),
            (belly * 0.7, stem * 0.55),
            (0.012, stem * 0.75),
            (0.01, stem),
        ]
    return assemble("table lamp", [*parts, lathe(material, profile, sides=18)])


def ceiling_light(rng: Rng) -> ObjectModel:
    """Its top touches the ceiling: a flat bowl, or a shade on a cord."""
    if chance(rng, 0.5):
        radius = between(rng, 0.15, 0.24)
        bowl = lathe(
            LIGHT, [(0, 0), (radius * 0.6, 0.015), (radius * 0.95, 0.05), (radius, 0.08)], sides=24
        )
        return assemble(
            "ceiling light", [bowl, cylinder(WHITE, radius * 1.04, 0.02, (0, 0, 0.08), sides=24)]
        )
    drop, radius, iron = between(rng, 0.35, 0.6), between(rng, 0.16, 0.24), metal(rng)
    parts = _shade(rng, radius, radius * between(rng, 0.3, 0.8), 0.2, 0)
    parts.append(cylinder(iron, 0.005, drop - 0.2, (0, 0, 0.19), sides=6))
    return assemble(
        "ceiling light", [*parts, cylinder(iron, 0.05, 0.02, (0, 0, drop - 0.02), sides=16)]
    )
