"""Results in words: values of the language to the value, unit and text of an ``Answer``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cogmap.memory.asking.things import joined, plural_of
from cogmap.memory.programs.answers import name_of, text_of, value_of
from cogmap.memory.programs.values import (
    Angle,
    Area,
    Count,
    Duration,
    Label,
    Length,
    Number,
    Objects,
    Path,
    Quantity,
    Rooms,
    Time,
    Volume,
)
from cogmap.memory.units import number_text, quantity_text, smallest_shown, to_si
from cogmap.runtime.messages import AnswerStatus, AnswerValue, MapObject, Room

__all__ = [
    "Result",
    "Said",
    "Say",
    "apart",
    "counted",
    "listed",
    "measured",
    "numbered",
    "said_span",
    "said_value",
    "truth",
    "worded",
]


@dataclass(frozen=True)
class Said:
    """A result as it is answered."""

    text: str
    value: AnswerValue
    unit: str = ""
    sigma: float | None = None
    status: AnswerStatus = "answered"
    """Another one if the result tells less than it seems to: nothing was seen in a closed box."""


@dataclass(frozen=True)
class Result:
    """What a program gave, and what is needed to say it."""

    value: object
    start_ns: int = 0
    """Of the map."""
    now_ns: int = 0
    unit: str = ""
    """That was asked for; "" if none was named."""


Say = Callable[[Result], Said]

_UNITS: dict[type[Quantity], tuple[str, ...]] = {
    Length: ("m", "cm", "mm", "ft", "in", "yd", "km", "mi"), Area: ("m2", "ft2"),
    Volume: ("m3", "l"),
    Duration: ("s", "min"), Angle: ("deg",), Count: ("count",), Number: ("",),
}  # fmt: skip
"""Units that a quantity can be answered in, its own first."""
TOUCHING_M = 0.005
_SHOWN_SIGMA = 0.05
"""An uncertainty below this share of the value is not worth a word."""


def said_quantity(quantity: Quantity, asked_unit: str) -> Said:
    """In the unit that was asked for if it fits, else in the quantity's own."""
    units = _UNITS.get(type(quantity), ("",))
    unit = asked_unit if asked_unit in units else units[0]
    one, _ = to_si(1.0, unit)
    value, sigma = quantity.value / one, quantity.sigma / one
    shown: float = round(value) if isinstance(quantity, Count) else value
    text = quantity_text(shown, unit)
    if sigma > _SHOWN_SIGMA * abs(value) and sigma >= smallest_shown(unit):
        text = f"{number_text(shown, unit)} ± {quantity_text(sigma, unit)}"
    if not asked_unit and unit in _LARGE and abs(value) >= _LARGE[unit]:
        text, unit_said = _in_large(value, unit)
        return Said(f"{text} {unit_said}".rstrip(), value, unit, sigma if sigma > 0 else None)
    return Said(text, shown, unit, sigma if sigma > 0 else None)


_LARGE = {"m": 2000.0, "s": 7200.0}
"""From here on kilometres and hours are said; the value stays in metres and seconds."""


def _in_large(value: float, unit: str) -> tuple[str, str]:
    return (f"{value / 1000:.2f}", "km") if unit == "m" else (said_span(value), "")


def said_value(result: Result) -> Said:
    """Any value, as plainly as it can be said."""
    value = result.value
    if isinstance(value, Quantity):
        return said_quantity(value, result.unit)
    if isinstance(value, bool):
        return Said("yes" if value else "no", value)
    if isinstance(value, Time):
        return _said_time(value, result)
    if isinstance(value, Path):
        return Said(f"{value.length_m:.2f} m", value.length_m, "m")
    if isinstance(value, (MapObject, Room)):
        return Said(named(value), named(value))
    if isinstance(value, (Objects, Rooms, tuple, list)):
        parts = [said_value(Result(v, result.start_ns, result.now_ns, result.unit)) for v in value]
        values = tuple(
            p.value if isinstance(p.value, (int, float)) else str(p.value) for p in parts
        )
        units = {part.unit for part in parts}
        return Said(
            joined(part.text for part in parts), values, units.pop() if len(units) == 1 else ""
        )
    plain, unit, _ = value_of(value, result.start_ns)
    return Said(text_of(value, result.start_ns), plain, unit)


def named(thing: MapObject | Room) -> str:
    """A thing or a room by its label, or by its number where it has none."""
    kind = "room" if isinstance(thing, Room) else "thing"
    return thing.label or f"{kind} {thing.id}"


def measured(template: str) -> Say:
    """ "{} from the sofa to the lamp": a quantity in the place of the braces."""

    def say(result: Result) -> Said:
        said = said_value(result)
        return Said(_put(template, said.text), said.value, said.unit, said.sigma)

    return say


