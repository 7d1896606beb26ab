"""A walk through the flat: what the camera saw, second by second."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cogmap.memory.objects.sighting_history import AWAY, MATCHED, Sightings
from cogmap.memory.programs.world import World
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import Layout, MapEvent

SECOND = 10**9
WALK = ((1, 1, 90), (1, 2, 90), (2, 2, 0), (3, 2, 0), (4, 2, -90), (7, 2, 0))
"""x, y (m) and yaw (degrees) at every second."""


def camera(x, y, degrees):
    """(4, 4) of a level camera at 1.5 m."""
    pose = np.eye(4)
    level = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])  # looks along x
    turn = Rotation.from_euler("z", math.radians(degrees)).as_matrix()
    pose[:3, :3], pose[:3, 3] = turn @ level, (x, y, 1.5)
    return pose


def seen_in(*frames):
    """Sightings of a thing that is visible in these frames."""
    last = len(WALK)
    states = [MATCHED if number in frames else AWAY for number in range(last)]
    shown = np.array([0.5 if number in frames else 0 for number in range(last)], np.float32)
    return Sightings(np.arange(last), np.array(states, np.uint8), shown, shown)


@pytest.fixture
def walk(flat):
    trajectory = Trajectory()
    trajectory.add_keyframe(0, np.eye(4))
    for number, place in enumerate(WALK):
        trajectory.add(number, 100 * SECOND + number * SECOND, 0, camera(*place))
    layout = flat.layout
    now = Layout(
        stamp_ns=105 * SECOND, version=7, number=5, objects=layout.objects, rooms=layout.rooms,
        floor_z=0.0,
    )  # fmt: skip

    def past(stamp_ns):
        number = (stamp_ns - 100 * SECOND) // SECOND
        known = layout.objects if number >= 3 else layout.objects[:3]
        return Layout(stamp_ns=stamp_ns, version=7, number=number, objects=known, floor_z=0.0)

    moved = MapEvent(
        stamp_ns=103 * SECOND, version=5, number=3, kind="moved", object_id=5, label="chair"
    )
    new = MapEvent(
        stamp_ns=104 * SECOND, version=6, number=4, kind="appeared", object_id=4, label="cup"
    )
    corrected = [
        MapEvent(
            stamp_ns=103 * SECOND, version=5, number=3, kind=kind, object_id=5, label="chair"
        )
        for kind in ("merged", "split", "renamed", "deleted")
    ]  # fmt: skip
    return World(
        now,
        trajectory=trajectory,
        sightings={1: seen_in(1, 2), 2: seen_in(2, 3), 3: seen_in(3, 4), 4: seen_in(5)},
        events=(moved, *corrected, new),
        past=past,
        turn_ends_ns=(101 * SECOND, 103 * SECOND, 105 * SECOND),
    )
