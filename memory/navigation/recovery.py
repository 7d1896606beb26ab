"""What to do when it does not go on: back up over what was walked, turn, look, try again."""

from __future__ import annotations

from dataclasses import dataclass

from cogmap.memory.navigation.clearance import Clearance
from cogmap.memory.navigation.driving import Command, may_go, turn_rate
from cogmap.memory.navigation.known import Body
from cogmap.memory.navigation.motion import Motion, angle_between

__all__ = ["Recovery"]

BACK_M, BACK_MPS = 0.25, 0.2
BACK_S = 3.0
"""Backing up takes no longer than this, whether it gets anywhere or not."""
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
        self, stamp_ns: int, motion: Motion, clearance: Clearance, period_s: float
    ) -> Command | None:
        """None once it is over."""
        passed_s = (stamp_ns - self.began_ns) * 1e-9
        ahead = motion.ahead(stamp_ns)
        if self.backs:
            far_enough = motion.driven_m - self.began_m >= BACK_M
            free = may_go(ahead, -BACK_MPS, 0.0, self.body, clearance, period_s)
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
