"""A tiny house made by hand, whose numbers are easy to check."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.runtime.messages import Intrinsics
from cogmap.sim.scene import Door, House, Material, ObjectModel, Part, PlacedObject, Room, Surface

BOX_FACES = ((0, 4, 6, 2), (1, 3, 7, 5), (0, 1, 5, 4), (2, 6, 7, 3), (0, 2, 3, 1), (4, 5, 7, 6))
"""Counter-clockwise from outside; the bits of a corner's number say where it is on x, y, z."""
PLAIN = Material((0.7, 0.7, 0.7))


def box_part(size, bottom=(0.0, 0.0, 0.0), material=PLAIN) -> Part:
    """A box whose lower side is centred at ``bottom``."""
    corners = np.array([[i & 1, i >> 1 & 1, i >> 2] for i in range(8)], np.float32)
    vertices = (corners - (0.5, 0.5, 0)) * size + bottom
    triangles = [t for a, b, c, d in BOX_FACES for t in ((a, b, c), (a, c, d))]
    return Part(vertices.astype(np.float32), np.array(triangles, np.int32), material)


def box_model(category, size, color=(0.6, 0.3, 0.2), surfaces=()) -> ObjectModel:
    return ObjectModel(category, (box_part(size, material=Material(color)),), surfaces)


@pytest.fixture
def tiny_house() -> House:
    """Two rooms of 4 x 3 m and 2.5 m height side by side along x, a wall of 0.1 m at x = 4.

    The doorway is 0.9 m wide at y = 1.5, its leaf open towards room 2. In room 1: a table
    (id 1) with a cup (id 2) on it. The walls are the rooms' inner faces and the jambs.
    """
    rooms = (
        Room(1, "kitchen", ((0, 0), (4, 0), (4, 3), (0, 3)), 2.5),
        Room(2, "bedroom", ((4.1, 0), (8.1, 0), (8.1, 3), (4.1, 3)), 2.5),
    )
    leaf = ObjectModel("door leaf", (box_part((0.04, 0.88, 2.0), (0.02, 0.45, 0.01)),))
    door = Door(
        id=1, rooms=(1, 2), center=(4.05, 1.5), yaw=math.pi / 2, width_m=0.9, height_m=2.05,
        wall_thickness_m=0.1, leaf=leaf, hinge=(4.1, 1.05), closed_yaw=0.0, open_angle=-1.5,
        max_open_angle=-1.5,
    )  # fmt: skip
    top = Surface("on", (0.0, 0.0, 0.7), (1.1, 0.7))
    table = box_model("table", (1.2, 0.8, 0.7), (0.5, 0.35, 0.2), (top,))
    cup = box_model("cup", (0.08, 0.08, 0.1), (0.1, 0.2, 0.8))
    return House(
        seed=0, rooms=rooms, doors=(door,), windows=(), structure=_shell(),
        objects=(
            PlacedObject(1, table, (1.0, 2.4, 0.0), 0.0, room=1),
            PlacedObject(2, cup, (1.2, 2.3, 0.7), 0.3, room=1, support=1),
        ),
    )  # fmt: skip


def _shell() -> tuple[Part, ...]:
    slabs = [
        ((8.1, 3.0, 0.1), (4.05, 1.5, -0.1)),
        ((8.1, 3.0, 0.1), (4.05, 1.5, 2.5)),
        ((0.1, 3.2, 2.5), (-0.05, 1.5, 0.0)),
        ((0.1, 3.2, 2.5), (8.15, 1.5, 0.0)),
        ((8.1, 0.1, 2.5), (4.05, -0.05, 0.0)),
        ((8.1, 0.1, 2.5), (4.05, 3.05, 0.0)),
        ((0.1, 1.05, 2.5), (4.05, 0.525, 0.0)),
        ((0.1, 1.05, 2.5), (4.05, 2.475, 0.0)),
        ((0.1, 0.9, 0.45), (4.05, 1.5, 2.05)),
    ]
    return tuple(box_part(size, bottom) for size, bottom in slabs)


@pytest.fixture
def small_camera() -> Intrinsics:
    return Intrinsics(width=160, height=120, fx=120.0, fy=120.0, cx=79.5, cy=59.5)
