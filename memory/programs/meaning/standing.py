"""How boxes stand to each other: on, in, under, above, beside. Whole sets at once.

Boxes know nothing of the hollow of a shelf or the seat of a sofa, so the tests allow for what
reaches into the box that it stands on.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cogmap.memory.geometry.boxes import BoxRows, bounds, footprint_distance_pairs, footprints
from cogmap.runtime.messages import F64, Bool

__all__ = ["above", "beside", "between", "inside", "middle_over", "on", "under"]

CONTACT_M = 0.08
"""Boxes that should touch are this far apart, or into each other, at most."""
CARRIED = 0.5
"""Part of a thing's footprint that is over what carries it."""
ENCLOSED = 0.75
"""Part of a thing's box that is in the box of what it is in."""
OVER_M = 0.25
"""What is flat and above a thing may be so far before or behind it: pictures hang behind sofas."""
FLAT = 0.5
"""What is flat is at most so deep, in parts of its width."""
OVER = 0.25
"""What is above a thing is over so much of it, or has so much of itself over it; of flat things the
widths count."""
APART = 0.5
"""Things are not beside each other if this part of the smaller footprint is over the other."""
LEVEL_M = 0.3
"""Things beside each other may be this far apart in height."""
ENCLOSING_RAD = np.deg2rad(130)
"""What is between two things sees them in directions that differ by at least this angle."""


def on(a: BoxRows, b: BoxRows, doubt_m: F64 | None = None) -> Bool:
    """(N, M) whether ``a`` is carried by ``b``: its bottom is at b's top, or, where b's box is
    higher than its seat or shelf, in b's upper half. Faces may be off by ``doubt_m`` (N, M)."""
    doubt = np.zeros((len(a), len(b))) if doubt_m is None else doubt_m
    bottom, top_b = _bottom(a)[:, None], _top(b)[None]
    touches = np.abs(bottom - top_b) <= CONTACT_M + doubt
    seated = (bottom >= b[None, :, 2] - CONTACT_M) & (bottom < top_b)
    smaller = _area(a)[:, None] < _area(b)[None]
    possible = np.asarray((touches | (seated & smaller)) & (_top(a)[:, None] > b[None, :, 2]))
    return _covers(a, b, possible, CARRIED * _area(a)[:, None], doubt)


def inside(a: BoxRows, b: BoxRows) -> Bool:
    """(N, M) whether most of ``a`` is in the box of ``b``, which is larger."""
    low = np.maximum(_bottom(a)[:, None], _bottom(b)[None])
    high = np.minimum(_top(a)[:, None], _top(b)[None])
    possible = (high > low) & (_volume(a)[:, None] < _volume(b)[None])
    least = ENCLOSED * _volume(a)[:, None] / np.maximum(high - low, 1e-9)
    return _covers(a, b, possible, least)


def under(a: BoxRows, b: BoxRows) -> Bool:
    """(N, M) whether ``a`` is beneath ``b``, or stands within its box on the same floor."""
    beneath = _top(a)[:, None] <= _bottom(b)[None] + CONTACT_M
    within = (_top(a)[:, None] < _top(b)[None] - CONTACT_M) & (
        _bottom(a)[:, None] <= _bottom(b)[None] + CONTACT_M
    )
    possible = (beneath | within) & (a[:, None, 2] < b[None, :, 2])
    least = np.minimum(_area(a)[:, None], _area(b)[None])
    return _covers(a, b, possible, CARRIED * least)


def above(a: BoxRows, b: BoxRows) -> Bool:
    """(N, M) whether ``a`` is over ``b``, by a part that counts; what is flat may be a hand before
    or behind it."""
    possible = _bottom(a)[:, None] >= _top(b)[None] - CONTACT_M
    flat = a[:, 3:5].min(axis=1) <= FLAT * a[:, 3:5].max(axis=1)
    least = OVER * np.minimum(_area(a)[:, None], _area(b)[None])
    over = _covers(a, b, possible & ~flat[:, None], least)
    near = possible & flat[:, None]
    near &= _level_distance(a, b, near, OVER_M) <= OVER_M
    row, column = np.nonzero(near)
    if len(row):
        over[row, column] = _before(a[row], b[column])
    return over


def _before(a: BoxRows, b: BoxRows) -> Bool:
    """(K,) whether pairs have so much in common along the longer level side of ``a``, the flat one,
    if it is moved a hand across it at most."""
    wide = a[:, 3] >= a[:, 4]
    along = a[:, 6] + np.where(wide, 0.0, np.pi / 2)
    deep = a.copy()
    deep[:, 3] += np.where(wide, 0.0, 2 * OVER_M)
    deep[:, 4] += np.where(wide, 2 * OVER_M, 0.0)
    first, second = (shapely.polygons(footprints(x)) for x in (deep, b))
    common = shapely.intersection(first, second)
    axes = np.stack([np.cos(along), np.sin(along)], axis=1)
    widths = [_width(common, axes), np.minimum(_width(first, axes), _width(second, axes))]
    return np.asarray((shapely.area(common) > 0) & (widths[0] >= OVER * widths[1]))


