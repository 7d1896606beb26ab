"""A whole house from a seed."""

from __future__ import annotations

import numpy as np

from cogmap.sim.finishes import draw_finishes
from cogmap.sim.floorplan import plan_rooms
from cogmap.sim.furnishing import furnish
from cogmap.sim.openings import plan_doors, plan_entrance, plan_windows
from cogmap.sim.scene import House
from cogmap.sim.structure import build_structure
from cogmap.sim.wall_faces import openings_of


def build_house(seed: int, rooms: int | None = None) -> House:
    """Build the house of ``seed``: the same seed and ``rooms`` give the same bytes.

    ``rooms`` (2 to 8, hallway included) is drawn from the seed where it is None. Raises
    ValueError if it is out of range or ``seed`` is negative.
    """
    # Streams of their own: a change in one step leaves what the others draw as it was.
    layout, finishing, furnishing = np.random.default_rng(seed).spawn(3)
    plan = plan_rooms(layout, int(layout.integers(4, 8)) if rooms is None else rooms)
    finishes = draw_finishes(finishing, plan.rooms)
    doors = plan_doors(layout, plan, finishes.door_color)
    entrance = plan_entrance(layout, plan, doors)
    windows = plan_windows(layout, plan, entrance)
    structure = build_structure(plan, doors, windows, entrance, finishes)
    openings = openings_of(doors, windows, entrance)
    objects = furnish(furnishing, plan.rooms, doors, openings)
    return House(seed, plan.rooms, doors, windows, structure, objects)
