"""Kitchen: a run of units along one or two walls, wall cabinets above, a place to eat."""

from __future__ import annotations

import math

import numpy as np

from cogmap.sim.arrange import against_wall, ahead, freely, on_wall, upon, upon_at
from cogmap.sim.rooms.groups import chance, corner_plant, hang, pictures, seats_around
from cogmap.sim.scene import ObjectModel, PlacedObject
from cogmap.sim.site import WALL_GAP_M, Site
from cogmap.sim.wall_faces import Face

ABUT_M = 0.003
"""Between units of a run: they look like one worktop."""
CABINET_BOTTOM_M = 1.42


def furnish(site: Site) -> None:
    style = int(site.rng.integers(1 << 30))
    units = _units(site, style)
    rest = _run(site, units, style)
    rest = _run(site, rest, style) if rest else rest
    for unit in rest:
        if unit.category != "kitchen counter":
            against_wall(site, unit, "corner")
    _appliances(site)
    if chance(site, 0.5):
        hang(site, "clock")
    dining_place(site)
    if chance(site, 0.4):
        against_wall(site, site.make("stool"), "any")
    corner_plant(site, 0.3)
    pictures(site, 1)


def _units(site: Site, style: int) -> list[ObjectModel]:
    """What stands in the run, in order."""
    units = [
        site.make("refrigerator"),
        site.make("kitchen counter", width=0.6, style=style),
        site.make("kitchen sink", width=0.9, style=style),
    ]
    if chance(site, 0.6):
        units.append(site.make("dishwasher", style=style))
    units.append(site.make("kitchen counter", width=0.6, style=style))
    units.append(site.make("stove"))
    units.append(site.make("kitchen counter", width=0.9, style=style))
    return units[::-1] if chance(site, 0.5) else units


def _run(site: Site, units: list[ObjectModel], style: int) -> list[ObjectModel]:
    """Place as many units as fit side by side along the best wall; returns what is left over."""
    best: tuple[float, Face, float, int] | None = None
    for face in site.faces:
        for start in np.arange(WALL_GAP_M, face.length, 0.1).tolist():
            taken = _fitting(site, face, start, units)
            score = taken + float(site.rng.uniform(0, 0.4)) - 0.3 * (start > 0.1)
            if taken and (best is None or score > best[0]):
                best = (score, face, start, taken)
    if best is None:
        return units
    _, face, s, taken = best
    placed: list[PlacedObject] = []
    for unit in units[:taken]:
        x, y, _ = face.at(s + unit.size[1] / 2, WALL_GAP_M + unit.size[0] / 2)
        obj = site.add(unit, (x, y), face.yaw)
        if obj is None:
            break
        placed.append(obj)
        s += unit.size[1] + ABUT_M
    _cabinets(site, placed, style)
    return units[len(placed) :]


def _fitting(site: Site, face: Face, s: float, units: list[ObjectModel]) -> int:
    """How many of ``units`` could stand side by side from ``s`` on."""
    for number, unit in enumerate(units):
        x, y, _ = face.at(s + unit.size[1] / 2, WALL_GAP_M + unit.size[0] / 2)
        if not site.has_room(unit, (x, y), face.yaw):
            return number
        s += unit.size[1] + ABUT_M
    return len(units)


def _cabinets(site: Site, run: list[PlacedObject], style: int) -> None:
    """Wall cabinets as wide as the units below them, not above the stove or before a window."""
    height = None
    for unit in run:
        if unit.category in ("refrigerator", "stove"):
            continue
        model = site.make("cabinet", width=round(unit.model.size[1], 3), style=style)
        height = model.size[2] if height is None else height
        on_wall(site, model, CABINET_BOTTOM_M, above=unit, shifts=(0.0,))


def _appliances(site: Site) -> None:
    """Small ones on the worktops."""
    worktops = site.of("kitchen counter", "dishwasher")
    for category in ("microwave", "kettle", "toaster", "pan"):
        if worktops and chance(site, 0.6):
            worktop = worktops[int(site.rng.integers(len(worktops)))]
            upon(site, worktop, site.make(category), turn=0.0)


def dining_place(site: Site) -> None:
    """A table with chairs all around where there is room, else at a wall."""
    chair = site.make("chair")
    for attempt in range(3):
        model, before = site.make("dining table"), len(site.objects)
        if attempt == 2 and max(model.size[:2]) > 1.4:
            continue
        table = freely(site, model, away_m=0.75)
        if table is None:
            table = against_wall(site, model, "centre", gap_m=0.05)
        if table is None:
            continue
        if seats_around(site, table, chair, int(site.rng.integers(4, 7))) == 0:
            site.take_back(before)
            continue
        _lay(site, table)
        return


def _lay(site: Site, table: PlacedObject) -> None:
    """A bowl or plant in the middle, and plates before some of the chairs."""
    middle = site.make("bowl" if chance(site, 0.6) else "vase")
    upon(site, table, middle, at=(0.0, 0.0))
    plate = site.make("plate")
    cup = site.make("cup")
    for chair in [obj for obj in site.of("chair") if _faces(obj, table)]:
        if chance(site, 0.5):
            continue
        depth = chair.model.size[0] / 2 + 0.12
        for model, forward, aside in ((plate, plate.size[0] / 2, 0.0), (cup, 0.2, 0.2)):
            xy = ahead(chair, depth + forward, aside)
            upon_at(site, table, model, xy, chair.yaw)


def _faces(chair: PlacedObject, table: PlacedObject) -> bool:
    dx = table.position[0] - chair.position[0]
    dy = table.position[1] - chair.position[1]
    near = math.hypot(dx, dy) < 1.6
    return near and dx * math.cos(chair.yaw) + dy * math.sin(chair.yaw) > 0
