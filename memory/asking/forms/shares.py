"""Shares and sums over things of a kind, rooms against a measure, and doors between two rooms."""

from __future__ import annotations

from cogmap.memory.asking.conditions import in_room, nth_pick
from cogmap.memory.asking.form import LENGTH_UNIT, Form, Meaning, Slots, form
from cogmap.memory.asking.forms.doors import of_walls
from cogmap.memory.asking.saying import (
    Result,
    Said,
    counted,
    listed,
    measured,
    numbered,
    said_value,
    truth,
)
from cogmap.memory.asking.things import joined
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import SUPERLATIVES, ordinal_of
from cogmap.memory.units import METRES, to_si

__all__ = ["FORMS"]


def _share(slots: Slots) -> Meaning:
    """ "What percentage of the chairs is in the kitchen": of their number."""
    all_, room = slots.thing("a"), slots.room("b")
    inside = in_room(all_, room)

    def say(result: Result) -> Said:
        share = float(said_value(result).value)  # type: ignore[arg-type]
        return Said(f"{100 * share:.0f} % of {all_.the} are in {room.the}", share)

    return Meaning(f"count({inside.program}) / count({all_.program})", say, (all_, room))


def _total(slots: Slots) -> Meaning:
    thing, what = slots.thing("a"), slots.text("m")
    if thing.single or not thing.plural:
        raise Unreadable(f"{thing.the} are not several")
    one = "volume(x)" if what == "volume" else f'size(x, axis="{what}")'
    say = measured(f"{{}} of {what} in all, of {thing.the}")
    return Meaning(f"sum([{one} for x in {thing.members}])", say, (thing,))


_MOST = 10


def _top(slots: Slots) -> Meaning:
    """ "The three largest chairs", the largest first."""
    thing, number = slots.thing("a"), slots.number("n")
    pick = SUPERLATIVES[slots.text("r")]
    if not thing.plural or not 2 <= number <= _MOST or number != int(number):
        raise Unreadable("this is no number of things to pick")
    each = [nth_pick(pick, n).format("s") for n in range(1, int(number) + 1)]
    say = numbered(f"the {number:g} {slots.text('r')} {thing.many}: {{}}", "nothing was seen")
    return Meaning(f"s = {thing.program}\n[{', '.join(each)}]", say, (thing,))


def _nth_nearest(slots: Slots) -> Meaning:
    """ "The second closest chair to the sofa": what is nearest but for those that are nearer."""
    thing = slots.thing("a")
    to = slots.place("b") if "b" in slots else slots.asked.phrases.place("me")
    number = ordinal_of(slots.text("o"))
    if number is None or not 2 <= number <= _MOST:
        raise Unreadable(f'"{slots.text("o")}" is no place in an order')
    far = slots.text("r") in ("farthest", "furthest")
    pick = "farthest" if far else "nearest"
    lines, left = [f"s0 = {thing.program}"], "s0"
    for n in range(1, number):
        lines.append(f"s{n} = [x for x in {left} if x != {pick}({left}, {to.program})]")
        left = f"s{n}"
    what = f"the {slots.text('o')} {slots.text('r')} {thing.one}"
    say = numbered(f"{what} to {to.the}: {{}}", f"no {slots.text('o')} {thing.one} was seen")
    lines.append(f"[x for x in {left} if x == {pick}({left}, {to.program})]")
    return Meaning("\n".join(lines), say, (thing, to))


def _nearest_few(slots: Slots) -> Meaning:
    """ "The three closest things to the sofa", the closest first."""
    thing, to, number = slots.thing("a"), slots.place("b"), slots.number("n")
    if not thing.plural or not 2 <= number <= _MOST or number != int(number):
        raise Unreadable("this is no number of things to pick")
    pick = "farthest" if slots.text("r") in ("farthest", "furthest") else "nearest"
    lines, each = [f"s0 = {thing.program}"], []
    for n in range(int(number)):
        lines.append(f"n{n} = {pick}(s{n}, {to.program})")
        lines.append(f"s{n + 1} = without(s{n}, [n{n}])")
        each.append(f"n{n}")
    lines = lines[:-1]
    said = f"the {number:g} {slots.text('r')} {thing.many} to {to.the}: {{}}"
    return Meaning(
        "\n".join([*lines, f"[{', '.join(each)}]"]), numbered(said, "nothing was seen"), (thing, to)
    )


_LIMITS = {"bigger than": ">", "larger than": ">", "smaller than": "<", "more than": ">",
           "less than": "<", "at least": ">=", "at most": "<="}  # fmt: skip


def _area_limit(slots: Slots) -> tuple[str, str]:
    """The comparison of an area with a number, and how it is said: "larger than 10 m²"."""
    number, word = slots.number("n"), slots.text("r")
    unit = "ft2" if "f" in slots.text("unit") else "m2"
    limit = f"{_LIMITS[word]} {to_si(number, unit)[0]:g}"
    return limit, f"{word} {number:g} {'square feet' if unit == 'ft2' else 'm²'}"


def _room_area_than(slots: Slots) -> Meaning:
    room, (limit, than) = slots.room("a"), _area_limit(slots)
    say = truth(f"{room.the} is {than}", f"{room.the} is not {than}")
    return Meaning(f"area({room.program}) {limit}", say, (room,))


def _rooms_area_than(slots: Slots) -> Meaning:
    limit, than = _area_limit(slots)
    program = f"[r for r in rooms() if area(r) {limit}]"
    if "count" in slots:
        return Meaning(f"count({program})", counted(f"room {than}", f"rooms {than}"))
    return Meaning(program, listed(f"rooms {than}: {{}}", f"there are no rooms {than}"))


