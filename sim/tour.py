"""Tours that see a whole house: where to stop, where to look, and how to drive there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import open3d as o3d
import shapely

from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.memory.paths.trips import short_trip
from cogmap.runtime.messages import F64, Intrinsics
from cogmap.sim.agent import AgentState, Body
from cogmap.sim.lighting import room_center
from cogmap.sim.scene import House, PlacedObject

FLOOR_RANGE_M = 5.0
"""Floor further away counts as not seen."""
_CELL_M = 0.2
_SPACING_M = 0.45
_OBJECT_WEIGHT = 6.0
_POINTS_PER_OBJECT = 12


@dataclass(frozen=True)
class Stop:
    """Drive to a point, turn to the heading ``start`` and on by ``sweep`` (signed, rad)."""

    point: Point
    start: float
    sweep: float


@dataclass(frozen=True)
class Targets:
    """Points that a tour is to see. ``owner``: -1 floor, else an object's id."""

    points: F64
    """(N, 3) m."""
    owner: np.ndarray
    """(N,) int."""
    range_m: F64
    """(N,) from how far away it must be seen."""

    def seen(self, visible: np.ndarray) -> tuple[float, list[int]]:
        """Part of the floor points, and ids of the objects, of which (N,) ``visible`` are seen."""
        floor = self.owner < 0
        return float(visible[floor].mean()), np.unique(self.owner[visible & ~floor]).tolist()


def tour_targets(house: House, paths: Paths) -> Targets:
    """The walkable floor and the surfaces of all objects."""
    stride = max(1, round(_CELL_M / paths.resolution_m))
    row, column = np.nonzero(paths.free)
    kept = (row % stride == 0) & (column % stride == 0)
    floor = np.column_stack([paths.centers[kept], np.full(kept.sum(), 0.01)])
    points, owner, reach = [floor], [np.full(len(floor), -1)], [np.full(len(floor), FLOOR_RANGE_M)]
    for thing in house.objects:
        surface = _surface_points(thing)
        points.append(surface)
        owner.append(np.full(len(surface), thing.id))
        diagonal = math.hypot(*thing.model.size)
        reach.append(np.full(len(surface), min(4.0, max(1.6, 12 * diagonal))))
    return Targets(np.concatenate(points), np.concatenate(owner), np.concatenate(reach))


def _surface_points(thing: PlacedObject) -> F64:
    """(K, 3) centres of some of its larger triangles, a little off the surface."""
    corners = np.concatenate([part.vertices[part.triangles] for part in thing.model.parts])
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(normal, axis=1)
    rng = np.random.default_rng(thing.id)
    chosen = rng.choice(len(corners), _POINTS_PER_OBJECT, p=area / area.sum())
    unit = normal[chosen] / np.maximum(area[chosen, None], 1e-12)
    local = corners[chosen].mean(axis=1) + 0.005 * unit
    c, s = math.cos(thing.yaw), math.sin(thing.yaw)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return np.asarray(local @ turn.T + thing.position, np.float64)


class Sight:
    """Which targets a camera on the agent sees."""

    def __init__(
        self,
        scene: o3d.t.geometry.RaycastingScene,
        targets: Targets,
        body: Body,
        intrinsics: Intrinsics,
    ) -> None:
        self._scene, self._targets, self._body = scene, targets, body
        left, right = intrinsics.cx + 0.5, intrinsics.width - 0.5 - intrinsics.cx
        up, down = intrinsics.cy + 0.5, intrinsics.height - 0.5 - intrinsics.cy
        self.half_width = math.atan(min(left, right) / intrinsics.fx)
        """Half of the horizontal field of view (rad)."""
        # Tangents of the elevations at the middle column, a little inside the image.
        self._highest = math.tan(-body.camera_pitch_rad + 0.95 * math.atan(up / intrinsics.fy))
        self._lowest = math.tan(-body.camera_pitch_rad - 0.95 * math.atan(down / intrinsics.fy))

    def around(self, point: Point) -> np.ndarray:
        """(N,) bool: targets that are seen from a point when the agent turns there."""
        eye = np.array([*point, self._body.camera_height_m])
        way = self._targets.points - eye
        level = np.hypot(way[:, 0], way[:, 1])
        slope = way[:, 2] / np.maximum(level, 1e-6)
        near = np.linalg.norm(way, axis=1) < self._targets.range_m
        wanted = np.flatnonzero(near & (slope < self._highest) & (slope > self._lowest))
        rays = np.hstack([np.broadcast_to(eye, (len(wanted), 3)), way[wanted]]).astype(np.float32)
        hidden = self._scene.test_occlusions(
            o3d.core.Tensor.from_numpy(rays), tnear=0.0, tfar=0.995
        ).numpy()
        seen = np.zeros(len(way), bool)
        seen[wanted[~hidden]] = True
        return seen

    def ahead(self, state: AgentState) -> np.ndarray:
        """(N,) bool: targets in view from a state."""
        way = self._targets.points[:, :2] - (state.x, state.y)
        off = np.abs(_turned(np.arctan2(way[:, 1], way[:, 0]) - state.yaw))
        return self.around((state.x, state.y)) & (off < 0.95 * self.half_width)


