"""Where a thing can be put in a house as it is: on the floor or on another thing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from cogmap.runtime.messages import Vec3
from cogmap.sim.catalog import CATEGORIES
from cogmap.sim.footprints import doorway_area, footprint, rectangle, swing_area
from cogmap.sim.scene import FLOOR, House, PlacedObject, Room, Surface

_TRIES = 200
_GAP_M = 0.01
_AGENT_GAP_M = 0.25
_CORRIDOR_M = 0.6
"""Floor on both sides of a doorway that is kept free."""


@dataclass(frozen=True)
class Placement:
    """Fields of ``PlacedObject`` that say where it is."""

    position: Vec3
    yaw: float
    room: int
    support: int
    relation: Literal["on", "in", "under"]


def is_movable(thing: PlacedObject) -> bool:
    """Whether a person could put it elsewhere, with all that it may carry: it is not fixed."""
    info = CATEGORIES.get(thing.category)
    return thing.support >= FLOOR and info is not None and info.movable


def is_loose(thing: PlacedObject, house: House) -> bool:
    """Whether it is movable and carries nothing."""
    return is_movable(thing) and all(other.support != thing.id for other in house.objects)


def find_place(
    house: House,
    thing: PlacedObject,
    others: list[PlacedObject],
    agent: shapely.Polygon,
    rng: np.random.Generator,
) -> Placement | None:
    """A free place for ``thing``, of the kind it has now: on the floor, or on something.

    It touches none of ``others`` and not the polygon ``agent``; None if no try succeeds.
    """
    rooms = {room.id: room for room in house.rooms}
    taken = [_taken(other) for other in others]
    for _ in range(_TRIES):
        if thing.support == FLOOR:
            room = house.rooms[int(rng.integers(len(house.rooms)))]
            place = _on_floor(house, thing, room, rng)
        else:
            place = _on_something(thing, others, rng)
        if place is None:
            continue
        area = _footprint_at(thing, place)
        if not shapely.Polygon(rooms[place.room].polygon).contains(area):
            continue
        near_agent = area.distance(agent) <= _AGENT_GAP_M
        if not near_agent and _is_free(thing, place, taken):
            return place
    return None


def _on_floor(
    house: House, thing: PlacedObject, room: Room, rng: np.random.Generator
) -> Placement | None:
    """Anywhere in a room but at its doors."""
    polygon = shapely.Polygon(room.polygon)
    x0, y0, x1, y1 = polygon.bounds
    position = (float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1)), 0.0)
    yaw = float(rng.uniform(-math.pi, math.pi))
    place = Placement(position, yaw, room.id, FLOOR, "on")
    area = _footprint_at(thing, place)
    blocked = any(
        area.intersects(doorway_area(door, _CORRIDOR_M)) or area.intersects(swing_area(door))
        for door in house.doors
    )
    return None if blocked else place


def _on_something(
    thing: PlacedObject, others: list[PlacedObject], rng: np.random.Generator
) -> Placement | None:
    """Anywhere on a surface that is high enough, of a thing that typically carries it."""
    choices = [
        (carrier, surface)
        for carrier in others
        if carrier.category in CATEGORIES[thing.category].on
        for surface in carrier.model.surfaces
        if surface.kind == "on" and surface.headroom_m > thing.model.size[2]
    ]
    if not choices:
        return None
    carrier, surface = choices[int(rng.integers(len(choices)))]
    free = (np.asarray(surface.size) - min(thing.model.size[:2])) / 2
    if (free < 0).any():
        return None
    x, y = np.asarray(surface.center[:2]) + rng.uniform(-free, free)
    c, s = math.cos(carrier.yaw), math.sin(carrier.yaw)
    position = (
        carrier.position[0] + c * float(x) - s * float(y),
        carrier.position[1] + s * float(x) + c * float(y),
        carrier.position[2] + surface.center[2],
    )
    yaw = math.remainder(carrier.yaw + float(rng.uniform(-math.pi, math.pi)), 2 * math.pi)
    place = Placement(position, yaw, carrier.room, carrier.id, "on")
    fits = _area(carrier, surface).covers(_footprint_at(thing, place))
    return place if fits else None


def _area(carrier: PlacedObject, surface: Surface) -> shapely.Polygon:
    c, s = math.cos(carrier.yaw), math.sin(carrier.yaw)
    x, y, _ = surface.center
    center = (carrier.position[0] + c * x - s * y, carrier.position[1] + s * x + c * y)
    return rectangle(center, surface.size, carrier.yaw)


def _footprint_at(thing: PlacedObject, place: Placement) -> shapely.Polygon:
    return rectangle((place.position[0], place.position[1]), thing.model.size[:2], place.yaw)


@dataclass(frozen=True)
class _Taken:
    """Space that a thing takes."""

    id: int
    support: int
    area: shapely.Polygon
    low: float
    high: float


def _taken(other: PlacedObject) -> _Taken:
    low = other.position[2]
    return _Taken(other.id, other.support, footprint(other), low, low + other.model.size[2])


def _is_free(thing: PlacedObject, place: Placement, taken: list[_Taken]) -> bool:
    """No box of another thing meets the new one, but for what carries it and what carries that."""
    supports = {other.id: other.support for other in taken}
    carriers, support = set(), place.support
    while support in supports:
        carriers.add(support)
        support = supports[support]
    padded = _footprint_at(thing, place).buffer(_GAP_M)
    # Standing on something includes what it stands at: no gap is asked for below.
    low, high = place.position[2] + 1e-4, place.position[2] + thing.model.size[2] + _GAP_M
    return not any(
        other.low < high and other.high > low and padded.intersects(other.area)
        for other in taken
        if other.id not in carriers
    )
