"""Things above or below a measure, their means, and sets in order."""

from __future__ import annotations

from cogmap.memory.asking.form import LENGTH_UNIT, Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Result, Said, Say, counted, listed, measured, truth
from cogmap.memory.asking.things import Thing, quoted
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.values import Objects
from cogmap.memory.units import METRES

__all__ = ["FORMS"]

_MEASURED = {
    "taller": ('size({}, axis="height")', ">"), "higher": ('elevation({}, of="top")', ">"),
    "shorter": ('size({}, axis="height")', "<"), "lower": ('elevation({}, of="top")', "<"),
    "longer": ('size({}, axis="length")', ">"), "wider": ('size({}, axis="width")', ">"),
    "narrower": ('size({}, axis="width")', "<"), "deeper": ('size({}, axis="depth")', ">"),
    "bigger": ("volume({})", ">"), "larger": ("volume({})", ">"), "smaller": ("volume({})", "<"),
}  # fmt: skip
_BETWEEN = {"tall": "height", "high": "height", "long": "length", "wide": "width"}
_BY = {
    "height": 'size({}, axis="height")', "length": 'size({}, axis="length")',
    "width": 'size({}, axis="width")', "depth": 'size({}, axis="depth")',
    "longest side": "size({})", "volume": "volume({})", "size": "volume({})",
    "footprint": "area({})",
}  # fmt: skip


def _kind(slots: Slots) -> Thing:
    return slots.thing("k") if "k" in slots else slots.asked.phrases.thing("things")


def _than(slots: Slots) -> tuple[Thing, str, str]:
    """The kind, the program of those that fit, and how they are said."""
    kind, word = _kind(slots), slots.text("r")
    measure, sign = _MEASURED[word]
    if "n" in slots:
        if word in ("bigger", "larger", "smaller"):  # than a length: by the longest side
            measure, word = "size({})", f"{word} (longest side)"
        elif word in ("higher", "lower"):
            word = f"with the upper end {word}"
        unit = slots.text("unit")
        limit = f"{slots.number('n') * METRES[unit]:g}"
        said = f"{kind.many} {word} than {slots.number('n'):g} {unit}"
    else:
        other = slots.thing("b")
        measure = measure.replace("top", "middle")  # a clock is higher than the sofa under it
        limit = measure.format("b0")
        said = f"{kind.many} {word} than {other.the}"
    found = f"[x for x in {kind.members} if {measure.format('x')} {sign} {limit}]"
    return kind, found, said


def _those(slots: Slots) -> Meaning:
    kind, found, said = _than(slots)
    return Meaning(
        _with_other(slots, f"labels({found})"), listed(f"{said}: {{}}", f"there are no {said}"),
        (kind,),
    )  # fmt: skip


def _between(slots: Slots) -> Meaning:
    kind, unit = _kind(slots), slots.text("unit")
    first, second = slots.number("n"), slots.number("m")
    one = slots.text("one") or unit
    low, high = sorted((first * METRES[one], second * METRES[unit]))
    size = f"size(x, axis={quoted(_BETWEEN[slots.text('r')])})"
    program = f"labels([x for x in {kind.members} if {low:g} <= {size} <= {high:g}])"
    said = f"{kind.many} between {first:g} {one} and {second:g} {unit} {slots.text('r')}"
    return Meaning(program, listed(f"{said}: {{}}", f"there are no {said}"), (kind,))


def _how_many(slots: Slots) -> Meaning:
    kind, found, said = _than(slots)
    program = _with_other(slots, f"known = count({kind.program})\ncount({found})")
    return Meaning(program, counted(said, said), (kind,))


def _any(slots: Slots) -> Meaning:
    """ "Is there a chair taller than 1 m"."""
    kind, found, said = _than(slots)
    program = _with_other(slots, f"known = count({kind.program})\nexists({found})")
    return Meaning(
        program, truth(f"there are {said}", f"there are no {said}, as far as seen"), (kind,)
    )


