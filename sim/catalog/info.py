"""What a placement needs to know of a category before it builds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cogmap.runtime.messages import Vec3
from cogmap.sim.catalog.draw import Rng
from cogmap.sim.scene import ObjectModel, RoomType

__all__ = ["CategoryInfo", "Mount"]

Mount = Literal["floor", "wall", "ceiling", "surface"]
"""surface: stands on or in other things; wall: its back, -x, touches the wall; ceiling: its
top touches the ceiling."""


@dataclass(frozen=True)
class CategoryInfo:
    """How one category is built, and where a home typically has it."""

    builder: Callable[..., ObjectModel]
    """Takes a generator and, by keyword, the options that its signature names."""
    mount: Mount
    rooms: tuple[RoomType, ...]
    """Where it is typically found, the most typical first."""
    size_m: tuple[Vec3, Vec3]
    """Smallest and largest bounding box of what is built without options, x, y, z."""
    on: tuple[str, ...] = ()
    """Categories that typically carry it; for a floor thing, where else it may stand."""
    in_: tuple[str, ...] = ()
    """Categories that typically contain it."""
    under: tuple[str, ...] = ()
    """Categories that it is typically found under."""
    wall_height_m: tuple[float, float] = (0.0, 0.0)
    """Of the lower edge above the floor; for wall things only."""
    against_wall: bool = False
    """Stands on the floor with its back to a wall."""
    movable: bool = False
    """A person can plausibly put it elsewhere."""

    def build(self, rng: Rng, **options: Any) -> ObjectModel:
        return self.builder(rng, **options)
