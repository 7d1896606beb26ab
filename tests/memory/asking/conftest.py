"""A small house as plain data, for tests of questions."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from cogmap.memory.asking import Conversation, ask, plan
from cogmap.memory.programs.values import Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import (
    FREE,
    OCCUPIED,
    Answer,
    Box,
    Door,
    Layout,
    MapObject,
    OccupancyGrid,
    Question,
    Room,
)

SECOND = 1_000_000_000


def thing(id_: int, label: str, x: float, y: float, size=(1.0, 1.0, 1.0), z=0.0, room=1):
    return MapObject(
        id=id_,
        label=label,
        box=Box(center=(x, y, z + size[2] / 2), size=size, yaw=0.0),
        confidence=0.9,
        room=room,
        first_seen_ns=id_ * SECOND,
        last_seen_ns=(id_ + 20) * SECOND,
    )


def room(id_: int, label: str, x: float, width: float) -> Room:
    corners = ((x, 0.0), (x + width, 0.0), (x + width, 5.0), (x, 5.0))
    return Room(id=id_, label=label, polygon=corners, area_m2=5 * width)


THINGS = (
    thing(1, "sofa", 1, 1, (2.0, 0.9, 0.8)),
    thing(2, "television", 1, 4, (1.2, 0.1, 0.7), z=0.5),
    thing(3, "dining table", 4, 2, (1.8, 0.9, 0.75)),
    thing(4, "chair", 4, 1, (0.5, 0.5, 0.9)),
    thing(5, "chair", 4, 3, (0.5, 0.5, 0.9)),
    thing(6, "cup", 4.2, 2, (0.1, 0.1, 0.1), z=0.75),
    thing(7, "lamp", 8, 1, (0.3, 0.3, 1.5), room=2),
    thing(8, "bed", 9, 3, (2.0, 1.6, 0.5), room=2),
    thing(9, "backpack", 7, 4, (0.4, 0.3, 0.5), room=2),
    thing(10, "chair", 7, 2, (0.6, 0.6, 1.1), room=2),
)


@pytest.fixture
def house() -> World:
    """A kitchen and a bedroom, seen for 100 s by somebody in the kitchen who looks along +y."""
    rooms = (room(1, "kitchen", 0, 6), room(2, "bedroom", 6, 4))
    layout = Layout(
        stamp_ns=100 * SECOND, version=7, number=99, objects=THINGS, rooms=rooms, floor_z=0.0
    )
    return World(layout, pose=Pose(Point(3.0, 0.5, 1.5), math.pi / 2), start_ns=0)


@pytest.fixture
def house_with_door(house: World) -> World:
    """The house, with the gap in the wall between its rooms known, and its floor free."""
    gap = Door(id=1, center=(6.0, 2.0), width_m=0.9, yaw=1.57, rooms=(1, 2))
    layout = msgspec.structs.replace(house.layout, doors=(gap,))
    cells = np.full((50, 100), FREE, np.uint8)
    cells[:, 60] = OCCUPIED
    cells[16:25, 60] = FREE
    free = OccupancyGrid(
        stamp_ns=layout.stamp_ns, resolution_m=0.1, origin=(0.0, 0.0), floor_z=0.0, cells=cells
    )
    pose = Pose(Point(3.0, 0.5, 1.5), math.pi / 2)
    return World(layout, grid=free, pose=pose, start_ns=0)


@pytest.fixture
def hung(house: World) -> World:
    """The house with a picture on a wall of each room, and a clock in the kitchen."""
    more = (
        thing(11, "picture", 2, 4.95, (0.6, 0.05, 0.4), z=1.4),
        thing(12, "picture", 8, 4.95, (0.6, 0.05, 0.4), z=1.4, room=2),
        thing(13, "clock", 0.05, 3, (0.05, 0.3, 0.3), z=1.8),
    )
    layout = msgspec.structs.replace(house.layout, objects=(*house.layout.objects, *more))
    return World(layout, pose=house.agent, start_ns=0)


@pytest.fixture
def two_tables() -> World:
    """A dining table with two chairs in the kitchen, one with one chair in the living room."""
    rooms = (room(1, "kitchen", 0, 6), room(2, "living room", 6, 6))
    things = (
        thing(1, "dining table", 3, 2), thing(2, "chair", 3, 3), thing(3, "chair", 3, 1),
        thing(4, "dining table", 9, 2, room=2), thing(5, "chair", 9, 3, room=2),
    )  # fmt: skip
    layout = Layout(stamp_ns=SECOND, version=1, number=1, objects=things, rooms=rooms, floor_z=0.0)
    return World(layout)


@pytest.fixture
def read(house: World):
    """The program that a question is read as; raises Unreadable."""

    def program_of(text: str, *options: str, conversation: Conversation | None = None) -> str:
        asked = Question(stamp_ns=0, text=text, options=options)
        return plan(asked, house, conversation).program

    return program_of


@pytest.fixture
def answer(house: World):
    """The answer to a question about the house."""

    def answer_to(text: str, *options: str, conversation: Conversation | None = None) -> Answer:
        return ask(house, Question(stamp_ns=0, text=text, options=options), conversation)

    return answer_to
