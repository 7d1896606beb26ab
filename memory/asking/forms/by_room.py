"""Things counted room by room, rooms compared by them, and empty rooms and tables."""

from __future__ import annotations

from cogmap.memory.asking.conditions import in_r
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.forms.describing import each_said
from cogmap.memory.asking.saying import listed, truth, worded
from cogmap.memory.asking.things import quoted
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import TOPS

__all__ = ["FORMS"]


def _each(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    return Meaning(f"by_room({thing.program})", each_said(f"{thing.many} by room: {{}}"), (thing,))


def _where_are_more(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    more = slots.text("r") == "more"
    phrases = slots.asked.phrases
    words = slots.text("list").replace(" , ", " or ").replace(" and ", " or ").split(" or ")
    rooms = [phrases.room(part.removeprefix("in ")) for part in words if part.strip(" ,")]
    if len(rooms) != 2:
        raise Unreadable("I can compare two rooms")
    a, b = rooms
    counts = [f"count([x for x in {thing.members} if room_of(x) == {r.program}])" for r in rooms]
    less = [counts[0], counts[1]] if more else [counts[1], counts[0]]
    program = (
        f"{quoted(a.words)} if {less[0]} > {less[1]} else "
        f'({quoted(b.words)} if {less[1]} > {less[0]} else "neither")'
    )
    say = worded(f"{'more' if more else 'fewer'} {thing.many}: {{}}")
    return Meaning(program, say, (thing, a, b))


def _empty_rooms(slots: Slots) -> Meaning:
    everything = slots.asked.phrases.thing("things")
    say = listed("rooms in which nothing was seen: {}", "something was seen in every room")
    return Meaning(f"[r for r in rooms() if not exists({in_r(everything)})]", say)


def _is_empty_room(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = truth(f"nothing was seen in {room.the}", f"things were seen in {room.the}")
    return Meaning(f"not exists(everything(room={room.program}))", say, (room,))


def _is_clear(slots: Slots) -> Meaning:
    """Of what things lie open on; of what has an inside, nobody has looked in."""
    thing = slots.thing("a")
    if thing.label.split(" ")[-1] not in TOPS or thing.plural:
        raise Unreadable(f"whether {thing.the} is empty is no question of what lies on it")
    program = f"t = the({thing.program})\nnot exists([x for x in everything() if on(x, t)])"
    if thing.single:
        program = program.replace(f"the({thing.program})", thing.program, 1)
    say = truth(f"nothing was seen on {thing.the}", f"there are things on {thing.the}")
    return Meaning(program, say, (thing,))


_EACH = "(in each room|in every room|per room|in each of the rooms|room by room|by room|in each)"

FORMS: tuple[Form, ...] = (
    form(
        _each,
        "How many chairs are in each room?",
        f"how many {{a}} (are|is) [there] {_EACH}",
        f"how many {{a}} {_EACH} [are there]",
        f"(count|number of|the number of|list|show) [the] {{a}} {_EACH}",
        "how many {a} does (each|every) room have",
        "how are [the] {a} distributed [over the rooms|across the rooms|among the rooms]",
    ),
    form(
        _where_are_more,
        "Are there more chairs in the kitchen or in the bedroom?",
        "(are|is) there {r:more|fewer|less} {a} in {list}",
        "(which|what) [room] has {r:more|fewer|less} {a} , {list}",
        "where are [there] {r:more|fewer|less} {a} , [in] {list}",
    ),
    form(
        _empty_rooms,
        "Which rooms are empty?",
        "(which|what) (room|rooms) (is|are) (empty|bare)",
        "(is|are) there [any|an] empty (room|rooms)",
    ),
    form(_is_empty_room, "Is the bedroom empty?", "is {a} (empty|bare)"),
    form(
        _is_clear,
        "Is the desk empty?",
        "is {a} (empty|clear|bare|free) [of things]",
        "(is there|is) nothing [at all] on {a}",
    ),
)
