"""Drives an agent along the stops of a tour."""

from __future__ import annotations

from cogmap.memory.paths.grid_paths import Paths
from cogmap.sim.agent import AgentState, Body
from cogmap.sim.route_follower import RouteFollower, difference, turn_rate
from cogmap.sim.tour import Stop

_ALIGNED_RAD = 0.03
_PATIENCE_S = 30.0
"""How long in all it waits for a door that is in the way to open again."""


class TourFollower:
    """Velocity commands that take an agent from stop to stop; call ``command`` every step."""

    def __init__(self, stops: tuple[Stop, ...], body: Body, paths: Paths) -> None:
        self._stops, self._body, self._paths = list(stops), body, paths
        self._way: RouteFollower | None = None
        self._turned: float | None = None
        self._last_yaw = 0.0
        self._waited_s = 0.0
        self.skipped = 0
        """Stops given up because no way led there."""

    @property
    def done(self) -> bool:
        return not self._stops

    def replan(self, paths: Paths) -> None:
        """Use other ways from now on: something in the house has changed."""
        self._paths, self._way = paths, None

    def command(self, state: AgentState, dt_s: float) -> tuple[float, float]:
        """(linear m/s, angular rad/s) for the next ``dt_s``; (0, 0) once done."""
        if self.done:
            return (0.0, 0.0)
        stop = self._stops[0]
        if self._turned is not None:
            return self._sweep(state, stop, dt_s)
        way = self._way or self._plan(state, stop)
        if way is None:
            self._postpone(dt_s)
            return (0.0, 0.0)
        velocities = way.command(state, dt_s)
        if way.stuck:
            self._postpone(dt_s)
        elif way.arrived:
            return self._align(state, stop)
        return velocities

    def _plan(self, state: AgentState, stop: Stop) -> RouteFollower | None:
        route = self._paths.route((state.x, state.y), stop.point)
        self._way = None if route is None else RouteFollower(route[1:], self._body)
        return self._way

    def _postpone(self, dt_s: float) -> None:
        """No way leads to the stop now: try the others first, and drop it in the end."""
        stop = self._stops.pop(0)
        self._way, self._turned = None, None
        self._waited_s += dt_s
        if self._waited_s < _PATIENCE_S:
            self._stops.append(stop)
        else:
            self.skipped += 1

    def _align(self, state: AgentState, stop: Stop) -> tuple[float, float]:
        """Turn towards the end of the sweep that is closer, then sweep to the other."""
        ends = (stop.start, stop.start + stop.sweep)
        if abs(difference(ends[1], state.yaw)) < abs(difference(ends[0], state.yaw)):
            stop = Stop(stop.point, ends[1], -stop.sweep)
            self._stops[0] = stop
        off = difference(stop.start, state.yaw)
        if abs(off) < _ALIGNED_RAD:
            self._turned, self._last_yaw = 0.0, state.yaw
        return (0.0, turn_rate(off, self._body))

    def _sweep(self, state: AgentState, stop: Stop, dt_s: float) -> tuple[float, float]:
        assert self._turned is not None
        self._turned += difference(state.yaw, self._last_yaw)
        self._last_yaw = state.yaw
        left = stop.sweep - self._turned
        if abs(left) < _ALIGNED_RAD or left * stop.sweep <= 0:
            self._stops.pop(0)
            self._way, self._turned = None, None
            return (0.0, 0.0)
        return (0.0, turn_rate(left, self._body))
