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
_FAR_M = 1e3
_PUSH_M = 0.02
"""Most that a point is moved away from things in a round, before the line pulls it back."""
_SLACK_M = 0.005
"""Points so near to the line without them are left out at the end."""
_QUARTERS = np.linspace(0, 1, 5)[:, None]
_CROSS = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]], np.float64)


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
        """(...) clearance (m) at ``points`` (..., 2), between the middles of cells too; far more
        than is asked for where nothing is in the way at all."""
        at = ((points - self.origin) / self.resolution_m - 0.5).reshape(-1, 2).astype(np.float32)
        found = cv2.remap(
            self.clearance_m, at[:, 0], at[:, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        known = np.nan_to_num(found, nan=_FAR_M, posinf=_FAR_M)  # inf is interpolated to no number
        return np.asarray(known.reshape(points.shape[:-1]), np.float64)

    def allows(self, points: F64) -> Bool:
        """(N,) whether a line may go through ``points`` (N, 2)."""
        return self._are(self.open, points) & (self.far(points) >= self.least_m)

    def is_dear(self, points: F64) -> Bool:
        """(N,) whether ``points`` (N, 2) are on dear cells."""
        return np.zeros(len(points), bool) if self.dear is None else self._are(self.dear, points)

    def _are(self, cells: Bool, points: F64) -> Bool:
        """(N,) whether ``points`` (N, 2) are on cells (rows, columns) that are set."""
        column, row = np.floor((points - self.origin) / self.resolution_m).astype(np.int32).T
        rows, columns = cells.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        there = cells[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
        return np.asarray(inside & there)


def eased(points: F64, room: EasingRoom) -> F64:
    """A line (M, 2) between the ends of a taut one (N, 2): round, and comfortably far from things
    as far as the floor allows it and it gets at most 1.5 % longer."""
    if len(points) < 2:
        return points
    line = good = best = sampled(points, SPACING_M)
    if len(line) < 3:  # its ends stay where they are
        return points
    most = LONGER * _length(points)
    for number in range(1, _ROUNDS + 1):
        line = _moved(line, room)
        if number % _BETWEEN_LOOKS == 0:
            line = good = _allowed(line, good, room)
            if _length(line) > most:
                break
            best = line
    slim = shapely.get_coordinates(shapely.simplify(shapely.LineString(best), _SLACK_M))
    for each in (slim, best):
        if room.allows(sampled(each, room.resolution_m / 3)).all():
            return np.asarray(each)
    return points


def sampled(points: F64, spacing_m: float) -> F64:
    """(M, 2) all points of a line (N, 2), and points evenly between them, at most so far apart."""
    parts = np.ceil(np.linalg.norm(np.diff(points, axis=0), axis=1) / spacing_m)
    at = np.concatenate([[0.0], np.cumsum(np.maximum(parts, 1))])
    new = np.arange(at[-1] + 1)
    return np.column_stack([np.interp(new, at, points[:, axis]) for axis in (0, 1)])


def _moved(line: F64, room: EasingRoom) -> F64:
    """The line after one round: each point is pulled between its neighbours and pushed away from
    what is near."""
    inner = line[1:-1]
    far = room.far(inner[:, None] + _CROSS * room.resolution_m)
    away = (far[:, 1::2] - far[:, 2::2]) / (2 * room.resolution_m)
    lack = np.clip(1 - far[:, :1] / room.comfort_m, 0, 1)
    new = line.copy()
    new[1:-1] += 0.5 * ((line[:-2] + line[2:]) / 2 - inner) + _PUSH_M * lack * away
    return new


def _allowed(line: F64, before: F64, room: EasingRoom) -> F64:
    """The line, with those points back where they were ``before`` that would lead it too near."""
    legs = _quarters(line)
    crossing, dear = ~room.allows(legs), room.is_dear(legs)
    if dear.any():
        crossing |= dear & ~room.is_dear(_quarters(before))
    crosses = crossing.reshape(len(line) - 1, -1).any(axis=1)
    bad = np.zeros(len(line), bool)
    bad[:-1] |= crosses
    bad[1:] |= crosses
    return np.where(bad[:, None], before, line)


def _quarters(line: F64) -> F64:
    """(5 (N - 1), 2) points along each leg of a line (N, 2), its ends included."""
    return np.asarray((line[:-1, None] + np.diff(line, axis=0)[:, None] * _QUARTERS).reshape(-1, 2))


def _length(line: F64) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
