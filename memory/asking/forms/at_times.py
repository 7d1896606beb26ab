"""What was where, and how many there were, at a time or until now; what was in view."""

from __future__ import annotations

from cogmap.memory.asking.conditions import in_view
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import (
    Result,
    Said,
    Say,
    listed,
    measured,
    numbered,
    said_value,
    truth,
    worded,
)
from cogmap.memory.asking.things import Thing, quoted
from cogmap.memory.asking.times import Moment, Span
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS"]


def _visible(slots: Slots) -> Meaning:
    span = slots.span("t")
    if span is not None:
        return _visible_within(slots.ever("a"), span)
    thing = slots.thing("a")
    moment = slots.moment("t") if "t" in slots else None
    now, then = slots.asked.now, _then(slots)
    program, at = (now, then) if moment is None else (moment.program, f"at {moment.words}")
    if thing.none == "nothing" and moment is None:
        say = truth(
            f"something that I know is in view {then}", f"nothing that I know is in view {then}"
        )
        return Meaning(f"visible_at({thing.program}, {now})", say)
    be = thing.be if moment is None else thing.was
    say = truth(f"{thing.the} {be} in view {at}", f"{thing.the} {be} not in view {at}")
    return Meaning(f"visible_at({thing.program}, {program})", say, (thing,))


def _visible_within(thing: Thing, span: Span) -> Meaning:
    """Whether it was seen at some time of a span, by one frame or more."""
    within = f"end(v) >= {span.begin.program}"
    if span.end is not None:
        within = f"begin(v) <= {span.end.program}"
    looks = f"count([v for v in in_view([x]) if {within}])"
    program = f"exists([x for x in {thing.members} if {looks} > 0])"
    say = truth(
        f"{thing.the} {thing.was} in view {span.words}",
        f"{thing.the} {thing.was} not in view {span.words}",
    )
    return Meaning(program, say, (thing,))


def _seen_within(slots: Slots) -> Meaning:
    """ "What did you see in the first 10 seconds"."""
    span = slots.span("t")
    if span is None or span.end is None:
        raise Unreadable("this is another form")
    program = f'labels([x for x in everything(state="any") if first_seen(x) <= {span.end.program}])'
    return Meaning(program, listed(f"{span.words} I saw: {{}}", f"I saw nothing {span.words}"))


def _then(slots: Slots) -> str:
    return "now" if slots.asked.now == "now()" else "then"


def _in_view(slots: Slots) -> Meaning:
    """ "What is in view", "which chairs can you see now": each by its number where a kind is
    named."""
    kind = slots.thing("a") if "a" in slots else slots.asked.phrases.thing("objects")
    seen, then = in_view(kind, slots.asked.now), _then(slots)
    if "a" not in slots:
        say = listed(f"in view {then}: {{}}", f"nothing that I know is in view {then}")
        return Meaning(f"labels({seen.program})", say)
    if kind.single:
        raise Unreadable(f"{kind.the} is one thing, and no choice")
    say = numbered(f"{kind.many} in view {then}: {{}}", f"no {kind.one} is in view {then}")
    return Meaning(f"known = count({kind.program})\n{seen.program}", say, (kind,))


def _moment(slots: Slots) -> Moment:
    """At a time, or so long ago."""
    if "n" not in slots:
        return slots.moment("t")
    return slots.moment_of(f"{slots.text('n')} {slots.text('unit')} ago")


def _where_at(slots: Slots) -> Meaning:
    thing, moment = slots.place("a"), _moment(slots)
    if thing.kind == "agent":
        return Meaning(
            f"room_of(agent({moment.program}))", worded(f"{moment.at} you were in the {{}}")
        )
    program = f"as_of({moment.program}, whereabouts({thing.program}))"
    return Meaning(program, worded(f"{moment.at} {thing.the} {thing.was} {{}}"), (thing,))


def _count_at(slots: Slots) -> Meaning:
    thing, moment = slots.thing("a", "where"), _moment(slots)
    say = _so_many(thing, moment.at)
    return Meaning(f"as_of({moment.program}, count({thing.program}))", say, (thing,))


def _what_at(slots: Slots) -> Meaning:
    thing, moment = slots.asked.phrases.thing(f"things {slots.text('where')}"), _moment(slots)
    where = thing.words.removeprefix("things ")
    say = listed(f"{moment.at}, {where}: {{}}", f"nothing was {where} {moment.at}, as far as seen")
    return Meaning(f"as_of({moment.program}, labels({thing.program}))", say, (thing,))


def _in_view_at(slots: Slots) -> Meaning:
    """ "What did you see at 10 seconds": what was in view, not all that was known of the place."""
    moment = _moment(slots)
    if "where" not in slots:
        program = f'labels([x for x in everything(state="any") if visible_at(x, {moment.program})])'
        say = listed(f"in view {moment.at}: {{}}", f"nothing that I know was in view {moment.at}")
        return Meaning(program, say)
    thing = slots.asked.phrases.thing(f"things {slots.text('where')}")
    where = thing.words.removeprefix("things ")
    seen = f"[x for x in {thing.program} if visible_at(x, {moment.program})]"
    say = listed(
        f"in view {moment.at}, {where}: {{}}",
        f"nothing that I know {where} was in view {moment.at}",
    )
    return Meaning(f"as_of({moment.program}, labels({seen}))", say, (thing,))


