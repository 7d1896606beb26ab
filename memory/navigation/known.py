"""What somebody who moves knows: their own shape, where they are, and the map as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cogmap.memory.navigation.known_surface import KnownSurface
from cogmap.memory.paths.grid_paths import Point
from cogmap.memory.paths.in_view import Head
from cogmap.runtime.messages import F64, Layout, MapObject, OccupancyGrid

__all__ = ["Body", "Known", "Pose2", "Stand", "Unreachable"]


@dataclass(frozen=True)
class Body(Head):
    """Shape of a robot, its camera and its limits: a round one with a differential drive."""

    radius_m: float = 0.18
    height_m: float = 1.5
    """What begins above this does not touch it."""
    max_linear_mps: float = 0.8
    max_angular_rps: float = 1.2
    max_linear_mps2: float = 1.5
    """How fast it slows down, too."""
    max_angular_rps2: float = 4.0


@dataclass(frozen=True)
class Pose2:
    """Where somebody stands on the floor: x, y (m) and heading from x about z (rad), world."""

    x: float
    y: float
    yaw: float

    @property
    def point(self) -> Point:
        return (self.x, self.y)


@dataclass(frozen=True)
class Known:
    """One consistent view of the world to decide on."""

    grid: OccupancyGrid
    """To drive on: unknown is not free, but for the floor where the agent was and began."""
    layout: Layout
    here: Pose2
    walked: F64
    """(N, 2) x, y (m): where the agent has been, oldest first."""
    keyframes: Mapping[int, Pose2] = field(default_factory=dict)
    """Where the keyframes were taken, by their number."""
    measured: OccupancyGrid | None = None
    """The same cells as ``grid``, free only where that was seen; None: all of it was."""

    stamp_ns: int = 0
    """Of the newest pose."""
    surface: KnownSurface | None = None
    """What was measured, to see things by; None: boxes and the grid have to do."""

    def object(self, object_id: int) -> MapObject | None:
        """Of any state; None if the map never had it."""
        return next((thing for thing in self.layout.objects if thing.id == object_id), None)


@dataclass(frozen=True)
class Stand:
    """A place to stand, good for a goal."""

    pose: Pose2
    faces: bool = True
    """Whether the heading matters."""
    why: str = ""
    """In words: "in view of the sofa, 0.8 m from it"."""
    worse_m: float = 0.0
    """How many metres more of way a perfect stand would be worth."""


@dataclass(frozen=True)
class Unreachable:
    """No place to stand, or no way there: why, and what would help."""

    text: str
    blocked_by: tuple[int, ...] = ()
    """Objects of the map that are in the way, if it is they."""
    unknown: Point | None = None
    """Where the known floor ends towards the goal, if it is the unknown."""
