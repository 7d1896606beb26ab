"""Random choices that builders make, drawn from a seeded generator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Rng = np.random.Generator
T = TypeVar("T")

__all__ = ["Rng", "between", "chance", "one_of"]


def between(rng: Rng, low: float, high: float) -> float:
    """Uniform in [low, high], to the millimetre."""
    return round(float(rng.uniform(low, high)), 3)


def one_of(rng: Rng, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def chance(rng: Rng, probability: float) -> bool:
    return bool(rng.random() < probability)
