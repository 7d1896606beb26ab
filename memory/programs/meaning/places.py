"""Places of all kinds as boxes and points: objects, sets of them, rooms, points, poses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import (
    BoxRows,
    bounds,
    bounds_distance,
    footprint,
    surface_distance_pairs,
)
from cogmap.memory.programs.abstention import NotDeterminable, NotSeen
from cogmap.memory.programs.meaning.blocks import blocks
from cogmap.memory.programs.meaning.uncertainty import FLOOR_M, WALL_SIGMA_M, box_sigma, face_sigma
from cogmap.memory.programs.values import Objects, Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, I64, MapObject, Room

__all__ = [
    "OnePlace", "Pair", "Place", "center", "closest_pair", "farthest_pair", "outline",
    "seen",
]  # fmt: skip

Place = Objects | Room | Point | Pose
"""Where something is, or several things."""
OnePlace = MapObject | Room | Point | Pose


_ROUNDING_M = 1e-6


@dataclass(frozen=True)
class Pair:
    """The members of two places that were compared."""

    distance_m: float
    sigma_m: float
    a: MapObject | None
    """None: that place is no set of objects."""
    b: MapObject | None


def seen(place: Objects) -> Objects:
    """The set, if there is anything in it; raises NotSeen that says what was looked for."""
    if not place.members:
        what = place.query or "thing"
        if place.empty:
            raise NotSeen(place.empty)
        raise NotSeen(f"no {what} was seen" + (f"; {place.note}" if place.note else ""))
    return place


def outline(room: Room) -> shapely.Polygon:
    """Raises NotDeterminable for a room whose outline is not known."""
    if len(room.polygon) < 3:
        raise NotDeterminable(f"the outline of room {room.id} is not known")
    return shapely.Polygon(room.polygon)


def center(place: OnePlace) -> F64:
    """(3,) world, metres; of a room the middle of its floor's outline, at height 0."""
    if isinstance(place, MapObject):
        return np.array(place.box.center)
    if isinstance(place, Room):
        middle = outline(place).centroid
        return np.array([middle.x, middle.y, 0.0])
    point = place.point if isinstance(place, Pose) else place
    return np.array(point.tuple())


def closest_pair(
    world: World, a: Place, b: Place, *, centers: bool = False, horizontal: bool = False
) -> Pair:
    """The nearest two of two places. Raises NotSeen if one of them is an empty set."""
    return _pair(world, a, b, centers, horizontal, farthest=False)


def farthest_pair(
    world: World, a: Place, b: Place, *, centers: bool = False, horizontal: bool = False
) -> Pair:
    """The farthest two of two places."""
    return _pair(world, a, b, centers, horizontal, farthest=True)


def _pair(
    world: World, a: Place, b: Place, centers: bool, horizontal: bool, *, farthest: bool
) -> Pair:
    world.check_time()
    if isinstance(a, Room) or isinstance(b, Room):
        return _with_room(world, a, b, centers)
    rows_a, rows_b = _rows(world, a), _rows(world, b)
    if horizontal:
        rows_a, rows_b = _flat(rows_a), _flat(rows_b)
    row, column, distance = _extreme(world, rows_a, rows_b, _same(a, b), centers, farthest)
    thing_a = a.members[row] if isinstance(a, Objects) else None
    thing_b = b.members[column] if isinstance(b, Objects) else None
    if thing_a is not None and thing_b is not None and thing_a.id == thing_b.id:
        return Pair(distance, 0.0, thing_a, thing_b)
    sigma = math.hypot(*(_end_sigma(thing, centers) for thing in (thing_a, thing_b)))
    return Pair(distance, sigma, thing_a, thing_b)


def _end_sigma(thing: MapObject | None, centers: bool) -> float:
    """Of one end of a distance (m); None: of a point."""
    if thing is None:
        return FLOOR_M
    return box_sigma(thing) if centers else face_sigma(thing)


def _rows(world: World, place: Objects | Point | Pose) -> BoxRows:
    if isinstance(place, Objects):
        return world.rows_of(seen(place).members)
    x, y, z = center(place).tolist()
    return np.array([[x, y, z, 0.0, 0.0, 0.0, 0.0]])


