"""Drives an agent along the corners of one way over the floor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from cogmap.memory.paths.grid_paths import Point
from cogmap.sim.agent import AgentState, Body

PLANNING_MARGIN_M = 0.07
"""Ways keep this much further from things than the agent's radius: it cuts corners a little."""
_REACHED_M = 0.06
_LOOKAHEAD_M = 0.15
"""At a corner it turns to the next one this much before."""
_STUCK_S = 1.5


class RouteFollower:
    """Velocity commands along one route; call ``command`` every step until ``arrived``."""

    def __init__(self, route: Sequence[Point], body: Body) -> None:
        """``route``: corners that are still ahead (m, world), the goal last."""
        self._route, self._body = list(route), body
        self._blocked_s = 0.0

    @property
    def arrived(self) -> bool:
        """True once it has been within 0.06 m of the goal; it may still be rolling then."""
        return not self._route

    @property
    def stuck(self) -> bool:
        """True if something has kept the agent from moving for more than 1.5 s."""
        return self._blocked_s > _STUCK_S

    def command(self, state: AgentState, dt_s: float) -> tuple[float, float]:
        """(linear m/s, angular rad/s) for the next ``dt_s``; (0, 0) if arrived or stuck."""
        self._blocked_s = self._blocked_s + dt_s if state.blocked else 0.0
        here = (state.x, state.y)
        while self._route:
            reached = _REACHED_M if len(self._route) == 1 else _LOOKAHEAD_M
            if math.dist(here, self._route[0]) > reached:
                break
            self._route.pop(0)
        if self.arrived or self.stuck:
            return (0.0, 0.0)
        x, y = self._route[0]
        off = difference(math.atan2(y - state.y, x - state.x), state.yaw)
        left = math.dist(here, (x, y)) + sum(math.dist(*leg) for leg in pairwise(self._route))
        return (self._speed(off, left), turn_rate(off, self._body))

    def _speed(self, off: float, left: float) -> float:
        """Slower the further off the heading is, and in time before the end."""
        body = self._body
        braking = math.sqrt(1.4 * body.max_linear_mps2 * max(0.0, left - _REACHED_M / 2) + 0.01)
        return min(body.max_linear_mps, braking) * max(0.0, 1 - abs(off) / 0.6)


def turn_rate(off: float, body: Body) -> float:
    """rad/s that take away ``off`` (rad): proportional, but such that it can stop in time."""
    limit = math.sqrt(2 * 0.6 * body.max_angular_rps2 * abs(off))
    return math.copysign(min(limit, 6 * abs(off), body.max_angular_rps), off)


def difference(angle: float, reference: float) -> float:
    """``angle`` as seen from ``reference``, in [-pi, pi]."""
    return math.remainder(angle - reference, 2 * math.pi)
