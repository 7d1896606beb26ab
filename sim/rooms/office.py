"""Office: a desk to work at, books, a printer."""

from __future__ import annotations

from cogmap.sim.arrange import against_wall, freely, upon
from cogmap.sim.rooms.groups import chance, corner_plant, hang, pictures, workplace
from cogmap.sim.site import Site


def furnish(site: Site) -> None:
    desk = workplace(site)
    for _ in range(int(site.rng.integers(1, 3))):
        against_wall(site, site.make("bookshelf"), "corner")
    if desk is not None:
        upon(site, desk, site.make("table lamp"), at=(-0.7, 0.9 if chance(site, 0.5) else -0.9))
        if chance(site, 0.7):
            upon(site, desk, site.make("trash can"), "under")
    against_wall(site, site.make("dresser" if chance(site, 0.5) else "file cabinet"), "any")
    printer = site.make("printer")
    for carrier in site.of("dresser", "file cabinet", "desk"):
        if upon(site, carrier, printer, turn=0.0) is not None:
            break
    if site.polygon.area > 10 and chance(site, 0.6):
        against_wall(site, site.make("armchair"), "corner", gap_m=0.1)
    if chance(site, 0.5):
        freely(site, site.make("rug"))
    hang(site, "shelf", above=desk)
    hang(site, "whiteboard" if chance(site, 0.4) else "clock")
    corner_plant(site, 0.7)
    pictures(site, 1)
