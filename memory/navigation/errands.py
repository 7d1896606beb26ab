"""What a goal asks for, step by step: the next way to drive, until there is none left."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec
import numpy as np

from cogmap.memory.geometry.boxes import contains, footprint_distance
from cogmap.memory.navigation.closed_off import why_closed_off
from cogmap.memory.navigation.driving import ARRIVED_M
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand, Unreachable
from cogmap.memory.navigation.object_stands import REACH_M
from cogmap.memory.navigation.planning import Route, shortest_way
from cogmap.memory.navigation.standing import MOST_LOOKS, Sight, Standing, away_from
from cogmap.memory.navigation.stands import stands
from cogmap.memory.navigation.stopping import cut_short
from cogmap.runtime.messages import F64, Box, Goal, MapObject

__all__ = [
    "MARGIN_M",
    "Ended",
    "Errand",
    "GoBack",
    "GoTo",
    "Stays",
    "comfortable_way",
    "is_elsewhere",
    "way_or_reason",
    "way_to_goal",
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


Stays = Literal["stays"]
"""It looks on from where it stands."""


class Errand(Protocol):
    """One goal, as a journey does it."""

    @property
    def frontiers(self) -> F64:
        """(M, 2) places from which more could be seen, best first."""
        ...

    @property
    def looks(self) -> bool:
        """Whether the map is to have what is seen from where a way ended before it goes on."""
        ...

    def next(self, known: Known) -> Route | Ended:
        """The way to drive from here, on what is known now."""
        ...

    def arrived(self, known: Known) -> Ended | Stays | None:
        """It stands where the last way led; None if there is more to do elsewhere."""
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
    _stand: Stand | None = None
    _looked: bool = False
    """It has looked from afar: more of the floor may be known now."""
    _standing: Standing = field(default_factory=Standing)
    _since_ns: int | None = None
    """The stamp of the map when it set out."""

    @property
    def looks(self) -> bool:
        """No floor within reach of the object is known to be free, as far as was looked."""
        if self._looked or self._target is None or self._stand is None:
            return False
        here = np.array([self._stand.pose.point])
        return bool(footprint_distance(self._target.box, here)[0] > REACH_M)

    def next(self, known: Known) -> Route | Ended:
        meant = self._object(known)
        goal = self._goal_of(meant)
        found = stands(goal, known, self.body)
        if isinstance(found, Unreachable):
            return Ended(False, found.text, found.blocked_by)
        if self._is_other(meant):
            self._looked, self._standing = False, Standing()
        if self._standing.unseen_from:
            return self._from_elsewhere(found, known)
        way = way_to_goal(goal, known, self.body, found)
        if isinstance(way, Unreachable):
            return Ended(False, way.text, way.blocked_by)
        if self._since_ns is None:
            self._since_ns = known.layout.stamp_ns
        self._target, self._stand = meant, way.stand
        return way

    def arrived(self, known: Known) -> Ended | Stays | None:
        if self.is_outdated(known):
            return None
        if self.looks:
            self._looked = True
            return None
        sight = self._sight(known)
        if sight == "waits":
            return "stays"
        if sight == "unseen":
            self._standing.unseen_from.append(known.here.point)
            self._standing.move_on()
            return None
        return self._there()

    def _sight(self, known: Known) -> Sight:
        """Of an object from where it should be in view. What nothing looks for, since no detector
        has seen anything on the way, counts as seen."""
        target, things = self._target, known.layout.objects
        if target is None or not any(each.last_seen_ns > (self._since_ns or 0) for each in things):
            return "seen"
        return self._standing.look(known.object(target.id), known.here.point, known.stamp_ns)

    def _from_elsewhere(self, found: tuple[Stand, ...], known: Known) -> Route | Ended:
        """The way to where an object that was not seen is in view as well; where nothing is left
        to try, it has arrived, and says so: who is on the way to another look has not."""
        spots = self._standing.unseen_from
        others = tuple(away_from(found, spots)) if len(spots) < MOST_LOOKS else ()
        way = comfortable_way(known, self.body, others, False) if others else None
        if way is not None:
            self._stand = way.stand
            return way
        if others and math.dist(known.here.point, spots[-1]) > ARRIVED_M:
            reason = why_closed_off(known, self.body.radius_m, others)
            return Ended(False, reason.text, reason.blocked_by)
        there = self._there()
        return Ended(True, f"{there.text}, but it was not seen from there", there.objects)

    def _there(self) -> Ended:
        """It stands where it was to go."""
        why = "" if self._stand is None else self._stand.why
        text = f"arrived: {why}" if why else "arrived"
        if self._target is None:
            return Ended(True, text)
        if self._target.id != self.goal.id:
            text += f"; object {self.goal.id} has turned out to be one with {self._target.id}"
        return Ended(True, text, (self._target.id,))

    def is_outdated(self, known: Known) -> bool:
        """An object that is gone, or stands elsewhere, is no longer where it was gone to."""
        return self._target is not None and self._is_other(self._object(known))

    def _object(self, known: Known) -> MapObject | None:
        """What it goes to, as it is known now; of what the map does not have any more since it
        was found to be one with something else, that."""
        if self.goal.kind != "object":
            return None
        if self._target is None:
            return known.object(self.goal.id)
        return known.object(self._target.id) or _in_place_of(self._target, known)

    def _goal_of(self, meant: MapObject | None) -> Goal:
        return self.goal if meant is None else msgspec.structs.replace(self.goal, id=meant.id)

    def _is_other(self, now: MapObject | None) -> bool:
        """Whether a thing is not what the last way led to, or not there."""
        before = self._target
        if before is None or now is None:
            return before is not now
        return before.id != now.id or is_elsewhere(before, now)


@dataclass
class GoBack:
    """Back to where the journey began."""

    start: Pose2
    body: Body
    frontiers: F64 = field(default_factory=lambda: NO_PLACES)

    @property
    def looks(self) -> bool:
        return False

    def next(self, known: Known) -> Route | Ended:
        stand = Stand(self.start, why="where the journey began")
        way = way_or_reason(known, self.body, (stand,), through_unknown=False)
        return Ended(False, way.text, way.blocked_by) if isinstance(way, Unreachable) else way

    def arrived(self, known: Known) -> Ended | None:
        return Ended(True, "back where the journey began")

    def is_outdated(self, known: Known) -> bool:
        return False


def _in_place_of(gone: MapObject, known: Known) -> MapObject | None:
    """The nearest thing of the label of one that the map has no more, in the same place: the middle
    of one is in the other. What stands beside it is another."""
    there = [
        (math.dist(thing.box.center, gone.box.center), thing.id, thing)
        for thing in known.layout.objects
        if thing.is_here and thing.label == gone.label and _share_a_place(thing.box, gone.box)
    ]
    return min(there)[2] if there else None


def _share_a_place(a: Box, b: Box) -> bool:
    return bool(contains(a, np.array([b.center]))[0] or contains(b, np.array([a.center]))[0])


def is_elsewhere(before: MapObject, now: MapObject) -> bool:
    """Whether an object is gone, is back, or stands so far from where it stood that ways to it
    lead elsewhere."""
    moved = np.linalg.norm(np.subtract(now.box.center, before.box.center))
    return before.is_here != now.is_here or bool(moved > MOVED_M)


def way_to_goal(
    goal: Goal, known: Known, body: Body, places: tuple[Stand, ...]
) -> Route | Unreachable:
    """The way to one of the places that are good for a goal, or why there is none; to an object it
    ends at the best place that it passes."""
    way = way_or_reason(known, body, places, goal.through_unknown)
    if isinstance(way, Unreachable) or goal.kind != "object":
        return way
    return cut_short(way, goal.id, known, body)


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
