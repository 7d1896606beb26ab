"""Where to look next, until all that can be reached was seen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from cogmap.memory.navigation.known import Body, Known, Pose2, Stand
from cogmap.memory.navigation.unseen import BEARINGS, CoarseFloor, Sweep, coarse_floor, sweep
from cogmap.memory.paths.trips import short_trip, soon_trip
from cogmap.runtime.messages import F64, I64

__all__ = ["Explored", "Explorer", "View"]

MARGIN_M = 0.06
"""Views are where those who drive there can keep so much more than their radius from things."""
SPACING_M = 0.4
"""Between places that are weighed."""
LEAST_M2 = 0.2
"""Less new floor than this is not worth a look."""
MOST_STOPS = 10
"""So many of the best places are put in order."""
GLANCE_M2 = 1.5
"""So much new floor is worth a look on the way past it."""
KEEP_PART = 0.4
"""A place that was chosen stays so until less than this part of its worth is left."""
SPOT_M = 0.8
"""Looks from so close together are as good as one."""
ENOUGH_LOOKS = 2
"""What looks from so many spots should have shown and did not, none will."""
HEADING_PART = 0.7
"""Of the headings that show this part of the best, the one nearest to that of the way there."""

Spot = tuple[int, int]


@dataclass(frozen=True)
class View:
    """A place to go to and a heading to look at."""

    stand: Stand
    worth_m2: float
    """Floor that it is expected to show for the first time."""
    far_m: float
    """Length of the way there, about."""
    others: F64
    """(N, 2) x, y (m): other places worth a look, in the order in which they would come."""


@dataclass(frozen=True)
class Explored:
    """There is nothing left to look at, or no way to look anywhere."""

    text: str
    stuck: bool = False


@dataclass
class Explorer:
    """Plans a short trip over the places that together show all that may yet be seen, and goes
    to the first; planned again as the map grows.

    What a look should have shown, and did not, is not looked for again from there, and from
    nowhere once two spots did not show it.
    """

    body: Body = field(default_factory=Body)
    worth: Callable[[CoarseFloor, Known], F64] | None = None
    """(cells,) what seeing a coarse cell is worth to who searches; None: all are worth the same,
    and all are to be seen."""
    plain: bool = False
    """Look at what is worth little, too."""
    _looked_at: dict[Spot, set[int]] = field(default_factory=dict)
    _view: View | None = None

    @property
    def view(self) -> View | None:
        """That it is on its way to."""
        return self._view

    @property
    def radius_m(self) -> float:
        """What ways to a view leave room for."""
        return self.body.radius_m + MARGIN_M

    def next(self, known: Known) -> View | Explored:
        """Where to look, from what is known now. The same as before while that is worth it."""
        floor, left = self._left(known)
        if self.keeps(known) and self._view is not None:
            return self._view
        places, far = _places(floor, known.here)
        if not len(places):
            return Explored("there is no room to move: put it down where there is", stuck=True)
        seen = sweep(floor, places)
        rays = left.around(seen, places)
        order = _trip(floor, seen, left, places, far, soon=self.worth is not None)
        if self.worth is not None and self._shown(rays[0]).max() >= GLANCE_M2:
            order = [0, *(k for k in order if k != 0)]
        if not order:
            self._view = None
            return Explored("all that can be reached was seen")
        best = order[0]
        stand, worth = self._heading(rays[best], places[best], known.here)
        self._view = View(stand, worth, float(far[best]), places[order[1:]])
        return self._view

    def keeps(self, known: Known) -> bool:
        """Whether the last view is still worth going to; False without one. Who searches looks
        around on the way, too, where that shows much: turning costs no way."""
        if self._view is None:
            return False
        floor, left = self._left(known)
        if (
            self.worth is not None
            and math.dist(known.here.point, self._view.stand.pose.point) > SPOT_M
        ):
            place = np.array([known.here.point])
            rays = left.around(sweep(floor, place), place)[0]
            if self._shown(rays).max() >= GLANCE_M2:
                return False
        return self._is_worth_it(self._view, floor, left)

    def looked(self, known: Known) -> None:
        """It stands at the last view and has looked: what that did not show, it will not."""
        self._note(known, known.here)

    def give_up(self, known: Known) -> None:
        """No way leads to the last view: what it would show is not looked for from there."""
        if self._view is not None:
            self._note(known, self._view.stand.pose)

    def _note(self, known: Known, pose: Pose2) -> None:
        floor = coarse_floor(known, self.radius_m)
        seen = sweep(floor, np.array([pose.point]))
        cells = seen.cells(0, _window(pose.yaw, self.body.hfov_rad))
        self._looked_at.setdefault(_spot(pose.point), set()).update(floor.numbers(cells).tolist())
        self._view = None

    def _left(self, known: Known) -> tuple[CoarseFloor, _Left]:
        """The floor, and what of the unknown is left to be seen."""
        floor = coarse_floor(known, self.radius_m)
        left = _Left(floor, self._looked_at)
        if self.worth is not None and not self.plain:
            left.cells *= self.worth(floor, known)
        return floor, left

    def _is_worth_it(self, view: View, floor: CoarseFloor, left: _Left) -> bool:
        """Whether there is enough left to see from a view, and a way leads there."""
        pose = view.stand.pose
        if not floor.paths.is_free(pose.point):
            return False
        place = np.array([pose.point])
        rays = left.around(sweep(floor, place), place)[0]
        worth = float(rays[_window(pose.yaw, self.body.hfov_rad)].sum())
        return worth >= max(KEEP_PART * view.worth_m2, LEAST_M2 / 2)

    def _shown(self, rays: F64) -> F64:
        """(BEARINGS,) m2 that a picture in each direction may show, from rays (BEARINGS,)."""
        width = len(_window(0.0, self.body.hfov_rad))
        return np.array([rays[_around(k, width)].sum() for k in range(BEARINGS)])

    def _heading(self, rays: F64, place: F64, here: Pose2) -> tuple[Stand, float]:
        """Looking where most is new, rather ahead than back."""
        shown = self._shown(rays)
        x, y = place.tolist()
        moves = math.dist((x, y), here.point) > SPACING_M
        ahead = math.atan2(y - here.y, x - here.x) if moves else here.yaw
        bearing = np.arange(BEARINGS) * (2 * math.pi / BEARINGS)
        off = np.abs(np.angle(np.exp(1j * (bearing - ahead))))
        good = shown >= HEADING_PART * shown.max()
        best = int(np.where(good, off, np.inf).argmin())
        yaw = math.remainder(float(bearing[best]), 2 * math.pi)
        return Stand(Pose2(x, y, yaw), why="to see more"), float(shown[best])


class _Left:
    """What is left to be seen, from where."""

    def __init__(self, floor: CoarseFloor, looked_at: dict[Spot, set[int]]) -> None:
        self._by_spot: dict[Spot, F64] = {}
        self.cells = floor.unknown.ravel().astype(np.float64)
        """(cells,) 1 where it is worth looking, 0 elsewhere."""
        unknown = np.flatnonzero(floor.unknown.ravel()).astype(np.int64)
        numbers = floor.numbers(unknown)
        looks = Counter(cell for cells in looked_at.values() for cell in cells)
        hopeless = [cell for cell, count in looks.items() if count >= ENOUGH_LOOKS]
        self.cells[unknown[np.isin(numbers, hopeless)]] = 0.0
        for spot, cells in looked_at.items():
            again = unknown[np.isin(numbers, np.fromiter(cells, np.int64))]
            if len(again):
                self._by_spot[spot] = np.ones_like(self.cells)
                self._by_spot[spot][again] = 0.0

    def around(self, seen: Sweep, places: F64, cells: F64 | None = None) -> F64:
        """(N, BEARINGS) m2 that rays from places (N, 2) may show of what is left, or of
        ``cells`` (cells,), without what looks from there did not show."""
        wanted = self.cells if cells is None else cells
        rays = seen.around(wanted)
        spots = [_spot((x, y)) for x, y in places.tolist()]
        for spot, open_cells in self._by_spot.items():
            here = np.array([k for k, each in enumerate(spots) if each == spot], np.int64)
            if len(here):
                rays[here] = seen.around(wanted * open_cells, here)
        return rays


def _places(floor: CoarseFloor, here: Pose2) -> tuple[F64, F64]:
    """(N, 2) places that can be reached, the first one here, and (N,) how far each is."""
    paths = floor.paths
    if not len(paths.centers):
        return np.zeros((0, 2)), np.zeros(0)
    far = paths.distances_m(here.point)
    row, column = np.nonzero(paths.free)
    stride = round(SPACING_M / paths.resolution_m)
    chosen = ((row + floor.first[0]) % stride == 0) & ((column + floor.first[1]) % stride == 0)
    chosen &= np.isfinite(far)
    first = far.argmin()
    chosen[first] = False
    index = np.concatenate([[first], np.flatnonzero(chosen)])
    spots = floor.spots[index]
    if paths.is_free(here.point):
        spots[0] = here.point
    return spots, far[index]


def _trip(
    floor: CoarseFloor, seen: Sweep, left: _Left, places: F64, far: F64, soon: bool
) -> list[int]:
    """Places that together show what is left, in the order of a short trip from here, or of one
    that comes ``soon`` to where much is to be seen."""
    cells, chosen, gains = left.cells.copy(), list[int](), [0.0]
    while len(chosen) < MOST_STOPS:
        gain = left.around(seen, places, cells).sum(axis=1)
        value = np.where(gain >= LEAST_M2, gain / (1.0 + far / 4.0), 0.0)
        best = int(value.argmax())
        if value[best] <= 0:
            break
        chosen.append(best)
        gains.append(float(gain[best]))
        cells[seen.cells(best, np.arange(BEARINGS))] = 0.0
    if len(chosen) < 2:
        return chosen
    at = [int(np.abs(floor.spots - places[k]).sum(axis=1).argmin()) for k in chosen]
    distance = np.zeros((len(chosen) + 1, len(chosen) + 1))
    distance[0, 1:] = distance[1:, 0] = far[chosen]
    for row, k in enumerate(chosen, start=1):
        x, y = places[k].tolist()
        distance[row, 1:] = floor.paths.distances_m((x, y))[at]
    order = soon_trip(distance, np.array(gains)) if soon else short_trip(distance)
    return [chosen[k - 1] for k in order[1:]]


def _window(yaw: float, width_rad: float) -> I64:
    """Bearings in view when looking along ``yaw``."""
    step = 2 * math.pi / BEARINGS
    return _around(round(yaw / step), max(1, round(width_rad / step)))


def _around(middle: int, width: int) -> I64:
    return np.asarray((np.arange(width) - width // 2 + middle) % BEARINGS, np.int64)


def _spot(point: tuple[float, float]) -> Spot:
    return (math.floor(point[0] / SPOT_M), math.floor(point[1] / SPOT_M))
