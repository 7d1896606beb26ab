"""How well a map's rooms agree with the true ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from cogmap.bench.layout_score import match
from cogmap.runtime.messages import F64

__all__ = ["Polygon", "RoomScore", "score_rooms"]

Polygon = Sequence[tuple[float, float]]
"""Corners x, y (m, world), not closed."""


@dataclass(frozen=True)
class RoomScore:
    """Of one map."""

    found: int
    true: int
    area_errors: F64
    """(M,) relative, of rooms matched one to one at a polygon IoU of 0.25 or more."""
    ious: F64
    """(M,)"""

    @property
    def count_exact(self) -> bool:
        return self.found == self.true


def score_rooms(found: Sequence[Polygon], true: Sequence[Polygon]) -> RoomScore:
    """Score polygons of rooms against those of the true rooms that were seen."""
    ours, theirs = _polygons(found), _polygons(true)
    common = shapely.area(shapely.intersection(ours[:, None], theirs[None]))
    area, true_area = shapely.area(ours), shapely.area(theirs)
    iou = common / np.maximum(area[:, None] + true_area - common, 1e-9)
    best = match(iou, 0.25)
    error = area[best.found] / np.maximum(true_area[best.true], 1e-9) - 1
    return RoomScore(len(found), len(true), np.abs(error), iou[best.found, best.true])


def median(values: F64) -> float:
    """NaN of nothing."""
    return float(np.median(values)) if len(values) else math.nan


def _polygons(rooms: Sequence[Polygon]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """(N,); corners that make no simple polygon are mended."""
    mended = [shapely.make_valid(shapely.Polygon(room)) for room in rooms]
    array = np.empty(len(rooms), dtype=object)
    array[:] = mended
    return array
