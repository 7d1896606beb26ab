"""Lengths, heights, footprints and volumes of things, and which is the larger."""

from __future__ import annotations

import re

from cogmap.memory.asking.form import LENGTH_UNIT, Form, Meaning, Slots, form
from cogmap.memory.asking.forms.choosing import best_of
from cogmap.memory.asking.forms.comparing_counts import THAN
from cogmap.memory.asking.saying import Result, Said, Say, measured, said_value, truth
from cogmap.memory.asking.things import Thing, plural_of
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import SUPERLATIVES
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.meaning.sides import width_is_shorter
from cogmap.memory.units import METRES
from cogmap.runtime.messages import MapObject

__all__ = ["FORMS"]

_AXES = {
    "long": "length", "length": "length", "wide": "width", "width": "width", "broad": "width",
    "breadth": "width", "depth": "depth", "deep": "depth", "thick": "shortest",
    "thickness": "shortest", "tall": "height", "high": "height", "height": "height",
    "longest": "longest", "shortest": "shortest",
}  # fmt: skip
_WORDS = {"length": "long", "width": "wide", "depth": "deep", "height": "high",
          "shortest": "thick"}  # fmt: skip
_SAID_SHARE, _SAID_M = 0.05, 0.05
"""So far from a length, whichever is more, people would still say it."""
_COMPARED = {
    "longer": ("length", ">"), "shorter": ("height", "<"), "wider": ("width", ">"),
    "narrower": ("width", "<"), "taller": ("height", ">"), "deeper": ("depth", ">"),
    "thicker": ("shortest", ">"),
}  # fmt: skip
_HIGHER = {"higher": ("up", ">"), "lower": ("down", "<")}
"""Where things are, not how tall: a small clock hangs higher than a sofa."""
_SMALLER = ("smaller", "littler", "tinier")


