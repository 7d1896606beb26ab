"""A kitchen and a bedroom with ten things, which hostile programs and questions are asked of."""

from __future__ import annotations

import math

from cogmap.memory.programs.values import Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, Door, Layout, MapObject, Room

__all__ = ["THINGS", "small_house"]

_SECOND = 1_000_000_000
THINGS = (
    ("sofa", (1.0, 1.0), 1), ("television", (1.0, 4.0), 1), ("dining table", (4.0, 2.0), 1),
    ("chair", (4.0, 1.0), 1), ("chair", (4.0, 3.0), 1), ("cup", (4.2, 2.0), 1),
    ("lamp", (8.0, 1.0), 2), ("bed", (9.0, 3.0), 2), ("backpack", (7.0, 4.0), 2),
    ("chair", (7.0, 2.0), 2),
)  # fmt: skip
"""Label, place (m) and room."""


def small_house() -> World:
    """Seen for 100 s by somebody in the kitchen who looks along +y."""
    rooms = (_room(1, "kitchen", 0, 6), _room(2, "bedroom", 6, 4))
    things = [
        MapObject(
            id=number,
            label=label,
            box=Box(center=(x, y, 0.4), size=(0.6, 0.5, 0.8), yaw=0.0),
            confidence=0.9,
            room=room,
            first_seen_ns=number * _SECOND,
            last_seen_ns=(number + 20) * _SECOND,
        )
        for number, (label, (x, y), room) in enumerate(THINGS, 1)
    ]
    layout = Layout(
        stamp_ns=100 * _SECOND,
        version=7,
        number=99,
        objects=tuple(things),
        rooms=rooms,
        doors=(Door(id=1, center=(6.0, 2.5), width_m=0.9, yaw=math.pi / 2, rooms=(1, 2)),),
        floor_z=0.0,
    )
    return World(layout, pose=Pose(Point(3.0, 0.5, 1.5), math.pi / 2), start_ns=0)


def _room(number: int, label: str, x: float, width: float) -> Room:
    corners = ((x, 0.0), (x + width, 0.0), (x + width, 5.0), (x, 5.0))
    return Room(id=number, label=label, polygon=corners, area_m2=5 * width)
