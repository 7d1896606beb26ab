"""Free, occupied and unknown floor as somebody on it may take it: with what is under them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from cogmap.memory.navigation.known import Body
from cogmap.memory.paths.floor import with_walked
from cogmap.runtime.messages import F64, OccupancyGrid

__all__ = ["START_M", "known_floor"]

START_M = 1.2
"""A camera at the height of a head does not see the floor nearer than this: where somebody
begins it is taken to be free until something is seen there, or they could never leave."""
_MARGIN_M = 1.6
_BLOCK = 8
"""Cells by which grids grow: coarser grids made of whole cells stay the same as they do."""
_BESIDE_M = 0.05


def known_floor(
    grid: OccupancyGrid, walks: Sequence[F64], body: Body
) -> tuple[OccupancyGrid, OccupancyGrid]:
    """``grid`` and ``measured`` of `Known`, large enough for all that was walked.

    Args:
        grid: as reconstruction publishes it.
        walks: one or more (N, 2) x, y (m, world), oldest first; N >= 1. The unknown within
            START_M of the first point of each counts as free; what is measured there counts
            from then on.
    """
    around = _extended(grid, np.vstack(walks))
    free = around
    for line in walks:
        free = with_walked(free, line, body.radius_m + _BESIDE_M)
        free = with_walked(free, np.repeat(line[:1], 2, axis=0), START_M)
    return free, around


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
