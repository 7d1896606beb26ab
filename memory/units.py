"""Units of values and the words for them: which unit of SI each is a multiple of, and which."""

from __future__ import annotations

import math
import re

__all__ = [
    "METRES", "SI", "UNIT_WORDS", "measure_of", "number_text", "quantity_text", "smallest_shown",
    "to_si", "unit_at",
]  # fmt: skip

SI: dict[str, tuple[str, float]] = {
    "m": ("m", 1.0), "cm": ("m", 0.01), "mm": ("m", 0.001), "ft": ("m", 0.3048),
    "in": ("m", 0.0254), "yd": ("m", 0.9144), "km": ("m", 1000.0), "mi": ("m", 1609.344),
    "m2": ("m2", 1.0), "ft2": ("m2", 0.3048**2), "m3": ("m3", 1.0),
    "l": ("m3", 0.001), "s": ("s", 1.0), "min": ("s", 60.0), "rad": ("rad", 1.0),
    "deg": ("rad", math.pi / 180),
}  # fmt: skip
"""By the units that answers are given in: that of SI, and how many of it one is."""

_DIGITS = {"m": 2, "cm": 0, "mm": 0, "ft": 1, "in": 1, "yd": 1, "km": 3, "mi": 3, "m2": 1,
           "ft2": 0, "m3": 3, "l": 0, "s": 1, "min": 1, "deg": 0, "rad": 2}  # fmt: skip
"""Behind the point, as people are told a value; 2 of what is not here."""
_SYMBOLS = {"m2": "m²", "ft2": "square feet", "m3": "m³", "deg": "°", "count": "", "l": "litres"}

UNIT_WORDS = (
    ("m2", r"square (?:meters?|metres?|m)|m2|m\^2|sq\.? ?m|sqm"),
    ("ft2", r"square (?:feet|foot|ft)|sq\.? ?ft|sqft|ft2"),
    ("m3", r"cubic (?:meters?|metres?)|m3"),
    ("l", r"lit(?:er|re)s?"),
    ("cm", r"centi-?(?:meters?|metres?)|cms?"),
    ("mm", r"milli(?:meters?|metres?)|mm"),
    ("ft", r"feet|foot|ft"),
    ("in", r"inch(?:es)?"),
    ("yd", r"yards?|yds?"),
    ("km", r"kilo-?(?:meters?|metres?)|kms?"),
    ("mi", r"miles?"),
    ("deg", r"degrees?"),
    ("s", r"seconds?"),
    ("min", r"minutes?"),
    ("m", r"meters?|metres?|m"),
)
"""Units and a pattern of their words, in the order in which they are tried."""

_BEHIND_NUMBERS = {
    "m2": "m²", "ft2": "ft²", "m3": "m³|m\\^3|cu\\.? ?m", "l": "l", "ft": "'|′", "in": 'in|"|″',
    "deg": "°|deg", "s": "s|secs?", "min": "mins?", "mi": "mi",
}  # fmt: skip
"""More that is a unit only where a number stands before it."""
_UNIT = re.compile(
    r"[\s-]*(?:an? )?(?:"
    + "|".join(
        f"(?P<{unit}>(?:{words}{'|' if unit in _BEHIND_NUMBERS else ''}"
        f"{_BEHIND_NUMBERS.get(unit, '')})(?![a-z0-9²³^]))"
        for unit, words in UNIT_WORDS
    )
    + r")\.?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)(?![\d.])")
_MORE = re.compile(r"(?:\s*(?:,|and)\s+|\s*)(?=\d)")

_LENGTHS = {
    "m": "m meter meters metre metres", "cm": "cm centimeter centimeters centimetres", "mm": "mm",
    "ft": "ft foot feet", "in": "in inch inches",
    "yd": "yard yards", "km": "km kilometer kilometers kilometres", "mi": "mile miles",
}  # fmt: skip
METRES = {word: SI[unit][1] for unit, words in _LENGTHS.items() for word in words.split()}
"""Metres that one of each is, by single words for lengths."""


def quantity_text(value: float, unit: str) -> str:
    """A number with its unit, rounded as people say it: "1.50 m", "90°", "3"."""
    symbol = _SYMBOLS.get(unit, unit)
    number = number_text(value, unit)
    return f"{number}{symbol}" if symbol == "°" else f"{number} {symbol}".rstrip()


def number_text(value: float, unit: str) -> str:
    """The number alone; a zero has no sign, and whole counts and seconds no point."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:z.{_DIGITS.get(unit, 2)}f}"
    return text.rstrip("0").rstrip(".") if unit in ("count", "s") else text


def smallest_shown(unit: str) -> float:
    """What does not round to nothing, in the unit."""
    return float(0.5 * 10 ** -_DIGITS.get(unit, 2))


def to_si(value: float, unit: str) -> tuple[float, str]:
    """A value in the unit of SI of its kind, and that unit; as it is in a unit that is none."""
    base, factor = SI.get(unit, (unit, 1.0))
    return value * factor, base


def measure_of(text: str) -> tuple[float, str] | None:
    """The first number of a text and the unit behind it, "" if there is none; None without one.

    Of "5 ft 11 in" it is the sum, in the first unit.
    """
    found = _NUMBER.search(text)
    if found is None:
        return None
    number = _value(found[0])
    unit, end = unit_at(text, found.end())
    while unit and (gap := _MORE.match(text, end)) and (more := _NUMBER.match(text, gap.end())):
        next_unit, end = unit_at(text, more.end())
        if next_unit == unit or SI.get(next_unit, ("",))[0] != SI[unit][0]:
            break
        number += _value(more[0]) * SI[next_unit][1] / SI[unit][1]
    return number, unit


def unit_at(text: str, start: int) -> tuple[str, int]:
    """The unit whose words begin there, and where they end; "" if none does."""
    found = _UNIT.match(text, start)
    return (found.lastgroup or "", found.end()) if found else ("", start)


def _value(number: str) -> float:
    """ "1,200" is a thousand and more, "1,5" one and a half."""
    thousands = re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", number)
    return float(number.replace(",", "" if thousands else "."))
