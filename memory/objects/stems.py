"""What a thing stands on by something thin: the pole of a lamp, the legs of a table.

A pole is a pixel or two wide. Half of its measurements are mixed with what is behind, a mask drawn
from thinned points hardly shows it, and so its points are few and doubtful: the box would be that
of a shade that floats in the air. Few points that stand one above the other are no chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cogmap.memory.geometry.boxes import canonical
from cogmap.runtime.messages import F32, F64, Bool, Box

__all__ = ["StemConfig", "with_stem"]


@dataclass(frozen=True)
class StemConfig:
    """When points below a thing are its stem."""

    least_m: float = 0.15
    """A shorter one says nothing;"""
    step_m: float = 0.1
    """in steps of so much it goes down,"""
    per_step: int = 2
    """with so many points in each,"""
    radius_m: float = 0.1
    """so near to its axis, noise of depth included,"""
    slender: float = 0.5
    """and nearer than this part of half the length of what it carries,"""
    alone: float = 0.5
    """as this part of all points that far below it must be,"""
    support: float = 0.08
    """and in the mask in this part of the frames that could show them;"""
    legs: float = 0.4
    """or anywhere below it, but in the mask in this part of them: legs of a table."""


def with_stem(
    box: Box, points: F64, hits: F32, misses: F32, config: StemConfig = StemConfig()
) -> Box:
    """The box, down to the foot of the stem that carries it, if there is one.

    ``points`` (N, 3) world: all that were ever taken for the thing's, seen in its mask and out of
    it with weights ``hits`` and ``misses`` (N,).
    """
    bottom = box.center[2] - box.size[2] / 2
    radius = min(config.radius_m, config.slender * max(box.size[:2]) / 2)
    under = points[:, 2] < bottom
    under &= hits >= config.support * (hits + misses)
    under &= _is_within(points, box)
    below = points[under]
    clear = below[:, 2] < bottom - config.least_m  # of the rim of what is carried
    if np.count_nonzero(clear) < config.per_step:
        return box
    axis = np.median(below[clear, :2], axis=0)
    near = np.hypot(*(below[:, :2] - axis).T) <= radius
    near &= near[clear].mean() >= config.alone
    sure = (hits >= config.legs * (hits + misses))[under]
    foot = min(_foot(below[rows, 2], bottom, config) for rows in (near, sure))
    if bottom - foot < config.least_m:
        return box
    top = box.center[2] + box.size[2] / 2
    x, y, _ = box.center
    return canonical(
        Box(center=(x, y, (foot + top) / 2), size=(*box.size[:2], top - foot), yaw=box.yaw)
    )


def _is_within(points: F64, box: Box) -> Bool:
    """(N,) which points lie in the footprint of the box."""
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    x, y = (points[:, :2] - box.center[:2]).T
    along, across = c * x + s * y, c * y - s * x
    return np.asarray((np.abs(along) <= box.size[0] / 2) & (np.abs(across) <= box.size[1] / 2))


def _foot(heights: F64, bottom: float, config: StemConfig) -> float:
    """Lowest height down to which every step has points enough."""
    steps = np.floor((bottom - heights) / config.step_m).astype(np.int64)
    counts = np.bincount(steps) if len(steps) else np.zeros(0, np.int64)
    ends = np.flatnonzero(counts < config.per_step)
    whole = int(ends[0]) if len(ends) else len(counts)
    return float(heights[steps < whole].min()) if whole else bottom
