"""Ways, free floor, and what has not been seen yet."""

from __future__ import annotations

import copy
import math

import numpy as np
import shapely

from cogmap.memory.paths.clearance import Clearance
from cogmap.memory.paths.floor import frontier_points, known_share
from cogmap.memory.programs.abstention import Abstention, Ambiguous, NotDeterminable
from cogmap.memory.programs.evidence import Recorder
from cogmap.memory.programs.meaning.beside import BODY_M
from cogmap.memory.programs.meaning.fitting import fits_in
from cogmap.memory.programs.meaning.glimpses import where_to_look_again
from cogmap.memory.programs.meaning.places import OnePlace, Place, outline
from cogmap.memory.programs.meaning.rooms import seen_rooms
from cogmap.memory.programs.meaning.telling import way_in_words
from cogmap.memory.programs.meaning.views import view_of
from cogmap.memory.programs.meaning.ways import grid_of, in_room, way
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.types import Deferred, the_one
from cogmap.memory.programs.values import (
    Area,
    Length,
    Number,
    Objects,
    Path,
    Point,
    Pose,
    Rooms,
    Time,
)
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, FREE, UNKNOWN, MapObject, Room, Standpoint

SPACE = "Space"

_RADIUS = Length(BODY_M)


@operation(SPACE)
def path(world: World, a: Place, b: Place, radius: Length = _RADIUS) -> Path:
    """The shortest way from a to b, beside things rather than into them, on floor that is known to
    be free, for somebody of a radius; who is wider than a person has to stand where a person would.
    How long it is ``path_length`` says."""
    return way(world, a, b, radius)


@operation(SPACE)
def path_length(world: World, a: Place, b: Place, radius: Length = _RADIUS) -> Length:
    """How long the way from a to b is, from surface to surface: what is walked on floor that is
    known to be free, from beside the one to beside the other, and the level rest from there to
    both. Never less than the level distance, which it is where both are in reach at once. A way
    from or to a room is to just within it."""
    found = way(world, a, b, radius)
    return Length(found.length_m, found.sigma_m)


@operation(SPACE)
def clearance(world: World, path: Path) -> Length:
    """How near a way comes to what is known to stand there, measured from the line in its middle:
    clearance(path(agent(), x)). Walls count; where nothing is known to stand, it is not known."""
    grid = grid_of(world)
    far = float(Clearance(grid).at(_dense(path.points)).min())
    if math.isinf(far):
        raise NotDeterminable("nothing is known to stand on the floor of this map")
    half = grid.resolution_m / 2
    return Length(max(0.0, far - half), half)


@operation(SPACE)
def rooms_along(world: World, path: Path) -> Rooms:
    """The rooms that a way leads through, in order, each once: rooms_along(path(agent(), x))."""
    found: dict[int, Room] = {}
    areas = [(room, outline(room)) for room in world.rooms if len(room.polygon) >= 3]
    for x, y in _dense(path.points).tolist():
        found.update((room.id, room) for room, area in areas if shapely.contains_xy(area, x, y))
    world.recorder.note(tuple(found.values()))
    return Rooms(tuple(found.values()), "room on the way")


@operation(SPACE)
def doors_along(world: World, path: Path) -> tuple[Point, ...]:
    """The middles of the doors and openings that a way leads through."""
    line = shapely.LineString(path.points) if len(path.points) > 1 else None
    found = []
    for door in world.layout.doors:
        along = np.array([math.cos(door.yaw), math.sin(door.yaw)]) * door.width_m / 2
        gap = shapely.LineString([np.array(door.center) - along, np.array(door.center) + along])
        if line is not None and shapely.distance(line, gap) < _THROUGH_M:
            found.append(Point(*door.center, world.floor_z + 1.0))
    return tuple(found)


@operation(SPACE)
def turns(world: World, a: Place, b: Place, radius: Length = _RADIUS) -> tuple[str, ...]:
    """The way from a to b in words: "go 2.1 m, through the door to the kitchen, to the stove",
    "turn left", ... Who stands and looks somewhere, as the agent does, turns to the way first."""
    found = way(world, a, b, radius)
    yaw = a.yaw if isinstance(a, Pose) else None
    return way_in_words(world, found, _called(b), yaw)


@operation(SPACE)
def free_space(world: World, room: Rooms | None = None) -> Area:
    """Floor that is known to be free, of everything or of a room."""
    grid = grid_of(world)
    free = grid.cells == FREE
    if room is not None:
        free &= in_room(grid, room.members)
    return _area(world, free)


