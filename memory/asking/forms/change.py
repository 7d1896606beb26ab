"""What has changed, what has moved, and where it was before."""

from __future__ import annotations

import re
from dataclasses import replace

from cogmap.memory.asking.conditions import in_state, moved_from, was_moved
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import (
    Result,
    Said,
    Say,
    listed,
    measured,
    numbered,
    said_value,
    worded,
)
from cogmap.memory.asking.things import Thing
from cogmap.memory.asking.times import Moment
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS", "SOMEBODY", "over", "span_of"]

SOMEBODY = "(somebody|someone|anybody|anyone|they|you|i|we)"
_IN_A_ROOM = re.compile(r'room=(room\("[^"]+"\))')
_MOVED, _NOT_MOVED = ("was moved",), "nothing has moved, as far as seen"


def span_of(slots: Slots) -> tuple[Moment, Moment]:
    """The time that is asked about; all of it where none is named."""
    span = slots.span("s") if "s" in slots and "t" not in slots else None
    if span is not None and span.end is not None:
        return span.begin, span.end
    begin = slots.moment("s").since if "s" in slots else Moment("time(0)", "the start")
    end = slots.moment("t") if "t" in slots else Moment("now()", "now")
    return begin, end


def _changes(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    say = listed(
        f"from {begin.words} to {end.words}: {{}}",
        f"nothing has changed from {begin.words} to {end.words}, as far as seen",
    )
    return Meaning(f"changes({begin.program}, {end.program})", say)


def _any_change(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    say = _whether(("",), "changed")
    return Meaning(f"changes({begin.program}, {end.program})", say)


def _any_moved(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    return Meaning(f"changes({begin.program}, {end.program})", _whether(_MOVED, "moved"))


def _fitting(result: Result, words: tuple[str, ...]) -> list[str]:
    """Of the changes that were found those whose words have one of ``words``."""
    parts = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
    return [part for part in parts if any(word in part for word in words)]


def _whether(words: tuple[str, ...], happened: str) -> Say:
    """Yes and what, or no; of the changes whose words have one of ``words``."""

    def say(result: Result) -> Said:
        fit = _fitting(result, words)
        if not fit:
            return Said(f"No, nothing has {happened}, as far as seen", False)
        return Said(f"Yes: {'; '.join(fit)}", True)

    return say


def _kind(words: tuple[str, ...], nothing: str) -> Say:
    def say(result: Result) -> Said:
        fit = tuple(_fitting(result, words))
        return Said("; ".join(fit) if fit else nothing, fit)

    return say


def _moved(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    say = _kind(_MOVED, _NOT_MOVED)
    return Meaning(f"changes({begin.program}, {end.program})", say)


def _moved_last(slots: Slots) -> Meaning:
    def say(result: Result) -> Said:
        fit = _fitting(result, _MOVED)
        return Said(f"last, {fit[-1]}", fit[-1]) if fit else Said(_NOT_MOVED, ())

    return Meaning("changes(time(0), now())", say)


def _new(slots: Slots) -> Meaning:
    if "s" not in slots:
        say = numbered(
            "new, as their places were seen without them before: {}",
            "nothing is new, as far as seen",
        )
        return Meaning("newcomers()", say)
    begin, end = span_of(slots)
    said = _kind(("was seen first", "was put back", "was added"), "nothing is new, as far as seen")
    return Meaning(f"changes({begin.program}, {end.program}, new=True)", said)


def _happened_to(slots: Slots) -> Meaning:
    thing, (begin, end) = slots.thing("a"), span_of(slots)
    say = listed("{}", f"nothing has happened to {thing.the}, as far as seen")
    of = in_state(thing, "any").program
    inside = _IN_A_ROOM.search(of)
    if inside is not None:  # what was moved out of it is meant as well
        room = Thing(inside[1], "", kind="room")
        of = f"union({of}, {moved_from(room, thing.seen_program)})"
    return Meaning(f"changes({begin.program}, {end.program}, of={of})", say, (thing,))


def _changes_in(slots: Slots) -> Meaning:
    room, (begin, end) = slots.room("b"), span_of(slots)
    say = listed(
        f"of what is or was in {room.the}: {{}}",
        f"nothing has changed in {room.the}, as far as seen",
    )
    of = f'everything(room={room.program}, state="any")'
    of = f"union({of}, {moved_from(room, 'everything()')})"
    return Meaning(f"changes({begin.program}, {end.program}, of={of})", say, (room,))


def _has_moved(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    if "everything()" in thing.program:
        raise Unreadable("this is asked of one thing")
    if "s" in slots or thing.plural or not thing.definite:
        return _any_of_them_moved(slots, thing)

    def say(result: Result) -> Said:
        if len(list(result.value)) < 2:  # type: ignore[call-overload]
            return Said(f"No, {thing.the} {thing.have} not been moved, as far as seen", False)
        return Said(f"Yes, {thing.the} {thing.have} been moved", True)

    return Meaning(f"placements({thing.program})", say, (thing,))


def _any_of_them_moved(slots: Slots, thing: Thing) -> Meaning:
    """Of one thing in a time, or of any of several."""
    begin, end = span_of(slots)
    when = f" from {begin.words} to {end.words}" if "s" in slots else ""
    named = f"{thing.the} {thing.have} not" if thing.definite else f"no {thing.one} has"

    def say(result: Result) -> Said:
        fit = _fitting(result, _MOVED)
        if not fit:
            return Said(f"No, {named} been moved{when}, as far as seen", False)
        return Said(f"Yes{when}: {'; '.join(fit)}", True)

    program = f"changes({begin.program}, {end.program}, of={thing.program})"
    return Meaning(program, say, (thing,))


def _same_place(slots: Slots) -> Meaning:
    moved = _has_moved(slots)
    thing = moved.about[0]

    def say(result: Result) -> Said:
        if moved.say(result).value:
            return Said(f"No, {thing.the} {thing.have} been moved", False)
        return Said(f"Yes, {thing.the} {thing.be} where it was, as far as seen", True)

    return replace(moved, say=say)


def _which_moved(slots: Slots) -> Meaning:
    thing, (begin, end) = slots.thing("k"), span_of(slots)
    when = f" from {begin.words} to {end.words}" if "s" in slots else ""
    say = numbered(
        f"moved, of the {thing.many}{when}: {{}}",
        f"no {thing.one} has been moved{when}, as far as seen",
    )
    test = was_moved("x")
    if "s" in slots:
        test += f" and moved_at(x) > {begin.program}"
    if "t" in slots:
        test += f" and moved_at(x) <= {end.program}"
    return Meaning(f"[x for x in {thing.members} if {test}]", say, (thing,))


def _how_often_moved(slots: Slots) -> Meaning:
    thing = slots.ever("a")

    def say(result: Result) -> Said:
        number = round(said_value(result).value)  # type: ignore[arg-type]
        times = "once" if number == 1 else f"{number} times" if number else "not"
        return Said(f"{thing.the} {thing.was} moved {times}, as far as seen", number, "count")

    return Meaning(f"count(placements({thing.program})) - 1", say, (thing,))


def _how_many_moved(slots: Slots) -> Meaning:
    thing = slots.thing("k")
    say = measured(f"{thing.many} that were moved, as far as seen: {{}}")
    return Meaning(f"count([x for x in {thing.members} if {was_moved('x')}])", say, (thing,))


def _the_moved(slots: Slots) -> tuple[Thing, Thing]:
    """ "When was the plant moved": the plant as it is said, and, of several plants, the one that
    was moved."""
    thing = slots.thing("a")
    several = thing.label and slots.asked.names.number_of(thing.label) > 1
    if not several or thing.single or thing.plural:
        return thing, thing
    moved = thing.at(f"[x for x in {thing.members} if {was_moved('x')}]")
    return thing, replace(moved, words=f"{thing.words} moved")


def _where_before(slots: Slots) -> Meaning:
    thing, moved = _the_moved(slots)
    was = "were" if thing.plural else "was"
    say = worded(f"before {thing.the} {was} moved, {thing.the} {was} in the {{}}")
    return Meaning(f"room_of(place_before({moved.program}))", say, (moved,))


def _when_moved(slots: Slots) -> Meaning:
    thing, moved = _the_moved(slots)
    say = worded(f"{thing.the} {thing.was} found to have been moved {{}}")
    return Meaning(f"moved_at({moved.program})", say, (moved,))


def _how_far_moved(slots: Slots) -> Meaning:
    thing, moved = _the_moved(slots)
    say = measured(f"{{}} from where {thing.the} was before (between centres)")
    program = f"distance({moved.program}, place_before({moved.program}), centers=True)"
    return Meaning(program, say, (moved,))


_WHAT = "(what|what things|which things|what objects|which objects)"
_SINCE = ("since {s}", "between {s} and {t}", "from {s} to {t}", "after {s}", "in {s}", "")


def over(*starts: str) -> tuple[str, ...]:
    """Patterns, each with and without the time that is asked about."""
    return tuple(f"{start} {since}".strip() for start in starts for since in _SINCE)


FORMS: tuple[Form, ...] = (
    form(
        _changes,
        "What has changed since the start?",
        *over(
            "(what|what all|what things) (has|have) changed",
            "what changed",
            "(list|show|name) [all] [the] changes",
            "(what|which) changes (were|are|have been) [there]",
            "what is different [now] [from before]",
            "what happened",
            "what has happened",
        ),
    ),
    form(
        _any_change,
        "Has anything changed?",
        *over(
            "(has|did) (anything|something) (change|changed|happened|happen)",
            "(is|was) (anything|something) different",
        ),
    ),
    form(
        _any_moved,
        "Did anything move?",
        *over(
            "(has|did) (anything|something) [been] (moved|move)",
            "(was|were) (anything|something) moved",
        ),
    ),
    form(
        _how_many_moved,
        "How many things were moved?",
        "how many {k} (have been|were|was|have) [been] moved",
    ),
    form(
        _moved,
        "What has moved?",
        *over(
            f"{_WHAT} (has|have) (been moved|moved)", f"{_WHAT} (was|were) moved", f"{_WHAT} moved"
        ),
    ),
    form(
        _moved_last,
        "What was moved last?",
        "(what|which thing) (was|has been|is) [the thing that was] (moved last|last moved)",
        "(what|which) (is|was) the last (thing|object) (that was moved|moved|that moved)",
    ),
    form(
        _happened_to,
        "What happened to the cup?",
        *over("what (happened|has happened) (to|with) {a}", "what (became|has become) of {a}"),
    ),
    form(
        _changes_in,
        "What has changed in the kitchen?",
        *over(
            "(what|what all) [has|have] changed in {b}",
            "(what|which) changes (were|are|have been) there in {b}",
            "what is different [now] in {b}",
            "what [has] happened in {b}",
            "(has|did) (anything|something) [been] (move|moved|change|changed|happen|happened) in "
            "{b}",
            "(was|were) (anything|something) moved in {b}",
        ),
    ),
    form(
        _new,
        "What is new?",
        *over(
            f"{_WHAT} (has|have) (appeared|been added|come|been brought)",
            f"{_WHAT} (was|were) (added|brought)",
            f"{_WHAT} (is|are) new [here]",
            f"{_WHAT} (appeared|came)",
        ),
    ),
    form(
        _when_moved,
        "When was the cup moved?",
        "when (was|were) {a} [last] (moved|displaced|rearranged) [last]",
        "when (did|has) {a} [last] (move|moved|change place|change position) [last]",
        f"when did {SOMEBODY} [last] move {{a}} [last]",
        "(what time|at what time|at which time) (was|were|did) {a} [last] (moved|move)",
    ),
    form(
        _has_moved,
        "Has the cup been moved?",
        *over(
            "(has|have) {a} (moved|been moved|changed place|changed position)",
            "did {a} move",
            "(was|were) {a} moved",
            "(did|has|have) (someone|anyone|anybody|somebody) (move|moved) {a}",
        ),
    ),
    form(
        _same_place,
        "Is the cup still where it was?",
        "(is|are) {a} still where (it|they) (was|were)",
        "(is|are) {a} still in (its|the|their|the same) [old|usual|own] place",
        "(is|are) {a} in the same (place|position|spot) (as before|still)",
    ),
    form(
        _which_moved,
        "Which chairs have been moved?",
        *over(
            "(which|what) [of the] {k} (has|have|was|were) [been] moved",
            "(which|what) [of the] {k} [have|has] moved",
        ),
    ),
    form(
        _how_often_moved,
        "How many times was the cup moved?",
        "how (often|many times) (was|were|has|have|did) {a} [been] (moved|move)",
    ),
    form(
        _where_before,
        "Where was the cup before?",
        "(which|what) room (was|were) {a} in (before|earlier|previously|originally|before it was "
        "moved|before it moved|before they were moved)",
        "in (which|what) room (was|were) {a} (before|earlier|previously|originally|before it was "
        "moved|before it moved|before they were moved)",
        "where (was|were) {a} (before|earlier|previously|originally|at first|before it was "
        "moved|before it moved|before that)",
        "where did {a} (stand|lie|be|use to be) (before|earlier|previously|at first)",
        "where did {a} use to (be|stand|lie)",
        "(where|what) (was|were) the (previous|old|former|last|original) (place|position|"
        "location) of {a}",
        "from where (was|were) {a} moved",
        "where (has|have) {a} (been moved|moved) from",
    ),
    form(
        _how_far_moved,
        "How far was the cup moved?",
        "how far (was|were|has|have|did) {a} [been] (moved|move) [away]",
        "how far (was|were) {a} moved from (where it was|its old place|its place)",
    ),
)
