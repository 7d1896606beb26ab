"""What a detector plausibly takes a thing for: something of another kind, but of like size."""

from __future__ import annotations

import math
from functools import cache

from cogmap.sim.catalog import CATEGORIES

__all__ = ["KNOWN_LABELS", "confusions"]

KNOWN_LABELS = tuple(CATEGORIES)


@cache
def confusions(label: str, most: int = 3) -> tuple[str, ...]:
    """The ``most`` kinds nearest in size among those that are mounted alike, nearest first.

    A label that the catalogue does not know is confused with any of it.
    """
    known = CATEGORIES.get(label)
    if known is None:
        return KNOWN_LABELS
    alike = [name for name in CATEGORIES if CATEGORIES[name].mount == known.mount and name != label]
    alike.sort(key=lambda name: math.dist(_log_size(label), _log_size(name)))
    return tuple(alike[:most]) or tuple(name for name in KNOWN_LABELS if name != label)


def _log_size(label: str) -> tuple[float, ...]:
    """Logarithm of the typical size, the horizontal ones in order, since a thing may turn."""
    small, large = CATEGORIES[label].size_m
    x, y, z = ((a + b) / 2 for a, b in zip(small, large, strict=True))
    return (math.log(min(x, y)), math.log(max(x, y)), math.log(z))
