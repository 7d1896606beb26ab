"""Pictures: the map from above, what it knows from a standpoint, and keyframes with marks."""

from __future__ import annotations

import math

import numpy as np

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Image, Pose
from cogmap.memory.programs.world import World
from cogmap.memory.render.bev import draw_bev
from cogmap.memory.render.marks import mark_jpeg, objects_in
from cogmap.memory.render.perspective import draw_view, encode_png
from cogmap.runtime.messages import F64, MapObject

PICTURES = "Pictures"
MOST = 8


@operation(PICTURES)
def render_bev(world: World) -> Image:
    """The map from above: rooms, walls, doors, and every thing with its number."""
    agent = world.agent
    pose = None if agent is None else camera_at(agent)
    picture = draw_bev(world.layout, grid=world.grid, pose=pose, step=world.check_time)
    ids = tuple(thing.id for thing in world.objects)
    return Image(picture.png(), "the map from above", ids)


@operation(PICTURES)
def view_from(world: World, pose: Pose) -> Image:
    """The boxes of the map as they are seen from a standpoint, with their numbers."""
    view = draw_view(world.layout, camera_at(pose), world.check_time)
    return Image(encode_png(view), "the map from a standpoint")


@operation(PICTURES)
def keyframes(world: World, object: MapObject, k: float = 3) -> tuple[Image, ...]:
    """The k best photographs of a thing that are kept, with all that is known in them marked by
    its number."""
    if k != int(k) or not 1 <= k <= MOST:
        raise ArgumentError(f"k must be 1 to {MOST}")
    kept = [view.keyframe for view in object.views if view.keyframe in set(world.keyframes)]
    if not kept:
        raise NotDeterminable(f"no photograph of {name_of(object)} is kept")
    found = []
    for number in kept[: int(k)]:
        marks = list(objects_in(world.layout, number))
        data = mark_jpeg(world.picture(number), marks)
        ids = tuple(thing.id for thing, _ in marks)
        found.append(Image(data, f"frame {number} with {name_of(object)}", ids))
        world.recorder.note_frames([number])
    return tuple(found)


def camera_at(pose: Pose) -> F64:
    """(4, 4) world_from_camera of a level camera."""
    c, s = math.cos(pose.yaw), math.sin(pose.yaw)
    camera = np.eye(4)
    camera[:3, :3] = np.array([[s, 0, c], [-c, 0, s], [0, -1, 0]])
    camera[:3, 3] = pose.point.tuple()
    return camera
