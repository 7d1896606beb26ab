"""What to do when it does not go on: back up over known floor, turn, look, try again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cogmap.memory.navigation.driving import Command, may_go, turn_rate
from cogmap.memory.navigation.known import Body, Known, Pose2
from cogmap.memory.navigation.motion import Motion, angle_between
from cogmap.memory.paths.clearance import Clearance
from cogmap.memory.paths.floor import states_at
from cogmap.runtime.messages import UNKNOWN

__all__ = ["Recovery", "backs_over_known_floor"]

BACK_M, BACK_MPS = 0.25, 0.2
BACK_S = 3.0
"""Backing up takes no longer than this, whether it gets anywhere or not."""
BESIDE_M = 0.05
"""What is so much further than its radius from where it was, it went over too."""
LOOK_RAD = 0.7
LOOK_S = 5.0
"""It turns to both sides, and the map has so long to show a way."""


@dataclass
class Recovery:
    """One attempt: back up if it was stuck, then look to both sides for a way."""

    body: Body
    began_ns: int
    began_m: float
    yaw: float
    backs: bool
    _turned: int = 0

    def command(
        self, stamp_ns: int, motion: Motion, known: Known, clearance: Clearance
    ) -> Command | None:
        """None once it is over."""
        passed_s = (stamp_ns - self.began_ns) * 1e-9
        ahead, period_s = motion.ahead(stamp_ns), motion.period_s
        if self.backs:
            far_enough = motion.driven_m - self.began_m >= BACK_M
            free = may_go(ahead, -BACK_MPS, 0.0, self.body, clearance, period_s)
            free = free and backs_over_known_floor(ahead.pose, known, self.body, period_s)
            if passed_s < BACK_S and not far_enough and free:
                return Command("driving", -BACK_MPS, 0.0)
            self.backs, self.began_ns, passed_s = False, stamp_ns, 0.0
        if passed_s > LOOK_S or self._turned == 3:
            return None
        goal = self.yaw + (LOOK_RAD, -LOOK_RAD, 0.0)[self._turned]
        off = angle_between(goal, ahead.pose.yaw)
        if abs(off) < 0.1:
            self._turned += 1
        return Command("turning", 0.0, turn_rate(off, self.body, period_s))


def backs_over_known_floor(here: Pose2, known: Known, body: Body, period_s: float) -> bool:
    """Whether none of the floor that it comes over, backing up for a period, is unknown.

    No camera looks that way: what it never saw there may be anything, or a step down. What it
    went over since the grid was made counts too.
    """
    reach_m = BACK_MPS * period_s + BACK_MPS**2 / (2 * body.max_linear_mps2)
    heading = np.array([np.cos(here.yaw), np.sin(here.yaw)])
    angles = here.yaw + np.pi + np.linspace(-np.pi / 2, np.pi / 2, 13)
    rim = np.column_stack([np.cos(angles), np.sin(angles)]) * body.radius_m
    rim += here.point - reach_m * heading
    off = np.linalg.norm(known.walked[:, None] - rim, axis=2).min(axis=0, initial=np.inf)
    is_known = (off <= body.radius_m + BESIDE_M) | (states_at(known.grid, rim) != UNKNOWN)
    return bool(is_known.all())
