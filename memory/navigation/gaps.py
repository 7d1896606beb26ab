"""Slivers of the unknown between free floor: which of them count as free."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
import msgspec
import numpy as np

from cogmap.memory.navigation.known import Known
from cogmap.runtime.messages import FREE, U8, UNKNOWN, OccupancyGrid

__all__ = ["GAPS_M", "close_gaps", "dared"]

GAPS_M = (0.45, 0.85)
"""What is passed over where nothing else is left: the floor of a doorway between a room that was
seen and one that shows through it, and then that of a wider one seen aslant."""


def close_gaps(cells: U8, width: int) -> None:
    """The unknown in gaps of at most ``width`` cells between free ones becomes free, in place."""
    free = np.asarray(cells == FREE, np.uint8)
    closed = cv2.morphologyEx(free, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
    cells[(closed > 0) & (cells == UNKNOWN)] = FREE


def dared(known: Known, gap_m: float) -> Known:
    """As if the unknown in gaps of at most ``gap_m`` between free floor were free: no camera at
    the height of a head shows the floor of a doorway to who stands in front of it."""
    if gap_m <= 0:
        return known
    return replace(known, grid=_without_gaps(known.grid, gap_m))


@lru_cache(maxsize=4)
def _without_gaps(grid: OccupancyGrid, gap_m: float) -> OccupancyGrid:
    """Kept for the grids that were asked last: ways over them are, too."""
    cells = grid.cells.copy()
    close_gaps(cells, round(gap_m / grid.resolution_m))
    return msgspec.structs.replace(grid, cells=cells)
