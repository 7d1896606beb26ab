"""Things that the map holds twice: of one label, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from cogmap.memory.geometry.boxes import BoxRows, bounds, iou_3d_pairs, rows
from cogmap.runtime.messages import F64, I64, MapObject

__all__ = ["without_twins"]

_THINNEST_M = 1e-6
SAME_IOU = 0.25
"""Two solid things cannot fill the same space; boxes of neighbours overlap by less than this."""


def without_twins(things: Sequence[MapObject], boxes: BoxRows | None = None) -> list[MapObject]:
    """Without those that fill the place of another one of their label that was seen in more
    frames; in the order given. ``boxes``: (N, 7) theirs, where they are at hand."""
    if len(things) < 2:
        return list(things)
    boxes = rows([thing.box for thing in things]) if boxes is None else boxes
    dropped: set[int] = set()
    pairs = [sorted((things[a], things[b]), key=_rank) for a, b in _in_one_place(boxes.tobytes())]
    for one, other in sorted(pairs, key=lambda pair: _rank(pair[0])):
        if one.label == other.label and one.id not in dropped:
            dropped.add(other.id)
    return [thing for thing in things if thing.id not in dropped]


def _rank(thing: MapObject) -> tuple[int, int]:
    """Those seen most come first."""
    return -thing.seen, thing.id


@lru_cache(maxsize=64)
def _in_one_place(boxes: bytes) -> tuple[tuple[int, int], ...]:
    """Pairs of rows of boxes (N, 7) that fill the same space. Kept, since most boxes are the same
    in the next version of a map."""
    table = np.frombuffer(boxes).reshape(-1, 7)
    first, second = _candidates(table)
    same = iou_3d_pairs(table[first], table[second]) >= SAME_IOU
    return tuple(zip(first[same].tolist(), second[same].tolist(), strict=True))


def _candidates(boxes: BoxRows) -> tuple[I64, I64]:
    """Pairs of rows whose bounds have so much in common that the boxes may."""
    around = bounds(boxes)
    first, second = _meeting(around[:, 0], around[:, 3])
    one, other = around[first], around[second]
    common = np.minimum(one[:, 3:], other[:, 3:]) - np.maximum(one[:, :3], other[:, :3])
    volume = np.maximum(boxes[:, 3:6], _THINNEST_M).prod(axis=1)
    least = SAME_IOU * np.maximum(volume[first], volume[second])
    meet = (common >= 0).all(axis=1)
    enough = meet & (np.maximum(common, _THINNEST_M).prod(axis=1) >= least)
    return first[enough], second[enough]


def _meeting(low: F64, high: F64) -> tuple[I64, I64]:
    """Pairs of rows whose stretches from ``low`` (N,) to ``high`` (N,) meet, each once: as many as
    there are, and not all that there could be."""
    order = np.argsort(low, kind="stable")
    end = np.searchsorted(low[order], high[order], side="right")
    after = np.arange(1, len(low) + 1)
    counts = end - after
    first = np.repeat(after - 1, counts)
    second = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts - after, counts)
    return order[first], order[second]
