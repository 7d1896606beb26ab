from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.memory.objects.visibility import DepthView
from cogmap.memory.objects.wall_direction import WallDirection, WallDirectionConfig
from cogmap.runtime.messages import Observation


def view(room, yaw: float, turned: float) -> DepthView:
    """Of a room in a world that is turned by ``turned``."""
    frame = room.frame(0, room.look(-1.0, yaw))
    turn = np.eye(4)
    turn[:2, :2] = [[math.cos(turned), -math.sin(turned)], [math.sin(turned), math.cos(turned)]]
    made = DepthView.of(
        Observation(
            stamp_ns=0, number=0, verdict="fused", intrinsics=frame.intrinsics,
            world_from_camera=turn @ frame.world_from_camera, depth_view=frame.depth,
        )
    )  # fmt: skip
    assert made is not None
    return made


@pytest.mark.parametrize("turned", [0.0, 0.4, 1.2, -0.3])
def test_the_direction_of_the_walls_is_found(room, turned):
    walls = WallDirection(WallDirectionConfig(min_samples=200))
    assert walls.yaw() is None
    for yaw in (-0.6, 0.0, 0.5, 2.0):
        walls.add(view(room, yaw, turned), 0)
    found = walls.yaw()
    assert found is not None
    off = (found - turned + math.pi / 4) % (math.pi / 2) - math.pi / 4
    assert abs(off) < math.radians(1)


def test_it_goes_on_after_being_put_away(room):
    walls = WallDirection()
    walls.add(view(room, 0.3, 0.1), 0)
    again = WallDirection.from_state(walls.state(), WallDirectionConfig())
    np.testing.assert_array_equal(again.state()["counts"], walls.state()["counts"])
    assert walls.state()["counts"].sum() > 0
