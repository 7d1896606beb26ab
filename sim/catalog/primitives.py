"""Closed triangle meshes of simple solids, the pieces that every object is built of.

Every solid is watertight with counter-clockwise triangles seen from outside. Lengths are
metres, angles radians; ``at`` is where the bottom centre of the solid stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cogmap.runtime.messages import Vec3
from cogmap.sim.scene import Material, Part

F64 = NDArray[np.float64]
ORIGIN: Vec3 = (0.0, 0.0, 0.0)

__all__ = [
    "arc",
    "box",
    "cylinder",
    "ellipsoid",
    "four_corners",
    "frame",
    "lathe",
    "loft",
    "moved",
    "outline",
    "prism",
    "rod",
    "rounded_box",
    "skin",
    "tube",
    "turned",
    "two_sides",
    "vessel",
]


def skin(material: Material, rings: ArrayLike, *, closed: bool = False) -> Part:
    """Surface over consecutive ``rings`` (R, N, 3).

    The end rings, which must be convex, are capped; ``closed`` joins them to each other
    instead. Rings may shrink to a point or touch their neighbours.
    """
    points = np.asarray(rings, dtype=np.float64)
    count, sides = points.shape[:2]
    index = np.arange(count * sides).reshape(count, sides)
    lower = index if closed else index[:-1]
    upper = np.roll(index, -1, axis=0) if closed else index[1:]
    a, b = lower.ravel(), np.roll(lower, -1, axis=1).ravel()
    d, c = upper.ravel(), np.roll(upper, -1, axis=1).ravel()
    triangles = [np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)]
    if not closed:
        triangles += [_fan(index[0, ::-1]), _fan(index[-1])]
    return _solid(material, points.reshape(-1, 3), np.concatenate(triangles))


def _fan(ring: NDArray[Any]) -> NDArray[Any]:
    first = np.full(len(ring) - 2, ring[0])
    return np.stack([first, ring[1:-1], ring[2:]], axis=1)


def _solid(material: Material, points: F64, triangles: NDArray[Any]) -> Part:
    """Welds equal points, drops the triangles that collapse, turns the rest outward."""
    # The shift keeps round lengths, such as half a micrometre, off the rounding's ties.
    rounded = np.round(points + 3e-8, 6)
    vertices, index = np.unique(rounded, axis=0, return_inverse=True)
    triangles = index.ravel()[triangles]
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (c != a)]
    corners = vertices[triangles]
    volume = np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    if volume < 0:
        triangles = triangles[:, ::-1]
    return Part(vertices.astype(np.float32), triangles.astype(np.int32), material)


def outline(size: tuple[float, float], radius: float = 0.0, steps: int = 1) -> F64:
    """Corners (N, 2) of a rectangle, counter-clockwise, its corners rounded in ``steps``."""
    angles = np.arange(4)[:, None] * np.pi / 2 + np.linspace(0, np.pi / 2, steps + 1)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    radius = min(radius, size[0] / 2, size[1] / 2)
    centers = signs * (np.asarray(size) / 2 - radius)
    return np.asarray((centers[:, None] + radius * directions).reshape(-1, 2))


def _at_height(points: F64, z: float, at: Vec3) -> F64:
    return np.column_stack([points, np.full(len(points), z)]) + at


def prism(material: Material, points: ArrayLike, height: float, at: Vec3 = ORIGIN) -> Part:
    """Convex polygon ``points`` (N, 2) raised by ``height``."""
    flat = np.asarray(points, dtype=np.float64)
    return skin(material, [_at_height(flat, z, at) for z in (0.0, height)])


def box(material: Material, size: Vec3, at: Vec3 = ORIGIN) -> Part:
    x, y, height = size
    return prism(
        material, [(x / 2, y / 2), (-x / 2, y / 2), (-x / 2, -y / 2), (x / 2, -y / 2)], height, at
    )


def rounded_box(
    material: Material, size: Vec3, at: Vec3 = ORIGIN, radius: float = 0.03, steps: int = 1
) -> Part:
    """Box with all edges rounded; one step is a bevel."""
    x, y, height = size
    radius = min(radius, x / 2, y / 2, height / 2)
    rings = []
    for start, middle in ((-np.pi / 2, radius), (0.0, height - radius)):
        for latitude in start + np.linspace(0, np.pi / 2, steps + 1):
            inset = radius * (1 - np.cos(latitude))
            points = outline((x - 2 * inset, y - 2 * inset), radius - inset, steps)
            rings.append(_at_height(points, middle + radius * np.sin(latitude), at))
    return skin(material, rings)


def loft(
    material: Material,
    layers: Iterable[tuple[float, float, float, float]],
    at: Vec3 = ORIGIN,
    corner: float = 1.0,
    steps: int = 3,
    *,
    closed: bool = False,
) -> Part:
    """Solid through rounded rectangles: ``layers`` are (x, length, width, z), bottom first.

    ``corner`` is the corner radius as a share of half the shorter side: 1 makes discs of
    squares. A hollow thing goes up outside, over the rim and down again inside; a ring
    is ``closed`` from there to its start.
    """
    rings = []
    for x, length, width, z in layers:
        points = outline((length, width), corner * min(length, width) / 2, steps)
        rings.append(_at_height(points + np.array([x, 0.0]), z, at))
    return skin(material, rings, closed=closed)


def lathe(
    material: Material,
    profile: Sequence[tuple[float, float]],
    at: Vec3 = ORIGIN,
    sides: int = 12,
) -> Part:
    """Solid of revolution about z: ``profile`` is (radius, z) from its start round to its end."""
    angles = np.arange(sides) * 2 * np.pi / sides
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return skin(material, [_at_height(radius * circle, z, at) for radius, z in profile])


def vessel(
    material: Material,
    foot: float,
    rim: float,
    height: float,
    wall: float,
    at: Vec3 = ORIGIN,
    sides: int = 18,
) -> Part:
    """Round open vessel: outer radius at ``foot`` and ``rim``; bottom as thick as the ``wall``."""
    outside = [(0, 0), (foot, 0), (rim, height)]
    inside = [(rim - wall, height), (foot - wall, wall), (0, wall)]
    return lathe(material, outside + inside, at, sides)


def cylinder(
    material: Material,
    radius: float,
    height: float,
    at: Vec3 = ORIGIN,
    *,
    top: float | None = None,
    sides: int = 12,
) -> Part:
    """Cylinder, or cone where the radius at the ``top`` differs."""
    return lathe(material, [(radius, 0.0), (radius if top is None else top, height)], at, sides)


def ellipsoid(material: Material, size: Vec3, at: Vec3 = ORIGIN, sides: int = 10) -> Part:
    latitudes = np.linspace(-np.pi / 2, np.pi / 2, sides // 2 + 1)
    angles = np.arange(sides) * 2 * np.pi / sides
    unit = np.stack(
        [
            np.cos(latitudes)[:, None] * np.cos(angles),
            np.cos(latitudes)[:, None] * np.sin(angles),
            np.broadcast_to(np.sin(latitudes)[:, None], (len(latitudes), sides)),
        ],
        axis=-1,
    )
    return skin(material, (unit + np.array([0, 0, 1])) * np.asarray(size) / 2 + at)


def frame(
    material: Material, size: Vec3, border: float, at: Vec3 = ORIGIN, axis: str = "x"
) -> Part:
    """Rectangular ring of outer ``size`` with a hole along ``axis`` ("x" or "z")."""
    depth, first, second = size if axis == "x" else (size[2], size[0], size[1])
    inner = (first - 2 * border, second - 2 * border)
    rings = [
        np.column_stack([np.full(4, side * depth / 2), outline(extent, steps=0)])
        for side, extent in ((-1, (first, second)), (1, (first, second)), (1, inner), (-1, inner))
    ]
    ring = np.asarray(rings)
    if axis == "z":
        ring = np.roll(ring, -1, axis=-1)
    return skin(material, ring + np.array([0, 0, size[2] / 2]) + at, closed=True)


def tube(
    material: Material, path: ArrayLike, radius: float, *, sides: int = 10, closed: bool = False
) -> Part:
    """Round bar along the points ``path`` (N, 3); ``closed`` joins its ends."""
    points = np.asarray(path, dtype=np.float64)
    if closed:
        tangents = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    else:
        tangents = np.gradient(points, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    angles = np.arange(sides) * 2 * np.pi / sides
    normal = np.eye(3)[np.argmin(np.abs(tangents[0]))]
    rings = []
    for point, tangent in zip(points, tangents, strict=True):
        normal = normal - (normal @ tangent) * tangent
        normal /= np.linalg.norm(normal)
        side = np.cross(tangent, normal)
        rings.append(
            point + radius * (np.cos(angles)[:, None] * normal + np.sin(angles)[:, None] * side)
        )
    return skin(material, rings, closed=closed)


def rod(material: Material, start: Vec3, end: Vec3, radius: float, sides: int = 10) -> Part:
    return tube(material, [start, end], radius, sides=sides)


def arc(
    center: Vec3, radius: float, start: float, end: float, plane: str = "xz", points: int = 8
) -> F64:
    """Points (N, 3) on a circle in ``plane``, angles measured from its first axis."""
    angles = np.linspace(start, end, points)
    path = np.tile(np.asarray(center, dtype=np.float64), (points, 1))
    path[:, "xyz".index(plane[0])] += radius * np.cos(angles)
    path[:, "xyz".index(plane[1])] += radius * np.sin(angles)
    return path


def moved(part: Part, offset: Vec3) -> Part:
    vertices = part.vertices + np.asarray(offset, dtype=np.float32)
    return Part(vertices, part.triangles, part.material)


def turned(part: Part, angle: float, axis: str = "z", about: Vec3 = ORIGIN) -> Part:
    """Right-handed turn about the line along ``axis`` through ``about``."""
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    centered = part.vertices.astype(np.float64) - about
    result = centered.copy()
    result[:, i] = np.cos(angle) * centered[:, i] - np.sin(angle) * centered[:, j]
    result[:, j] = np.sin(angle) * centered[:, i] + np.cos(angle) * centered[:, j]
    return Part((result + about).astype(np.float32), part.triangles, part.material)


def _mirrored(part: Part, axis: int) -> Part:
    vertices = part.vertices.copy()
    vertices[:, axis] *= -1
    return Part(vertices, np.ascontiguousarray(part.triangles[:, ::-1]), part.material)


def two_sides(part: Part) -> list[Part]:
    """The part and its mirror image across the plane y = 0."""
    return [part, _mirrored(part, 1)]


def four_corners(part: Part) -> list[Part]:
    """The part and its mirror images across x = 0 and y = 0."""
    return [piece for half in (part, _mirrored(part, 0)) for piece in two_sides(half)]
