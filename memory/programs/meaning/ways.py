"""Ways between places of a world, and what of the floor is in sight.

A way is walked on floor that is known to be free, from a spot at which the one place is in reach to
one at which the other is. How long it is counts from surface to surface: the line that is
walked, and from each of its ends the level rest to the surface that is reached from there. So it is
never less than the straight level gap, which it is where one spot has both in reach. In a room
one is with a foot over the threshold: to a room nothing is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from cogmap.memory.paths.floor import floor_paths
from cogmap.memory.paths.grid_paths import Paths
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.beside import beside
from cogmap.memory.programs.meaning.places import Place, center, closest_pair, outline
from cogmap.memory.programs.values import Length, Path, Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, OCCUPIED, Bool, OccupancyGrid, Room, Standpoint

__all__ = ["EYES_M", "grid_of", "in_room", "seen_line", "way"]

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
    radius_m = radius.not_below_zero("radius")
    grid = grid_of(world)
    paths = floor_paths(grid, radius_m)
    if not len(paths.centers):
        raise NotDeterminable("no floor is known to be free for somebody of that size")
    starts, goals = (beside(world, grid, place, radius_m) for place in (a, b))
    points = paths.shortest(starts.cells, goals.cells)
    if points is None:
        raise NotDeterminable(
            "no way on known free floor leads there; something may be in the way",
            _nearest_reached(world, paths, starts.cells, goals.cells),
        )
    (rest_a, sigma_a), (rest_b, sigma_b) = (
        each.at(paths.row_of(end)) for each, end in ((starts, points[0]), (goals, points[-1]))
    )
    line = _from_and_to(paths, np.array(points), a, b)
    walked = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    if len(np.intersect1d(starts.cells, goals.cells)):  # a spot that has both in reach
        length = closest_pair(world, a, b, horizontal=True).distance_m
    else:
        length = walked + rest_a + rest_b
    return Path(line, length, math.hypot(grid.resolution_m, sigma_a, sigma_b))


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


def _from_and_to(paths: Paths, line: F64, a: Place, b: Place) -> F64:
    """The line (N, 2) from and to the very points, of those places that are some on its floor."""
    start, goal = (_spot_on(paths, place) for place in (a, b))
    whole = np.concatenate([start, line, goal])
    return np.array(paths.taut(whole)) if len(whole) > len(line) else line


def _spot_on(paths: Paths, place: Place) -> F64:
    """(1, 2) of a point on the floor of the ways, else (0, 2)."""
    if isinstance(place, Point | Pose):
        x, y = center(place)[:2].tolist()
        if paths.is_free((x, y)):
            return np.array([[x, y]])
    return np.zeros((0, 2))
