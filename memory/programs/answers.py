"""Values of the language as answers: a plain value, its unit, and words for people."""

from __future__ import annotations

import math
from typing import Any

from cogmap.memory.programs.evidence import Recorder
from cogmap.memory.programs.values import (
    Angle,
    Count,
    Image,
    Interval,
    Objects,
    Path,
    Point,
    Pose,
    Quantity,
    Rooms,
    Time,
)
from cogmap.memory.units import quantity_text
from cogmap.runtime.messages import AnswerValue, MapObject, Room

__all__ = ["confidence_of", "name_of", "size_of", "text_of", "value_of"]

_NAMED = 12
"""Things of a set that a text names."""


def name_of(thing: MapObject | Room) -> str:
    """What a person calls it: its label, with its number."""
    kind = "object" if isinstance(thing, MapObject) else "room"
    return f"{thing.label or kind} {thing.id}"


def value_of(value: Any, start_ns: int = 0) -> tuple[AnswerValue, str, float | None]:
    """Plain value, unit, and standard deviation in that unit (None: there is none); of several
    values that of the least certain one.

    Objects are their labels, times are seconds after ``start_ns``, intervals two of them, poses
    x, y, z (m) and degrees. The unit of several values is that of the numbers among them; numbers
    of several units are texts with theirs.
    """
    if isinstance(value, Quantity):
        return _quantity(value)
    if isinstance(value, Time):
        return (value.stamp_ns - start_ns) / 1e9, "s", None
    if isinstance(value, Interval):
        ends = (value.start.stamp_ns, value.end.stamp_ns)
        return tuple((stamp - start_ns) / 1e9 for stamp in ends), "s", None
    if isinstance(value, Path):
        return value.length_m, "m", value.sigma_m or None
    if isinstance(value, Point):
        return value.tuple(), "m", None
    if isinstance(value, Pose):
        return (*value.point.tuple(), math.degrees(value.yaw)), "", None
    if isinstance(value, Image):
        return value.caption, "", None
    if isinstance(value, MapObject | Room):
        return value.label or name_of(value), "", None
    if isinstance(value, Objects | Rooms | tuple):
        return _list(tuple(value), start_ns)
    return str(value) if isinstance(value, str) else value, "", None


def text_of(value: Any, start_ns: int = 0) -> str:
    """The value in words, such as "2.31 m"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return str(value) or '""'
    if isinstance(value, MapObject | Room):
        return name_of(value)
    if isinstance(value, Objects | Rooms | tuple):
        named = [text_of(each, start_ns) for each in list(value)[:_NAMED]]
        rest = f" and {len(value) - _NAMED} more" if len(value) > _NAMED else ""
        return ", ".join(named) + rest if named else "none"
    if isinstance(value, Time):
        return f"{(value.stamp_ns - start_ns) / 1e9:.1f} s after the start"
    if isinstance(value, Interval):
        begin, end = ((each.stamp_ns - start_ns) / 1e9 for each in (value.start, value.end))
        return f"from {begin:.1f} s to {end:.1f} s after the start"
    if isinstance(value, Point | Pose):
        return _place(value)
    plain, unit, _ = value_of(value)
    if isinstance(plain, int | float):
        return quantity_text(plain, unit)
    return str(plain)


def size_of(value: Any) -> int:
    """How many things a value holds, those of sets within a list included."""
    if isinstance(value, tuple):
        return sum(map(size_of, value))
    return len(value) if isinstance(value, Objects | Rooms) else 1


def confidence_of(recorder: Recorder) -> float:
    """That an answer is right, as far as that its objects exist, the least certain one of them, and
    that the closest comparison of measures came out as it is in the world."""
    exist = min((thing.confidence for thing in recorder.objects.values()), default=1.0)
    return exist * recorder.chance


def _quantity(value: Quantity) -> tuple[AnswerValue, str, float | None]:
    sigma = value.sigma or None
    if isinstance(value, Angle):
        return math.degrees(value.value), "deg", sigma and math.degrees(sigma)
    if isinstance(value, Count):
        whole = float(value.value).is_integer()
        return (int(value.value) if whole else value.value), value.UNIT, sigma
    return float(value.value), value.UNIT, sigma


def _list(members: tuple[Any, ...], start_ns: int) -> tuple[AnswerValue, str, float | None]:
    found = [value_of(member, start_ns) for member in members]
    units = {unit for value, unit, _ in found if _is_number(value)}
    if not units:
        units = {unit for _, unit, _ in found}
    plain = tuple(
        float(value)  # type: ignore[arg-type]
        if _is_number(value) and len(units) == 1
        else _in_list(value, member, start_ns)
        for (value, _, _), member in zip(found, members, strict=True)
    )
    if len(units) != 1:
        return plain, "", None
    return plain, units.pop(), max((sigma for _, _, sigma in found if sigma), default=None)


def _is_number(value: AnswerValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_list(value: AnswerValue, member: Any, start_ns: int) -> str:
    return value if isinstance(value, str) else text_of(member, start_ns)


def _place(value: Point | Pose) -> str:
    point = value.point if isinstance(value, Pose) else value
    words = f"x {point.x:z.2f} m, y {point.y:z.2f} m, z {point.z:z.2f} m"
    if isinstance(value, Pose):
        return f"{words}, looking towards {math.degrees(value.yaw):z.0f}° from x"
    return words
