"""Bathroom: tub or shower, toilet with paper, sink below a mirror, towels."""

from __future__ import annotations

from cogmap.sim.arrange import against_wall, freely
from cogmap.sim.rooms.groups import chance, hang
from cogmap.sim.site import Site


def furnish(site: Site) -> None:
    tub = chance(site, 0.6) and against_wall(site, site.make("bathtub"), "corner")
    if not tub:
        against_wall(site, site.make("shower"), "corner")
    for _ in range(3):
        sink = against_wall(site, site.make("bathroom sink"), "any")
        if sink is not None:
            hang(site, "mirror", above=sink)
            break
    against_wall(site, site.make("toilet"), "any")
    if chance(site, 0.6):
        against_wall(site, site.make("washing machine"), "corner")
    if chance(site, 0.6):
        against_wall(site, site.make("basket"), "corner", gap_m=0.04)
    hang(site, "toilet paper")
    for _ in range(2):
        hang(site, "towel")
    if chance(site, 0.4):
        hang(site, "shelf")
    if chance(site, 0.6):
        freely(site, site.make("rug"), 0.0)
