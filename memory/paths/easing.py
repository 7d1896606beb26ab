"""Lines pulled taut, eased away from what they graze."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray

from cogmap.runtime.messages import F64, Bool

__all__ = ["EasingRoom", "eased", "sampled"]

SPACING_M = 0.12
LONGER = 1.015
"""How much longer than the taut line one may be for the sake of clearance."""
_ROUNDS, _BETWEEN_LOOKS = 48, 4
_PUSH_M = 0.02
"""Most that a point is moved away from things in a round, before the line pulls it back."""
_SLACK_M = 0.005
"""Points so near to the line without them are left out at the end."""
_QUARTERS = np.linspace(0, 1, 5)[:, None]
_CROSS = np.array([[0, 1, -1, 0, 0], [0, 0, 0, 1, -1]], np.float64)[..., None]


@dataclass(frozen=True)
class EasingRoom:
    """The floor that a line may be moved over."""

    open: Bool
    """(rows, columns) cells that it may cross."""
    clearance_m: NDArray[np.float32]
    """(rows, columns) from the middle of a cell to that of the nearest occupied one; finite."""
    origin: tuple[float, float]
    resolution_m: float
    least_m: float
    """Clearance that every point of it has to have."""
    comfort_m: float
    """Clearance that it should have."""
    dear: Bool | None = None
    """(rows, columns) cells that it may not be moved onto: only what is on them already stays."""

    def far(self, points: F64) -> F64:
        """(...) clearance (m) at ``points`` (..., 2), between the middles of cells too."""
        return self.far_at(np.moveaxis(points, -1, 0))

    def far_at(self, places: F64) -> F64:
        """(...) clearance (m) at ``places`` (2, ...): x and y."""
        x, y = ((np.atleast_1d(v) - o) / self.resolution_m - 0.5
                for v, o in zip(places, self.origin, strict=True))  # fmt: skip
        found = cv2.remap(
            self.clearance_m, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return np.asarray(found.reshape(places.shape[1:]), np.float64)

    def allows(self, places: F64) -> Bool:
        """(...) whether a line may go through ``places`` (2, ...): x and y."""
        return self._are(self.open, places) & (self.far_at(places) >= self.least_m)

    def is_dear(self, places: F64) -> Bool:
        """(...) whether ``places`` (2, ...) are on dear cells."""
        if self.dear is None:
            return np.zeros(places.shape[1:], bool)
        return self._are(self.dear, places)

    def _are(self, cells: Bool, places: F64) -> Bool:
        """(...) whether ``places`` (2, ...) are on cells (rows, columns) that are set."""
        column, row = (
            np.floor((v - o) / self.resolution_m).astype(np.intp)
            for v, o in zip(places, self.origin, strict=True)
        )
        rows, columns = cells.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        return np.asarray(inside & cells.ravel().take(row * columns + column, mode="clip"))


def eased(points: F64, room: EasingRoom) -> F64:
    """A line (M, 2) between the ends of a taut one (N, 2): round, and comfortably far from things
    as far as the floor allows it and it gets at most 1.5 % longer."""
    if len(points) < 2:
        return points
    line = good = best = np.ascontiguousarray(sampled(points, SPACING_M).T)
    if line.shape[1] < 3:  # its ends stay where they are
        return points
    most = LONGER * _length(points.T)
    for number in range(1, _ROUNDS + 1):
        line = _moved(line, room)
        if number % _BETWEEN_LOOKS == 0:
            line = good = _allowed(line, good, room)
            if _length(line) > most:
                break
            best = line
    slim = shapely.get_coordinates(shapely.simplify(shapely.LineString(best.T), _SLACK_M))
    for each in (slim, best.T):
        if room.allows(sampled(each, room.resolution_m / 3).T).all():
            return np.asarray(each)
    return points


def sampled(points: F64, spacing_m: float) -> F64:
    """(M, 2) all points of a line (N, 2), and points evenly between them, at most so far apart."""
    parts = np.ceil(np.linalg.norm(np.diff(points, axis=0), axis=1) / spacing_m)
    at = np.concatenate([[0.0], np.cumsum(np.maximum(parts, 1))])
    new = np.arange(at[-1] + 1)
    return np.column_stack([np.interp(new, at, points[:, axis]) for axis in (0, 1)])


# Below, lines are (2, N), x and y: numpy is slow along axes of two.


def _moved(line: F64, room: EasingRoom) -> F64:
    """The line after one round: each point is pulled between its neighbours and pushed away from
    what is near."""
    inner = line[:, 1:-1]
    far = room.far_at(inner[:, None] + _CROSS * room.resolution_m)
    away = (far[1::2] - far[2::2]) / (2 * room.resolution_m)
    lack = np.maximum(1 - far[0] / room.comfort_m, 0)
    new = line.copy()
    new[:, 1:-1] += 0.5 * ((line[:, :-2] + line[:, 2:]) / 2 - inner) + _PUSH_M * lack * away
    return new


def _allowed(line: F64, before: F64, room: EasingRoom) -> F64:
    """The line, with those points back where they were ``before`` that would lead it too near."""
    legs = _quarters(line)
    crossing, dear = ~room.allows(legs), room.is_dear(legs)
    if dear.any():
        crossing |= dear & ~room.is_dear(_quarters(before))
    crosses = crossing.any(axis=0)
    bad = np.zeros(line.shape[1], bool)
    bad[:-1] |= crosses
    bad[1:] |= crosses
    return np.where(bad, before, line)


def _quarters(line: F64) -> F64:
    """(2, 5, N - 1) points along each leg of a line, its ends included."""
    legs = line[:, 1:] - line[:, :-1]
    return np.asarray(line[:, None, :-1] + legs[:, None] * _QUARTERS)


def _length(line: F64) -> float:
    return float(np.hypot(*(line[:, 1:] - line[:, :-1])).sum())
