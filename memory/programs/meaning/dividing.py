"""What is apart although it is near: in different rooms, or with a wall between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from cogmap.memory.geometry.boxes import footprint
from cogmap.memory.paths.sides import walled_off
from cogmap.memory.programs.meaning.blocks import blocks
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, I64, Bool, MapObject, Room

__all__ = ["beyond_wall", "divided"]

_CELLS = 200
"""That a line goes through, about."""


def divided(world: World, a: Sequence[MapObject], b: Sequence[MapObject], pairs: Bool) -> Bool:
    """(N, M) which of some ``pairs`` (N, M) are in different known rooms or, where one's room is
    not known, have a wall between them."""
    rooms_a, rooms_b = _rooms(world, a)[:, None], _rooms(world, b)[None]
    unknown = (rooms_a < 0) | (rooms_b < 0)
    found = pairs & ~unknown & (rooms_a != rooms_b)
    row, column = np.nonzero(pairs & unknown)
    if len(row):
        shapes_a = np.array([shapely.Polygon(footprint(thing.box)) for thing in a])
        shapes_b = np.array([shapely.Polygon(footprint(thing.box)) for thing in b])
        found[row, column] = _wall_between(world, shapes_a[row], shapes_b[column])
    return np.asarray(found)


def beyond_wall(world: World, things: Sequence[MapObject], corner: F64, room: Room | None) -> Bool:
    """(N,) which things are in another known room than a point (2,) in ``room`` or, where one's
    room is not known, have a wall between it and them."""
    rooms = _rooms(world, things)
    here = -1 if room is None else room.id
    found = (rooms != here) & (rooms >= 0) & (here >= 0)
    unsure = np.flatnonzero((rooms < 0) | (here < 0))
    if len(unsure):
        shapes = np.array([shapely.Polygon(footprint(things[n].box)) for n in unsure.tolist()])
        points = np.full(len(unsure), shapely.Point(corner))
        found[unsure] = _wall_between(world, points, shapes)
    return np.asarray(found)


def _rooms(world: World, things: Sequence[MapObject]) -> I64:
    """(N,) ids of rooms; -1 where none is known."""
    found = [thing.room if world.room(thing.room) is not None else -1 for thing in things]
    return np.array(found, np.int64)


def _wall_between(world: World, a: np.ndarray, b: np.ndarray) -> Bool:
    """(N,) of shapes in pairs; the same both ways."""
    lines = shapely.get_coordinates(shapely.shortest_line(a, b)).reshape(-1, 2, 2)
    found = np.zeros(len(lines), bool)
    for part in blocks(world, len(lines), _CELLS):
        starts, ends = lines[part, 0], lines[part, 1]
        found[part] = walled_off(world.layout, world.floor, starts, ends)
        found[part] |= walled_off(world.layout, world.floor, ends, starts)
    return found