def start_point(house: House, paths: Paths) -> Point:
    """Where an agent begins: in the middle of the first room, or close to it, but not in a
    corner that furniture cuts off from the rest of the house."""
    cells = paths.largest_area()
    x, y = cells[((cells - room_center(house.rooms[0])) ** 2).sum(axis=1).argmin()].tolist()
    return (x, y)


def plan_tour(
    house: House, paths: Paths, targets: Targets, sight: Sight, start: Point
) -> tuple[Stop, ...]:
    """Few stops from which together all targets that can be seen are seen, in a short order.

    Greedy set cover over the points that can be reached, at least one stop in every room that
    can be; then a round trip without the way back, improved by 2-opt.
    """
    candidates = _candidates(paths, start)
    visible = np.array([sight.around((x, y)) for x, y in candidates])
    chosen = _cover(visible, targets)
    points = [(float(x), float(y)) for x, y in candidates[list(chosen)]]
    stops = [
        _look(point, targets.points[assigned, :2], sight.half_width)
        for point, assigned in zip(points, chosen.values(), strict=True)
    ]
    for room in house.rooms:
        if not any(_inside(room.polygon, stop.point) for stop in stops):
            extra = [(x, y) for x, y in candidates.tolist() if _inside(room.polygon, (x, y))]
            center = room_center(room)
            if extra:
                stops.append(Stop(min(extra, key=lambda p: math.dist(p, center)), 0.0, 2 * math.pi))
    return _ordered(stops, paths, start)


def _candidates(paths: Paths, start: Point) -> F64:
    """(C, 2) points on a coarse grid that can be reached."""
    reachable = np.isfinite(paths.distances_m(start))
    stride = max(1, round(_SPACING_M / paths.resolution_m))
    row, column = np.nonzero(paths.free)
    coarse = (row % stride == stride // 2) & (column % stride == stride // 2)
    return np.asarray(paths.centers[coarse & reachable])


def _cover(visible: np.ndarray, targets: Targets) -> dict[int, np.ndarray]:
    """Chosen candidates and the targets (K,) that each is to look at.

    An object asks for half of its points that can be seen at all, each counting as a part.
    """
    weight = np.ones(len(targets.owner))
    for owner in np.unique(targets.owner[targets.owner >= 0]):
        mine = (targets.owner == owner) & visible.any(axis=0)
        weight[mine] = _OBJECT_WEIGHT / max(1, mine.sum())
    open_targets = visible.any(axis=0)
    enough = 0.007 * weight[open_targets].sum()
    chosen: dict[int, np.ndarray] = {}
    while True:
        gain = visible[:, open_targets] @ weight[open_targets]
        best = int(gain.argmax())
        if gain[best] < enough:
            return chosen
        chosen[best] = np.flatnonzero(visible[best] & open_targets)
        open_targets &= ~visible[best]


def _look(point: Point, at: F64, half_width: float) -> Stop:
    """Turn at a point so that the camera passes over all of ``at`` (K, 2)."""
    bearings = np.sort(np.arctan2(at[:, 1] - point[1], at[:, 0] - point[0]))
    gaps = np.diff(np.append(bearings, bearings[0] + 2 * math.pi))
    widest = int(gaps.argmax())
    first = float(bearings[(widest + 1) % len(bearings)])
    span = 2 * math.pi - float(gaps[widest])
    margin = 0.8 * half_width
    if span <= 2 * margin:
        return Stop(point, first + span / 2, 0.0)
    return Stop(point, first + margin, min(span - 2 * margin, 2 * math.pi))


def _ordered(stops: list[Stop], paths: Paths, start: Point) -> tuple[Stop, ...]:
    points = [start, *(stop.point for stop in stops)]
    cells = [int(((paths.centers - point) ** 2).sum(axis=1).argmin()) for point in points]
    distance = np.array([paths.distances_m(point)[cells] for point in points])
    return tuple(stops[k - 1] for k in short_trip(distance)[1:])


def _inside(polygon: tuple[Point, ...], point: Point) -> bool:
    return bool(shapely.Polygon(polygon).contains(shapely.Point(point)))


def _turned(angle: F64) -> F64:
    """Angle in [-pi, pi)."""
    return (angle + math.pi) % (2 * math.pi) - math.pi
