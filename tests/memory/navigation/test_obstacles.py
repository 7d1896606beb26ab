"""What looks at drawn depth leave known of what stands there."""

from __future__ import annotations

import numpy as np

from cogmap.memory.navigation.known import Body
from cogmap.memory.navigation.obstacles import MOST, SeenObstacles
from cogmap.runtime.messages import Observation
from cogmap.sim.agent import AgentState, world_from_camera
from cogmap.sim.agent import Body as SimulatedBody
from tests.memory.navigation.robots import CAMERA


def look(yaw, far_m):
    """A wall straight ahead, so far away, over the whole picture."""
    pose = world_from_camera(AgentState(0.0, 0.0, yaw), SimulatedBody(camera_pitch_rad=0.0))
    return Observation(
        stamp_ns=0, number=0, verdict="fused", intrinsics=CAMERA, world_from_camera=pose,
        depth_view=np.full((120, 160), round(far_m * 1000), np.uint16), depth_view_step=2,
    )  # fmt: skip


def test_what_stands_near_is_not_forgotten_for_all_that_is_seen_further_away():
    seen = SeenObstacles(Body())
    seen.take(look(0.0, 1.0), floor_z=0.0)
    near = {tuple(point) for point in seen.points.tolist()}
    assert near
    for yaw in np.radians([90, 180, 270]):
        seen.take(look(yaw, 2.9), floor_z=0.0)
    assert len(seen.points) == MOST
    assert near <= {tuple(point) for point in seen.points.tolist()}


def test_what_is_seen_through_is_forgotten():
    seen = SeenObstacles(Body())
    seen.take(look(0.0, 1.0), floor_z=0.0)
    seen.take(look(0.0, 2.9), floor_z=0.0)
    assert seen.points[:, 0].min() > 2.5
