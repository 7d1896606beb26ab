"""Where the way to a thing ends: at the best of the places of its last metre."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.navigation.known import Body, Known
from cogmap.memory.navigation.object_stands import REACH_M, stands_at
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.polyline import Polyline
from cogmap.memory.navigation.sighting import with_tall

__all__ = ["cut_short"]

LAST_M, STEP_M = 1.0, 0.05
"""So much of the end of a way is looked at, at places so far apart."""


def cut_short(way: Route, object_id: int, known: Known, body: Body) -> Route:
    """The way to an object up to the place of its last metre that is the best to stand, counting
    what is left to drive; as it is where the surface does not tell. Of all places near a thing only
    some are asked what is in view from them, and a way passes others. A way that ends in reach
    still does. The clearance stays that of the whole way.
    """
    known = with_tall(known, object_id, body)
    thing, line = known.object(object_id), Polyline(way.points)
    if thing is None or not line.length_m:
        return way
    spots = line.stretch(line.length_m - LAST_M, line.length_m, STEP_M)
    places = stands_at(spots, thing, known, body)
    if places is None:
        return way
    along_m = np.linspace(max(0.0, line.length_m - LAST_M), line.length_m, len(spots))
    cost_m = along_m + [place.worse_m for place in places]
    far = footprint_distance(thing.box, spots)
    cost_m[far > max(REACH_M, far[-1])] = np.inf
    best = int(np.argmin(cost_m))
    if cost_m[best] >= line.length_m + way.stand.worse_m:
        return way
    end_m = float(along_m[best])
    return replace(way, points=line.until(end_m), length_m=end_m, stand=places[best])
