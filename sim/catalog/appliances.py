"""Machines of kitchen and laundry, large and small."""

from __future__ import annotations

from itertools import product

import numpy as np

from cogmap.sim.catalog.assembly import assemble, on
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.electronics import screen
from cogmap.sim.catalog.kitchen import WORKTOP_M
from cogmap.sim.catalog.palette import (
    BLACK,
    BLACK_GLASS,
    CHROME,
    DARK_GREY,
    GREY,
    STEEL,
    WHITE,
    plastic,
)
from cogmap.sim.catalog.primitives import (
    arc,
    box,
    cylinder,
    ellipsoid,
    lathe,
    rod,
    rounded_box,
    tube,
    two_sides,
)
from cogmap.sim.scene import ObjectModel

__all__ = ["kettle", "microwave", "refrigerator", "stove", "toaster", "washing_machine"]


def microwave(rng: Rng) -> ObjectModel:
    width, depth = between(rng, 0.44, 0.54), between(rng, 0.32, 0.4)
    height, shell = between(rng, 0.26, 0.31), one_of(rng, (WHITE, STEEL, BLACK))
    front, door = depth / 2, width * 0.72
    y, grip, pad = (door - width) / 2, door - width / 2 - 0.03, door / 2
    parts = [
        rounded_box(shell, (depth, width, height - 0.01), (0, 0, 0.01), 0.008),
        box(BLACK, (depth - 0.06, width - 0.06, 0.012)),
        rounded_box(shell, (0.02, door - 0.01, height - 0.03), (front, y, 0.02), 0.006),
        box(BLACK_GLASS, (0.004, door - 0.11, height - 0.12), (front + 0.01, y - 0.01, 0.065)),
        rod(CHROME, (front + 0.03, grip, 0.06), (front + 0.03, grip, height - 0.05), 0.008),
        box(screen(rng, 0.1), (0.004, width - door - 0.04, 0.03), (front, pad, height - 0.08)),
    ]
    for row, column in product(range(4), (-1, 0, 1)):
        at = (front + 0.002, pad + column * 0.025, 0.04 + row * 0.03)
        parts.append(box(GREY, (0.006, 0.018, 0.018), at))
    return assemble("microwave", parts, [on(0, 0, height, depth - 0.06, width - 0.06, 0.4)])


def washing_machine(rng: Rng) -> ObjectModel:
    shell, depth = one_of(rng, (WHITE, WHITE, STEEL)), between(rng, 0.54, 0.62)
    front, ring = depth / 2, one_of(rng, (CHROME, GREY, WHITE))
    glass = ellipsoid(BLACK_GLASS, (0.12, 0.32, 0.32), (front - 0.02, 0, 0.27), 16)
    parts = [
        rounded_box(shell, (depth, 0.6, 0.84), (0, 0, 0.01), 0.012),
        box(BLACK, (depth - 0.08, 0.54, 0.02)),
        tube(ring, arc((front, 0, 0.43), 0.18, 0, 2 * np.pi, "yz", 25)[:-1], 0.025, closed=True),
        glass,
        box(GREY, (0.006, 0.18, 0.07), (front, -0.18, 0.745)),
        rod(CHROME, (front - 0.01, 0.0, 0.78), (front + 0.025, 0.0, 0.78), 0.03, 16),
        box(screen(rng, 0.2), (0.006, 0.12, 0.04), (front, 0.17, 0.76)),
    ]
    return assemble("washing machine", parts, [on(0, 0, 0.85, depth - 0.08, 0.52)])


def kettle(rng: Rng) -> ObjectModel:
    """Electric, on its base, with the spout toward +x."""
    shell, radius, height = (
        one_of(rng, (STEEL, WHITE, BLACK, plastic(rng))),
        between(rng, 0.072, 0.085),
        between(rng, 0.17, 0.2),
    )
    profile = [
        (radius * 0.95, 0.02),
        (radius, 0.05),
        (radius * 0.72, height),
        (radius * 0.4, height + 0.012),
        (0, height + 0.014),
    ]
    bow = arc((-radius * 0.85, 0, height * 0.55), height * 0.4, np.pi / 2, np.pi * 1.5, points=9)
    spout = [(radius * 0.6, 0, height * 0.72), (radius * 1.2, 0, height * 0.98)]
    parts = [
        cylinder(BLACK, radius, 0.02, sides=20),
        lathe(shell, profile, sides=20),
        tube(BLACK, bow, 0.011),
        tube(shell, spout, 0.02),
        ellipsoid(BLACK, (0.03, 0.03, 0.02), (0, 0, height + 0.01)),
    ]
    return assemble("kettle", parts)


