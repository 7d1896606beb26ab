"""Doorways, doors, windows and the front door of a floor plan."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry import Polygon as ShapelyPolygon

from cogmap.runtime.messages import Vec3
from cogmap.sim.floorplan import (
    INNER_WALL_M,
    OUTER_WALL_M,
    FloorPlan,
    contact_m,
    shared_walls,
)
from cogmap.sim.footprints import doorway_area, swing_area
from cogmap.sim.joinery import leaf_model
from cogmap.sim.scene import Door, Room, RoomType, Window

CORNER_M = 0.13
"""From an inner corner to the nearest doorway: the casing and a door handle fit between."""
DOOR_HEIGHT_M = 2.03
ALWAYS_LEAF: tuple[RoomType, ...] = ("bathroom", "bedroom", "office")
_DOOR_WIDTHS_M = (0.8, 0.85, 0.9)


@dataclass(frozen=True)
class Entrance:
    """The closed front door: structure, in an outer wall of ``room``."""

    room: int
    center: tuple[float, float]
    yaw: float
    width_m: float
    height_m: float


def plan_doors(rng: np.random.Generator, plan: FloorPlan, leaf_color: Vec3) -> tuple[Door, ...]:
    """Join the rooms so that each is reached, and none through a bathroom."""
    doors: list[Door] = []
    for a, b in _links(rng, plan):
        wall = max(shared_walls(plan.cells[a], plan.cells[b]), key=shapely.length)
        doors.append(_plan_door(rng, plan, doors, (a, b), wall, leaf_color))
    return tuple(doors)


def _links(rng: np.random.Generator, plan: FloorPlan) -> list[tuple[int, int]]:
    """Index pairs of the rooms to join: all with the hallway (or main room), kitchen and living."""
    types = [room.type for room in plan.rooms]
    hub = types.index("hallway") if "hallway" in types else 0
    links = [(hub, i) for i in range(len(types)) if i != hub]
    if types[hub] == "hallway":
        living = types.index("living room")
        for i, kind in enumerate(types):
            joined = kind == "kitchen" and contact_m(plan.cells[living], plan.cells[i]) > 1.8
            if joined and rng.random() < 0.85:
                links.append((living, i))
                if rng.random() < 0.5:  # then the hallway may do without a door to the kitchen
                    links.remove((hub, i))
    return links


def _plan_door(
    rng: np.random.Generator,
    plan: FloorPlan,
    doors: list[Door],
    link: tuple[int, int],
    wall: shapely.LineString,
    leaf_color: Vec3,
) -> Door:
    """A doorway in ``wall``, hung with a leaf where rooms of these types have one."""
    rooms = [plan.rooms[i] for i in link]
    types = {room.type for room in rooms}
    length = wall.length - INNER_WALL_M
    yaw = _heading(wall)
    open_plan = types == {"kitchen", "living room"} and length > 1.7
    if open_plan:
        width = round(float(rng.uniform(1.4, min(2.0, length - 2 * CORNER_M))), 2)
    else:
        width = min(float(rng.choice(_DOOR_WIDTHS_M)), round(length - 2 * CORNER_M, 2))
    bare = open_plan or (types.isdisjoint(ALWAYS_LEAF) and rng.random() < 0.45)
    door = Door(
        id=len(doors) + 1,
        rooms=(rooms[0].id, rooms[1].id),
        center=(0.0, 0.0),
        yaw=yaw,
        width_m=width,
        height_m=2.2 if open_plan else DOOR_HEIGHT_M,
        wall_thickness_m=INNER_WALL_M,
    )
    free_ends = max(0.0, length / 2 - width / 2 - CORNER_M)
    near_corner = [free_ends, -free_ends] if rng.random() < 0.5 else [-free_ends, free_ends]
    elsewhere = (rng.uniform(-free_ends, free_ends) for _ in range(12))
    middle = wall.interpolate(0.5, normalized=True)
    for offset in [*near_corner, *elsewhere]:
        center = (
            round(middle.x + math.cos(yaw) * offset, 3),
            round(middle.y + math.sin(yaw) * offset, 3),
        )
        placed = replace(door, center=center)
        if not bare:
            hinge_side = 1.0 if offset > 0 else -1.0
            # Into the room, not into the hallway: the second of a link is never the hub.
            placed = _hang(rng, placed, rooms[1], hinge_side, leaf_color)
        if _is_clear(placed, rooms, doors):
            return placed
    return replace(door, center=(round(middle.x, 3), round(middle.y, 3)))


def _hang(rng: np.random.Generator, door: Door, into: Room, hinge_side: float, color: Vec3) -> Door:
    """Give a doorway a leaf that opens into a room, hinged at the jamb on ``hinge_side``."""
    along = np.array([math.cos(door.yaw), math.sin(door.yaw)])
    normal = np.array([-along[1], along[0]])
    center = np.array(door.center)
    probe = shapely.Point(*(center + normal * door.wall_thickness_m))
    if not ShapelyPolygon(into.polygon).contains(probe):
        normal = -normal
    hinge = center + along * hinge_side * door.width_m / 2 + normal * door.wall_thickness_m / 2
    to_other_jamb = -along * hinge_side
    # The object frame's +y runs along the closed leaf; the room is then on its +x or -x side.
    hand = 1 if normal @ (to_other_jamb[1], -to_other_jamb[0]) > 0 else -1
    angle = round(float(rng.uniform(1.3, 1.5)), 3)
    return replace(
        door,
        leaf=leaf_model(door.width_m, door.height_m, hand, color),
        hinge=(round(float(hinge[0]), 3), round(float(hinge[1]), 3)),
        closed_yaw=math.atan2(-to_other_jamb[0], to_other_jamb[1]),
        open_angle=-hand * angle,
        max_open_angle=-hand * 1.5,
    )


def _is_clear(door: Door, rooms: list[Room], doors: list[Door]) -> bool:
    """Whether the leaf stays in its room and meets no other door's leaf or doorway."""
    mine = shapely.union(doorway_area(door, 0.25), swing_area(door))
    for other in doors:
        if mine.intersects(shapely.union(doorway_area(other, 0.25), swing_area(other))):
            return False
    inside = shapely.union_all([ShapelyPolygon(room.polygon) for room in rooms])
    return float(shapely.area(shapely.difference(swing_area(door), inside))) < 0.02


