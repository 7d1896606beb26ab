"""Meshes of a house itself: walls with openings cut out, floors, ceilings, trim, glass.

Every wall face is a panel in the vertical plane of a room's polygon edge; openings are
left out of it and lined to the opposite face of the wall. Floors and ceilings reach under
the walls (they cover the plan's cells), so no ray finds a crack to the outside.
"""

from __future__ import annotations

import itertools

import numpy as np
import shapely

from cogmap.runtime.messages import Vec3
from cogmap.sim.finishes import Finishes
from cogmap.sim.floorplan import INNER_WALL_M, FloorPlan
from cogmap.sim.openings import Entrance
from cogmap.sim.scene import Door, Material, Part, Window
from cogmap.sim.wall_faces import (
    CASING_M,
    SILL_BOARD_M,
    SKIRTING_M,
    Face,
    Opening,
    faces,
    openings_of,
    span_on_face,
)


class _Mesher:
    """Collects quads by material and joins them into parts."""

    def __init__(self) -> None:
        self._quads: dict[Material, list[tuple[Vec3, Vec3, Vec3, Vec3]]] = {}
        self._parts: list[Part] = []

    def quad(self, material: Material, a: Vec3, b: Vec3, c: Vec3, d: Vec3) -> None:
        """Corners counter-clockwise from the side that is seen."""
        self._quads.setdefault(material, []).append((a, b, c, d))

    def panel(self, edge: Face, material: Material, s: tuple[float, float], out: float,
              z: tuple[float, float]) -> None:  # fmt: skip
        """A vertical rectangle parallel to ``edge``, seen from its open side."""
        (s0, s1), (z0, z1) = s, z
        self.quad(material, edge.at(s0, out, z0), edge.at(s1, out, z0), edge.at(s1, out, z1),
                  edge.at(s0, out, z1))  # fmt: skip

    def bar(self, edge: Face, material: Material, s: tuple[float, float],
            out: tuple[float, float], z: tuple[float, float]) -> None:  # fmt: skip
        """A box along ``edge``; all faces, as parts of it may be seen through openings."""
        (s0, s1), (n0, n1), (z0, z1) = s, out, z
        self.panel(edge, material, s, n1, z)
        at = edge.at
        self.quad(material, at(s1, n0, z0), at(s0, n0, z0), at(s0, n0, z1), at(s1, n0, z1))
        self.quad(material, at(s0, n0, z0), at(s0, n1, z0), at(s0, n1, z1), at(s0, n0, z1))
        self.quad(material, at(s1, n1, z0), at(s1, n0, z0), at(s1, n0, z1), at(s1, n1, z1))
        self.quad(material, at(s0, n1, z1), at(s1, n1, z1), at(s1, n0, z1), at(s0, n0, z1))
        self.quad(material, at(s0, n0, z0), at(s1, n0, z0), at(s1, n1, z0), at(s0, n1, z0))

    def flat(self, material: Material, area: shapely.Geometry, z: float, faces_up: bool) -> None:
        """A horizontal area of any shape as a part of its own."""
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(area))
        corners = [
            shapely.get_coordinates(shapely.orient_polygons(t, exterior_cw=not faces_up))[:3]
            for t in triangles.tolist()
        ]
        points = np.concatenate(corners)
        unique, index = np.unique(points, axis=0, return_inverse=True)
        vertices = np.column_stack([unique, np.full(len(unique), z)]).astype(np.float32)
        self._parts.append(Part(vertices, index.reshape(-1, 3).astype(np.int32), material))

    def parts(self) -> tuple[Part, ...]:
        made = list(self._parts)
        for material, quads in self._quads.items():
            vertices = np.array(quads, np.float32).reshape(-1, 3)
            first = np.arange(len(quads), dtype=np.int32)[:, None, None] * 4
            two = np.array([[[0, 1, 2], [0, 2, 3]]], np.int32)
            made.append(Part(vertices, (first + two).reshape(-1, 3), material))
        return tuple(made)


def build_structure(
    plan: FloorPlan,
    doors: tuple[Door, ...],
    windows: tuple[Window, ...],
    entrance: Entrance,
    finishes: Finishes,
) -> tuple[Part, ...]:
    """All parts of a house that never move, world frame, metres."""
    mesher = _Mesher()
    openings = openings_of(doors, windows, entrance)
    height = plan.rooms[0].height_m
    for room, cell in zip(plan.rooms, plan.cells, strict=True):
        finish = finishes.rooms[room.id]
        mesher.flat(finish.floor, cell, 0.0, faces_up=True)
        mesher.flat(finishes.ceiling, cell, height, faces_up=False)
        for edge in faces(room.polygon):
            holes = [span_on_face(edge, opening) for opening in openings]
            found = [(hole, s) for hole, s in zip(openings, holes, strict=True) if s is not None]
            _wall_face(mesher, edge, finish.wall, height, found)
            _skirting(mesher, edge, finishes.trim, found)
            for opening, s in found:
                _trim(mesher, edge, finishes, opening, s)
    _outside(mesher, plan, openings, finishes, height)
    return mesher.parts()


