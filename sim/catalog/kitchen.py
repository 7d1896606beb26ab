"""Kitchen units that stand in a row.

What stands in a row under the worktop is ``WORKTOP_M`` high and ``DEPTH_M`` deep; equal
``style`` numbers give the cabinets of one kitchen the same look.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cogmap.sim.catalog.assembly import assemble, inside, on
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
from cogmap.sim.catalog.plumbing import basin, tap
from cogmap.sim.catalog.primitives import (
    box,
    frame,
    moved,
    rounded_box,
)
from cogmap.sim.catalog.storage import fronts
from cogmap.sim.scene import Material, ObjectModel, Part, Surface

__all__ = [
    "DEPTH_M",
    "WORKTOP_M",
    "cabinet",
    "dishwasher",
    "kitchen_counter",
    "kitchen_sink",
]

WORKTOP_M = 0.9
DEPTH_M = 0.6
TOP = 0.04


class Look(NamedTuple):
    """Materials that the units of one kitchen share."""

    worktop: Material
    face: Material
    handle: Material


def _look(rng: Rng, style: int | None) -> Look:
    source = rng if style is None else np.random.default_rng(style)
    color = srgb(one_of(source, ("#d8d5cf", "#5a5b5e", "#2e2f33", "#b9a994")))
    stone = Material(color, "marble", scale_m=0.8, gloss=0.4)
    worktop = wood(source) if chance(source, 0.4) else stone
    return Look(worktop, finish(source), one_of(source, (STEEL, BLACK, CHROME)))


def _base(look: Look, width: float, height: float) -> list[Part]:
    """Cabinet body up to ``height`` and the recessed plinth."""
    body = box(look.face, (0.56, width - 0.002, height - 0.1), (-0.02, 0, 0.1))
    return [body, box(DARK_GREY, (0.5, width - 0.002, 0.1), (-0.05, 0, 0))]


def _slab(look: Look, width: float, y: float = 0.0) -> Part:
    return rounded_box(look.worktop, (DEPTH_M, width, TOP), (0, y, WORKTOP_M - TOP), 0.006)


def _worktop_area(width: float, y: float = 0.0) -> Surface:
    return on(0, y, WORKTOP_M, DEPTH_M - 0.06, width - 0.04, 0.45)


def kitchen_counter(rng: Rng, width: float | None = None, style: int | None = None) -> ObjectModel:
    """Base cabinets with doors or drawers under a worktop, ``width`` m long."""
    look, drawers = _look(rng, style), chance(rng, 0.35)
    drawn = one_of(rng, (0.6, 0.9, 1.2, 1.8))
    width = drawn if width is None else width
    columns = max(1, round(width / 0.5))
    size = (0.52, width, WORKTOP_M - TOP - 0.11)
    parts = [*_base(look, width, WORKTOP_M - TOP), _slab(look, width)]
    parts += fronts(look.face, look.handle, size, 0.105, columns, 3 if drawers else 1)
    return assemble("kitchen counter", parts, [_worktop_area(width)])


def kitchen_sink(rng: Rng, width: float | None = None, style: int | None = None) -> ObjectModel:
    """Base cabinet with a basin let into its worktop and a tap."""
    look, drawn = _look(rng, style), one_of(rng, (0.6, 0.9, 1.2))
    width, metal = drawn if width is None else width, one_of(rng, (STEEL, CHROME))
    y, low, depth = -(width - 0.6) / 2, 0.7, between(rng, 0.14, 0.17)
    parts = _base(look, width, low)
    parts.append(
        frame(look.face, (0.56, width - 0.002, WORKTOP_M - TOP - low), 0.02, (-0.02, 0, low), "z")
    )
    parts += fronts(
        look.face, look.handle, (0.52, width, 0.75), 0.105, max(1, round(width / 0.5)), 1
    )
    parts.append(frame(look.worktop, (DEPTH_M, 0.6, TOP), 0.08, (0, y, WORKTOP_M - TOP), "z"))
    parts.append(moved(basin(metal, 0.46, 0.46, depth), (0.0, y, WORKTOP_M + 0.004 - depth)))
    parts += [moved(part, (-0.255, y, WORKTOP_M)) for part in tap(CHROME, 0.22, 0.16)]
    surfaces = [inside(0.02, y, WORKTOP_M + 0.016 - depth, 0.27, 0.28, depth + 0.1)]
    if width > 0.7:
        parts.append(_slab(look, width - 0.6, 0.3))
        surfaces.append(_worktop_area(width - 0.6, 0.3))
    return assemble("kitchen sink", parts, surfaces)


def dishwasher(rng: Rng, style: int | None = None) -> ObjectModel:
    """Built in under the worktop."""
    look, front = _look(rng, style), one_of(rng, (WHITE, STEEL, BLACK))
    parts = [*_base(look, 0.6, WORKTOP_M - TOP), _slab(look, 0.6)]
    parts.append(rounded_box(front, (0.03, 0.59, 0.62), (0.265, 0, 0.11), 0.008))
    parts.append(rounded_box(DARK_GREY, (0.03, 0.59, 0.11), (0.265, 0, 0.74), 0.008))
    parts.append(rounded_box(CHROME, (0.025, 0.5, 0.02), (0.29, 0, 0.69), 0.006))
    for y in (0.16, 0.2, 0.24):
        parts.append(box(WHITE, (0.004, 0.02, 0.02), (0.281, y, 0.785)))
    return assemble("dishwasher", parts, [_worktop_area(0.6)])


def cabinet(rng: Rng, width: float | None = None, style: int | None = None) -> ObjectModel:
    """Wall cabinet with doors, to hang above a worktop."""
    look, height, depth = _look(rng, style), between(rng, 0.6, 0.72), 0.33
    drawn = one_of(rng, (0.4, 0.6, 0.8, 1.2))
    width = drawn if width is None else width
    parts = [box(look.face, (depth, width - 0.002, height))]
    parts += fronts(
        look.face, look.handle, (depth, width, height), 0.0, max(1, round(width / 0.45)), 1
    )
    return assemble("cabinet", parts)
