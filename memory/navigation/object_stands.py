"""From where an object is seen well: near its surface, in the camera's view, nothing between."""

from __future__ import annotations

import math

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import corners, footprint
from cogmap.memory.navigation.floor import body_paths
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand, Unreachable
from cogmap.memory.paths.sides import same_side
from cogmap.runtime.messages import F64, OCCUPIED, Bool, MapObject, OccupancyGrid

__all__ = ["named", "object_stands"]

REACH_M, SURE_M = 1.0, 0.85
"""Whoever is farther from a thing's surface has not gone to it. A box that is wrong by some
centimetres is still in reach from the second."""
UNSURE = 10.0
"""Metres of way that each metre beyond that is worth."""
BEST_M = 0.7
"""Near, and even a box that is wrong by 0.3 m is in reach."""
FAR_M = 2.5
"""Seen from here it is still in view, where nothing nearer is free."""
LAST_M = 0.3
"""So near to a thing's box, what blocks the view is the thing, as it was measured."""
SEEN_SHARE = 0.3
"""Less of a thing in view is not in view."""
MOST = 256


def named(thing: MapObject) -> str:
    return f"the {thing.label or 'thing'}"


def object_stands(object_id: int, known: Known, body: Body) -> tuple[Stand, ...] | Unreachable:
    """Free places near an object from which it is in view, or why there is none."""
    thing = known.object(object_id)
    gone = _gone(object_id, thing, known.layout.stamp_ns)
    if gone is not None or thing is None:
        return gone or Unreachable(f"the map has no object {object_id}")
    paths = body_paths(known.grid, body.radius_m)
    shape = shapely.Polygon(footprint(thing.box))
    far = np.asarray(shapely.distance(shape, shapely.points(paths.centers)))
    for reach in (REACH_M, FAR_M):
        near = np.flatnonzero(far <= reach)
        near = near[same_side(known.layout, known.grid, thing, paths.centers[near])]
        spots, gap = paths.centers[near], far[near]
        share = _share_in_view(spots, thing, known.grid, body)
        good = share >= max(SEEN_SHARE, 0.5 * float(share.max(initial=0.0)))
        if good.any():
            return _as_stands(thing, spots[good], gap[good], share[good])
    if not len(near):
        return Unreachable(f"no free floor is known near {named(thing)}", (thing.id,))
    return Unreachable(f"{named(thing)} is in view from no free floor near it")


def _gone(object_id: int, thing: MapObject | None, now_ns: int) -> Unreachable | None:
    """Why an object is no goal any more."""
    if thing is None:
        return Unreachable(f"the map has no object {object_id}")
    if thing.state not in ("removed", "deleted"):
        return None
    ago = max(0, now_ns - thing.last_seen_ns) / 1e9
    what = "was deleted from the map" if thing.state == "deleted" else "is no longer there"
    return Unreachable(f"{named(thing)} {what}; it was last seen {ago:.0f} s ago")


def _as_stands(thing: MapObject, spots: F64, gap: F64, share: F64) -> tuple[Stand, ...]:
    """The best of each neighbourhood, with how much worse than perfect they are."""
    worse = np.abs(gap - BEST_M) + 2 * (1 - share) + UNSURE * np.clip(gap - SURE_M, 0, None)
    order = np.argsort(worse, kind="stable")[:MOST]
    x, y, _ = thing.box.center
    return tuple(
        Stand(
            Pose2(sx, sy, math.atan2(y - sy, x - sx)),
            why=f"in view of {named(thing)}, {gap[row]:.1f} m from it",
            worse_m=float(worse[row]),
        )
        for row, (sx, sy) in zip(order.tolist(), spots[order].tolist(), strict=True)
    )


def _share_in_view(spots: F64, thing: MapObject, grid: OccupancyGrid, body: Body) -> F64:
    """(N,) part of a thing that is in the camera's view from ``spots`` (N, 2), looking at it."""
    points = corners(thing.box) * 0.8 + np.array(thing.box.center) * 0.2
    points = np.vstack([points, thing.box.center])
    eye = grid.floor_z + body.camera_height_m
    shape = shapely.Polygon(footprint(thing.box)).buffer(LAST_M)
    seen = [
        _in_frame(spots, point, thing, eye, body) & _clear(spots, point, shape, eye, grid)
        for point in points
    ]
    return np.asarray(np.mean(seen, axis=0)) if len(spots) else np.zeros(0)


def _in_frame(spots: F64, point: F64, thing: MapObject, eye: float, body: Body) -> Bool:
    """(N,) whether a point (3,) is within the picture of a camera that is turned to the thing."""
    to_middle = np.array(thing.box.center[:2]) - spots
    to_point = point[:2] - spots
    level = np.linalg.norm(to_point, axis=1)
    down = np.arctan2(eye - point[2], level) - body.pitch_down_rad
    turn = np.arctan2(to_point[:, 1], to_point[:, 0]) - np.arctan2(to_middle[:, 1], to_middle[:, 0])
    turn = np.abs((turn + math.pi) % (2 * math.pi) - math.pi)
    return np.asarray((np.abs(down) <= body.vfov_rad / 2) & (turn <= body.hfov_rad / 2))


def _clear(spots: F64, point: F64, shape: shapely.Polygon, eye: float, grid: OccupancyGrid) -> Bool:
    """(N,) whether nothing that is known is between the eyes over ``spots`` and a point (3,),
    the thing's own surroundings (``shape``) aside."""
    farthest = float(np.linalg.norm(spots - point[:2], axis=1).max(initial=0.0))
    along = np.linspace(0, 1, max(2, math.ceil(farthest / grid.resolution_m)))[None, :]
    x = spots[:, :1] * (1 - along) + point[0] * along
    y = spots[:, 1:] * (1 - along) + point[1] * along
    height = eye * (1 - along) + point[2] * along - grid.floor_z
    column = np.clip((x - grid.origin[0]) // grid.resolution_m, 0, grid.cells.shape[1] - 1)
    row = np.clip((y - grid.origin[1]) // grid.resolution_m, 0, grid.cells.shape[0] - 1)
    cell = (row.astype(int), column.astype(int))
    blocked = grid.cells[cell] == OCCUPIED
    if grid.top is not None:
        blocked &= (grid.top[cell] * grid.resolution_m >= height) | (grid.top[cell] == 0)
    if blocked.any():
        hit = np.nonzero(blocked)
        blocked[hit] = ~shapely.contains_xy(shape, x[hit], y[hit])
    return np.asarray(~blocked.any(axis=1))
