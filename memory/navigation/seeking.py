"""Errands without a place: explore all that can be reached, find a thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cogmap.memory.navigation.errands import NO_PLACES, Ended, GoTo, comfortable_way
from cogmap.memory.navigation.exploring import Explored, Explorer
from cogmap.memory.navigation.known import Body, Known
from cogmap.memory.navigation.likely_rooms import room_factors, room_worth
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.unseen import CoarseFloor
from cogmap.memory.programs.words import Words
from cogmap.runtime.messages import F64, Goal, MapObject

__all__ = ["Explore", "Find"]

MOST_TRIES = 5
"""Views in a row to which no way leads; then what can be reached was seen."""
GLIMPSES = 2
"""Frames that must have shown what is not sure yet for it to be gone to."""
AGAIN_S, DOUBT_S = 1.0, 6.0
"""What it stands before must be seen from there, or have been seen so shortly before; what was not
after the second, which gives slow detectors time, is taken for something else."""


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
        """Whether the view on the way to which it is has become worthless."""
        return not self.explorer.keeps(known)


@dataclass
class Find:
    """Looks where such a thing is likely to be until one is on the map, goes to where it is in
    view, and makes sure of it."""

    label: str
    body: Body
    words: Words
    _explore: Explore = field(init=False)
    _goto: GoTo | None = None
    _before: int | None = None
    """The stamp at which it came to stand before what it takes for the thing."""
    _doubted: set[int] = field(default_factory=set)
    _factors: dict[str, float] | None = None

    def __post_init__(self) -> None:
        self._explore = Explore(self.body)
        self._explore.explorer.worth = self._worth

    @property
    def frontiers(self) -> F64:
        return NO_PLACES if self._goto is not None else self._explore.frontiers

    def next(self, known: Known) -> Route | Ended:
        for things in self._fitting(known):
            ways = self._ways(known, things)
            if ways:
                nearest, goto = min(ways, key=lambda each: each[0].length_m)
                if self._goto is None or self._goto.goal.id != goto.goal.id:
                    self._before = None
                self._goto = goto
                return nearest
        self._goto = self._before = None
        way = self._explore.next(known)
        if isinstance(way, Ended):
            return Ended(False, f"no {self.label} was found: {way.text}")
        return way

    def arrived(self, known: Known) -> Ended | None:
        if self._goto is None:
            return self._explore.arrived(known)
        thing = known.object(self._goto.goal.id)
        now_ns = known.layout.stamp_ns
        self._before = now_ns if self._before is None else self._before
        since_ns = self._before - AGAIN_S * 1e9
        if thing is not None and thing.is_here and thing.last_seen_ns >= since_ns:
            return Ended(True, f"found the {self.label}", (thing.id,))
        if now_ns - self._before > DOUBT_S * 1e9:
            self._doubted.add(self._goto.goal.id)
            self._goto = self._before = None
        return None

    def is_outdated(self, known: Known) -> bool:
        if self._goto is not None:
            return self._goto.is_outdated(known) or not any(
                thing.id == self._goto.goal.id for each in self._fitting(known) for thing in each
            )
        return any(self._fitting(known)) or self._explore.is_outdated(known)

    def _ways(self, known: Known, things: Sequence[MapObject]) -> list[tuple[Route, GoTo]]:
        ways = []
        for thing in things:
            goto = GoTo(Goal(kind="object", id=thing.id), self.body)
            way = goto.next(known)
            if isinstance(way, Route):
                ways.append((way, goto))
        return ways

    def _fitting(self, known: Known) -> tuple[list[MapObject], list[MapObject]]:
        """Things that it may be: those that are there, and those that are not sure yet."""
        things = [
            thing
            for thing in known.layout.objects
            if thing.id not in self._doubted
            and (thing.is_here or (thing.state == "tentative" and thing.seen >= GLIMPSES))
        ]
        labels = self.words.read(self.label, sorted({thing.label for thing in things})).labels
        fits = [thing for thing in things if thing.label in labels]
        return [t for t in fits if t.is_here], [t for t in fits if not t.is_here]

    def _worth(self, floor: CoarseFloor, known: Known) -> F64:
        if self._factors is None:
            self._factors = room_factors(self.label, self.words)
        return room_worth(floor, known.layout, self._factors)


def _next_view(explorer: Explorer, known: Known, body: Body) -> Route | Explored:
    """The way to the next view to which one leads."""
    for _ in range(MOST_TRIES):
        view = explorer.next(known)
        if isinstance(view, Explored):
            return view
        way = comfortable_way(known, body, (view.stand,), through_unknown=False)
        if way is not None:
            return way
        explorer.give_up(known)
    return Explored("all that can be reached was seen, but for places to which no way leads")


def _frontiers_of(explorer: Explorer) -> F64:
    view = explorer.view
    if view is None:
        return NO_PLACES
    return np.vstack([[view.stand.pose.point], view.others])