def _wall_face(
    mesher: _Mesher,
    edge: Face,
    material: Material,
    height: float,
    holes: list[tuple[Opening, tuple[float, float]]],
) -> None:
    """The face of a wall, floor to ceiling, with its openings left out."""
    stops = sorted({0.0, edge.length, *(v for _, s in holes for v in s)})
    for s0, s1 in itertools.pairwise(stops):
        cut = [o for o, (h0, h1) in holes if h0 < (s0 + s1) / 2 < h1]
        low, spans = 0.0, []
        for opening in sorted(cut, key=lambda o: o.bottom_m):
            spans.append((low, opening.bottom_m))
            low = opening.top_m
        for z in [*spans, (low, height)]:
            if z[1] - z[0] > 1e-6:
                mesher.panel(edge, material, (s0, s1), 0.0, z)


def _skirting(
    mesher: _Mesher,
    edge: Face,
    material: Material,
    holes: list[tuple[Opening, tuple[float, float]]],
) -> None:
    thickness, height = SKIRTING_M
    gaps = sorted((s0 - CASING_M[1], s1 + CASING_M[1]) for o, (s0, s1) in holes if o.bottom_m == 0)
    low = 0.0
    for s0, s1 in [*gaps, (edge.length, edge.length)]:
        if s0 - low > 1e-3:
            mesher.bar(edge, material, (low, s0), (0.0, thickness), (0.0, height))
        low = s1


def _trim(
    mesher: _Mesher, edge: Face, finishes: Finishes, opening: Opening, s: tuple[float, float]
) -> None:
    """Reveals, casing, frame and filling of an opening, seen from the side of ``edge``."""
    half = -opening.depth_m / 2
    (s0, s1), z0, z1 = s, opening.bottom_m, opening.top_m
    at, trim = edge.at, finishes.trim
    deep = half if opening.kind == "doorway" else 2 * half
    mesher.quad(trim, at(s0, 0, z0), at(s0, 0, z1), at(s0, deep, z1), at(s0, deep, z0))
    mesher.quad(trim, at(s1, deep, z0), at(s1, deep, z1), at(s1, 0, z1), at(s1, 0, z0))
    mesher.quad(trim, at(s0, 0, z1), at(s1, 0, z1), at(s1, deep, z1), at(s0, deep, z1))
    if opening.kind == "window":
        mesher.quad(trim, at(s0, deep, z0), at(s1, deep, z0), at(s1, 0, z0), at(s0, 0, z0))
        _window(mesher, edge, finishes, s, (z0, z1), half)
        return
    out, wide = CASING_M
    mesher.bar(edge, trim, (s0 - wide, s0), (0.0, out), (0.0, z1 + wide))
    mesher.bar(edge, trim, (s1, s1 + wide), (0.0, out), (0.0, z1 + wide))
    mesher.bar(edge, trim, (s0, s1), (0.0, out), (z1, z1 + wide))
    if opening.kind == "entrance":
        step = -INNER_WALL_M / 2  # the floor ends here
        mesher.quad(trim, at(s0, deep, 0), at(s1, deep, 0), at(s1, step, 0), at(s0, step, 0))
        mesher.bar(edge, finishes.entrance, s, (half - 0.03, half + 0.03), (0.0, z1))
        for low, high in ((0.15, 0.9), (1.1, z1 - 0.15)):
            mesher.bar(edge, finishes.entrance, (s0 + 0.15, s1 - 0.15), (half + 0.03, half + 0.04),
                       (low, high))  # fmt: skip
        knob = (s0 + 0.06, s0 + 0.1)
        mesher.bar(edge, finishes.metal, knob, (half + 0.03, half + 0.08), (1.0, 1.04))


def _window(
    mesher: _Mesher,
    edge: Face,
    finishes: Finishes,
    s: tuple[float, float],
    z: tuple[float, float],
    half: float,
) -> None:
    """Frame with a post in the middle of wide windows, bright pane, sill board."""
    bar, (s0, s1), (z0, z1) = 0.05, s, z
    out = (half - 0.03, half + 0.03)
    for span in ((s0, s0 + bar), (s1 - bar, s1)):
        mesher.bar(edge, finishes.trim, span, out, z)
    for span in ((z0, z0 + bar), (z1 - bar, z1)):
        mesher.bar(edge, finishes.trim, (s0 + bar, s1 - bar), out, span)
    if s1 - s0 > 1.0:
        middle = (s0 + s1) / 2
        mesher.bar(edge, finishes.trim, (middle - 0.03, middle + 0.03), out, (z0 + bar, z1 - bar))
    mesher.panel(edge, finishes.glass, s, half, z)
    mesher.bar(
        edge, finishes.trim, (s0 - 0.04, s1 + 0.04), (0.0, SILL_BOARD_M), (z0 - SILL_BOARD_M, z0)
    )


def _outside(
    mesher: _Mesher, plan: FloorPlan, openings: list[Opening], finishes: Finishes, height: float
) -> None:
    """Outer faces, and the top of the walls, for views from above with the ceiling left out."""
    outline = shapely.orient_polygons(plan.outline)
    corners = tuple((x, y) for x, y in outline.exterior.coords[:-1])
    for edge in faces(corners, inward=False):
        found = [(o, s) for o in openings if (s := span_on_face(edge, o)) is not None]
        _wall_face(mesher, edge, finishes.facade, height, found)
    inside = shapely.union_all([shapely.Polygon(room.polygon) for room in plan.rooms])
    mesher.flat(finishes.wall_top, shapely.difference(plan.outline, inside), height, faces_up=True)
