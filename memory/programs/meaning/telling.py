"""Ways in words: how far, which way to turn, through which doors, and what stands at corners."""

from __future__ import annotations

import math

import numpy as np
import shapely

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.dividing import beyond_wall
from cogmap.memory.programs.meaning.rooms import the_room
from cogmap.memory.programs.values import Path, Point
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, Door, MapObject, Room

__all__ = ["STRAIGHT_RAD", "way_in_words"]

STRAIGHT_RAD = math.radians(25)
"""Corners of a way that turn by less are not worth a word."""
FACING_RAD, AROUND_RAD = math.radians(45), math.radians(135)
"""Who has to begin to the side, or behind them, turns first."""
BEND_M = 0.3
"""A way that bends by less than this to the side is told as straight: nobody walks by the cell."""
_NO_WAY_M = 0.05
LANDMARK_M = 1.5
SHOWING_M = 0.4
"""A landmark is seen from some way off: it is so long, wide or high."""
JAMB_M = 0.15
"""A way so far beside an opening, as it was measured, goes through it."""
BEYOND_M = 0.4
"""So far behind the middle of a door is the room that it leads to."""


def way_in_words(world: World, path: Path, end: str, yaw: float | None = None) -> tuple[str, ...]:
    """What somebody is told who walks a path, with doors, and corners by what stands there.
    ``yaw`` (rad): which way they look at the start, if that is known."""
    corners, lengths = corners_of(path.points)
    legs = np.diff(corners, axis=0)
    steps, walked, named = _first_turn(legs, yaw), 0.0, set[str]()
    for number in range(len(legs)):
        walked += float(lengths[number])
        if number + 1 == len(legs):
            break
        turn = _turn(legs[number], legs[number + 1])
        if abs(turn) >= STRAIGHT_RAD:
            doors = _doors(world, corners[: number + 2], named)
            steps.append(f"go {walked:.1f} m{doors}{_landmark(world, corners[number + 1], named)}")
            steps.append("turn left" if turn > 0 else "turn right")
            walked = 0.0
    doors = _doors(world, corners, named)
    if not walked:
        return (*steps, f"you are at {end}")
    if not doors.endswith(f" to {end}"):
        doors += f"{',' if doors else ''} to {end}"
    return (*steps, f"go {walked:.1f} m{doors}")


def _first_turn(legs: F64, yaw: float | None) -> list[str]:
    if yaw is None or not len(legs):
        return []
    turn = _turn(np.array([math.cos(yaw), math.sin(yaw)]), legs[0])
    if abs(turn) < FACING_RAD:
        return []
    if abs(turn) > AROUND_RAD:
        return ["turn around"]
    return ["turn left" if turn > 0 else "turn right"]


def corners_of(points: F64) -> tuple[F64, F64]:
    """The corners of a way (N, 2) that are worth a word, its ends among them, and how long (m) the
    way is between them."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    if along[-1] <= _NO_WAY_M:
        return points[:1], np.zeros(0)
    kept = shapely.get_coordinates(shapely.simplify(shapely.LineString(points), BEND_M))
    at, numbers = -1, []
    for corner in kept:  # each is one of the points, in their order
        at = next(i for i in range(at + 1, len(points)) if np.array_equal(points[i], corner))
        numbers.append(at)
    return points[numbers], np.diff(along[numbers])


def _turn(before: F64, after: F64) -> float:
    """Angle (rad), positive to the left."""
    cross = float(before[0] * after[1] - before[1] * after[0])
    return math.atan2(cross, float(before @ after))


def _doors(world: World, line: F64, named: set[str]) -> str:
    """The doors that a line (N, 2) goes through, in order, each once; adds them to ``named``."""
    if len(line) < 2:
        return ""
    way = shapely.LineString(line)
    passed = []
    for door in world.layout.doors:
        half = door.width_m / 2 + JAMB_M
        along = np.array([math.cos(door.yaw), math.sin(door.yaw)]) * half
        middle = np.array(door.center)
        met = way.intersection(shapely.LineString([middle - along, middle + along]))
        if not met.is_empty and f"door {door.id}" not in named:
            at = way.project(met.centroid)
            passed.append((at, door, way.interpolate(at + BEYOND_M)))
    words = ""
    for _, door, beyond in sorted(passed, key=lambda each: each[0]):
        named.add(f"door {door.id}")
        words += f", through {_door_words(world, door, beyond)}"
    return words


def _door_words(world: World, door: Door, beyond: shapely.Point) -> str:
    """ "the door to the kitchen", by what is beyond it."""
    try:
        room = the_room(world, Point(beyond.x, beyond.y, world.floor_z))
    except NotDeterminable:
        return "a door"
    if room.id not in door.rooms:
        return "a door"
    world.recorder.note(room)
    return f"the door to the {room.label}" if room.label else f"the door to room {room.id}"


def _landmark(world: World, corner: F64, named: set[str]) -> str:
    """The nearest thing, not a small one, that is seen from a corner, whose label is no other's
    around there and was not named before; adds it to ``named``."""
    try:
        room = the_room(world, Point(float(corner[0]), float(corner[1]), world.floor_z))
    except NotDeterminable:
        room = None
    near = _around(world, corner, room)
    for _, thing in near:
        alone = sum(other.label == thing.label for _, other in near) == 1
        if alone and thing.label not in named:
            named.add(thing.label)
            world.recorder.note(thing)
            return f", to the {thing.label}"
    return ""


def _around(world: World, corner: F64, room: Room | None) -> list[tuple[float, MapObject]]:
    """Things near a corner on its side of walls, with their distances (m), nearest first."""
    near = []
    for thing in world.objects:
        far = math.dist(thing.box.center[:2], corner.tolist())
        if (
            thing.label
            and max(thing.box.size) >= SHOWING_M
            and far <= LANDMARK_M + max(thing.box.size[:2]) / 2
        ):
            near.append((far, thing))
    divided = beyond_wall(world, [thing for _, thing in near], corner, room)
    near = [pair for pair, beyond in zip(near, divided.tolist(), strict=True) if not beyond]
    return sorted(near, key=lambda pair: pair[0])
