"""Puts parts together to a model: common origin, one part for each material."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from cogmap.runtime.messages import Vec3
from cogmap.sim.scene import Material, ObjectModel, Part, Surface

__all__ = ["assemble", "inside", "on", "under"]


def assemble(category: str, parts: Iterable[Part], surfaces: Iterable[Surface] = ()) -> ObjectModel:
    """Model with its origin at the bottom centre of the bounding box of ``parts``."""
    pieces = list(parts)
    vertices = np.concatenate([piece.vertices for piece in pieces])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    origin = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    merged = tuple(_merge(material, group, origin) for material, group in _by_material(pieces))
    return ObjectModel(category, merged, tuple(_shifted(s, origin) for s in surfaces))


def on(x: float, y: float, z: float, length: float, width: float, headroom: float = 1.0) -> Surface:
    """Surface around (x, y) at height z, ``length`` along x and ``width`` along y."""
    return Surface("on", (x, y, z), (length, width), headroom)


def inside(
    x: float, y: float, z: float, length: float, width: float, headroom: float = 1.0
) -> Surface:
    return replace(on(x, y, z, length, width, headroom), kind="in")


def under(x: float, y: float, length: float, width: float, headroom: float) -> Surface:
    """Floor below the thing, free up to ``headroom``."""
    return Surface("under", (x, y, 0.0), (length, width), headroom)


def _by_material(parts: list[Part]) -> list[tuple[Material, list[Part]]]:
    groups: dict[Material, list[Part]] = {}
    for part in parts:
        groups.setdefault(part.material, []).append(part)
    return list(groups.items())


def _merge(material: Material, parts: list[Part], origin: np.ndarray) -> Part:
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    vertices = np.concatenate([part.vertices for part in parts]) - origin
    triangles = [part.triangles + start for part, start in zip(parts, starts, strict=True)]
    return Part(vertices.astype(np.float32), np.concatenate(triangles).astype(np.int32), material)


def _shifted(surface: Surface, origin: np.ndarray) -> Surface:
    x, y, z = (round(float(value), 4) for value in np.asarray(surface.center) - origin)
    center: Vec3 = (x, y, z)
    return replace(surface, center=center)
