"""How far, how large, how high."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import shapely

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.chances import is_first
from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.meaning.places import (
    Place,
    closest_pair,
    farthest_pair,
    outline,
)
from cogmap.memory.programs.meaning.sides import Axis, sides
from cogmap.memory.programs.meaning.uncertainty import WALL_SIGMA_M, face_sigma, size_sigma
from cogmap.memory.programs.meaning.walls import nearest_wall
from cogmap.memory.programs.meaning.within import distances
from cogmap.memory.programs.registry import each, operation
from cogmap.memory.programs.values import Area, Length, Objects, Point, Pose, Rooms, Volume
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, MapObject, Room

MEASURES = "Measures"


@operation(MEASURES)
def distance(
    world: World, a: Place, b: Place, centers: bool = False, horizontal: bool = False
) -> Length:
    """Between the surfaces of two things, 0 if they touch; of several, the closest two.

    ``centers``: between the middles of their boxes. ``horizontal``: as seen from above. A point
    or a pose is a point; from a room it is as seen from above.
    """
    pair = closest_pair(world, a, b, centers=centers, horizontal=horizontal)
    world.recorder.note(*(each for each in (pair.a, pair.b) if each is not None))
    world.recorder.note(*(each for each in (a, b) if isinstance(each, Room)))
    return Length(pair.distance_m, pair.sigma_m)


@each("distance")
def _distance_each(
    world: World,
    a: Place | tuple[MapObject, ...],
    b: Place | tuple[MapObject, ...],
    centers: bool = False,
    horizontal: bool = False,
) -> Any:
    many, place = (a, b) if isinstance(a, tuple) else (b, a)
    if not isinstance(many, tuple) or isinstance(place, tuple) or centers or horizontal:
        return NotImplemented
    if not isinstance(many[0], MapObject):
        return NotImplemented
    return distances(world, many, place)


@operation(MEASURES)
def farthest_distance(
    world: World, a: Place, b: Place, centers: bool = False, horizontal: bool = False
) -> Length:
    """The largest distance between any two of several things, otherwise as ``distance``."""
    pair = farthest_pair(world, a, b, centers=centers, horizontal=horizontal)
    world.recorder.note(*(each for each in (pair.a, pair.b) if each is not None))
    return Length(pair.distance_m, pair.sigma_m)


@operation(MEASURES)
def wall_distance(world: World, place: MapObject | Point | Pose) -> Length:
    """From a thing or a point to the nearest wall that is known, seen from above: 0 if they touch.
    As for ``against_wall``, outlines of rooms count as walls."""
    sigma = face_sigma(place) if isinstance(place, MapObject) else 0.0
    return Length(nearest_wall(world, place).distance_m, math.hypot(sigma, WALL_SIGMA_M))


@operation(MEASURES)
def size(world: World, object: MapObject | Room, axis: Axis = "longest") -> Length:
    """Of a thing, along its own box: its longest or shortest side, its height, its length and
    depth (the longer and the shorter level side), or its width: of what is long, as beds and
    tables are, the shorter level side, of anything else the longer. Of a room its length or width:
    of the smallest rectangle, turned as it may be, around its outline; its height is not known."""
    if isinstance(object, Room):
        return _room_side(object, axis)
    return Length(float(sides(world, [object], axis)[0]), size_sigma(object))


@each("size")
def _size_each(
    world: World, object: tuple[MapObject, ...] | tuple[Room, ...], axis: Axis = "longest"
) -> Any:
    if not isinstance(object[0], MapObject):
        return NotImplemented
    return sides(world, object, axis)


@operation(MEASURES)
def perimeter(world: World, room: Room) -> Length:
    """How long the outline of a room is, gaps of doors included."""
    return Length(float(outline(room).length), WALL_SIGMA_M * _stretched(room))


@operation(MEASURES)
def volume(world: World, object: MapObject) -> Volume:
    """Of the box around a thing."""
    value = math.prod(object.box.size)
    parts = (size_sigma(object) / max(side, 1e-3) for side in object.box.size)
    return Volume(value, value * math.hypot(*parts))


@each("volume")
def _volume_each(world: World, object: tuple[MapObject, ...]) -> F64:
    return np.asarray(world.rows_of(object)[:, 3:6].prod(axis=1))


@operation(MEASURES)
def area(world: World, of: Rooms | MapObject) -> Area:
    """Floor area of a room, or of several together; of a thing what its box covers."""
    if isinstance(of, MapObject):
        length, width, _ = of.box.size
        return Area(length * width, size_sigma(of) * math.hypot(length, width))
    if not of.members:
        raise NotDeterminable(f"there is no {of.query or 'room'} to measure; {of.note}".strip("; "))
    parts = [_room_area(each) for each in of]
    return Area(sum(part.value for part in parts), math.hypot(*(part.sigma for part in parts)))


@each("area")
def _area_each(world: World, of: tuple[MapObject | Room, ...]) -> F64:
    return np.array(
        [t.area_m2 if isinstance(t, Room) else t.box.size[0] * t.box.size[1] for t in of]
    )


@operation(MEASURES)
def total_area(world: World) -> Area:
    """Floor area of all rooms together."""
    return area(world, Rooms(world.rooms, "room"))


_PARTS = {"bottom": -0.5, "middle": 0.0, "top": 0.5}
"""Parts of a box by how far they are over its middle, in heights of the box."""


@operation(MEASURES)
def elevation(
    world: World, object: MapObject, of: Literal["bottom", "middle", "top"] = "bottom"
) -> Length:
    """How high over the floor the bottom, the middle or the top of a thing is."""
    side = _PARTS[of]
    height = object.box.center[2] + side * object.box.size[2] - world.floor_z
    return Length(height, math.hypot(face_sigma(object), 0.01))


@each("elevation")
def _elevation_each(
    world: World,
    object: tuple[MapObject, ...],
    of: Literal["bottom", "middle", "top"] = "bottom",
) -> F64:
    boxes = world.rows_of(object)
    side = _PARTS[of]
    return np.asarray(boxes[:, 2] + side * boxes[:, 5] - world.floor_z)


@operation(MEASURES)
def closest(world: World, sets: tuple[Objects, ...], to: Place, centers: bool = False) -> str:
    """Which of several kinds of things is closest to a place, as it was asked for:
    closest([find("cup"), find("lamp")], find("sofa")). Of each kind its nearest one counts."""
    return _extreme_set(world, sets, to, centers, 1)


@operation(MEASURES)
def farthest_of(world: World, sets: tuple[Objects, ...], to: Place, centers: bool = False) -> str:
    """Which of several kinds of things is farthest from a place; as ``closest``, the nearest one
    of each kind counts."""
    return _extreme_set(world, sets, to, centers, -1)


@operation(MEASURES)
def closer(world: World, a: Objects, b: Objects, to: Place) -> str:
    """Which of two is closer to a place, as it was asked for."""
    return _extreme_set(world, (a, b), to, False, 1)


def _extreme_set(
    world: World, sets: tuple[Objects, ...], to: Place, centers: bool, sign: int
) -> str:
    if not sets:
        raise ArgumentError("there is nothing to choose from")
    pairs = [closest_pair(world, each, to, centers=centers) for each in sets]
    best = min(range(len(sets)), key=lambda number: sign * pairs[number].distance_m)
    chosen, *others = [
        (pair.distance_m, pair.sigma_m) for pair in (pairs[best], *pairs[:best], *pairs[best + 1 :])
    ]
    world.recorder.weigh(is_first(chosen, others))
    used = (thing for pair in pairs for thing in (pair.a, pair.b) if thing is not None)
    world.recorder.note(*used)
    thing = pairs[best].a
    return sets[best].query or (thing.label if thing is not None else "")


def _room_side(room: Room, axis: Axis) -> Length:
    """Raises NotDeterminable of heights."""
    if axis == "height":
        raise NotDeterminable("how high rooms are the map does not hold")
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(outline(room)))
    sides = np.linalg.norm(np.diff(corners[:3], axis=0), axis=1)
    longer = axis in ("longest", "length")
    return Length(float(sides.max() if longer else sides.min()), math.sqrt(2) * WALL_SIGMA_M)


def _stretched(room: Room) -> float:
    """By how much (m) the outline gets longer, for a metre that one of its walls is off: each is
    off by itself, and draws out or shortens those beside it."""
    corners = np.array(room.polygon).reshape(-1, 2)
    along = np.roll(corners, -1, axis=0) - corners
    headings = np.arctan2(along[:, 1], along[:, 0])
    turns = np.remainder(headings - np.roll(headings, 1) + np.pi, 2 * np.pi) - np.pi
    at_corner = np.tan(np.clip(turns, -_SHARPEST_RAD, _SHARPEST_RAD) / 2)
    return float(np.linalg.norm(at_corner + np.roll(at_corner, -1)))


_SHARPEST_RAD = math.radians(120)


def _room_area(room: Room) -> Area:
    corners = np.array(room.polygon).reshape(-1, 2)
    around = float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).sum())
    return Area(room.area_m2, WALL_SIGMA_M * around / 2)
