"""Where the way to a thing ends: as soon as going on brings less than it costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cogmap.memory.navigation.known import Body, Known
from cogmap.memory.navigation.object_stands import stands_at
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.polyline import Polyline
from cogmap.runtime.messages import MapObject

__all__ = ["cut_short"]

LAST_M, STEP_M = 1.0, 0.05
"""So much of the end of a way is looked at, at places so far apart."""


def cut_short(way: Route, thing: MapObject, known: Known, body: Body) -> Route:
    """The way to a thing up to the place of its last metre that is the best to stand, counting what
    is left to drive; as it is where the surface does not tell. Of all places near a thing only some
    are asked what is in view from them, and a way passes others."""
    line = Polyline(way.points)
    if not line.length_m:
        return way
    spots = line.stretch(line.length_m - LAST_M, line.length_m, STEP_M)
    places = stands_at(spots, thing, known, body)
    if places is None:
        return way
    along_m = line.length_m - np.linspace(min(LAST_M, line.length_m), 0.0, len(spots))
    best = int(np.argmin(along_m + [place.worse_m for place in places]))
    if along_m[best] + places[best].worse_m >= line.length_m + way.stand.worse_m:
        return way
    end_m = float(along_m[best])
    return replace(way, points=line.until(end_m), length_m=end_m, stand=places[best])
