"""Room for things, free floor, and what has not been seen."""

from __future__ import annotations

from dataclasses import dataclass

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Result, Said, listed, measured, said_value, truth, worded
from cogmap.memory.asking.unreadable import Incomplete, Unreadable
from cogmap.memory.asking.widths import sides_of
from cogmap.memory.asking.words import ANYTHING, number_of, word_set

__all__ = ["FORMS"]

_HEIGHT_M = 0.75
"""Of a thing whose height is not told: that of a table."""
_SIDE_M = 0.05, 20.0
"""Shorter or longer is a number whose unit was not said."""
_SIDES = (("width", "length"), ("depth", "depth"), ("height", "height"))
"""Parameters of ``fits``, and the axes of a thing that they are."""
_SEPARATORS = word_set(
    "by x and , times on tall high wide long deep a an the of that is which measuring with size "
    "new one single"
)
_SEVERAL = word_set("another more second both several few many")


@dataclass(frozen=True)
class _Box:
    width: float
    depth: float
    height: float
    stated_height: bool
    name: str

    @property
    def arguments(self) -> str:
        """Of ``fits``."""
        return f"width={self.width:g}, depth={self.depth:g}, height={self.height:g}"

    @property
    def said(self) -> str:
        """ "desk of 1.2 x 0.6 m, taken to be 0.75 m high"."""
        assumed = "" if self.stated_height else f", taken to be {self.height:g} m high"
        return f"{self.name} of {self.width:g} x {self.depth:g} m{assumed}"


def _box(text: str) -> _Box:
    """ "1.2 by 0.6 m desk", "desk of 120 x 60 x 75 cm", "2 m wide and 1 m deep sofa"."""
    sides, rest = sides_of(text.replace(" - ", " "), default="m")
    level = [side for side in sides if not side.upright]
    upright = [side for side in sides if side.upright]
    level, upright = level[:2], [*level[2:], *upright]
    if len(level) != 2 or len(upright) > 1:
        error = Incomplete if len(sides) == 1 and sides[0].axis else Unreadable
        raise error(
            'say how large it is: "1.2 by 0.6 m", or with the height "1.2 by 0.6 by 0.75 m"'
        )
    least, most = _SIDE_M
    if not all(least <= side.metres <= most for side in sides):
        raise Unreadable(f"sides are {least:g} to {most:g} m; name the unit of each number")
    name = [word for word in rest.split() if word not in _SEPARATORS]
    if any(word in _SEVERAL or number_of(word) is not None for word in name):
        raise Unreadable("I can look for space for one thing, not for several")
    height = upright[0].metres if upright else _HEIGHT_M
    return _Box(level[0].metres, level[1].metres, height, bool(upright), " ".join(name) or "thing")


def _fits(slots: Slots) -> Meaning:
    box = _box(slots.text("box"))
    where = slots.place("b") if "b" in slots else None
    if where is None and "here" in slots.asked.cues:
        where = slots.room_here()
    if where is not None and where.kind != "room":
        raise Unreadable("I can look for space in a room, not beside a thing")
    at = f", where={where.program}" if where else ""
    program = f"fits({box.arguments}{at})"
    inside = f" in {where.the}" if where else ""
    say = truth(
        f"there is space for a {box.said}{inside}",
        f"there is no known space for a {box.said}{inside}",
    )
    return Meaning(program, say, (where,) if where else ())


def _where_fits(slots: Slots) -> Meaning:
    """ "Where can I put it": the rooms with space for it."""
    box = _box(slots.text("box"))
    program = f"[r for r in rooms() if fits({box.arguments}, where=r)]"
    say = listed(
        f"rooms with space for a {box.said}: {{}}", f"no room with space for a {box.said} is known"
    )
    return Meaning(program, say)


def _thing_fits(slots: Slots) -> Meaning:
    """ "Would the sofa fit in the bedroom": as large as it is measured."""
    thing, room = slots.thing("a"), slots.room("b")
    if thing.label in ANYTHING:
        raise Unreadable("this is asked of one thing")
    one = thing.program if thing.single else f"the({thing.program})"
    sides = [f'{side}=size(t, axis="{axis}")' for side, axis in _SIDES]
    program = f"t = {one}\nfits({', '.join(sides)}, where={room.program})"
    say = truth(
        f"there is space for what is as large as {thing.the} in {room.the}",
        f"there is no known space for what is as large as {thing.the} in {room.the}",
    )
    return Meaning(program, say, (thing, room))


def _free(slots: Slots) -> Meaning:
    if "b" not in slots:
        return Meaning("free_space()", measured("{} of floor known to be free"))
    room = slots.room("b")
    return Meaning(
        f"free_space({room.program})", measured(f"{{}} of free floor in {room.the}"), (room,)
    )


def _unseen(slots: Slots) -> Meaning:
    def say(result: Result) -> Said:
        places = list(result.value)  # type: ignore[call-overload]
        number = len(places)
        if not number:
            return Said("nothing is left to explore, as far as is known", 0, "count")
        first = said_value(Result(places[0], result.start_ns)).text
        return Said(f"{number} places border on unseen space; the first: {first}", number, "count")

    return Meaning("frontiers()", say)


