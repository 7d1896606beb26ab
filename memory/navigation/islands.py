"""Floor that was seen to be free and to which no way leads over floor that was seen."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from cogmap.memory.navigation.floor import TIGHT_CELLS
from cogmap.memory.navigation.gaps import dared
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand
from cogmap.memory.navigation.unseen import reachable
from cogmap.memory.paths.floor import cell_centers, spread, standable
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import F64, Bool

__all__ = ["islands"]

ISLAND_M2 = 0.1
"""Less floor than this, for the middle of a body, is not worth a way there."""
APART_M = 0.8
"""So near to where it could not get before it is not tried again."""
MOST = 64


def islands(known: Known, body: Body, gap_m: float, tried: list[Point]) -> tuple[Stand, ...]:
    """Places on floor beyond gaps of the unknown of at most ``gap_m``, away from those that were
    ``tried``; whoever has been there knows that one gets there: it is walked then."""
    least_m = body.radius_m + TIGHT_CELLS * known.grid.resolution_m
    near = reachable(known.grid, least_m, known.here.point)
    far = reachable(dared(known, gap_m).grid, least_m, known.here.point)
    beyond = _large(far & ~near & standable(known.grid, least_m), known.grid.resolution_m)
    places = cell_centers(known.grid, beyond)
    for point in tried:
        places = places[np.linalg.norm(places - point, axis=1) > APART_M]
    return _stands(places)


def _large(floor: Bool, cell_m: float) -> Bool:
    """Without parts of less than ISLAND_M2."""
    parts, _ = ndimage.label(floor)
    area_m2 = np.bincount(parts.ravel()) * cell_m**2
    return np.asarray(floor & (area_m2 >= ISLAND_M2)[parts])


def _stands(places: F64) -> tuple[Stand, ...]:
    return tuple(
        Stand(Pose2(x, y, 0.0), faces=False, why="to floor that was only seen from afar")
        for x, y in spread(places, MOST).tolist()
    )
