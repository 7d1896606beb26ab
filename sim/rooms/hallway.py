"""Hallway: somewhere for shoes and coats, a mirror, pictures; nothing that blocks the way."""

from __future__ import annotations

from cogmap.sim.arrange import against_wall, freely
from cogmap.sim.rooms.groups import chance, corner_plant, hang, pictures
from cogmap.sim.site import Site

DEEPEST_M = 0.5


def furnish(site: Site) -> None:
    rack = against_wall(site, site.make("shoe rack"), "any")
    for category, probability in (("bench", 0.6), ("bookshelf", 0.4), ("coat rack", 0.7)):
        if chance(site, probability):
            model = site.make(category)
            if model.size[0] <= DEEPEST_M:
                against_wall(site, model, "corner" if category == "coat rack" else "any")
    if chance(site, 0.3):
        against_wall(site, site.make("bicycle"), "any", 0.05, sideways=True)
    hang(site, "mirror", above=rack)
    if chance(site, 0.6):
        freely(site, site.make("rug"), 0.06)
    corner_plant(site, 0.4)
    pictures(site, 3)
