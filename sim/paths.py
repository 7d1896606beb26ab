"""Ways through a house for an agent of some radius."""

from __future__ import annotations

from cogmap.memory.paths.grid_paths import Paths
from cogmap.sim.footprints import walkable
from cogmap.sim.scene import House


def house_paths(house: House, radius_m: float, resolution_m: float = 0.05) -> Paths:
    """Ways through a house for the centre of an agent of this radius, doors as they are now."""
    free, origin = walkable(house, radius_m, resolution_m)
    return Paths(free, origin, resolution_m)
