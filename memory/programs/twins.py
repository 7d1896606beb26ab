"""Things that the map holds twice: of one label, in one place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cogmap.memory.geometry.boxes import bounds, iou_3d_pairs, rows
from cogmap.runtime.messages import MapObject

__all__ = ["without_twins"]

SAME_IOU = 0.25
"""Two solid things cannot fill the same space; boxes of neighbours overlap by less than this."""


def without_twins(things: Sequence[MapObject]) -> list[MapObject]:
    """Without those that fill the place of another one of their label that was seen in more
    frames; in the order given."""
    if len(things) < 2:
        return list(things)
    ranked = sorted(things, key=lambda thing: (-thing.seen, thing.id))
    boxes = rows([thing.box for thing in ranked])
    low, high = np.split(bounds(boxes), 2, axis=1)
    meet = (low[:, None] < high[None]).all(axis=2) & (low[None] < high[:, None]).all(axis=2)
    first, second = np.nonzero(np.triu(meet, 1))
    if not len(first):
        return list(things)
    same = iou_3d_pairs(boxes[first], boxes[second]) >= SAME_IOU
    dropped: set[int] = set()
    for a, b in zip(first[same].tolist(), second[same].tolist(), strict=True):
        one, other = ranked[a], ranked[b]
        if one.label == other.label and one.id not in dropped:
            dropped.add(other.id)
    return [thing for thing in things if thing.id not in dropped]
