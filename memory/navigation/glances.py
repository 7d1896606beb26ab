"""Looking first: where to see floor from that a way leads over and no camera has seen.

No camera at the height of a head sees the floor at its feet. Who stands at the edge of the unknown
learns nothing of it there, and has to look from farther back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from cogmap.memory.navigation.errands import comfortable_way
from cogmap.memory.navigation.floor import body_paths
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.polyline import Polyline
from cogmap.memory.paths.floor import spread, states_at
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import F64, OCCUPIED, UNKNOWN, Bool, OccupancyGrid

__all__ = ["Glances", "places_to_see"]

BLIND_SPARE_M = 0.1
"""So much beyond the nearest floor in the picture."""
FARTHEST_M = 2.5
DETOUR_M = 3.0
"""A way that is longer than this is not made for a look."""
SAME_M = 0.4
"""A second look at what is so near to what was looked at is the same look."""
MOST = 200


@dataclass
class Glances:
    """Remembers at what somebody looked."""

    body: Body
    _at: list[Point] = field(default_factory=list)

    def before(self, known: Known, way: F64) -> Route | None:
        """The way to where the first floor is in view that a way (N, 2) leads over and nobody has
        seen; None if there is none, or it was looked at, or nothing near shows it."""
        spot = _first_unknown(known, way)
        if spot is None or any(math.dist(spot, each) < SAME_M for each in self._at):
            return None
        self._at.append(spot)
        stands = places_to_see(spot, known, self.body)
        route = comfortable_way(known, self.body, stands, through_unknown=False) if stands else None
        return None if route is None or route.length_m > DETOUR_M else route


def places_to_see(spot: Point, known: Known, body: Body) -> tuple[Stand, ...]:
    """Free places from which a spot of the floor is in the picture and nothing known hides it."""
    paths = body_paths(known.grid, body.radius_m)
    far = np.linalg.norm(paths.centers - spot, axis=1)
    nearest_m = body.camera_height_m / math.tan(body.steepest_rad) + BLIND_SPARE_M
    good = np.flatnonzero((far >= nearest_m) & (far <= FARTHEST_M))
    good = spread(good, MOST)
    spots = paths.centers[good]
    spots = spots[_in_sight(spots, spot, known.grid)]
    why = "to see the floor ahead"
    return tuple(
        Stand(Pose2(x, y, math.atan2(spot[1] - y, spot[0] - x)), why=why) for x, y in spots.tolist()
    )


def _first_unknown(known: Known, way: F64) -> Point | None:
    """The first point of a way whose floor is not known."""
    line = Polyline(way)
    places = line.stretch(0.0, line.length_m)
    unknown = np.flatnonzero(states_at(known.grid, places) == UNKNOWN)
    if not len(unknown):
        return None
    x, y = places[unknown[0]].tolist()
    return (x, y)


def _in_sight(spots: F64, target: Point, grid: OccupancyGrid) -> Bool:
    """(N,) from which of ``spots`` (N, 2) no occupied cell is on the line to the target."""
    steps = max(2, math.ceil(FARTHEST_M / grid.resolution_m))
    along = np.linspace(0.0, 1.0, steps)[:, None, None]
    points = spots * (1 - along) + np.array(target) * along
    states = states_at(grid, points.reshape(-1, 2)).reshape(steps, len(spots))
    return np.asarray(~(states == OCCUPIED).any(axis=0))
