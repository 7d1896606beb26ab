"""Kitchen furniture and large appliances. Worktops are ``WORKTOP_M`` high, 0.6 m deep."""

from __future__ import annotations

from cogmap.sim.catalog.assembly import assemble, on
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import (
    BLACK,
    CHROME,
    DARK_GREY,
    STEEL,
    WHITE,
    finish,
    srgb,
    wood,
)
from cogmap.sim.catalog.primitives import box, rounded_box
from cogmap.sim.catalog.storage import fronts
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["kitchen_counter", "refrigerator"]

WORKTOP_M = 0.9
DEPTH_M = 0.6


def _worktop(rng: Rng) -> Material:
    if chance(rng, 0.4):
        return wood(rng)
    color = srgb(one_of(rng, ("#d8d5cf", "#5a5b5e", "#2e2f33", "#b9a994")))
    return Material(color, "marble", scale_m=0.8, gloss=0.4)


def kitchen_counter(rng: Rng, width: float | None = None) -> ObjectModel:
    """Base cabinets under a worktop, ``width`` m long."""
    top, face, kick = _worktop(rng), finish(rng), DARK_GREY
    doors_or_drawers = chance(rng, 0.7)
    drawn = one_of(rng, (0.6, 0.9, 1.2, 1.8))
    width = drawn if width is None else width
    parts = _base(face, kick, width)
    columns = max(1, round(width / 0.5))
    rows = 1 if doors_or_drawers else 3
    parts += fronts(face, STEEL, (0.56, width, WORKTOP_M - 0.15), 0.105, columns, rows)
    parts.append(rounded_box(top, (DEPTH_M, width, 0.04), (0, 0, WORKTOP_M - 0.04), 0.006))
    return assemble("kitchen counter", parts, [on(0, 0, WORKTOP_M, DEPTH_M - 0.06, width - 0.04)])


def _base(
    face: Material, kick: Material, width: float, height: float = WORKTOP_M - 0.04
) -> list[Part]:
    body = box(face, (0.56, width - 0.002, height - 0.1), (-0.02, 0, 0.1))
    return [body, box(kick, (0.5, width - 0.002, 0.1), (-0.05, 0, 0))]


def refrigerator(rng: Rng) -> ObjectModel:
    width, depth, height = between(rng, 0.56, 0.75), between(rng, 0.6, 0.7), between(rng, 1.4, 1.9)
    shell, split = one_of(rng, (WHITE, STEEL, STEEL, DARK_GREY)), between(rng, 0.3, 0.4)
    low = height * split if chance(rng, 0.6) else height * (1 - split)
    parts = [
        rounded_box(shell, (depth - 0.06, width, height - 0.03), (0, 0, 0.03), 0.01),
        box(BLACK, (depth - 0.12, width - 0.04, 0.03), (0, 0, 0)),
    ]
    for z, tall in ((0.04, low - 0.045), (low, height - low)):
        parts.append(rounded_box(shell, (0.06, width, tall), (depth / 2, 0, z), 0.015))
        y, near = width / 2 - 0.05, z + (0.06 if z >= low else tall - 0.41)
        parts.append(rounded_box(CHROME, (0.03, 0.025, 0.35), (depth / 2 + 0.045, y, near), 0.01))
    surfaces = [on(0, 0, height, depth - 0.15, width - 0.1)] if height < 1.7 else []
    return assemble("refrigerator", parts, surfaces)
