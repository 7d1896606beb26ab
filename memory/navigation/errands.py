"""What a goal asks for, step by step: the next way to drive, until there is none left."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from cogmap.memory.navigation.closed_off import why_closed_off
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand, Unreachable
from cogmap.memory.navigation.planning import Route, shortest_way
from cogmap.memory.navigation.stands import stands
from cogmap.runtime.messages import F64, Goal, MapObject

__all__ = ["Ended", "Errand", "GoBack", "GoTo", "comfortable_way", "way_or_reason"]

MARGIN_M = 0.08
"""Ways keep so much further from things than planning does by itself: corners are cut. Through
gaps that are too narrow for that, they lead without."""
DETOUR, DETOUR_M = 1.05, 0.2
"""And where those with that margin are longer by such a factor, and so much more."""
MOVED_M = 0.1

NO_PLACES: F64 = np.zeros((0, 2))


@dataclass(frozen=True)
class Ended:
    """The goal is reached, or cannot be."""

    good: bool
    text: str
    objects: tuple[int, ...] = ()


class Errand(Protocol):
    """One goal, as a journey does it."""

    @property
    def frontiers(self) -> F64:
        """(M, 2) places from which more could be seen, best first."""
        ...

    def next(self, known: Known) -> Route | Ended:
        """The way to drive from here, on what is known now."""
        ...

    def arrived(self, known: Known) -> Ended | None:
        """It stands where the last way led; None if there is more to do."""
        ...

    def is_outdated(self, known: Known) -> bool:
        """Whether what is new on the map calls for another way."""
        ...


@dataclass
class GoTo:
    """To a place: a point, a pose, an object, a room, a keyframe, a frontier."""

    goal: Goal
    body: Body
    frontiers: F64 = field(default_factory=lambda: NO_PLACES)
    _target: MapObject | None = None
    _why: str = ""

    def next(self, known: Known) -> Route | Ended:
        self._target = self._object(known)
        found = stands(self.goal, known, self.body)
        if isinstance(found, Unreachable):
            return Ended(False, found.text, found.blocked_by)
        way = way_or_reason(known, self.body, found, self.goal.through_unknown)
        if isinstance(way, Unreachable):
            return Ended(False, way.text, way.blocked_by)
        self._why = way.stand.why
        return way

    def arrived(self, known: Known) -> Ended | None:
        objects = (self.goal.id,) if self.goal.kind == "object" else ()
        return Ended(True, f"arrived: {self._why}" if self._why else "arrived", objects)

    def is_outdated(self, known: Known) -> bool:
        """An object that is gone, or stands elsewhere, is no longer where it was gone to."""
        before, now = self._target, self._object(known)
        if before is None or now is None:
            return before is not now
        moved = np.linalg.norm(np.subtract(now.box.center, before.box.center))
        return before.is_here != now.is_here or bool(moved > MOVED_M)

    def _object(self, known: Known) -> MapObject | None:
        return known.object(self.goal.id) if self.goal.kind == "object" else None


@dataclass
class GoBack:
    """Back to where the journey began."""

    start: Pose2
    body: Body
    frontiers: F64 = field(default_factory=lambda: NO_PLACES)

    def next(self, known: Known) -> Route | Ended:
        stand = Stand(self.start, why="where the journey began")
        way = way_or_reason(known, self.body, (stand,), through_unknown=False)
        return Ended(False, way.text, way.blocked_by) if isinstance(way, Unreachable) else way

    def arrived(self, known: Known) -> Ended | None:
        return Ended(True, "back where the journey began")

    def is_outdated(self, known: Known) -> bool:
        return False


def way_or_reason(
    known: Known, body: Body, places: tuple[Stand, ...], through_unknown: bool
) -> Route | Unreachable:
    """The way of `comfortable_way`, or why there is none: that costs more than to find one."""
    way = comfortable_way(known, body, places, through_unknown)
    return way or why_closed_off(known, body.radius_m, places)


def comfortable_way(
    known: Known, body: Body, places: tuple[Stand, ...], through_unknown: bool
) -> Route | None:
    """The way that keeps well away from things; a tighter one where there is no other, or where
    the others are a long way around."""
    roomy = replace(body, radius_m=body.radius_m + MARGIN_M)
    way = shortest_way(known, roomy, places, through_unknown)
    straight_m = min(math.dist(known.here.point, p.pose.point) + p.worse_m for p in places)
    if way is not None and _costs_m(way) <= DETOUR * straight_m + DETOUR_M:
        return way
    tighter = shortest_way(known, body, places, through_unknown)
    if way is None or tighter is None:
        return way or tighter
    return tighter if DETOUR * _costs_m(tighter) + DETOUR_M < _costs_m(way) else way


def _costs_m(way: Route) -> float:
    return way.length_m + way.stand.worse_m
