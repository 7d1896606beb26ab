"""Why no way leads somewhere: what is in it, what was never seen, and what would help."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import rotate, translate

from cogmap.memory.geometry.boxes import footprint
from cogmap.memory.navigation.floor import TIGHT_CELLS
from cogmap.memory.navigation.known import Known, Stand, Unreachable
from cogmap.memory.navigation.object_stands import named
from cogmap.memory.paths.easing import sampled
from cogmap.memory.paths.floor import distance_m
from cogmap.memory.paths.grid_paths import Paths, Point
from cogmap.runtime.messages import F64, FREE, OCCUPIED, U8, UNKNOWN, Bool, Door, Room

__all__ = ["why_closed_off"]

AROUND_THINGS_M = 0.1
"""What is occupied so near to an object's box is the object."""
DOOR_DEPTH_M = 0.3
"""Half the depth of a doorway, with the leaf that stands in it."""
NARROWER = (0.85, 0.7, 0.55, 0.4)
"""Parts of the radius that are tried."""
NEARER = 1.5
"""What stands in the way is the reason, unless the way past it is longer than one through the
unknown by more than this factor."""
LEAVE_M = 0.5
"""No free floor so near: there is none to drive on."""
WALL_CELLS = 3
"""Walls count as so thick: what hangs on one, or stands at it, does not take it away."""


def why_closed_off(known: Known, radius_m: float, stands: Sequence[Stand]) -> Unreachable:
    """The reason why no way leads to any of ``stands``, and what would open one."""
    asked = _Asked(known, radius_m, stands)
    if not asked.floor_here():
        return Unreachable(
            "no floor around the robot is known to be free: it stands too near to something, or "
            "its surroundings were not seen; turn on the spot to see them"
        )
    cells = known.grid.cells
    around = asked.line(np.where(cells == UNKNOWN, np.uint8(FREE), cells), radius_m)
    for blocked in (_by_doors, _by_things):
        found = blocked(asked)
        if found is not None and (around is None or found.far_m <= NEARER * _length(around)):
            return _or_explore(asked, found, around)
    return _too_narrow(asked) or _at_the_unknown(asked, around)