def apart(template: str, within: str) -> Say:
    """As `measured`; ``within`` is said of a distance of nothing: "you are in the kitchen"."""

    def say(result: Result) -> Said:
        said = measured(template)(result)
        touching = isinstance(result.value, Quantity) and result.value.value < TOUCHING_M
        return replace(said, text=within) if within and touching else said

    return say


def worded(template: str, words: dict[str, str] | None = None) -> Say:
    """A value in words; ``words`` says some values otherwise in the text."""

    def say(result: Result) -> Said:
        said = said_value(result)
        text = (words or {}).get(said.text, said.text)
        return Said(_put(template, text), said.value, said.unit, said.sigma)

    return say


def unknown(why: str) -> Said:
    """Nothing was seen, where things are hidden from view."""
    return Said(why, None, status="not_determinable")


def truth(yes: str, no: str, hidden: str = "") -> Say:
    """Yes or no, and a sentence for each; ``hidden``: why a no would say too much."""

    def say(result: Result) -> Said:
        value = bool(result.value)
        if not value and hidden:
            return unknown(hidden)
        return Said(f"Yes, {yes}" if value else f"No, {no}", value)

    return say


def counted(one: str, many: str, hidden: str = "") -> Say:
    """ "There are 3 chairs.": a number of things, by their singular and plural.

    ``hidden``: why none seen is not to say that there is none; "" where it is.
    """

    def say(result: Result) -> Said:
        value = result.value
        number = round(value.value) if isinstance(value, Quantity) else len(value)  # type: ignore[arg-type]
        verb, noun = ("is", one) if number == 1 else ("are", many)
        text = f"There {verb} {number} {noun}" if number else f"There are no {many}, as far as seen"
        sigma = value.sigma if isinstance(value, Quantity) and value.sigma > 0 else None
        if not number and hidden:
            return unknown(hidden)
        return Said(text, number, "count", sigma)

    return say


def listed(template: str, empty: str, hidden: str = "") -> Say:
    """Several things in a sentence, equal ones together; ``empty`` if there are none.

    ``hidden``: why none seen is not to say that there is none; "" where it is.
    """

    def say(result: Result) -> Said:
        members: tuple[Any, ...] = tuple(result.value)  # type: ignore[arg-type]
        each = [said_value(replace(result, value=v)) for v in members]
        parts = [str(one.value) for one in each]
        if not parts:
            return unknown(hidden) if hidden else Said(empty, ())
        if all(isinstance(v, Time) for v in members):
            moments = tuple((v.stamp_ns - result.start_ns) / 1e9 for v in members)
            return Said(_put(template, joined(f"{v:.1f}" for v in moments)), moments, "s")
        counts = [v.things if isinstance(v, Label) else 1 for v in members]
        said = _together(parts) if max(counts) == 1 else map(_so_many, parts, counts)
        return Said(_put(template, joined(said)), tuple(parts))

    return say


def numbered(template: str, empty: str, hidden: str = "") -> Say:
    """As `listed`, each thing with its number, by which it can be asked for: "chair 4"."""

    def say(result: Result) -> Said:
        names = tuple(name_of(thing) for thing in result.value)  # type: ignore[attr-defined]
        if not names:
            return unknown(hidden) if hidden else Said(empty, ())
        return Said(_put(template, joined(names)), names)

    return say


def _together(parts: Sequence[str]) -> list[str]:
    numbers = {part: parts.count(part) for part in parts}
    return [part if number == 1 else f"{part} ({number})" for part, number in numbers.items()]


def _so_many(label: str, number: int) -> str:
    """ "2 books", "a cup"; "shoes" are several already."""
    if number > 1:
        return f"{number} {plural_of(label)}"
    if plural_of(label) == label:
        return label
    return f"{'an' if label[:1].lower() in 'aeiou' else 'a'} {label}"


def _said_time(time: Time, result: Result) -> Said:
    seconds = (time.stamp_ns - result.start_ns) / 1e9
    ago = (result.now_ns - time.stamp_ns) / 1e9
    text = f"{said_span(seconds)} after the start"
    if ago > 0:
        text += f", {said_span(ago)} ago"
    return Said(text, seconds, "s")


def said_span(seconds: float) -> str:
    """A duration in words: "12.5 s", "3 min 20 s", "6 h 30 min"."""
    if abs(seconds) < 120:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    minutes = int(seconds // 60)
    if minutes >= 120:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {int(seconds % 60)} s"


def _put(template: str, text: str) -> str:
    """Not ``str.format``: names of things may have braces in them."""
    return template.replace("{}", text, 1)