def _width(shapes: NDArray[np.object_], axes: F64) -> F64:
    """(K,) how far polygons reach along axes (K, 2)."""
    spans = [shapely.get_coordinates(s) @ axis for s, axis in zip(shapes, axes, strict=True)]
    return np.array([np.ptp(span) if len(span) else 0.0 for span in spans])


def beside(a: BoxRows, b: BoxRows, within_m: float) -> Bool:
    """(N, M) whether ``a`` and ``b`` are at most so far apart at about the same height, and
    neither on, in nor under the other."""
    gap = np.maximum(_bottom(a)[:, None] - _top(b)[None], _bottom(b)[None] - _top(a)[:, None])
    near = gap <= LEVEL_M
    near &= _level_distance(a, b, near, within_m) <= within_m
    least = np.minimum(_area(a)[:, None], _area(b)[None])
    return np.asarray(near & ~_covers(a, b, near, APART * least))


def middle_over(a: BoxRows, b: BoxRows) -> Bool:
    """(K,) of pairs, whether the middle of one footprint is in the other."""
    first, second = (shapely.polygons(footprints(each)) for each in (a, b))
    over = shapely.covers(second, shapely.points(a[:, :2]))
    return np.asarray(over | shapely.covers(first, shapely.points(b[:, :2])))


def between(a: F64, b: F64, c: F64) -> bool:
    """Whether a centre ``a`` (2,) is between one of ``b`` (M, 2) and one of ``c`` (K, 2)."""
    to_b, to_c = (_angles(others - a) for others in (b, c))
    if not len(to_b) or not len(to_c):
        return False
    to_c = np.sort(to_c)
    opposite = (to_b + 2 * np.pi) % (2 * np.pi) - np.pi
    after = np.searchsorted(to_c, opposite)
    nearest = to_c[np.stack([after - 1, after % len(to_c)])]
    off = np.abs((nearest - opposite + np.pi) % (2 * np.pi) - np.pi)
    return bool(off.min() <= np.pi - ENCLOSING_RAD + 1e-9)


def _angles(offsets: F64) -> F64:
    """(N,) in [-pi, pi] of offsets, those of no length left out."""
    offsets = offsets[np.abs(offsets).max(axis=1, initial=0) > 1e-9]
    return np.asarray(np.arctan2(offsets[:, 1], offsets[:, 0]))


def _covers(
    a: BoxRows, b: BoxRows, wanted: Bool, least_m2: F64, doubt_m: F64 | None = None
) -> Bool:
    """(N, M) whether footprints have so much (N, M) or more in common, where wanted, if the sides
    of ``b`` were farther out by ``doubt_m`` (N, M). Polygons are cut only where what bounds them
    has as much in common."""
    one, other = bounds(a), bounds(b)
    doubt = np.zeros(wanted.shape) if doubt_m is None else doubt_m
    out = np.sqrt(2) * doubt  # of what bounds a box that is turned
    sides = [
        np.minimum(one[:, None, axis + 3], other[None, :, axis + 3] + out)
        - np.maximum(one[:, None, axis], other[None, :, axis] - out)
        for axis in (0, 1)
    ]
    at_most = np.maximum(sides[0], 0) * np.maximum(sides[1], 0)
    row, column = np.nonzero(wanted & (at_most >= least_m2) & (at_most > 0))
    found = np.zeros(wanted.shape, bool)
    if len(row):
        larger = b[column].copy()
        larger[:, 3:5] += 2 * doubt[row, column, None]
        first, second = (shapely.polygons(footprints(x)) for x in (a[row], larger))
        area = shapely.area(shapely.intersection(first, second))
        found[row, column] = area >= np.broadcast_to(least_m2, wanted.shape)[row, column]
    return found


def _level_distance(a: BoxRows, b: BoxRows, wanted: Bool, limit_m: float) -> F64:
    """(N, M) metres between footprints, exact up to the limit where wanted; else inf."""
    found = np.full(wanted.shape, np.inf)
    one, other = bounds(a), bounds(b)
    gap = np.zeros(wanted.shape)
    for axis in (0, 1):
        beyond = np.maximum(
            one[:, None, axis] - other[None, :, axis + 3],
            other[None, :, axis] - one[:, None, axis + 3],
        )
        gap = np.maximum(gap, beyond)
    row, column = np.nonzero(wanted & (gap <= limit_m))
    if len(row):
        found[row, column] = footprint_distance_pairs(a[row], b[column])
    return found


def _bottom(boxes: BoxRows) -> F64:
    return np.asarray(boxes[:, 2] - boxes[:, 5] / 2)


def _top(boxes: BoxRows) -> F64:
    return np.asarray(boxes[:, 2] + boxes[:, 5] / 2)


def _area(boxes: BoxRows) -> F64:
    return np.asarray(boxes[:, 3] * boxes[:, 4])


def _volume(boxes: BoxRows) -> F64:
    return np.asarray(boxes[:, 3:6].prod(axis=1))
