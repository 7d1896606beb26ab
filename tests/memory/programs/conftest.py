"""A small flat as a world."""

from __future__ import annotations

import pytest

from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, Layout, MapObject, Room


def thing(id_, label, center, size=(0.4, 0.4, 0.4), yaw=0.0, **more):
    defaults = {"confidence": 0.9, "first_seen_ns": 0, "last_seen_ns": 0, "seen": 64, "room": 1}
    box = Box(center=center, size=size, yaw=yaw)
    return MapObject(id=id_, label=label, box=box, **{**defaults, **more})


OBJECTS = (
    thing(1, "sofa", (2.0, 0.5, 0.4), (2.0, 0.9, 0.8)),
    thing(2, "table", (2.0, 2.5, 0.35), (1.2, 0.8, 0.7)),
    thing(3, "cup", (1.8, 2.5, 0.75), (0.08, 0.08, 0.1)),
    thing(4, "cup", (7.0, 1.0, 0.95), (0.08, 0.08, 0.1), room=2),
    thing(5, "chair", (2.0, 3.3, 0.45), (0.5, 0.5, 0.9)),
    thing(6, "chair", (1.0, 2.5, 0.45), (0.5, 0.5, 0.9)),
    thing(7, "refrigerator", (8.5, 1.0, 0.9), (0.7, 0.7, 1.8), room=2),
    thing(8, "backpack", (3.5, 3.5, 0.2), (0.3, 0.2, 0.4), state="removed"),
)
ROOMS = (
    Room(id=1, label="living room", confidence=0.9, polygon=((0, 0), (4, 0), (4, 4), (0, 4)),
         area_m2=16.0, neighbours=(2,), objects=(1, 2, 3, 5, 6)),
    Room(id=2, label="kitchen", confidence=0.9, polygon=((6, 0), (9, 0), (9, 4), (6, 4)),
         area_m2=12.0, neighbours=(1,), objects=(4, 7)),
)  # fmt: skip


@pytest.fixture
def flat():
    """A living room with a sofa, a table with a cup and two chairs; a kitchen beside it."""
    return World(
        Layout(stamp_ns=10**10, version=7, number=99, objects=OBJECTS, rooms=ROOMS, floor_z=0.0)
    )


@pytest.fixture
def crowd():
    """A room of 120 things with the longest labels."""
    things = tuple(
        thing(number, f"thing {number} {'x' * 100}"[:100], (number / 10, 0.0, 0.2))
        for number in range(1, 121)
    )
    return World(Layout(stamp_ns=10**10, version=1, number=9, objects=things, floor_z=0.0))