def _with_other(slots: Slots, program: str) -> str:
    if "b" not in slots:
        return program
    other = slots.thing("b")
    return f"b0 = {other.program if other.single else f'the({other.program})'}\n{program}"


def _mean(slots: Slots) -> Meaning:
    thing, axis = slots.thing("a"), slots.text("axis")
    measure = _BY[axis].format("x")
    say = measured(f"{{}}, the mean {axis} of the {thing.many}")
    return Meaning(f"mean([{measure} for x in {thing.members}])", say, (thing,))


def _sorted(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    if thing.single:
        raise Unreadable(f"{thing.the} is one thing, in no order")
    if "b" in slots:
        place = slots.place("b")
        value, said = f"distance(x, {place.program})", f"by their distance to {place.the}"
    else:
        value, said = _BY[slots.text("axis")].format("x"), f"by {slots.text('axis')}"
    program = f"s = {thing.program}\nranked(s, [{value} for x in s])"
    return Meaning(program, _in_order(f"{thing.many} {said}, the least first: {{}}"), (thing,))


def _in_order(template: str) -> Say:
    def say(result: Result) -> Said:
        assert isinstance(result.value, Objects)
        names = tuple(name_of(thing) for thing in result.value)
        return Said(template.replace("{}", ", ".join(names), 1), names)

    return say


_R = "{r:" + "|".join(_MEASURED) + "}"
_AXIS = "{axis:" + "|".join(_BY) + "}"
_THERE_IS = "(is|are) there (a|an|any)"
_LIST = "(list|show|name|find|give) [me] [all] [the]"

FORMS: tuple[Form, ...] = (
    form(
        _those,
        "Which things are taller than 1.5 m?",
        f"(what|which) [{{k}}] (is|are) {_R} than {{n}} {LENGTH_UNIT}",
        f"(what|which) [{{k}}] (is|are|hangs|hang) {{r:higher|lower}} than {{n}} {LENGTH_UNIT} "
        "(above|over|off) the (floor|ground)",
        f"{_LIST} {{k}} [that are|which are] {_R} than {{n}} {LENGTH_UNIT}",
        f"(what|which) [{{k}}] (is|are) {_R} than {{b}}",
        f"{_LIST} {{k}} [that are|which are] {_R} than {{b}}",
    ),
    form(
        _between,
        "Which things are between 1 and 2 m tall?",
        f"(what|which) [{{k}}] (is|are) between {{n}} [{LENGTH_UNIT.replace('unit', 'one')}] and "
        f"{{m}} {LENGTH_UNIT} {{r:tall|high|long|wide}}",
    ),
    form(
        _any,
        "Is there a chair taller than 1 m?",
        f"{_THERE_IS} {{k}} [that is|that are|which is] {_R} than {{n}} {LENGTH_UNIT}",
        f"{_THERE_IS} {{k}} [that is|that are|which is] {_R} than {{b}}",
        f"(is|are) (a|an|any|some) {{k}} {_R} than {{n}} {LENGTH_UNIT}",
        f"(is|are) (any|some) {{k}} {_R} than {{b}}",
        f"is (anything|something) {_R} than {{n}} {LENGTH_UNIT}",
        f"is (anything|something) {_R} than {{b}}",
    ),
    form(
        _how_many,
        "How many chairs are taller than 1 m?",
        f"how many {{k}} are [there] {_R} than {{n}} {LENGTH_UNIT}",
        f"how many {{k}} are {_R} than {{b}}",
    ),
    form(
        _mean,
        "What is the average height of the chairs?",
        f"[what is] [the] (average|mean) {_AXIS} of {{a}}",
        "how {axis:high|tall|long|wide} are {a} on average",
    ),
    form(
        _sorted,
        "Sort the chairs by height.",
        f"(sort|order|rank|list|show) [all] {{a}} by [their] {_AXIS}",
        "(sort|order|rank|list|show) [all] {a} by [their] (distance|closeness|nearness) (to|from) "
        "{b}",
    ),
)
