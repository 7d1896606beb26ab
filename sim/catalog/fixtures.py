"""Large things of other kinds: heating, bicycle, piano, office cabinets."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.assembly import assemble, on, under
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import (
    BLACK,
    CHROME,
    DARK_GREY,
    GREY,
    STEEL,
    WHITE,
    paint,
    plastic,
    wood,
)
from cogmap.sim.catalog.primitives import (
    arc,
    box,
    cylinder,
    loft,
    moved,
    rod,
    rounded_box,
    tube,
    turned,
    two_sides,
)
from cogmap.sim.catalog.storage import fronts
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["bicycle", "fan", "file_cabinet", "piano", "radiator"]


def radiator(rng: Rng, width: float | None = None) -> ObjectModel:
    """Ribbed panel, to be mounted low on a wall; ``width`` in metres."""
    drawn, height = between(rng, 0.6, 1.4), between(rng, 0.5, 0.65)
    width = drawn if width is None else width
    count = max(4, round(width / 0.07))
    pitch = width / count
    parts = [
        rounded_box(
            WHITE, (0.06, pitch * 0.8, height), (0.03, (k - (count - 1) / 2) * pitch, 0), 0.015
        )
        for k in range(count)
    ]
    parts += [
        rod(WHITE, (0.03, -width / 2, z), (0.03, width / 2, z), 0.018)
        for z in (0.06, height - 0.06)
    ]
    parts += two_sides(box(WHITE, (0.04, 0.03, 0.1), (-0.015, width / 2 - 0.15, height / 2)))
    parts.append(
        rod(GREY, (0.03, width / 2, height - 0.06), (0.03, width / 2 + 0.06, height - 0.06), 0.024)
    )
    return assemble("radiator", parts)


def file_cabinet(rng: Rng) -> ObjectModel:
    width, depth, rows = between(rng, 0.4, 0.46), between(rng, 0.5, 0.62), one_of(rng, (2, 3, 4))
    shell = one_of(rng, (WHITE, GREY, STEEL, DARK_GREY, paint(rng)))
    height = 0.06 + rows * 0.31
    parts = [
        box(shell, (depth, width, height - 0.03), (0, 0, 0.03)),
        box(BLACK, (depth - 0.04, width - 0.03, 0.03)),
    ]
    parts += fronts(shell, CHROME, (depth, width, height - 0.06), 0.045, 1, rows)
    surfaces = [on(-0.01, 0, height, depth - 0.05, width - 0.04)]
    return assemble("file cabinet", parts, surfaces)


def piano(rng: Rng) -> ObjectModel:
    """Upright; the player sits at +x."""
    width, height, keys = 1.48, between(rng, 1.08, 1.2), 0.64
    case = one_of(rng, (BLACK, wood(rng), wood(rng), WHITE))
    y, low, pitch = width / 2 - 0.03, keys - 0.07, (width - 0.16) / 52
    stand = box(case, (0.015, 0.6, 0.2), (0.08, 0, 0.82))
    parts = [
        rounded_box(case, (0.36, width, height - 0.03), (-0.12, 0, 0), 0.01),
        rounded_box(case, (0.4, width + 0.03, 0.03), (-0.11, 0, height - 0.03), 0.008),
        box(case, (0.3, width, 0.07), (0.16, 0, low)),
        *two_sides(rounded_box(case, (0.3, 0.06, 0.15), (0.16, y, low), 0.015)),
        *two_sides(box(case, (0.06, 0.05, keys - 0.06), (0.26, y - 0.01, 0))),
        *two_sides(rod(CHROME, (0.05, 0.05, 0.06), (0.12, 0.05, 0.05), 0.012)),
        turned(stand, -0.2, "y", (0.08, 0, 0.82)),
        box(WHITE, (0.15, width - 0.16, 0.02), (0.225, 0, keys)),
    ]
    for k in (k for k in range(51) if k % 7 not in (1, 4)):
        at = (0.195, (k - 25) * pitch, keys + 0.019)
        parts.append(box(BLACK, (0.095, pitch * 0.5, 0.012), at))
    top = on(-0.11, 0, height, 0.32, width - 0.1, 0.6)
    return assemble("piano", parts, [top, under(0.18, 0, 0.1, width - 0.2, keys - 0.09)])


def fan(rng: Rng) -> ObjectModel:
    """Standing, blows toward +x."""
    height, radius, shell = (
        between(rng, 1.0, 1.25),
        between(rng, 0.18, 0.22),
        one_of(rng, (WHITE, BLACK, STEEL)),
    )
    blade = one_of(rng, (GREY, plastic(rng)))
    hub = height - radius
    parts = [cylinder(shell, 0.18, 0.025, sides=20), cylinder(shell, 0.014, hub, (0, 0, 0.02))]
    parts.append(rod(shell, (-0.12, 0, hub), (0.03, 0, hub), 0.045, 14))
    for x, r in ((0.0, 0.85), (0.05, 1.0), (0.1, 0.85)):
        ring = arc((x, 0, hub), r * radius, 0, 2 * np.pi, "yz", 25)[:-1]
        parts.append(tube(shell, ring, 0.005, sides=6, closed=True))
    for k in range(12):
        bar = [(0.11, 0, hub), (0.1, 0, hub + 0.85 * radius), (0.05, 0, hub + radius)]
        parts.append(turned(tube(shell, bar, 0.003, sides=5), k * np.pi / 6, "x", (0, 0, hub)))
    for k in range(3):
        leaf = turned(
            box(blade, (0.004, 0.11, radius * 0.85), (0.05, 0, hub)), 0.4, "z", (0.05, 0, hub)
        )
        parts.append(turned(leaf, k * 2 * np.pi / 3, "x", (0, 0, hub)))
    return assemble("fan", parts)


def bicycle(rng: Rng) -> ObjectModel:
    """Upright, heading toward +x."""
    r, base, paint_, tyre = 0.34, between(rng, 1.0, 1.08), plastic(rng), BLACK
    rear, front = (-base / 2, 0.0, r), (base / 2, 0.0, r)
    crank, seat, head = (-0.08, 0.0, 0.28), (-0.22, 0.0, 0.78), (base / 2 - 0.2, 0.0, 0.82)
    parts = _wheel(tyre, rear, r) + _wheel(tyre, front, r)
    tubes = ((crank, seat), (crank, head), (seat, head), (crank, rear), (seat, rear))
    parts += [rod(paint_, start, end, 0.016) for start, end in tubes]
    parts.append(rod(CHROME, (head[0] - 0.03, 0, 0.94), head, 0.013))
    parts += [rod(paint_, head, front, 0.014), rod(CHROME, seat, (-0.25, 0, 0.9), 0.012)]
    saddle = [(0, 0.1, 0.05, 0), (0, 0.26, 0.15, 0.02), (-0.02, 0.2, 0.12, 0.045)]
    parts.append(loft(DARK_GREY, saddle, (-0.25, 0, 0.89)))
    bar = [(head[0] - 0.1, 0.3, 0.96), (head[0] - 0.02, 0.18, 0.98), (head[0] - 0.03, 0, 0.94)]
    parts += two_sides(tube(DARK_GREY, bar, 0.013))
    parts.append(
        moved(turned(cylinder(STEEL, 0.09, 0.008, sides=18), np.pi / 2, "x"), (-0.08, -0.03, 0.28))
    )
    for side in (-1, 1):
        tip = (-0.08 + side * 0.12, side * 0.08, 0.28 - side * 0.11)
        parts.append(rod(STEEL, (-0.08, side * 0.06, 0.28), tip, 0.009))
        parts.append(box(BLACK, (0.08, 0.07, 0.02), (tip[0], tip[1] + side * 0.03, tip[2] - 0.01)))
    if chance(rng, 0.4):
        parts.append(box(DARK_GREY, (0.3, 0.12, 0.012), (-base / 2 + 0.02, 0, 2 * r + 0.05)))
        parts += two_sides(
            rod(DARK_GREY, (-base / 2, 0.04, r), (-base / 2 - 0.02, 0.05, 2 * r + 0.05), 0.006)
        )
    return assemble("bicycle", parts)


def _wheel(tyre: Material, center: tuple[float, float, float], radius: float) -> list[Part]:
    ring = arc(center, radius - 0.018, 0, 2 * np.pi, points=25)[:-1]
    rim = arc(center, radius - 0.045, 0, 2 * np.pi, points=25)[:-1]
    x, y, z = center
    parts = [
        tube(tyre, ring, 0.018, sides=7, closed=True),
        tube(STEEL, rim, 0.01, sides=5, closed=True),
    ]
    parts.append(rod(STEEL, (x, y - 0.06, z), (x, y + 0.06, z), 0.015))
    spoke = rod(STEEL, (x, y, z - radius + 0.04), (x, y, z + radius - 0.04), 0.002, 4)
    return parts + [turned(spoke, k * np.pi / 8, "y", center) for k in range(8)]
