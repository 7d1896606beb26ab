"""Angles as words."""

from __future__ import annotations

import math
from typing import Literal

__all__ = ["FORMS", "Form", "bearing_of", "borders", "sector"]

Form = Literal["left_right", "side", "front_back", "three", "quadrant", "four", "eight"]

FORMS: dict[str, tuple[tuple[float, str], ...]] = {
    "left_right": ((180, "left"), (360, "right")),
    "side": ((5, "front"), (175, "left"), (185, "back"), (355, "right"), (360, "front")),
    "front_back": ((90, "front"), (270, "back"), (360, "front")),
    "three": ((135, "left"), (225.0001, "back"), (360, "right")),
    "quadrant": (
        (90, "front-left"), (180, "back-left"), (270, "back-right"), (360, "front-right"),
    ),
    "four": ((45, "front"), (135, "left"), (225, "back"), (315, "right"), (360, "front")),
    "eight": (
        (22.5, "front"), (67.5, "front-left"), (112.5, "left"), (157.5, "back-left"),
        (202.5, "back"), (247.5, "back-right"), (292.5, "right"), (337.5, "front-right"),
        (360, "front"),
    ),
}  # fmt: skip
"""Up to which angle, counter-clockwise from ahead in degrees, what word holds."""


def bearing_of(ahead: float, left: float) -> float:
    """Angle (rad) of an offset, in (-pi, pi], positive to the left."""
    return math.atan2(left, ahead)


def sector(bearing_rad: float, form: tuple[tuple[float, str], ...]) -> str:
    """The word for an angle."""
    degrees = math.degrees(bearing_rad) % 360
    return next(word for end, word in form if degrees < end or end == 360)


def borders(form: tuple[tuple[float, str], ...]) -> list[float]:
    """Angles (rad) at which the word changes."""
    words = [word for _, word in form]
    after = [*words[1:], words[0]]
    return [
        math.radians(end)
        for (end, word), next_word in zip(form, after, strict=True)
        if word != next_word
    ]
