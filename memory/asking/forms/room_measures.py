"""Rooms in numbers: length and width, outline, areas compared, by size, how far on foot."""

from __future__ import annotations

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.forms.distances import within
from cogmap.memory.asking.saying import Result, Said, apart, listed, measured, said_value, worded
from cogmap.memory.asking.things import Thing, quoted
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS"]

_BOX = "of the smallest rectangle around it"
_NEAR, _SMALL = ("closer", "nearer", "closest", "nearest"), ("smaller",)


def _sides(slots: Slots) -> Meaning:
    room = slots.room("a")

    def say(result: Result) -> Said:
        said = said_value(result)
        sides = [said_value(Result(side, unit=result.unit)).text for side in result.value]  # type: ignore[attr-defined]
        text = f"{room.the} is {sides[0]} long and {sides[1]} wide: the sides {_BOX}"
        return Said(text, said.value, said.unit)

    program = f'r = {room.program}\n[size(r, axis="length"), size(r, axis="width")]'
    return Meaning(program, say, (room,))


def _side(slots: Slots) -> Meaning:
    room = slots.room("a")
    longer = slots.text("axis") in ("long", "length")
    axis, word, side = ("length", "long", "longer") if longer else ("width", "wide", "shorter")
    say = measured(f"{room.the} is {{}} {word}: the {side} side {_BOX}")
    return Meaning(f'size({room.program}, axis="{axis}")', say, (room,))


