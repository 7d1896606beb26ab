"""From where an object is seen well: near its surface, in the camera's view, nothing between."""

from __future__ import annotations

import itertools
import math

import numpy as np

from cogmap.memory.geometry.boxes import footprint_distance, nearest_in_footprint
from cogmap.memory.navigation.floor import body_paths, things_in_the_way
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand, Unreachable
from cogmap.memory.paths.floor import spread
from cogmap.memory.paths.in_view import share_in_view
from cogmap.memory.paths.sides import same_side, walled_off
from cogmap.runtime.messages import F64, I64, Bool, MapObject

__all__ = ["FAR_M", "REACH_M", "named", "object_stands", "stands_at"]

REACH_M, SURE_M = 1.0, 0.89
"""Whoever is farther from a thing's surface has not gone to it. A box that is wrong by some
centimetres is still in reach from the second."""
UNSURE_PER_M2 = 100.0
"""Metres of way that the square of each metre beyond that is worth."""
CLOSE_M, CLOSE_PER_M2 = 0.6, 40.0
"""So close to a thing, how much of it is in view is uncertain; metres of way that the square of
each metre nearer than that is worth."""
ALMOST_M, VERY_UNSURE = 0.95, 200.0
"""From here on a centimetre of the map or of the robot decides; metres of way that each metre
beyond that is worth in addition."""
TOUCHES = 5.0
"""Where a body would touch the box of another thing, though the grid has free floor there, metres
of way that another place is worth: the foot of a lamp is too low to be in the grid."""
OWN_M = ((0.06, 0.1), (0.06, math.inf), (0.3, 0.1), (0.3, math.inf))
"""So near to a thing's box, and so little above it, what blocks the view is the thing, as it was
measured; and where it could not be seen at all, what it stands in, of which the grid knows the top,
and neither the boards nor the sides."""
FAR_M = 2.5
"""Seen from here it is still in view, where nothing nearer is free."""
SEEN_SHARE = 0.12
"""Less of a thing in view is not in view."""
WELL_SHARE, WELL = 0.5, 60.0
"""So much in view is enough; metres of way that the square of what is lacking is worth."""
MOST, MOST_SHOWN = 400, 100
"""Places that are looked at, of those from which enough of the thing is in the picture; fewer where
the surface says what is in view."""
MOST_CELLS = 1000
"""Places of which it is asked whether it is in the picture."""

_LOOKS: tuple[tuple[tuple[float, float] | None, float], ...] = (
    (None, REACH_M),
    (None, FAR_M),
    *itertools.product(OWN_M, (REACH_M,)),
    *itertools.product(OWN_M, (FAR_M,)),
)
"""First by the surface (None), where it is known: what it hides near by is looked at from farther
away; then by the grid."""


def named(thing: MapObject) -> str:
    return f"the {thing.label or 'thing'}"


def object_stands(object_id: int, known: Known, body: Body) -> tuple[Stand, ...] | Unreachable:
    """Free places near an object from which it is in view, or why there is none."""
    thing = known.object(object_id)
    if thing is None:
        return Unreachable(f"the map has no object {object_id}")
    if thing.state in ("removed", "deleted"):
        return _gone(thing, known.layout.stamp_ns)
    paths = body_paths(known.grid, body.radius_m)
    far = footprint_distance(thing.box, paths.centers)
    near: dict[float, I64] = {}
    for own, reach_m in _LOOKS:
        if own is None and known.surface is None:
            continue
        if reach_m not in near:
            within = np.flatnonzero(far <= reach_m)
            near[reach_m] = _in_picture(known, thing, paths.centers, within, body)
        cells, share = _seen(own, known, thing, paths.centers, near[reach_m], body)
        good = share >= SEEN_SHARE
        if good.any():
            return _as_stands(known, thing, paths.centers[cells[good]], share[good], body)
    around = paths.centers[spread(np.flatnonzero(far <= FAR_M), MOST)]
    if not _same_side(known, thing, around).any():
        return Unreachable(f"no free floor is known near {named(thing)}", (thing.id,))
    return Unreachable(f"{named(thing)} is in view from no free floor near it")


