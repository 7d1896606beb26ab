"""One quantity of several."""

from __future__ import annotations

import math
from collections import Counter
from typing import TypeVar

from cogmap.memory.programs.abstention import NotDeterminable, NotSeen
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Angle, Quantity, Time
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
    sigma = _sigma_of_sum(values)
    return type(first)(math.fsum(value.value for value in values), sigma)


@operation(COMBINING)
def mean(world: World, values: tuple[Q, ...]) -> Q:
    """The mean of several; of angles that of the directions: of 170 and -170 it is 180."""
    whole = total(world, values)
    if isinstance(whole, Angle):
        x, y = (math.fsum(f(v.value) for v in values) for f in (math.cos, math.sin))
        if math.hypot(x, y) < _NO_DIRECTION * len(values):
            raise NotDeterminable("these directions are opposite: they have no mean")
        return type(whole)(math.atan2(y, x), whole.sigma / len(values))
    return type(whole)(whole.value / len(values), whole.sigma / len(values))


@operation(COMBINING, name="abs")
def absolute(world: World, value: Q) -> Q:
    """Without its sign: abs(bearing(agent(), find("cup")))."""
    return type(value)(abs(value.value), value.sigma)


_NO_DIRECTION = 1e-6


def _sigma_of_sum(values: tuple[Q, ...]) -> float:
    """Errors are taken as independent, but for those of the same value: that is the same measure
    again, as of a pair that is gone through from both its sides."""
    alike = Counter((value.value, value.sigma) for value in values)
    return math.hypot(*(number * sigma for (_, sigma), number in alike.items()))


def _some(values: tuple[Ordered, ...]) -> tuple[Ordered, ...]:
    if not values:
        raise NotSeen("there is nothing to take it of")
    return values