def plan_windows(
    rng: np.random.Generator, plan: FloorPlan, entrance: Entrance | None
) -> tuple[Window, ...]:
    """One or two windows for every room that has an outer wall."""
    windows: list[Window] = []
    for room in plan.rooms:
        walls = sorted(outer_walls(plan, room), key=lambda wall: -wall.length)
        if room.type == "bathroom":
            size, sill, most = (0.7, 0.8), 1.0, 1
        else:
            size = (round(float(rng.uniform(1.0, 1.6)), 2), round(float(rng.uniform(1.1, 1.35)), 2))
            # A worktop with its splash-back fits below a kitchen window.
            low = 0.99 if room.type == "kitchen" else 0.85
            sill, most = round(float(rng.uniform(low, 1.0)), 2), 3
        made = 0
        for wall in walls:
            if wall.length < size[0] + 0.6 or made == most or (made and rng.random() < 0.4):
                continue
            count = 2 if wall.length > 4.5 and made + 2 <= most else 1
            for k in range(count):
                slack = max(0.0, wall.length / count - size[0] - 0.6) / 2
                at = wall.interpolate((k + 0.5) / count * wall.length + rng.uniform(-1, 1) * slack)
                center = (round(at.x, 3), round(at.y, 3), sill + size[1] / 2)
                window = Window(room.id, center, _heading(wall), size)
                if entrance is None or shapely.distance(at, shapely.Point(entrance.center)) > 1.4:
                    windows.append(window)
                    made += 1
    return tuple(windows)


def plan_entrance(rng: np.random.Generator, plan: FloorPlan, doors: tuple[Door, ...]) -> Entrance:
    """The front door: in the hallway's outer wall if it has one, else in the first room's."""
    halls = [room for room in plan.rooms if room.type == "hallway"]
    room = (halls or list(plan.rooms))[0]
    wall = min(outer_walls(plan, room), key=lambda wall: (wall.length < 1.25, wall.length))
    slack = wall.length / 2 - 0.45 - CORNER_M
    middle = wall.interpolate(wall.length / 2 + rng.uniform(-slack, slack))
    center = (round(middle.x, 3), round(middle.y, 3))
    return Entrance(room.id, center, _heading(wall), 0.9, DOOR_HEIGHT_M)


def outer_walls(plan: FloorPlan, room: Room) -> list[shapely.LineString]:
    """Centre lines of the outer walls along a room's inner face, without its corners' depth."""
    found = []
    corners = [*room.polygon, room.polygon[0]]
    for (ax, ay), (bx, by) in itertools.pairwise(corners):
        length = math.hypot(bx - ax, by - ay)
        outward = np.array([by - ay, ax - bx]) / length
        middle = np.array([ax + bx, ay + by]) / 2
        beyond = shapely.Point(*(middle + outward * (OUTER_WALL_M + 0.02)))
        if not plan.outline.contains(beyond):
            dx, dy = outward * OUTER_WALL_M / 2
            found.append(shapely.LineString([(ax + dx, ay + dy), (bx + dx, by + dy)]))
    return found


def _heading(wall: shapely.LineString) -> float:
    """Direction along an axis-parallel wall: 0 or pi/2."""
    (ax, ay), (bx, by) = wall.coords[0], wall.coords[-1]
    return 0.0 if abs(bx - ax) > abs(by - ay) else math.pi / 2
