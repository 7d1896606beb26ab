"""The structure of a building: floor, rooms, doors and walls from an occupancy grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import msgspec
import numpy as np
import shapely

from cogmap.memory.rooms.doors import Gap, gaps
from cogmap.memory.rooms.floor_plan import FACE_CELLS, FloorPlan, floor_plan
from cogmap.memory.rooms.room_types import guess_type
from cogmap.memory.rooms.rooms import divide, match, outlines
from cogmap.memory.rooms.walls import walls
from cogmap.runtime.messages import I32, CogmapError, Door, MapObject, OccupancyGrid, Room, Wall

__all__ = ["Structure", "StructureConfig", "StructureError", "room_of", "structure"]


class StructureError(CogmapError):
    """Structure was configured with values that cannot work."""


@dataclass(frozen=True)
class StructureConfig:
    """How rooms and doors are followed over time, and what counts as furniture."""

    tall_m: float = 1.0
    """Objects whose top is this high above the floor hide walls from the camera."""
    deep_m: float = 0.2
    """Objects thinner than this hang on walls rather than stand before them."""
    same_door_m: float = 0.5
    """A door this near to a known one is that one."""
    beside_m: float = 0.2
    """Things so near to a room's outline, such as pictures, are in the room."""

    def __post_init__(self) -> None:
        for name in ("tall_m", "deep_m", "same_door_m", "beside_m"):
            if not 0 < getattr(self, name) < math.inf:
                raise StructureError(
                    f"structure: {name} = {getattr(self, name)} must be positive and finite"
                )


@dataclass(frozen=True)
class Structure:
    """Rooms, doors and walls at one moment."""

    rooms: tuple[Room, ...] = ()
    """By id."""
    doors: tuple[Door, ...] = ()
    """By id."""
    walls: tuple[Wall, ...] = ()
    floor_z: float | None = None
    """Height of the floor (m, world)."""
    next_room: int = 1
    """Ids are never used again: that of the next new room, and of the next new door."""
    next_door: int = 1

    @cached_property
    def polygons(self) -> dict[int, shapely.Polygon]:
        """Outlines by room id (m, world)."""
        return {room.id: shapely.Polygon(room.polygon) for room in self.rooms}


def structure(
    grid: OccupancyGrid,
    objects: Sequence[MapObject] = (),
    previous: Structure | None = None,
    config: StructureConfig = StructureConfig(),
) -> Structure:
    """Rooms, doors and walls that ``grid`` shows.

    ``objects`` fill rooms, tell what kind of room it is, and explain what is no wall.
    ``previous`` is what was found before: rooms and doors keep its ids. A grid that is empty
    has no rooms.
    """
    before = previous if previous is not None else Structure()
    if grid.cells.size == 0:
        return Structure(
            floor_z=grid.floor_z, next_room=before.next_room, next_door=before.next_door
        )
    plan = floor_plan(grid)
    here = [thing for thing in objects if thing.is_here and not thing.dynamic]
    furniture = _furniture(plan, here, grid.floor_z, config)
    division = divide(plan, gaps(plan, furniture > 0))
    found = outlines(plan, division, furniture)
    numbers = [i for i, polygon in enumerate(found) if not polygon.is_empty]
    ids = match([found[i] for i in numbers], before.polygons, before.next_room)
    id_of = {label + 1: room for label, room in zip(numbers, ids, strict=True)}
    polygons = {id_of[i + 1]: found[i] for i in numbers}
    openings = [
        _opening(plan, gap, tuple(sorted(id_of[side] for side in sides if side in id_of)))
        for gap, sides in zip(division.gaps, division.sides, strict=True)
    ]
    doors, next_door = _follow_doors(plan, openings, before, set(polygons), config)
    rooms = _rooms(polygons, doors, here, config)
    outline = [polygons[room.id] for room in rooms]
    return Structure(
        rooms=rooms, doors=doors, walls=walls(plan, outline, doors), floor_z=grid.floor_z,
        next_room=max([before.next_room, *(room + 1 for room in ids)]), next_door=next_door,
    )  # fmt: skip


def room_of(
    structure: Structure, x: float, y: float, beside_m: float = StructureConfig.beside_m
) -> int:
    """Id of the room that a point (m, world) is in, or beside within ``beside_m``; -1 if none."""
    point = shapely.Point(x, y)
    distances = [
        (float(shapely.distance(polygon, point)), room)
        for room, polygon in structure.polygons.items()
    ]
    distance, room = min(distances, default=(math.inf, -1))
    return room if distance <= beside_m else -1


