"""Errands without a place: explore all that can be reached, find a thing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cogmap.memory.navigation.errands import NO_PLACES, Ended, GoTo, comfortable_way
from cogmap.memory.navigation.exploring import Explored, Explorer
from cogmap.memory.navigation.known import Body, Known, Unreachable
from cogmap.memory.navigation.planning import Route
from cogmap.runtime.messages import F64, Goal, MapObject

__all__ = ["Explore", "Find"]

MOST_TRIES = 5
"""Views in a row to which no way leads; then what can be reached was seen."""


@dataclass
class Explore:
    """From view to view, until all that can be reached was seen."""

    body: Body
    explorer: Explorer = field(init=False)
    frontiers: F64 = field(default_factory=lambda: NO_PLACES)

    def __post_init__(self) -> None:
        self.explorer = Explorer(self.body)

    def next(self, known: Known) -> Route | Ended:
        way = _next_view(self.explorer, known, self.body)
        self.frontiers = _frontiers_of(self.explorer)
        return Ended(True, way.text) if isinstance(way, Explored) else way

    def arrived(self, known: Known) -> Ended | None:
        self.explorer.looked(known)
        return None

    def is_outdated(self, known: Known) -> bool:
        return _is_seen(self.explorer, known)


@dataclass
class Find:
    """Explores until a thing of a label is on the map, and goes to where it is in view."""

    label: str
    body: Body
    _explore: Explore = field(init=False)
    _goto: GoTo | None = None

    def __post_init__(self) -> None:
        self._explore = Explore(self.body)

    @property
    def frontiers(self) -> F64:
        return NO_PLACES if self._goto is not None else self._explore.frontiers

    def next(self, known: Known) -> Route | Ended:
        for thing in self._fitting(known):
            goto = GoTo(Goal(kind="object", id=thing.id), self.body)
            way = goto.next(known)
            if isinstance(way, Route):
                self._goto = goto
                return way
        self._goto = None
        way = self._explore.next(known)
        if isinstance(way, Ended):
            return Ended(False, f"no {self.label} was found: {way.text}")
        return way

    def arrived(self, known: Known) -> Ended | None:
        if self._goto is None:
            return self._explore.arrived(known)
        ended = self._goto.arrived(known)
        objects = ended.objects if ended is not None else ()
        return Ended(True, f"found the {self.label}", objects)

    def is_outdated(self, known: Known) -> bool:
        if self._goto is not None:
            return self._goto.is_outdated(known)
        return bool(self._fitting(known)) or self._explore.is_outdated(known)

    def _fitting(self, known: Known) -> list[MapObject]:
        """Those that are there, the surest first."""
        wanted = " ".join(self.label.lower().split())
        fits = [each for each in known.layout.objects if each.is_here and each.label == wanted]
        return sorted(fits, key=lambda thing: -thing.confidence)


def _next_view(explorer: Explorer, known: Known, body: Body) -> Route | Explored:
    """The way to the next view to which one leads."""
    for _ in range(MOST_TRIES):
        view = explorer.next(known)
        if isinstance(view, Explored):
            return view
        way = comfortable_way(known, body, (view.stand,), through_unknown=False)
        if not isinstance(way, Unreachable):
            return way
        explorer.give_up(known)
    return Explored("all that can be reached was seen, but for places to which no way leads")


def _is_seen(explorer: Explorer, known: Known) -> bool:
    """Whether the view on the way to which it is has become worthless."""
    before = explorer.view
    return before is None or explorer.next(known) is not before


def _frontiers_of(explorer: Explorer) -> F64:
    view = explorer.view
    if view is None:
        return NO_PLACES
    return np.vstack([[view.stand.pose.point], view.others])
