"""What a simulated house is made of, as plain data.

Object frame: origin at the bottom centre of the object's bounding box, z up, +x the
front (where a chair's sitter looks, a television shows its picture). World frame: z up,
metres, the floor at z = 0. Yaw turns the object frame about z, so ``Box.yaw`` of a
placed object is the heading of its front.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import scipy.sparse
from scipy.sparse.csgraph import connected_components

from cogmap.runtime.messages import F32, F64, I32, Box, Vec3

RoomType = Literal["kitchen", "bedroom", "bathroom", "living room", "office", "hallway"]
Polygon = tuple[tuple[float, float], ...]
"""Corners in metres, counter-clockwise, not repeated at the end."""

FLOOR, WALL, CEILING = 0, -1, -2
"""``PlacedObject.support`` where no object carries it."""


@dataclass(frozen=True)
class Material:
    """How a surface looks. Textures are procedural: ``texture`` names one in ``textures.py``."""

    color: Vec3
    """Linear RGB in [0, 1]."""
    texture: str = "plain"
    accent: Vec3 | None = None
    """Second colour of the texture; None: a darker shade of ``color``."""
    scale_m: float = 0.5
    """Length that one repetition of the texture covers."""
    gloss: float = 0.0
    """0 matt .. 1 mirror-like highlight."""


@dataclass(frozen=True)
class Part:
    """A triangle mesh of one material; ``triangles`` are counter-clockwise from outside."""

    vertices: F32
    """(V, 3) metres, object frame (world frame for structure)."""
    triangles: I32
    """(T, 3) vertex indices."""
    material: Material


@dataclass(frozen=True)
class Surface:
    """A horizontal rectangle of a model that carries things, object frame, metres."""

    kind: Literal["on", "in", "under"]
    center: Vec3
    """``z`` is the height that things stand at."""
    size: tuple[float, float]
    """Along x and y."""
    headroom_m: float = 1.0


@dataclass(frozen=True)
class ObjectModel:
    """One kind of thing in one build: its parts and where other things can be put."""

    category: str
    parts: tuple[Part, ...]
    surfaces: tuple[Surface, ...] = ()

    @cached_property
    def size(self) -> Vec3:
        """Tight bounding box, full lengths along x, y, z (m)."""
        vertices = np.concatenate([part.vertices for part in self.parts])
        x, y, z = (vertices.max(axis=0) - vertices.min(axis=0)).tolist()
        return (x, y, z)

    @cached_property
    def solids(self) -> tuple[F64, ...]:
        """(V, 3) vertices of each piece whose triangles hang together: legs, a seat, a back."""
        return tuple(solid for part in self.parts for solid in _solids(part))


@dataclass(frozen=True)
class PlacedObject:
    """An object in the house. ``id`` is 1..65535 and is never given to another."""

    id: int
    model: ObjectModel
    position: Vec3
    """Of the object frame's origin in the world (m)."""
    yaw: float
    room: int
    """Id of the room it is in."""
    support: int = FLOOR
    """Id of the object that carries or contains it, or FLOOR, WALL, CEILING."""
    relation: Literal["on", "in", "under"] = "on"

    @property
    def category(self) -> str:
        return self.model.category

    def box(self) -> Box:
        x, y, z = self.position
        size = self.model.size
        return Box(center=(x, y, z + size[2] / 2), size=size, yaw=self.yaw)


@dataclass(frozen=True)
class Room:
    """``polygon`` runs along the inner faces of the walls."""

    id: int
    type: RoomType
    polygon: Polygon
    height_m: float


@dataclass(frozen=True)
class Door:
    """A doorway through a wall, with or without a leaf. ``rooms`` are the ids it joins."""

    id: int
    rooms: tuple[int, int]
    center: tuple[float, float]
    """Middle of the opening on the wall's centre line (m)."""
    yaw: float
    """Direction along the wall (rad)."""
    width_m: float
    height_m: float
    wall_thickness_m: float
    leaf: ObjectModel | None = None
    """Object frame: origin at the hinge, at the floor; the closed leaf lies along +y."""
    hinge: tuple[float, float] = (0.0, 0.0)
    closed_yaw: float = 0.0
    open_angle: float = 0.0
    """Now, signed radians from closed; 0 is closed."""
    max_open_angle: float = 1.5


@dataclass(frozen=True)
class Window:
    """An opening in an outer wall, with frame and pane in the structure."""

    room: int
    center: Vec3
    yaw: float
    """Direction along the wall (rad)."""
    size: tuple[float, float]
    """Width along the wall and height (m)."""


@dataclass(frozen=True)
class House:
    """A whole house as built from a seed; the simulator changes copies of it over time."""

    seed: int
    rooms: tuple[Room, ...]
    doors: tuple[Door, ...]
    windows: tuple[Window, ...]
    structure: tuple[Part, ...]
    """Walls, floors, ceilings, frames, panes: world frame, instance id 0."""
    objects: tuple[PlacedObject, ...] = field(default=())


def _solids(part: Part) -> list[F64]:
    """(V, 3) vertices of each piece of a mesh whose triangles hang together; corners at one place
    count as one, for each face has its own."""
    points = part.vertices.astype(np.float64)
    _, place = np.unique(np.round(points, 4), axis=0, return_inverse=True)
    ends = place.ravel()[part.triangles]
    ones = np.ones(2 * len(ends))
    edges = (ones, (np.tile(ends[:, 0], 2), ends[:, 1:].T.ravel()))
    joined = scipy.sparse.coo_array(edges, shape=(len(points), len(points)))
    _, piece = connected_components(joined, directed=False)
    piece = piece[place.ravel()]
    return [points[piece == number] for number in np.unique(piece)]
