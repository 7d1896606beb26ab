"""Plants, pictures and other things to look at."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import (
    BLACK,
    PAPER,
    SOIL,
    VIVID,
    WHITE,
    glaze,
    metal,
    plastic,
    shaded,
    srgb,
    wood,
)
from cogmap.sim.catalog.primitives import (
    box,
    cylinder,
    ellipsoid,
    frame,
    lathe,
    moved,
    rod,
    skin,
    turned,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["candle", "clock", "picture", "potted_plant", "vase", "whiteboard"]

GREENS = ("#3f7a3a", "#5b8f3d", "#2f6b4a", "#78983f")


def potted_plant(rng: Rng, height: float | None = None) -> ObjectModel:
    """``height`` in all (m), about; up to 0.45 m it suits a table."""
    drawn = one_of(rng, (0.28, 0.4, 0.7, 0.9, 1.2))
    height = drawn if height is None else height
    pot, radius = min(0.3, height * 0.36), min(0.17, height * 0.22)
    rim = [(radius * 0.72, 0), (radius, pot), (radius * 0.9, pot), (radius * 0.85, pot * 0.85)]
    parts = [lathe(glaze(rng), rim, sides=16)]
    parts.append(cylinder(SOIL, radius * 0.87, 0.01, (0, 0, pot * 0.85)))
    green = srgb(one_of(rng, GREENS))
    crown = _bush if chance(rng, 0.4) else _blades
    parts += [moved(part, (0, 0, pot * 0.85)) for part in crown(rng, green, height - pot * 0.85)]
    return assemble("potted plant", parts)


def _blades(rng: Rng, green: tuple[float, float, float], height: float) -> list[Part]:
    """Pointed leaves around a short stem, steeper toward the middle."""
    shades = [Material(shaded(green, factor), gloss=0.2) for factor in (0.75, 1.0, 1.25)]
    count = one_of(rng, (13, 16, 20))
    parts = [cylinder(shades[0], height * 0.03, height * 0.5, top=height * 0.015, sides=8)]
    for k in range(count):
        rise = 0.5 + 0.9 * k / count
        length = height * between(rng, 0.65, 0.8) * (0.75 + 0.25 * k / count)
        leaf = _leaf(shades[k % 3], length, length * between(rng, 0.16, 0.26))
        parts.append(turned(moved(turned(leaf, -rise, "y"), (0.005, 0, height * 0.15)), k * 2.4))
    return parts


def _leaf(material: Material, length: float, width: float) -> Part:
    """Along +x, bent down toward the tip."""
    stations = (
        (0.0, 0.15, 0.0),
        (0.3, 0.9, 0.06),
        (0.6, 1.0, 0.05),
        (0.85, 0.5, -0.04),
        (1.0, 0.03, -0.14),
    )
    rings = []
    for t, w, z in stations:
        fold = ((-w, 0.02), (0, -0.01), (w, 0.02), (0, 0.005))
        rings.append([(t * length, y * width / 2, (z + lift * w) * length) for y, lift in fold])
    return skin(material, rings)


def _bush(rng: Rng, green: tuple[float, float, float], height: float) -> list[Part]:
    """Balls of foliage on a thin trunk."""
    leaves = Material(
        shaded(green, 1.1), "leaves", shaded(green, 0.45), scale_m=max(0.12, height * 0.4)
    )
    trunk = Material(srgb("#6b4a30"), "wood", scale_m=0.3)
    parts = [cylinder(trunk, height * 0.035, height * 0.6, top=height * 0.02, sides=8)]
    for k in range(7):
        size, reach = height * between(rng, 0.36, 0.5), height * (0.17 if k else 0.0)
        z = height * between(rng, 0.3, 0.5) if k else height - size
        x, y = reach * float(np.cos(k * 1.05)), reach * float(np.sin(k * 1.05))
        parts.append(ellipsoid(leaves, (size, size, size * 0.9), (x, y, z), 10))
    return parts


def vase(rng: Rng) -> ObjectModel:
    """With or without flowers."""
    height, radius, clay = between(rng, 0.18, 0.32), between(rng, 0.055, 0.09), glaze(rng)
    neck, belly = radius * between(rng, 0.35, 0.8), between(rng, 0.3, 0.6)
    profile = [
        (radius * 0.6, 0),
        (radius, height * belly),
        (radius * 0.8, height * (belly + 0.18)),
        (neck, height * 0.88),
        (neck * 1.15, height),
        (neck * 0.9, height),
        (neck * 0.8, height * 0.85),
        (0, height * 0.8),
    ]
    parts = [lathe(clay, profile, sides=18)]
    if chance(rng, 0.5):
        petals, stem = plastic(rng), Material(srgb("#4f7d3c"))
        for k in range(5):
            angle, lean = k * 2.4, between(rng, 0.02, 0.07)
            x, y, z = (
                lean * float(np.cos(angle)),
                lean * float(np.sin(angle)),
                height + between(rng, 0.08, 0.16),
            )
            parts.append(rod(stem, (0, 0, height * 0.82), (x, y, z), 0.003, 5))
            parts.append(ellipsoid(petals, (0.05, 0.05, 0.035), (x, y, z - 0.005), 8))
    return assemble("vase", parts)


def candle(rng: Rng) -> ObjectModel:
    radius, height = between(rng, 0.025, 0.04), between(rng, 0.07, 0.15)
    wax = Material(srgb(one_of(rng, ("#f4ecd8", "#e9dcc0", "#b5483a", "#5d7f73"))))
    dish = lathe(
        metal(rng),
        [(radius * 1.3, 0), (radius * 1.7, 0.012), (radius * 1.6, 0.012), (radius, 0.006)],
        sides=16,
    )
    parts = [dish, cylinder(wax, radius, height, (0, 0, 0.006), sides=14)]
    return assemble(
        "candle", [*parts, cylinder(BLACK, 0.0015, 0.012, (0, 0, height + 0.005), sides=5)]
    )


def picture(rng: Rng) -> ObjectModel:
    """Framed, for a wall."""
    shapes = ((0.3, 0.4), (0.5, 0.7), (0.7, 0.5), (1.0, 0.7), (0.4, 0.4), (1.2, 0.6))
    width, height = one_of(rng, shapes)
    border, margin = between(rng, 0.02, 0.04), between(rng, 0.02, 0.06)
    inset = 2 * (border + margin)
    paint, accent = srgb(one_of(rng, VIVID)), srgb(one_of(rng, ("#efe3cf", "#20344f", "#e8b04a")))
    art = Material(paint, "painting", accent, scale_m=max(width, height) - inset)
    parts = [
        frame(one_of(rng, (BLACK, WHITE, wood(rng))), (0.028, width, height), border),
        box(PAPER, (0.012, width - border, height - border), (-0.006, 0, border / 2)),
        box(art, (0.008, width - inset, height - inset), (-0.001, 0, border + margin)),
    ]
    return assemble("picture", parts)


def clock(rng: Rng) -> ObjectModel:
    """Round, for a wall; shows a time of its own."""
    radius, rim = between(rng, 0.12, 0.2), one_of(rng, (BLACK, WHITE, wood(rng), metal(rng)))
    dial, hand = (BLACK, WHITE) if chance(rng, 0.2) else (WHITE, BLACK)
    ring = [(radius, 0), (radius, 0.035), (radius * 0.92, 0.035), (radius * 0.9, 0.02)]
    flat = [
        lathe(rim, ring, sides=28),
        cylinder(dial, radius * 0.92, 0.008, (0, 0, 0.016), sides=28),
    ]
    for k in range(12):
        mark = box(hand, (0.012, 0.006, 0.002), (radius * 0.8, 0, 0.0235))
        flat.append(turned(mark, k * np.pi / 6))
    for length, width in ((0.5, 0.012), (0.75, 0.008)):
        pointer = box(
            hand, (radius * length, width, 0.002), (radius * length / 2 - 0.01, 0, 0.0245)
        )
        flat.append(turned(pointer, between(rng, 0, 6.28)))
    return assemble("clock", [turned(part, np.pi / 2, "y") for part in flat])


def whiteboard(rng: Rng) -> ObjectModel:
    size = one_of(rng, ((1.2, 0.9), (1.5, 1.0), (1.8, 1.0)))
    rim = metal(rng)
    board = Material(srgb("#f7f8f8"), gloss=0.5)
    parts = [
        frame(rim, (0.02, *size), 0.02),
        box(board, (0.01, size[0] - 0.03, size[1] - 0.03), (0, 0, 0.015)),
    ]
    parts.append(box(rim, (0.06, size[0] * 0.4, 0.012), (0.03, 0, 0)))
    for k, color in enumerate(("#c0392b", "#2460a7", "#1e1e22")):
        pen = rod(
            Material(srgb(color)),
            (0.045, k * 0.16 - 0.2, 0.02),
            (0.045, k * 0.16 - 0.08, 0.02),
            0.008,
        )
        parts.append(pen)
    return assemble("whiteboard", parts)
