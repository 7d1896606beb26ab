"""The outline of a room from the cells that are free in it: straight walls, as few as will do."""

from __future__ import annotations

import cv2
import numpy as np
import shapely
from scipy import ndimage

from cogmap.memory.floor_plan import FloorPlan
from cogmap.runtime.messages import F64, Bool

__all__ = ["outline"]

FACE_CELLS = 1.0
"""From where free space ends to the face of what ends it. Space within a voxel of a surface is
never seen as free, so that free voxels end a voxel before it, to half a voxel."""
LINE_M = 0.35
"""Least length of boundary in line that may be a wall."""
RECESS_M = 0.3
"""Lines closer than this are one wall with curtains before or windows in it."""
SUPPORT = 0.25
"""Part of the boundary near a wall that must be on the innermost line for it to be the wall."""
NOTCH_M, NOTCH_M2 = 0.95, 2.0
"""Depth and area up to which unseen space in a corner is taken to be behind furniture."""
FITS = 0.8
"""Overlap with the cells below which a room is not made of walls in two directions."""
SMOOTHING_M = 0.12


def outline(plan: FloorPlan, room: Bool, taken: Bool, furniture: Bool) -> shapely.Polygon:
    """Outline of the cells ``room``, in units of cells of the plan; empty if it has none.

    ``taken`` are cells of other rooms, ``furniture`` those where something known stands.
    All (rows, columns).
    """
    whole = ndimage.binary_fill_holes(room) & ~taken
    straight = _rectilinear(plan, whole, taken, furniture)
    if straight is not None:
        return straight
    return _traced(whole, SMOOTHING_M / plan.resolution_m)


def _rectilinear(
    plan: FloorPlan, room: Bool, taken: Bool, furniture: Bool
) -> shapely.Polygon | None:
    """Union of the rectangles between wall lines that are mostly room; None if that misfits."""
    us, vs = _lines(room, plan.resolution_m), _lines(room.T, plan.resolution_m)
    if len(us) < 2 or len(vs) < 2:
        return None
    inside = _rectangle_shares(room | furniture & ~taken, us, vs) > 0.5
    inside |= _hidden(inside, _rectangle_shares(taken, us, vs), us, vs, plan.resolution_m)
    boxes = [
        shapely.box(us[c], vs[r], us[c + 1], vs[r + 1]) for r, c in zip(*np.nonzero(inside), strict=True)
    ]
    polygon = _largest(shapely.union_all(boxes, grid_size=1e-6))
    if polygon.is_empty or _overlap(polygon, room | furniture & _within(polygon, room.shape)) < FITS:
        return None
    return polygon


def _lines(room: Bool, size: float) -> F64:
    """Sorted positions of wall faces that run along rows' ends (constant column)."""
    step = np.diff(room.astype(np.int8), axis=1, prepend=0, append=0)
    rising = _faces((step > 0).sum(axis=0), size) - FACE_CELLS
    falling = len(step[0]) - 1 - _faces((step < 0).sum(axis=0)[::-1], size) + FACE_CELLS
    return np.unique(np.concatenate([rising, falling]))


def _faces(lengths: np.ndarray, size: float) -> F64:
    """Positions of walls, room on their right, from the length of boundary at each position."""
    window, least = round(RECESS_M / size), LINE_M / size
    near = np.convolve(lengths, np.ones(3, int), "same")
    found: list[float] = []
    left = near.astype(np.float64)
    while left.max(initial=0) >= least:
        peak = int(left.argmax())
        low, high = max(peak - window, 0), min(peak + window + 1, len(near))
        around = near[low:high]
        enough = np.flatnonzero(around >= max(SUPPORT * lengths[low:high].sum(), least))
        at = low + int(enough[-1]) if len(enough) else peak  # the innermost one
        at = max(range(max(at - 1, 0), min(at + 2, len(near))), key=lambda k: (near[k], -k))
        span = np.arange(max(at - 1, 0), min(at + 2, len(near)))
        found.append(float((span * lengths[span]).sum() / lengths[span].sum()))
        left[low:high] = 0
    return np.array(found)


def _rectangle_shares(cells: Bool, us: F64, vs: F64) -> F64:
    """(V - 1, U - 1) part of each rectangle between lines that is set."""
    total = np.zeros((cells.shape[0] + 1, cells.shape[1] + 1))
    total[1:, 1:] = cells.cumsum(axis=0).cumsum(axis=1)
    # Faces are a cell beyond free space: what is counted must not reach into the wall.
    columns = _inner(us, cells.shape[1])
    rows = _inner(vs, cells.shape[0])
    (c0, c1), (r0, r1) = columns, rows
    r0, r1 = r0[:, None], r1[:, None]
    counts = total[r1, c1] - total[r0, c1] - total[r1, c0] + total[r0, c0]
    return np.asarray(counts / np.maximum((r1 - r0) * (c1 - c0), 1))


def _inner(lines: F64, most: int) -> tuple[np.ndarray, np.ndarray]:
    low = np.rint(lines[:-1] + FACE_CELLS).astype(int).clip(0, most)
    high = np.rint(lines[1:] - FACE_CELLS).astype(int).clip(0, most)
    return low, np.maximum(high, low)


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
    within = _within(polygon.buffer(-FACE_CELLS, join_style="mitre"), cells.shape)
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
