"""What stands where, seen from above: footprints, obstacles, and where an agent can be."""

from __future__ import annotations

import math

import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray
from shapely.geometry import Polygon as ShapelyPolygon

from cogmap.sim.scene import Door, House, PlacedObject

FLAT_M = 0.03
"""What is lower than this can be driven over: a rug."""
AGENT_HEIGHT_M = 1.5
_OUTSIDE_M = 0.3


def rectangle(center: tuple[float, float], size: tuple[float, float], yaw: float) -> ShapelyPolygon:
    """A rectangle of full lengths ``size`` turned by ``yaw`` (rad) about its centre (m)."""
    c, s = math.cos(yaw), math.sin(yaw)
    corners = [
        (center[0] + c * x - s * y, center[1] + s * x + c * y)
        for x, y in (
            (-size[0] / 2, -size[1] / 2),
            (size[0] / 2, -size[1] / 2),
            (size[0] / 2, size[1] / 2),
            (-size[0] / 2, size[1] / 2),
        )
    ]
    return ShapelyPolygon(corners)


def footprint(obj: PlacedObject) -> ShapelyPolygon:
    """Bounding rectangle of an object on the floor plane, world frame."""
    length, width, _ = obj.model.size
    return rectangle((obj.position[0], obj.position[1]), (length, width), obj.yaw)


def outline(obj: PlacedObject, below_m: float) -> shapely.Geometry:
    """What of an object is lower than ``below_m``, seen from above: the convex hulls of the solids
    that it is made of, together. That of a round table is round, of a corner sofa an L, that of a
    floor lamp may be no more than its foot."""
    x, y, z = obj.position
    c, s = math.cos(obj.yaw), math.sin(obj.yaw)
    low = [points[points[:, 2] < below_m - z, :2] for points in obj.model.solids]
    hulls = shapely.convex_hull([shapely.multipoints(points) for points in low])
    turned = shapely.affinity.affine_transform(shapely.union_all(hulls), [c, -s, s, c, x, y])
    return turned if turned.area > 0 else footprint(obj)


def leaf_footprint(door: Door, angle: float | None = None) -> ShapelyPolygon:
    """A door's leaf at ``angle`` (radians from closed; None: as it is now); empty without one."""
    if door.leaf is None:
        return ShapelyPolygon()
    points = np.concatenate([part.vertices for part in door.leaf.parts])[:, :2].astype(np.float64)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    yaw = door.closed_yaw + (door.open_angle if angle is None else angle)
    c, s = math.cos(yaw), math.sin(yaw)
    return ShapelyPolygon(
        [
            (door.hinge[0] + c * x - s * y, door.hinge[1] + s * x + c * y)
            for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        ]
    )


def swing_area(door: Door) -> ShapelyPolygon:
    """Sector that a door's leaf passes from closed to fully open; empty without a leaf."""
    if door.leaf is None:
        return ShapelyPolygon()
    # A chord of the arc cuts inside it: a slightly larger radius keeps the leaf within.
    radius = door.width_m * 1.01
    start = door.closed_yaw + math.pi / 2
    angles = start + np.linspace(0.0, door.max_open_angle, 9)
    x, y = door.hinge
    arc = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles.tolist()]
    return ShapelyPolygon([(x, y), *arc])


def doorway_area(door: Door, depth_m: float = 0.0) -> ShapelyPolygon:
    """Floor of a doorway, and ``depth_m`` beyond it on both sides."""
    return rectangle(door.center, (door.width_m, door.wall_thickness_m + 2 * depth_m), door.yaw)


def walls(house: House) -> ShapelyPolygon:
    """Floor area of all walls, doorways left out; outwards it ends beyond the outer faces."""
    inside = shapely.union_all([ShapelyPolygon(room.polygon) for room in house.rooms])
    outside = inside.buffer(_OUTSIDE_M, join_style="mitre")
    # Slightly longer than the wall is thick, so that no sliver of wall stays in the doorway.
    openings = [doorway_area(door, 1e-3) for door in house.doors]
    return shapely.difference(outside, shapely.union_all([inside, *openings]))


def obstacles(house: House, below_m: float) -> list[ShapelyPolygon]:
    """What an agent of height ``below_m`` keeps away from when it plans a tour.

    Walls, door leaves at their current angle and the bounding rectangles of objects; not what is
    flat on the floor and not what begins at or above ``below_m``.
    """
    return [*_fixed(house), *(footprint(obj) for obj in _standing(house, below_m))]


def touchable(house: House, below_m: float) -> list[ShapelyPolygon]:
    """What an agent of height ``below_m`` bumps into: as ``obstacles``, by their true outlines."""
    outlines = [outline(obj, below_m) for obj in _standing(house, below_m)]
    return [*_fixed(house), *_polygons(outlines)]


def _fixed(house: House) -> list[ShapelyPolygon]:
    blocking = [part for part in shapely.get_parts(walls(house)).tolist() if not part.is_empty]
    return blocking + [leaf_footprint(door) for door in house.doors if door.leaf is not None]


def _polygons(shapes: list[shapely.Geometry]) -> list[ShapelyPolygon]:
    """The areas of shapes; lines and points, as of a sheet on its edge, are left out."""
    return [part for part in shapely.get_parts(shapes).tolist() if part.area > 0]


def _standing(house: House, below_m: float) -> list[PlacedObject]:
    return [
        obj
        for obj in house.objects
        if obj.position[2] < below_m and obj.position[2] + obj.model.size[2] >= FLAT_M
    ]


def walkable(
    house: House, radius_m: float, resolution_m: float
) -> tuple[NDArray[np.bool_], tuple[float, float]]:
    """Where the centre of an agent of ``radius_m`` can be, at cell centres.

    Returns (rows along y, columns along x) bool and the world x, y of the lower left corner
    of cell [0, 0]: the centre of ``grid[r, c]`` is ``origin + ((c, r) + 0.5) * resolution_m``.
    """
    rooms = [ShapelyPolygon(room.polygon) for room in house.rooms]
    inside = shapely.union_all([*rooms, *(doorway_area(door, 1e-3) for door in house.doors)])
    x0, y0, x1, y1 = inside.bounds
    shape = (math.ceil((y1 - y0) / resolution_m), math.ceil((x1 - x0) / resolution_m))
    origin = (float(x0), float(y0))
    grid = np.zeros(shape, np.bool_)
    paint(grid, origin, resolution_m, inside, True)
    for polygon in obstacles(house, AGENT_HEIGHT_M):
        paint(grid, origin, resolution_m, polygon.buffer(radius_m), False)
    return grid, origin


def paint(
    grid: NDArray[np.bool_],
    origin: tuple[float, float],
    resolution_m: float,
    polygon: ShapelyPolygon,
    value: bool,
) -> None:
    """Set the cells of ``grid`` whose centres lie in ``polygon`` to ``value``, in place."""
    rows, columns = grid.shape
    x0, y0, x1, y1 = polygon.bounds
    c0 = max(0, math.floor((x0 - origin[0]) / resolution_m))
    c1 = min(columns, math.ceil((x1 - origin[0]) / resolution_m))
    r0 = max(0, math.floor((y0 - origin[1]) / resolution_m))
    r1 = min(rows, math.ceil((y1 - origin[1]) / resolution_m))
    if c0 >= c1 or r0 >= r1:
        return
    x = origin[0] + (np.arange(c0, c1) + 0.5) * resolution_m
    y = origin[1] + (np.arange(r0, r1) + 0.5) * resolution_m
    shapely.prepare(polygon)
    covered = shapely.contains_xy(polygon, x[None, :], y[:, None])
    grid[r0:r1, c0:c1][covered] = value
