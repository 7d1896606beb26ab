"""What is kept of where somebody went."""

from __future__ import annotations

import math

import numpy as np

from cogmap.memory.navigation import motion
from cogmap.memory.navigation.known import Body, Pose2
from cogmap.memory.navigation.motion import Motion

PERIOD_NS = 100_000_000


def walked_around(steps: int) -> Motion:
    """8 cm a step on a circle of 2 m around the origin, from (2, 0)."""
    moving = Motion(Body())
    for step in range(steps):
        angle = step * 0.04
        pose = Pose2(2 * math.cos(angle), 2 * math.sin(angle), angle + math.pi / 2)
        moving.take_pose(step * PERIOD_NS, pose)
    return moving


def test_of_a_long_walk_the_end_is_kept_and_where_it_began(monkeypatch):
    monkeypatch.setattr(motion, "MOST_STEPS", 50)
    moving = walked_around(200)
    (line,) = moving.walks
    assert len(line) == 50
    assert line[-1].tolist() == [2 * math.cos(199 * 0.04), 2 * math.sin(199 * 0.04)]
    assert moving.starts.tolist() == [[2.0, 0.0]]


def test_a_jump_begins_another_line():
    moving = walked_around(10)
    moving.take_pose(10 * PERIOD_NS, Pose2(-5.0, 0.0, 0.0))
    assert [len(line) for line in moving.walks] == [10, 1]
    np.testing.assert_allclose(moving.starts, [[2.0, 0.0], [-5.0, 0.0]])
