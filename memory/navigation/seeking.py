"""Errands without a place: explore all that can be reached, find a thing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from cogmap.memory.navigation.errands import NO_PLACES, Ended, GoTo, comfortable_way
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand, Unreachable
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.stands import stands
from cogmap.memory.paths.floor import frontier_points
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import F64, Goal, MapObject

__all__ = ["Explore", "Find"]

TURNS = 3
"""It begins with a look all around, in so many turns."""
SAME_M = 0.6
"""An edge of the unknown so near to one that was looked at shows no more than that did."""


@dataclass
class Explore:
    """To the nearest edge of the unknown, again and again."""

    body: Body
    frontiers: F64 = field(default_factory=lambda: NO_PLACES)
    _turns: int = 0
    _looked: list[Point] = field(default_factory=list)
    _edge: Point | None = None

    def next(self, known: Known) -> Route | Ended:
        self.frontiers = self._open(known)
        if self._turns < TURNS:
            here = known.here
            yaw = math.remainder(here.yaw + 2 * math.pi / TURNS, 2 * math.pi)
            stand = Stand(Pose2(here.x, here.y, yaw), why="looks around")
            return Route(np.array([here.point]), 0.0, math.inf, stand)
        found = stands(Goal(kind="frontier"), known, self.body)
        if isinstance(found, Unreachable):
            return self._done()
        good = tuple(stand for stand in found if not self._was_looked_at(stand.pose.point))
        way = comfortable_way(known, self.body, good, through_unknown=False) if good else None
        if not isinstance(way, Route):
            return self._done()
        self._edge = way.stand.pose.point
        return way

    def arrived(self, known: Known) -> Ended | None:
        if self._turns < TURNS:
            self._turns += 1
        elif self._edge is not None:
            self._looked.append(self._edge)
        return None

    def is_outdated(self, known: Known) -> bool:
        """The edge that it goes to is seen from afar."""
        if self._edge is None or self._turns < TURNS:
            return False
        self.frontiers = self._open(known)
        far = np.linalg.norm(self.frontiers - self._edge, axis=1)
        return not bool((far < SAME_M).any())

    def _done(self) -> Ended:
        self.frontiers = NO_PLACES
        return Ended(True, "all that can be reached was seen")

    def _open(self, known: Known) -> F64:
        points = frontier_points(known.grid)
        keep = [not self._was_looked_at((x, y)) for x, y in points.tolist()]
        return np.asarray(points[np.array(keep, bool)])

    def _was_looked_at(self, point: Point) -> bool:
        return any(math.dist(point, other) < SAME_M for other in self._looked)


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
