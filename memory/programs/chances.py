"""How likely it is that what was measured is so: that one quantity is more than another."""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["holds", "is_first"]


def holds(apart: float, sigma: float) -> float:
    """The chance, from 0.5 on, that two quantities whose difference has this standard deviation
    are in the order in which they were measured."""
    return 0.5 * (1 + math.erf(abs(apart) / (sigma * math.sqrt(2)))) if sigma > 0 else 1.0


def is_first(chosen: tuple[float, float], others: Iterable[tuple[float, float]]) -> float:
    """The chance that a quantity is in the order in which it was measured with all others; each a
    value and its standard deviation."""
    value, sigma = chosen
    return math.prod(holds(value - other, math.hypot(sigma, its)) for other, its in others)
