"""Drives along a route: smooth, stopping in time, and never into what is known to stand there.

Each command is for the moment at which it takes effect (`Motion.ahead`), so that a camera of few
frames a second and a slow answer do not make it swing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cogmap.memory.navigation.known import Body, Pose2
from cogmap.memory.navigation.motion import Moving, angle_between
from cogmap.memory.navigation.polyline import Polyline
from cogmap.memory.paths.clearance import Clearance
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import F64

__all__ = ["ARRIVED_M", "ARRIVED_RAD", "Command", "Driver", "may_go", "turn_rate"]

ARRIVED_M, ARRIVED_RAD = 0.05, 0.06
CLOSE_M, END_M = 0.025, 0.003
"""It turns to its heading once the end is close and no longer ahead, at the latest at the second:
a thing in view from the last centimetres of reach is not in reach two centimetres before. ARRIVED_M
away it drives on again."""
LEAST_MPS = 0.04
"""Slower, wheels may not turn at all: it rather passes the end by some millimetres."""
SAFETY_M = 0.02
"""What it drives past is further away than its radius by this, the route itself by more."""
CUT_M, ENOUGH_M = 0.03, 0.2
"""Corners are cut by so much towards things that are nearer than its radius and the second."""
LOOKAHEAD_M = 0.45
SHORTER = (1.0, 0.6, 0.35, 0.15)
"""Parts of it that are tried until the way to the point ahead is free."""
TURN_ON_SPOT_RAD = 0.7
REVERSE_M = 0.25
"""What lies so near behind it is backed up to."""
SLOWER = (1.0, 0.7, 0.45, 0.25, 0.1)
SLOW_MPS, SLOW_PER_M = 0.2, 1.8
"""Fastest beside an obstacle, and how much more for each metre from it."""

Doing = Literal["driving", "turning", "arrived", "blocked"]


@dataclass(frozen=True)
class Command:
    """A velocity, and what it is for. blocked: it stands because something is in the way."""

    doing: Doing
    linear_mps: float = 0.0
    angular_rps: float = 0.0


class Driver:
    """Follows one route to its end and turns to the heading there."""

    def __init__(self, body: Body, points: F64, yaw: float | None) -> None:
        """``points`` (N, 2) x, y (m, world), N >= 1; ``yaw``: heading at the end, or any."""
        self.body, self.line, self._yaw = body, Polyline(points), yaw
        self._at_m = 0.0
        self._turning = False
        self._spin = 0.0  # rad/s of the turn on the spot that goes on

    @property
    def left(self) -> F64:
        """(N, 2) the corners still ahead, from where it is on the line."""
        return self.line.rest(self._at_m)

    @property
    def left_m(self) -> float:
        return self.line.length_m - self._at_m

    def command(self, here: Pose2, ahead: Moving, clearance: Clearance, period_s: float) -> Command:
        """For the next ``period_s`` from ``ahead`` on. ``here``: the pose measured last."""
        self._at_m = self.line.nearest(ahead.pose.point, self._at_m)
        end = self.line.end
        if self._has_arrived(here, ahead):
            return Command("arrived")
        far_m = math.dist(ahead.pose.point, end)
        last = self.line.length_m - self._at_m < 2 * ARRIVED_M
        self._turning = last and (
            far_m <= (ARRIVED_M if self._turning else END_M) or self._is_past_end(ahead.pose)
        )
        if self._turning:
            off = 0.0 if self._yaw is None else angle_between(self._yaw, ahead.pose.yaw)
            return Command("turning", 0.0, self._turn(off, period_s))
        return self._towards(self._point_ahead(ahead, clearance), ahead, clearance, period_s)

    def _is_past_end(self, pose: Pose2) -> bool:
        """Whether the end is close, and not ahead any more."""
        x, y = np.subtract(self.line.end, pose.point)
        off = angle_between(math.atan2(y, x), pose.yaw)
        return math.hypot(x, y) <= CLOSE_M and abs(off) > TURN_ON_SPOT_RAD

    def off_line_m(self, here: Pose2) -> float:
        """How far it is from the line that it follows."""
        return math.dist(here.point, self.line.at(self.line.nearest(here.point, self._at_m)))

    def is_blocked(self, here: Pose2, clearance: Clearance, within_m: float) -> bool:
        """Whether something stands on the next part of the line, or nearer than it may be; who
        is too near to something already may go where it is not nearer."""
        stretch = self.line.stretch(self._at_m, self._at_m + within_m)
        least_m = min(self.body.radius_m, float(clearance.at(np.array([here.point]))[0]) - 1e-3)
        return bool(clearance.at(stretch).min() < least_m)

    def _has_arrived(self, here: Pose2, ahead: Moving) -> bool:
        off = 0.0 if self._yaw is None else abs(angle_between(self._yaw, here.yaw))
        still = abs(ahead.linear_mps) < 0.05 and abs(ahead.angular_rps) < 0.1
        far_m = max(math.dist(at.point, self.line.end) for at in (here, ahead.pose))
        near_m = ARRIVED_M if self._turning else END_M
        return still and off <= ARRIVED_RAD and far_m <= near_m

    def _point_ahead(self, ahead: Moving, clearance: Clearance) -> Point:
        """Where to steer: on the line, as far ahead as the straight way there is free, and cuts
        no corner towards what the line keeps away from."""
        here, reach_m = ahead.pose.point, LOOKAHEAD_M + 0.3 * abs(ahead.linear_mps)
        own_m = float(clearance.at(np.array([here]))[0])
        radius_m = self.body.radius_m
        point = self.line.end
        for part in SHORTER:
            to_m = self._at_m + part * reach_m
            point = self.line.at(to_m)
            line_m = float(clearance.at(self.line.stretch(self._at_m, to_m)).min())
            kept_m = min(max(radius_m + 2 * SAFETY_M, line_m - CUT_M), radius_m + ENOUGH_M, own_m)
            if clearance.along(here, point) >= kept_m - 1e-6:
                break
        return point

    def _towards(
        self, point: Point, ahead: Moving, clearance: Clearance, period_s: float
    ) -> Command:
        x, y = ahead.pose.point
        off = angle_between(math.atan2(point[1] - y, point[0] - x), ahead.pose.yaw)
        way = 1.0
        if abs(off) > math.pi - TURN_ON_SPOT_RAD and math.dist((x, y), point) < REVERSE_M:
            way, off = -1.0, angle_between(off, math.pi)
        angular = self._turn(off, period_s)
        if self._spin:
            return Command("turning", 0.0, angular)
        speed = self._speed(off, ahead, clearance, period_s)
        for part in SLOWER:
            linear = way * speed * part
            if may_go(ahead, linear, angular, self.body, clearance, period_s):
                return Command("driving", linear, angular)
        if abs(off) > 0.15:
            return Command("turning", 0.0, angular)
        rolling = abs(ahead.linear_mps) > 0.05  # once it is slower it may come nearer
        return Command("driving" if rolling else "blocked")

    def _turn(self, off: float, period_s: float) -> float:
        """rad/s towards a heading; what is right behind is on both sides: it keeps to one."""
        if abs(off) > math.pi / 2 and self._spin * off < 0:
            off += math.copysign(2 * math.pi, self._spin)
        angular = turn_rate(off, self.body, period_s)
        self._spin = angular if abs(off) > TURN_ON_SPOT_RAD else 0.0
        return angular

    def _speed(self, off: float, ahead: Moving, clearance: Clearance, period_s: float) -> float:
        """Slower the further off the heading is, beside obstacles, and in time before the end."""
        body = self.body
        left_m = max(self.left_m, math.dist(ahead.pose.point, self.line.end))
        beside_m = float(clearance.at(np.array([ahead.pose.point]))[0]) - body.radius_m
        fastest = min(
            body.max_linear_mps,
            math.sqrt(1.2 * body.max_linear_mps2 * left_m),
            max(0.5 * left_m / period_s, LEAST_MPS),
            SLOW_MPS + SLOW_PER_M * max(beside_m, 0.0),
        )
        return float(fastest * (1 - abs(off) / (1.2 * TURN_ON_SPOT_RAD)))


def turn_rate(off: float, body: Body, period_s: float) -> float:
    """rad/s that take away ``off`` (rad) within some periods, such that it can stop in time."""
    limit = math.sqrt(1.2 * body.max_angular_rps2 * abs(off))
    rate = min(limit, 0.6 * abs(off) / period_s, 5 * abs(off), body.max_angular_rps)
    return math.copysign(rate, off)


def may_go(
    ahead: Moving,
    linear_mps: float,
    angular_rps: float,
    body: Body,
    clearance: Clearance,
    period_s: float,
) -> bool:
    """Whether it can go like this for a period and then still stop before all that is known.

    Whoever is too near to something already may only leave it; who passes a tight place may come
    nearer little by little, down to the radius.
    """
    speed = max(abs(linear_mps), abs(ahead.linear_mps))
    length_m = speed * period_s + speed**2 / (2 * body.max_linear_mps2) + SAFETY_M
    steps = max(2, math.ceil(length_m / 0.02))
    along = np.linspace(0, length_m, steps + 1)
    turn = angular_rps * period_s
    yaw = ahead.pose.yaw + turn * np.minimum(along / max(speed * period_s, 1e-6), 1.0)
    sign = math.copysign(1.0, linear_mps)
    step = np.diff(along) * sign
    x = ahead.pose.x + np.concatenate([[0], np.cumsum(np.cos(yaw[:-1]) * step)])
    y = ahead.pose.y + np.concatenate([[0], np.cumsum(np.sin(yaw[:-1]) * step)])
    far_m = clearance.at(np.column_stack([x, y]))
    nearer_m = 1e-3 if far_m[0] > body.radius_m + 1e-3 else -1e-6
    return bool(far_m[1:].min() >= min(body.radius_m + SAFETY_M, far_m[0] - nearer_m))