def stands_at(spots: F64, thing: MapObject, known: Known, body: Body) -> tuple[Stand, ...] | None:
    """One at each of some places (N, 2), infinitely worse where the surface does not show a thing,
    a wall is between, or there is no room to stand; None where too little of the surface is
    known."""
    share = _shown(known, thing, spots, body)
    if share is None:
        return None
    paths = body_paths(known.grid, body.radius_m)
    roomy = [paths.is_free((x, y)) for x, y in spots.tolist()]
    share[~(_same_side(known, thing, spots) & roomy)] = 0
    return _as_stands(known, thing, spots, share, body)


def _gone(thing: MapObject, now_ns: int) -> Unreachable:
    """Why an object is no goal any more."""
    ago = max(0, now_ns - thing.last_seen_ns) / 1e9
    what = "was deleted from the map" if thing.state == "deleted" else "is no longer there"
    return Unreachable(f"{named(thing)} {what}; it was last seen {ago:.0f} s ago")


def _same_side(known: Known, thing: MapObject, spots: F64) -> Bool:
    """(N,) which of ``spots`` (N, 2) are in a thing's own room, or not behind a wall from it."""
    ends = nearest_in_footprint(thing.box, spots)
    in_room = same_side(known.layout, known.grid, thing, spots)
    return np.asarray(in_room | ~walled_off(known.layout, known.grid, spots, ends))


def _in_picture(known: Known, thing: MapObject, centers: F64, cells: I64, body: Body) -> I64:
    """Some of the cells that are on a thing's side of the walls, and from which enough of it would
    be in the picture if nothing hid it."""
    cells = spread(cells, MOST_CELLS)
    share = share_in_view(centers[cells], thing.box, known.grid, body, math.inf)
    cells = cells[share >= SEEN_SHARE]
    return spread(cells[_same_side(known, thing, centers[cells])], MOST)


def _seen(
    own: tuple[float, float] | None,
    known: Known,
    thing: MapObject,
    centers: F64,
    cells: I64,
    body: Body,
) -> tuple[I64, F64]:
    """Some of the cells, and how much of a thing is in view from each, by a look of _LOOKS; none
    where too little of the surface is known to tell by it."""
    if own is not None:
        return cells, share_in_view(centers[cells], thing.box, known.grid, body, *own)
    some = spread(cells, MOST_SHOWN)
    share = _shown(known, thing, centers[some], body)
    return (some[:0], np.zeros(0)) if share is None else (some, share)


def _shown(known: Known, thing: MapObject, spots: F64, body: Body) -> F64 | None:
    """(N,) how much of a thing the surface lets one see from ``spots`` (N, 2): no more than what of
    its box is in the picture, since of what was never seen whole the surface lacks a part. None
    where too little of the surface is known."""
    if known.surface is None:
        return None
    shown = known.surface.shares(spots, thing.box, known.grid.floor_z, body)
    if shown is None:
        return None
    return np.minimum(shown, share_in_view(spots, thing.box, known.grid, body, math.inf))


def _as_stands(
    known: Known, thing: MapObject, spots: F64, share: F64, body: Body
) -> tuple[Stand, ...]:
    """With how much worse than perfect they are: what is left of the choice is for the way."""
    gap = footprint_distance(thing.box, spots)
    worse = UNSURE_PER_M2 * np.clip(gap - SURE_M, 0, None) ** 2
    worse += VERY_UNSURE * np.clip(gap - ALMOST_M, 0, None)
    worse += CLOSE_PER_M2 * np.clip(CLOSE_M - gap, 0, None) ** 2
    worse += WELL * np.clip(WELL_SHARE - share, 0, None) ** 2
    worse += TOUCHES * _touches_another(known, thing, spots, body)
    worse[share < SEEN_SHARE] = math.inf
    x, y, _ = thing.box.center
    return tuple(
        Stand(
            Pose2(sx, sy, math.atan2(y - sy, x - sx)),
            why=f"in view of {named(thing)}, {far_m:.1f} m from it",
            worse_m=worse_m,
        )
        for (sx, sy), far_m, worse_m in zip(
            spots.tolist(), gap.tolist(), worse.tolist(), strict=True
        )
    )


def _touches_another(known: Known, thing: MapObject, spots: F64, body: Body) -> Bool:
    """(N,) whether a body at ``spots`` (N, 2) would touch the box of any thing but this."""
    touches = np.zeros(len(spots), bool)
    for other in things_in_the_way(known, body):
        if other.id != thing.id:
            touches |= footprint_distance(other.box, spots) < body.radius_m
    return touches
