"""Sides of things, as people call them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, MapObject

__all__ = ["Axis", "sides", "width_is_shorter"]

Axis = Literal["longest", "shortest", "length", "width", "depth", "height"]
_LONG = frozenset(
    {"bed", "mattress", "table", "rug", "carpet", "mat", "doormat", "bathtub", "pallet", "crib"}
)
"""Last words of the names of what is long rather than deep: its width is its shorter side."""


def width_is_shorter(label: str) -> bool:
    """Whether the width of such things is the shorter of their level sides, as of a bed or a
    table; a sofa or a shelf is wide along its front, and deep the other way."""
    return label.rpartition(" ")[2] in _LONG


def sides(world: World, things: Sequence[MapObject], axis: Axis) -> F64:
    """(N,) metres along the boxes of things: the longest or shortest of all sides, the longer
    (length) or the shorter (depth) of the two level ones, the width, or the height."""
    boxes = world.rows_of(things)
    level, all_ = boxes[:, 3:5], boxes[:, 3:6]
    if axis == "width":
        shorter = np.array([width_is_shorter(thing.label) for thing in things], dtype=bool)
        return np.asarray(np.where(shorter, level.min(axis=1), level.max(axis=1)))
    found = {
        "longest": all_.max(axis=1), "shortest": all_.min(axis=1), "length": level.max(axis=1),
        "depth": level.min(axis=1), "height": all_[:, 2],
    }  # fmt: skip
    return np.asarray(found[axis])
