"""Walls: the parts of the rooms' outlines where a wall was seen."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import shapely

from cogmap.memory.rooms.floor_plan import FloorPlan
from cogmap.runtime.messages import F64, Bool, Door, Wall

__all__ = ["walls"]

SHORTEST_M = 0.2
UNSEEN_M = 0.6
"""Up to this length a piece that furniture hides does not interrupt a wall."""
REACH_CELLS = (-1.5, -0.5, 0.5, 1.5)
"""Where a wall is looked for, inward to outward from its face."""
DOOR_REACH_M = 0.4


def walls(
    plan: FloorPlan, outlines: Sequence[shapely.Polygon], doors: Sequence[Door]
) -> tuple[Wall, ...]:
    """Straight pieces of wall along the outlines (world, metres), doors left out."""
    found = []
    for polygon in outlines:
        corners = shapely.get_coordinates(polygon.exterior)
        for start, end in itertools.pairwise(corners):
            found += _pieces(plan, start, end, doors)
    return tuple(found)


def _pieces(plan: FloorPlan, start: F64, end: F64, doors: Sequence[Door]) -> list[Wall]:
    length = math.dist(start, end)
    steps = max(round(length / plan.resolution_m), 1)
    way = (end - start) / max(length, 1e-9)
    points = start + (np.arange(steps)[:, None] + 0.5) / steps * (end - start)
    seen, top_m = _look(plan, points, way)
    door = _in_openings(points, way, doors)
    size = length / steps
    joined = _close(seen & ~door, round(UNSEEN_M / size)) & ~door
    edges = np.flatnonzero(np.diff(joined.astype(np.int8), prepend=0, append=0))
    pieces = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        heights = top_m[first:last][seen[first:last]]
        if (last - first) * size >= SHORTEST_M and len(heights):
            a, b = start + first * size * way, start + last * size * way
            pieces.append(
                Wall(
                    start=(float(a[0]), float(a[1])),
                    end=(float(b[0]), float(b[1])),
                    height_m=float(np.median(heights)),
                )
            )
    return pieces


def _look(plan: FloorPlan, points: F64, way: F64) -> tuple[Bool, F64]:
    """Whether (N,) points on an outline have a wall, and how high it was seen (m)."""
    outward = np.array([way[1], -way[0]]) * plan.resolution_m  # outlines run counter-clockwise
    rows, columns = plan.wall.shape
    seen, top = np.zeros(len(points), bool), np.zeros(len(points))
    for step in REACH_CELLS:
        column, row = np.floor(plan.to_cells(points + step * outward)).astype(np.intp).T
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        row, column = row * inside, column * inside
        wall = plan.wall[row, column] & inside
        seen |= wall
        top = np.maximum(top, np.where(wall, plan.top_m[row, column], 0))
    return seen, top


def _in_openings(points: F64, way: F64, doors: Sequence[Door]) -> Bool:
    """Which points (N, 2) on a wall that runs along ``way`` lie in a door."""
    yaw = np.array([door.yaw for door in doors])
    along = np.stack([np.cos(yaw), np.sin(yaw)])
    parallel = np.flatnonzero(np.abs(way @ along) > 0.9)
    inside = np.zeros(len(points), bool)
    for index in parallel.tolist():
        door, (x, y) = doors[index], along[:, index]
        offset = points - np.array(door.center)
        across = np.abs(offset @ (-y, x))
        inside |= (np.abs(offset @ (x, y)) <= door.width_m / 2) & (across < DOOR_REACH_M)
    return inside


def _close(line: Bool, longest: int) -> Bool:
    """Fill the interruptions of a line of cells up to a length."""
    edges = np.flatnonzero(np.diff((~line).astype(np.int8), prepend=0, append=0))
    closed = line.copy()
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if first > 0 and last < len(line) and last - first <= longest:
            closed[first:last] = True
    return closed
