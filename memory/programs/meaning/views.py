"""From where something is seen well."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import shapely

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.objects.seen_whole import SEEN_WHOLE_CUT
from cogmap.memory.objects.sighting_history import HIDDEN, IN_VIEW
from cogmap.memory.paths.floor import cell_centers, cells_at, clearance_m, standable
from cogmap.memory.paths.in_view import Head, share_in_view
from cogmap.memory.paths.sides import same_side
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.beside import BODY_M
from cogmap.memory.programs.meaning.places import OnePlace, center, outline
from cogmap.memory.programs.meaning.ways import EYES_M, grid_of, seen_line
from cogmap.memory.programs.values import Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, Box, MapObject, OccupancyGrid, Room

__all__ = ["seen_round_rad", "view_of"]

_WHOLE_M = 1.5
"""A thing that was never seen whole may be so long in truth."""
_NEAREST_M, _FARTHEST_M = 0.3, 5.0
_LARGEST_M = 30.0
_MOST = 600
"""Places that are looked at more closely."""
_OWN_M = (0.06, 0.3)
"""So near to a thing's box, what is in the way is the thing; or else what it stands in."""
_IN_VIEW = 0.12
"""Less of a thing is not in view."""
_TOO_FAR = 0.25
"""Part of a thing in view that being off the best distance by that distance is worth."""
_NOT_FREE = 0.15
"""Part of a thing in view that floor which was seen to be free is worth."""
_SAME_SIDE, _OTHER_SIDE_RAD = 0.4, math.radians(60)
"""Part of a thing in view that a view from another side is worth."""
_MOST_EYES = 64
_LATELY = 64
"""Frames that tell how the camera is carried."""


def view_of(world: World, place: OnePlace) -> Pose:
    """About a thing's own size away from it, farther from one that was never seen whole, on the
    side from which it was not seen, with as much of it in the camera's view as can be: on free
    floor, or, if none has it in view, where the camera looked over when it saw it.

    Raises NotDeterminable if no such place is known.
    """
    grid = grid_of(world)
    if isinstance(place, MapObject) and not max(place.box.size) < _LARGEST_M:
        raise NotDeterminable("it is too large to be seen from one place")
    spots = cell_centers(grid, standable(grid, BODY_M))
    target = center(place)[:2]
    far = np.linalg.norm(spots - target, axis=1)
    spots = spots[(far > _NEAREST_M) & (far < _FARTHEST_M)]
    spots = spots[:: max(1, math.ceil(len(spots) / _MOST))]
    if isinstance(place, MapObject):
        best = _best_spot(world, grid, place, spots)
    else:
        best = _open_spot(grid, place, spots, target)
    if best is None:
        raise NotDeterminable("no free floor is known from which it could be seen")
    x, y = best
    yaw = math.atan2(target[1] - y, target[0] - x)
    return Pose(Point(x, y, grid.floor_z + EYES_M), yaw)


def _best_spot(
    world: World, grid: OccupancyGrid, thing: MapObject, spots: F64
) -> tuple[float, float] | None:
    """Of ``spots`` (N, 2), and of those on the way to a thing from where it was seen, the one from
    which it is seen best; None if from none of them."""
    spots = spots[same_side(world.layout, grid, thing, spots)]
    looked_over = _looked_over(world, grid, thing)
    is_free = np.arange(len(spots) + len(looked_over)) < len(spots)
    spots = np.concatenate([spots, looked_over])
    if not len(spots):
        return None
    box = _may_be(thing)
    far = np.linalg.norm(spots - np.array(thing.box.center[:2]), axis=1)
    good_m, head = max(1.2, 1.5 * max(box.size)), _head(world, grid)
    for own_m in _OWN_M:
        world.check_time()
        share = share_in_view(spots, box, grid, head, own_m)
        if share.max() >= _IN_VIEW:
            break
    else:  # the grid hides it from everywhere, but the camera saw it
        share = np.where(is_free, 0.0, 1.0)
    worth = share - _TOO_FAR * np.abs(far / good_m - 1) - _NOT_FREE * ~is_free
    worth -= _SAME_SIDE * _seen_from_there(world, thing, spots)
    best = np.where(share >= _IN_VIEW, worth, -np.inf).argmax()
    if share[best] < _IN_VIEW:
        return None
    x, y = spots[best].tolist()
    return x, y


def seen_round_rad(world: World, thing: MapObject) -> float:
    """How far round a thing, about its middle, the camera was in frames that showed it."""
    bearings = np.sort(_bearings(_eyes(world, thing, IN_VIEW), thing))
    if len(bearings) < 2:
        return 0.0
    gaps = np.diff(bearings, append=bearings[0] + 2 * math.pi)
    return float(2 * math.pi - gaps.max())


