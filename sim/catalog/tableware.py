"""Dishes, food and small kitchen things."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble, inside, on
from cogmap.sim.catalog.draw import Rng, between, one_of
from cogmap.sim.catalog.palette import (
    BLACK,
    DARK_GREY,
    STEEL,
    WATER_GLASS,
    glaze,
    plastic,
    srgb,
    wood,
)
from cogmap.sim.catalog.primitives import arc, cylinder, ellipsoid, lathe, rod, skin, tube, vessel
from cogmap.sim.scene import Material, ObjectModel

__all__ = ["apple", "banana", "bottle", "bowl", "cup", "orange", "pan", "plate", "wine_glass"]


def cup(rng: Rng) -> ObjectModel:
    radius, height, clay = between(rng, 0.036, 0.046), between(rng, 0.075, 0.105), glaze(rng)
    body = vessel(clay, radius * between(rng, 0.65, 1.0), radius, height, 0.006, sides=16)
    bow = arc((0, radius * 0.92, height * 0.52), height * 0.28, -1.5, 1.5, "yz")
    return assemble("cup", [body, tube(clay, bow, 0.005, sides=8)])


def bowl(rng: Rng) -> ObjectModel:
    radius, clay = between(rng, 0.08, 0.14), glaze(rng)
    height, foot = radius * between(rng, 0.5, 0.65), radius * 0.55
    outer = [(0, 0), (foot, 0), (radius * 0.85, height * 0.5), (radius, height)]
    inner = [(radius - 0.006, height), (radius * 0.8, height * 0.53), (foot, 0.012), (0, 0.012)]
    side = foot * 1.35
    surface = inside(0, 0, 0.012, side, side, 0.3)
    return assemble("bowl", [lathe(clay, [*outer, *inner], sides=20)], [surface])


def plate(rng: Rng) -> ObjectModel:
    radius, clay = between(rng, 0.09, 0.14), glaze(rng)
    flat, height = radius * 0.66, between(rng, 0.018, 0.026)
    profile = [
        (0, 0),
        (flat * 0.9, 0),
        (radius, height),
        (radius - 0.004, height + 0.002),
        (flat, 0.008),
        (0, 0.008),
    ]
    side = flat * 1.3
    return assemble("plate", [lathe(clay, profile, sides=24)], [on(0, 0, 0.008, side, side, 0.3)])


def bottle(rng: Rng) -> ObjectModel:
    height, radius = between(rng, 0.2, 0.33), between(rng, 0.03, 0.042)
    glass = Material(
        srgb(one_of(rng, ("#2f5d3a", "#6b3f22", "#b9d4dd", "#2a2d33", "#3d7fb0"))), gloss=0.8
    )
    neck, shoulder = radius * 0.38, height * between(rng, 0.55, 0.68)
    profile = [(radius, 0), (radius, shoulder), (neck, height * 0.82), (neck, height - 0.02)]
    label = cylinder(glaze(rng), radius + 0.0008, height * 0.22, (0, 0, height * 0.2), sides=16)
    cap = cylinder(plastic(rng), neck * 1.15, 0.022, (0, 0, height - 0.022))
    return assemble("bottle", [lathe(glass, profile, sides=16), label, cap])


def wine_glass(rng: Rng) -> ObjectModel:
    height, radius = between(rng, 0.17, 0.22), between(rng, 0.034, 0.044)
    stem, belly, rim = height * 0.42, height * 0.66, radius * 0.8
    foot = [(0, 0), (radius * 0.9, 0), (0.005, 0.008), (0.004, stem)]
    outside = [(radius * 0.75, stem + 0.02), (radius, belly), (rim, height)]
    hollow = [(rim - 0.002, height), (radius - 0.003, belly), (0, stem + 0.015)]
    return assemble("wine glass", [lathe(WATER_GLASS, foot + outside + hollow, sides=16)])


def pan(rng: Rng) -> ObjectModel:
    """Frying pan, its handle toward +x."""
    radius, height = between(rng, 0.1, 0.14), between(rng, 0.045, 0.06)
    iron, grip = one_of(rng, (BLACK, DARK_GREY, STEEL)), one_of(rng, (BLACK, wood(rng)))
    body = vessel(iron, radius * 0.8, radius, height, 0.006, sides=24)
    start, end = (radius - 0.01, 0, height - 0.008), (radius + 0.17, 0, height + 0.02)
    surface = inside(0, 0, 0.006, radius, radius, 0.3)
    return assemble("pan", [body, rod(grip, start, end, 0.011)], [surface])


def apple(rng: Rng) -> ObjectModel:
    r = between(rng, 0.034, 0.042)
    peel = Material(srgb(one_of(rng, ("#b8322a", "#8fae3a", "#d3a03c", "#a52a2f"))), gloss=0.4)
    shape = (
        (0.3, 0),
        (0.65, 0.15),
        (0.9, 0.55),
        (1, 1.05),
        (0.9, 1.5),
        (0.6, 1.78),
        (0.3, 1.8),
        (0, 1.6),
    )
    stalk = rod(Material(srgb("#4f3a22")), (0, 0, r * 1.6), (0.004, 0, r * 2.05), 0.0018, 5)
    return assemble("apple", [lathe(peel, [(x * r, z * r) for x, z in shape], sides=14), stalk])


def orange(rng: Rng) -> ObjectModel:
    size = between(rng, 0.065, 0.085)
    peel = Material(srgb(one_of(rng, ("#e8862a", "#ee9a35", "#dd7620"))), gloss=0.3)
    return assemble("orange", [ellipsoid(peel, (size, size, size * 0.95), sides=14)])


def banana(rng: Rng) -> ObjectModel:
    """Lying on its side."""
    peel, radius = (
        Material(srgb(one_of(rng, ("#e7c53a", "#d9b52f", "#b8c24a"))), gloss=0.2),
        between(rng, 0.09, 0.11),
    )
    path = arc((0, 0, 0.017), radius, -0.75, 0.75, "xy", 8)
    thickness = np.array([0.3, 0.75, 1.0, 1.05, 1.05, 0.95, 0.6, 0.25]) * 0.017
    angles = np.arange(6) * np.pi / 3
    rings = []
    for (x, y, z), r in zip(path, thickness, strict=True):
        outward = np.array([x, y, 0]) / radius
        ring = np.cos(angles)[:, None] * outward + np.sin(angles)[:, None] * np.array([0, 0, 1])
        rings.append(np.array([x, y, z]) + r * ring)
    return assemble("banana", [skin(peel, rings)])
