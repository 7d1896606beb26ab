"""Free, occupied and unknown floor as somebody on it may take it: with what is under them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from cogmap.memory.navigation.floor import ROOMY_CELLS
from cogmap.memory.navigation.known import Body
from cogmap.memory.navigation.unseen import reachable
from cogmap.memory.paths.floor import cell_centers, cells_at, states_at, with_walked
from cogmap.runtime.messages import F64, FREE, OCCUPIED, U8, UNKNOWN, Bool, OccupancyGrid

__all__ = ["START_M", "known_floor"]

START_M = 1.2
"""A camera at the height of a head does not see the floor nearer than this: where somebody
begins it is taken to be free until something is seen there, or they could never leave."""
_MARGIN_M = 1.6
_BLOCK = 8
"""Cells by which grids grow: coarser grids made of whole cells stay the same as they do."""
_BESIDE_M = 0.05
AWAY_M = 1.8
"""From so far off all floor around where one began is in the picture."""
_RAYS = 240
_RAY_RAD = 2 * math.pi / _RAYS
CLEAR_M = 0.5
"""Between the middle of somebody and what stands where they are set down."""
CUT_M, MOST_CUT_M = 0.12, 0.3
"""What is seen no nearer than the first beyond where the picture ends may go on nearer, by at most
the second."""


def known_floor(
    grid: OccupancyGrid, walks: Sequence[F64], body: Body, starts: F64 | None = None
) -> tuple[OccupancyGrid, OccupancyGrid]:
    """``grid`` and ``measured`` of `Known`, large enough for all that was walked.

    Args:
        grid: as reconstruction publishes it.
        walks: one or more (N, 2) x, y (m, world), oldest first; N >= 1.
        starts: of each walk, (K, 2) x, y (m, world), where somebody began; None: its first point.
            The unknown within START_M of them counts as free, but for what is behind something,
            and for where something low may go on; what is measured there counts from then on.
    """
    if starts is None:
        starts = np.array([line[0] for line in walks])
    around = _extended(grid, np.vstack([*walks, starts]))
    free = around
    for line in walks:
        free = with_walked(free, line, body.radius_m + _BESIDE_M)
    cells = free.cells.copy()
    for start, line in zip(starts, walks, strict=True):
        begun = with_walked(around, np.array([start, start]), START_M).cells == FREE
        begun &= free.cells == UNKNOWN
        if begun.any():
            cells[begun & ~_behind(around, start, begun, body.radius_m + _BESIDE_M)] = FREE
            if not _was_away(start, line):
                hidden = begun & _cut_off(around, start, body)
                cells = _kept_open(cells, hidden, free, np.array([start, line[-1]]), body)
    return msgspec.structs.replace(free, cells=cells), around


def _kept_open(cells: U8, hidden: Bool, grid: OccupancyGrid, line: F64, body: Body) -> U8:
    """``cells`` with what is ``hidden`` as occupied, unless that alone shuts somebody in."""
    shut = np.where(hidden, np.uint8(OCCUPIED), cells)
    if not hidden.any() or _leads_out(shut, grid, line, body):
        return shut
    return cells if _leads_out(cells, grid, line, body) else shut


def _leads_out(cells: U8, grid: OccupancyGrid, line: F64, body: Body) -> bool:
    """Whether there is floor to drive on from the end of a line to farther than START_M from its
    beginning."""
    floor = msgspec.structs.replace(grid, cells=cells)
    x, y = line[-1].tolist()
    free = reachable(floor, body.radius_m + ROOMY_CELLS * grid.resolution_m, (x, y))
    far = np.linalg.norm(cell_centers(floor, free) - line[0], axis=1)
    return bool((far > START_M).any())


def _was_away(start: F64, line: F64) -> bool:
    """Whether somebody has been so far from where they began that they see it as they come back."""
    return bool(np.linalg.norm(line - start, axis=1).max() > AWAY_M)


def _behind(grid: OccupancyGrid, start: F64, of: Bool, own_m: float) -> Bool:
    """(rows, columns) which of some cells are behind what is occupied, for who stands at ``start``
    (2,): they are not unknown because they are at one's feet. Nearer than ``own_m`` is oneself."""
    cell_m = grid.resolution_m
    row, column = np.nonzero(of)
    away = np.column_stack([column + 0.5, row + 0.5]) * cell_m + grid.origin - start
    ray = np.round(np.arctan2(away[:, 1], away[:, 0]) / _RAY_RAD).astype(int) % _RAYS
    steps = np.arange(own_m, START_M, cell_m / 2)
    angles = np.arange(_RAYS) * _RAY_RAD
    ahead = np.column_stack([np.cos(angles), np.sin(angles)])
    points = steps[:, None, None] * ahead + start
    stands = (states_at(grid, points.reshape(-1, 2)) == OCCUPIED).reshape(len(steps), _RAYS)
    ends_m = np.where(stands.any(axis=0), steps[stands.argmax(axis=0)], np.inf)
    hidden = np.zeros(of.shape, bool)
    hidden[row, column] = np.linalg.norm(away, axis=1) > ends_m[ray]
    return hidden


