"""Shortest ways over the floor, on the grid of where an agent's centre may be."""

from __future__ import annotations

import itertools
import math
from functools import cached_property

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, dijkstra

from cogmap.runtime.messages import F64

__all__ = ["Paths", "Point"]

Point = tuple[float, float]

# Half of the moves, as (row, column); the other half are their reverses. With the knight's
# moves a way is at most 2.8 % longer than the straight line before it is pulled taut.
_MOVES = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))


class Paths:
    """Ways between points of a walkable grid. Points off the grid count as the closest cell."""

    def __init__(self, free: NDArray[np.bool_], origin: Point, resolution_m: float) -> None:
        """``free`` (rows, columns), cell [r, c] centred at origin + ((c, r) + 0.5) * resolution."""
        self.free = free
        self.origin = origin
        self.resolution_m = resolution_m
        self._graph = _graph(free) * resolution_m
        self.centers: F64 = self._points(np.flatnonzero(free))
        """(N, 2) metres, the centres of all free cells."""

    def distances_m(self, start: Point) -> F64:
        """(N,) length of the way along the grid from ``start`` to each of ``centers``; inf
        where none leads. Up to 2.8 % longer than the taut way."""
        found = dijkstra(self._graph, indices=self._cell(start))
        return np.asarray(found[self.free.ravel()])

    def route(self, start: Point, goal: Point) -> tuple[Point, ...] | None:
        """Corners of the shortest way, pulled taut, both ends included; None if there is none.

        The ends are the closest free cells' centres where the points themselves are not free.
        """
        points = self._way(np.array([self._cell(start)]), np.array([self._cell(goal)]))
        if points is None:
            return None
        if self.is_free(start):
            points.insert(0, start)
        if self.is_free(goal):
            points.append(goal)
        return self._taut(points)

    def shortest(
        self, starts: NDArray[np.intp], goals: NDArray[np.intp]
    ) -> tuple[Point, ...] | None:
        """Corners of the shortest way from any of some free cells to any of others, by their
        places in ``centers``, pulled taut; None if there is none."""
        free = np.flatnonzero(self.free)
        points = self._way(free[starts], free[goals])
        return None if points is None else self._taut(points)

    def length_m(self, start: Point, goal: Point) -> float:
        """Geodesic distance; inf if no way leads from one to the other."""
        route = self.route(start, goal)
        if route is None:
            return math.inf
        return sum(math.dist(a, b) for a, b in itertools.pairwise(route))

    def is_free(self, point: Point) -> bool:
        column = math.floor((point[0] - self.origin[0]) / self.resolution_m)
        row = math.floor((point[1] - self.origin[1]) / self.resolution_m)
        rows, columns = self.free.shape
        return 0 <= row < rows and 0 <= column < columns and bool(self.free[row, column])

    def nearest(self, point: Point) -> Point:
        """Centre of the free cell closest to a point. Raises ValueError if no cell is free."""
        x, y = self._points(np.array([self._cell(point)]))[0].tolist()
        return (x, y)

    def largest_area(self) -> F64:
        """(N, 2) centres of the cells of the largest connected part."""
        parts = self.parts
        return np.asarray(self.centers[parts == np.bincount(parts).argmax()])

    @cached_property
    def parts(self) -> NDArray[np.int32]:
        """(N,) which connected part each of ``centers`` belongs to."""
        _, labels = connected_components(self._graph, directed=False)
        return np.asarray(labels[self.free.ravel()])

    def sees(self, a: Point, b: Point) -> bool:
        """Whether the straight way from a to b stays on free cells."""
        steps = max(1, math.ceil(math.dist(a, b) / (self.resolution_m / 3)))
        along = np.linspace(0, 1, steps + 1)[:, None]
        line = np.asarray(a) * (1 - along) + np.asarray(b) * along
        column, row = ((line - self.origin) // self.resolution_m).astype(int).T
        rows, columns = self.free.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        return bool(inside.all() and self.free[row, column].all())

    def _way(self, sources: NDArray[np.intp], targets: NDArray[np.intp]) -> list[Point] | None:
        """Centres of the cells of the shortest way between two sets of cells."""
        if not len(sources) or not len(targets):
            return None
        distance, previous, _ = dijkstra(
            self._graph, indices=sources, return_predecessors=True, min_only=True
        )
        target = int(targets[distance[targets].argmin()])
        if not np.isfinite(distance[target]):
            return None
        cells = [target]
        while previous[cells[-1]] >= 0:
            cells.append(int(previous[cells[-1]]))
        return [(float(x), float(y)) for x, y in self._points(np.array(cells[::-1]))]

    def _taut(self, points: list[Point]) -> tuple[Point, ...]:
        """Leave out what is not needed as a corner, until nothing more can be left out."""
        while True:
            taut = [points[0]]
            for before, after in itertools.pairwise(points[1:]):
                if not self.sees(taut[-1], after):
                    taut.append(before)
            taut.append(points[-1])
            if len(taut) >= len(points):
                return tuple(taut)
            points = taut

    def _points(self, cells: NDArray[np.intp]) -> F64:
        row, column = np.divmod(cells, self.free.shape[1])
        return np.column_stack([column + 0.5, row + 0.5]) * self.resolution_m + self.origin

    def _cell(self, point: Point) -> int:
        if not len(self.centers):
            raise ValueError("no cell of the floor is walkable; use a smaller agent radius")
        nearest = int(((self.centers - point) ** 2).sum(axis=1).argmin())
        return int(np.flatnonzero(self.free)[nearest])


def _graph(free: NDArray[np.bool_]) -> scipy.sparse.csr_array:
    """Moves between free cells, in cells; a knight's move needs both cells that it passes."""
    rows, columns = free.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    sources, targets, lengths = [], [], []
    for dr, dc in _MOVES:
        allowed = _shifted(free, dr, dc) & free
        for mid_r, mid_c in _passed(dr, dc):
            allowed &= _shifted(free, mid_r, mid_c)
        source = number[allowed]
        sources.append(source)
        targets.append(source + dr * columns + dc)
        lengths.append(np.full(len(source), math.hypot(dr, dc)))
    start, end, length = (np.concatenate(values) for values in (sources, targets, lengths))
    one_way = scipy.sparse.coo_array((length, (start, end)), shape=(free.size, free.size))
    return scipy.sparse.csr_array(one_way + one_way.T)


def _passed(dr: int, dc: int) -> tuple[tuple[int, int], ...]:
    """Cells that a move passes on its way."""
    if abs(dr) + abs(dc) == 1:
        return ()
    if abs(dr) == abs(dc):
        return ((dr, 0), (0, dc))
    half_r, half_c = int(dr / 2), int(dc / 2)
    return ((half_r, half_c), (dr - half_r, dc - half_c))


def _shifted(free: NDArray[np.bool_], dr: int, dc: int) -> NDArray[np.bool_]:
    """``free`` as seen from the cell that lies (dr, dc) before; False beyond the border."""
    rows, columns = free.shape
    result = np.zeros_like(free)
    r0, r1 = max(0, -dr), min(rows, rows - dr)
    c0, c1 = max(0, -dc), min(columns, columns - dc)
    result[r0:r1, c0:c1] = free[r0 + dr : r1 + dr, c0 + dc : c1 + dc]
    return result
