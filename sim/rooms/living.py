"""Living room: sofa and television face each other across a rug with the coffee table."""

from __future__ import annotations

import math

from cogmap.sim.arrange import against_wall, ahead, beside, in_front_of, upon
from cogmap.sim.rooms.groups import chance, corner_plant, hang, opposite_order, pictures
from cogmap.sim.rooms.kitchen import dining_place
from cogmap.sim.scene import PlacedObject
from cogmap.sim.site import WALL_GAP_M, Site
from cogmap.sim.wall_faces import Face

VIEWING_M = (1.9, 3.6)
"""From the television stand's front to the sofa's front."""
DINING_FROM_M2 = 19.0


def furnish(site: Site) -> None:
    sofa = _screen_and_sofa(site)
    if sofa is not None:
        _between(site, sofa)
        _around(site, sofa)
    if site.polygon.area > DINING_FROM_M2:
        dining_place(site)
    if site.polygon.area > 24 and chance(site, 0.35):
        against_wall(site, site.make("piano"), "any")
    for _ in range(2 if site.polygon.area > 24 else 1):
        against_wall(site, site.make("bookshelf"), "corner")
    if sofa is not None:
        hang(site, "picture", above=sofa)
        pillow = site.make("pillow")
        for _ in range(int(site.rng.integers(0, 4))):
            upon(site, sofa, pillow)
    corner_plant(site, 0.8)
    corner_plant(site, 0.4)
    if chance(site, 0.5):
        hang(site, "clock")
    pictures(site, 2)


def _screen_and_sofa(site: Site) -> PlacedObject | None:
    """Television on its stand, and the sofa that looks at it. The sofa, if both fitted."""
    stand_model, sofa_model = site.make("tv stand"), site.make("sofa")
    for attempt in range(80):
        if attempt % 20 == 19:  # perhaps a smaller one fits
            stand_model, sofa_model = site.make("tv stand"), site.make("sofa")
        face = site.faces[int(site.rng.integers(len(site.faces)))]
        room = face.length - stand_model.size[1] - 0.1
        if room <= 0:
            continue
        s = face.length / 2 + float(site.rng.uniform(-0.5, 0.5)) * room
        sofa_spot = _sofa_distance(site, face, s, stand_model.size[0], sofa_model.size[0])
        if sofa_spot is None:
            continue
        x, y, _ = face.at(s, sofa_spot)
        before = len(site.objects)
        sofa = site.add(sofa_model, (x, y), face.yaw + math.pi)
        if sofa is None:
            continue
        x, y, _ = face.at(s, WALL_GAP_M + stand_model.size[0] / 2)
        stand = site.add(stand_model, (x, y), face.yaw)
        if stand is None:
            site.take_back(before)
            continue
        for _ in range(4):
            if upon(site, stand, site.make("television"), turn=0.0, at=(-0.3, 0.0)) is not None:
                break
        return sofa
    return against_wall(site, sofa_model, "centre")


def _sofa_distance(
    site: Site, face: Face, s: float, stand_depth: float, sofa_depth: float
) -> float | None:
    """Where the sofa's middle goes, before ``face``: at the far wall, or free if that is far."""
    reach = site.depth_before(face, s)
    at_wall = reach - WALL_GAP_M - sofa_depth / 2
    view = at_wall - sofa_depth / 2 - WALL_GAP_M - stand_depth
    if view < VIEWING_M[0]:
        return None
    if view <= VIEWING_M[1] + 0.4:
        return at_wall
    free = float(site.rng.uniform(2.4, VIEWING_M[1]))
    return WALL_GAP_M + stand_depth + free + sofa_depth / 2


def _between(site: Site, sofa: PlacedObject) -> None:
    """A rug before the sofa with the coffee table on it."""
    table = site.make("coffee table")
    before = len(site.objects)
    for _ in range(6):
        model = site.make("rug")
        gap = max(0.08, 0.38 - (model.size[0] - table.size[0]) / 2)
        rug = in_front_of(site, sofa, model, gap)
        if rug is not None and upon(site, rug, table, turn=0.0, at=(0.0, 0.0)) is not None:
            return
        site.take_back(before)
    in_front_of(site, sofa, table, 0.42)


def _around(site: Site, sofa: PlacedObject) -> None:
    """Lamp, side table and armchairs beside the sofa and the coffee table."""
    sides = opposite_order(site.rng)
    beside(site, sofa, site.make("floor lamp"), sides[0])
    side_table = beside(site, sofa, site.make("side table"), sides[1])
    if side_table is not None and chance(site, 0.6):
        upon(site, side_table, site.make("table lamp"))
    for side in sides:
        if not chance(site, 0.7):
            continue
        armchair = site.make("armchair")
        for forward in (1.0, 1.3, 0.8):
            aside = side * (0.95 + armchair.size[0] / 2 + float(site.rng.uniform(0.0, 0.3)))
            xy = ahead(sofa, sofa.model.size[0] / 2 + forward, aside)
            turn = -side * (math.pi / 2 + float(site.rng.uniform(-0.1, 0.5)))
            if site.add(armchair, xy, sofa.yaw + turn) is not None:
                break
