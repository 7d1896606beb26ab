"""What an occupancy grid shows of a building: a raster turned so that walls run along its axes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from cogmap.runtime.messages import F32, F64, FREE, OCCUPIED, Bool, OccupancyGrid

__all__ = ["FACE_CELLS", "FloorPlan", "floor_plan", "wall_direction"]

KNOWN_PERCENT = 20.0
"""A column of which less was seen at head height tells by its ``cells`` alone."""
WALL_SHARE = 0.35
"""Part of what was seen of a column at head height that is occupied, from which it is a wall,"""
CLEAR_SHARE = 0.3
"""unless more than this is free: a shelf, a cabinet, what is lower or higher than a wall."""
FACE_CELLS = 0.75
"""From where open space ends to the face of the wall. The voxel that a face lies in is occupied:
half a voxel on average; the one before it is at times, from noise, but never more, for rays
clear what is a voxel before a surface: up to one voxel. The middle, right to a quarter voxel."""
ALIGNED_RAD = math.radians(0.4)
"""Turns smaller than this are not made: resampling costs more than it gives."""
MOST_POINTS = 3000


@dataclass(frozen=True)
class FloorPlan:
    """Cells (rows along v, columns along u); u and v are world x and y turned by ``-yaw``.

    Cell (r, c) covers u in ``origin[0] + c * resolution_m`` and v in ``origin[1] + r * ...``.
    """

    resolution_m: float
    origin: tuple[float, float]
    yaw: float
    """Of the main wall direction in the world, in [-pi/4, pi/4) (rad)."""
    open: Bool
    """Free at head height: room, with the furniture that is lower."""
    wall: Bool
    """Occupied at head height: walls, but also tall furniture and open doors."""
    floor: Bool
    """Free from the floor up: what one could walk on."""
    low: Bool
    """Something stands there that may be lower than head height: furniture, a window sill."""
    top_m: F32
    """How high something was seen, above the floor."""

    def to_world(self, cells: F64) -> F64:
        """(N, 2) x, y (m) of points (N, 2) in units of cells along u, v."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        turned = np.asarray(cells, np.float64) * self.resolution_m + self.origin
        return np.asarray(turned @ np.array([[c, s], [-s, c]]))

    def to_cells(self, points: F64) -> F64:
        """(N, 2) in units of cells along u, v, of points (N, 2) x, y (m)."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        turned = np.asarray(points, np.float64) @ np.array([[c, -s], [s, c]])
        return np.asarray((turned - self.origin) / self.resolution_m)


def floor_plan(grid: OccupancyGrid) -> FloorPlan:
    """The plan of a grid; one without layers at head height tells by its ``cells`` alone."""
    free, occupied = _shares(grid)
    on_floor = (grid.cells == FREE).astype(np.float32)
    low = (grid.cells == OCCUPIED).astype(np.float32)
    top = np.zeros_like(free) if grid.top is None else grid.top * np.float32(grid.resolution_m)
    yaw = wall_direction(_walls(free, occupied), grid.resolution_m)
    layers, origin = [free, occupied, on_floor, low, top], grid.origin
    if abs(yaw) > ALIGNED_RAD:
        layers, origin = _turned(layers, grid, yaw)
    else:
        yaw = 0.0
    free, occupied, on_floor, low, top = layers
    wall = _walls(free, occupied)
    return FloorPlan(
        resolution_m=grid.resolution_m, origin=origin, yaw=yaw,
        open=(free > 0.5 * KNOWN_PERCENT) & ~wall, wall=wall,
        floor=on_floor > 0.5, low=low > 0.5, top_m=top,
    )  # fmt: skip


def wall_direction(wall: Bool, resolution_m: float) -> float:
    """Main direction of walls in a raster, in [-pi/4, pi/4) (rad); 0 if nothing tells.

    The one along and across which the wall cells gather on the fewest lines.
    """
    points = np.argwhere(wall)[:, ::-1].astype(np.float64)
    if len(points) < 20:
        return 0.0
    points = points[:: -(-len(points) // MOST_POINTS)] - points.mean(axis=0)
    coarse = np.radians(np.arange(-45, 45, 1.5))
    best = coarse[int(np.argmax([_gathered(points, angle) for angle in coarse]))]
    fine = best + np.radians(np.arange(-1.5, 1.51, 0.1))
    scores = np.array([_gathered(points, angle) for angle in fine])
    # Several angles do equally well where walls are short: their middle.
    good = fine[scores >= 0.995 * scores.max()]
    yaw = float(good.mean())
    return (yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4


def _gathered(points: F64, angle: float) -> float:
    """Sum of squares of the numbers of points on lines along and across an angle."""
    c, s = math.cos(angle), math.sin(angle)
    score = 0.0
    for along in (points @ (c, s), points @ (-s, c)):
        counts = np.bincount(np.rint(along - along.min()).astype(np.intp)).astype(np.float64)
        score += float((np.convolve(counts, (0.5, 1.0, 0.5)) ** 2).sum())
    return score


def _shares(grid: OccupancyGrid) -> tuple[F32, F32]:
    """Percent of each column that is free and occupied; from ``cells`` where little was seen."""
    from_cells = np.float32(100) * (grid.cells == FREE), np.float32(100) * (grid.cells == OCCUPIED)
    if grid.head_free is None or grid.head_occupied is None:
        return from_cells
    free, occupied = grid.head_free.astype(np.float32), grid.head_occupied.astype(np.float32)
    unseen = free + occupied < KNOWN_PERCENT
    free[unseen] = from_cells[0][unseen]
    return free, occupied


def _walls(free: F32, occupied: F32) -> Bool:
    known = free + occupied
    walls: Bool = (known >= KNOWN_PERCENT) & (occupied > WALL_SHARE * known)
    walls &= free <= CLEAR_SHARE * known
    return walls


def _turned(
    layers: list[F32], grid: OccupancyGrid, yaw: float
) -> tuple[list[F32], tuple[float, float]]:
    """Layers resampled along walls at ``yaw``, and the origin of the new raster."""
    rows, columns = grid.cells.shape
    size = grid.resolution_m
    c, s = math.cos(yaw), math.sin(yaw)
    turn = np.array([[c, s], [-s, c]])  # u, v from x, y
    corners = np.array([[0, 0], [columns, 0], [0, rows], [columns, rows]]) * size + grid.origin
    turned = corners @ turn.T
    low = np.floor(turned.min(axis=0) / size) * size
    width, height = (np.ceil((turned.max(axis=0) - low) / size)).astype(int).tolist()
    # From pixels of the new raster to pixels of the old one; centres are whole numbers.
    matrix = np.zeros((2, 3))
    matrix[:, :2] = turn.T
    center = (turn.T @ (low + size / 2) - grid.origin) / size - 0.5
    matrix[:, 2] = center
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    out = [cv2.warpAffine(layer, matrix, (width, height), flags=flags) for layer in layers]
    return [np.asarray(layer, np.float32) for layer in out], (float(low[0]), float(low[1]))
