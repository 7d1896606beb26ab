"""Bathroom fixtures."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble, inside, on
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import (
    BLACK,
    CERAMIC,
    CHROME,
    DARK_GREY,
    MIRROR_GLASS,
    PAPER,
    finish,
    glaze,
    linen,
    metal,
    srgb,
    wood,
)
from cogmap.sim.catalog.plumbing import basin, tap
from cogmap.sim.catalog.primitives import (
    arc,
    box,
    cylinder,
    frame,
    lathe,
    loft,
    moved,
    rod,
    rounded_box,
    skin,
    tube,
    turned,
    two_sides,
)
from cogmap.sim.catalog.storage import fronts
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = [
    "bathroom_sink",
    "bathtub",
    "mirror",
    "shower",
    "soap_dispenser",
    "toilet",
    "toilet_paper",
    "towel",
]


def toilet(rng: Rng) -> ObjectModel:
    """Bowl toward +x, cistern at the back, the lid down or up."""
    rim, length = between(rng, 0.38, 0.42), between(rng, 0.44, 0.5)
    tank, seat = between(rng, 0.74, 0.82), one_of(rng, (CERAMIC, CERAMIC, wood(rng), DARK_GREY))
    bowl = [
        (-0.04, 0.36, 0.22, 0.0),
        (-0.03, 0.33, 0.18, 0.12),
        (0.0, length - 0.02, 0.34, rim - 0.06),
        (0.0, length, 0.37, rim),
        (0.02, length - 0.12, 0.25, rim),
        (0.0, 0.2, 0.14, rim - 0.14),
    ]
    back = -length / 2 - 0.1
    parts = [loft(CERAMIC, bowl, corner=0.95)]
    parts.append(rounded_box(CERAMIC, (0.2, 0.3, rim), (back + 0.11, 0, 0), 0.03, 2))
    parts.append(rounded_box(CERAMIC, (0.18, 0.38, tank - rim - 0.03), (back, 0, rim), 0.025, 2))
    parts.append(rounded_box(CERAMIC, (0.2, 0.4, 0.035), (back, 0, tank - 0.035), 0.012))
    parts.append(cylinder(CHROME, 0.025, 0.004, (back, 0, tank - 0.002)))
    ring = [
        (0, length, 0.37, 0),
        (0, length, 0.37, 0.02),
        (0.02, length - 0.14, 0.23, 0.02),
        (0.02, length - 0.14, 0.23, 0),
    ]
    parts.append(loft(seat, ring, (0.01, 0, rim), closed=True))
    lid = loft(seat, [(0, length, 0.37, 0), (0, length - 0.02, 0.35, 0.018)], (0.01, 0, rim + 0.02))
    if chance(rng, 0.4):
        lid = turned(lid, -np.pi / 2, "y", (-length / 2 + 0.04, 0, rim + 0.03))
    return assemble("toilet", [*parts, lid], [on(back, 0, tank + 0.002, 0.15, 0.3, 0.5)])


def bathroom_sink(rng: Rng) -> ObjectModel:
    return _vanity(rng) if chance(rng, 0.6) else _pedestal_sink(rng)


def _vanity(rng: Rng) -> ObjectModel:
    """Basin let into a cabinet."""
    width, depth, height = (
        one_of(rng, (0.6, 0.8, 1.0)),
        between(rng, 0.46, 0.52),
        between(rng, 0.82, 0.88),
    )
    face, bowl, low = finish(rng), (depth - 0.12, 0.44, 0.13), 0.68
    border = (width - 0.4) / 2
    parts = [box(face, (depth - 0.03, width - 0.01, low - 0.2), (-0.01, 0, 0.2))]
    parts.append(
        frame(face, (depth - 0.03, width - 0.01, height - 0.03 - low), 0.02, (-0.01, 0, low), "z")
    )
    parts += two_sides(box(face, (depth - 0.08, 0.04, 0.2), (-0.02, width / 2 - 0.03, 0)))
    parts += fronts(face, CHROME, (depth - 0.05, width - 0.01, height - 0.25), 0.21, 2, 1)
    parts += two_sides(
        box(CERAMIC, (depth, border, 0.03), (0, width / 2 - border / 2, height - 0.03))
    )
    for x in (-depth / 2 + 0.04, depth / 2 - 0.04):
        parts.append(box(CERAMIC, (0.08, 0.4, 0.03), (x, 0, height - 0.03)))
    parts.append(moved(basin(CERAMIC, *bowl, 0.6), (0, 0, height + 0.004 - bowl[2])))
    parts += [moved(part, (-depth / 2 + 0.05, 0, height)) for part in tap(CHROME, 0.15, 0.12)]
    surfaces = [inside(0.03, 0, height + 0.016 - bowl[2], depth * 0.4, 0.26, bowl[2] + 0.04)]
    if border > 0.15:
        side = on(0, width / 2 - border / 2 + 0.01, height, depth - 0.06, border - 0.05, 0.3)
        surfaces.append(side)
    return assemble("bathroom sink", parts, surfaces)


def _pedestal_sink(rng: Rng) -> ObjectModel:
    depth, width, height = between(rng, 0.42, 0.5), between(rng, 0.5, 0.6), between(rng, 0.82, 0.88)
    foot = [
        (0, 0.22, 0.22, 0),
        (0, 0.15, 0.15, 0.15),
        (0, 0.14, 0.14, height - 0.3),
        (0, 0.2, 0.24, height - 0.12),
    ]
    bowl = [
        (0.0, depth * 0.5, width * 0.5, height - 0.17),
        (0.0, depth, width, height - 0.06),
        (0.0, depth, width, height),
        (0.04, depth * 0.68, width * 0.78, height),
        (0.04, depth * 0.4, width * 0.5, height - 0.12),
    ]
    parts = [loft(CERAMIC, foot, (-0.04, 0, 0)), loft(CERAMIC, bowl, corner=0.6)]
    parts += [moved(part, (-depth / 2 + 0.06, 0, height)) for part in tap(CHROME, 0.14, 0.11)]
    spot = inside(0.05, 0, height - 0.12, depth * 0.28, width * 0.36, 0.16)
    return assemble("bathroom sink", parts, [spot])


def bathtub(rng: Rng) -> ObjectModel:
    """Its long side, at the back, stands against the wall."""
    width, depth, height = between(rng, 1.5, 1.75), between(rng, 0.7, 0.78), between(rng, 0.52, 0.6)
    lip, tap_x, tap_z = height - 0.04, -depth / 2 + 0.03, height + 0.055
    shell = [(0.04, 0.04, 0), (0.02, 0.02, lip), (0, 0, lip), (0, 0, height)]
    hollow = [(0.14, 0.16, height), (0.2, 0.26, 0.25), (0.3, 0.4, 0.12)]
    layers = [(0, depth - dx, width - dy, z) for dx, dy, z in shell + hollow]
    spout = [(tap_x, 0, tap_z), (tap_x + 0.09, 0, tap_z), (tap_x + 0.12, 0, tap_z - 0.035)]
    parts = [
        loft(CERAMIC, layers, corner=between(rng, 0.15, 0.5)),
        *two_sides(cylinder(CHROME, 0.022, 0.07, (tap_x, 0.08, height))),
        rod(CHROME, (tap_x, -0.1, tap_z), (tap_x, 0.1, tap_z), 0.02),
        tube(CHROME, spout, 0.014),
    ]
    surface = inside(0, 0, 0.12, depth - 0.36, width - 0.5, height - 0.12)
    return assemble("bathtub", parts, [surface])


def shower(rng: Rng) -> ObjectModel:
    """Tray with a tiled back wall, a shower rail on it and a frame of clear glass."""
    side, height = one_of(rng, (0.8, 0.9, 1.0)), between(rng, 1.95, 2.1)
    color = srgb(one_of(rng, ("#dfe6e6", "#9fb8bd", "#c9c1b4")))
    tiles = Material(color, "tiles", scale_m=0.3, gloss=0.5)
    iron, edge = one_of(rng, (CHROME, BLACK)), side / 2 - 0.015
    steps = ((0, 0), (0, 0.08), (0.1, 0.08), (0.16, 0.05))
    tray = [(0, side - inset, side - inset, z) for inset, z in steps]
    parts = [
        loft(CERAMIC, tray, corner=0.05),
        box(tiles, (0.02, side, height - 0.08), (-side / 2 + 0.01, 0, 0.08)),
        *two_sides(box(iron, (0.025, 0.025, height - 0.08), (edge, edge, 0.08))),
        *two_sides(box(iron, (side - 0.04, 0.025, 0.025), (0.01, edge, height - 0.025))),
        box(iron, (0.025, side - 0.05, 0.025), (edge, 0, height - 0.025)),
        *(moved(part, (-side / 2 + 0.06, 0, 0)) for part in _shower_rail(iron)),
    ]
    surface = inside(0.02, 0, 0.05, side - 0.3, side - 0.22, 0.5)
    return assemble("shower", parts, [surface])


def _shower_rail(metal: Material) -> list[Part]:
    """Rail along x = 0 with rain shower, mixer and hose; the wall is behind it."""
    arm = [(0, 0, 1.85), (0.12, 0, 1.92), (0.26, 0, 1.9)]
    hose = [(0.02, 0.06, 0.98), (0.08, 0.1, 0.7), (0.08, 0.16, 0.75), (0.02, 0.14, 1.2)]
    return [
        rod(metal, (0, 0, 0.95), (0, 0, 1.9), 0.01),
        tube(metal, arm, 0.01),
        cylinder(metal, 0.1, 0.02, (0.26, 0, 1.87), top=0.04, sides=20),
        rounded_box(metal, (0.06, 0.22, 0.05), (-0.015, 0, 0.98), 0.015),
        tube(metal, hose, 0.007),
    ]


def mirror(rng: Rng) -> ObjectModel:
    width, height = between(rng, 0.45, 0.9), between(rng, 0.6, 0.9)
    rim = one_of(rng, (CHROME, metal(rng), wood(rng)))
    if chance(rng, 0.3):
        radius = width / 2
        disc = cylinder(MIRROR_GLASS, radius, 0.012, sides=32)
        edge = tube(
            rim, arc((0.006, 0, 0), radius, 0, 2 * np.pi, "yz", 33)[:-1], 0.012, closed=True
        )
        return assemble("mirror", [turned(disc, np.pi / 2, "y"), edge])
    glass = box(MIRROR_GLASS, (0.012, width - 0.02, height - 0.02), (-0.004, 0, 0.01))
    return assemble(
        "mirror", [frame(rim, (0.024, width, height), between(rng, 0.015, 0.04)), glass]
    )


def towel(rng: Rng) -> ObjectModel:
    """Hangs over a rail on the wall."""
    width, front, back = between(rng, 0.4, 0.6), between(rng, 0.4, 0.6), between(rng, 0.25, 0.4)
    cloth, bar = linen(rng, 0.2), front + 0.02
    rail = rod(CHROME, (0, -width / 2 - 0.06, bar), (0, width / 2 + 0.06, bar), 0.009)
    stays = two_sides(
        rod(CHROME, (-0.07, width / 2 + 0.05, bar), (0, width / 2 + 0.05, bar), 0.008)
    )
    outer = [
        (0.03, 0.02),
        (0.026, bar - 0.02),
        (0, bar + 0.022),
        (-0.024, bar - 0.02),
        (-0.028, bar - back),
    ]
    inner = [
        (-0.016, bar - back),
        (-0.014, bar - 0.01),
        (0, bar + 0.011),
        (0.014, bar - 0.01),
        (0.017, 0.02),
    ]
    loop = zip(outer, inner[::-1], strict=True)
    rings = [
        [(x0, -width / 2, z0), (x0, width / 2, z0), (x1, width / 2, z1), (x1, -width / 2, z1)]
        for (x0, z0), (x1, z1) in loop
    ]
    return assemble("towel", [rail, *stays, skin(cloth, rings)])


def toilet_paper(rng: Rng) -> ObjectModel:
    """A roll on its holder, to be mounted on a wall."""
    radius, width = between(rng, 0.045, 0.06), 0.1
    roll = moved(
        turned(cylinder(PAPER, radius, width, sides=20), np.pi / 2, "x"), (0, width / 2, 0)
    )
    sheet = box(PAPER, (0.002, width - 0.004, 0.09), (radius - 0.002, 0, -0.09))
    parts = [
        rod(CHROME, (0, -0.08, 0), (0, 0.07, 0), 0.008),
        rod(CHROME, (-0.075, -0.075, 0), (0, -0.075, 0), 0.008),
    ]
    return assemble(
        "toilet paper",
        [roll, sheet, *parts, rod(CHROME, (-0.08, -0.075, 0), (-0.074, -0.075, 0), 0.025)],
    )


def soap_dispenser(rng: Rng) -> ObjectModel:
    radius, height, clay = between(rng, 0.03, 0.04), between(rng, 0.1, 0.14), glaze(rng)
    profile = [(radius, 0), (radius, height * 0.85), (radius * 0.4, height), (0, height)]
    top = height + 0.035
    nozzle = tube(CHROME, [(0, 0, height - 0.01), (0, 0, top), (0.045, 0, top - 0.005)], 0.005)
    return assemble("soap dispenser", [lathe(clay, profile, sides=16), nozzle])
