"""Sums, products and comparisons of quantities: which there are, and how uncertainty goes on."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.types import BARE, QUANTITIES, TIME, Type
from cogmap.memory.programs.values import Angle, Duration, Quantity, Time

__all__ = ["COMPARED", "ORDERS", "SIGNS", "compute", "result_type"]

MAX_RESULT = 1e15
"""Of a sum or product, in SI units; whole numbers are exact up to it."""

SIGNS = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/"}
COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le,
    "Gt": operator.gt, "GtE": operator.ge,
}  # fmt: skip
ORDERS = ("Lt", "LtE", "Gt", "GtE")
_PURE = ("bare number", "Count", "Number")
"""Types without a unit."""
_POWERS = {"Length": 1, "Area": 2, "Volume": 3}
_OF_POWER = {0: "Number", 1: "Length", 2: "Area", 3: "Volume"}


def result_type(sign: str, left: Type, right: Type) -> Type | None:
    """Of ``left sign right``; None if there is no such thing, as of metres plus degrees."""
    if TIME in (left, right):
        return _of_times(sign, left, right)
    numbers = (*QUANTITIES, BARE.name)
    if left.name not in numbers or right.name not in numbers:
        return None
    if sign in "+-":
        return _of_sum(left, right)
    return _of_product(sign, left, right)


def _of_times(sign: str, left: Type, right: Type) -> Type | None:
    if sign == "-" and left == right:
        return Type("Duration")
    if sign in "+-" and left == TIME and right.name in ("Duration", BARE.name):
        return TIME
    return None


def _of_sum(left: Type, right: Type) -> Type | None:
    """A bare number takes the other's unit."""
    if left == right or right == BARE:
        return left
    if left == BARE:
        return right
    return Type("Number") if left.name in _PURE and right.name in _PURE else None


def _of_product(sign: str, left: Type, right: Type) -> Type | None:
    if left.name in _PURE and right.name in _PURE:
        return BARE if left == right == BARE else Type("Number")
    if right.name in _PURE:
        return left
    if left.name in _PURE:
        return right if sign == "*" else None
    if sign == "/" and left == right:
        return Type("Number")
    if left.name not in _POWERS or right.name not in _POWERS:
        return None
    power = _POWERS[left.name] + (1 if sign == "*" else -1) * _POWERS[right.name]
    return Type(_OF_POWER[power]) if power in _OF_POWER else None


def compute(sign: str, left: Any, right: Any, result: Type) -> Any:
    """``left sign right`` of numbers, quantities and times. Raises ArgumentError for x / 0, and
    for what is too large.

    Errors of both sides are taken as independent. What one angle is more than another is the
    shorter turn between them, at most 180 degrees.
    """
    if isinstance(left, Time):
        return _shifted(sign, left, right)
    a, b = getattr(left, "value", left), getattr(right, "value", right)
    if sign == "/" and b == 0:
        raise ArgumentError("division by zero")
    value = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign](
        a, b
    )
    if not abs(value) <= MAX_RESULT:
        raise ArgumentError(f"{a:g} {sign} {b:g} is beyond {MAX_RESULT:g}")
    if result == BARE:
        return value
    sa, sb = getattr(left, "sigma", 0.0), getattr(right, "sigma", 0.0)
    if sign in "+-":
        sigma = math.hypot(sa, sb)
    elif sign == "*":
        sigma = math.hypot(sa * b, sb * a)
    else:
        sigma = math.hypot(sa / b, sb * value / b)
    if sign == "-" and isinstance(left, Angle) and isinstance(right, Angle):
        value = math.remainder(value, math.tau)
    return QUANTITIES[result.name](value, sigma)


def _shifted(sign: str, left: Time, right: Time | Quantity) -> Time | Duration:
    if isinstance(right, Time):
        return Duration((left.stamp_ns - right.stamp_ns) / 1e9)
    return Time.after(left.stamp_ns, right.value if sign == "+" else -right.value)
