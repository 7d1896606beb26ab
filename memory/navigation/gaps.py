"""Slivers of the unknown between free floor: which of them count as free."""

from __future__ import annotations

from dataclasses import replace

import cv2
import msgspec
import numpy as np

from cogmap.memory.navigation.known import Known
from cogmap.runtime.messages import FREE, U8, UNKNOWN

__all__ = ["close_gaps", "dared"]


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
    cells = known.grid.cells.copy()
    close_gaps(cells, round(gap_m / known.grid.resolution_m))
    return replace(known, grid=msgspec.structs.replace(known.grid, cells=cells))