def toaster(rng: Rng) -> ObjectModel:
    length, width, height = (
        between(rng, 0.26, 0.32),
        between(rng, 0.15, 0.18),
        between(rng, 0.17, 0.2),
    )
    shell = one_of(rng, (STEEL, CHROME, WHITE, BLACK, plastic(rng)))
    parts = [
        rounded_box(shell, (width, length, height - 0.015), (0, 0, 0.015), 0.03, 2),
        box(BLACK, (width - 0.03, length - 0.03, 0.02)),
        box(DARK_GREY, (0.012, 0.03, 0.09), (0, length / 2, 0.06)),
        box(BLACK, (0.035, 0.035, 0.015), (0, length / 2 + 0.01, 0.12)),
    ]
    slots = [
        box(BLACK, (0.025, length * 0.7, 0.004), (x, 0, height - 0.003)) for x in (-0.028, 0.028)
    ]
    return assemble("toaster", [*parts, *slots])


def stove(rng: Rng) -> ObjectModel:
    """Oven below four burners, as high as a worktop."""
    shell, hob = one_of(rng, (WHITE, STEEL, BLACK)), WORKTOP_M - 0.01
    knob = GREY if shell is BLACK else DARK_GREY
    parts = [
        rounded_box(shell, (0.58, 0.6, hob - 0.06), (-0.01, 0, 0.05), 0.008),
        box(BLACK, (0.5, 0.56, 0.05), (-0.03, 0, 0)),
        rounded_box(BLACK_GLASS, (0.59, 0.6, 0.02), (-0.005, 0, hob - 0.015), 0.005),
        rounded_box(shell, (0.025, 0.56, 0.48), (0.285, 0, 0.2), 0.008),
        box(BLACK_GLASS, (0.006, 0.42, 0.28), (0.298, 0, 0.28)),
        rounded_box(shell, (0.02, 0.56, 0.12), (0.285, 0, 0.06), 0.006),
        rod(CHROME, (0.325, -0.24, 0.64), (0.325, 0.24, 0.64), 0.01),
        *two_sides(rod(CHROME, (0.29, 0.22, 0.64), (0.325, 0.22, 0.64), 0.008)),
        *(
            rod(knob, (0.28, y, 0.77), (0.31, y, 0.77), 0.02, 12)
            for y in np.linspace(-0.22, 0.22, 5)
        ),
    ]
    surfaces = []
    for x, y in product((-0.14, 0.13), (-0.15, 0.15)):
        radius = 0.09 if x * y > 0 else 0.075
        parts.append(cylinder(DARK_GREY, radius, 0.008, (x, y, hob + 0.005), sides=20))
        surfaces.append(on(x, y, hob + 0.013, radius * 1.3, radius * 1.3, 0.45))
    if chance(rng, 0.35):
        parts.append(box(shell, (0.02, 0.6, 0.12), (-0.29, 0, hob)))
    return assemble("stove", parts, surfaces)


def refrigerator(rng: Rng) -> ObjectModel:
    width, depth, height = between(rng, 0.56, 0.75), between(rng, 0.6, 0.7), between(rng, 1.4, 1.9)
    shell, split = one_of(rng, (WHITE, STEEL, STEEL, DARK_GREY)), between(rng, 0.3, 0.4)
    low = height * split if chance(rng, 0.6) else height * (1 - split)
    parts = [
        rounded_box(shell, (depth - 0.06, width, height - 0.03), (0, 0, 0.03), 0.01),
        box(BLACK, (depth - 0.12, width - 0.04, 0.03)),
    ]
    for z, tall in ((0.04, low - 0.045), (low, height - low)):
        parts.append(rounded_box(shell, (0.06, width, tall), (depth / 2, 0, z), 0.015))
        at = (depth / 2 + 0.045, width / 2 - 0.05, z + (0.06 if z >= low else tall - 0.41))
        parts.append(rounded_box(CHROME, (0.03, 0.025, 0.35), at, 0.01))
    surfaces = [on(0, 0, height, depth - 0.15, width - 0.1, 0.5)] if height < 1.7 else []
    return assemble("refrigerator", parts, surfaces)
