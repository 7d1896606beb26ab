"""Standpoints, and where things are as seen from them.

Directions are level: heights play no part. Angles are positive to the left.
"""

from __future__ import annotations

import math
from typing import Literal

from cogmap.memory.index.synonyms import relation
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.chances import holds
from cogmap.memory.programs.meaning.bearings import FORMS, Form, bearing_of, borders, sector
from cogmap.memory.programs.meaning.moments import moment
from cogmap.memory.programs.meaning.places import OnePlace, center, closest_pair
from cogmap.memory.programs.meaning.uncertainty import FLOOR_M, box_sigma, place_sigma
from cogmap.memory.programs.meaning.walls import nearest_wall
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Angle, Length, Objects, Point, Pose, Time
from cogmap.memory.programs.world import World, pose_of
from cogmap.runtime.messages import F64, MapObject

DIRECTIONS = "Standpoints and directions"


@operation(DIRECTIONS)
def stand(world: World, at: OnePlace, facing: OnePlace) -> Pose:
    """In the middle of one thing, looking towards the middle of another."""
    return _looking(at, center(facing) - center(at))


@operation(DIRECTIONS)
def facing_along(world: World, a: OnePlace, b: OnePlace, at: OnePlace) -> Pose:
    """In the middle of ``at``, looking in the direction that leads from a to b."""
    return _looking(at, center(b) - center(a))


@operation(DIRECTIONS)
def facing_as(world: World, pose: Pose, at: OnePlace) -> Pose:
    """In the middle of ``at``, looking the same way as a pose."""
    x, y, z = center(at).tolist()
    return Pose(Point(x, y, z), pose.yaw)


def has_front(label: str) -> bool:
    """Whether things of a label have a side that is their front."""
    return any(relation(word, label) for word in _WITH_FRONT)


@operation(DIRECTIONS)
def front_of(world: World, object: MapObject) -> Pose:
    """In the middle of a thing, looking the way its front does. Known of things with a front that
    stand at a wall; of others it is not determinable."""
    if not has_front(object.label):
        raise NotDeterminable(f"which side of {name_of(object)} is its front is not known")
    wall = nearest_wall(world, object)
    if wall.distance_m > _AT_WALL_M:
        raise NotDeterminable(f"{name_of(object)} stands free, so its front is not known")
    x, y, z = object.box.center
    return Pose(Point(x, y, z), math.atan2(wall.away[1], wall.away[0]))


@operation(DIRECTIONS)
def point(world: World, x: float, y: float, z: float = 0.0) -> Point:
    """A place in the world, metres."""
    return Point(float(x), float(y), float(z))


@operation(DIRECTIONS)
def pose(world: World, x: float, y: float, degrees: Angle, z: float = 1.5) -> Pose:
    """A standpoint in the world: metres, and the angle from the world's x axis."""
    return Pose(Point(float(x), float(y), float(z)), degrees.value)


@operation(DIRECTIONS)
def agent(world: World, time: Time | None = None) -> Pose:
    """Where whoever asks is and looks: given with the question, or else the camera; at a time,
    the camera then."""
    if time is None:
        here = world.agent
        if here is None:
            raise NotDeterminable("it is not known where you are; give a pose")
        return here
    assert world.trajectory is not None or not len(world.numbers)
    number = moment(world, time)
    world.recorder.note_frames([number])
    assert world.trajectory is not None
    return pose_of(world.trajectory.world_from_camera(number))


@operation(DIRECTIONS)
def turn(world: World, pose: Pose, degrees: Angle) -> Pose:
    """After a turn on the spot: positive to the left, negative to the right."""
    return pose.turned(degrees.value)


@operation(DIRECTIONS)
def move(world: World, pose: Pose, meters: Length) -> Pose:
    """After a straight move ahead; negative: backwards."""
    x = pose.point.x + meters.value * math.cos(pose.yaw)
    y = pose.point.y + meters.value * math.sin(pose.yaw)
    return Pose(Point(x, y, pose.point.z), pose.yaw)


@operation(DIRECTIONS)
def bearing(world: World, pose: Pose, place: OnePlace) -> Angle:
    """The angle from where somebody looks to a place: 0 ahead, positive to the left."""
    ahead, left = offset(pose, place)
    far = math.hypot(ahead, left)
    sigma = math.hypot(place_sigma(place), FLOOR_M) / far
    return Angle(bearing_of(ahead, left), min(sigma, math.pi))


