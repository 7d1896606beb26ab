"""Furnishes the rooms of a house."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import numpy as np

from cogmap.sim.clutter import leave_about, scatter
from cogmap.sim.rooms import bathroom, bedroom, hallway, kitchen, living, office
from cogmap.sim.rooms.fixtures import ceiling_light, dress_windows
from cogmap.sim.scene import Door, PlacedObject, Room, RoomType
from cogmap.sim.site import Site
from cogmap.sim.wall_faces import Opening

RECIPES: dict[RoomType, Callable[[Site], None]] = {
    "kitchen": kitchen.furnish,
    "bedroom": bedroom.furnish,
    "bathroom": bathroom.furnish,
    "living room": living.furnish,
    "office": office.furnish,
    "hallway": hallway.furnish,
}


def furnish(
    rng: np.random.Generator,
    rooms: tuple[Room, ...],
    doors: tuple[Door, ...],
    openings: list[Opening],
) -> tuple[PlacedObject, ...]:
    """Objects of all rooms: large things by the room's recipe, then small ones. Ids from 1."""
    ids = count(1)
    placed: list[PlacedObject] = []
    for room, room_rng in zip(rooms, rng.spawn(len(rooms)), strict=True):
        site = Site(room, doors, openings, ids, room_rng)
        dress_windows(site)
        RECIPES[room.type](site)
        ceiling_light(site)
        leave_about(site)
        scatter(site)
        placed += site.objects
    return tuple(placed)