def _seen_from_there(world: World, thing: MapObject, spots: F64) -> F64:
    """(N,) 1 where it was looked at from that side already, maybe in vain, 0 from
    `_OTHER_SIDE_RAD` off."""
    known = _bearings(_eyes(world, thing, HIDDEN), thing)
    if not len(known):
        return np.zeros(len(spots))
    off = np.abs(np.angle(np.exp(1j * (_bearings(spots, thing)[:, None] - known))))
    return np.asarray(np.clip(1 - off.min(axis=1) / _OTHER_SIDE_RAD, 0, 1))


def _bearings(spots: F64, thing: MapObject) -> F64:
    """(N,) rad about the middle of a thing."""
    off = spots - np.array(thing.box.center[:2])
    return np.asarray(np.arctan2(off[:, 1], off[:, 0]))


def _eyes(world: World, thing: MapObject, state: int) -> F64:
    """(N, 2) where the camera was in frames that had a thing in the picture, in this state of
    `Sightings` at least: as many as `_MOST_EYES`, evenly of all of them."""
    seen, numbers = world.sightings(thing.id), world.numbers
    if world.trajectory is None or not len(seen.numbers):
        return np.zeros((0, 2))
    row = np.searchsorted(seen.numbers, numbers, side="right") - 1  # a row holds until the next
    shown = numbers[(row >= 0) & (seen.states[row.clip(0)] >= state)]
    shown = shown[:: max(1, math.ceil(len(shown) / _MOST_EYES))]
    eyes = [world.trajectory.world_from_camera(number)[:2, 3] for number in shown.tolist()]
    return np.array(eyes, np.float64).reshape(-1, 2)


def _looked_over(world: World, grid: OccupancyGrid, thing: MapObject) -> F64:
    """(N, 2) where nothing is known to stand, and nothing is between: the camera looked from or
    over there when it saw the thing."""
    target = np.array(thing.box.center[:2])
    along = np.linspace(0, 1, 40)[:, None, None]
    spots = (_eyes(world, thing, IN_VIEW) * (1 - along) + target * along).reshape(-1, 2)
    far = np.linalg.norm(spots - target, axis=1)
    spots = spots[(far > _NEAREST_M) & (far < _FARTHEST_M)]
    row, column, inside = cells_at(grid, spots)
    clear = ~inside
    clear[inside] = clearance_m(grid)[row[inside], column[inside]] >= BODY_M
    spots = spots[clear]
    for other in world.objects:
        if math.dist(other.box.center[:2], target) < _FARTHEST_M + max(other.box.size[:2]):
            spots = spots[footprint_distance(other.box, spots) >= BODY_M]
    return np.asarray(spots[:: max(1, math.ceil(len(spots) / _MOST))])


def _may_be(thing: MapObject) -> Box:
    """As large as it may be, as far as it was seen."""
    told = thing.views or thing.state == "tentative"
    if not told or thing.least_cut <= SEEN_WHOLE_CUT:
        return thing.box
    more_m = max(_WHOLE_M - max(thing.box.size), 0.0)
    width, depth, height = thing.box.size
    box: Box = msgspec.structs.replace(thing.box, size=(width + more_m, depth + more_m, height))
    return box


def _open_spot(
    grid: OccupancyGrid, place: OnePlace, spots: F64, target: F64
) -> tuple[float, float] | None:
    """Of ``spots`` (N, 2) one from which nothing stands before a room's middle or a point."""
    around_m = 1.5 if isinstance(place, Room) else 0.3  # of what stands in its middle
    spots = spots[seen_line(grid, spots, target, around_m)]
    if isinstance(place, Room) and len(place.polygon) >= 3:
        inside = shapely.contains_xy(outline(place), *spots.T)
        spots = spots[inside] if inside.any() else spots
    if not len(spots):
        return None
    far = np.linalg.norm(spots - target, axis=1)
    x, y = spots[np.abs(far - 1.2).argmin()].tolist()
    return x, y


def _head(world: World, grid: OccupancyGrid) -> Head:
    """The camera as it was carried lately."""
    numbers, lens = world.numbers[-_LATELY:].tolist(), world.lens
    if world.trajectory is None or lens is None or not numbers:
        return Head()
    poses = np.stack([world.trajectory.world_from_camera(number) for number in numbers])
    return Head(
        camera_height_m=float(np.median(poses[:, 2, 3])) - grid.floor_z,
        hfov_rad=2 * math.atan(lens.width / 2 / lens.fx),
        vfov_rad=2 * math.atan(lens.height / 2 / lens.fy),
        pitch_down_rad=float(np.median(-np.arcsin(np.clip(poses[:, 2, 2], -1, 1)))),
    )
