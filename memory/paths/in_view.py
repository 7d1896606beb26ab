"""How much of a thing is in view from places on the floor, by its box and what stands between."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import axes, footprint
from cogmap.runtime.messages import F64, OCCUPIED, Bool, Box, OccupancyGrid

__all__ = ["Head", "camera_axes", "share_in_view"]

NEAREST_M = 0.02
_THIRDS = np.array([-1.0, 0.0, 1.0]) / 3
_FIFTHS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) / 5
_LEAST_M = 0.02
"""Flat things count as so thick: their edges are seen from the side."""


@dataclass(frozen=True)
class Head:
    """A camera as it is carried, and how much it takes in."""

    camera_height_m: float = 1.35
    hfov_rad: float = math.radians(67.4)
    vfov_rad: float = math.radians(53.1)
    pitch_down_rad: float = math.radians(20)
    """How far the camera looks down."""

    @property
    def steepest_rad(self) -> float:
        """How far below the level the lower edge of its picture looks."""
        return self.pitch_down_rad + self.vfov_rad / 2


def share_in_view(
    spots: F64, box: Box, grid: OccupancyGrid, head: Head, own_m: float, above_m: float = math.inf
) -> F64:
    """(N,) part of a box that a camera at ``spots`` (N, 2), turned to it, has in view: what is in
    the picture and hidden by nothing that the grid knows, of what it would cover alone in a
    picture that went on by its own width and height on all sides. What the grid knows nearer to
    the box than ``own_m``, and no higher than ``above_m`` over it, is the box's own; with inf for
    both nothing hides it."""
    own = None
    if own_m < math.inf:
        top_z = box.center[2] + box.size[2] / 2 + above_m
        own = _Own(shapely.Polygon(footprint(box)).buffer(own_m), top_z)
    eyes = np.column_stack([spots, np.full(len(spots), grid.floor_z + head.camera_height_m)])
    cameras = camera_axes(np.array(box.center[:2]) - spots, head.pitch_down_rad)
    edge = np.array([math.tan(head.hfov_rad / 2), math.tan(head.vfov_rad / 2)])
    whole, seen = np.zeros(len(spots)), np.zeros(len(spots))
    for points, normal, sides in _faces(box):
        area = float(np.linalg.norm(np.cross(*sides)))
        turned = np.flatnonzero((eyes - points.mean(axis=0)) @ normal > 0)
        # How far the part of a side that a point stands for goes in the camera's x and y.
        wide = np.abs(np.einsum("nij,kj->nki", cameras[turned], sides))[..., :2].sum(axis=1)
        for point in points if len(turned) else ():
            ray = point - eyes[turned]
            in_camera = np.einsum("nij,nj->ni", cameras[turned], ray)
            depth = np.maximum(in_camera[:, 2], NEAREST_M)
            off = np.abs(in_camera[:, :2]) / depth[:, None] / edge
            is_near = (off <= 3).all(axis=1) & (in_camera[:, 2] >= NEAREST_M)
            covers = np.where(is_near, area * -(ray @ normal) / depth**3, 0.0)
            in_picture = 0.5 + (1 - off) * edge * depth[:, None] / np.maximum(wide, 1e-9)
            part = is_near * np.clip(in_picture, 0.0, 1.0).prod(axis=1)
            some = np.flatnonzero(part)
            if own is not None:
                part[some] *= _clear(eyes[turned[some]], point, own, grid)
            whole[turned] += covers
            seen[turned] += covers * part
    return np.asarray(seen / np.maximum(whole, 1e-12))


def camera_axes(ahead: F64, pitch_down_rad: float) -> F64:
    """(N, 3, 3) axes right, down and forward, as rows, of cameras that look along ``ahead``
    (N, 2) and down."""
    x, y = (ahead / np.maximum(np.linalg.norm(ahead, axis=1), 1e-9)[:, None]).T
    c, s = math.cos(pitch_down_rad), math.sin(pitch_down_rad)
    zero, one = np.zeros(len(x)), np.ones(len(x))
    right = np.column_stack([y, -x, zero])
    down = np.column_stack([-s * x, -s * y, -c * one])
    forward = np.column_stack([c * x, c * y, -s * one])
    return np.stack([right, down, forward], axis=1)


def _faces(box: Box) -> Iterator[tuple[F64, F64, F64]]:
    """Of each side points (N, 3), more of them one above the other than beside each other, its
    normal (3,) outwards, and the sides (2, 3) of the rectangle (m) that each point is the middle
    of."""
    own, size = axes(box.yaw), np.maximum(box.size, _LEAST_M)
    for axis, sign in ((0, 1), (0, -1), (1, 1), (1, -1), (2, 1), (2, -1)):
        k, other = (n for n in range(3) if n != axis)
        rows = _FIFTHS if other == 2 else _THIRDS
        columns = (_THIRDS[:, None, None] * own[k] * size[k]).repeat(len(rows), axis=1)
        points = (columns + rows[:, None] * own[other] * size[other]).reshape(-1, 3)
        normal = own[axis] * sign
        across, along = own[k] * size[k] / len(_THIRDS), own[other] * size[other] / len(rows)
        yield points + normal * size[axis] / 2 + box.center, normal, np.array([across, along])


@dataclass(frozen=True)
class _Own:
    """Where what is measured is the thing itself."""

    area: shapely.Polygon
    top_z: float

    def holds(self, x: F64, y: F64, z: F64) -> Bool:
        """(N,) whether places are in it."""
        return np.asarray(shapely.contains_xy(self.area, x, y) & (z <= self.top_z))


def _clear(eyes: F64, point: F64, own: _Own, grid: OccupancyGrid) -> Bool:
    """(N,) whether nothing that is known is between ``eyes`` (N, 3) and a point (3,), a thing's
    ``own`` surroundings aside."""
    farthest_m = float(np.linalg.norm(eyes[:, :2] - point[:2], axis=1).max(initial=0.0))
    along = np.linspace(0, 1, max(2, math.ceil(farthest_m / grid.resolution_m)))[:, None, None]
    x, y, z = np.moveaxis(eyes * (1 - along) + point * along, 2, 0)
    column = np.clip((x - grid.origin[0]) // grid.resolution_m, 0, grid.cells.shape[1] - 1)
    row = np.clip((y - grid.origin[1]) // grid.resolution_m, 0, grid.cells.shape[0] - 1)
    cell = (row.astype(int), column.astype(int))
    blocked = grid.cells[cell] == OCCUPIED
    if grid.top is not None:
        top = grid.top[cell]
        blocked &= (top * grid.resolution_m >= z - grid.floor_z) | (top == 0)
    if blocked.any():
        hit = np.nonzero(blocked)
        blocked[hit] = ~own.holds(x[hit], y[hit], z[hit])
    return np.asarray(~blocked.any(axis=0))
