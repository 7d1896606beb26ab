"""One quantity of several."""

from __future__ import annotations

import math
from typing import TypeVar

from cogmap.memory.programs.abstention import NotSeen
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Quantity, Time
from cogmap.memory.programs.world import World

COMBINING = "Counting"

Q = TypeVar("Q", bound=Quantity)
Ordered = TypeVar("Ordered", bound=Quantity | Time)


@operation(COMBINING, name="max")
def greatest(world: World, values: tuple[Ordered, ...]) -> Ordered:
    """The greatest of several: max([size(c) for c in find("chair")])."""
    return max(_some(values))


@operation(COMBINING, name="min")
def least(world: World, values: tuple[Ordered, ...]) -> Ordered:
    """The least of several."""
    return min(_some(values))


@operation(COMBINING, name="sum")
def total(world: World, values: tuple[Q, ...]) -> Q:
    """All of several together."""
    first = _some(values)[0]
    sigma = math.hypot(*(value.sigma for value in values))
    return type(first)(math.fsum(value.value for value in values), sigma)


@operation(COMBINING)
def mean(world: World, values: tuple[Q, ...]) -> Q:
    """The mean of several."""
    whole = total(world, values)
    return type(whole)(whole.value / len(values), whole.sigma / len(values))


@operation(COMBINING, name="abs")
def absolute(world: World, value: Q) -> Q:
    """Without its sign: abs(bearing(agent(), find("cup")))."""
    return type(value)(abs(value.value), value.sigma)


def _some(values: tuple[Ordered, ...]) -> tuple[Ordered, ...]:
    if not values:
        raise NotSeen("there is nothing to take it of")
    return values
