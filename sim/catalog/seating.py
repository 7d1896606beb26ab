"""Chairs, stools and benches."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble, on, under
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import (
    BLACK,
    CHROME,
    DARK_GREY,
    fabric,
    finish,
    metal,
    upholstery,
    wood,
)
from cogmap.sim.catalog.primitives import (
    box,
    cylinder,
    four_corners,
    moved,
    rod,
    rounded_box,
    turned,
    two_sides,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["bench", "chair", "office_chair", "stool"]


def chair(rng: Rng) -> ObjectModel:
    width, depth = between(rng, 0.40, 0.48), between(rng, 0.40, 0.46)
    seat, height = between(rng, 0.43, 0.47), between(rng, 0.80, 1.00)
    material = finish(rng)
    parts = _chair_legs(rng, material, width, depth, seat - 0.03)
    parts.append(rounded_box(material, (depth, width, 0.03), (0, 0, seat - 0.03), 0.012))
    if chance(rng, 0.4):
        parts.append(rounded_box(fabric(rng), (depth - 0.04, width - 0.04, 0.04), (0, 0, seat)))
        seat += 0.04
    back = _chair_back(rng, material, width, height - seat)
    tilt = between(rng, 0.08, 0.20)
    parts += [
        turned(moved(part, (-depth / 2 + 0.015, 0, seat)), -tilt, "y", (-depth / 2, 0, seat))
        for part in back
    ]
    if chance(rng, 0.25):
        parts += _chair_arms(material, width, depth, seat)
    return assemble("chair", parts, [on(0.03, 0, seat, depth - 0.14, width - 0.12)])


def _chair_legs(rng: Rng, material: Material, width: float, depth: float, top: float) -> list[Part]:
    x, y, spread = depth / 2 - 0.03, width / 2 - 0.03, between(rng, 0.0, 0.05)
    if chance(rng, 0.5):
        return four_corners(box(material, (0.036, 0.036, top), (x, y, 0)))
    return four_corners(rod(material, (x + spread, y + spread, 0), (x, y, top), 0.017))


def _chair_back(rng: Rng, material: Material, width: float, height: float) -> list[Part]:
    """Upright, standing on z = 0 around x = 0."""
    posts = two_sides(box(material, (0.03, 0.035, height), (0, width / 2 - 0.0175, -0.02)))
    style = one_of(rng, ("slats", "ladder", "solid", "padded"))
    rail = rounded_box(material, (0.025, width, 0.07), (0, 0, height - 0.08), 0.01)
    inner = width - 0.07
    if style == "slats":
        spots = np.linspace(-inner / 2 + 0.04, inner / 2 - 0.04, 5)
        return [
            *posts,
            rail,
            *(box(material, (0.014, 0.022, height - 0.05), (0, y, -0.02)) for y in spots),
        ]
    if style == "ladder":
        return [
            *posts,
            rail,
            *(box(material, (0.018, inner, 0.045), (0, 0, height * k)) for k in (0.25, 0.55)),
        ]
    if style == "solid":
        return [rounded_box(material, (0.025, width, height + 0.02), (0, 0, -0.02), 0.012)]
    pad = rounded_box(fabric(rng), (0.05, inner, height * 0.7), (0.01, 0, height * 0.2), 0.02, 2)
    return [*posts, rail, pad]


def _chair_arms(material: Material, width: float, depth: float, seat: float) -> list[Part]:
    y = width / 2 - 0.015
    arm = rounded_box(material, (depth, 0.045, 0.025), (0, y, seat + 0.19), 0.01)
    post = rod(
        material, (depth / 2 - 0.06, y, seat - 0.05), (depth / 2 - 0.06, y, seat + 0.2), 0.014
    )
    return two_sides(arm) + two_sides(post)


def office_chair(rng: Rng) -> ObjectModel:
    width, depth = between(rng, 0.46, 0.52), between(rng, 0.44, 0.50)
    seat, height = between(rng, 0.44, 0.54), between(rng, 0.90, 1.25)
    shell, cover = one_of(rng, (BLACK, DARK_GREY, CHROME)), upholstery(rng)
    parts = _star_base(shell, between(rng, 0.27, 0.32))
    parts.append(cylinder(CHROME, 0.025, seat - 0.16, (0, 0, 0.09)))
    parts.append(box(shell, (0.2, 0.18, 0.03), (0, 0, seat - 0.1)))
    parts.append(rounded_box(cover, (depth, width, 0.08), (0, 0, seat - 0.08), 0.035, 2))
    back = rounded_box(cover, (0.07, width - 0.04, height - seat - 0.12), (0, 0, 0.12), 0.035, 2)
    spine = box(shell, (0.025, 0.08, 0.4), (-0.045, 0, -0.06))
    parts += [
        turned(moved(part, (-depth / 2, 0, seat)), -0.12, "y", (-depth / 2, 0, seat))
        for part in (back, spine)
    ]
    if chance(rng, 0.7):
        y = width / 2 + 0.01
        parts += two_sides(box(shell, (0.05, 0.02, 0.26), (0, y, seat - 0.05)))
        parts += two_sides(rounded_box(shell, (0.26, 0.06, 0.03), (0, y, seat + 0.2), 0.012))
    return assemble("office chair", parts, [on(0.03, 0, seat, depth - 0.18, width - 0.16)])


def _star_base(material: Material, radius: float) -> list[Part]:
    parts = []
    for angle in np.arange(5) * 2 * np.pi / 5:
        leg = rod(material, (0, 0, 0.115), (radius, 0, 0.075), 0.02)
        caster = turned(cylinder(BLACK, 0.03, 0.045), np.pi / 2, "x")
        parts += [turned(part, angle) for part in (leg, moved(caster, (radius, 0.0225, 0.03)))]
    return parts


def stool(rng: Rng) -> ObjectModel:
    height, radius = one_of(rng, ((0.45, 0.17), (0.65, 0.16), (0.75, 0.17)))
    legs, top = finish(rng) if chance(rng, 0.6) else metal(rng), finish(rng)
    spread, ring = radius * 0.25, height * 0.35
    reach = radius * 0.65 + spread * (1 - ring / height)
    parts = four_corners(
        rod(
            legs,
            (radius * 0.65 + spread, radius * 0.65 + spread, 0),
            (radius * 0.65, radius * 0.65, height - 0.03),
            0.015,
        )
    )
    parts += [rod(legs, (-reach, y, ring), (reach, y, ring), 0.01) for y in (-reach, reach)]
    parts += [rod(legs, (x, -reach, ring), (x, reach, ring), 0.01) for x in (-reach, reach)]
    parts.append(cylinder(top, radius, 0.035, (0, 0, height - 0.035), sides=20))
    side = radius * 1.2
    return assemble("stool", parts, [on(0, 0, height, side, side)])


def bench(rng: Rng) -> ObjectModel:
    length, depth, height = between(rng, 0.8, 1.3), between(rng, 0.3, 0.4), between(rng, 0.42, 0.48)
    material, shelf = wood(rng), between(rng, 0.12, 0.18)
    parts = four_corners(
        box(material, (0.045, 0.045, height - 0.03), (depth / 2 - 0.03, length / 2 - 0.04, 0))
    )
    parts.append(rounded_box(material, (depth, length, 0.035), (0, 0, height - 0.035), 0.01))
    slats = np.linspace(-depth / 2 + 0.06, depth / 2 - 0.06, 4)
    parts += [box(material, (0.045, length - 0.06, 0.018), (x, 0, shelf - 0.018)) for x in slats]
    if chance(rng, 0.5):
        cover = upholstery(rng)
        parts.append(rounded_box(cover, (depth - 0.01, length - 0.01, 0.05), (0, 0, height)))
        height += 0.05
    surfaces = [
        on(0, 0, height, depth - 0.08, length - 0.08),
        under(0, 0, depth - 0.15, length - 0.18, shelf - 0.02),
    ]
    return assemble("bench", parts, surfaces)
