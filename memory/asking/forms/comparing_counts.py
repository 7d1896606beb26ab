"""Whether there are more of one kind than of another, or than a number, or elsewhere."""

from __future__ import annotations

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Result, Said, measured, truth, worded
from cogmap.memory.asking.things import Thing, quoted
from cogmap.memory.asking.words import word_set

__all__ = ["FORMS", "THAN"]

_MORE = word_set("more larger greater bigger higher")


def _more(slots: Slots) -> Meaning:
    a, b = slots.thing("a"), slots.thing("b")
    more = slots.text("r") in _MORE
    sign = ">" if more else "<"
    if slots.text("r") in ("equal", "same", "as many"):
        sign = "=="
    than = {">": "more", "<": "fewer", "==": "as many"}[sign]
    joint = "as" if sign == "==" else "than"
    say = truth(
        f"there are {than} {a.many} {joint} {b.many}",
        f"there are not {than} {a.many} {joint} {b.many}",
    )
    return Meaning(f"count({a.program}) {sign} count({b.program})", say, (a, b))


THAN = {
    "more than": ">", "fewer than": "<", "less than": "<", "at least": ">=", "at most": "<=",
    "precisely": "==", "exactly": "==", "only": "==",
}  # fmt: skip
"""How a count is compared, by the words."""


def _so_many(thing: Thing, number: float) -> Meaning:
    """ "Are there two chairs" is true of three as well, which is said."""
    least = f"{number:g} {thing.one if number == 1 else thing.many}"

    def say(result: Result) -> Said:
        found = round(result.value.value)  # type: ignore[attr-defined]
        there = f"there {'is' if found == 1 else 'are'}"
        if found == number:
            return Said(f"Yes, {there} {least}", True)
        if found > number:
            return Said(f"Yes, there are {least} and more: {found}", True)
        return Said(f"No, {there} {found or 'no'} {thing.one if found == 1 else thing.many}, "
                    "as far as seen", False)  # fmt: skip

    return Meaning(f"count({thing.program})", say, (thing,))


def _another(slots: Slots) -> Meaning:
    """ "Is there another sofa": than the one that is known."""
    thing = slots.here(slots.thing("a"))

    def say(result: Result) -> Said:
        found = round(result.value.value)  # type: ignore[attr-defined]
        if found > 1:
            return Said(f"Yes, there are {found} {thing.many}", True)
        return Said(f"No, {'one' if found else 'no'} {thing.one} was seen, and no other", False)

    return Meaning(f"known = exists({thing.program})\ncount({thing.program})", say, (thing,))


def _at_least(slots: Slots) -> Meaning:
    thing, word = slots.here(slots.thing("a")), slots.text("r")
    number = slots.number("n")
    if not word:
        return _so_many(thing, number)
    how = {"precisely": "exactly"}.get(word, word)
    said = f"{how} {number:g} {thing.one if number == 1 else thing.many}"
    be = "is" if number == 1 else "are"
    say = truth(f"there {be} {said}", f"there {be} not {said}, as far as seen")
    return Meaning(f"count({thing.program}) {THAN[word]} {number:g}", say, (thing,))


def _more_of(slots: Slots) -> Meaning:
    a, b = slots.things("list")[:2]
    program = (
        f"{quoted(a.words)} if count({a.program}) > count({b.program}) else "
        f'({quoted(b.words)} if count({b.program}) > count({a.program}) else "equal")'
    )
    return Meaning(program, worded("There are more of: {}", {"equal": "neither"}), (a, b))


def _difference(slots: Slots) -> Meaning:
    a, b = slots.thing("a"), slots.thing("b")
    program = f"count({a.program}) - count({b.program})"
    more = measured(f"{{}} more {a.many} than {b.many}")

    def say(result: Result) -> Said:
        said = more(result)
        if said.value == 1:
            return Said(f"1 more {a.one} than {b.many}", said.value, said.unit, said.sigma)
        return said

    return Meaning(program, say, (a, b))


def _more_than_elsewhere(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    size = slots.text("size")
    if size:
        room = f"{'smallest' if size.startswith(('small', 'tin')) else 'largest'}_room()"
        said = f"the {'smallest' if room.startswith('smallest') else 'largest'} room"
    else:
        inside = slots.thing("b")
        room, said = f"room_of({inside.program})", f"the room with {inside.the}"
    sign = ">" if slots.text("r") in _MORE else "<"
    all_of, there = (
        f"count({thing.program})",
        f"count([x for x in {thing.members} if room_of(x) == r])",
    )
    program = f"r = {room}\n{there} {sign} {all_of} - {there}"
    more = "more" if sign == ">" else "fewer"
    say = truth(
        f"there are {more} {thing.many} in {said} than in the other rooms together",
        f"there are not {more} {thing.many} in {said} than in the other rooms together",
    )
    return Meaning(program, say, (thing,))


_R = "{r:more|fewer|less|larger|greater|bigger|smaller|higher|lower|equal|same}"

FORMS: tuple[Form, ...] = (
    form(
        _more,
        "Are there more chairs than tables?",
        f"(are|is) there {_R} {{a}} than {{b}}",
        f"(do we|do i|do you) have {_R} {{a}} than {{b}}",
        "(are|is) there {r:as many} {a} as {b}",
        f"is the number of {{a}} {_R} than the number of {{b}}",
        f"is the number of {{a}} {_R} to the number of {{b}}",
        f"is the number of {{a}} the {_R} as the number of {{b}}",
    ),
    form(
        _at_least,
        "Are there more than two chairs?",
        "(is|are) there {r:more than|fewer than|less than|at least|at most|precisely} {n} {a}",
        "(do we|do you|do i) (have|see) "
        "{r:more than|fewer than|less than|at least|at most|precisely} "
        "{n} {a}",
        "are there {n} {a}",
        "is there {n:one|1|a single} {a}",
    ),
    form(
        _another,
        "Is there another chair?",
        "is there (another|a second) {a} [anywhere|here|somewhere]",
        "are there (any other|any more|other) {a} [anywhere|here|somewhere]",
        "(do we|do you|do i) have (another|a second|any other) {a}",
    ),
    form(
        _more_of,
        "What are there more of, chairs or tables?",
        "(what|which) (are|is) there more of {list}",
        "are there more {list}",
    ),
    form(
        _difference,
        "How many more chairs than tables are there?",
        "how many more {a} than {b} [(are|is) there]",
        "how many more {a} (are|is) there than {b}",
    ),
    form(
        _more_than_elsewhere,
        "Are there more chairs in the room with the piano than in the others?",
        f"(are|is) there {_R} {{a}} in the room (with|that has|containing) {{b}} than [in] the "
        "(other|others) [room|rooms]",
        f"(are|is) there {_R} {{a}} in the {{size}} room than [in] the (other|others) [room|rooms]",
        f"(are|is) there {_R} {{a}} in the room (with|that has|containing) {{b}} than [in] (other|"
        "all other) rooms",
    ),
)
