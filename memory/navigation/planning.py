"""The way from where somebody is to the best of some places to stand."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from cogmap.memory.navigation.closed_off import why_closed_off
from cogmap.memory.navigation.floor import (
    ROOMY_CELLS,
    TIGHT_CELLS,
    body_paths,
    with_unknown_free,
)
from cogmap.memory.navigation.known import Body, Known, Stand, Unreachable
from cogmap.memory.paths.easing import EasingRoom, eased, sampled
from cogmap.memory.paths.floor import clearance_m
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import F64, FREE, OccupancyGrid

__all__ = ["Route", "plan"]

LEAVE_M = 0.5
"""Who stands where they should not, too near to something, leaves over at most so much floor."""
COMFORT_M = 0.3
"""Ways keep so much more than the radius from things where that makes them little longer."""
DARING = 2.0
"""Known floor is preferred to a way through the unknown, unless it makes it longer by more."""


@dataclass(frozen=True)
class Route:
    """A way that can be driven, from where somebody is to a stand."""

    points: F64
    """(N, 2) x, y (m, world), both ends included; N is 1 for who is there already."""
    length_m: float
    clearance_m: float
    """From the line to the nearest thing that is known to be occupied; inf without any."""
    stand: Stand


def plan(
    known: Known, body: Body, stands: tuple[Stand, ...], through_unknown: bool = False
) -> Route | Unreachable:
    """The shortest way to one of ``stands``, counting how much worse some of them are, and at most
    2 % longer for the sake of clearance.

    No point of it is nearer than the radius to an occupied cell, or, if there is no such way, to
    the middle of one; where the agent is now aside. Unknown floor is not free unless
    ``through_unknown``, and even then only if known floor makes the way twice as long. Raises
    ValueError without stands.
    """
    if not stands:
        raise ValueError("a plan needs at least one place to stand")
    route = _shortest(known.grid, known, body, stands)
    if through_unknown:
        dared = _shortest(with_unknown_free(known.grid), known, body, stands)
        if dared and (route is None or route.length_m > DARING * dared.length_m):
            return dared
    return route or why_closed_off(known, body.radius_m, stands)


def _shortest(
    grid: OccupancyGrid, known: Known, body: Body, stands: tuple[Stand, ...]
) -> Route | None:
    """The way that keeps the radius from whole cells; else one from their middles, if any."""
    for margin_cells in (ROOMY_CELLS, TIGHT_CELLS):
        paths = body_paths(grid, body.radius_m, margin_cells)
        found = _corners(paths, known.here.point, stands)
        if found is not None:
            corners, stand = found
            # On lines between the middles of cells, the margin is at least 0.71 cells less.
            least_m = body.radius_m + (margin_cells - 0.71) * grid.resolution_m
            return _route(grid, known.here.point, corners, least_m, body, stand)
    return None


def _corners(paths: Paths, here: Point, stands: tuple[Stand, ...]) -> tuple[F64, Stand] | None:
    """(N, 2) a taut line from the free floor at ``here`` to the best stand, and that."""
    usable = [stand for stand in stands if paths.is_free(stand.pose.point)]
    start = _start(paths, here)
    if start is None or not usable:
        return None
    goals = np.array([paths.row_of(stand.pose.point) for stand in usable])
    worse = np.array([stand.worse_m for stand in usable])
    found = paths.shortest(np.array([paths.row_of(start)]), goals, worse)
    if found is None:
        return None
    at_end = itertools.compress(usable, goals == paths.row_of(found[-1]))
    stand = min(at_end, key=lambda each: each.worse_m)
    return np.array(paths.taut(np.array([start, *found, stand.pose.point]))), stand


def _start(paths: Paths, here: Point) -> Point | None:
    """Where the way begins: here, or on the nearest floor from which one can drive."""
    if paths.is_free(here):
        return here
    if not len(paths.centers):
        return None
    nearest = paths.nearest(here)
    return nearest if math.dist(nearest, here) <= LEAVE_M else None


def _route(
    grid: OccupancyGrid, here: Point, corners: F64, least_m: float, body: Body, stand: Stand
) -> Route:
    comfort_m = body.radius_m + COMFORT_M
    room = EasingRoom(
        open=grid.cells == FREE,
        clearance_m=np.minimum(clearance_m(grid), 2 * comfort_m),  # inf where nothing stands
        origin=grid.origin,
        resolution_m=grid.resolution_m,
        least_m=least_m,
        comfort_m=comfort_m,
    )
    line = np.vstack([[here], eased(corners, room)])
    legs = np.linalg.norm(np.diff(line, axis=0), axis=1)
    line = line[np.concatenate([[True], legs > 1e-6])]
    far = float(room.far(sampled(line, grid.resolution_m)).min())
    return Route(line, float(legs.sum()), max(0.0, far - grid.resolution_m / 2), stand)
