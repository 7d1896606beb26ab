"""Backing up: over known floor alone, and on to looking where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cogmap.memory.navigation.known import Body, Pose2
from cogmap.memory.navigation.motion import Motion
from cogmap.memory.navigation.recovery import Recovery, backs_over_known_floor
from cogmap.memory.paths.clearance import Clearance
from cogmap.runtime.messages import FREE, UNKNOWN
from tests.memory.navigation.floors import known, open_floor, paint

BODY = Body()
HERE = Pose2(3.0, 2.0, 0.0)


def command(cells):
    """What a recovery that backs up begins with, 0.1 m behind the only place where it was."""
    motion = Motion(BODY)
    motion.take_pose(0, HERE)
    there = known(cells, here=(HERE.x + 0.1, HERE.y))
    recovery = Recovery(BODY, 0, 0.0, HERE.yaw, backs=True)
    return recovery.command(0, motion, there, Clearance(there.grid)), recovery.backs


def test_it_backs_over_free_floor():
    told, backs = command(open_floor())
    assert backs
    assert (told.doing, told.angular_rps) == ("driving", 0.0)
    assert told.linear_mps < 0


@pytest.mark.parametrize(("x0", "x1"), [(0.05, 2.8), (2.7, 2.85)])
def test_it_looks_instead_of_backing_into_the_unknown(x0, x1):
    told, backs = command(paint(open_floor(), x0, 1.5, x1, 2.5, UNKNOWN))
    assert not backs
    assert told.doing == "turning"
    assert told.linear_mps == 0.0


def test_the_unknown_ahead_and_beside_does_not_keep_it_from_backing():
    cells = paint(open_floor(), 0.05, 0.05, 5.95, 3.95, UNKNOWN)
    told, _ = command(paint(cells, 2.0, 1.75, 3.2, 2.25, FREE))
    assert told.linear_mps < 0


@pytest.mark.parametrize("yaw", [0.0, 0.7, -2.0, 3.1])
def test_what_it_went_over_counts_whatever_the_grid_says_and_only_that(yaw):
    there = known(open_floor(state=UNKNOWN), here=HERE.point)
    heading = np.array([np.cos(yaw), np.sin(yaw)])
    walked = HERE.point - np.linspace(1.0, 0.0, 15)[:, None] * heading
    there = replace(there, walked=walked)

    def backs(turned):
        """Whether it goes on after 0.15 m with its back turned."""
        x, y = HERE.point - 0.15 * np.array([np.cos(yaw + turned), np.sin(yaw + turned)])
        return backs_over_known_floor(Pose2(x, y, yaw + turned), there, BODY, 0.2)

    assert backs(0.0)
    assert not backs(1.0)
    assert not backs(np.pi)


def test_off_the_grid_is_unknown():
    assert not backs_over_known_floor(Pose2(-3.0, 2.0, 0.0), known(open_floor()), BODY, 0.1)
