"""Free, occupied and unknown floor as somebody on it may take it: with what is under them."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from cogmap.memory.navigation.known import Body
from cogmap.memory.paths.floor import with_walked
from cogmap.runtime.messages import F64, OccupancyGrid

__all__ = ["START_M", "known_floor"]

START_M = 1.2
"""A camera at the height of a head does not see the floor nearer than this: where somebody
begins it is taken to be free until something is seen there, or they could never leave."""
RESOLUTION_M = 0.05
_MARGIN_M = 1.6
_BLOCK = 8
"""Cells by which grids grow: coarser grids made of whole cells stay the same as they do."""
_BESIDE_M = 0.05


def known_floor(
    grid: OccupancyGrid | None, walked: F64, body: Body, stamp_ns: int = 0, floor_z: float = 0.0
) -> tuple[OccupancyGrid, OccupancyGrid]:
    """``grid`` and ``seen`` of `Known`: large enough for all that was walked.

    Args:
        grid: as reconstruction publishes it; None: none has come yet.
        walked: (N, 2) x, y (m, world), oldest first; N >= 1. The unknown within START_M of the
            first counts as free; what is measured there counts from then on.
        stamp_ns, floor_z: of a grid that is made here, where none has come yet.
    """
    around = grid if grid is not None else _empty(walked, stamp_ns, floor_z)
    around = _extended(around, walked)
    beneath = with_walked(around, walked, body.radius_m + _BESIDE_M)
    start = np.repeat(walked[:1], 2, axis=0)
    return with_walked(beneath, start, START_M), around


def _empty(walked: F64, stamp_ns: int, floor_z: float) -> OccupancyGrid:
    block_m = _BLOCK * RESOLUTION_M
    x, y = (np.floor(walked[0] / block_m) * block_m).tolist()
    cells = np.zeros((_BLOCK, _BLOCK), np.uint8)
    return OccupancyGrid(
        stamp_ns=stamp_ns, resolution_m=RESOLUTION_M, origin=(x, y), cells=cells, floor_z=floor_z
    )


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
