"""What spatial programs compute with: quantities with units, points, poses, sets of objects.

A unit is a type: a ``Length`` and an ``Angle`` cannot be added, and that is known before a program
runs. Inside, angles are radians; ``Answer`` states them in degrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from cogmap.memory.programs.errors import ArgumentError
from cogmap.runtime.messages import F64, MapObject, Room, Vec3

__all__ = [
    "Angle",
    "Area",
    "Count",
    "Duration",
    "Image",
    "Interval",
    "Label",
    "Length",
    "Number",
    "Objects",
    "Path",
    "Point",
    "Pose",
    "Quantity",
    "Rooms",
    "Time",
    "Volume",
]


@dataclass(frozen=True, order=True)
class Quantity:
    """A number of some unit, and how sure the map is of it."""

    UNIT: ClassVar[str] = ""

    value: float
    sigma: float = field(default=0.0, compare=False)
    """Standard deviation, same unit."""

    def not_below_zero(self, argument: str) -> float:
        """The value. Raises ArgumentError, with the argument's name, if it is below 0."""
        if self.value < 0:
            raise ArgumentError(f"{argument} is {self.value:g}; it cannot be below 0")
        return self.value


class Length(Quantity):
    """Metres."""

    UNIT = "m"


class Area(Quantity):
    """Square metres."""

    UNIT = "m2"


class Volume(Quantity):
    """Cubic metres."""

    UNIT = "m3"


class Angle(Quantity):
    """Radians, counter-clockwise seen from above; an answer states degrees."""

    UNIT = "rad"


class Count(Quantity):
    """How many."""

    UNIT = "count"


class Number(Quantity):
    """Without a unit: ratios, shares."""

    UNIT = ""


class Duration(Quantity):
    """Seconds."""

    UNIT = "s"


@dataclass(frozen=True, order=True)
class Time:
    """A moment of the source's clock."""

    stamp_ns: int

    @classmethod
    def after(cls, stamp_ns: int, seconds: float) -> Time:
        """So many seconds after a stamp. Raises ArgumentError for what no stamp can be."""
        found = stamp_ns + round(seconds * 1e9)
        if abs(found) >= 2**63:
            raise ArgumentError(f"a time {seconds:g} s away is beyond the clock's 292 years")
        return cls(found)


@dataclass(frozen=True, order=True)
class Interval:
    """From one moment to a later one, both belonging to it."""

    start: Time
    end: Time


class Label(str):
    """What things are called. A word in its place stands for the labels that it is read as, so
    that a sofa's label equals "couch"."""

    labels: tuple[str, ...] = ()
    """That a written word was read as; of a thing's own label none."""
    things: int = 1
    """How many are called so, where they were gone through by their labels."""

    @classmethod
    def of(cls, word: str, things: int) -> Label:
        """What so many things are called."""
        label = cls(word)
        label.things = things
        return label

    @classmethod
    def read(cls, word: str, labels: tuple[str, ...]) -> Label:
        """A written word that means ``labels`` of the map."""
        label = cls(word)
        label.labels = labels
        return label

    def means(self, label: str) -> bool:
        """Whether a thing that is called ``label`` is called so."""
        return label in (self.labels or (str(self),))


@dataclass(frozen=True)
class Point:
    """A place in the world, metres."""

    x: float
    y: float
    z: float

    def tuple(self) -> Vec3:
        return (self.x, self.y, self.z)


@dataclass(frozen=True)
class Pose:
    """Where somebody stands and which way they look: ``yaw`` from world x about z (rad)."""

    point: Point
    yaw: float

    def turned(self, angle_rad: float) -> Pose:
        """After a turn on the spot, counter-clockwise."""
        return Pose(self.point, math.remainder(self.yaw + angle_rad, math.tau))


@dataclass(frozen=True)
class Objects:
    """Objects that fit a description, in order of their ids unless sorted; may be none."""

    members: tuple[MapObject, ...]
    query: str = ""
    """What was asked for, in words: an empty set says by it what was not seen."""
    read_as: tuple[str, ...] = ()
    """Labels that the words were read as, where they are others."""
    unseen: bool = False
    """Nothing of the kind was ever seen: that there are none of it is not known."""
    note: str = ""
    """What helps whoever finds it empty."""
    empty: str = ""
    """Said instead where that none was seen is not why it is empty."""
    chance: float = 1.0
    """That just these fit, as far as measures were compared to choose them."""
    some_chance: float = 1.0
    """That any of them fits, or none does if it is empty."""

    def __iter__(self) -> Iterator[MapObject]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True)
class Rooms:
    """Rooms that fit a description, by id; may be none."""

    members: tuple[Room, ...]
    query: str = ""
    note: str = ""

    def __iter__(self) -> Iterator[Room]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, eq=False)
class Path:
    """A way on known free space."""

    points: F64
    """(N, 2) x, y, world, metres; what is walked, from beside the start to beside the goal."""
    length_m: float
    """Of what is walked, and of the level rest from both its ends to what is reached there."""
    sigma_m: float = 0.0
    """Standard deviation of the length."""


@dataclass(frozen=True)
class Image:
    """A picture of the map or of a keyframe."""

    data: bytes
    """PNG or JPEG."""
    caption: str
    objects: tuple[int, ...] = ()
    """Ids that are marked in it."""
