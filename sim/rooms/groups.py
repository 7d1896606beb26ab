"""Arrangements that several rooms share: seats at a table, a desk to work at, pictures."""

from __future__ import annotations

import math

import numpy as np

from cogmap.sim.arrange import against_wall, in_front_of, on_wall, upon
from cogmap.sim.catalog import CATEGORIES
from cogmap.sim.scene import ObjectModel, PlacedObject
from cogmap.sim.site import Site

CHAIR_GAP_M = (0.02, 0.09)
"""From the edge of a table to the front of a chair at it."""


def chance(site: Site, probability: float) -> bool:
    return bool(site.rng.random() < probability)


def seats_around(site: Site, table: PlacedObject, chair: ObjectModel, most: int) -> int:
    """Chairs that face the table, long sides first; the same model for all. How many fitted."""
    length, width, _ = table.model.size
    turns = [0.0, math.pi, math.pi / 2, -math.pi / 2]
    if length > width + 0.05:
        turns = turns[2:] + turns[:2]
    placed = 0
    for turn in turns:
        along, out = (width, length) if turn in (0.0, math.pi) else (length, width)
        side = min(int(along // (chair.size[1] + 0.08)), 3)
        for k in range(side):
            if placed == most:
                return placed
            shift = (k - (side - 1) / 2) * along / max(side, 1)
            placed += _seat(site, table, chair, turn, out / 2, shift)
    return placed


def _seat(
    site: Site, table: PlacedObject, chair: ObjectModel, turn: float, edge: float, shift: float
) -> bool:
    gap = float(site.rng.uniform(*CHAIR_GAP_M))
    reach = edge + gap + chair.size[0] / 2
    c, s = math.cos(table.yaw + turn), math.sin(table.yaw + turn)
    x = table.position[0] + c * reach - s * shift
    y = table.position[1] + s * reach + c * shift
    return site.add(chair, (x, y), table.yaw + turn + math.pi) is not None


def workplace(site: Site) -> PlacedObject | None:
    """Desk with its back to a wall, a chair, a screen with keyboard and mouse or a laptop."""
    desk = _desk_and_chair(site)
    if desk is None:
        return None
    if chance(site, 0.75):
        upon(site, desk, site.make("monitor"), turn=0.0, at=(-0.9, 0.0))
        upon(site, desk, site.make("keyboard"), turn=0.0, at=(0.7, 0.0))
        upon(site, desk, site.make("mouse"), turn=0.0, at=(0.7, -0.55))
    else:
        upon(site, desk, site.make("laptop"), turn=0.0, at=(0.1, 0.0))
    return desk


def _desk_and_chair(site: Site) -> PlacedObject | None:
    model, before = site.make("desk"), len(site.objects)
    chair = site.make("office chair" if chance(site, 0.8) else "chair")
    for _ in range(6):
        desk = against_wall(site, model, "any")
        gap = float(site.rng.uniform(0.03, 0.12))
        if desk is not None and in_front_of(site, desk, chair, gap) is not None:
            return desk
        site.take_back(before)
    return None


def hang(site: Site, category: str, above: PlacedObject | None = None) -> PlacedObject | None:
    """Put a wall thing at its usual height, or clear above the thing that it goes with."""
    model = site.make(category)
    low, high = CATEGORIES[category].wall_height_m
    bottom = float(site.rng.uniform(low, high))
    if above is not None:
        bottom = max(bottom, above.position[2] + above.model.size[2] + 0.12)
    bottom = min(bottom, site.room.height_m - model.size[2] - 0.12)
    return on_wall(site, model, round(bottom, 3), above)


def pictures(site: Site, most: int) -> None:
    for _ in range(int(site.rng.integers(0, most + 1))):
        hang(site, "picture")


def corner_plant(site: Site, probability: float) -> None:
    if chance(site, probability):
        height = round(float(site.rng.uniform(0.5, 1.3)), 2)
        against_wall(site, site.make("potted plant", height=height), "corner", gap_m=0.05)


def opposite_order(rng: np.random.Generator) -> tuple[int, int]:
    """Left and right in random order."""
    return (1, -1) if rng.random() < 0.5 else (-1, 1)
