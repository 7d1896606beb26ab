"""Where to stand for the things to which the way may be the shortest: to find that out for all
of many things costs more than the way itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.navigation.errands import MARGIN_M
from cogmap.memory.navigation.floor import ROOMY_CELLS, TIGHT_CELLS, wary_ways
from cogmap.memory.navigation.known import Body, Known, Stand
from cogmap.memory.navigation.planning import LEAVE_M
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import F64, I64, Bool, Box, MapObject

__all__ = ["Places", "nearest_places"]

Places = dict[Stand, MapObject]


def nearest_places(
    known: Known,
    body: Body,
    things: Sequence[MapObject],
    reach_m: float,
    places: Callable[[MapObject], Sequence[Stand]],
) -> Places:
    """Enough of the places to stand for some things that the best way to any of them is found with
    these alone; {} if no way leads to any.

    ``places`` says where to stand for a thing, no farther from its surface than ``reach_m``. It is
    asked for one thing after the other, until those that are left are farther than what was found.
    """
    for margin_cells in (ROOMY_CELLS, TIGHT_CELLS):  # in this order ways are planned
        paths = wary_ways(known, body, margin_cells, MARGIN_M)
        start = _Start(paths, known.here.point)
        near = [(start.near(thing.box, reach_m), thing) for thing in things]
        found = _nearest(start, [each for each in near if len(each[0])], places)
        if found:
            return found
    return {}


class _Start:
    """Where ways begin, and how far all is from there."""

    def __init__(self, paths: Paths, here: Point) -> None:
        self._paths, self._here = paths, here
        self.slack_m = 0.0
        """So much the lengths of two ways may differ from what they are from here."""
        self._joined: Bool = np.zeros(len(paths.centers), bool)
        starts = self._rows()
        if len(starts):
            parts = np.unique(paths.parts[starts])
            self._joined = np.isin(paths.parts, parts)
            if len(parts) > 1:
                self.slack_m = math.inf
        self._cells = np.flatnonzero(self._joined).astype(np.int64)
        self._spots = paths.centers[self._cells]
        self._far: F64 | None = None

    def near(self, box: Box, reach_m: float) -> I64:
        """(N,) the free cells no farther from a box than ``reach_m`` to which a way leads."""
        return self._cells[footprint_distance(box, self._spots) <= reach_m + 1e-6]

    def far_m(self, cells: I64) -> F64:
        """(N,) length of the way to each of some free cells."""
        if self._far is None:
            self._far = self._paths.distances_m(self._here)
        return self._far[cells]

    def leads_to(self, stand: Stand) -> bool:
        point = stand.pose.point
        return self._paths.is_free(point) and bool(self._joined[self._paths.row_of(point)])

    def cost_m(self, stands: Sequence[Stand]) -> float:
        """Of the best of some places to which ways lead, with how much worse it is."""
        rows = np.array([self._paths.row_of(stand.pose.point) for stand in stands], np.int64)
        return float((self.far_m(rows) + [stand.worse_m for stand in stands]).min())

    def _rows(self) -> I64:
        """(N,) the free cells on which a way may begin."""
        if not len(self._paths.centers):
            return np.zeros(0, np.int64)
        if self._paths.is_free(self._here):
            return np.array([self._paths.row_of(self._here)])
        self.slack_m = 2 * LEAVE_M
        gap = np.linalg.norm(self._paths.centers - self._here, axis=1)
        return np.flatnonzero(gap <= LEAVE_M).astype(np.int64)


def _nearest(
    start: _Start,
    near: list[tuple[I64, MapObject]],
    places: Callable[[MapObject], Sequence[Stand]],
) -> Places:
    """Of things with the cells near them; {} if a way leads to none of their places."""
    found, best_m = Places(), math.inf
    alone = len(near) == 1
    least_m = [0.0 if alone else float(start.far_m(cells).min()) for cells, _ in near]
    for k in sorted(range(len(near)), key=least_m.__getitem__):
        if least_m[k] > best_m + start.slack_m:
            break
        thing = near[k][1]
        stands = [stand for stand in places(thing) if start.leads_to(stand)]
        found |= dict.fromkeys(stands, thing)
        if stands and not alone:
            best_m = min(best_m, start.cost_m(stands))
    return found
