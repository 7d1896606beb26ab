"""Small things where people leave them: on tables and shelves, in bowls, under beds."""

from __future__ import annotations

from typing import Literal

from cogmap.sim.arrange import against_wall, upon
from cogmap.sim.catalog import CATEGORIES, CategoryInfo
from cogmap.sim.rooms.groups import chance
from cogmap.sim.scene import PlacedObject
from cogmap.sim.site import Site

Kind = Literal["on", "in", "under"]

PER_M2 = {"on": 1.8, "in": 2.2, "under": 0.8}
"""Things per square metre of a surface, on average."""
MOST_ON_ONE = 4
PLENTY: dict[str, float] = {"book": 3.0, "cup": 2.0, "plate": 1.5, "bottle": 1.5, "apple": 1.5}
"""Things that people have several of; of others, a second is less common than the first."""
MOST_OF_A_KIND = 6
STRANGE_ROOM = 0.12
"""How much rarer a thing is in a room that is not typical of it."""
ARRANGED = ("television", "monitor", "keyboard", "mouse", "pillow", "laptop", "printer")
"""Recipes place these."""
LEFT_ABOUT = (
    "backpack", "ball", "basket", "box", "fan", "shoes", "suitcase", "trash can", "umbrella",
)  # fmt: skip


def scatter(site: Site) -> None:
    """Fill the surfaces of all that stands in the room, then of what was put there."""
    for carrier in list(site.objects):
        _fill(site, carrier)
    for carrier in [obj for obj in site.objects if obj.support > 0]:
        _fill(site, carrier)


def leave_about(site: Site) -> None:
    """A few things that stand on the floor near a wall: a bin, a bag, a basket."""
    names = [
        name
        for name, info in CATEGORIES.items()
        if info.mount == "floor" and site.room.type in info.rooms and name in LEFT_ABOUT
    ]
    for _ in range(int(site.rng.integers(0, 3)) if names else 0):
        name = names[int(site.rng.integers(len(names)))]
        if not site.of(name):
            gap = round(float(site.rng.uniform(0.03, 0.12)), 3)
            against_wall(site, site.make(name), "corner" if chance(site, 0.7) else "any", gap)


def _fill(site: Site, carrier: PlacedObject) -> None:
    kinds: tuple[Kind, ...] = ("on", "in", "under")
    for kind in kinds:
        options = _options(site, carrier, kind)
        area = sum(s.size[0] * s.size[1] for s in carrier.model.surfaces if s.kind == kind)
        if not options or not area:
            continue
        wanted = min(int(site.rng.poisson(area * PER_M2[kind] + 0.1)), MOST_ON_ONE)
        for _ in range(wanted):
            options = _options(site, carrier, kind)
            weights = [weight for _, weight in options]
            total = sum(weights)
            if total <= 0:
                break
            index = int(site.rng.choice(len(options), p=[weight / total for weight in weights]))
            upon(site, carrier, site.make(options[index][0]), kind)


def _options(site: Site, carrier: PlacedObject, kind: Kind) -> list[tuple[str, float]]:
    """Categories that go there, each with how common it is; rarer the more there are."""
    options = []
    for name, info in CATEGORIES.items():
        if carrier.category not in _carriers(info, kind) or name in ARRANGED:
            continue
        number = len(site.of(name))
        typical = 1.0 if site.room.type in info.rooms else STRANGE_ROOM
        weight = PLENTY.get(name, 1.0 / (1 + 2 * number))
        options.append((name, typical * weight if number < MOST_OF_A_KIND else 0.0))
    return options


def _carriers(info: CategoryInfo, kind: Kind) -> tuple[str, ...]:
    return {"on": info.on, "in": info.in_, "under": info.under}[kind]
