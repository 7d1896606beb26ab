"""Drives an agent to points that it is told, one after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.sim.agent import AgentState, Body
from cogmap.sim.route_follower import RouteFollower

WaypointState = Literal["none", "driving", "arrived", "given_up", "cancelled"]
"""none: no waypoints yet; arrived: stands at the last one; given_up: no way led to one of them,
or something kept it from moving; cancelled: a velocity command came."""

_OFF_FLOOR_M = 0.035
"""A goal this much off the cells on which ways are planned is driven to all the same."""
_RESTING_MPS = 0.01


class WaypointFollower:
    """Velocity commands that take an agent to points in turn; call ``command`` every step.

    At a point to which no way leads it stops where it is and gives up the rest, too.
    """

    def __init__(self, points: Sequence[Point], body: Body, paths: Paths) -> None:
        """``points`` (m, world), at least one; ``paths`` is the floor known to be free."""
        self._points, self._body, self._paths = list(points), body, paths
        self._way: RouteFollower | None = None
        self.state: WaypointState = "driving"

    def replan(self, paths: Paths) -> None:
        """Use other ways from now on: something in the house has changed."""
        self._paths, self._way = paths, None

    def cancel(self) -> None:
        """Stop here, unless it has ended already."""
        if self.state == "driving":
            self.state = "cancelled"

    def command(self, state: AgentState, dt_s: float) -> tuple[float, float]:
        """(linear m/s, angular rad/s) for the next ``dt_s``; (0, 0) unless driving."""
        if self.state != "driving":
            return (0.0, 0.0)
        way = self._way or self._plan(state)
        if way is None:
            self.state = "given_up"
            return (0.0, 0.0)
        velocities = way.command(state, dt_s)
        if way.stuck:
            self.state = "given_up"
        elif way.arrived and len(self._points) > 1:
            self._points.pop(0)
            self._way = None
        elif way.arrived and abs(state.linear_mps) < _RESTING_MPS:
            self.state = "arrived"
        return velocities

    def _plan(self, state: AgentState) -> RouteFollower | None:
        """None if no way leads to the next point."""
        here, goal = (state.x, state.y), self._points[0]
        route = self._paths.route(here, goal)
        if route is None or math.dist(route[-1], goal) > _OFF_FLOOR_M:
            return None
        # From off the floor (pushed against a wall by velocities) first back onto it.
        self._way = RouteFollower(route[1:] if route[0] == here else route, self._body)
        return self._way
