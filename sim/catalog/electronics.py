"""Screens, computers and what belongs to them."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble, on
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import BLACK, DARK_GREY, GREY, PRINT, STEEL, WHITE, srgb, wood
from cogmap.sim.catalog.primitives import (
    box,
    cylinder,
    loft,
    moved,
    rounded_box,
    turned,
    two_sides,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = [
    "cell_phone",
    "keyboard",
    "laptop",
    "monitor",
    "mouse",
    "printer",
    "remote",
    "speaker",
    "television",
]

SCREENS = (
    ("#20242c", "#6f8fb0"),
    ("#1f3b5c", "#e8c48a"),
    ("#274b4a", "#cfe0d0"),
    ("#3a2b52", "#e79a8a"),
)


def screen(rng: Rng, width: float) -> Material:
    color, accent = one_of(rng, SCREENS)
    return Material(srgb(color), "screen", srgb(accent), scale_m=width, gloss=0.7)


def _panel(rng: Rng, width: float, height: float, z: float, border: float) -> list[Part]:
    """Flat screen that looks to +x, its lower edge at ``z``."""
    bulge = (0.035, width * 0.6, height * 0.6)
    inner = (0.004, width - 2 * border, height - 2 * border)
    return [
        rounded_box(DARK_GREY, bulge, (-0.03, 0, z + height * 0.15), 0.015),
        rounded_box(BLACK, (0.03, width, height), (0, 0, z), 0.006),
        box(screen(rng, width), inner, (0.015, 0, z + border)),
    ]


def television(rng: Rng) -> ObjectModel:
    width = one_of(rng, (0.73, 0.97, 1.12, 1.24, 1.45))
    parts = _panel(rng, width, width * 0.575, 0.06, 0.012)
    if chance(rng, 0.5):
        y = width * 0.36
        parts += two_sides(box(BLACK, (0.22, 0.03, 0.012), (0, y, 0)))
        parts += two_sides(box(BLACK, (0.03, 0.025, 0.07), (-0.005, y, 0)))
    else:
        parts.append(rounded_box(BLACK, (0.22, width * 0.4, 0.015), radius=0.006))
        parts.append(box(BLACK, (0.03, 0.14, 0.12), (-0.02, 0, 0)))
    return assemble("television", parts)


def monitor(rng: Rng) -> ObjectModel:
    width, lift = one_of(rng, (0.49, 0.54, 0.61, 0.71)), between(rng, 0.10, 0.16)
    stand = one_of(rng, (BLACK, STEEL, DARK_GREY))
    parts = _panel(rng, width, width * 0.57, lift, 0.010)
    parts.append(box(stand, (0.02, 0.06, lift + 0.12), (-0.055, 0, 0.005)))
    if chance(rng, 0.5):
        parts.append(cylinder(stand, 0.11, 0.012, (-0.04, 0, 0), sides=24))
    else:
        parts.append(rounded_box(stand, (0.18, 0.24, 0.012), (-0.03, 0, 0), 0.005))
    return assemble("monitor", parts)


def _keys(material: Material, depth: float, width: float, z: float) -> list[Part]:
    """Four rows of eleven keys and a space bar around the origin, at height ``z``."""
    pitch, row = width / 11, depth / 5
    parts = [box(material, (row * 0.8, pitch * 5, 0.006), (-2 * row, 0, z))]
    for k in range(4):
        for column in range(11):
            at = ((k - 1) * row, (column - 5) * pitch, z)
            parts.append(box(material, (row * 0.8, pitch * 0.82, 0.006), at))
    return parts


def keyboard(rng: Rng) -> ObjectModel:
    """The user sits at +x, so the space bar is there."""
    width, depth = between(rng, 0.36, 0.45), between(rng, 0.12, 0.15)
    shell, key = one_of(
        rng, ((BLACK, DARK_GREY), (WHITE, GREY), (STEEL, WHITE), (DARK_GREY, BLACK))
    )
    keys = _keys(key, depth * 0.86, width * 0.95, 0.014)
    body = rounded_box(shell, (depth, width, 0.016), radius=0.005)
    return assemble("keyboard", [body, *(turned(part, np.pi) for part in keys)])


def mouse(rng: Rng) -> ObjectModel:
    shell = one_of(rng, (BLACK, WHITE, DARK_GREY, STEEL))
    length, width, height = (
        between(rng, 0.1, 0.12),
        between(rng, 0.058, 0.068),
        between(rng, 0.034, 0.04),
    )
    layers = [(0, 0.96, 0.94, 0), (0, 1, 1, 0.3), (0.03, 0.86, 0.86, 0.75), (0.06, 0.5, 0.5, 1)]
    body = loft(shell, [(x * length, k * length, w * width, z * height) for x, k, w, z in layers])
    wheel = box(GREY, (0.02, 0.008, 0.006), (-length * 0.25, 0, height * 0.78))
    return assemble("mouse", [body, wheel])


def laptop(rng: Rng) -> ObjectModel:
    """Open; the user sits at +x."""
    width, shell = between(rng, 0.30, 0.37), one_of(rng, (STEEL, DARK_GREY, BLACK))
    depth = width * 0.69
    lean = between(rng, 0.15, 0.45)
    keys = (turned(part, np.pi) for part in _keys(BLACK, depth * 0.45, width * 0.88, 0.013))
    parts = [moved(part, (-depth * 0.17, 0, 0)) for part in keys]
    parts.append(rounded_box(shell, (depth, width, 0.016), radius=0.005))
    parts.append(box(GREY, (depth * 0.25, width * 0.3, 0.002), (depth * 0.32, 0, 0.0155)))
    lid = rounded_box(shell, (0.008, width, depth * 0.94), (-depth / 2 + 0.006, 0, 0.012), 0.003)
    picture = (0.002, width - 0.02, depth * 0.94 - 0.03)
    face = box(screen(rng, width), picture, (-depth / 2 + 0.0105, 0, 0.03))
    parts += [turned(part, -lean, "y", (-depth / 2, 0, 0.012)) for part in (lid, face)]
    return assemble("laptop", parts)


def printer(rng: Rng) -> ObjectModel:
    width, depth, height = (
        between(rng, 0.4, 0.48),
        between(rng, 0.32, 0.4),
        between(rng, 0.16, 0.26),
    )
    shell, trim = one_of(rng, ((WHITE, DARK_GREY), (DARK_GREY, BLACK), (BLACK, DARK_GREY)))
    front = depth / 2
    parts = [
        rounded_box(shell, (depth, width, height), radius=0.02),
        rounded_box(trim, (depth * 0.9, width * 0.94, 0.02), (-0.01, 0, height), 0.008),
        box(BLACK, (0.01, width * 0.66, height * 0.28), (front, 0, height * 0.28)),
        box(trim, (0.12, width * 0.6, 0.012), (front + 0.05, 0, height * 0.24)),
        box(PRINT, (0.1, 0.21, 0.006), (front + 0.045, 0, height * 0.24 + 0.012)),
        box(screen(rng, 0.1), (0.012, 0.07, 0.04), (front, width * 0.3, height * 0.7)),
    ]
    return assemble("printer", parts, [on(-0.01, 0, height + 0.02, depth * 0.8, width * 0.85, 0.5)])


def speaker(rng: Rng) -> ObjectModel:
    width, height = between(rng, 0.14, 0.2), between(rng, 0.24, 0.36)
    depth, shell = width * 1.1, one_of(rng, (BLACK, WHITE, wood(rng), wood(rng)))
    parts = [rounded_box(shell, (depth, width, height), radius=0.008)]
    for z, radius in ((0.33, 0.37), (0.76, 0.22)):
        ring = cylinder(GREY, radius * width, 0.008, sides=20)
        cone = cylinder(DARK_GREY, radius * width * 0.85, 0.012, sides=20)
        for part in (ring, cone):
            parts.append(moved(turned(part, np.pi / 2, "y"), (depth / 2, 0, z * height)))
    return assemble("speaker", parts)


def remote(rng: Rng) -> ObjectModel:
    length, width, shell = (
        between(rng, 0.14, 0.2),
        between(rng, 0.04, 0.05),
        one_of(rng, (BLACK, DARK_GREY)),
    )
    parts = [rounded_box(shell, (length, width, 0.018), radius=0.006)]
    for x in np.linspace(-length * 0.35, length * 0.3, 6):
        for y in (-0.012, 0.0, 0.012):
            parts.append(box(GREY, (0.009, 0.008, 0.002), (float(x), y, 0.0175)))
    return assemble("remote", parts)


def cell_phone(rng: Rng) -> ObjectModel:
    length, width = between(rng, 0.14, 0.165), between(rng, 0.068, 0.078)
    shell = one_of(rng, (BLACK, WHITE, STEEL))
    glass = Material(srgb("#15181f"), "screen", srgb("#4f77a8"), scale_m=length, gloss=0.9)
    body = rounded_box(shell, (length, width, 0.009), radius=0.004)
    return assemble(
        "cell phone", [body, box(glass, (length - 0.012, width - 0.008, 0.001), (0, 0, 0.0085))]
    )