def _explored(slots: Slots) -> Meaning:
    def say(result: Result) -> Said:
        said = said_value(result)
        share = float(said.value)  # type: ignore[arg-type]
        return Said(f"{100 * share:.0f} % of the known extent has been seen", share)

    return Meaning("explored()", say)


def _best_view(slots: Slots) -> Meaning:
    thing = slots.place("a")
    return Meaning(
        f"best_view({thing.program})", worded(f"{thing.the} can be seen best from {{}}"), (thing,)
    )


_IS_SPACE = (
    "(is|would) there [be] [enough|any] [free] (space|room|place) (for|to put|to place|to "
    "fit|to set up|left for)"
)
_WHERE = "(in|at|next to|near|beside|by|inside|on|along|in front of)"

FORMS: tuple[Form, ...] = (
    form(
        _fits,
        "Is there space for a 1.2 by 0.6 m desk in the bedroom?",
        f"{_IS_SPACE} {{box}} {_WHERE} {{b}}",
        f"{_IS_SPACE} {{box}} [anywhere|here|somewhere]",
        f"(can|could|would|will|does) {{box}} fit [{_WHERE}|into] {{b}}",
        "(can|could|would|will|does) {box} fit [anywhere|here|somewhere]",
        f"(can|could) (i|you|we) (put|place|fit|squeeze) {{box}} {_WHERE} {{b}}",
        "(can|could) (i|you|we) (put|place|fit|squeeze) {box} into {b}",
        f"(is|would) there [be] [enough|any] [free] (space|room|place) {_WHERE} {{b}} "
        "(for|to put|to place|to fit) {box}",
        f"(do|have) (i|we|you) [have|got] [enough] (space|room) {_WHERE} {{b}} for {{box}}",
        "(do|have) (i|we|you) [have|got] [enough] (space|room) for {box}",
        "(does|has) {b} have [enough] (space|room) for {box}",
        "where in {b} (can|could) (i|you|we) (put|place|fit) {box}",
    ),
    form(
        _where_fits,
        "Where can I put a 1.2 by 0.6 m desk?",
        "(where|in which room|in which rooms) is there [enough] (space|room) for {box}",
        "(where|in which room|in which rooms) (can|could|would) (i|you|we) (put|place|fit) {box}",
        "(which|what) (room|rooms) (has|have) [enough] (space|room) for {box}",
    ),
    form(
        _thing_fits,
        "Would the sofa fit in the bedroom?",
        "(would|could|can|will|does) {a} fit (in|into|inside) {b}",
        "is there [enough] (space|room) for {a} in {b}",
    ),
    form(
        _free,
        "How much free space is there in the kitchen?",
        "how much (free space|free floor|space|empty space|floor space|room|open space) is "
        "[there] [left|free] in {b}",
        "how much (free space|free floor|empty space|open space|free floor space) (is there|do "
        "we have|is left) [in total|here]",
        "how much (free space|empty space|free floor) does {b} have",
        "how much (of the|of its) (floor|space) is (free|empty|open) in {b}",
        "how much floor (is free|is empty) in {b}",
        "(what is|give) the (free space|free area|free floor area|free floor) (in|of) {b}",
    ),
    form(
        _unseen,
        "What is left to explore?",
        "(what|where) (is|have you) [still|not] (left to explore|unexplored|unseen|not "
        "explored|not been|not looked|been)",
        "(what|which) (parts|places|areas) (are|have you) [still|not] (unexplored|unseen|not "
        "seen|not been|not explored|seen)",
        "(where|what) (have you|did you) not (been|looked|seen|look|explored|see|explore) [yet]",
        "(what|which) (parts|places|areas|rooms) (have|did) you not [yet] "
        "(looked|seen|look|explored|see|explore) [yet]",
        "where are [the] frontiers",
        "(what|which) are the frontiers",
    ),
    form(
        _explored,
        "How much have you explored?",
        "how much (of the place|of the house|of the flat|of it|of the room|of the map|of the "
        "scene|of the apartment) (have you|did you|has been|was) (explored|seen|explore|see|"
        "covered|mapped)",
        "how much (have you|did you|has been) (explored|seen|explore|mapped)",
        "how complete is the map",
        "(what|which) (fraction|part|share|percentage) of (the house|the flat|the place|the map|it|"
        "the scene|the apartment) (is|has been|was) (explored|seen|mapped|covered)",
        "(what|which) (fraction|part|share|percentage) (is|has been|was) (explored|seen|mapped|"
        "covered)",
        "(have you|did you) (seen|see|explore|explored) everything",
        "(have you|have we|have i) (been|looked) everywhere",
    ),
    form(
        _best_view,
        "From where can I see the lamp best?",
        "(from where|where) (can|could|do|would) (i|you|one) [best] (see|view|look at) {a} [best]",
        "(what is the|which is the) best (view|viewpoint|place to see|place to look at) [of|"
        "for] {a}",
    ),
)
