"""The way from where somebody is to the best of some places to stand."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np

from cogmap.memory.navigation.floor import (
    ROOMY_CELLS,
    TIGHT_CELLS,
    wary_ways,
    with_unknown_free,
)
from cogmap.memory.navigation.known import Body, Known, Stand
from cogmap.memory.paths.easing import EasingRoom, eased, sampled
from cogmap.memory.paths.floor import clearance_m
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import F64, FREE, Bool, OccupancyGrid

__all__ = ["Route", "shortest_way"]

LEAVE_M = 0.5
"""Who stands where they should not, too near to something, leaves over at most so much floor."""
COMFORT_M = 0.3
"""Ways keep so much more than the radius from things where that makes them little longer."""
NOTHING_NEAR_M = 1e3
"""Stands for how far away things are on floors that have none."""
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


def shortest_way(
    known: Known,
    body: Body,
    stands: tuple[Stand, ...],
    through_unknown: bool,
    margin_m: float,
) -> Route | None:
    """The shortest way to one of ``stands``, counting how much worse some of them are, and at most
    1.5 % longer for the sake of clearance. With ``margin_m``, what is narrower by so much more
    counts as longer, so that narrow places are passed only where the way around is long; so does
    what is as near to the boxes of known things.

    No point of it is nearer than the radius to an occupied cell, or, if there is no such way, to
    the middle of one; where the agent is now aside. Unknown floor is not free unless
    ``through_unknown``, and even then only if known floor makes the way twice as long. Raises
    ValueError without stands.
    """
    if not stands:
        raise ValueError("a plan needs at least one place to stand")
    route = _shortest(known.grid, known, body, stands, margin_m)
    if through_unknown:
        dared = _shortest(with_unknown_free(known.grid), known, body, stands, margin_m)
        if dared and (route is None or route.length_m > DARING * dared.length_m):
            return dared
    return route


def _shortest(
    grid: OccupancyGrid, known: Known, body: Body, stands: tuple[Stand, ...], margin_m: float
) -> Route | None:
    """The way that keeps the radius from whole cells; else one from their middles, if any."""
    for margin_cells in (ROOMY_CELLS, TIGHT_CELLS):
        paths = wary_ways(replace(known, grid=grid), body, margin_cells, margin_m)
        # On lines between the middles of cells, the margin is at most 0.71 cells less.
        room = _room(grid, body.radius_m, (margin_cells - 0.71) * grid.resolution_m, paths.dear)
        found = _corners(paths, room, known.here.point, stands)
        if found is not None:
            return _route(known.here.point, found[0], room, found[1])
    return None


def _corners(
    paths: Paths, room: EasingRoom, here: Point, stands: tuple[Stand, ...]
) -> tuple[F64, Stand] | None:
    """(N, 2) a taut line from the free floor at ``here`` to the best stand, and that."""
    usable = [stand for stand in stands if paths.is_free(stand.pose.point)]
    start = _start(paths, room, here)
    if start is None or not usable:
        return None
    goals = np.array([paths.row_of(stand.pose.point) for stand in usable])
    worse = np.array([stand.worse_m for stand in usable])
    found = paths.shortest(np.array([paths.row_of(start)]), goals, worse)
    if found is None:
        return None
    at_end = itertools.compress(usable, goals == paths.row_of(found[-1]))
    stand = min(at_end, key=lambda each: each.worse_m)
    return _between(paths, start, found, stand.pose.point), stand


def _between(paths: Paths, start: Point, way: tuple[Point, ...], end: Point) -> F64:
    """(N, 2) a way between the middles of cells, from and to the points on them that are meant."""
    if len(way) > 1 and paths.sees(start, way[1]):
        way = way[1:]
    if len(way) > 1 and paths.sees(way[-2], end):
        way = way[:-1]
    return np.array([start, *way, end])


def _start(paths: Paths, room: EasingRoom, here: Point) -> Point | None:
    """Where the way begins: here, or on the nearest floor that can be driven to without coming
    nearer to anything than one is, or else without coming much nearer."""
    if paths.is_free(here):
        return here
    gap = np.linalg.norm(paths.centers - here, axis=1)
    near = np.flatnonzero(gap <= LEAVE_M)
    if not len(near):
        return None
    near = near[np.argsort(gap[near], kind="stable")]
    along = np.linspace(0, 1, 12)[:, None, None]
    legs = here + (paths.centers[near] - here) * along
    nearest_m = room.far(legs).min(axis=0)
    keeps = nearest_m >= float(room.far(np.array(here))) - 1e-4
    chosen = near[keeps.argmax() if keeps.any() else nearest_m.argmax()]
    x, y = paths.centers[chosen].tolist()
    return (x, y)


def _room(grid: OccupancyGrid, radius_m: float, margin_m: float, dear: Bool | None) -> EasingRoom:
    far = clearance_m(grid)
    return EasingRoom(
        open=grid.cells == FREE,
        clearance_m=np.full_like(far, NOTHING_NEAR_M) if np.isinf(far[0, 0]) else far,
        origin=grid.origin,
        resolution_m=grid.resolution_m,
        least_m=radius_m + margin_m,
        comfort_m=radius_m + COMFORT_M,
        dear=dear,
    )


def _route(here: Point, corners: F64, room: EasingRoom, stand: Stand) -> Route:
    line = np.vstack([[here], eased(corners, room)])
    legs = np.linalg.norm(np.diff(line, axis=0), axis=1)
    line = line[np.concatenate([[True], legs > 1e-6])]
    far = float(room.far(sampled(line, room.resolution_m)).min())
    clear = math.inf if far >= NOTHING_NEAR_M else max(0.0, far - room.resolution_m / 2)
    return Route(line, float(legs.sum()), clear, stand)