def _exists_at(slots: Slots) -> Meaning:
    thing, moment = slots.thing("a"), _moment(slots)
    say = truth(
        f"there {thing.was} {thing.some} {moment.at}",
        f"no {thing.words} {thing.was} there {moment.at}",
    )
    return Meaning(f"as_of({moment.program}, exists({thing.program}))", say, (thing,))


def _seen_so_far(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    if thing.program == "everything()":
        raise Unreadable("this is asked of one kind of thing")
    say = truth(f"I have seen {thing.some} so far", f"I have seen no {thing.one} so far")
    return Meaning(f"seen_so_far({quoted(thing.label)})", say, (thing,))


def _count_seen(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = _so_many(thing, "seen so far")
    if thing.program == "everything()":
        return Meaning('count(everything(state="any"))', say, (thing,))
    return Meaning(f"count_seen({quoted(thing.label)})", say, (thing,))


def _so_many(thing: Thing, when: str) -> Say:
    def say(result: Result) -> Said:
        kind = thing.one if said_value(result).value == 1 else thing.many
        return measured(f"{{}} {kind} {when}")(result)

    return say


_IN_VIEW = "(visible|in view|in sight|in the picture|in the camera 's view)"

FORMS: tuple[Form, ...] = (
    form(
        _visible,
        "Was the lamp visible at 10 seconds?",
        "(is|are|was|were) {a} (visible|in view|in sight|seen|being seen) [now]",
        "(is|are|was|were) {a} (visible|in view|in sight|seen) (at|in|by|during|within|over) {t}",
        "(can|do) (you|i|we) see {a} [now]",
        "(can|could|did|have) (you|i|we) (see|seen) {a} (at|in|during|within|over) {t}",
    ),
    form(
        _in_view,
        "What is in view?",
        f"what [all] is {_IN_VIEW}",
        f"(what|which) (things|objects|items) are {_IN_VIEW}",
        f"(which|what) {{a}} (is|are) {_IN_VIEW}",
        "(which|what) {a} (can|do) (you|i|we) see",
    ),
    form(
        _where_at,
        "Where was the cup 2 minutes ago?",
        "where (was|were|is) {a} (at|in|by|on|since|around|when|before) {t}",
        "where (was|were) {a} as of {t}",
        "at {t} , where (was|were) {a}",
        "where (was|were) {a} {n} {unit} (ago|before|earlier)",
        "(in which|in what|which|what) room (was|were) {a} [in] (at|by|on|since|around|when|"
        "before) {t}",
        "(in which|in what|which|what) room (was|were) {a} [in] {n} {unit} (ago|before|earlier)",
    ),
    form(
        _count_at,
        "How many chairs were there at 10 seconds?",
        "how many {a} (were|are) there (at|in|by) {t}",
        "how many {a} (were|are) there {n} {unit} ago",
        "how many {a} (were|was) [there] {where} (at|by|as of) {t}",
        "how many {a} (were|was) [there] {where} {n} {unit} ago",
        "how many {a} did (you|we|i) know (at|after|by|in) {t}",
        "how many {a} were known (at|after|by) {t}",
        "how many {a} (had|have) (you|we|i) (seen|found|known) (at|after|by|until) {t}",
    ),
    form(
        _what_at,
        "What was on the table at 10 seconds?",
        "(what|which things|what things) (was|were) [there] {where} (at|by|as of) {t}",
        "(what|which things|what things) (was|were) [there] {where} {n} {unit} ago",
    ),
    form(
        _in_view_at,
        "What did you see at 10 seconds?",
        "(what|which things|what things) did (you|we|i) see [{where}] (at|by) {t}",
        "(what|which things|what things) did (you|we|i) see [{where}] {n} {unit} ago",
        "(what|which things|what things) (was|were) (in view|visible|in sight) [{where}] at {t}",
    ),
    form(
        _seen_within,
        "What did you see in the first 10 seconds?",
        "what (have|did) (you|i|we) (see|seen) (in|during|within) {t}",
        "what was (seen|in view|visible) (in|during|within) {t}",
    ),
    form(
        _exists_at,
        "Was there a chair at 10 seconds?",
        "(was|were) there [any] {a} (at|in|by) {t}",
        "(was|were) there [any] {a} {n} {unit} ago",
    ),
    form(
        _seen_so_far,
        "Have you seen any chairs so far?",
        "(have|did) (you|i|we) (see|seen|seen yet|come across|noticed|noticed) [any] {a} [so "
        "far|yet|already|before|anywhere|until now]",
        "(was|were) there ever [any] {a} [here|around|in view]",
        "(have|did) (you|i|we) [already|ever|yet] (seen|noticed|come across|see|encountered|"
        "spotted) [any] {a} [so far|yet|already|before|anywhere|until now]",
        "has [any] {a} been seen [so far|yet|before]",
    ),
    form(
        _count_seen,
        "How many chairs have you seen so far?",
        "how many {a} (have|did) (you|i|we) (seen|see|noticed|come across|encountered) [so far|"
        "until now|yet|up to now|before|in total|altogether|in all|overall]",
        "how many {a} (have|did) (you|i|we) (seen|see) since the (start|beginning)",
        "how many [different] {a} have been seen [so far]",
    ),
)
