"""Things that may be what is looked for: the way to where each is in view, or towards it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.navigation.errands import NO_PLACES, comfortable_way
from cogmap.memory.navigation.floor import with_unknown_free
from cogmap.memory.navigation.gaps import GAPS_M, dared
from cogmap.memory.navigation.glances import Glances
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand, Unreachable
from cogmap.memory.navigation.nearest_places import nearest_places
from cogmap.memory.navigation.object_stands import FAR_M, REACH_M
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.polyline import Polyline
from cogmap.memory.navigation.standing import MOST_LOOKS, away_from
from cogmap.memory.navigation.stands import stands
from cogmap.memory.paths.floor import states_at
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import (
    F64,
    FREE,
    OCCUPIED,
    UNKNOWN,
    Box,
    Goal,
    MapObject,
    OccupancyGrid,
)

__all__ = ["Approach", "Candidates"]

SHORTER = 0.7
"""A way through the unknown to another thing is tried first if its length is less than this part
of that over known floor."""
LEAST_M = 0.3
"""A way towards a thing that ends so near to where one did shows nothing new."""
ROUNDABOUT, SLACK_M = 1.25, 0.5
"""The part of a way that leads through the unknown is no longer than so many times the straight
line, and so much: longer ones lead around walls, through others that were not seen yet."""
MUCH_WORSE_M = 0.5
"""What is worse by more than another place that can be reached is none to stand: who only just
has a thing in view by the map may not have it in view."""
EDGE_M = 0.3
"""Who is so near to the end of the known part of a way sees nothing of what is before them."""
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
    beyond: F64 = field(default_factory=lambda: NO_PLACES)
    """(N, 2) x, y (m): places on the way to where it is in view, from the first of which the floor
    was not known."""

    def leads_on(self, grid: OccupancyGrid) -> bool:
        """Whether it is still true of a way towards a thing that the floor is known up to its end,
        and that nothing is known to stand beyond that."""
        states = states_at(grid, self.beyond)
        return bool(len(states) and states[0] == UNKNOWN and not (states == OCCUPIED).any())


@dataclass
class Candidates:
    """Remembers from where what was not seen."""

    body: Body
    _missed: dict[int, list[Point]] = field(default_factory=dict)
    _led: dict[int, list[Point]] = field(default_factory=dict)
    _glances: Glances = field(init=False)
    _stands: dict[tuple[OccupancyGrid, int, Box], tuple[Stand, ...]] = field(default_factory=dict)
    """On the floor that was asked about last: it is asked about several times."""
    _of: OccupancyGrid | None = None

    def __post_init__(self) -> None:
        self._glances = Glances(self.body)

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
        """The one to go to; from ``afar`` it is looked at if nothing leads into its reach."""
        if self._of is not known.grid:
            self._of = known.grid
            self._stands.clear()
        there = self._over_known_floor(known, things)
        others = [thing for thing in things if there is None or thing.id != there.thing]
        towards = self._through_unknown(known, others)
        if towards and (there is None or towards.length_m < SHORTER * there.length_m):
            return towards
        return there or self._over_gaps(known, things, afar)

    def _over_gaps(self, known: Known, things: Sequence[MapObject], afar: bool) -> Approach | None:
        """Over small gaps of the unknown, which nobody can look into who stands before them."""
        for gap_m in GAPS_M:
            there = self._over_known_floor(dared(known, gap_m), things)
            if there is not None:
                wide = gap_m > GAPS_M[0]
                return (self._first_seen(known, there, there.route) if wide else None) or there
        return self._over_known_floor(known, things, FAR_M) if afar else None

    def _over_known_floor(
        self, known: Known, things: Sequence[MapObject], reach_m: float = REACH_M
    ) -> Approach | None:
        found = self._way(known, things, reach_m)
        if found is None:
            return None
        way, thing = found
        return Approach(way, thing, way.length_m, ends_there=True)

    def _through_unknown(self, known: Known, things: Sequence[MapObject]) -> Approach | None:
        """As far as the floor is known of a way that goes on through the unknown."""
        daring = replace(known, grid=with_unknown_free(known.grid))
        found = self._way(daring, things, REACH_M)
        if found is None:
            return None
        way, thing = found
        route, beyond = _known_part(way, known, self.body)
        ended = route.stand.pose.point
        rest_m, straight_m = way.length_m - route.length_m, math.dist(ended, way.stand.pose.point)
        if rest_m > ROUNDABOUT * straight_m + SLACK_M:
            return None
        if any(math.dist(ended, each) < LEAST_M for each in self._led.get(thing, ())):
            return None
        approach = Approach(route, thing, way.length_m, ends_there=False, beyond=beyond)
        if route.length_m > EDGE_M:
            return approach
        looking = self._first_seen(known, approach, way)
        if looking is not None:  # what that does not show, the edge will not
            self.look(thing, ended)
        return looking or approach

    def _first_seen(self, known: Known, approach: Approach, way: Route) -> Approach | None:
        """Where the floor is seen first that a way leads over unseen; None: nowhere, or it was
        looked at."""
        looking = self._glances.before(known, way.points)
        if looking is None:
            return None
        _, beyond = _known_part(way, known, self.body)
        return replace(approach, route=looking, ends_there=False, beyond=beyond)

    def _way(
        self, known: Known, things: Sequence[MapObject], reach_m: float
    ) -> tuple[Route, int] | None:
        """The best way to where one of some things is in view, so near to its surface, and the
        thing's id."""

        def places(thing: MapObject) -> list[Stand]:
            return self._good(thing, self._all_stands(known, thing), reach_m)

        found = nearest_places(known, self.body, things, reach_m, places)
        if not found:
            return None
        best_m = {thing.id: math.inf for thing in found.values()}
        for stand, thing in found.items():
            best_m[thing.id] = min(best_m[thing.id], stand.worse_m)
        found = {s: t for s, t in found.items() if s.worse_m <= best_m[t.id] + MUCH_WORSE_M}
        way = comfortable_way(known, self.body, tuple(found), through_unknown=False)
        return None if way is None else (way, found[way.stand].id)

    def _all_stands(self, known: Known, thing: MapObject) -> tuple[Stand, ...]:
        key = (known.grid, thing.id, thing.box)
        if key not in self._stands:
            quick = replace(known, surface=None)  # many things, whose boxes change with every frame
            found = stands(Goal(kind="object", id=thing.id), quick, self.body)
            self._stands[key] = () if isinstance(found, Unreachable) else found
        return self._stands[key]

    def _good(self, thing: MapObject, found: tuple[Stand, ...], reach_m: float) -> list[Stand]:
        """Those in reach, away from where the thing was looked for and not seen."""
        if not found:
            return []
        points = np.array([stand.pose.point for stand in found])
        good = footprint_distance(thing.box, points) <= reach_m
        return away_from(list(itertools.compress(found, good)), self._missed.get(thing.id, ()))


def _known_part(way: Route, known: Known, body: Body) -> tuple[Route, F64]:
    """Up to where the floor is known, looking on along the way; and the places (N, 2) of the rest
    of it."""
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
    beyond = places[unknown[0] :] if len(unknown) else NO_PLACES
    return Route(points, float(legs.sum()), way.clearance_m, stand), beyond
