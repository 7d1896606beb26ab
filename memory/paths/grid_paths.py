"""Shortest ways over the floor, on the grid of where an agent's centre may be."""

from __future__ import annotations

import itertools
import math
from functools import cached_property

import cv2
import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from cogmap.memory.paths.corridor import CORRIDOR_CELLS, CoarseGrid
from cogmap.memory.paths.moves import move_graph, weighted
from cogmap.memory.paths.taut import clear_of, pulled_taut, thinned
from cogmap.runtime.messages import F64, Bool

__all__ = ["Paths", "Point"]

Point = tuple[float, float]

MOST_CELLS = 40_000
"""Of more free cells, only those near the best ways of a coarse grid are searched."""

DEAR = 3.0
"""So many times as long may be the way around a narrow place."""


class Paths:
    """Ways between points of a walkable grid. Points off the grid count as the closest cell."""

    def __init__(
        self,
        free: Bool,
        origin: Point,
        resolution_m: float,
        most_cells: int = MOST_CELLS,
        dear: Bool | None = None,
    ) -> None:
        """``free`` (rows, columns), cell [r, c] centred at origin + ((c, r) + 0.5) * resolution.
        Ways over ``dear`` cells (rows, columns) count DEAR times as long in the search."""
        self.free = free
        self.origin = origin
        self.resolution_m = resolution_m
        self._most_cells = most_cells
        self.dear = dear
        self._cells = np.flatnonzero(free)

    @cached_property
    def centers(self) -> F64:
        """(N, 2) metres, the centres of all free cells."""
        return self._points(self._cells)

    def distances_m(self, start: Point) -> F64:
        """(N,) length of the way along the grid from ``start`` to each of ``centers``; inf
        where none leads. Up to 2.8 % longer than the taut way."""
        return np.asarray(dijkstra(self._graph, indices=self.row_of(start)))

    def route(self, start: Point, goal: Point) -> tuple[Point, ...] | None:
        """Corners of the shortest way, pulled taut, both ends included; None if there is none.

        The ends are the closest free cells' centres where the points themselves are not free.
        """
        way = self._way(np.array([self.row_of(start)]), np.array([self.row_of(goal)]))
        if way is None:
            return None
        before = [start] if self.is_free(start) else []
        after = [goal] if self.is_free(goal) else []
        points = np.concatenate([np.reshape(before, (-1, 2)), way, np.reshape(after, (-1, 2))])
        return self.taut(points)

    def shortest(
        self,
        starts: NDArray[np.intp],
        goals: NDArray[np.intp],
        worse_m: F64 | None = None,
    ) -> tuple[Point, ...] | None:
        """Corners of the shortest way from any of some free cells to any of others, by their
        places in ``centers``, pulled taut; None if there is none.

        ``worse_m`` (as many as ``goals``) is what each goal counts in addition to the way.
        """
        way = self._way(starts, goals, worse_m)
        return None if way is None else self.taut(way)

    def length_m(self, start: Point, goal: Point) -> float:
        """Geodesic distance; inf if no way leads from one to the other."""
        route = self.route(start, goal)
        if route is None:
            return math.inf
        return sum(math.dist(a, b) for a, b in itertools.pairwise(route))

    def is_free(self, point: Point) -> bool:
        return self._free_cell(point) is not None

    def nearest(self, point: Point) -> Point:
        """Centre of the free cell closest to a point. Raises ValueError if no cell is free."""
        x, y = self.centers[self.row_of(point)].tolist()
        return (x, y)

    def row_of(self, point: Point) -> int:
        """Place in ``centers`` of the free cell closest to a point. Raises ValueError if no cell
        is free."""
        if not len(self._cells):
            raise ValueError("no cell of the floor is walkable; use a smaller agent radius")
        cell = self._free_cell(point)
        if cell is not None:
            return int(np.searchsorted(self._cells, cell))
        return int(((self.centers - point) ** 2).sum(axis=1).argmin())

    def largest_area(self) -> F64:
        """(N, 2) centres of the cells of the largest connected part."""
        parts = self.parts
        return np.asarray(self.centers[parts == np.bincount(parts).argmax()])

    @cached_property
    def parts(self) -> NDArray[np.int32]:
        """(N,) which connected part each of ``centers`` belongs to."""
        return np.asarray(self._labels[self._cells] - 1, np.int32)

    def sees(self, a: Point, b: Point) -> bool:
        """Whether the straight way from a to b stays on free cells."""
        ends = np.array([a, b], np.float64)
        return bool(clear_of(self.free, self.origin, self.resolution_m, ends[0], ends[1:])[0])

    def taut(self, points: F64) -> tuple[Point, ...]:
        """A line (N, 2) over free cells without the corners that are not needed; what is not on
        dear cells stays away from them."""
        parts = self._stretches(points)
        pulled = [pulled_taut(free, self.origin, self.resolution_m, line) for free, line in parts]
        taut = np.concatenate(pulled)
        return tuple((float(x), float(y)) for x, y in taut.tolist())

    def _stretches(self, points: F64) -> list[tuple[Bool, F64]]:
        """Parts of a line (N, 2) that are on dear cells all along or not at all, each with the
        cells that it may be pulled over."""
        if self.dear is None:
            return [(self.free, points)]
        column, row = np.floor((points - self.origin) / self.resolution_m).astype(np.intp).T
        rows, columns = self.free.shape
        dear = self.dear[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
        lines = np.split(points, 1 + np.flatnonzero(np.diff(dear)))
        return [
            (self.free if is_dear else self._cheap, line)
            for is_dear, line in zip(
                dear[np.cumsum([0, *map(len, lines[:-1])])], lines, strict=True
            )
        ]

    @cached_property
    def _graph(self) -> scipy.sparse.csr_array:
        return self._weighted(self.free) * self.resolution_m

    @cached_property
    def _labels(self) -> NDArray[np.int32]:
        """Of each cell of the grid, by its flat number, the connected part; 0: it is not free."""
        # A diagonal move needs both cells beside it: what is connected is so by straight moves.
        _, labels = cv2.connectedComponents(self.free.view(np.uint8), connectivity=4)
        return np.asarray(labels.ravel(), np.int32)

    @cached_property
    def _cheap(self) -> Bool:
        """(rows, columns) free cells that are not dear."""
        return self.free if self.dear is None else self.free & ~self.dear

    @cached_property
    def _coarse(self) -> CoarseGrid:
        return CoarseGrid(self.free, self.dear, DEAR)

    def _weighted(self, free: Bool) -> scipy.sparse.csr_array:
        """The moves between cells, with what dear ones cost."""
        graph = move_graph(free)
        if self.dear is None:
            return graph
        return weighted(graph, np.where(self.dear[free], DEAR, 1.0))

    def _way(
        self, starts: NDArray[np.intp], goals: NDArray[np.intp], worse_m: F64 | None = None
    ) -> F64 | None:
        """(K, 2) centres of the cells of the shortest way between two sets of free cells."""
        extra = np.zeros(len(goals)) if worse_m is None else worse_m / self.resolution_m
        joined = np.isin(self._labels[self._cells[goals]], self._labels[self._cells[starts]])
        goals, extra = goals[joined], extra[joined]
        if not len(starts) or not len(goals):
            return None
        if len(self._cells) > self._most_cells:
            ends = self._cells[starts], self._cells[goals]
            near = self._coarse.corridor(*ends, extra, min(self._most_cells, CORRIDOR_CELLS))
            way = _search(self._weighted(near), *_within(near, self._cells, starts, goals, extra))
            if way is not None:
                return thinned(self._points(np.flatnonzero(near)[way]))
        way = _search(self._graph, starts, goals, extra * self.resolution_m)
        return None if way is None else self.centers[way]

    def _points(self, cells: NDArray[np.intp]) -> F64:
        row, column = np.divmod(cells, self.free.shape[1])
        return np.column_stack([column + 0.5, row + 0.5]) * self.resolution_m + self.origin

    def _free_cell(self, point: Point) -> int | None:
        """The cell that a point is on, if it is a free one."""
        column = math.floor((point[0] - self.origin[0]) / self.resolution_m)
        row = math.floor((point[1] - self.origin[1]) / self.resolution_m)
        rows, columns = self.free.shape
        free = 0 <= row < rows and 0 <= column < columns and bool(self.free[row, column])
        return row * columns + column if free else None


def _within(
    near: Bool,
    cells: NDArray[np.intp],
    starts: NDArray[np.intp],
    goals: NDArray[np.intp],
    extra: F64,
) -> tuple[NDArray[np.intp], NDArray[np.intp], F64]:
    """Starts, goals and what these count in addition, of those cells alone that are ``near``."""
    number = np.cumsum(near.ravel()) - 1
    kept = near.ravel()[cells[goals]]
    starts = starts[near.ravel()[cells[starts]]]
    return number[cells[starts]], number[cells[goals[kept]]], extra[kept]


def _search(
    graph: scipy.sparse.csr_array,
    starts: NDArray[np.intp],
    goals: NDArray[np.intp],
    extra: F64,
) -> list[int] | None:
    """Nodes of the shortest way from any start to any goal; None if there is none."""
    if not len(starts) or not len(goals):
        return None
    distance, previous, _ = dijkstra(graph, indices=starts, return_predecessors=True, min_only=True)
    costs = distance[goals] + extra
    best = int(costs.argmin())
    if not np.isfinite(costs[best]):
        return None
    way = [int(goals[best])]
    while previous[way[-1]] >= 0:
        way.append(int(previous[way[-1]]))
    return way[::-1]
