"""Whether there is room for a thing on the floor."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from cogmap.memory.paths.floor import cell_centers
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.meaning.ways import EYES_M, grid_of, in_room
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import FREE, OCCUPIED, U8, Bool, Room, Standpoint

__all__ = ["fits_in"]

TURNS = 12
"""Directions that are tried, in a half turn."""
HEAD_M = 1.1
"""Higher things need space at head height, too."""
LARGEST_M = 20.0


def fits_in(world: World, size_m: tuple[float, float, float], rooms: Sequence[Room] = ()) -> bool:
    """Whether a thing of a width, depth and height (m) fits on floor that is known to be free.

    Raises NotDeterminable, with a place to look from, if it would fit only where it is unknown.
    """
    width, depth, height = size_m
    if not (min(size_m) > 0 and max(size_m) <= LARGEST_M):
        raise ArgumentError(f"width, depth and height must be in 0 to {LARGEST_M:g} m")
    grid = grid_of(world)
    blocked = grid.cells == OCCUPIED
    if height > HEAD_M and grid.head_occupied is not None:
        blocked |= grid.head_occupied > 0
    inside = in_room(grid, rooms) if rooms else np.ones(grid.cells.shape, bool)
    if _place(world, (grid.cells == FREE) & ~blocked & inside, width, depth) is not None:
        return True
    place = _place(world, ~blocked & inside, width, depth) if rooms else None
    if place is not None:
        x, y = cell_centers(grid, place)[0].tolist()
        raise NotDeterminable(
            "it would fit only where the floor was not seen",
            Standpoint(position=(x, y, grid.floor_z + EYES_M), yaw=0.0),
        )
    return False


def _place(world: World, free: Bool, width: float, depth: float) -> Bool | None:
    """Cells where its middle may be, in the first direction in which it may be anywhere."""
    padded = np.pad(free, 1).astype(np.uint8)  # beyond the grid is nothing
    cells = int(free.sum())
    for turn in range(TURNS):
        world.check_time()
        kernel = _footprint(width, depth, math.pi * turn / TURNS, grid_of(world).resolution_m)
        if int(kernel.sum()) > cells:
            continue
        eroded = _eroded(padded, kernel)
        if eroded.any():
            return np.asarray(eroded[1:-1, 1:-1] > 0)
    return None


def _eroded(free: U8, kernel: U8) -> U8:
    """Cells around which all that a kernel, of odd sides, covers is free; nothing beyond is."""
    if len(kernel) <= _WIDE_CELLS:
        return np.asarray(
            cv2.erode(free, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0.0), np.uint8
        )
    half = len(kernel) // 2
    sides = (half, half, half, half)
    blocked = cv2.copyMakeBorder(1.0 - free, *sides, cv2.BORDER_CONSTANT, value=1.0)
    met = cv2.filter2D(blocked.astype(np.float32), cv2.CV_32F, kernel.astype(np.float32))
    return np.asarray(met[half:-half, half:-half] < 0.5, np.uint8)


_WIDE_CELLS = 151
"""From here on a filter by Fourier transforms, 0.1 s a direction whatever its size, is quicker:
no time is looked at within one."""


def _footprint(width: float, depth: float, yaw: float, cell_m: float) -> U8:
    """Cells that a rectangle covers, its middle in that of the array."""
    half = math.ceil(math.hypot(width, depth) / 2 / cell_m) + 1
    y, x = np.mgrid[-half : half + 1, -half : half + 1] * cell_m
    along = np.abs(math.cos(yaw) * x + math.sin(yaw) * y)
    across = np.abs(math.cos(yaw) * y - math.sin(yaw) * x)
    covered = (along <= width / 2) & (across <= depth / 2)
    return np.asarray(covered, np.uint8)
