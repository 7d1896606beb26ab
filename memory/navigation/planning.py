"""The way from where somebody is to the best of some places to stand."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from cogmap.memory.navigation.floor import body_paths, with_unknown_free
from cogmap.memory.navigation.known import Body, Known, Stand, Unreachable
from cogmap.memory.paths.floor import clearance_m
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import F64, OccupancyGrid

__all__ = ["Route", "plan"]

LEAVE_M = 0.5
"""Who stands where they should not, too near to something, leaves over at most so much floor."""


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
    """The shortest way to one of ``stands``, counting how much worse some of them are.

    Unknown floor is not free unless ``through_unknown``; then ways on known floor are still
    preferred to ways half as long that are not. Raises ValueError without stands.
    """
    if not stands:
        raise ValueError("a plan needs at least one place to stand")
    route = _on(known.grid, known, body, stands)
    if isinstance(route, Route) or not through_unknown:
        return route
    return _on(with_unknown_free(known.grid), known, body, stands)


def _on(
    grid: OccupancyGrid, known: Known, body: Body, stands: tuple[Stand, ...]
) -> Route | Unreachable:
    paths = body_paths(grid, body.radius_m)
    start = _start(paths, known.here.point)
    if start is None:
        return Unreachable("no free floor is known around the robot")
    usable = [stand for stand in stands if paths.is_free(stand.pose.point)]
    if not usable:
        return Unreachable("no place to stand is on free floor")
    goals = np.array([paths.row_of(stand.pose.point) for stand in usable])
    worse = np.array([stand.worse_m for stand in usable])
    found = paths.shortest(np.array([paths.row_of(start)]), goals, worse)
    if found is None:
        return Unreachable("no way on known free floor leads there; something may be in the way")
    at_end = goals == paths.row_of(found[-1])
    stand = min(itertools.compress(usable, at_end), key=lambda each: each.worse_m)
    corners = list(paths.taut(np.array([start, *found, stand.pose.point])))
    return _route(grid, [known.here.point, *corners], stand)


def _start(paths: Paths, here: Point) -> Point | None:
    if paths.is_free(here):
        return here
    if not len(paths.centers):
        return None
    nearest = paths.nearest(here)
    return nearest if math.dist(nearest, here) <= LEAVE_M else None


def _route(grid: OccupancyGrid, corners: list[Point], stand: Stand) -> Route:
    kept = [corners[0], *(b for a, b in itertools.pairwise(corners) if a != b)]
    points = np.array(kept, np.float64)
    length = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    return Route(points, length, _clearance_m(grid, points), stand)


def _clearance_m(grid: OccupancyGrid, points: F64) -> float:
    far = clearance_m(grid)
    legs = np.linalg.norm(np.diff(points, axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(legs)])
    at = np.linspace(0, walked[-1], 2 + int(walked[-1] / grid.resolution_m))
    line = np.column_stack([np.interp(at, walked, points[:, axis]) for axis in (0, 1)])
    column, row = ((line - grid.origin) // grid.resolution_m).astype(int).T
    row = np.clip(row, 0, far.shape[0] - 1)
    column = np.clip(column, 0, far.shape[1] - 1)
    return max(0.0, float(far[row, column].min()) - grid.resolution_m / 2)
