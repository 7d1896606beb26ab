"""Where things are, and rooms: which, how large, what is next to them."""

from __future__ import annotations

import re

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.offered_places import among_places, is_room
from cogmap.memory.asking.saying import Result, Said, Say, listed, measured, truth, worded
from cogmap.memory.asking.things import ALL_ROOMS, Thing, joined, quoted
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS"]


def _where(slots: Slots) -> Meaning:
    thing = slots.place("a")
    if thing.kind == "agent":
        return _my_room(slots)
    if thing.kind == "room":
        raise Unreadable("a room is where it is; ask how far it is, or how to get there")
    if slots.asked.options:
        offered = among_places(slots, thing)
        if offered is not None:
            return offered
        if all(is_room(slots, option) for option in slots.asked.options):
            return _which_room(slots)
    any_of_several = not thing.definite and slots.asked.names.number_of(thing.label) > 1
    if thing.plural or any_of_several:
        say = _each_where(thing)
        return Meaning(f"[whereabouts(x) for x in {thing.members}]", say, (thing,))
    say = worded(f"{thing.the} is {{}}")
    return Meaning(f"whereabouts({thing.program})", say, (thing,))


def _last_where(slots: Slots) -> Meaning:
    """Of what is gone, where it was when it was seen last, among what was around it then."""
    thing = slots.ever("a")
    if thing == slots.thing("a"):
        return _where(slots)
    then = f"last_seen({thing.program})"
    say = worded(f"{thing.the} {thing.be} no longer there; last seen, {thing.the} {thing.was} {{}}")
    return Meaning(f"as_of({then}, whereabouts({slots.thing('a').program}))", say, (thing,))


def _each_where(thing: Thing) -> Say:
    named = f"{thing.the} {thing.be}" if thing.plural else f"{thing.many} are"
    places = listed(f"{named} {{}}", "")

    def say(result: Result) -> Said:
        if not list(result.value):  # type: ignore[call-overload]
            why = f"no {thing.one} was seen; that is not to say that there is none"
            return Said(why, None, status="not_seen")
        return places(result)

    return say


def _listed(slots: Slots) -> Meaning:
    """ "List the cups": where each is. Of one thing, or by a word that the map does not have, it is
    no list."""
    thing, names = slots.thing("a"), slots.asked.names
    known = names.knows(thing.label) or names.number_of(thing.label)
    if not thing.plural or thing.single or not known:
        raise Unreadable(f"{thing.the} is no list of things")
    return Meaning(f"[whereabouts(x) for x in {thing.members}]", _each_where(thing), (thing,))