@dataclass(frozen=True)
class _Asked:
    """What is asked, on floors that might be."""

    known: Known
    radius_m: float
    stands: Sequence[Stand]

    def paths(self, cells: U8, radius_m: float) -> Paths:
        """Ways if the grid were ``cells`` and the body that large."""
        grid = self.known.grid
        far = distance_m(cells == OCCUPIED, grid.resolution_m)
        free = (cells == FREE) & (far >= radius_m + TIGHT_CELLS * grid.resolution_m)
        return Paths(free, grid.origin, grid.resolution_m)

    def ends(self, paths: Paths) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Places in its ``centers`` of where a way would begin and of where it may end; none of
        either if it may end nowhere."""
        free = [s.pose.point for s in self.stands if paths.is_free(s.pose.point)]
        starts = [paths.row_of(self.known.here.point)] if free else []
        return np.array(starts, np.intp), np.array([paths.row_of(p) for p in free], np.intp)

    def line(self, cells: U8, radius_m: float) -> F64 | None:
        """(N, 2) the shortest way, if there were one then."""
        paths = self.paths(cells, radius_m)
        way = paths.shortest(*self.ends(paths))
        return None if way is None else np.array(way)

    def is_open(self, cells: U8, radius_m: float) -> bool:
        """Whether there were a way then: known without the search for it."""
        paths = self.paths(cells, radius_m)
        starts, goals = self.ends(paths)
        return bool(np.isin(paths.parts[goals], paths.parts[starts]).any())

    def without(self, shapes: Sequence[shapely.Polygon], *, walls_too: bool = False) -> U8:
        """The cells, if what stands on some parts of the floor were gone, but for the walls."""
        cells = self.known.grid.cells.copy()
        for shape in shapes:
            row, column = self.cells_in(shape)
            cells[row, column] = FREE
        if not walls_too:
            cells[self.walls] = OCCUPIED
        return cells

    @cached_property
    def walls(self) -> Bool:
        """(rows, columns) which occupied cells are walls."""
        grid = self.known.grid
        marked = np.zeros(grid.cells.shape, bool)
        for wall in self.known.layout.walls:
            line = shapely.LineString([wall.start, wall.end])
            shape = line.buffer(WALL_CELLS / 2 * grid.resolution_m, cap_style="flat")
            marked[self.cells_in(shape)] = True
        for door in self.known.layout.doors:  # what stands in it is no wall, nor is its leaf
            marked[self.cells_in(_doorway(door).buffer(grid.resolution_m))] = False
        return np.asarray(marked & (grid.cells == OCCUPIED))

    def floor_here(self) -> bool:
        paths = self.paths(self.known.grid.cells, self.radius_m)
        far = np.linalg.norm(paths.centers - self.known.here.point, axis=1)
        return bool((far <= LEAVE_M).any())

    def cells_in(self, shape: shapely.Polygon) -> tuple[Bool, Bool]:
        """Rows and columns of the cells whose middle is in a shape."""
        grid = self.known.grid
        x0, y0, x1, y1 = (np.array(shape.bounds) - np.tile(grid.origin, 2)) / grid.resolution_m
        rows, columns = grid.cells.shape
        row = np.arange(max(0, int(y0)), min(rows, int(y1) + 1))
        column = np.arange(max(0, int(x0)), min(columns, int(x1) + 1))
        x, y = np.meshgrid(column + 0.5, row + 0.5)
        inside = shapely.contains_xy(
            shape, x * grid.resolution_m + grid.origin[0], y * grid.resolution_m + grid.origin[1]
        )
        found = np.nonzero(inside)
        return row[found[0]], column[found[1]]

    def is_occupied(self, shape: shapely.Polygon) -> bool:
        return bool((self.known.grid.cells[self.cells_in(shape)] == OCCUPIED).any())


@dataclass(frozen=True)
class _Blocked:
    """A reason, and how far the way would be without it."""

    reason: Unreachable
    far_m: float


def _by_doors(asked: _Asked) -> _Blocked | None:
    """Doors that are closed, if it is they."""
    doors = asked.known.layout.doors
    shapes = [_doorway(door) for door in doors]
    if not doors:
        return None
    line = asked.line(asked.without(shapes, walls_too=True), asked.radius_m)
    shut = [
        _door_name(door, asked.known.layout.rooms)
        for door, shape in zip(doors, shapes, strict=True)
        if line is not None and shape.intersects(_trace(line)) and asked.is_occupied(shape)
    ]
    if line is None or not shut:
        return None
    verb = "is" if len(shut) == 1 else "are"
    text = f"{' and '.join(shut)} {verb} closed, or something stands there"
    return _Blocked(Unreachable(text), _length(line))


def _by_things(asked: _Asked) -> _Blocked | None:
    """Objects that stand in the way, if it is they: no more of them than have to go."""
    things = [thing for thing in asked.known.layout.objects if thing.is_here]
    shapes = {
        thing.id: shapely.Polygon(footprint(thing.box)).buffer(AROUND_THINGS_M) for thing in things
    }
    line = asked.line(asked.without(list(shapes.values())), asked.radius_m) if things else None
    if line is None:
        return None
    wide = _trace(line).buffer(asked.radius_m)
    blocking = [
        thing
        for thing in things
        if shapes[thing.id].intersects(wide) and asked.is_occupied(shapes[thing.id])
    ]
    for thing in sorted(blocking, key=lambda each: -shapes[each.id].area):
        others = [each for each in blocking if each is not thing]
        if others and asked.is_open(asked.without([shapes[e.id] for e in others]), asked.radius_m):
            blocking = others
    if not blocking:
        return None
    line = asked.line(asked.without([shapes[each.id] for each in blocking]), asked.radius_m)
    if line is None:
        return None
    names = " and ".join(named(thing) for thing in blocking)
    text = f"the way is blocked by {names}; it is free once what stands there is moved"
    return _Blocked(Unreachable(text, tuple(thing.id for thing in blocking)), _length(line))


def _too_narrow(asked: _Asked) -> Unreachable | None:
    """That there is a way, for somebody smaller."""
    for share in NARROWER:
        if asked.is_open(asked.known.grid.cells, share * asked.radius_m):
            return Unreachable(
                f"the way there is too narrow for a radius of {asked.radius_m:.2f} m; one of "
                f"{share * asked.radius_m:.2f} m would pass"
            )
    return None


def _or_explore(asked: _Asked, found: _Blocked, around: F64 | None) -> Unreachable:
    """What stands in the way, and where floor that was never seen may lead past it."""
    edge = None if around is None else _edge(asked, around)
    if edge is None:
        return found.reason
    text = f"{found.reason.text}; or explore from ({edge[0]:z.2f}, {edge[1]:z.2f}), where the "
    return replace(found.reason, text=text + "known floor ends: a way may lead there", unknown=edge)


def _at_the_unknown(asked: _Asked, around: F64 | None) -> Unreachable:
    """That what was never seen may hold a way, or else that nothing does."""
    if around is None:
        return Unreachable("it is closed off on all sides; no way is left even to explore")
    edge = _edge(asked, around)
    if edge is None:  # it leads beside what was never seen, nearer than the radius
        return Unreachable("no way on known free floor leads there; look around on the way")
    return Unreachable(
        f"the known floor ends at ({edge[0]:z.2f}, {edge[1]:z.2f}) on the way there; explore "
        "there, or allow ways through the unknown",
        unknown=edge,
    )


def _edge(asked: _Asked, line: F64) -> Point | None:
    """Where a line (N, 2) first leads over floor that was never seen; None: nowhere."""
    grid = asked.known.grid
    line = sampled(line, grid.resolution_m / 2)
    column, row = ((line - grid.origin) // grid.resolution_m).astype(int).T
    unseen = np.flatnonzero(grid.cells[row, column] == UNKNOWN)
    return (float(line[unseen[0], 0]), float(line[unseen[0], 1])) if len(unseen) else None


def _doorway(door: Door) -> shapely.Polygon:
    """The floor of a doorway, with some to both sides."""
    box = shapely.box(-door.width_m / 2, -DOOR_DEPTH_M, door.width_m / 2, DOOR_DEPTH_M)
    turned = rotate(box, door.yaw, origin=(0, 0), use_radians=True)
    return translate(turned, *door.center)


def _door_name(door: Door, rooms: Sequence[Room]) -> str:
    labels = {room.id: room.label or f"room {room.id}" for room in rooms}
    sides = [labels[number] for number in door.rooms if number in labels]
    if len(sides) == 2:
        return f"the door between the {sides[0]} and the {sides[1]}"
    return f"the door at ({door.center[0]:z.2f}, {door.center[1]:z.2f})"


def _trace(line: F64) -> shapely.Geometry:
    return shapely.LineString(line) if len(line) > 1 else shapely.Point(line[0])


def _length(line: F64) -> float:
    return sum(float(np.linalg.norm(b - a)) for a, b in itertools.pairwise(line))