def _cut_off(grid: OccupancyGrid, start: F64, body: Body) -> Bool:
    """(rows, columns) where what is seen from ``start`` (2,) down to the lower end of the picture
    may go on towards it: of a low table before one's feet only the far part is in view."""
    hidden = np.zeros(grid.cells.shape, bool)
    if grid.top is None:
        return hidden
    cell_m, drop = grid.resolution_m, math.tan(body.steepest_rad)
    row, column = np.nonzero((grid.cells == OCCUPIED) & (grid.top > 0))
    away = np.column_stack([column + 0.5, row + 0.5]) * cell_m + grid.origin - start
    far_m = np.linalg.norm(away, axis=1)
    height_m = grid.top[row, column] * cell_m
    ends_m = (body.camera_height_m - height_m) / drop + CUT_M
    cut = (far_m > CLEAR_M) & (far_m <= np.minimum(ends_m, START_M + CUT_M))
    steps = np.arange(CLEAR_M, START_M, cell_m / 2)
    points = steps[:, None, None] * (away[cut] / far_m[cut][:, None]) + start
    points, far_m = points.reshape(-1, 2), np.tile(far_m[cut], len(steps))
    off_m = far_m - np.repeat(steps, int(cut.sum()))
    nearer = off_m > 0
    free = (nearer & (states_at(grid, points) == FREE)).reshape(len(steps), -1)
    up_to = np.cumsum(free[::-1], axis=0)[::-1] == 0  # floor that was seen is no thing
    row, column, inside = cells_at(grid, points)
    inside &= nearer & up_to.ravel() & (off_m <= MOST_CUT_M)
    hidden[row[inside], column[inside]] = True
    return hidden


def _extended(grid: OccupancyGrid, walked: F64) -> OccupancyGrid:
    """With a margin around all that was walked."""
    cell = grid.resolution_m
    low = np.floor((walked.min(axis=0) - _MARGIN_M - grid.origin) / cell)
    high = np.ceil((walked.max(axis=0) + _MARGIN_M - grid.origin) / cell)
    rows, columns = grid.cells.shape
    left, below = (_blocks(-v) for v in low.tolist())
    right, above = (_blocks(v - n) for v, n in zip(high.tolist(), (columns, rows), strict=True))
    if not (left or right or below or above):
        return grid
    pad = ((below, above), (left, right))
    layers = {
        name: np.pad(layer, pad)
        for name in ("cells", "head_free", "head_occupied", "top")
        if (layer := getattr(grid, name)) is not None
    }
    origin = (grid.origin[0] - left * cell, grid.origin[1] - below * cell)
    return msgspec.structs.replace(grid, origin=origin, **layers)


def _blocks(cells: float) -> int:
    """So many cells or a few more, in whole blocks; 0 if none are missing."""
    return max(0, math.ceil(cells / _BLOCK)) * _BLOCK
