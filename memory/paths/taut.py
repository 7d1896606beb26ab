"""Lines over free cells, pulled taut."""

from __future__ import annotations

import numpy as np

from cogmap.runtime.messages import F64, Bool

__all__ = ["clear_of", "pulled_taut", "thinned"]

FEWEST, MOST = 2, 32
"""So many corners ahead are looked at together, twice as many each time that all are seen."""

KEPT_STEP = 4


def clear_of(
    free: Bool, origin: tuple[float, float], resolution_m: float, start: F64, ends: F64
) -> Bool:
    """(N,) whether the straight lines from ``start`` (2,) to ``ends`` (N, 2) stay on free cells."""
    lengths = np.hypot(*(ends - start).T)
    steps = np.maximum(1, np.ceil(lengths / (resolution_m / 3))).astype(np.intp)
    last = np.cumsum(steps + 1) - 1
    first = last - steps
    line = np.repeat(np.arange(len(ends)), steps + 1)
    along = (np.arange(len(line)) - first[line]) * (1 / steps)[line]
    along[last] = 1.0
    left = 1 - along
    column, row = (  # one after the other: numpy is slow along axes of two
        ((start[k] * left + ends[:, k][line] * along - origin[k]) // resolution_m).astype(np.intp)
        for k in (0, 1)
    )
    rows, columns = free.shape
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    clear = inside & free.ravel().take(row * columns + column, mode="clip")
    return np.logical_and.reduceat(clear, first)


def thinned(points: F64) -> F64:
    """A line of steps (N, 2) without most of those on which it goes straight on: as good to pull
    taut, in half the time."""
    if len(points) < 3:
        return points
    bends = np.any(np.abs(np.diff(points, n=2, axis=0)) > 1e-9, axis=1)
    kept = np.concatenate([[True], bends, [True]])
    kept[::KEPT_STEP] = True
    return np.asarray(points[kept])


def pulled_taut(free: Bool, origin: tuple[float, float], resolution_m: float, points: F64) -> F64:
    """Leave out of a line (N, 2) what is not needed as a corner, until nothing more can be."""
    corners = np.arange(len(points))
    hidden: dict[int, int] = {}  # by the number of a corner, that of one that it does not see
    while True:
        kept, at, ahead = [0], 1, FEWEST
        while at < len(corners):
            start, ends = corners[kept[-1]], corners[at : at + ahead]
            if hidden.get(start) != ends[0]:
                seen = clear_of(free, origin, resolution_m, points[start], points[ends])
                if seen.all():
                    at, ahead = at + len(seen), min(2 * ahead, MOST)
                    continue
                at += int(seen.argmin())
                hidden[start] = corners[at]
            kept.append(at - 1)
            at, ahead = at + 1, FEWEST  # the next one is a neighbour, and in view
        kept.append(len(corners) - 1)
        if len(kept) >= len(corners):
            return np.asarray(points[corners])
        corners = corners[kept]
