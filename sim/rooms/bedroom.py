"""Bedroom: bed with its head at a wall and nightstands beside it, wardrobe, dresser."""

from __future__ import annotations

from cogmap.sim.arrange import against_wall, beside, upon
from cogmap.sim.rooms.groups import chance, corner_plant, hang, opposite_order, pictures, workplace
from cogmap.sim.scene import PlacedObject
from cogmap.sim.site import Site


def furnish(site: Site) -> None:
    bed = _bed(site)
    against_wall(site, site.make("wardrobe"), "corner")
    if bed is not None:
        _at_bed(site, bed)
    dresser = against_wall(site, site.make("dresser"), "centre")
    if dresser is not None:
        if chance(site, 0.6):
            hang(site, "mirror", above=dresser)
        elif chance(site, 0.6):
            upon(site, dresser, site.make("television"), turn=0.0, at=(-0.4, 0.0))
    if site.polygon.area > 12.5 and chance(site, 0.6):
        workplace(site)
    elif chance(site, 0.4):
        against_wall(site, site.make("armchair"), "corner", gap_m=0.08)
    if chance(site, 0.4):
        against_wall(site, site.make("bookshelf"), "corner")
    if chance(site, 0.5):
        against_wall(site, site.make("basket"), "corner", gap_m=0.04)
    if bed is not None:
        hang(site, "picture", above=bed)
    corner_plant(site, 0.4)
    pictures(site, 1)


def _bed(site: Site) -> PlacedObject | None:
    for width in (None, 1.4, 0.9):
        bed = site.make("bed") if width is None else site.make("bed", width=width)
        placed = against_wall(site, bed, "centre" if bed.size[1] > 1.2 else "corner")
        if placed is not None:
            return placed
    return None


def _at_bed(site: Site, bed: PlacedObject) -> None:
    """Matching nightstands with lamps, pillows, a rug alongside."""
    stand, lamp = site.make("nightstand"), site.make("table lamp")
    for side in opposite_order(site.rng):
        placed = beside(site, bed, stand, side)
        if placed is not None and chance(site, 0.8):
            upon(site, placed, lamp, turn=0.0)
    double = bed.model.size[1] > 1.25
    pillow = site.make("pillow")
    for aside in (-0.9, 0.9) if double else (0.0,):
        upon(site, bed, pillow, turn=0.0, at=(0.0, aside))
    if chance(site, 0.6):
        for side in opposite_order(site.rng):
            if beside(site, bed, site.make("rug"), side, 0.1) is not None:
                break
