"""What was moved is as large as it was, however little of it can be seen where it is now."""

from __future__ import annotations

import numpy as np

from cogmap.memory.geometry.boxes import axes, between, extent
from cogmap.runtime.messages import Box, Vec3

__all__ = ["as_large_as"]

_MISSING = 0.8
"""A side that has less than this part of its length is seen in part only."""
_TURNED = 1.2
"""A box that is higher or longer than this, as a part of what it was, lies on another side now."""


def as_large_as(box: Box, size: Vec3, cameras: list[Vec3], stands: bool) -> Box:
    """The box with sides as long as those of ``size`` (m), which it had.

    What is missing of a side is beyond what the ``cameras`` (world) see of it, or as much at
    either end. Height is missing above a box that ``stands`` on what is below it, else below.
    """
    if box.size[2] > _TURNED * size[2] or max(box.size[:2]) > _TURNED * max(size[:2]):
        return box
    low, high = extent(box)
    places = np.array(cameras).reshape(-1, 3) @ axes(box.yaw).T
    for axis, length in enumerate((*_paired(box.size, size), size[2])):
        missing = length - (high[axis] - low[axis])
        if missing <= (1 - _MISSING) * length:
            continue
        above = float(stands) if axis == 2 else _beyond(places[:, axis], low[axis], high[axis])
        low[axis], high[axis] = low[axis] - (1 - above) * missing, high[axis] + above * missing
    return between(low, high, box.yaw)


def _paired(now: Vec3, before: Vec3) -> tuple[float, float]:
    """Length and width as they were, in the order of those of now: the longer is the longer."""
    short, long = sorted(before[:2])
    return (long, short) if now[0] >= now[1] else (short, long)


def _beyond(places: np.ndarray, low: float, high: float) -> float:
    """Part of what is missing that lies above ``high``: all, if cameras see the other face."""
    if not len(places):
        return 0.5
    from_below, from_above = (places < low).all(), (places > high).all()
    return 0.5 + 0.5 * float(from_below) - 0.5 * float(from_above)