def _longest(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = measured(f"{{}} along the longest side of {thing.the}")
    return Meaning(f'size({thing.program}, axis="longest")', say, (thing,))


def _shortest(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = measured(f"{{}} along the shortest side of {thing.the}")
    return Meaning(f'size({thing.program}, axis="shortest")', say, (thing,))


def _greatest(slots: Slots) -> Meaning:
    """ "The maximum dimension (either width or length)" leaves out the height."""
    if "level" not in slots.asked.cues:
        return _longest(slots)
    thing = slots.thing("a")
    say = measured(f"{{}}, the longer of width and length of {thing.the}")
    return Meaning(f'size({thing.program}, axis="length")', say, (thing,))


def _along(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    axis = _AXES.get(slots.text("axis"))
    if axis is None:
        raise Unreadable(f'"{slots.text("axis")}" is no measure of a thing')
    shorter = axis == "depth" or (axis == "width" and width_is_shorter(thing.label))
    which = f", the {'shorter' if shorter else 'longer'} of the two level sides"
    which = which if axis in ("width", "depth") and not thing.plural else ""
    say = measured(f"{thing.the} {thing.be} {{}} {_WORDS.get(axis, '')}{which}".strip())
    return Meaning(f'size({thing.program}, axis="{axis}")', say, (thing,))


def _how_big(slots: Slots) -> Meaning:
    """All three sides; the longest where one number is wanted."""
    thing = slots.thing("a")
    if slots.asked.options:
        return _longest(slots)
    sides = ", ".join(f'size(x, axis="{axis}")' for axis in _level_first(thing))
    return Meaning(f"x = the({thing.program})\n[{sides}]", _by_sides(thing), (thing,))


def _level_first(thing: Thing) -> tuple[str, str, str]:
    """The three sides that one names of it, the longer level one first."""
    if width_is_shorter(thing.label):
        return ("length", "width", "height")
    return ("width", "depth", "height")


def _by_sides(thing: Thing) -> Say:
    def say(result: Result) -> Said:
        said = said_value(result)
        parts = list(result.value)  # type: ignore[call-overload]
        each = [said_value(Result(part, unit=result.unit)).text for part in parts]
        names = [_WORDS[axis] for axis in _level_first(thing)]
        sides = ", ".join(f"{text} {name}" for text, name in zip(each, names, strict=True))
        return Said(f"{thing.the} {thing.be} {sides}", said.value, said.unit)

    return say


def _footprint(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = measured(f"{thing.the} {'take' if thing.plural else 'takes'} up {{}} of the floor")
    return Meaning(f"area({thing.program})", say, (thing,))


def _volume(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = measured(f"{{}}, the volume of the box around {thing.the}")
    return Meaning(f"volume({thing.program})", say, (thing,))


def _as_large(slots: Slots) -> Meaning:
    """ "Is the sofa as long as the bed": as nearly as one would say so, or more."""
    a, b, word = slots.each("a", slots.thing("a")), slots.thing("b"), slots.text("r")
    if word in ("big", "large"):
        first, second, off = f"volume({a.program})", f"volume({b.program})", "0.95 *"
        program = f"{first} >= {off} {second}"
    else:
        first, second = (f'size({t.program}, axis="{_AXES[word]}")' for t in (a, b))
        program = f"{first} >= {second} - {_SAID_M:g}"
    said = f"as {word} as {b.the}"
    say = truth(f"{a.the} {a.be} {said}, or more so", f"{a.the} {a.be} not {said}")
    return Meaning(program, say, (a, b))


def _compared(slots: Slots) -> Meaning:
    a, b, word = slots.each("a", slots.thing("a")), slots.thing("b"), slots.text("r")
    if word in _HIGHER:
        program = f'above_below({a.program}, {b.program}) == "{_HIGHER[word][0]}"'
    elif word in _COMPARED:
        axis, sign = _COMPARED[word]
        program = f'size({a.program}, axis="{axis}") {sign} size({b.program}, axis="{axis}")'
    elif word in ("bigger", "larger", "greater", *_SMALLER):
        program = f"volume({a.program}) {'<' if word in _SMALLER else '>'} volume({b.program})"
    else:
        raise Unreadable(f'I cannot compare by "{word}"')
    say = truth(f"{a.the} {a.be} {word} than {b.the}", f"{a.the} {a.be} not {word} than {b.the}")
    return Meaning(program, say, (a, b))


def _difference(slots: Slots) -> Meaning:
    a, b, word = slots.thing("a"), slots.thing("b"), slots.text("r")
    axis, sign = _HIGHER.get(word) or _COMPARED[word]
    first, second = (a, b) if sign == ">" else (b, a)
    said = f"{a.the} {a.be} {{}} {word} than {b.the}"
    if word in _HIGHER:
        first_at, second_at = (f'elevation({t.program}, of="middle")' for t in (first, second))
        return Meaning(f"{first_at} - {second_at}", measured(f"{said}, by their middles"), (a, b))
    program = f'size({first.program}, axis="{axis}") - size({second.program}, axis="{axis}")'
    return Meaning(program, measured(said), (a, b))


def _apart_by(slots: Slots) -> Meaning:
    """ "The difference in height between the stove and the fridge"; never negative."""
    a, b = slots.pair("pair")
    word = slots.text("m")
    program = f'abs(size({a.program}, axis="{word}") - size({b.program}, axis="{word}"))'
    say = measured(f"{{}} between the {word}s of {a.the} and {b.the}")
    return Meaning(program, say, (a, b))


def _than_length(slots: Slots) -> Meaning:
    thing = slots.each("a", slots.thing("a"))
    number, unit = slots.number("n"), slots.text("unit")
    word = slots.text("r")
    metres = number * METRES[unit]
    if word in _HIGHER:
        said = f"{word} than {number:g} {unit}"
        end = f"the upper end of {thing.the} is"
        program = f'elevation({thing.program}, of="top") {_HIGHER[word][1]} {metres:g}'
        return Meaning(program, truth(f"{end} {said}", f"{end} not {said}"), (thing,))
    limit = slots.text("q") or "more than"
    axis, sign = _COMPARED.get(word) or (_AXES[word], THAN[limit])
    than = f"{word} than" if word in _COMPARED else limit
    said = f"{than} {number:g} {unit}{'' if word in _COMPARED else ' ' + word}"
    say = truth(f"{thing.the} {thing.be} {said}", f"{thing.the} {thing.be} not {said}")
    return Meaning(f'size({thing.program}, axis="{axis}") {sign} {metres:g}', say, (thing,))


def _is_length(slots: Slots) -> Meaning:
    """ "Is the sofa 2 m long": as nearly as one would say so."""
    thing = slots.each("a", slots.thing("a"))
    number, unit, word = slots.number("n"), slots.text("unit"), slots.text("r")
    metres = number * METRES[unit]
    off = max(_SAID_SHARE * metres, _SAID_M)
    size = f'size({thing.program}, axis="{_AXES[word]}")'
    said = f"{number:g} {unit} {word}, give or take {off * 100:.0f} cm"
    say = truth(f"{thing.the} {thing.be} {said}", f"{thing.the} {thing.be} not {said}")
    program = f"abs({size} - {metres:g}) <= {off:g}"
    return Meaning(program, say, (thing,))


def _which_one(slots: Slots) -> Meaning:
    """ "What is the largest table", "which chair is the tallest"."""
    words = slots.text("a") if "a" in slots else f"the {slots.text('r')} {slots.text('k')}"
    if "side" in slots:
        words = f"{words} from the {slots.text('side')}"
    if slots.asked.options and _THESE.search(words):
        raise Unreadable("it is the options that are to choose from")
    thing = slots.asked.phrases.thing(words)
    if not thing.single or thing.program.startswith("object("):
        raise Unreadable(f'"{thing.words}" is not one of several')
    one = thing.words.replace(plural_of(thing.label), thing.label, 1)  # "of the two tables"

    def say(result: Result) -> Said:
        said = said_value(result)
        return Said(f"the {one} is {_named(result.value)}", said.value)

    return Meaning(thing.program, say, (thing,))


def _is_the_one(slots: Slots) -> Meaning:
    """ "Is the sofa the biggest thing here", "is chair 4 the tallest chair"."""
    phrases, thing = slots.asked.phrases, slots.thing("a")
    word, kind = slots.text("r"), slots.text("k") if "k" in slots else "thing"
    best = phrases.thing(f"the {word} {kind}")
    if not best.single or best.program.startswith("object("):
        raise Unreadable(f'"{phrases.said(kind)}" is not one of several')
    one = thing.program if thing.single else f"the({thing.program})"
    say = truth(f"{thing.the} is {best.the}", f"{thing.the} is not {best.the}")
    return Meaning(f"{one} == {best.program}", say, (thing, best))


def _named(value: object) -> str:
    return name_of(value) if isinstance(value, MapObject) else str(value)


def _which(slots: Slots) -> Meaning:
    things = slots.things("list")
    return best_of(things, slots.text("r"))


_THESE = re.compile(r"\bof (?:these|those|the following)\b")

_R = "{r:longer|shorter|wider|narrower|taller|higher|lower|deeper|thicker}"
_BEST = "{r:" + "|".join(word for word in SUPERLATIVES if word.endswith("est")) + "}"
_ASK = "(what is|what are|what was|give|estimate|what would be|measure|what)"

FORMS: tuple[Form, ...] = (
    form(
        _longest,
        "What is the length of the longest dimension of the table?",
        "what is the (length|size|measure) of the (longest|largest|biggest|maximum) (dimension|"
        "side|axis|edge) of {a}",
        "what is the (longest|largest|biggest) (dimension|side|axis|edge) of {a}",
        "how long is the longest (dimension|side|edge|axis) of {a}",
        "what is the length of the longest dimension , length , width or height , of {a}",
        "what is {a} 's (longest|largest) (dimension|side)",
    ),
    form(
        _shortest,
        "What is the shortest side of the table?",
        "what is the [length of the] (shortest|smallest) (dimension|side|axis|edge) of {a}",
        "how long is the shortest (dimension|side|edge|axis) of {a}",
    ),
    form(
        _greatest,
        "What is the maximum dimension (either width or length) of the table?",
        "what is the (maximum|max|greatest) (dimension|extent) , of {a}",
        "what is the (maximum|max|greatest) (dimension|extent) of {a}",
    ),
    form(
        _along,
        "How wide is the sofa?",
        "how {axis} (is|are|was) {a}",
        f"{_ASK} [the] {{axis}} of {{a}}",
        f"{_ASK} {{a}} 's {{axis}}",
        "(what|which) {axis} (is|does) {a} [have]",
        "how {axis:tall|wide|high|deep|long|thick|broad} {a} (is|are)",
    ),
    form(
        _how_big,
        "How big is the sofa?",
        "how (big|large) (is|are|was) {a}",
        "how (big|large) {a} (is|are)",
        "what (is|are) the (width and height|width and depth|length and width|height and width|"
        "length and height|width , depth and height) of {a}",
        "(what|how) (is|are) the (size|sizes|dimensions|measurements|measures) of {a}",
        "(what is|what are) {a} 's (size|dimensions|measurements)",
        "(what|which) (size|dimensions) (is|are|does|do) {a} [have]",
        "(size|dimensions|bounding box) of {a}",
        "what is the (bounding box|box|extent) of {a}",
        "what are the length , width and height of {a}",
    ),
    form(
        _footprint,
        "How much floor does the sofa take up?",
        "how much (floor|space|room|floor space|area) does {a} (take|occupy|need|cover|take "
        "up) [up] [on the floor]",
        "what is the (footprint|floor area|base area) of {a}",
        "what is the area of {a}",
    ),
    form(
        _volume,
        "What is the volume of the box?",
        "what is the volume of {a}",
        "how much volume does {a} (have|take up|occupy)",
        "what is {a} 's volume",
    ),
    form(
        _as_large,
        "Is the wardrobe as tall as the fridge?",
        "(is|are) {a} [at least|just] as {r:long|wide|tall|high|deep|thick|big|large} as {b}",
    ),
    form(
        _compared,
        "Is the sofa longer than the table?",
        "(is|are) {a} {r} than {b}",
        "(is|are) {a} {r} in size than {b}",
        "(is|are) {a} {r:higher|lower} (up|down) than {b}",
        "(does|do) {a} (hang|stand|sit|lie|start) {r:higher|lower} [up|down] than {b}",
    ),
    form(
        _difference,
        "How much taller is the lamp than the sofa?",
        f"(how much|by how much) {_R} (is|are) {{a}} than {{b}}",
        f"how many (centimeters|centimetres|meters|metres) {_R} (is|are) {{a}} than {{b}}",
    ),
    form(
        _apart_by,
        "What is the difference in height between the lamp and the sofa?",
        "what is the difference in {m:height|width|length} (between|of) {pair}",
        "what is the {m:height|width|length} difference (between|of) {pair}",
        "how much do {pair} differ in {m:height|width|length}",
    ),
    form(
        _than_length,
        "Is the bed longer than 2 m?",
        f"(is|are) {{a}} {_R} than {{n}} {LENGTH_UNIT}",
        f"(is|are) {{a}} {{q:more than|less than|at least|at most}} {{n}} {LENGTH_UNIT} "
        "{r:long|wide|tall|high|deep|thick}",
    ),
    form(
        _is_length,
        "Is the sofa 2 m long?",
        f"(is|are) {{a}} {{n}} {LENGTH_UNIT} {{r:long|wide|tall|high|deep|thick}}",
        f"(is|are) {{a}} {{n}} {LENGTH_UNIT} in {{r:length|width|height|depth}}",
    ),
    form(
        _which_one,
        "What is the largest table?",
        "(what|which) is {a}",
        "(what|which) {k} is [the] {r}",
        "(what|which) {k} is the {r} from the {side:left|right}",
    ),
    form(
        _is_the_one,
        "Is the sofa the biggest thing here?",
        f"(is|was) {{a}} the {_BEST} {{k}} [here|around|of all|there is]",
        f"(is|was) {{a}} the {_BEST} [one] [here|around|of all|of them all]",
    ),
    form(
        _which,
        "Which is taller, the fridge or the wardrobe?",
        "(which|what) (is|one is|object is|thing is) [the] {r} {list}",
        "(which of|which one of|of) [these|the|the following] [two|three|four] [objects|"
        "things] {list} [which|one] is [the] {r}",
        "(which|what) is [the] {r} of {list}",
        "(which|what) [one] of (these|the two|the three|the following|them) [things|objects] is "
        "[the] {r} , {list}",
        "(is|are) {list} [the] {r}",
        "(among|out of|between|of) {list} , (which|what) [one|object] is [the] {r}",
    ),
)
