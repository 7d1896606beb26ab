"""A robot with a differential drive: where it is, how it moves, what stops it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely

from cogmap.runtime.messages import F64

MAX_STEP_M = 0.01
"""Longest way between two collision checks."""


@dataclass(frozen=True)
class Body:
    """Shape of the agent, its camera and its limits."""

    radius_m: float = 0.18
    height_m: float = 1.5
    """Things that begin above this do not touch it."""
    camera_height_m: float = 1.35
    camera_pitch_rad: float = math.radians(20)
    """How far the camera looks down."""
    max_linear_mps: float = 1.0
    max_angular_rps: float = 1.2
    max_linear_mps2: float = 1.5
    max_angular_rps2: float = 4.0


@dataclass(frozen=True)
class AgentState:
    """Position (m) and heading (rad) on the floor, and how fast it moves."""

    x: float
    y: float
    yaw: float
    linear_mps: float = 0.0
    angular_rps: float = 0.0
    blocked: bool = False
    """True if something kept it from moving as commanded in the last step."""


class FreeSpace:
    """What an agent can bump into: polygons on the floor plane (m)."""

    def __init__(self, obstacles: Iterable[shapely.Polygon]) -> None:
        self._polygons = [polygon for polygon in obstacles if not polygon.is_empty]
        self._tree = shapely.STRtree(self._polygons)

    def clearance_m(self, x: float, y: float, reach_m: float = 1.0) -> float:
        """Distance to the nearest obstacle, 0 inside one; ``reach_m`` if none is that close."""
        found = self._tree.query_nearest(
            shapely.Point(x, y), max_distance=reach_m, return_distance=True, all_matches=False
        )[1]
        return float(found[0]) if len(found) else reach_m

    def away(self, x: float, y: float) -> tuple[float, float]:
        """Unit vector from the nearest obstacle to the point; (0, 0) inside one."""
        nearest = self._tree.nearest(shapely.Point(x, y))
        if nearest is None:
            return (0.0, 0.0)
        line = shapely.shortest_line(self._polygons[nearest], shapely.Point(x, y))
        (ax, ay), (bx, by) = line.coords
        length = math.hypot(bx - ax, by - ay)
        return ((bx - ax) / length, (by - ay) / length) if length > 0 else (0.0, 0.0)


def advance(
    state: AgentState, command: tuple[float, float], dt_s: float, body: Body, space: FreeSpace
) -> AgentState:
    """State after ``dt_s`` of a command (linear m/s, angular rad/s), kept within the limits.

    Where the way is blocked it slides along the obstacle; where it cannot, it stops. It is
    never closer to an obstacle than its radius, unless it was before.
    """
    linear = _towards(
        state.linear_mps, _clip(command[0], body.max_linear_mps), body.max_linear_mps2 * dt_s
    )
    angular = _towards(
        state.angular_rps, _clip(command[1], body.max_angular_rps), body.max_angular_rps2 * dt_s
    )
    pieces = max(1, math.ceil(abs(linear) * dt_s / MAX_STEP_M))
    x, y, yaw, blocked = state.x, state.y, state.yaw, False
    for _ in range(pieces):
        middle = yaw + angular * dt_s / pieces / 2
        way = linear * dt_s / pieces
        yaw += angular * dt_s / pieces
        moved = _move(x, y, way * math.cos(middle), way * math.sin(middle), body, space)
        blocked |= moved != (x + way * math.cos(middle), y + way * math.sin(middle))
        x, y = moved
    yaw = math.remainder(yaw, 2 * math.pi)
    if (x, y) == (state.x, state.y):
        linear = 0.0
    return AgentState(x, y, yaw, linear, angular, blocked)


def _move(
    x: float, y: float, dx: float, dy: float, body: Body, space: FreeSpace
) -> tuple[float, float]:
    """Where a small step leads: the whole way, or along the obstacle, or nowhere."""
    if dx == 0 == dy:
        return (x, y)
    before = space.clearance_m(x, y)

    def allowed(to_x: float, to_y: float) -> bool:
        clearance = space.clearance_m(to_x, to_y)
        return clearance >= body.radius_m or (before < body.radius_m and clearance > before)

    if before - math.hypot(dx, dy) >= body.radius_m or allowed(x + dx, y + dy):
        return (x + dx, y + dy)
    away_x, away_y = space.away(x + dx, y + dy)
    into = min(0.0, dx * away_x + dy * away_y)
    slide = (x + dx - into * away_x, y + dy - into * away_y)
    return slide if allowed(*slide) else (x, y)


def world_from_camera(state: AgentState, body: Body) -> F64:
    """(4, 4) pose of the camera: optical frame, above the agent's centre."""
    c, s = math.cos(state.yaw), math.sin(state.yaw)
    cp, sp = math.cos(body.camera_pitch_rad), math.sin(body.camera_pitch_rad)
    pose = np.eye(4)
    pose[:3, 0] = (s, -c, 0.0)
    pose[:3, 1] = (-c * sp, -s * sp, -cp)
    pose[:3, 2] = (c * cp, s * cp, -sp)
    pose[:3, 3] = (state.x, state.y, body.camera_height_m)
    return pose


def _clip(value: float, limit: float) -> float:
    return max(-limit, min(limit, value)) if math.isfinite(value) else 0.0


def _towards(value: float, target: float, change: float) -> float:
    return value + max(-change, min(change, target - value))