@operation(DIRECTIONS)
def direction(world: World, pose: Pose, place: OnePlace, form: Form = "quadrant") -> str:
    """In which direction a place is as seen from a pose.

    ``left_right``: left, right. ``side``: left, right, and within 5 degrees of straight ahead
    or straight behind front, back. ``three``: left, right, back (from 135 degrees on).
    ``front_back``: front, back. ``quadrant``: front-left, front-right, back-left, back-right.
    ``four``: front, left, back, right, in sectors of 90 degrees. ``eight``: front, front-left,
    left, back-left, ..., in sectors of 45 degrees.
    """
    return _sector(world, pose, place, form)


def _sector(world: World, pose: Pose, place: OnePlace, form: Form) -> str:
    """The word for where a place is, with the chance that it is on that side of the borders."""
    angle = bearing(world, pose, place)
    for border in borders(FORMS[form]):
        apart = math.remainder(angle.value - border, math.tau)
        world.recorder.weigh(holds(apart, angle.sigma))
    return sector(angle.value, FORMS[form])


@operation(DIRECTIONS)
def side_of(world: World, a: OnePlace, b: OnePlace, pose: Pose) -> Literal["left", "right"]:
    """Whether a is to the left or to the right of b, as seen from a pose."""
    to_a, to_b = bearing(world, pose, a), bearing(world, pose, b)
    turned = math.remainder(to_a.value - to_b.value, math.tau)
    world.recorder.weigh(holds(turned, math.hypot(to_a.sigma, to_b.sigma)))
    return "left" if turned > 0 else "right"


@operation(DIRECTIONS)
def turns_to(
    world: World, pose: Pose, place: OnePlace
) -> Literal["turn left", "turn right", "turn back"]:
    """How to turn to face a place: back from 135 degrees on."""
    found = _sector(world, pose, place, "three")
    words: dict[str, Literal["turn left", "turn right", "turn back"]] = {
        "left": "turn left", "right": "turn right", "back": "turn back",
    }  # fmt: skip
    return words[found]


@operation(DIRECTIONS)
def above_below(world: World, a: MapObject, b: MapObject) -> Literal["up", "down"]:
    """Whether the middle of a is higher or lower than that of b."""
    sigma = math.hypot(box_sigma(a), box_sigma(b))
    world.recorder.weigh(holds(a.box.center[2] - b.box.center[2], sigma))
    return "up" if a.box.center[2] > b.box.center[2] else "down"


@operation(DIRECTIONS)
def nearer(world: World, a: Objects, b: Objects, pose: Pose) -> Literal["near", "far"]:
    """Whether a is nearer to a pose than b, or farther; of several, the closest counts."""
    one, other = closest_pair(world, a, pose), closest_pair(world, b, pose)
    world.recorder.note(*(pair.a for pair in (one, other)))
    sigma = math.hypot(one.sigma_m, other.sigma_m)
    world.recorder.weigh(holds(one.distance_m - other.distance_m, sigma))
    return "near" if one.distance_m < other.distance_m else "far"


@operation(DIRECTIONS)
def same_side(world: World, sets: tuple[Objects, ...], pose: Pose) -> tuple[str, ...]:
    """The things that are on the same side, left or right, of a pose as most of them are; as they
    were asked for."""
    sides: dict[str, list[str]] = {"left": [], "right": []}
    for members in sets:
        thing = closest_pair(world, members, pose).a
        assert thing is not None
        world.recorder.note(thing)
        side = sector(bearing_of(*offset(pose, thing)), FORMS["left_right"])
        sides[side].append(members.query or thing.label)
    left, right = sides["left"], sides["right"]
    return tuple(left if len(left) >= len(right) else right)


def offset(pose: Pose, place: OnePlace) -> tuple[float, float]:
    """Metres ahead and to the left. Raises NotDeterminable if it is right there."""
    x, y, _ = (center(place) - center(pose)).tolist()
    if math.hypot(x, y) < _HERE_M:
        raise NotDeterminable("it is right where you stand, in no direction")
    c, s = math.cos(pose.yaw), math.sin(pose.yaw)
    return c * x + s * y, c * y - s * x


_HERE_M = 0.02
_AT_WALL_M = 0.25
_WITH_FRONT = (
    "sofa", "armchair", "bed", "television", "wardrobe", "dresser", "cabinet", "bookshelf", "shelf",
    "refrigerator", "stove", "dishwasher", "washing machine", "microwave", "picture", "mirror",
    "radiator", "piano", "fireplace", "toilet", "tv stand", "whiteboard", "desk", "sink",
)  # fmt: skip
"""What has its back to the wall that it stands or hangs at."""


def _looking(at: OnePlace, along: F64) -> Pose:
    dx, dy, _ = along.tolist()
    if math.hypot(dx, dy) < _HERE_M:
        raise NotDeterminable("one is right above the other, so there is no direction to face")
    x, y, z = center(at).tolist()
    return Pose(Point(x, y, z), math.atan2(dy, dx))
