"""From which free floor a place is in reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.paths.floor import floor_paths
from cogmap.memory.paths.grid_paths import Paths
from cogmap.memory.paths.sides import same_side
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.places import Place, center, outline, seen
from cogmap.memory.programs.meaning.uncertainty import FLOOR_M, WALL_SIGMA_M, face_sigma
from cogmap.memory.programs.values import Objects, Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, Bool, MapObject, OccupancyGrid, Room

__all__ = ["BODY_M", "Beside", "beside"]

BODY_M = 0.2
"""Radius of somebody who stands on free floor."""
REACH_M = 1.2
"""Things farther than this from the floor that is known to be free are not reached."""
BESIDE_M = 0.25
"""All floor that is at most so much farther from a thing than the nearest is beside it."""


@dataclass(frozen=True)
class Beside:
    """The free cells from which a place is in reach."""

    cells: NDArray[np.intp]
    """(N,) by their places in the ``centers`` of the ways, ascending, each once."""
    rest_m: F64
    """(N,) level metres from the middle of each to the surface that is reached from there."""
    sigma_m: F64
    """(N,) standard deviation of where that surface is."""

    def at(self, cell: int) -> tuple[float, float]:
        """Rest and standard deviation at one of the cells."""
        number = int(np.searchsorted(self.cells, cell))
        return float(self.rest_m[number]), float(self.sigma_m[number])


def beside(world: World, grid: OccupancyGrid, place: Place, radius_m: float) -> Beside:
    """Where somebody of a radius is at a place. Raises NotDeterminable if it is out of reach.

    Who is wider than a person stands where a person would, so that their body is over that spot, in
    the same room: else a door that is too narrow would be in their reach, or be behind them.
    """
    paths = floor_paths(grid, radius_m)
    if radius_m <= BODY_M or isinstance(place, Room):
        return _found(world, paths, place, np.ones(len(paths.centers), bool))
    narrow = floor_paths(grid, BODY_M)
    spots = narrow.centers[_found(world, narrow, place, np.ones(len(narrow.centers), bool)).cells]
    over = _over(world, paths.centers, spots, radius_m + grid.resolution_m / 2)
    if not over.any():
        raise NotDeterminable("no floor there is known to be free for somebody of that size")
    return _found(world, paths, place, over)


def _found(world: World, paths: Paths, place: Place, allowed: Bool) -> Beside:
    """Of the cells that are ``allowed`` (as many as the ways have)."""
    if isinstance(place, Objects):
        found = _joined([_around(world, paths, thing, allowed) for thing in seen(place)])
    elif isinstance(place, Room):
        cells = np.flatnonzero(shapely.contains_xy(outline(place), *paths.centers.T))
        found = Beside(cells, np.zeros(len(cells)), np.full(len(cells), WALL_SIGMA_M))
    else:
        found = _at_spot(world, paths, place, allowed)
    if not len(found.cells):
        raise NotDeterminable("no known free floor is near it")
    return found


def _joined(parts: list[Beside]) -> Beside:
    """Of several things, at each cell the nearest."""
    cells = np.concatenate([part.cells for part in parts])
    rest = np.concatenate([part.rest_m for part in parts])
    sigma = np.concatenate([part.sigma_m for part in parts])
    order = np.lexsort((rest, cells))
    first = order[np.unique(cells[order], return_index=True)[1]]
    return Beside(cells[first], rest[first], sigma[first])


def _over(world: World, centers: F64, spots: F64, within_m: float) -> Bool:
    """(N,) which of ``centers`` (N, 2) are near a spot (M, 2) that is in the same room, or in
    none."""
    over = np.zeros(len(centers), bool)
    near = np.flatnonzero(cKDTree(spots).query(centers)[0] <= within_m)
    of_near, of_spots = _rooms_at(world, centers[near]), _rooms_at(world, spots)
    for room in np.unique(of_spots):
        mine = near[(of_near == room) | (room == _NO_ROOM)]
        over[mine] |= cKDTree(spots[of_spots == room]).query(centers[mine])[0] <= within_m
    return over


_NO_ROOM = -1


def _rooms_at(world: World, spots: F64) -> NDArray[np.intp]:
    """(N,) the id of the room that each of ``spots`` (N, 2) is in."""
    found = np.full(len(spots), _NO_ROOM, np.intp)
    for room in world.rooms:
        if len(room.polygon) >= 3:
            found[shapely.contains_xy(outline(room), *spots.T)] = room.id
    return found


def _at_spot(world: World, paths: Paths, place: Point | Pose, allowed: Bool) -> Beside:
    spot = center(place)[:2]
    far = np.where(allowed, _far_within_room(world, paths, spot), np.inf)
    cells = np.flatnonzero(far <= min(far.min(), REACH_M) + 1e-9)
    on_it = paths.is_free((float(spot[0]), float(spot[1])))  # then the way is from the very point
    rest = np.zeros(len(cells)) if on_it else far[cells]
    return Beside(cells, rest, np.full(len(cells), FLOOR_M))


def _far_within_room(world: World, paths: Paths, spot: F64) -> F64:
    """(N,) metres from ``spot`` (2,) to each free cell; inf for those in reach that are outside
    the room in which it is, if any in it are in reach."""
    far = np.asarray(np.linalg.norm(paths.centers - spot, axis=1))
    for room in world.rooms:
        if len(room.polygon) >= 3 and shapely.contains_xy(outline(room), *spot):
            inside = shapely.contains_xy(outline(room), *paths.centers.T)
            if far[inside].min(initial=np.inf) <= REACH_M:
                return np.where(inside, far, np.inf)
    return far


def _around(world: World, paths: Paths, thing: MapObject, allowed: Bool) -> Beside:
    """Cells beside a thing, on its side of the walls, in the part of the floor that is large or
    else nearest to it; none if no floor there is known."""
    world.check_time()
    far = footprint_distance(thing.box, paths.centers)
    near = np.flatnonzero((far <= REACH_M) & allowed)
    near = near[same_side(world.layout, world.floor, thing, paths.centers[near])]
    main = near[paths.parts[near] == np.bincount(paths.parts).argmax()]
    near = main if len(main) else near
    cells = near[far[near] <= far[near].min(initial=REACH_M) + BESIDE_M]
    return Beside(cells, far[cells], np.full(len(cells), face_sigma(thing)))
