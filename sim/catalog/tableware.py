"""Small things of the kitchen and the table."""

from __future__ import annotations

from cogmap.sim.catalog.assembly import assemble, inside
from cogmap.sim.catalog.draw import Rng, between
from cogmap.sim.catalog.palette import glaze
from cogmap.sim.catalog.primitives import arc, lathe, tube
from cogmap.sim.scene import ObjectModel

__all__ = ["bowl", "cup"]


def cup(rng: Rng) -> ObjectModel:
    radius, height, clay = between(rng, 0.036, 0.046), between(rng, 0.075, 0.105), glaze(rng)
    foot = radius * between(rng, 0.65, 1.0)
    profile = [
        (0, 0),
        (foot, 0),
        (radius, height),
        (radius - 0.005, height),
        (foot - 0.006, 0.008),
        (0, 0.008),
    ]
    handle = tube(
        clay,
        arc((0, radius * 0.92, height * 0.52), height * 0.28, -1.5, 1.5, "yz", 7),
        0.005,
        sides=6,
    )
    return assemble("cup", [lathe(clay, profile, sides=16), handle])


def bowl(rng: Rng) -> ObjectModel:
    radius, clay = between(rng, 0.08, 0.14), glaze(rng)
    height, foot = radius * between(rng, 0.5, 0.65), radius * 0.5
    profile = [
        (0, 0),
        (foot, 0),
        (foot, 0.008),
        (radius * 0.85, height * 0.55),
        (radius, height),
        (radius - 0.006, height),
        (radius * 0.8, height * 0.58),
        (foot, 0.014),
        (0, 0.014),
    ]
    side = foot * 1.3
    return assemble(
        "bowl", [lathe(clay, profile, sides=20)], [inside(0, 0, 0.014, side, side, 0.3)]
    )
