"""The outline of a room from the cells that are free in it: straight walls, as few as will do."""

from __future__ import annotations

import cv2
import numpy as np
import shapely
from scipy import ndimage

from cogmap.memory.rooms.floor_plan import FACE_CELLS
from cogmap.runtime.messages import F64, Bool

__all__ = ["outline"]

LINE_M = 0.35
"""Least length of boundary in line that may be a wall."""
RECESS_M = 0.3
"""Lines closer than this are one wall with curtains before or windows in it."""
THIN_CELLS = 4
"""Rectangles thinner than this are judged by all of their cells."""
APART_CELLS = 2.0
"""Lines closer than this are one."""
CORNER_M = 0.4
"""Part at either end of a wall that has neither windows nor curtains."""
NOTCH_M, NOTCH_M2 = 0.95, 2.0
"""Depth and area up to which unseen space in a corner is taken to be behind furniture."""
FITS = 0.8
"""Overlap with the cells below which a room is not made of walls in two directions."""
SMOOTHING_M = 0.12


def outline(room: Bool, taken: Bool, furniture: Bool, size: float) -> shapely.Polygon:
    """Outline of the cells ``room``, in units of cells; empty if it has none.

    ``taken`` are cells of other rooms, ``furniture`` those where something known stands in it, all
    (rows, columns); ``size`` is that of a cell (m).
    """
    around = cv2.dilate(furniture.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    hiding = around & ~taken  # with a cell around it that noise makes occupied
    whole = ndimage.binary_fill_holes(room | hiding) & ~taken
    straight = _rectilinear(whole, taken, hiding, size)
    if straight is not None:
        return straight
    return _traced(ndimage.binary_fill_holes(room), SMOOTHING_M / size)


def _rectilinear(room: Bool, taken: Bool, hiding: Bool, size: float) -> shapely.Polygon | None:
    """Union of the rectangles between wall lines that are mostly room; None if that misfits."""
    us = _lines(room, hiding, size)
    vs = _lines(room.T, hiding.T, size)
    if len(us) < 2 or len(vs) < 2:
        return None
    inside = _rectangle_shares(room, us, vs) > 0.5
    inside |= _hidden(inside, _rectangle_shares(taken, us, vs), us, vs, size)
    boxes = [
        shapely.box(us[c], vs[r], us[c + 1], vs[r + 1])
        for r, c in zip(*np.nonzero(inside), strict=True)
    ]
    polygon = _largest(shapely.union_all(boxes, grid_size=1e-6)).simplify(1e-3)
    if polygon.is_empty or _overlap(polygon, room) < FITS:
        return None
    return polygon


def _lines(room: Bool, hiding: Bool, size: float) -> F64:
    """Sorted positions of wall faces that run along rows' ends (constant column)."""
    low = _side(room, hiding, size)
    high = room.shape[1] - _side(room[:, ::-1], hiding[:, ::-1], size)
    lines = np.sort(np.concatenate([low, high]))
    if not len(lines):
        return lines
    apart = np.flatnonzero(np.diff(lines, prepend=-np.inf) >= APART_CELLS)
    return np.array([group.mean() for group in np.split(lines, apart[1:])])


def _side(room: Bool, hiding: Bool, size: float) -> F64:
    """Positions of wall faces that have the room on their right.

    Where no wall is seen near the back of furniture, the wall is taken to be there.
    """
    before = np.pad(room, ((0, 0), (1, 0)))[:, :-1]
    row, column = np.nonzero(room & ~before)
    hidden = hiding[row, column]
    seen = _faces(row[~hidden], column[~hidden], size) - FACE_CELLS
    backs = _faces(row[hidden], column[hidden], size) + 1  # of the cell around it
    apart = np.abs(backs[:, None] - seen).min(axis=1, initial=np.inf) > RECESS_M / size
    return np.concatenate([seen, backs[apart]])


def _faces(row: np.ndarray, column: np.ndarray, size: float) -> F64:
    """Columns of walls, room on their right, from the pieces of boundary (N,), a row each.

    Of lines close to each other the longest is the wall, where what lies at the ends counts
    more: the others are windows in it, curtains and shallow furniture before it.
    """
    if not len(row):
        return np.zeros(0)
    window, corner, least = (round(m / size) for m in (RECESS_M, CORNER_M, LINE_M))
    lengths = np.bincount(column, minlength=int(column.max()) + 3).astype(np.float64)
    near = np.convolve(lengths, np.ones(3), "same")
    found: list[float] = []
    while near.max(initial=0) >= least:
        peak = int(near.argmax())
        here = np.abs(column - peak) <= window
        ends = np.minimum(row - row[here].min(), row[here].max() - row) < corner
        weight = np.bincount(column[here], (1 + 3 * ends)[here], minlength=len(lengths))
        at = int(np.convolve(weight, np.ones(3), "same").argmax())
        span = np.arange(max(at - 1, 0), at + 2)
        found.append(float((span * lengths[span]).sum() / lengths[span].sum()))
        near[max(min(at, peak) - window, 0) : max(at, peak) + window + 1] = 0
    return np.array(found)


def _rectangle_shares(cells: Bool, us: F64, vs: F64) -> F64:
    """(V - 1, U - 1) part of each rectangle between lines that is set."""
    total = np.zeros((cells.shape[0] + 1, cells.shape[1] + 1))
    total[1:, 1:] = cells.cumsum(axis=0).cumsum(axis=1)
    # Faces are about a cell beyond free space: what is counted must not reach into the wall.
    columns = _inner(us, cells.shape[1])
    rows = _inner(vs, cells.shape[0])
    (c0, c1), (r0, r1) = columns, rows
    r0, r1 = r0[:, None], r1[:, None]
    counts = total[r1, c1] - total[r0, c1] - total[r1, c0] + total[r0, c0]
    return np.asarray(counts / np.maximum((r1 - r0) * (c1 - c0), 1))


def _inner(lines: F64, most: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last cell (exclusive) between neighbouring lines, clear of walls if wide enough."""
    clear = np.where(np.diff(lines) >= THIN_CELLS, 1, 0)
    low = np.rint(lines[:-1] + clear).astype(int).clip(0, most - 1)
    high = np.rint(lines[1:] - clear).astype(int).clip(0, most)
    return low, np.maximum(high, low + 1)


def _hidden(inside: Bool, taken: F64, us: F64, vs: F64, size: float) -> Bool:
    """Rectangles that furniture hides: small unseen pockets within the room's bounds."""
    bounds = np.zeros_like(inside)
    if not inside.any():
        return bounds
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    bounds[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    labels, number = ndimage.label(bounds & ~inside)
    areas = np.outer(np.diff(vs), np.diff(us)) * size**2
    hidden = np.zeros_like(inside)
    for index, (r, c) in enumerate(ndimage.find_objects(labels, number), start=1):
        pocket = labels == index
        depth = min(vs[r.stop] - vs[r.start], us[c.stop] - us[c.start]) * size
        area = areas[pocket].sum()
        seen = (areas * taken)[pocket].sum() / area
        if depth <= NOTCH_M and area <= NOTCH_M2 and seen < 0.1:
            hidden |= pocket
    return hidden


def _traced(room: Bool, smoothing: float) -> shapely.Polygon:
    """The outline of the cells themselves, smoothed, moved out to the faces of walls."""
    contours, _ = cv2.findContours(
        cv2.resize(room.astype(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST),
        cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE,
    )  # fmt: skip
    rings = [contour[:, 0] for contour in contours if len(contour) >= 4]
    if not rings:
        return shapely.Polygon()
    # Contours run through the middles of the outermost pixels, which are half cells here.
    polygons = [shapely.Polygon((ring + 0.5) / 2).buffer(0.25 + FACE_CELLS) for ring in rings]
    return _largest(_largest(shapely.union_all(polygons)).simplify(smoothing))


def _overlap(polygon: shapely.Polygon, cells: Bool) -> float:
    """Intersection over union."""
    within = _within(polygon.buffer(-1, join_style="mitre"), cells.shape)
    return float((within & cells).sum() / max((within | cells).sum(), 1))


def _within(polygon: shapely.Polygon, shape: tuple[int, ...]) -> Bool:
    """(rows, columns) cells whose centre is in a polygon."""
    image = np.zeros(shape, np.uint8)
    for part in shapely.get_parts(polygon):
        ring = np.asarray(part.exterior.coords)
        cv2.fillPoly(image, [np.rint((ring - 0.5) * 16).astype(np.int32)], 1, shift=4)
    return image > 0


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    """The largest polygon of a shape, without its holes."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    if not parts:
        return shapely.Polygon()
    return shapely.Polygon(max(parts, key=shapely.area).exterior)
