"""Drives an agent along the stops of a tour."""

from __future__ import annotations

import math
from itertools import pairwise

from cogmap.sim.agent import AgentState, Body
from cogmap.sim.paths import Paths, Point
from cogmap.sim.tour import Stop

PLANNING_MARGIN_M = 0.07
"""Ways keep this much further from things than the agent's radius: it cuts corners a little."""
_REACHED_M = 0.06
_LOOKAHEAD_M = 0.15
"""At a corner it turns to the next one this much before."""
_ALIGNED_RAD = 0.03
_STUCK_S = 1.5
_PATIENCE_S = 30.0
"""How long in all it waits for a door that is in the way to open again."""


class TourFollower:
    """Velocity commands that take an agent from stop to stop; call ``command`` every step."""

    def __init__(self, stops: tuple[Stop, ...], body: Body, paths: Paths) -> None:
        self._stops, self._body, self._paths = list(stops), body, paths
        self._route: list[Point] | None = None
        self._turned: float | None = None
        self._last_yaw = 0.0
        self._stuck_s = 0.0
        self._waited_s = 0.0
        self.skipped = 0
        """Stops given up because no way led there."""

    @property
    def done(self) -> bool:
        return not self._stops

    def replan(self, paths: Paths) -> None:
        """Use other ways from now on: something in the house has changed."""
        self._paths, self._route = paths, None

    def command(self, state: AgentState, dt_s: float) -> tuple[float, float]:
        """(linear m/s, angular rad/s) for the next ``dt_s``; (0, 0) once done."""
        if self.done:
            return (0.0, 0.0)
        stop = self._stops[0]
        if self._turned is not None:
            return self._sweep(state, stop, dt_s)
        if self._route is None and not self._plan(state, stop):
            self._postpone(dt_s)
            return (0.0, 0.0)
        self._stuck_s = self._stuck_s + dt_s if state.blocked else 0.0
        if self._stuck_s > _STUCK_S:
            self._postpone(dt_s)
            return (0.0, 0.0)
        return self._drive(state, stop)

    def _plan(self, state: AgentState, stop: Stop) -> bool:
        route = self._paths.route((state.x, state.y), stop.point)
        if route is None:
            return False
        self._route = list(route[1:])
        return True

    def _postpone(self, dt_s: float) -> None:
        """No way leads to the stop now: try the others first, and drop it in the end."""
        stop = self._stops.pop(0)
        self._route, self._turned, self._stuck_s = None, None, 0.0
        self._waited_s += dt_s
        if self._waited_s < _PATIENCE_S:
            self._stops.append(stop)
        else:
            self.skipped += 1

    def _drive(self, state: AgentState, stop: Stop) -> tuple[float, float]:
        assert self._route is not None
        here = (state.x, state.y)
        while self._route:
            reached = _REACHED_M if len(self._route) == 1 else _LOOKAHEAD_M
            if math.dist(here, self._route[0]) > reached:
                break
            self._route.pop(0)
        if not self._route:
            return self._align(state, stop)
        x, y = self._route[0]
        off = _difference(math.atan2(y - state.y, x - state.x), state.yaw)
        left = math.dist(here, (x, y)) + sum(math.dist(*leg) for leg in pairwise(self._route))
        return (self._speed(off, left), self._turn_rate(off))

    def _speed(self, off: float, left: float) -> float:
        """Slower the further off the heading is, and in time before the end."""
        body = self._body
        braking = math.sqrt(1.4 * body.max_linear_mps2 * max(0.0, left - _REACHED_M / 2) + 0.01)
        return min(body.max_linear_mps, braking) * max(0.0, 1 - abs(off) / 0.6)

    def _turn_rate(self, off: float) -> float:
        """Proportional, but such that it can still stop in time."""
        limit = math.sqrt(2 * 0.6 * self._body.max_angular_rps2 * abs(off))
        return math.copysign(min(limit, 6 * abs(off), self._body.max_angular_rps), off)

    def _align(self, state: AgentState, stop: Stop) -> tuple[float, float]:
        """Turn towards the end of the sweep that is closer, then sweep to the other."""
        ends = (stop.start, stop.start + stop.sweep)
        if abs(_difference(ends[1], state.yaw)) < abs(_difference(ends[0], state.yaw)):
            stop = Stop(stop.point, ends[1], -stop.sweep)
            self._stops[0] = stop
        off = _difference(stop.start, state.yaw)
        if abs(off) < _ALIGNED_RAD:
            self._turned, self._last_yaw = 0.0, state.yaw
        return (0.0, self._turn_rate(off))

    def _sweep(self, state: AgentState, stop: Stop, dt_s: float) -> tuple[float, float]:
        assert self._turned is not None
        self._turned += _difference(state.yaw, self._last_yaw)
        self._last_yaw = state.yaw
        left = stop.sweep - self._turned
        if abs(left) < _ALIGNED_RAD or left * stop.sweep <= 0:
            self._stops.pop(0)
            self._route, self._turned = None, None
            return (0.0, 0.0)
        return (0.0, self._turn_rate(left))


def _difference(angle: float, reference: float) -> float:
    return math.remainder(angle - reference, 2 * math.pi)