def _which_room(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    for name in ("x", "y"):
        if name in slots:
            slots.room(name)  # "in the bowl or in the box" asks for no room
    say = worded(f"{thing.the} {thing.be} in the {{}}")
    return Meaning(f"room_of({thing.program})", say, (thing,))


def _my_room(slots: Slots) -> Meaning:
    program = "this_room()" if slots.asked.agent == "agent()" else f"room_of({slots.asked.agent})"
    return Meaning(program, worded("you are in the {}"))


def _same_room(slots: Slots) -> Meaning:
    a, b = slots.pair("pair") if "pair" in slots else (slots.thing("a"), slots.thing("b"))
    say = truth(
        f"{a.the} and {b.the} are in the same room", f"{a.the} and {b.the} are in different rooms"
    )
    return Meaning(f"room_of({a.program}) == room_of({b.program})", say, (a, b))


def _all_in_one_room(slots: Slots) -> Meaning:
    things = slots.things("list")
    first, *rest = [f"room_of({thing.program})" for thing in things]
    all_of = joined(thing.the for thing in things)
    say = truth(f"{all_of} are in the same room", f"{all_of} are not all in the same room")
    return Meaning(" and ".join(f"{first} == {each}" for each in rest), say, tuple(things))


def _am_i_in(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = truth(f"you are in {room.the}", f"you are not in {room.the}")
    return Meaning(f"room_of({slots.asked.agent}) == {room.program}", say, (room,))


def _area(slots: Slots) -> Meaning:
    room = slots.room("a")
    return Meaning(f"area({room.program})", measured(f"{{}}, the area of {room.the}"), (room,))


def _this_area(slots: Slots) -> Meaning:
    """The asker's room where there are several, or all of them where the question says so."""
    if "combined" in slots.asked.cues or slots.asked.rooms < 2:
        return _total(slots)
    return Meaning("area(this_room())", measured("{}, the area of this room"))


def _total(slots: Slots) -> Meaning:
    what = "all rooms together" if slots.asked.rooms > 1 else "the room"
    return Meaning("total_area()", measured(f"{{}}, the area of {what}"))


def _larger(slots: Slots) -> Meaning:
    a, b, word = slots.room("a"), slots.room("b"), slots.text("r")
    if word not in ("bigger", "larger", "smaller"):
        raise Unreadable(f'I cannot compare rooms by "{word}"')
    sign = "<" if word == "smaller" else ">"
    say = truth(f"{a.the} is {word} than {b.the}", f"{a.the} is not {word} than {b.the}")
    return Meaning(f"area({a.program}) {sign} area({b.program})", say, (a, b))


def _which_larger(slots: Slots) -> Meaning:
    """Of two rooms or more; with "bigger" too."""
    words = re.split(r" or | and | , ", slots.text("list"))
    rooms = [slots.asked.phrases.room(part.strip(" ,")) for part in words if part.strip(" ,")]
    if len(rooms) < 2:
        raise Unreadable("I can compare rooms by their area")
    word = slots.text("r")
    best = "min" if word.startswith("small") else "max"
    chosen = quoted(rooms[-1].words)
    for room in reversed(rooms[:-1]):
        chosen = f"{quoted(room.words)} if area({room.program}) == best else {chosen}"
    areas = ", ".join(f"area({room.program})" for room in rooms)
    program = f"best = {best}([{areas}])\n{chosen}"
    return Meaning(program, worded(f"the {{}} is the {word}"), tuple(rooms))


def _extreme(slots: Slots) -> Meaning:
    smallest = slots.text("r").startswith("small")
    word = "smallest" if smallest else "largest"
    if slots.text("r") not in ("largest", "biggest", "smallest"):
        raise Unreadable(f'I cannot choose rooms by "{slots.text("r")}"')
    return Meaning(f"{word}_room()", worded(f"the {{}} is the {word} room"))


def _rooms(slots: Slots) -> Meaning:
    return Meaning("rooms()", listed("rooms: {}", "no room is known yet"), (ALL_ROOMS,))


def _neighbours(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = listed(f"next to {room.the}: {{}}", f"no room next to {room.the} is known")
    return Meaning(f"neighbours({room.program})", say, (room,))


_LEAVE = (
    "(leave|put|place|lay|set|forget|park|last see|see|last put|store|have|lose|drop|last leave)"
)

_R = "{r:bigger|larger|smaller|biggest|largest|smallest}"

FORMS: tuple[Form, ...] = (
    form(
        _where,
        "Where is my backpack?",
        "whereabouts (is|are) {a}",
        "where (could|might|can|would|should) {a} be",
        "where (is|are|can be) {a} [now|located|placed|standing|at|kept|stored|found|hiding]",
        "where {a} (is|are) [now|located|placed]",
        "where (can|could|do|would|might) (i|you|we|one) [possibly] (find|see|get|locate) {a}",
        "where (do|should|could|can|must|shall) (i|you|we|one) (look|search|hunt) for {a}",
        "find me {a}",
        "(find|locate|where to find|look for|search for|help me find|i am looking for|i can "
        "not find|i can not see|i need|i lost|have you seen my|where have) {a}",
        "(what is|tell) the (location|position|place|whereabouts) of {a}",
        "(can|could) you (find|locate) {a}",
        "where (do|does) {a} (stand|lie|hang|live|belong)",
        "(show|point) me [to|where] {a} [is|are]",
    ),
    form(
        _last_where,
        "Where did you last see the cup?",
        "where (have i|have you|did i|have we) (left|seen|put|placed) {a}",
        f"where (did|have|do) (i|you|we|they) {_LEAVE} {{a}}",
        "where (was|were) {a} [last] seen [last]",
        "where (was|were) {a} [last]",
        "where (did|have) (you|i|we) last (see|saw|seen|notice|noticed) {a}",
        "where (did|have) (you|i|we) (see|saw|seen) {a} last",
        "(what|where) (is|was) the last [known] (place|position|location) of {a}",
    ),
    form(
        _listed,
        "List the cups.",
        "(list|name|show|give|enumerate) [me] [all|each of|all of] {a}",
        "(what|which) are [all] {a}",
        "(what|which) {a} (is there|are there|do you know|do we have|do you have|have you seen)",
        "{a}",
    ),
    form(
        _which_room,
        "Which room is the lamp in?",
        "(which|what) room (is|are|was|were) {a} [located|placed] [in]",
        "in (which|what) room (would|could|can|do|might|should) (i|you|we) (find|see|look for) {a}",
        "(is|are) {a} in {x} or [in] {y}",
        "(which|what) room (is|are) {a} [in] , [in] {x} or [in] {y}",
        "in (which|what) room (is|are) {a} , [in] {x} or [in] {y}",
        "in (which|what) room (is|are|was|were|do i find|can i find|did you see|stands) {a} "
        "[located|placed]",
        "(which|what) room (has|contains|houses) {a}",
        "(which|what) room did (i|you) (leave|see|put) {a} in",
    ),
    form(
        _my_room,
        "Which room am I in?",
        "what is (this|that) room [called]",
        "(which|what) room (am i|are you|are we|is this|is that) [in] [now]",
        "where (am i|are you|are we) [now]",
        "in (which|what) room (am i|are you|are we) [now]",
        "(what|which) room is (this|it)",
    ),
    form(
        _same_room,
        "Are the lamp and the sofa in the same room?",
        "(are|is) {pair} in the same room",
        "(is|are) {a} in the same room as {b}",
        "(are|is) {pair} in one room",
    ),
    form(
        _all_in_one_room,
        "Are the lamp, the sofa and the bed in the same room?",
        "are [all] {list} [all] in (the same|one) room",
    ),
    form(_am_i_in, "Am I in the kitchen?", "(am i|are you|are we) in {a} [now]", "is this {a}"),
    form(
        _area,
        "How big is the kitchen?",
        "how (big|large|spacious) (is|was) {a}",
        "(what|how) (is|are|big is) the (size|area|floor area|surface|surface area|square "
        "footage|floor space) of {a}",
        "(what is|give) {a} 's (size|area|floor area)",
        "(size|area) of {a}",
        "(what|which) size (is|has) {a}",
        "how (much|many) (space|floor space|floor area|floor|area|square meters|square metres|"
        "square feet) (is|does|is there in|are in|are there in) {a} [have|cover|occupy]",
        "how many (square meters|square metres|square feet) (is|does|has) {a} [have|cover]",
    ),
    form(
        _this_area,
        "What is the size of this room (in square meters)?",
        "(what|how) (is|are) the [total|approximate] (size|area|floor area|floor space) of "
        "(this|the|that) room",
        "how (big|large) is (this|the|that) room",
        "(size|area) of (this|the) room",
        "how many (square meters|square metres|square feet) (is|does|has) (this|the) room "
        "[have|cover]",
    ),
    form(
        _total,
        "How large is the whole flat?",
        "how (big|large) is (the|this|our|my|your) [whole|entire] (place|flat|apartment|house|"
        "home|floor|scene|space|building|area|map) [all rooms together|in total|as a whole]",
        "(what is|give) the [total|overall|combined|whole] [floor] (area|size|floor area|"
        "living space|floor space) [of all rooms|of all the rooms|of all the rooms combined|of "
        "all rooms together|of the rooms|of everything|of the whole place|"
        "of the house|of the flat|of the apartment|of this place|of the scene|of the home|of "
        "this flat|of this house|of this apartment]",
        "how (big|large) are (all|the) rooms [together]",
        "how much (floor|space|floor space|floor area|area) is there [in total|to clean|to vacuum|"
        "to sweep|to mop]",
        "what is the [total|whole|overall] area of the floor",
        "how many (square meters|square metres|square feet) (is|has|does) (the|this) [whole|"
        "entire] (place|"
        "flat|apartment|house|home|scene) [have]",
    ),
    form(_larger, "Is the kitchen larger than the bedroom?", f"is {{a}} {_R} than {{b}}"),
    form(
        _which_larger,
        "Which is larger, the kitchen or the bedroom?",
        f"(which|what) [room|one] is [the] {_R} {{list}}",
        f"(which|what) is the {_R} room {{list}}",
    ),
    form(
        _extreme,
        "Which is the largest room?",
        f"(which|what) is the {_R} room",
        f"(which|what) room is [the] {_R}",
        f"where is the {_R} room",
    ),
    form(
        _rooms,
        "Which rooms are there?",
        "(which|what) rooms (are|do|did|have) [there|you|we|i] [see|know|seen|have|here]",
        "(list|name|show) [all] [the] rooms [you know|that you know|you have seen|that there are]",
        "what [kinds of|kind of] rooms are there [here]",
        "what are the rooms",
    ),
    form(
        _neighbours,
        "Which rooms are next to the kitchen?",
        "(which|what) (rooms|room) (are|is|lie|lies) (next to|beside|adjacent to|connected to|"
        "connected with|near|attached to|by) {a}",
        "(what|which) is next to {a}",
        "(which|what) (rooms|room) (have|has) a (door|opening|doorway) (to|into) {a}",
        "(which|what) rooms (can i|do i|can one) (reach|get to|enter) from {a}",
        "where does {a} lead [to]",
        "(what|which) rooms does {a} (lead|connect|open) to",
    ),
)
