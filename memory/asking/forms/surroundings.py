"""What is around whoever asks, straight ahead of them, and where on the face of a clock."""

from __future__ import annotations

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Result, Said, listed, said_value, truth
from cogmap.memory.asking.things import joined, quoted, union_of
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import USES

__all__ = ["FORMS"]

_NEAR_M = 1.5
_AHEAD_DEG = 20
_HOUR_DEG = 30


def _around(slots: Slots) -> Meaning:
    here = slots.asked.agent
    near = f"distance(x, {here}, horizontal=True) <= {_NEAR_M}"
    where = f"within {_NEAR_M} m of you in this room"
    say = listed(f"{where}: {{}}", f"nothing was seen {where}")
    return Meaning(f"labels({_in_this_room(slots, near)})", say)


def _am_i_near(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    program = f"distance({slots.asked.agent}, {thing.program}, horizontal=True) <= {_NEAR_M}"
    where = f"within {_NEAR_M} m of {thing.the}"
    return Meaning(program, truth(f"you are {where}", f"you are not {where}"), (thing,))


def _in_this_room(slots: Slots, test: str) -> str:
    room = "room=this_room()" if slots.asked.rooms > 1 else ""
    return f"[x for x in everything({room}) if {test}]"


def _ahead(slots: Slots) -> Meaning:
    """As the map knows it: within 20 degrees of straight ahead, in the same room."""
    found = _in_this_room(slots, f"abs(bearing({slots.asked.agent}, x)) <= {_AHEAD_DEG}")
    say = listed(
        "straight ahead of you in this room: {}", "nothing was seen straight ahead in this room"
    )
    return Meaning(f"labels({found})", say)


def _do_i_face(slots: Slots) -> Meaning:
    thing = slots.place("a")
    program = f"abs(bearing({slots.asked.agent}, {thing.program})) <= {_AHEAD_DEG}"
    say = truth(f"{thing.the} is straight ahead", f"{thing.the} is not straight ahead")
    return Meaning(program, say, (thing,))


def _at_hour(slots: Slots) -> Meaning:
    hour = slots.number("n")
    if hour != int(hour) or not 1 <= hour <= 12:
        raise Unreadable(f"{hour:g} o'clock is on no clock")
    there = f"turn({slots.asked.agent}, {-_HOUR_DEG * (int(hour) % 12)})"
    found = _in_this_room(slots, f"abs(bearing({there}, x)) <= {_HOUR_DEG / 2:g}")
    say = listed(
        f"at {hour:g} o'clock in this room: {{}}",
        f"nothing was seen at {hour:g} o'clock in this room",
    )
    return Meaning(f"labels({found})", say)


def _which_hour(slots: Slots) -> Meaning:
    thing = slots.place("a")

    def say(result: Result) -> Said:
        said = said_value(result)
        hour = round(-float(said.value) / _HOUR_DEG) % 12 or 12  # type: ignore[arg-type]
        return Said(f"{thing.the} {thing.be} at {hour} o'clock", float(said.value), "deg")  # type: ignore[arg-type]

    return Meaning(f"bearing({slots.asked.agent}, {thing.program})", say, (thing,))


def _nearest_for(slots: Slots) -> Meaning:
    """ "The nearest place to sit": of the things with that use, the nearest."""
    use = slots.text("use")
    together = union_of(f"find({quoted(label)})" for label in USES[use])

    def say(result: Result) -> Said:
        said = said_value(result)
        return Said(f"the nearest thing to {use} is the {said.text}", said.value)

    return Meaning(f"nearest({together}, {slots.asked.agent})", say)


def _ways_out(slots: Slots) -> Meaning:
    room = slots.room("a") if "a" in slots else slots.room_here()

    def say(result: Result) -> Said:
        places = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
        if not places:
            return Said(f"no door of {room.the} was seen", ())
        return Said(f"{room.the} has a door {joined(places)}", tuple(places))

    return Meaning(f"[whereabouts(d) for d in doors(room={room.program})]", say, (room,))


_USE = "{use:" + "|".join(USES) + "}"
_LOOK = "(facing|looking at|looking towards|pointing at|in front of)"

FORMS: tuple[Form, ...] = (
    form(
        _around,
        "What is around me?",
        "(describe|show|list) (my|the|your) (surroundings|environment|vicinity)",
        "what (is|do i have|do you have|can i find) (around|near|close to|beside|next to) (me|you)",
        "(what|which things) (is|are) (near|close|around|within reach|in reach) [of|to] [me]",
        "look around",
        "surroundings",
    ),
    form(
        _am_i_near,
        "Am I near the sofa?",
        "(am i|are you|are we) (near|close to|next to|beside|by|at) {a}",
    ),
    form(
        _ahead,
        "What am I looking at?",
        f"what (am i|are you|are we|is the camera|is the robot) {_LOOK} [now]",
        "what is (ahead|straight ahead|ahead of me|straight ahead of me|directly in front of me)",
    ),
    form(
        _do_i_face,
        "Am I facing the sofa?",
        f"(am i|are you|are we|is the camera|is the robot) {_LOOK} {{a}}",
        "is {a} (ahead|straight ahead|ahead of me|straight ahead of me|directly in front of me)",
    ),
    form(
        _at_hour,
        "What is at 2 o'clock?",
        "(what|which things) (is|are) at {n} o'clock",
        "(what|which things) (is|are) at my {n} o'clock",
    ),
    form(
        _which_hour,
        "At what o'clock is the lamp?",
        "(at|in) (what|which) (o'clock|clock position|clock direction) (is|are) {a}",
        "where on the clock [face] (is|are) {a}",
        "(what|which) clock (position|direction) is {a} [at|in]",
    ),
    form(
        _nearest_for,
        "Where is the nearest place to sit?",
        f"(where|what) is the (nearest|closest) (place|thing|spot|seat|one) [where i can|that i "
        f"can|i can|to] {_USE}",
    ),
    form(
        _ways_out,
        "How do I leave this room?",
        "how (do|can|would|could) (i|we|you|one) (leave|get out of|go out of|exit|get out|come out "
        "of) (here|this room|the room)",
        "how (do|can|would|could) (i|we|you|one) (leave|get out of|go out of|exit|come out of) {a}",
        "(what|which|where) (are|is) the (exits|way out|ways out|exit) (of|from) {a}",
    ),
)
