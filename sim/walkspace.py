"""Keeps a room passable while it fills: which floor an agent can still reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import Polygon as ShapelyPolygon

from cogmap.sim.footprints import paint

RESOLUTION_M = 0.05
REACH_M = 0.85
"""Everything on the floor stays within this distance of a place where an agent can be."""
OPEN_M2 = 0.8
"""Least floor for the agent's centre that stays connected to the doorways."""
STRANDED_M2 = 0.4
"""Free floor that furniture may cut off from the doors."""


class WalkSpace:
    """Free floor of one room and its doorways for an agent of ``radius_m``, on a grid.

    ``gates`` are points in the doorways that must stay connected; ``leaves`` are in the way.
    """

    def __init__(
        self,
        polygon: ShapelyPolygon,
        gates: list[tuple[float, float]],
        leaves: list[ShapelyPolygon],
        radius_m: float,
    ) -> None:
        self._radius_m = radius_m
        x0, y0, x1, y1 = polygon.bounds
        self._origin = (float(x0), float(y0))
        shape = (int((y1 - y0) / RESOLUTION_M) + 1, int((x1 - x0) / RESOLUTION_M) + 1)
        self._free = np.zeros(shape, np.bool_)
        paint(self._free, self._origin, RESOLUTION_M, polygon.buffer(-radius_m), True)
        for leaf in leaves:
            paint(self._free, self._origin, RESOLUTION_M, leaf.buffer(radius_m), False)
        self._gates = [self._nearest_free(gate) for gate in gates]
        self._reaches: list[NDArray[np.bool_]] = []
        self._before: list[tuple[ShapelyPolygon, NDArray[np.bool_]]] = []

    def block(self, footprint: ShapelyPolygon) -> bool:
        """Take a footprint out of the free floor, unless that would cut something off.

        Returns whether it was taken.
        """
        free = self._free.copy()
        paint(free, self._origin, RESOLUTION_M, footprint.buffer(self._radius_m), False)
        reach = np.zeros_like(free)
        paint(reach, self._origin, RESOLUTION_M, footprint.buffer(REACH_M), True)
        reaches = [*self._reaches, reach]
        if not self._stays_passable(free, reaches):
            return False
        self._before.append((footprint, self._free))
        self._free, self._reaches = free, reaches
        return True

    def free(self, footprint: ShapelyPolygon) -> None:
        """Give the footprint that was blocked last back; nothing happens for any other."""
        if self._before and self._before[-1][0] is footprint:
            self._free = self._before.pop()[1]
            self._reaches.pop()

    def _stays_passable(self, free: NDArray[np.bool_], reaches: list[NDArray[np.bool_]]) -> bool:
        labels, _ = ndimage.label(free)
        reached = {int(labels[gate]) for gate in self._gates}
        if len(reached) != 1 or 0 in reached:
            return False
        main = labels == reached.pop()
        stranded = (np.count_nonzero(free) - np.count_nonzero(main)) * RESOLUTION_M**2
        if np.count_nonzero(main) * RESOLUTION_M**2 < OPEN_M2:
            return False
        reachable = all(bool((main & reach).any()) for reach in reaches)
        return bool(stranded <= STRANDED_M2) and reachable

    def _nearest_free(self, point: tuple[float, float]) -> tuple[int, int]:
        rows, columns = np.nonzero(self._free)
        x = self._origin[0] + (columns + 0.5) * RESOLUTION_M
        y = self._origin[1] + (rows + 0.5) * RESOLUTION_M
        best = int(np.argmin((x - point[0]) ** 2 + (y - point[1]) ** 2))
        return int(rows[best]), int(columns[best])