@operation(SPACE)
def area_seen(world: World, time: Time | None = None) -> Area:
    """Floor that was seen or seen over so far, within rooms where rooms are known."""
    if time is not None and time < world.now:
        raise NotDeterminable("how much had been seen by then is not kept")
    world.refuse_unknown(time or world.now)
    grid = grid_of(world)
    known = grid.cells != UNKNOWN
    if grid.head_free is not None:
        known |= grid.head_free > 0
    rooms = [room for room in world.rooms if len(room.polygon) >= 3]
    return _area(world, known & in_room(grid, rooms) if rooms else known)


@operation(SPACE)
def explored(world: World) -> Number:
    """The part that is known of the space around all that is known, in 0 to 1."""
    grid = grid_of(world)
    share = known_share(grid)
    known = _area(world, grid.cells != UNKNOWN)
    return Number(share, share * known.sigma / known.value if known.value else 0.0)


@operation(SPACE)
def frontiers(world: World) -> tuple[Point, ...]:
    """Places on the free floor from which more could be seen, the most promising first."""
    grid = grid_of(world)
    found = frontier_points(grid)
    return tuple(Point(x, y, grid.floor_z) for x, y in found.tolist())


@operation(SPACE)
def fits(
    world: World, width: Length, depth: Length, height: Length, where: Rooms | None = None
) -> bool:
    """Whether a thing of that size would stand on free floor, of everything or of a room, turned
    as it may be. Not determinable if only unseen floor would do."""
    sizes = (width.value, depth.value, height.value)
    return fits_in(world, sizes, () if where is None else seen_rooms(where).members)


@operation(SPACE)
def best_view(world: World, question: Deferred) -> Pose:
    """Where to stand, on free floor, to see best what a question is about:
    best_view(find("lamp")), best_view(count(find("cup"))).

    The question is any expression. Of one that the map does not tell it is the view that would
    settle it, where one is known; of a place or a thing, and of an answer that rests on one, a view
    of it from about its own size away, with as much of it in view as can be; of an answer that
    rests on several, of that which the map is least sure of. Of a thing that no free floor has in
    view, it may be unknown floor, which the camera looked over when it saw the thing.
    """
    inner = _alone(world)
    try:
        value = question(inner)
    except Ambiguous:
        raise
    except Abstention as unknown:
        if unknown.viewpoint is None:
            raise
        return _pose(unknown.viewpoint)
    world.recorder.add(inner.recorder)
    return view_of(world, _looked_at(value, inner.recorder))


@operation(SPACE)
def surer_view(world: World, question: Deferred) -> Pose:
    """Where to stand to make an answer surer: surer_view(size(find("sofa"))).

    A view of that thing of those that it rests on of which least was seen, from another side. Not
    determinable if all of them were seen whole and from more than one side.
    """
    inner = _alone(world)
    question(inner)
    here = {thing.id for thing in world.objects}
    viewpoint = where_to_look_again(
        world, [thing for thing in inner.recorder.objects.values() if thing.id in here]
    )
    if viewpoint is None:
        raise NotDeterminable("all that the answer rests on was seen whole and from several sides")
    return _pose(viewpoint)


def _alone(world: World) -> World:
    """The same, with evidence of its own."""
    alone = copy.copy(world)
    alone.recorder = Recorder()
    return alone


def _pose(standpoint: Standpoint) -> Pose:
    return Pose(Point(*standpoint.position), standpoint.yaw)


def _looked_at(value: object, used: Recorder) -> OnePlace:
    """What shows whether an answer is right. Raises NotDeterminable if nothing does."""
    if isinstance(value, Objects | Rooms):
        value = the_one(value)
    if isinstance(value, MapObject | Room | Point | Pose):
        return value
    things = list(used.objects.values())
    if not things:
        raise NotDeterminable("the answer rests on nothing that could be looked at")
    return min(things, key=lambda thing: (thing.confidence, thing.id))


_THROUGH_M = 0.05


def _dense(points: F64) -> F64:
    """(N, 2) with a point at least every 10 cm."""
    if len(points) < 2:
        return points
    line = shapely.segmentize(shapely.LineString(points), 0.1)
    return np.asarray(shapely.get_coordinates(line))


def _area(world: World, cells: np.ndarray) -> Area:
    """With half a cell of doubt around it."""
    cell = grid_of(world).resolution_m
    inner = cells[1:-1, 1:-1] & cells[:-2, 1:-1] & cells[2:, 1:-1]
    inner = inner & cells[1:-1, :-2] & cells[1:-1, 2:]
    edge = int(cells.sum()) - int(inner.sum())
    return Area(float(cells.sum()) * cell**2, edge * cell**2 / 2)


def _called(place: Place) -> str:
    if isinstance(place, Objects):
        return f"the {place.query or 'place'}"
    if isinstance(place, Room):
        return f"the {place.label}" if place.label else f"room {place.id}"
    return "the place"