def _furniture(
    plan: FloorPlan, objects: Sequence[MapObject], floor_z: float, config: StructureConfig
) -> I32:
    """(rows, columns) numbers from 1 of known things that hide walls where they stand, else 0."""
    cells = np.zeros(plan.open.shape, np.int32)
    for number, thing in enumerate(objects, start=1):
        (x, y, z), (long, wide, high) = thing.box.center, thing.box.size
        if z + high / 2 - floor_z < config.tall_m or min(long, wide) < config.deep_m:
            continue
        if z - high / 2 - floor_z > config.tall_m:
            continue  # hangs from the ceiling or high on a wall
        c, s = math.cos(thing.box.yaw), math.sin(thing.box.yaw)
        half = np.array([[-long, -wide], [long, -wide], [long, wide], [-long, wide]]) / 2
        corners = plan.to_cells(half @ np.array([[c, s], [-s, c]]) + (x, y))
        cv2.fillPoly(cells, [np.rint((corners - 0.5) * 16).astype(np.int32)], number, shift=4)
    return cells


def _opening(plan: FloorPlan, gap: Gap, rooms: tuple[int, ...]) -> Door:
    """A gap as a door, its id yet to be given."""
    (x, y), size = plan.to_world(np.array([gap.center()]))[0].tolist(), plan.resolution_m
    yaw = plan.yaw if gap.horizontal else plan.yaw + math.pi / 2
    # The ends of walls, like their faces, lie behind where free space ends.
    width = (gap.along[1] - gap.along[0] + 2 * FACE_CELLS) * size
    return Door(
        id=-1, center=(x, y), width_m=width,
        yaw=math.pi / 2 - (math.pi / 2 - yaw) % math.pi, rooms=rooms,
    )  # fmt: skip


def _follow_doors(
    plan: FloorPlan,
    openings: Sequence[Door],
    before: Structure,
    rooms: set[int],
    config: StructureConfig,
) -> tuple[tuple[Door, ...], int]:
    """Doors with their ids, those included that were open before; and the next new id."""
    next_id, left = before.next_door, list(before.doors)
    doors = []
    for opening in openings:
        known = min(left, key=lambda door: (math.dist(door.center, opening.center), door.id),
                    default=None)  # fmt: skip
        if known is None or math.dist(known.center, opening.center) > config.same_door_m:
            identity, next_id = next_id, next_id + 1
        else:
            identity = known.id
            left.remove(known)
        doors.append(msgspec.structs.replace(opening, id=identity))
    # One that is closed now looks like the wall that it is in.
    doors += [door for door in left if set(door.rooms) <= rooms and not _is_open(plan, door)]
    return tuple(sorted(doors, key=lambda door: door.id)), next_id


def _is_open(plan: FloorPlan, door: Door) -> bool:
    """Whether the middle of a door is free."""
    column, row = np.floor(plan.to_cells(np.array([door.center]))).astype(int)[0]
    rows, columns = plan.open.shape
    within = 0 <= row < rows and 0 <= column < columns
    return bool(within and plan.open[row, column])


def _rooms(
    polygons: dict[int, shapely.Polygon],
    doors: Sequence[Door],
    objects: Sequence[MapObject],
    config: StructureConfig,
) -> tuple[Room, ...]:
    """Rooms by id, with neighbours, contents and kind."""
    contents = _contents(polygons, objects, config)
    rooms = []
    for room, polygon in sorted(polygons.items()):
        mine = [door for door in doors if room in door.rooms]
        label, confidence = guess_type(contents[room], polygon, len(mine))
        ring = shapely.get_coordinates(shapely.orient_polygons(polygon).exterior)[:-1]
        rooms.append(
            Room(
                id=room,
                label=label,
                confidence=confidence,
                polygon=tuple((float(x), float(y)) for x, y in ring),
                area_m2=float(polygon.area),
                neighbours=tuple(sorted({n for door in mine for n in door.rooms if n != room})),
                objects=tuple(thing.id for thing in contents[room]),
            )
        )
    return tuple(rooms)


def _contents(
    polygons: dict[int, shapely.Polygon], objects: Sequence[MapObject], config: StructureConfig
) -> dict[int, list[MapObject]]:
    """Objects of each room, by id: it has their centre, or is next to it."""
    ids = sorted(polygons)
    contents: dict[int, list[MapObject]] = {room: [] for room in ids}
    if not ids or not objects:
        return contents
    ordered = sorted(objects, key=lambda thing: thing.id)
    centers = shapely.points([thing.box.center[:2] for thing in ordered])
    distances = np.array([shapely.distance(polygons[room], centers) for room in ids])
    for thing, nearest, distance in zip(
        ordered, distances.argmin(axis=0).tolist(), distances.min(axis=0).tolist(), strict=True
    ):
        if distance <= config.beside_m:
            contents[ids[nearest]].append(thing)
    return contents
