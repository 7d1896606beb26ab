"""What is true of a house, as plain data that can be written as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
import shapely

from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import Box, Vec3
from cogmap.sim.scene import CEILING, FLOOR, WALL, Door, House, PlacedObject, Room, Window

_STRUCTURE = {FLOOR: "floor", WALL: "wall", CEILING: "ceiling"}
OPEN_RAD = 0.17
"""A door that is turned further than this from closed counts as open."""


def truth_dict(house: House) -> dict[str, Any]:
    """Rooms, doors, windows and objects of a house as it is now. Metres and radians."""
    return {
        "seed": house.seed,
        "rooms": [room_truth(room) for room in house.rooms],
        "doors": [door_truth(door) for door in house.doors],
        "windows": [_window(window) for window in house.windows],
        "objects": [object_truth(thing) for thing in house.objects],
    }


def object_truth(thing: PlacedObject) -> dict[str, Any]:
    """``support`` is an object's id, or "floor", "wall", "ceiling"."""
    return {
        "id": thing.id,
        "label": thing.category,
        "box": msgspec.to_builtins(thing.box()),
        "room": thing.room,
        "support": _STRUCTURE.get(thing.support, thing.support),
        "relation": thing.relation,
    }


def room_truth(room: Room) -> dict[str, Any]:
    return {
        "id": room.id,
        "type": room.type,
        "polygon": [list(corner) for corner in room.polygon],
        "area_m2": shapely.Polygon(room.polygon).area,
        "height_m": room.height_m,
    }


def door_truth(door: Door) -> dict[str, Any]:
    return {
        "id": door.id,
        "rooms": list(door.rooms),
        "center": list(door.center),
        "yaw": door.yaw,
        "width_m": door.width_m,
        "height_m": door.height_m,
        "has_leaf": door.leaf is not None,
        "open": is_open(door),
    }


def is_open(door: Door) -> bool:
    """A doorway without a leaf is always open."""
    return door.leaf is None or abs(door.open_angle) > OPEN_RAD


def door_box(door: Door) -> Box:
    """The opening in the wall."""
    center: Vec3 = (*door.center, door.height_m / 2)
    size: Vec3 = (door.width_m, door.wall_thickness_m, door.height_m)
    return Box(center=center, size=size, yaw=door.yaw)


def room_at(house: House, point: Point) -> Room | None:
    """The room that a point of the floor plan lies in; None in walls, doorways and outside."""
    inside = (
        room for room in house.rooms if shapely.Polygon(room.polygon).covers(shapely.Point(point))
    )
    return next(inside, None)


def _window(window: Window) -> dict[str, Any]:
    return {
        "room": window.room,
        "center": list(window.center),
        "yaw": window.yaw,
        "size": list(window.size),
    }