def _is_the_largest(slots: Slots) -> Meaning:
    room = slots.room("a")
    word = "smallest" if slots.text("r") == "smallest" else "largest"
    say = truth(f"{room.the} is the {word} room", f"{room.the} is not the {word} room")
    return Meaning(f"{room.program} == {word}_room()", say, (room,))


def _room_side_than(slots: Slots) -> Meaning:
    room, number, word = slots.room("a"), slots.number("n"), slots.text("r")
    axis = "length" if word in ("longer", "shorter") else "width"
    sign = "<" if word in ("shorter", "narrower") else ">"
    than = f"{word} than {number:g} {slots.text('unit')}"
    say = truth(f"{room.the} is {than}", f"{room.the} is not {than}")
    metres = number * METRES[slots.text("unit")]
    return Meaning(f'size({room.program}, axis="{axis}") {sign} {metres:g}', say, (room,))


def _door_between(slots: Slots) -> Meaning:
    of_walls(slots)
    a, b = slots.pair("pair")
    if {a.kind, b.kind} != {"room"}:
        raise Unreadable("doors join rooms")
    program = (
        f"min([door_width(d) for d in doors(room={a.program}) "
        f"if count([e for e in doors(room={b.program}) if distance(d, e) < 0.01]) > 0])"
    )
    say = measured(f"the narrowest door between {a.the} and {b.the} is {{}} wide")
    return Meaning(program, say, (a, b))


def _where_is_room(slots: Slots) -> Meaning:
    room = slots.room("a")
    near = listed(f"{room.the} is next to {{}}", f"no room next to {room.the} was seen")

    def say(result: Result) -> Said:
        said = near(result)
        if not isinstance(said.value, tuple) or not said.value:
            return said
        return Said(f"{room.the} is next to {joined(f'the {r}' for r in said.value)}", said.value)

    return Meaning(f"neighbours({room.program})", say, (room,))


_NEAREST = "{r:closest|nearest|farthest|furthest}"
_SQUARE = (
    "{unit:m2|sqm|square meters|square metres|square meter|square metre|square feet|square foot|"
    "sqft|ft2}"
)
_THAN_AREA = "{r:" + "|".join(_LIMITS) + "} {n} " + _SQUARE
_IN_ROOM = "(is|are|stands|stand) [there] in {b}"

FORMS: tuple[Form, ...] = (
    form(
        _share,
        "What percentage of the chairs are in the kitchen?",
        f"(what|which) (percentage|percent|fraction|share|proportion|part) of {{a}} {_IN_ROOM}",
        f"how many percent of {{a}} {_IN_ROOM}",
    ),
    form(
        _total,
        "What is the total volume of the boxes?",
        "what is the (total|combined|summed) {m:volume|height|length|width} of [all] {a}",
    ),
    form(
        _room_area_than,
        "Is the kitchen larger than 8 square metres?",
        f"is {{a}} {_THAN_AREA} [big|large]",
    ),
    form(
        _rooms_area_than,
        "How many rooms are larger than 10 square metres?",
        f"{{count:how many}} rooms are [there] {_THAN_AREA} [big|large]",
        f"(which|what) rooms are {_THAN_AREA} [big|large]",
    ),
    form(
        _nearest_few,
        "What are the three closest things to the sofa?",
        f"(what|which) are the {{n}} {{a}} {_NEAREST} (to|from) {{b}}",
        f"(what|which) are the {{n}} {_NEAREST} {{a}} (to|from) {{b}}",
        f"(what|which) {{n}} {{a}} are {_NEAREST} (to|from) {{b}}",
    ),
    form(
        _is_the_largest,
        "Is the kitchen the largest room?",
        "is {a} the {r:largest|biggest|smallest} room [here|of all]",
        "is {a} the {r:largest|biggest|smallest} of [all] [the] rooms",
    ),
    form(
        _room_side_than,
        "Is the hallway wider than 1.2 m?",
        f"is {{a}} {{r:wider|narrower|longer|shorter}} than {{n}} {LENGTH_UNIT}",
    ),
    form(
        _door_between,
        "How wide is the door between the kitchen and the bedroom?",
        "how (wide|broad) is the (door|doorway|opening|passage) between {pair}",
        "what is the width of the (door|doorway|opening|passage) between {pair}",
    ),
    form(
        _top,
        "What are the three largest objects?",
        "(what|which) are [the] {n} {r:largest|biggest|smallest|tallest|longest|widest|shortest} "
        "{a}",
        "(list|name|show) [the] {n} {r:largest|biggest|smallest|tallest|longest|widest|shortest} "
        "{a}",
        "[the] {n} {r:largest|biggest|smallest|tallest|longest|widest|shortest} {a}",
        "(what|which) {a} are the {n} {r:largest|biggest|smallest|tallest|longest|widest|shortest}",
    ),
    form(
        _nth_nearest,
        "What is the second closest chair to the sofa?",
        f"(what|which) is [the] {{o}} {_NEAREST} {{a}} (to|from) {{b}}",
        f"(what|which) {{a}} is [the] {{o}} {_NEAREST} (to|from) {{b}}",
        f"(what|which) is [the] {{o}} {_NEAREST} {{a}} [to me]",
    ),
    form(_where_is_room, "Where is the bedroom?", "where is {a}"),
)