def _flat(boxes: BoxRows) -> BoxRows:
    boxes = boxes.copy()
    boxes[:, [2, 5]] = 0.0
    return boxes


def _same(a: Place, b: Place) -> tuple[I64, I64] | None:
    """Ids (N,) and (M,) of things, pairs of a thing with itself among them, which are left out as
    long as there are others."""
    if not (isinstance(a, Objects) and isinstance(b, Objects)):
        return None
    ids = ([thing.id for thing in a], [thing.id for thing in b])
    if set(ids[0]).isdisjoint(ids[1]) or len({*ids[0], *ids[1]}) == 1:
        return None
    return np.array(ids[0]), np.array(ids[1])


def _extreme(
    world: World,
    a: BoxRows,
    b: BoxRows,
    same: tuple[I64, I64] | None,
    centers: bool,
    farthest: bool,
) -> tuple[int, int, float]:
    """Row in a, row in b and distance of the closest or the farthest pair.

    What bounds boxes is no farther apart than they are, and no surfaces are farther apart than the
    centres in them: only where that leaves it open are surfaces computed.
    """
    sign = -1.0 if farthest else 1.0  # the least of distances, or of what they lack
    found = (0, 0, np.inf)
    for part in blocks(world, len(a), len(b)):
        bound = sign * _apart(a[part], b, centers or farthest)
        if same is not None:
            bound[np.equal.outer(same[0][part], same[1])] = np.inf
        row, column = divmod(int(bound.argmin()), len(b))
        if np.isinf(bound[row, column]):
            continue
        least = min(found[2], sign * _exact(a[part][[row]], b[[column]], centers)[0])
        rows_, columns = np.nonzero(bound <= least + _ROUNDING_M)
        if not len(rows_):
            continue
        exact = sign * _exact(a[part][rows_], b[columns], centers)
        best = int(exact.argmin())
        if exact[best] < found[2]:
            found = (part.start + int(rows_[best]), int(columns[best]), float(exact[best]))
        if found[2] == 0 and not farthest:
            break
    return found[0], found[1], sign * found[2]


def _apart(a: BoxRows, b: BoxRows, centers: bool) -> F64:
    """(N, M) metres between centres, or between what bounds boxes."""
    if centers:
        return np.asarray(np.linalg.norm(a[:, None, :3] - b[None, :, :3], axis=2))
    return bounds_distance(bounds(a), bounds(b))


def _exact(a: BoxRows, b: BoxRows, centers: bool) -> F64:
    """(N,) metres between each row of ``a`` and the same row of ``b``."""
    if centers:
        return np.asarray(np.linalg.norm(a[:, :3] - b[:, :3], axis=1))
    return surface_distance_pairs(a, b)


def _with_room(world: World, a: Place, b: Place, centers: bool) -> Pair:
    """Seen from above; 0 for what is in the room."""
    room, other = (a, b) if isinstance(a, Room) else (b, a)
    assert isinstance(room, Room)
    if centers:
        points = [center(each)[:2] for each in _each(other)]
        found = np.linalg.norm(np.array(points) - center(room)[:2], axis=1)
    else:
        found = shapely.distance(outline(room), [_shape(each) for each in _each(other)])
    best = int(np.argmin(found))
    thing = other.members[best] if isinstance(other, Objects) else None
    of_other = WALL_SIGMA_M if isinstance(other, Room) else _end_sigma(thing, centers)
    sigma = math.hypot(WALL_SIGMA_M, of_other)
    pair = Pair(float(found[best]), sigma, None, thing)
    return pair if isinstance(a, Room) else Pair(pair.distance_m, sigma, thing, None)


def _each(place: Place) -> Sequence[OnePlace]:
    return seen(place).members if isinstance(place, Objects) else (place,)


def _shape(place: OnePlace) -> shapely.Geometry:
    if isinstance(place, Room):
        return outline(place)
    if isinstance(place, MapObject):
        return shapely.Polygon(footprint(place.box))
    return shapely.Point(center(place)[:2])
