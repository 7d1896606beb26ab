"""The table of all categories: what each is, where it is found, how it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cogmap.runtime.messages import Vec3
from cogmap.sim.catalog import (
    bedroom,
    decor,
    electronics,
    kitchen,
    seating,
    storage,
    tables,
    tableware,
)
from cogmap.sim.catalog.draw import Rng
from cogmap.sim.scene import ObjectModel, RoomType

__all__ = ["CATEGORIES", "CategoryInfo", "build"]

Mount = Literal["floor", "wall", "ceiling", "surface"]

KITCHEN: RoomType = "kitchen"
BATH: RoomType = "bathroom"
BEDROOM: RoomType = "bedroom"
LIVING: RoomType = "living room"
OFFICE: RoomType = "office"
HALL: RoomType = "hallway"
TABLES = ("dining table", "coffee table", "desk", "side table")
SEATS = ("chair", "sofa", "armchair")


@dataclass(frozen=True)
class CategoryInfo:
    """What a placement needs to know of a category before it builds one."""

    builder: Callable[..., ObjectModel]
    rooms: tuple[RoomType, ...]
    """Where it is typically found; the first is the most typical."""
    size_m: tuple[Vec3, Vec3]
    """Smallest and largest bounding box that ``build`` gives, without options."""
    mount: Mount = "floor"
    """surface: stands on or in other things; wall: its back, -x, touches the wall."""
    on: tuple[str, ...] = ()
    """Categories that typically carry it; for a floor thing, where else it may stand."""
    in_: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    wall_height_m: tuple[float, float] = (0.0, 0.0)
    """Of the lower edge above the floor, for wall things."""
    against_wall: bool = False
    """Stands with its back to a wall."""
    movable: bool = False
    """A person can plausibly put it elsewhere."""

    def build(self, rng: Rng, **options: Any) -> ObjectModel:
        return self.builder(rng, **options)


CATEGORIES: dict[str, CategoryInfo] = {
    "chair": CategoryInfo(
        seating.chair,
        (KITCHEN, LIVING, OFFICE),
        ((0.4, 0.4, 0.75), (0.75, 0.62, 1.1)),
        movable=True,
    ),
    "office chair": CategoryInfo(
        seating.office_chair, (OFFICE, BEDROOM), ((0.5, 0.5, 0.85), (0.75, 0.7, 1.3)), movable=True
    ),
    "armchair": CategoryInfo(
        seating.armchair, (LIVING, BEDROOM), ((0.8, 0.7, 0.7), (1.1, 1.15, 1.0)), movable=True
    ),
    "stool": CategoryInfo(
        seating.stool, (KITCHEN, BATH), ((0.28, 0.28, 0.42), (0.4, 0.4, 0.8)), movable=True
    ),
    "bench": CategoryInfo(
        seating.bench,
        (HALL, BEDROOM),
        ((0.28, 0.78, 0.4), (0.42, 1.32, 0.55)),
        against_wall=True,
        movable=True,
    ),
    "sofa": CategoryInfo(
        seating.sofa, (LIVING,), ((0.8, 1.3, 0.7), (1.7, 3.2, 1.0)), against_wall=True
    ),
    "bed": CategoryInfo(
        bedroom.bed, (BEDROOM,), ((1.9, 0.9, 0.8), (2.2, 1.75, 1.2)), against_wall=True
    ),
    "nightstand": CategoryInfo(
        tables.nightstand,
        (BEDROOM,),
        ((0.35, 0.38, 0.42), (0.5, 0.55, 0.65)),
        against_wall=True,
        movable=True,
    ),
    "side table": CategoryInfo(
        tables.side_table, (LIVING, HALL), ((0.35, 0.35, 0.4), (0.6, 0.6, 0.65)), movable=True
    ),
    "coffee table": CategoryInfo(
        tables.coffee_table, (LIVING,), ((0.45, 0.65, 0.33), (1.0, 1.35, 0.5)), movable=True
    ),
    "dining table": CategoryInfo(
        tables.dining_table, (KITCHEN, LIVING), ((0.7, 0.85, 0.7), (1.35, 2.05, 0.8))
    ),
    "desk": CategoryInfo(
        tables.desk, (OFFICE, BEDROOM), ((0.55, 1.05, 0.7), (0.8, 1.65, 0.8)), against_wall=True
    ),
    "bookshelf": CategoryInfo(
        storage.bookshelf,
        (LIVING, OFFICE, BEDROOM, HALL),
        ((0.24, 0.58, 0.9), (0.36, 1.02, 2.1)),
        against_wall=True,
    ),
    "wardrobe": CategoryInfo(
        storage.wardrobe, (BEDROOM, HALL), ((0.55, 0.9, 1.85), (0.75, 1.85, 2.3)), against_wall=True
    ),
    "dresser": CategoryInfo(
        storage.dresser, (BEDROOM, HALL), ((0.4, 0.8, 0.7), (0.6, 1.45, 1.0)), against_wall=True
    ),
    "tv stand": CategoryInfo(
        storage.tv_stand, (LIVING,), ((0.36, 1.15, 0.4), (0.5, 1.85, 0.6)), against_wall=True
    ),
    "kitchen counter": CategoryInfo(
        kitchen.kitchen_counter,
        (KITCHEN,),
        ((0.55, 0.55, 0.88), (0.68, 1.85, 0.92)),
        against_wall=True,
    ),
    "refrigerator": CategoryInfo(
        kitchen.refrigerator, (KITCHEN,), ((0.58, 0.55, 1.35), (0.8, 0.8, 1.95)), against_wall=True
    ),
    "television": CategoryInfo(
        electronics.television,
        (LIVING, BEDROOM),
        ((0.1, 0.7, 0.45), (0.3, 1.5, 0.95)),
        "surface",
        on=("tv stand", "dresser"),
    ),
    "monitor": CategoryInfo(
        electronics.monitor,
        (OFFICE, BEDROOM),
        ((0.12, 0.45, 0.35), (0.3, 0.75, 0.62)),
        "surface",
        on=("desk",),
        movable=True,
    ),
    "floor lamp": CategoryInfo(
        decor.floor_lamp,
        (LIVING, BEDROOM, OFFICE),
        ((0.28, 0.28, 1.4), (0.55, 0.55, 1.8)),
        movable=True,
    ),
    "potted plant": CategoryInfo(
        decor.potted_plant,
        (LIVING, OFFICE, HALL, BEDROOM, KITCHEN, BATH),
        ((0.15, 0.15, 0.2), (1.5, 1.5, 1.5)),
        on=(*TABLES, "dresser", "kitchen counter"),
        movable=True,
    ),
    "picture": CategoryInfo(
        decor.picture,
        (LIVING, BEDROOM, HALL, OFFICE, KITCHEN),
        ((0.02, 0.28, 0.38), (0.05, 1.25, 0.75)),
        "wall",
        wall_height_m=(1.1, 1.5),
        movable=True,
    ),
    "cup": CategoryInfo(
        tableware.cup,
        (KITCHEN, LIVING, OFFICE),
        ((0.07, 0.08, 0.07), (0.1, 0.15, 0.11)),
        "surface",
        on=(*TABLES, "kitchen counter", "nightstand"),
        movable=True,
    ),
    "bowl": CategoryInfo(
        tableware.bowl,
        (KITCHEN, LIVING),
        ((0.15, 0.15, 0.03), (0.3, 0.3, 0.1)),
        "surface",
        on=("dining table", "kitchen counter", "coffee table"),
        movable=True,
    ),
}


def build(category: str, rng: Rng, **options: Any) -> ObjectModel:
    """A new model of ``category``; the same state of ``rng`` gives the same bytes.

    Raises KeyError for a category that is not in ``CATEGORIES``.
    """
    return CATEGORIES[category].build(rng, **options)
