"""How whoever asks has moved."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.moments import in_order, moment
from cogmap.memory.programs.meaning.places import Place, center, closest_pair
from cogmap.memory.programs.meaning.uncertainty import MOTION_M, MOTION_RAD
from cogmap.memory.programs.operations.directions import agent
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Angle, Length, Pose, Time
from cogmap.memory.programs.world import World

MOTION = "Motion of the camera"


@operation(MOTION)
def displacement(world: World, t0: Time, t1: Time | None = None) -> Length:
    """How far the camera is at t1 (now if it is left out) from where it was at t0."""
    before, after = _ends(world, t0, t1)
    return Length(float(np.linalg.norm(center(after) - center(before))), MOTION_M)


@operation(MOTION)
def moved_direction(
    world: World,
    t0: Time,
    t1: Time | None = None,
    form: Literal["left_right", "forward_backward", "four"] = "four",
) -> str:
    """Where the camera moved, relative to the way it looked at t0: left, right, forward,
    backward; ``four``: along which of them most."""
    before, after = _ends(world, t0, t1)
    x, y, _ = (center(after) - center(before)).tolist()
    if math.hypot(x, y) < _STILL_M:
        raise NotDeterminable("the camera did not move between these times")
    c, s = math.cos(before.yaw), math.sin(before.yaw)
    ahead, left = c * x + s * y, c * y - s * x
    if form == "left_right" or (form == "four" and abs(left) > abs(ahead)):
        return "left" if left > 0 else "right"
    return "forward" if ahead > 0 else "backward"


@operation(MOTION)
def turned(world: World, t0: Time, t1: Time | None = None) -> Angle:
    """By how much the camera looks more to the left at t1 (now if it is left out) than at t0;
    negative: to the right. Less than half a turn."""
    before, after = _ends(world, t0, t1)
    return Angle(math.remainder(after.yaw - before.yaw, math.tau), MOTION_RAD)


@operation(MOTION)
def turned_direction(
    world: World, t0: Time, t1: Time | None = None
) -> Literal["clockwise", "counterclockwise"]:
    """Which way the camera turned, by the shorter way, seen from above."""
    return "counterclockwise" if turned(world, t0, t1).value > 0 else "clockwise"


@operation(MOTION)
def path_travelled(world: World, t0: Time, t1: Time | None = None) -> Length:
    """Length of the way that the camera went from t0 to t1 (now if it is left out)."""
    first, last = moment(world, t0), moment(world, t1 or world.now)
    in_order(t0, t1 or world.now)
    assert world.trajectory is not None
    numbers, _, poses = world.trajectory.poses()
    places = poses[(numbers >= first) & (numbers <= last), :3, 3]
    world.recorder.note_frames([first, last])
    return Length(float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum()), MOTION_M)


@operation(MOTION)
def distance_change(
    world: World, place: Place, t0: Time, t1: Time | None = None
) -> Literal["closer", "farther"]:
    """Whether the camera is closer to a place at t1 (now if it is left out) than at t0."""
    before, after = _ends(world, t0, t1)
    was, now = (closest_pair(world, place, here).distance_m for here in (before, after))
    return "closer" if now < was else "farther"


_STILL_M = 0.02


def _ends(world: World, t0: Time, t1: Time | None) -> tuple[Pose, Pose]:
    return agent(world, t0), agent(world, t1)
