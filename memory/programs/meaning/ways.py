"""Ways between places of a world."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.paths.floor import floor_paths
from cogmap.memory.paths.grid_paths import Paths
from cogmap.memory.paths.sides import same_side
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.places import Place, center, outline, seen
from cogmap.memory.programs.values import Length, Objects, Path
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import (
    F64,
    OCCUPIED,
    Bool,
    MapObject,
    OccupancyGrid,
    Room,
    Standpoint,
)

__all__ = ["EYES_M", "grid_of", "in_room", "seen_line", "way"]

REACH_M = 1.2
"""Things farther than this from the floor that is known to be free are not reached."""
BESIDE_M = 0.25
"""All floor that is at most so much farther from a thing than the nearest is beside it."""
EYES_M = 1.5
"""Height of whoever looks, over the floor."""


def grid_of(world: World) -> OccupancyGrid:
    """Free and occupied space, with where the camera went. Raises NotDeterminable without."""
    grid = world.floor
    if grid is None or not grid.cells.size:
        raise NotDeterminable("free space is not known to this map")
    return grid


def way(world: World, a: Place, b: Place, radius: Length) -> Path:
    """The shortest way on known free floor. Raises NotDeterminable if none is known."""
    paths = floor_paths(grid_of(world), radius.not_below_zero("radius"))
    if not len(paths.centers):
        raise NotDeterminable("no floor is known to be free for somebody of that size")
    starts, goals = _beside(world, paths, a), _beside(world, paths, b)
    points = paths.shortest(starts, goals)
    if points is None:
        raise NotDeterminable(
            "no way on known free floor leads there; something may be in the way",
            _nearest_reached(world, paths, starts, goals),
        )
    line = np.array(points)
    length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    return Path(line, length)


def in_room(grid: OccupancyGrid, rooms: Sequence[Room]) -> Bool:
    """(rows, columns) cells whose middle is in one of some rooms."""
    row, column = np.indices(grid.cells.shape)
    x = (column + 0.5) * grid.resolution_m + grid.origin[0]
    y = (row + 0.5) * grid.resolution_m + grid.origin[1]
    area = shapely.union_all([outline(room) for room in rooms])
    return np.asarray(shapely.contains_xy(area, x, y))


def seen_line(grid: OccupancyGrid, eyes: F64, target: F64, around_m: float = 0.3) -> Bool:
    """(N,) from which of ``eyes`` (N, 2) the way to ``target`` (2,) is free of what is occupied,
    save for what is so close around the target."""
    steps = max(2, math.ceil(float(np.linalg.norm(eyes - target, axis=1).max(initial=0)) / 0.1))
    along = np.linspace(0, 1, steps)[None, :, None]
    points = eyes[:, None] * (1 - along) + target * along
    column, row = np.moveaxis((points - grid.origin) // grid.resolution_m, 2, 0).astype(int)
    rows, columns = grid.cells.shape
    row, column = np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)
    blocked = grid.cells[row, column] == OCCUPIED
    blocked &= np.linalg.norm(points - target, axis=2) > around_m
    return np.asarray(~blocked.any(axis=1))


def _nearest_reached(
    world: World, paths: Paths, starts: NDArray[np.intp], goals: NDArray[np.intp]
) -> Standpoint:
    """Where one gets nearest to the goal, looking at it: there the way goes on, or does not."""
    reached = np.flatnonzero(np.isin(paths.parts, paths.parts[starts]))
    goal = paths.centers[goals].mean(axis=0)
    far = np.linalg.norm(paths.centers[reached] - goal, axis=1)
    x, y = paths.centers[reached[far.argmin()]].tolist()
    yaw = math.atan2(goal[1] - y, goal[0] - x)
    return Standpoint(position=(x, y, grid_of(world).floor_z + EYES_M), yaw=yaw)


def _beside(world: World, paths: Paths, place: Place) -> NDArray[np.intp]:
    """Which of the free cells are at a place. Raises NotDeterminable if it is out of reach."""
    if isinstance(place, Objects):
        parts = [_around(world, paths, thing) for thing in seen(place)]
        found = np.unique(np.concatenate(parts))
    elif isinstance(place, Room):
        area = outline(place)
        found = np.flatnonzero(shapely.contains_xy(area, *paths.centers.T))
    else:
        far = _far_within_room(world, paths, center(place)[:2])
        found = np.flatnonzero(far <= min(far.min(), REACH_M) + 1e-9)
    if not len(found):
        raise NotDeterminable("no known free floor is near it")
    return found


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


def _around(world: World, paths: Paths, thing: MapObject) -> NDArray[np.intp]:
    """Cells beside a thing, on its side of the walls, in the part of the floor that is large or
    else nearest to it; none if no floor there is known."""
    world.check_time()
    far = footprint_distance(thing.box, paths.centers)
    near = np.flatnonzero(far <= REACH_M)
    near = near[same_side(world.layout, world.floor, thing, paths.centers[near])]
    main = near[paths.parts[near] == np.bincount(paths.parts).argmax()]
    near = main if len(main) else near
    return np.asarray(near[far[near] <= far[near].min(initial=REACH_M) + BESIDE_M])
