"""Things that people leave lying about."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble, inside, on
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import (
    BLACK,
    CARDBOARD,
    CHROME,
    DARK_GREY,
    GREY,
    PAPER,
    STEEL,
    VIVID,
    WHITE,
    fabric,
    leather,
    metal,
    plastic,
    shaded,
    srgb,
)
from cogmap.sim.catalog.primitives import (
    arc,
    box,
    cylinder,
    ellipsoid,
    four_corners,
    lathe,
    loft,
    moved,
    prism,
    rod,
    rounded_box,
    skin,
    tube,
    turned,
    two_sides,
    vessel,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = [
    "backpack",
    "ball",
    "basket",
    "book",
    "box_",
    "shoes",
    "suitcase",
    "tissue_box",
    "trash_can",
    "umbrella",
]


def book(rng: Rng) -> ObjectModel:
    """Lying flat, its spine toward -x."""
    length, width, thick = (
        between(rng, 0.13, 0.2),
        between(rng, 0.19, 0.28),
        between(rng, 0.015, 0.045),
    )
    cover = plastic(rng)
    parts = [box(cover, (length, width, 0.003), (0, 0, z)) for z in (0.0, thick - 0.003)]
    parts.append(box(cover, (0.004, width, thick), (-length / 2 + 0.002, 0, 0)))
    parts.append(box(PAPER, (length - 0.008, width - 0.012, thick - 0.004), (0, 0, 0.002)))
    title = box(
        _title_color(rng), (length * 0.25, width * 0.6, 0.001), (length * 0.15, 0, thick - 0.0005)
    )
    return assemble(
        "book", [*parts, title], [on(0, 0, thick + 0.0005, length - 0.03, width - 0.03, 0.3)]
    )


def _title_color(rng: Rng) -> Material:
    return Material(srgb(one_of(rng, ("#f3efe2", "#1e2126", "#e2b648"))))


def box_(rng: Rng) -> ObjectModel:
    """Of cardboard: open with its flaps out, or closed with tape."""
    length, width, height = between(rng, 0.25, 0.45), between(rng, 0.3, 0.6), between(rng, 0.2, 0.4)
    if chance(rng, 0.5):
        tape = Material(srgb("#d9c08a"), gloss=0.5)
        parts = [
            box(CARDBOARD, (length, width, height)),
            box(tape, (0.05, width + 0.002, 0.001), (0, 0, height)),
        ]
        parts += two_sides(box(tape, (0.05, 0.001, 0.08), (0, width / 2 + 0.0005, height - 0.079)))
        return assemble("box", parts, [on(0, 0, height + 0.001, length - 0.03, width - 0.03)])
    wall = [
        (0, length, width, 0),
        (0, length, width, height),
        (0, length - 0.012, width - 0.012, height),
        (0, length - 0.012, width - 0.012, 0.006),
    ]
    parts = [loft(CARDBOARD, wall, corner=0.0, steps=0)]
    flap = box(
        CARDBOARD, (length, 0.006, length / 2 - 0.02), (0, width / 2 - 0.003, height - 0.002)
    )
    parts += two_sides(turned(flap, -between(rng, 1.7, 2.4), "x", (0, width / 2 - 0.003, height)))
    end = box(CARDBOARD, (0.006, width, length / 2 - 0.02), (length / 2 - 0.003, 0, height - 0.002))
    parts.append(turned(end, between(rng, 1.8, 2.5), "y", (length / 2 - 0.003, 0, height)))
    return assemble("box", parts, [inside(0, 0, 0.006, length - 0.04, width - 0.04, height)])


def basket(rng: Rng) -> ObjectModel:
    """Open, with two handles."""
    radius, height = between(rng, 0.16, 0.24), between(rng, 0.22, 0.5)
    color = srgb(one_of(rng, ("#b98d5b", "#d9c39a", "#8a6a45", "#e4e0d6", "#6f7780")))
    weave = Material(color, "checker", shaded(color, 0.7), scale_m=0.12)
    bottom = radius * between(rng, 0.75, 0.95)
    circle = arc((0, 0, height), radius - 0.006, 0, 2 * np.pi, "xy", 19)[:-1]
    rim = tube(weave, circle, 0.012, sides=6, closed=True)
    handle = tube(weave, arc((0, radius, height - 0.01), 0.06, 0, np.pi), 0.009, sides=6)
    body = vessel(weave, bottom, radius, height, 0.012)
    side = (bottom - 0.015) * 1.36
    surface = inside(0, 0, 0.012, side, side, height)
    return assemble("basket", [body, rim, *two_sides(handle)], [surface])


def trash_can(rng: Rng) -> ObjectModel:
    """With lid and pedal, or open."""
    radius, height = between(rng, 0.12, 0.18), between(rng, 0.28, 0.55)
    shell = one_of(rng, (STEEL, plastic(rng), DARK_GREY))
    if chance(rng, 0.45):
        dome = [(radius * 1.02, 0), (radius * 1.02, 0.02), (radius * 0.7, 0.05), (0, 0.06)]
        lid = lathe(BLACK, dome, (0, 0, height), 20)
        pedal = rounded_box(BLACK, (0.05, 0.07, 0.02), (radius + 0.015, 0, 0.01), 0.006)
        return assemble("trash can", [cylinder(shell, radius, height, sides=20), lid, pedal])
    body = vessel(shell, radius * 0.8, radius, height, 0.008, sides=20)
    side = (radius * 0.8 - 0.01) * 1.36
    return assemble("trash can", [body], [inside(0, 0, 0.008, side, side, height)])


def backpack(rng: Rng) -> ObjectModel:
    """Standing, its pocket toward +x and the straps at the back."""
    width, height = between(rng, 0.28, 0.34), between(rng, 0.4, 0.5)
    depth = between(rng, 0.14, 0.19)
    cloth, trim = fabric(rng), one_of(rng, (BLACK, DARK_GREY, leather(rng)))
    trunk = ((0, 0.9, 0.94, 0), (0, 1, 1, 0.08), (0, 0.95, 0.98, 0.7))
    top = ((-0.05, 0.75, 0.85, 0.9), (-0.1, 0.4, 0.5, 1.0))
    layers = [(x * depth, k * depth, w * width, z * height) for x, k, w, z in trunk + top]
    bulge = (0.07, width * 0.75, height * 0.42)
    path = ((-0.4, 0.08, 0.9), (-0.82, 0.09, 0.65), (-0.78, 0.1, 0.3), (-0.45, 0.11, 0.1))
    strap = tube(trim, [(x * depth, y, z * height) for x, y, z in path], 0.014, sides=6)
    bow = arc((-depth * 0.1, 0, height - 0.015), 0.035, 0, np.pi, "yz")
    parts = [
        loft(cloth, layers, corner=0.6),
        rounded_box(trim, bulge, (depth / 2, 0, height * 0.07), 0.03, 2),
        box(GREY, (0.004, width * 0.6, 0.008), (depth / 2 + 0.035, 0, height * 0.4)),
        tube(trim, bow, 0.008, sides=6),
        *two_sides(strap),
    ]
    return assemble("backpack", parts)


def suitcase(rng: Rng) -> ObjectModel:
    """Standing on its wheels, the handle more or less drawn out."""
    width, depth, height = between(rng, 0.36, 0.48), between(rng, 0.2, 0.28), between(rng, 0.5, 0.7)
    shell, lift, out = plastic(rng), 0.04, between(rng, 0.02, 0.3)
    top, rear = lift + height, 0.05 - depth / 2
    wheel = turned(cylinder(BLACK, 0.028, 0.02), np.pi / 2, "x")
    parts = [
        rounded_box(shell, (depth, width, height), (0, 0, lift), 0.04, 2),
        *four_corners(moved(wheel, (depth / 2 - 0.05, width / 2 - 0.05, 0.028))),
        *two_sides(rod(CHROME, (rear, 0.09, top - 0.02), (rear, 0.09, top + out), 0.007)),
        rounded_box(BLACK, (0.025, 0.21, 0.025), (rear, 0, top + out), 0.01),
    ]
    for y in np.linspace(-width * 0.36, width * 0.36, 5):
        parts.append(box(shell, (depth + 0.008, 0.02, height - 0.1), (0, float(y), lift + 0.05)))
    return assemble("suitcase", parts)


def shoes(rng: Rng) -> ObjectModel:
    """A pair, toes toward +x."""
    length, height = between(rng, 0.24, 0.3), between(rng, 0.09, 0.12)
    upper = one_of(rng, (leather(rng), plastic(rng), fabric(rng)))
    shoe, gap = _shoe(upper, one_of(rng, (BLACK, WHITE)), length, height), length * 0.22
    turn = between(rng, -0.15, 0.15)
    left = [moved(turned(part, turn), (0, gap, 0)) for part in shoe]
    return assemble("shoes", [*left, *(moved(part, (0, -gap, 0)) for part in shoe)])


SOLE = ((-0.5, 0.5), (-0.44, 0.72), (-0.1, 0.78), (0.2, 1.0), (0.4, 0.85), (0.5, 0.4))
"""(x, width) from heel to toe, as shares of length and width."""
UPPER = (
    *((-0.48, 0.55, 0.75), (-0.42, 0.7, 1.0), (-0.12, 0.72, 0.95), (0.08, 0.8, 0.72)),
    *((0.3, 0.9, 0.5), (0.44, 0.7, 0.42), (0.49, 0.35, 0.3)),
)
"""(x, width, height) from heel to toe, as shares of length, width and height."""
SECTION = ((1, 0), (1, 0.6), (0.6, 1), (-0.6, 1), (-1, 0.6), (-1, 0))


def _shoe(upper: Material, sole: Material, length: float, height: float) -> list[Part]:
    half = length * 0.18
    plan = [(x * length, w * half) for x, w in SOLE]
    rings = [
        [(x * length, y * w * half, max(0.02, k * z * height)) for y, k in SECTION]
        for x, w, z in UPPER
    ]
    opening = (length * 0.24, half * 0.6, 0.004)
    return [
        prism(sole, [(x, -y) for x, y in plan] + plan[::-1], 0.022),
        skin(upper, rings),
        box(DARK_GREY, opening, (-length * 0.27, 0, height * 0.975)),
    ]


def umbrella(rng: Rng) -> ObjectModel:
    """Folded, in a stand of its own."""
    cloth, height, iron = plastic(rng), between(rng, 0.8, 0.92), metal(rng)
    cover = [(0.012, 0.1), (0.035, 0.3), (0.045, 0.6), (0.02, 0.66)]
    crook = [(0, 0, 0.6), *arc((0.045, 0, height - 0.1), 0.045, np.pi, -0.3, points=7)]
    stand = vessel(iron, 0.1, 0.1, 0.4, 0.006)
    parts = [lathe(cloth, cover, sides=10), tube(DARK_GREY, crook, 0.009), stand]
    return assemble("umbrella", parts)


def tissue_box(rng: Rng) -> ObjectModel:
    length, width, height = 0.12, between(rng, 0.2, 0.24), between(rng, 0.07, 0.1)
    color = srgb(one_of(rng, VIVID))
    card = Material(
        color, one_of(rng, ("plain", "leaves", "stripes")), shaded(color, 1.5), scale_m=0.1
    )
    tuft = [(0, 0.05, 0.11, 0), (0, 0.006, 0.09, 0.03), (0.01, 0.004, 0.12, 0.055)]
    paper = loft(PAPER, tuft, (0, 0, height - 0.002), corner=0.2, steps=1)
    hole = box(DARK_GREY, (0.055, 0.13, 0.001), (0, 0, height))
    return assemble("tissue box", [box(card, (length, width, height)), hole, paper])


def ball(rng: Rng) -> ObjectModel:
    size = one_of(rng, (0.15, 0.22, 0.24))
    color = srgb(one_of(rng, ("#d8662d", "#f1f1ee", "#2f6db3", "#d43f4a", "#e8c53a")))
    rubber = Material(
        color, one_of(rng, ("plain", "checker", "stripes")), shaded(color, 0.35), size
    )
    return assemble("ball", [ellipsoid(rubber, (size, size, size), sides=18)])
