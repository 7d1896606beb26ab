"""What a goal asks for, step by step: the next way to drive, until there is none left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from cogmap.memory.navigation.closed_off import why_closed_off
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand, Unreachable
from cogmap.memory.navigation.planning import Route, shortest_way
from cogmap.memory.navigation.stands import stands
from cogmap.runtime.messages import F64, Goal, MapObject

__all__ = [
    "MARGIN_M",
    "Ended",
    "Errand",
    "GoBack",
    "GoTo",
    "comfortable_way",
    "is_elsewhere",
    "way_or_reason",
]

MARGIN_M = 0.08
"""Ways keep so much further from things than planning does by itself: corners are cut. Through
narrower places they lead where the way around is long."""
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
        return is_elsewhere(before, now)

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


def is_elsewhere(before: MapObject, now: MapObject) -> bool:
    """Whether an object is gone, is back, or stands so far from where it stood that ways to it
    lead elsewhere."""
    moved = np.linalg.norm(np.subtract(now.box.center, before.box.center))
    return before.is_here != now.is_here or bool(moved > MOVED_M)


def way_or_reason(
    known: Known, body: Body, places: tuple[Stand, ...], through_unknown: bool
) -> Route | Unreachable:
    """The way of `comfortable_way`, or why there is none: that costs more than to find one."""
    way = comfortable_way(known, body, places, through_unknown)
    return way or why_closed_off(known, body.radius_m, places)


def comfortable_way(
    known: Known, body: Body, places: tuple[Stand, ...], through_unknown: bool
) -> Route | None:
    """The way that keeps well away from things, but for narrow places with no short way around."""
    return shortest_way(known, body, places, through_unknown, MARGIN_M)
