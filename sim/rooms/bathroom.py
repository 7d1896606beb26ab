"""Bathroom: tub or shower, toilet with paper, sink below a mirror, towels."""

from __future__ import annotations

from cogmap.sim.arrange import against_wall, freely
from cogmap.sim.rooms.groups import chance, hang
from cogmap.sim.site import Site


def furnish(site: Site) -> None:
    before = len(site.objects)
    for attempt in range(8):
        site.take_back(before)
        if _plumbing(site, "bathtub" if attempt < 4 and chance(site, 0.7) else "shower"):
            break
    for sink in site.of("bathroom sink"):
        hang(site, "mirror", above=sink)
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


def _plumbing(site: Site, wash: str) -> bool:
    """Whether tub or shower, toilet and sink all found their place."""
    washed = against_wall(site, site.make(wash), "corner") is not None
    toilet = against_wall(site, site.make("toilet"), "any") is not None
    return against_wall(site, site.make("bathroom sink"), "any") is not None and washed and toilet