def _perimeter(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = measured(f"{{}} along the outline of {room.the}, gaps of doors included")
    return Meaning(f"perimeter({room.program})", say, (room,))


def _two(slots: Slots) -> tuple[Thing, Thing]:
    a, b = slots.pair("pair") if "pair" in slots else (slots.room("a"), slots.room("b"))
    if {a.kind, b.kind} != {"room"}:
        raise Unreadable("these are not two rooms")
    return a, b


def _together(slots: Slots) -> Meaning:
    a, b = _two(slots)
    say = measured(f"{{}}, the areas of {a.the} and {b.the} together")
    return Meaning(f"area({a.program}) + area({b.program})", say, (a, b))


def _difference(slots: Slots) -> Meaning:
    a, b = _two(slots)
    word = slots.text("r")
    first, second = (b, a) if word in _SMALL else (a, b)

    def say(result: Result) -> Said:
        said = said_value(result)
        if float(said.value) < 0:  # type: ignore[arg-type]
            other = "larger" if word in _SMALL else "smaller"
            return Said(f"{a.the} is {other} than {b.the}, by {said.text.strip('-')}", said.value,
                        said.unit, said.sigma)  # fmt: skip
        return Said(f"{a.the} is {said.text} {word} than {b.the}", said.value, said.unit,
                    said.sigma)  # fmt: skip

    return Meaning(f"area({first.program}) - area({second.program})", say, (a, b))


def _ratio(slots: Slots) -> Meaning:
    a, b = _two(slots)
    say = measured(f"{a.the} has {{}} times the area of {b.the}")
    return Meaning(f"area({a.program}) / area({b.program})", say, (a, b))


def _share(slots: Slots) -> Meaning:
    """ "What percentage of the flat is the kitchen": of the area of all rooms."""
    room = slots.room("a")

    def say(result: Result) -> Said:
        share = float(said_value(result).value)  # type: ignore[arg-type]
        return Said(f"{100 * share:.0f} % of the area of all rooms is {room.the}", share)

    return Meaning(f"area({room.program}) / total_area()", say, (room,))


def _which_room(slots: Slots) -> Meaning:
    """ "What is the second largest room"."""
    room = slots.room("a")
    if not room.program.startswith(("largest_room(", "smallest_room(")):
        raise Unreadable("this is no room among others")
    return Meaning(room.program, worded(f"the {{}} is {room.the}"), (room,))


def _by_size(slots: Slots) -> Meaning:
    def say(result: Result) -> Said:
        names = [str(said_value(Result(room)).value) for room in result.value]  # type: ignore[attr-defined]
        return Said(f"from the largest to the smallest: {', '.join(names)}", tuple(names))

    return Meaning("sorted_rooms()", say)


def _on_foot(slots: Slots) -> Meaning:
    """Between rooms the straight line through a wall is no use to anybody: the way is meant."""
    a = slots.place("a") if "a" in slots else slots.asked.phrases.place("me")
    b = slots.place("b")
    if "room" not in (a.kind, b.kind) or not slots.asked.ways:
        raise Unreadable("these are no rooms with ways between them")
    say = apart(f"{{}} on foot from {a.the} to {b.the}", within(a, b))
    return Meaning(f"path_length({a.program}, {b.program})", say, (b, a))


def _which_is_closer(slots: Slots) -> Meaning:
    phrases = slots.asked.phrases
    words = slots.text("list").replace(" , ", " ").replace(" and ", " or ").split(" or ")
    rooms = [phrases.room(part.strip(" ,")) for part in words if part.strip(" ,")]
    if len(rooms) != 2:
        raise Unreadable("I can compare the ways to two rooms")
    a, b = rooms
    ways = [f"path_length(agent(), {room.program})" for room in rooms]
    sign = "<" if slots.text("r") in _NEAR else ">"
    program = f"{quoted(a.words)} if {ways[0]} {sign} {ways[1]} else {quoted(b.words)}"
    return Meaning(program, worded(f"the {{}} is {slots.text('r')}, on foot"), (a, b))


def _beside_this(slots: Slots) -> Meaning:
    say = listed("next to this room: {}", "no room next to this one is known")
    return Meaning("neighbours(this_room())", say)


def _rooms_on_the_way(slots: Slots) -> Meaning:
    a = slots.place("a") if "a" in slots else slots.asked.phrases.place("me")
    b = slots.place("b")

    def say(result: Result) -> Said:
        names = [str(said_value(Result(room)).value) for room in result.value]  # type: ignore[attr-defined]
        return Said(f"from {a.the} to {b.the}: {', '.join(names)}", tuple(names))

    return Meaning(f"rooms_along(path({a.program}, {b.program}))", say, (b, a))


_DIMENSIONS = (
    "(dimensions|measurements|measures|side lengths|sides|length and width|width and length|"
    "length and breadth)"
)
_AXIS = "{axis:long|wide|broad|length|width|breadth}"
_R = "{r:bigger|larger|smaller}"
_PASS = (
    "(pass|pass through|go through|walk through|cross|drive through|come through|go|walk|pass by)"
)

FORMS: tuple[Form, ...] = (
    form(
        _share,
        "What percentage of the flat is the kitchen?",
        "(what|which) (percentage|percent|fraction|share|part) [of (the|this|our|my) [whole] (flat|"
        "house|apartment|home|place|floor)] (is|does) {a} [take up|cover|have]",
        "how much of (the flat|the house|the apartment|it|the place) is {a}",
    ),
    form(
        _sides,
        "What are the dimensions of the kitchen?",
        f"[what is|what are|give] [me] [the] {_DIMENSIONS} of {{a}}",
        f"(what is|what are) {{a}} 's {_DIMENSIONS}",
        f"(what|which) {_DIMENSIONS} (has|does) {{a}} [have]",
        "how (long and wide|wide and long|long and how wide|wide and how long) is {a}",
    ),
    form(
        _side,
        "How long is the kitchen?",
        f"how {_AXIS} (is|was) {{a}}",
        f"[what is] [the] {_AXIS} of {{a}}",
        f"what is {{a}} 's {_AXIS}",
    ),
    form(
        _perimeter,
        "What is the perimeter of the kitchen?",
        "[what is] [the] (perimeter|circumference|length of the outline|outline length) of {a}",
        "how long (is|are) the (outline|perimeter|walls|skirting) of {a} [together|in total]",
    ),
    form(
        _together,
        "How large are the kitchen and the bedroom together?",
        "[what is] [the] (combined|total|joint) (area|size|floor area|floor space) of {pair}",
        "how (big|large) are {pair} (together|combined|in all)",
    ),
    form(
        _difference,
        "How much larger is the kitchen than the bedroom?",
        f"(how much|by how much) {_R} is {{a}} than {{b}}",
        f"how many (square meters|square metres|square feet) {_R} is {{a}} than {{b}}",
    ),
    form(
        _ratio,
        "How many times larger is the kitchen than the bedroom?",
        "how many times (bigger|larger) is {a} than {b}",
        "how many times (as big|as large) (as|is) {a} [as] {b}",
        "what is the ratio of [the area of] {a} to [the area of] {b} [area]",
        "what is the ratio of the areas of {a} and {b}",
    ),
    form(
        _which_room,
        "What is the second largest room?",
        "(what|which) is {a}",
        "[the] {a} [is which|which is it]",
    ),
    form(
        _by_size,
        "List the rooms by size.",
        "(rank|sort|order|list|name|show) [all] [the] rooms (by|according to|in order of) [their] "
        "(size|area|floor area)",
        "(rank|sort|order|list|name|show) [all] [the] rooms from [the] (largest|biggest) to [the] "
        "smallest",
    ),
    form(
        _on_foot,
        "How far is the kitchen?",
        "how far [away|off] is {b} [away] [from here|from me]",
        "how far [away] is {b} [away] from {a}",
        "how far is it to {b} [from here]",
        "how far is it from {a} to {b}",
        "how far is it to {b} from {a}",
        "how far from {a} to {b}",
        "how far to {b}",
    ),
    form(
        _which_is_closer,
        "Which is closer, the kitchen or the bedroom?",
        "(which|what) [room|one] is [the] {r:closer|nearer|closest|nearest|farther|further|"
        "farthest|furthest} [from here|to here|to me|from me] , {list}",
        "is {list} {r:closer|nearer|farther|further} [from here|to me]",
    ),
    form(
        _beside_this,
        "Which room is next door?",
        "(what|which) (room|rooms) (is|are) next door",
        "what is next door",
    ),
    form(
        _rooms_on_the_way,
        "Which rooms do I pass on the way to the kitchen?",
        f"[through] (which|what) rooms (do|would|must|should) (i|you|we|one) {_PASS} [through] "
        "[on the way] from {a} to {b}",
        f"[through] (which|what) rooms (do|would|must|should) (i|you|we|one) {_PASS} [through] "
        "(on the way to|to get to|to reach|to) {b}",
        "(which|what) rooms are on the way [from {a}] to {b}",
    ),
)
