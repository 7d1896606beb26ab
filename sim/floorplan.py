"""Floor plans from a seed: which rooms a house has, where their walls run, how they join.

A plan is made of cells that tile the house: each cell is a room up to the centre lines of
its inner walls. Small homes are a main room with others beside it; larger ones are two
rows of rooms along a hallway that the living room may bend around (an L).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon as ShapelyPolygon
from shapely.geometry import box

from cogmap.sim.scene import Polygon, Room, RoomType

INNER_WALL_M = 0.12
OUTER_WALL_M = 0.24

AREA_M2: dict[RoomType, tuple[float, float]] = {
    "kitchen": (8.5, 16.0),
    "bedroom": (10.0, 18.0),
    "bathroom": (4.0, 8.0),
    "living room": (16.0, 35.0),
    "office": (8.0, 14.0),
    "hallway": (3.0, 18.0),
}
"""Floor area that each type may have."""

MIN_SIDE_M: dict[RoomType, float] = {
    "kitchen": 2.4,
    "bedroom": 2.7,
    "bathroom": 1.6,
    "living room": 3.4,
    "office": 2.4,
    "hallway": 1.2,
}
MAX_ASPECT = 2.3
MIN_CONTACT_M = 1.25
"""Least common wall of two cells that fits a doorway with its frame."""

_FLAT: tuple[RoomType, ...] = ("hallway", "living room", "kitchen", "bedroom", "bathroom")
_PROGRAMS: dict[int, tuple[tuple[RoomType, ...], ...]] = {
    2: (("living room", "kitchen"), ("living room", "bedroom"), ("bedroom", "bathroom")),
    3: (
        ("living room", "kitchen", "bathroom"),
        ("living room", "bedroom", "bathroom"),
        ("living room", "kitchen", "bedroom"),
    ),
    4: (
        ("hallway", "living room", "kitchen", "bathroom"),
        ("hallway", "living room", "bedroom", "bathroom"),
        ("hallway", "living room", "kitchen", "bedroom"),
    ),
    5: (_FLAT, ("hallway", "living room", "kitchen", "office", "bathroom")),
    6: ((*_FLAT, "office"), (*_FLAT, "bedroom")),
    7: ((*_FLAT, "office", "bedroom"),),
    8: ((*_FLAT, "office", "bedroom", "bedroom"), (*_FLAT, "office", "bedroom", "bathroom")),
}


@dataclass(frozen=True)
class FloorPlan:
    """Rooms and the cells they lie in (same order). Metres, world frame."""

    rooms: tuple[Room, ...]
    cells: tuple[ShapelyPolygon, ...]
    """Room areas up to the centre lines of inner walls; together they tile the house."""
    outline: ShapelyPolygon
    """Outer face of the outer walls."""


def plan_rooms(rng: np.random.Generator, rooms: int) -> FloorPlan:
    """Draw a floor plan with ``rooms`` rooms (2 to 8, hallway included).

    Raises ValueError if ``rooms`` is out of range.
    """
    if rooms not in _PROGRAMS:
        raise ValueError(f"rooms: {rooms} is not in {min(_PROGRAMS)}..{max(_PROGRAMS)}")
    programs = _PROGRAMS[rooms]
    types = programs[int(rng.integers(len(programs)))]
    while True:
        cells = _hallway_cells(rng, types) if "hallway" in types else _hub_cells(rng, types)
        if cells is not None and all(map(_is_plausible, types, cells)):
            break
    cells = _reflect(rng, cells)
    height = round(float(rng.uniform(2.4, 2.8)), 2)
    faces = [_inner_face(cell) for cell in cells]
    outline = shapely.union_all(cells).buffer(OUTER_WALL_M - INNER_WALL_M / 2, join_style="mitre")
    return FloorPlan(
        rooms=tuple(
            Room(index, kind, face, height)
            for index, (kind, face) in enumerate(zip(types, faces, strict=True), start=1)
        ),
        cells=tuple(cells),
        outline=outline,
    )


def _hub_cells(rng: np.random.Generator, types: tuple[RoomType, ...]) -> list[ShapelyPolygon]:
    """The first room on the left, the others stacked in one column to its right."""
    areas = [rng.uniform(*AREA_M2[kind]) for kind in types]
    depth = _cm(rng.uniform(3.2, 6.0))
    width, column = _cm(areas[0] / depth), _cm(sum(areas[1:]) / depth)
    cells = [box(0.0, 0.0, width, depth)]
    stops = _split(depth, areas[1:])
    for low, high in itertools.pairwise(stops):
        cells.append(box(width, low, _cm(width + column), high))
    return cells


def _hallway_cells(
    rng: np.random.Generator, types: tuple[RoomType, ...]
) -> list[ShapelyPolygon] | None:
    """Two rows along a hallway; the living room ends the lower row. None if it does not fit."""
    living = types.index("living room")
    others = [i for i, kind in enumerate(types) if kind not in ("hallway", "living room")]
    others = [others[i] for i in rng.permutation(len(others))]
    upper_count = int(rng.integers(1, len(others) + 1))
    upper, lower = others[:upper_count], [*others[upper_count:], living]
    upper.sort(key=lambda i: types[i] == "kitchen")  # the kitchen lies opposite the living room

    areas = {i: rng.uniform(*AREA_M2[types[i]]) for i in (*upper, *lower)}
    lower_depth, upper_depth = _cm(rng.uniform(2.9, 4.8)), _cm(rng.uniform(2.9, 4.5))
    hall_width = _cm(rng.uniform(1.4, 1.85))
    width_lower = sum(areas[i] for i in lower) / lower_depth
    width_upper = sum(areas[i] for i in upper) / upper_depth
    if not 0.75 < width_lower / width_upper < 1.33:
        return None
    width = _cm((width_lower + width_upper) / 2)
    lower_stops = _split(width, [areas[i] for i in lower])
    upper_stops = _split(width, [areas[i] for i in upper])
    hall_end = _hall_end(rng, width, lower_stops[-2], upper_stops[-2])

    top = _cm(lower_depth + hall_width)
    cells: dict[int, ShapelyPolygon] = {
        types.index("hallway"): box(0.0, lower_depth, hall_end, top)
    }
    for stops, row, low, high in (
        (lower_stops, lower, 0.0, lower_depth),
        (upper_stops, upper, top, _cm(top + upper_depth)),
    ):
        for i, x0, x1 in zip(row, stops[:-1], stops[1:], strict=True):
            cells[i] = box(x0, low, x1, high)
    if hall_end < width:
        cells[living] = cells[living].union(box(hall_end, lower_depth, width, top)).normalize()
    hall = cells[types.index("hallway")]
    if any(contact_m(hall, cells[i]) < MIN_CONTACT_M for i in (*upper, *lower)):
        return None
    return [cells[i].simplify(0.0) for i in range(len(types))]


def _hall_end(rng: np.random.Generator, width: float, living_x: float, last_x: float) -> float:
    """Where the hallway stops: at the outer wall, or earlier, against the living room."""
    earliest = max(last_x + MIN_CONTACT_M, living_x)
    if rng.random() < 0.25 or earliest > width - 1.6:
        return width
    latest = min(width - 1.6, earliest + 1.2)
    return _cm(rng.uniform(earliest, latest))


def contact_m(a: ShapelyPolygon, b: ShapelyPolygon) -> float:
    """Longest straight piece of wall that two cells share (m)."""
    return max((shapely.length(wall) for wall in shared_walls(a, b)), default=0.0)


def shared_walls(a: ShapelyPolygon, b: ShapelyPolygon) -> list[shapely.LineString]:
    """Straight pieces of centre line between two cells."""
    common = shapely.line_merge(shapely.intersection(a.boundary, b.boundary))
    pieces = [part for part in shapely.get_parts(common) if part.geom_type == "LineString"]
    return [
        shapely.LineString(pair)
        for piece in pieces
        for pair in zip(piece.coords[:-1], piece.coords[1:], strict=True)
    ]


def _is_plausible(kind: RoomType, cell: ShapelyPolygon) -> bool:
    inner = cell.buffer(-INNER_WALL_M / 2, join_style="mitre")
    x0, y0, x1, y1 = inner.bounds
    short, long = sorted((x1 - x0, y1 - y0))
    low, high = AREA_M2[kind]
    slender = kind != "hallway" and long / short > MAX_ASPECT
    narrowed = inner.buffer(-MIN_SIDE_M[kind] / 2 + 1e-6, join_style="mitre")
    return low <= inner.area <= high and not slender and not narrowed.is_empty


def _reflect(rng: np.random.Generator, cells: list[ShapelyPolygon]) -> list[ShapelyPolygon]:
    """Mirror and transpose the plan at random, with its corner back at the origin."""
    flip_x, flip_y, transpose = (bool(v) for v in rng.integers(0, 2, 3))
    x0, y0, x1, y1 = shapely.union_all(cells).bounds

    def move(points: np.ndarray) -> np.ndarray:
        x = x1 - points[:, 0] if flip_x else points[:, 0] - x0
        y = y1 - points[:, 1] if flip_y else points[:, 1] - y0
        return np.round(np.column_stack((y, x) if transpose else (x, y)), 2)

    return [shapely.orient_polygons(shapely.transform(cell, move)) for cell in cells]


def _inner_face(cell: ShapelyPolygon) -> Polygon:
    """Counter-clockwise corners along the inner faces of a cell's walls."""
    inner = shapely.orient_polygons(cell.buffer(-INNER_WALL_M / 2, join_style="mitre"))
    corners = [(round(x, 3), round(y, 3)) for x, y in inner.exterior.coords[:-1]]
    first = corners.index(min(corners))
    return tuple(corners[first:] + corners[:first])


def _split(length: float, shares: list[float]) -> list[float]:
    """Cut [0, length] in proportion to ``shares``: the len(shares) + 1 stops."""
    stops = np.concatenate([[0.0], np.cumsum(shares)]) / sum(shares) * length
    return [_cm(stop) for stop in stops]


def _cm(value: float) -> float:
    return round(float(value), 2)
