"""Where to stand for a goal: in view of an object, well inside a room, at a point."""

from __future__ import annotations

import math

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import footprint
from cogmap.memory.geometry.poses import FARTHEST_M
from cogmap.memory.navigation.floor import body_paths, cell_state, with_unknown_free
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand, Unreachable
from cogmap.memory.navigation.object_stands import named, object_stands
from cogmap.memory.navigation.sighting import with_tall
from cogmap.memory.paths.floor import frontier_points, spread
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import F64, OCCUPIED, UNKNOWN, Goal, MapObject, Room

__all__ = ["stands"]

NEAR_POINT_M = 0.5
"""A point that is not free is reached by standing so near to it."""
INSIDE_M = 0.8
"""Well inside a room: so far from its outline, or as far as its shape allows."""
MOST = 64
"""More places to stand than this say nothing more."""


def stands(goal: Goal, known: Known, body: Body) -> tuple[Stand, ...] | Unreachable:
    """All places that are good for a goal, or why there is none.

    Raises ValueError for a goal that is no place: find, explore and return.
    """
    if goal.kind == "object":
        return object_stands(goal.id, with_tall(known, goal.id, body), body)
    if goal.kind == "room":
        return _in_room(goal.id, known, body)
    if goal.kind == "frontier":
        return _frontiers(known, body)
    if goal.kind == "keyframe":
        return _keyframe(goal, known, body)
    if goal.kind == "point" and goal.point is not None:
        return _at(Pose2(*goal.point, 0.0), known, body, goal.through_unknown, faces=False)
    if goal.kind == "pose" and goal.pose is not None:
        x, y, _ = goal.pose.position
        return _at(Pose2(x, y, goal.pose.yaw), known, body, goal.through_unknown, faces=True)
    raise ValueError(f"a goal of kind {goal.kind!r} that names no place to stand")


def _at(
    pose: Pose2, known: Known, body: Body, through_unknown: bool, *, faces: bool
) -> tuple[Stand, ...] | Unreachable:
    """At a point, or so near to it that it makes no difference."""
    if not all(map(math.isfinite, (pose.x, pose.y, pose.yaw))):
        return Unreachable("the goal's coordinates are not finite numbers")
    if max(abs(pose.x), abs(pose.y)) > FARTHEST_M:
        return Unreachable(f"the goal is more than {FARTHEST_M:g} m from the origin")
    grid = with_unknown_free(known.grid) if through_unknown else known.grid
    paths = body_paths(grid, body.radius_m)
    if paths.is_free(pose.point):
        return (Stand(pose, faces=faces, why=f"at ({pose.x:z.2f}, {pose.y:z.2f})"),)
    if cell_state(grid, pose.point) is None:
        return Unreachable(f"({pose.x:z.2f}, {pose.y:z.2f}) is off the map")
    far = np.linalg.norm(paths.centers - pose.point, axis=1)
    near = np.flatnonzero(far <= NEAR_POINT_M)
    if not len(near):
        return _no_place(pose.point, known)
    near = near[np.argsort(far[near], kind="stable")[:MOST]]
    return tuple(
        Stand(
            Pose2(x, y, pose.yaw),
            faces=faces,
            why=f"{off:.2f} m from ({pose.x:z.2f}, {pose.y:z.2f}), the nearest free floor",
            worse_m=5 * off,
        )
        for (x, y), off in zip(paths.centers[near].tolist(), far[near].tolist(), strict=True)
    )


def _no_place(point: Point, known: Known) -> Unreachable:
    """Why nobody can stand near a point of the grid."""
    at = f"({point[0]:z.2f}, {point[1]:z.2f})"
    state = cell_state(known.grid, point)
    if state == UNKNOWN:
        return Unreachable(
            f"the floor at {at} was never seen; explore towards it, or allow ways through the "
            "unknown",
            unknown=point,
        )
    inside = _objects_at(point, known)
    if inside:
        names = " and ".join(named(thing) for thing in inside)
        return Unreachable(f"{at} is inside {names}", blocked_by=tuple(t.id for t in inside))
    if state == OCCUPIED:
        return Unreachable(f"{at} is inside a wall or something else that stands there")
    return Unreachable(f"there is not enough room to stand at {at}")


def _objects_at(point: Point, known: Known) -> list[MapObject]:
    spot = shapely.Point(point)
    return [
        thing
        for thing in known.layout.objects
        if thing.is_here and shapely.Polygon(footprint(thing.box)).buffer(0.05).contains(spot)
    ]


def _keyframe(goal: Goal, known: Known, body: Body) -> tuple[Stand, ...] | Unreachable:
    pose = known.keyframes.get(goal.id)
    if pose is None:
        return Unreachable(f"the map has no keyframe {goal.id}")
    return _at(pose, known, body, goal.through_unknown, faces=True)


def _in_room(room_id: int, known: Known, body: Body) -> tuple[Stand, ...] | Unreachable:
    room = next((each for each in known.layout.rooms if each.id == room_id), None)
    if room is None:
        return Unreachable(f"the map has no room {room_id}")
    name = f"the {room.label}" if room.label else f"room {room.id}"
    if len(room.polygon) < 3:
        return Unreachable(f"the outline of {name} is not known")
    paths = body_paths(known.grid, body.radius_m)
    spots, deep = _deep_inside(room, paths)
    if not len(spots):
        middle = shapely.Polygon(room.polygon).representative_point()
        return Unreachable(f"no free floor is known in {name}", unknown=(middle.x, middle.y))
    good = deep >= min(INSIDE_M, 0.7 * float(deep.max()))
    chosen = spread(spots[good], MOST)
    middle = shapely.Polygon(room.polygon).centroid
    return tuple(
        Stand(
            Pose2(x, y, math.atan2(middle.y - y, middle.x - x)), faces=False, why=f"inside {name}"
        )
        for x, y in chosen.tolist()
    )


def _deep_inside(room: Room, paths: Paths) -> tuple[F64, F64]:
    """(N, 2) free cells in a room, and (N,) how far they are from its outline (m)."""
    outline = shapely.Polygon(room.polygon)
    spots = paths.centers[shapely.contains_xy(outline, *paths.centers.T)]
    return spots, np.asarray(shapely.distance(outline.exterior, shapely.points(spots)))


def _frontiers(known: Known, body: Body) -> tuple[Stand, ...] | Unreachable:
    paths = body_paths(known.grid, body.radius_m)
    edges = frontier_points(known.grid)
    if not len(edges) or not len(paths.centers):
        return Unreachable("no edge of the unknown is known: all that can be reached was seen")
    found = []
    for edge in edges.tolist():
        x, y = paths.nearest((edge[0], edge[1]))
        yaw = math.atan2(edge[1] - y, edge[0] - x)
        found.append(Stand(Pose2(x, y, yaw), why="at an edge of the unknown"))
    return tuple(found)
