"""Things that may be what is looked for: the way to where each is in view, or towards it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import footprint
from cogmap.memory.navigation.errands import comfortable_way
from cogmap.memory.navigation.floor import with_unknown_free
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand, Unreachable
from cogmap.memory.navigation.object_stands import REACH_M
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.polyline import Polyline
from cogmap.memory.navigation.stands import stands
from cogmap.memory.paths.floor import states_at
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import FREE, Goal, MapObject

__all__ = ["Approach", "Candidates"]

MOST_LOOKS = 2
"""What was not seen from so many places, it is not."""
APART_M = 0.8
"""A look from nearer to where one failed is the same look."""
SHORTER = 0.7
"""A way through the unknown to another thing is tried first if its length is less than this part
of that over known floor."""
LEAST_M = 0.3
"""A way towards a thing that ends so near to where one did shows nothing new."""
ROUNDABOUT, SLACK_M = 1.25, 0.5
"""The part of a way that leads through the unknown is no longer than so many times the straight
line, and so much: longer ones lead around walls, through others that were not seen yet."""
AHEAD_M = 0.5
"""So far into the unknown it looks along its way."""


@dataclass(frozen=True)
class Approach:
    """A way to where a thing is in view, or as far towards it as the floor is known."""

    route: Route
    thing: int
    length_m: float
    """To where it is in view."""
    ends_there: bool


@dataclass
class Candidates:
    """Remembers from where what was not seen."""

    body: Body
    _missed: dict[int, list[Point]] = field(default_factory=dict)
    _led: dict[int, list[Point]] = field(default_factory=dict)

    def miss(self, thing: int, here: Point) -> None:
        """It was not in view from where it should have been."""
        self._missed.setdefault(thing, []).append(here)

    def look(self, thing: int, here: Point) -> None:
        """A way towards it ended here."""
        self._led.setdefault(thing, []).append(here)

    def is_doubted(self, thing: MapObject) -> bool:
        """What is not sure is doubted sooner."""
        return len(self._missed.get(thing.id, ())) >= (MOST_LOOKS if thing.is_here else 1)

    def nearest(
        self, known: Known, things: Sequence[MapObject], *, afar: bool = False
    ) -> Approach | None:
        """The one to go to. What is out of reach is looked at from ``afar``, or where even the
        unknown leaves no place nearer to it."""
        places = self._places(known, things)
        daring = replace(known, grid=with_unknown_free(known.grid))
        dared = {s: t for s, t in self._places(daring, things).items() if _is_near(s, t)}
        might = {thing.id for thing in dared.values()}
        there = self._over_known_floor(
            known,
            {s: t for s, t in places.items() if afar or _is_near(s, t) or t.id not in might},
        )
        towards = self._through_unknown(
            known, daring, {s: t for s, t in dared.items() if there is None or t.id != there.thing}
        )
        if towards is None or (there and towards.length_m >= SHORTER * there.length_m):
            return there
        return towards

    def _over_known_floor(self, known: Known, places: dict[Stand, MapObject]) -> Approach | None:
        if not places:
            return None
        way = comfortable_way(known, self.body, tuple(places), through_unknown=False)
        if way is None:
            return None
        return Approach(way, places[way.stand].id, way.length_m, ends_there=True)

    def _through_unknown(
        self, known: Known, daring: Known, places: dict[Stand, MapObject]
    ) -> Approach | None:
        """As far as the floor is known of a way that goes on through the unknown."""
        if not places:
            return None
        way = comfortable_way(daring, self.body, tuple(places), through_unknown=False)
        if way is None:
            return None
        thing = places[way.stand].id
        route = _known_part(way, known, self.body)
        ended = route.stand.pose.point
        rest_m, straight_m = way.length_m - route.length_m, math.dist(ended, way.stand.pose.point)
        if rest_m > ROUNDABOUT * straight_m + SLACK_M:
            return None
        if any(math.dist(ended, each) < LEAST_M for each in self._led.get(thing, ())):
            return None
        return Approach(route, thing, way.length_m, ends_there=False)

    def _places(self, known: Known, things: Sequence[MapObject]) -> dict[Stand, MapObject]:
        """Where to stand for which thing."""
        places = {}
        for thing in things:
            found = stands(Goal(kind="object", id=thing.id), known, self.body)
            if isinstance(found, Unreachable):
                continue
            bad = self._missed.get(thing.id, ())
            for stand in found:
                if all(math.dist(stand.pose.point, each) >= APART_M for each in bad):
                    places[stand] = thing
        return places


def _is_near(stand: Stand, thing: MapObject) -> bool:
    point = shapely.Point(stand.pose.point)
    return bool(shapely.Polygon(footprint(thing.box)).distance(point) <= REACH_M)


def _known_part(way: Route, known: Known, body: Body) -> Route:
    """Up to where the floor is known, looking on along the way."""
    line = Polyline(way.points)
    places = line.stretch(0.0, line.length_m)
    unknown = np.flatnonzero(states_at(known.grid, places) != FREE)
    step_m = line.length_m / (len(places) - 1)
    edge_m = float(unknown[0] * step_m) if len(unknown) else line.length_m
    points = line.until(max(0.0, edge_m - body.radius_m))
    x, y = points[-1].tolist()
    ahead = line.at(edge_m + AHEAD_M)
    yaw = math.atan2(ahead[1] - y, ahead[0] - x)
    legs = np.linalg.norm(np.diff(points, axis=0), axis=1)
    stand = Stand(Pose2(x, y, yaw), why="to see more of what may be it")
    return Route(points, float(legs.sum()), way.clearance_m, stand)
