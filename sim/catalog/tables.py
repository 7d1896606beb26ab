"""Tables, desks and the like: tops that carry things, with room below."""

from __future__ import annotations

from cogmap.sim.catalog.assembly import assemble, inside, on, under
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import CHROME, finish, metal, paint, wood
from cogmap.sim.catalog.primitives import (
    box,
    cylinder,
    four_corners,
    lathe,
    rod,
    rounded_box,
    two_sides,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["coffee_table", "desk", "dining_table", "nightstand", "side_table"]


def dining_table(rng: Rng) -> ObjectModel:
    height, material = between(rng, 0.72, 0.77), finish(rng)
    if chance(rng, 0.3):
        return _round_table("dining table", material, between(rng, 0.45, 0.65), height)
    depth, width = between(rng, 0.75, 0.95), between(rng, 1.2, 2.0)
    top = rounded_box(material, (depth, width, 0.035), (0, 0, height - 0.035), 0.01)
    apron = _apron(material, depth - 0.14, width - 0.14, height - 0.115, 0.08)
    legs = _table_legs(rng, material, depth, width, height - 0.035)
    surfaces = [
        on(0, 0, height, depth - 0.06, width - 0.06),
        under(0, 0, depth - 0.3, width - 0.3, height - 0.12),
    ]
    return assemble("dining table", [top, *apron, *legs], surfaces)


def _apron(material: Material, depth: float, width: float, z: float, height: float) -> list[Part]:
    sides = two_sides(box(material, (depth, 0.02, height), (0, width / 2, z)))
    return [
        *sides,
        *(box(material, (0.02, width, height), (x, 0, z)) for x in (-depth / 2, depth / 2)),
    ]


def _table_legs(rng: Rng, material: Material, depth: float, width: float, top: float) -> list[Part]:
    x, y = depth / 2 - 0.06, width / 2 - 0.06
    style = one_of(rng, ("square", "tapered", "steel"))
    if style == "square":
        return four_corners(box(material, (0.07, 0.07, top), (x, y, 0)))
    if style == "tapered":
        return four_corners(cylinder(material, 0.02, top, (x, y, 0), top=0.036, sides=10))
    return four_corners(box(metal(rng), (0.05, 0.05, top), (x, y, 0)))


def _round_table(category: str, material: Material, radius: float, height: float) -> ObjectModel:
    """On a pedestal."""
    top = cylinder(material, radius, 0.03, (0, 0, height - 0.03), sides=32)
    foot = radius * 0.55
    profile = [(foot, 0), (foot, 0.02), (0.06, 0.07), (0.045, height * 0.5), (0.07, height - 0.03)]
    pedestal = lathe(material, profile, sides=16)
    side = radius * 1.36
    return assemble(category, [top, pedestal], [on(0, 0, height, side, side)])


def coffee_table(rng: Rng) -> ObjectModel:
    height, material = between(rng, 0.36, 0.46), finish(rng)
    if chance(rng, 0.25):
        return _round_table("coffee table", material, between(rng, 0.35, 0.48), height)
    depth, width, shelf = between(rng, 0.5, 0.7), between(rng, 0.9, 1.3), between(rng, 0.1, 0.15)
    legs = metal(rng) if chance(rng, 0.4) else material
    parts = four_corners(
        box(legs, (0.04, 0.04, height - 0.03), (depth / 2 - 0.03, width / 2 - 0.03, 0))
    )
    parts.append(rounded_box(material, (depth, width, 0.03), (0, 0, height - 0.03), 0.01))
    surfaces = [on(0, 0, height, depth - 0.06, width - 0.06)]
    if chance(rng, 0.5):
        parts.append(box(material, (depth - 0.07, width - 0.07, 0.018), (0, 0, shelf - 0.018)))
        surfaces.append(inside(0, 0, shelf, depth - 0.16, width - 0.16, height - shelf - 0.035))
    else:
        surfaces.append(under(0, 0, depth - 0.16, width - 0.16, height - 0.035))
    return assemble("coffee table", parts, surfaces)


def side_table(rng: Rng) -> ObjectModel:
    radius, height, material = between(rng, 0.2, 0.27), between(rng, 0.45, 0.6), finish(rng)
    if chance(rng, 0.4):
        return _round_table("side table", material, radius, height)
    leg, side = metal(rng) if chance(rng, 0.5) else wood(rng), radius * 1.36
    parts = four_corners(
        rod(
            leg,
            (radius * 0.72, radius * 0.72, 0),
            (radius * 0.4, radius * 0.4, height - 0.02),
            0.012,
        )
    )
    parts.append(cylinder(material, radius, 0.025, (0, 0, height - 0.025), sides=24))
    return assemble("side table", parts, [on(0, 0, height, side, side)])


def desk(rng: Rng) -> ObjectModel:
    depth, width, height = between(rng, 0.6, 0.75), between(rng, 1.1, 1.6), between(rng, 0.72, 0.76)
    material, body = finish(rng), paint(rng)
    x, y, top = depth / 2 - 0.05, width / 2 - 0.05, height - 0.03
    parts = [rounded_box(material, (depth, width, 0.03), (0, 0, top), 0.008)]
    surfaces = [on(0, 0, height, depth - 0.06, width - 0.06)]
    if chance(rng, 0.55):
        side = one_of(rng, (-1, 1))
        parts += _pedestal(body, depth - 0.08, 0.38, top, side * (width / 2 - 0.2))
        parts.append(box(body, (depth - 0.08, 0.03, top), (0, -side * y, 0)))
        surfaces.append(under(0, -side * 0.18, depth - 0.15, width - 0.6, top - 0.01))
    else:
        leg = one_of(rng, (material, metal(rng)))
        parts += four_corners(box(leg, (0.045, 0.045, top), (x, y, 0)))
        parts.append(box(material, (0.018, 2 * y, 0.25), (-x, 0, top - 0.25)))
        surfaces.append(under(0.03, 0, depth - 0.2, width - 0.2, top - 0.01))
    return assemble("desk", parts, surfaces)


def _pedestal(body: Material, depth: float, width: float, height: float, y: float) -> list[Part]:
    """Three drawers that open to +x."""
    parts = [box(body, (depth, width, height), (0, y, 0))]
    step = (height - 0.06) / 3
    for k in range(3):
        z = 0.05 + k * step
        parts += _drawer(body, (depth / 2, y, z), width - 0.02, step - 0.01)
    return parts


def _drawer(
    front: Material, at: tuple[float, float, float], width: float, height: float
) -> list[Part]:
    """Front panel and handle on the face x = at[0], standing at ``at``."""
    x, y, z = at
    panel = rounded_box(front, (0.018, width, height), (x + 0.009, y, z), 0.005)
    handle = box(CHROME, (0.02, min(0.14, width / 2), 0.012), (x + 0.028, y, z + height * 0.7))
    return [panel, handle]


def nightstand(rng: Rng) -> ObjectModel:
    depth, width, height = between(rng, 0.36, 0.42), between(rng, 0.4, 0.5), between(rng, 0.45, 0.6)
    material, legs = finish(rng), between(rng, 0.08, 0.16)
    drawers = one_of(rng, (1, 2))
    parts = four_corners(
        cylinder(material, 0.014, legs, (depth / 2 - 0.04, width / 2 - 0.04, 0), top=0.022)
    )
    top, bay = height - 0.02, height - legs - 0.02
    parts.append(rounded_box(material, (depth + 0.02, width + 0.02, 0.02), (0, 0, top), 0.006))
    surfaces = [on(0, 0, height, depth - 0.03, width - 0.03)]
    low = legs
    if drawers == 1:
        low = legs + bay * 0.55
        parts.append(box(material, (depth, width, 0.018), (0, 0, legs)))
        parts.append(box(material, (0.015, width, low - legs), (-depth / 2 + 0.0075, 0, legs)))
        parts += two_sides(box(material, (depth, 0.018, low - legs), (0, width / 2 - 0.009, legs)))
        surfaces.append(
            inside(0.01, 0, legs + 0.018, depth - 0.06, width - 0.08, low - legs - 0.025)
        )
    parts.append(box(material, (depth, width, top - low), (0, 0, low)))
    step = (top - low) / drawers
    for k in range(drawers):
        parts += _drawer(
            material, (depth / 2, 0, low + k * step + 0.006), width - 0.03, step - 0.012
        )
    return assemble("nightstand", parts, surfaces)
