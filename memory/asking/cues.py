"""Conventions that a question states by the way: units, which points are measured, sectors.

They are cut out, so that forms need not spell them, and kept as cues, by which forms choose the
parameters of operations. Benchmarks differ in these; their own words decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.units import UNIT_WORDS

__all__ = ["Cues", "read_cues"]

_IN = (
    r"(?:, ?)?(?:,? ?(?:measured|expressed|given|stated|answer|answered))? ?"
    r"(?:in|as) (?:units of )?"
)
_UNIT_RULES = tuple(
    (
        unit,
        re.compile(
            rf"(?<=[ ,]){_IN}(?:{names})(?= ,| is | are | did | between | from | of | to |$)"
        ),
    )
    for unit, names in UNIT_WORDS
)
_OF_NO_MAP = re.compile(
    r" in ((?:kilo)?grams?|kgs?|pounds|lbs|ounces|tons?|celsius|fahrenheit|kelvin|watts?|volts?"
    r"|newtons?|dollars|euros|hertz)$"
)
_HOW_MANY_UNITS = tuple(
    (unit, re.compile(rf"^how many (?:{names})(?= )")) for unit, names in UNIT_WORDS
)
_RULES = tuple(
    (cue, re.compile(pattern))
    for cue, pattern in (
        ("surfaces", r"(?:measur(?:ing|ed)|calculated|as measured) (?:from|between|by|at) the "
         r"(?:closest|nearest) points?(?: of each object| (?:between|of) (?:the )?"
         r"(?:two|both) objects| of the (?:two )?objects)? ,?"),
        ("surfaces", r"(?:from|between|at) (?:their |the )?(?:closest|nearest) (?:points|"
                     r"surfaces|edges)"
         r"(?: of (?:the )?(?:two |both )?objects)?|surface to surface|edge to edge"),
        ("centers", r"(?:measur(?:ing|ed) )?(?:from |between |by )?(?:their |the )?cent(?:er|re)s?"
         r"(?:[ -]points?)?(?:[ -]to[ -]| (?:to|and) )(?:the )?cent(?:er|re)s?(?:[ -]points?)?"
         r"(?: of (?:each|the|both|two) (?:objects?|two objects))?"),
        ("centers", r"measur(?:ing|ed) (?:from|between|by) (?:their |the )?cent(?:er|re)s?"
         r"(?: points?)?(?: of (?:each|the|both) objects?)? ?,?"),
        ("centers", r"between (?:their|the) cent(?:er|re)s(?= ?,| ?$)"),
        ("horizontal", r"(?<= )horizontal(?:ly)?(?= |$)|(?<= )(?:on|along) the (?:floor|ground)"
         r"(?= ?,| ?$)|ignoring (?:the )?height"),
        ("", r"if there are multiple instances of an object category , measure to the closest"),
        ("combined", r"if multiple rooms are shown , estimate the size of the combined space"),
        ("on foot", r"(?<= )(?:on|by) foot(?= |$)"),
        ("quadrants", r"the directions refer to the quadrants of a cartesian plane"
         r"(?: , if i am standing at the origin and facing along the positive y-axis)?"),
        ("three", r"an object is to my back if i would have to turn at least 135 degrees in order "
         r"to face it"),
        ("", r", length , width , or height(?= ,)|, the length , width or height(?= ,)"),
        ("level", r", either (?:width or length|length or width) ,"),
        ("", r", or the person filming ,|, had not appeared before(?: ,)?|, < ?180 ,"),
        ("turns", r", index of the turn(?: ,)?"),
        ("", r"note that .{0,80}? ,"),
        ("", r"note(?: ,)+ for each(?: ,)+ fill in(?: ,)+ choose either .{0,60}?(?=,(?: ,)* 1 )"),
    )
)  # fmt: skip


_DISTANCE = re.compile(r"\b(?:far|farther|distance|gap|apart|close|closer|near|nearer|space)\b")

_POINTS = tuple(
    (cue, re.compile(rf"(?<= )(?<! in )the {points} of (?=the |a |my |§)"))
    for cue, points in (
        ("centers", r"(?:cent(?:er|re)s?|middles?)(?: points?)?"),
        ("surfaces", r"(?:(?:closest|nearest) points?|surface)"),
        ("edge", r"(?:(?:closest|nearest) (?:edges?|sides?)|edge)"),
    )
)
"""Named in front of a thing: "the center of the sofa"."""

_APART = re.compile(
    r" (?:away|apart|off|from|to|between|separate|separates|do|does|must|should|have|has|did|above|"
    r"over|there|left|within|until|till)\b"
)
_APART_FROM = re.compile(r" separates?(?= )")
_AXIS = re.compile(r" (?:wide|long|tall|high|deep|thick|broad)\b")
_THAN = re.compile(r" \w+er\b.* than ")
_IS = re.compile(r" (?:is|are) (?=\S)")


def _how_many(unit: str, rest: str, whole: str) -> str:
    """What is asked in ``whole``, "how many inches is the tv", by the words behind the unit."""
    if unit in ("s", "min"):
        return f"how long{rest}"
    is_ = _IS.match(rest)
    if unit in ("m3", "l"):
        return f"what is the volume of {rest[is_.end() :]}" if is_ else whole
    if unit in ("m2", "ft2", "deg"):
        return whole
    if _AXIS.match(rest):
        return f"how{rest}"
    if _THAN.match(rest):
        return f"how much{rest}"
    if _APART_FROM.match(rest):
        return f"what distance separates{_APART_FROM.sub('', rest)}"
    sized = is_ and not _APART.search(rest) and not rest[is_.end() :].startswith("it ")
    return f"how big{rest}" if sized else f"how far{rest}"


@dataclass
class Cues:
    """What a question says by the way."""

    names: set[str] = field(default_factory=set)
    unit: str = ""
    """That the answer is asked for in; "" if none is named."""

    def __contains__(self, name: str) -> bool:
        return name in self.names


def read_cues(text: str) -> tuple[str, Cues]:
    """The text (as ``read_sentence`` makes it) without its cues, and the cues."""
    cues = Cues()
    for rules, instead in ((_RULES, " , "), (_POINTS, "")):
        for name, pattern in rules:
            if name == "horizontal" and not _DISTANCE.search(text):
                continue  # "what is on the floor" is about what stands there
            text, found = pattern.subn(instead, text)
            if found and name:
                cues.names.add(name)
    text = " " + " ".join(text.split())
    if of_no_map := _OF_NO_MAP.search(text):
        raise Unreadable(
            f"nothing is told in {of_no_map[1]} here: a map knows sizes and times only"
        )
    for unit, pattern in _UNIT_RULES:
        text, found = pattern.subn(" , ", text)
        if found:
            cues.unit = unit
            break
    text = text.strip(" ,")
    for unit, pattern in _HOW_MANY_UNITS:
        if pattern.match(text):
            cues.unit = unit
            text = _how_many(unit, pattern.sub("", text, count=1), text)
            break
    return " ".join(re.sub(r"(?: ,)+(?= ,)", "", " " + text).split()).strip(" ,"), cues
