"""In which kinds of rooms a thing is likely to be."""

from __future__ import annotations

import math

import numpy as np
import shapely

from cogmap.memory.navigation.unseen import CoarseFloor
from cogmap.memory.programs.words import Words
from cogmap.memory.rooms.room_types import EVIDENCE
from cogmap.runtime.messages import F64, Layout

__all__ = ["room_factors", "room_worth"]

AKIN, SAME = 0.35, 0.75
"""Cosines of two labels: from the first on things are found in like places, from the second on
they are the same."""
LEAST, MOST = 0.1, 4.0
"""However unlikely or likely a kind of room is."""
OVERLOOKED = 0.4
"""Part of the worth of floor that is hidden, but over which somebody has looked: what is tall
would have been seen there."""
BEYOND_M = 0.8
"""What is unknown so near to a room is taken to belong to it."""


def room_factors(label: str, words: Words) -> dict[str, float]:
    """How much likelier a thing is in each kind of room than in a room of unknown kind: from
    where things of its label, and of labels that mean like it, are usually found."""
    labels = sorted({each for table in EVIDENCE.values() for each in table})
    named = words.read(label, labels).labels
    alike = {} if named else words.likeness(label, labels)
    share = dict.fromkeys(named, 1.0)
    for each, cosine in alike.items():
        share[each] = float(np.clip((cosine - AKIN) / (SAME - AKIN), 0.0, 1.0))
    evidence = {
        kind: max((share.get(each, 0.0) * weight for each, weight in table.items()), default=0.0)
        for kind, table in EVIDENCE.items()
    }
    mean = float(np.mean([math.exp(each) for each in evidence.values()]))
    return {kind: min(MOST, max(LEAST, math.exp(each) / mean)) for kind, each in evidence.items()}


def room_worth(floor: CoarseFloor, layout: Layout, factors: dict[str, float]) -> F64:
    """(cells,) what seeing a cell is worth for who looks for a thing: 1 in the midst of nowhere,
    more or less in and beside rooms whose kind is known, less where somebody has looked over."""
    worth = np.where(floor.overlooked.ravel(), OVERLOOKED, 1.0)
    unknown = np.flatnonzero(floor.unknown.ravel())
    x, y = floor.middles(unknown).T
    for room in layout.rooms:
        factor = factors.get(room.label)
        if factor is None or len(room.polygon) < 3:
            continue
        area = shapely.Polygon(room.polygon).buffer(BEYOND_M)
        inside = unknown[shapely.contains_xy(area, x, y)]
        worth[inside] *= 1 + room.confidence * (factor - 1)
    return worth
