"""When things were seen, in which order, and together with what."""

from __future__ import annotations

from dataclasses import replace

from cogmap.memory.asking.form import Form, Meaning, Slots, form, programs
from cogmap.memory.asking.forms.choosing import as_asked
from cogmap.memory.asking.saying import (
    Result,
    Said,
    Say,
    listed,
    measured,
    said_value,
    truth,
    worded,
)
from cogmap.memory.asking.things import Thing, joined, same_thing
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS", "together"]

_MOMENTS_SAID = 8
"""Of more only the first and the last are said, and how many they are."""


def _first(slots: Slots) -> Meaning:
    thing = slots.ever("a")
    if "turns" in slots.asked.cues or "turn" in slots:
        return Meaning(
            f"turn_of(first_seen({thing.program}))",
            measured(f"turn {{}}: {thing.the} first seen"),
            (thing,),
        )
    say = worded(f"{thing.the} {thing.was} first seen {{}}")
    return Meaning(f"first_seen({thing.program})", say, (thing,))


def _last(slots: Slots) -> Meaning:
    thing = slots.ever("a")
    say = worded(f"{thing.the} {thing.was} last seen {{}}")
    return Meaning(f"last_seen({thing.program})", say, (thing,))


def _since(slots: Slots) -> Meaning:
    thing = slots.ever("a")
    say = measured(f"{thing.the} {thing.was} last seen {{}} ago")
    return Meaning(f"seconds_between(last_seen({thing.program}), now())", say, (thing,))


def _order(slots: Slots) -> Meaning:
    things = slots.things("list")
    return Meaning(f"order_seen({programs(things)})", _in_order(things), tuple(things))


def _in_order(things: list[Thing]) -> Say:
    def say(result: Result) -> Said:
        labels = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
        words = []
        for label in labels:
            fits = [
                t.words for t in things if label in (t.label, t.words) or same_thing(t.label, label)
            ]
            words.append(fits[0] if fits else label)
        return Said(f"first seen in this order: {', '.join(words)}", tuple(words))

    return say


def _which_first(slots: Slots) -> Meaning:
    things = slots.things("list")
    program = f"order_seen({programs(things)})"
    order = _in_order(things)

    def say(result: Result) -> Said:
        words = list(order(result).value)  # type: ignore[arg-type]
        rest = joined(str(word) for word in words[1:])
        return Said(f"the {words[0]} was seen first, then the {rest}", str(words[0]))

    return Meaning(program, say, tuple(things))


def _which_last(slots: Slots) -> Meaning:
    things = slots.things("list")
    order = _in_order(things)

    def say(result: Result) -> Said:
        *rest, last = list(order(result).value)  # type: ignore[arg-type]
        before = joined(f"the {word}" for word in rest)
        return Said(f"the {last} was seen last, after {before}", str(last))

    return Meaning(f"order_seen({programs(things)})", say, tuple(things))


def _seen_before(slots: Slots) -> Meaning:
    thing = slots.thing("b")
    sign, word = (">", "after") if slots.text("w") == "after" else ("<", "before")
    program = (
        f"labels([x for x in everything() if first_seen(x) {sign} first_seen({thing.program})])"
    )
    say = listed(f"seen first {word} {thing.the}: {{}}", f"nothing was seen {word} {thing.the}")
    return Meaning(program, say, (thing,))


def _before(slots: Slots) -> Meaning:
    a, b = slots.thing("a"), slots.thing("b")
    if " or " in slots.text("r"):
        program = f'"before" if first_seen({a.program}) < first_seen({b.program}) else "after"'
        return Meaning(program, worded(f"{a.the} {a.was} first seen {{}} {b.the}"), (a, b))
    after = slots.text("r") in ("after", "later than")
    sign, word = (">", "after") if after else ("<", "before")
    say = truth(
        f"{a.the} {a.was} first seen {word} {b.the}",
        f"{a.the} {a.was} not first seen {word} {b.the}",
    )
    return Meaning(f"first_seen({a.program}) {sign} first_seen({b.program})", say, (a, b))


def _seen_lately(slots: Slots) -> Meaning:
    span = slots.span_of(f"the last {slots.text('n', 'unit')}")
    if span is None:
        raise Unreadable(f'"{slots.text("n")}" is no number')
    program = f"labels([x for x in everything() if last_seen(x) >= {span.begin.program}])"
    return Meaning(program, listed(f"{span.words} I saw: {{}}", f"I saw nothing {span.words}"))


def _together(slots: Slots) -> Meaning:
    a, b = slots.pair("pair")
    return Meaning(
        f"co_visible({a.program}, {b.program})", together(f"{a.the} and {b.the}"), (a, b)
    )


def together(both: str) -> Say:
    """When they were in view together: of many moments the first and the last."""
    all_of = listed(
        f"{both} were in view together at {{}} s", f"{both} were never in view together"
    )

    def say(result: Result) -> Said:
        said = all_of(result)
        moments = said.value
        if not isinstance(moments, tuple) or len(moments) <= _MOMENTS_SAID:
            return said
        text = f"{both} were in view together {len(moments)} times, first at {moments[0]:.1f} s"
        return replace(said, text=f"{text} and last at {moments[-1]:.1f} s")

    return say


def _ever_together(slots: Slots) -> Meaning:
    a, b = slots.pair("pair")
    both = f"{a.the} and {b.the}"
    say = truth(f"{both} were in view together", f"{both} were never in view together")
    return Meaning(f"count(co_visible({a.program}, {b.program})) > 0", say, (a, b))


def _first_thing(slots: Slots) -> Meaning:
    """What was in view first, or last: several things if they were so together."""
    first = slots.text("w") == "first"
    operation, best, sign = ("first_seen", "min", "<=") if first else ("last_seen", "max", ">=")
    everything = 'everything(state="any")'
    program = (
        f"when = {best}([{operation}(x) for x in {everything}])\n"
        f"labels([x for x in {everything} if {operation}(x) {sign} when])"
    )
    word = "first" if first else "last"
    return Meaning(program, listed(f"seen {word}: {{}}", "nothing was seen"))


def _how_long_seen(slots: Slots) -> Meaning:
    thing = slots.ever("a")
    say = measured(f"{thing.the} {thing.was} in view for {{}} in all")
    program = f"sum([duration(v) for v in in_view({thing.members})])"
    return Meaning(program, say, (thing,))


def _newly_seen(slots: Slots) -> Meaning:
    things = slots.things("list")
    return Meaning(
        f"newly_seen({programs(things)})",
        as_asked(things, "{} was new in this turn"),
        tuple(things),
    )


def _how_long(slots: Slots) -> Meaning:
    return Meaning("seconds_between(time(0), now())", measured("{} since the start"))


_SAW = "(see|saw|seen|find|notice|discover|spot|encounter|look at|come across)"
_ORDER = "(what is|what was|what will be|tell|give|in what order|in which order)"

_R = "{r:before|after|earlier than|later than|before or after|after or before}"

FORMS: tuple[Form, ...] = (
    form(
        _first,
        "When did you first see the lamp?",
        f"when (did|have) (you|i|we) first {_SAW} {{a}} [index of the turn]",
        f"when (did|have) (you|i|we) {_SAW} {{a}} (first|for the first time)",
        "when (was|were|is|are) {a} first (seen|visible|discovered|noticed|found|in view)",
        "when (did|does) {a} first (appear|come into view|show up|become visible)",
        f"(what was|when was) the first time (you|i|we) {_SAW} {{a}}",
        f"(in|at) (which|what) {{turn}} did (you|i|we) first {_SAW} {{a}}",
    ),
    form(
        _last,
        "When did you last see my keys?",
        f"when (did|have) (you|i|we) last {_SAW} {{a}}",
        f"when (did|have) (you|i|we) {_SAW} {{a}} (last|for the last time)",
        "when (was|were) {a} last (seen|visible|noticed|in view)",
        "when (was|were) {a} seen [last]",
        f"(what|when) was the last time (you|i|we) {_SAW} {{a}}",
        f"when did (you|i|we) {_SAW} {{a}}",
    ),
    form(
        _since,
        "How long ago did you see my keys?",
        f"how long ago (did|have) (you|i|we) [last] {_SAW} {{a}}",
        "how long ago (was|were) {a} [last] (seen|visible) [last]",
        "how (long|much time) (is it|has it been|has passed|is it been) since (you|i|we) "
        f"[last] {_SAW} {{a}}",
    ),
    form(
        _order,
        "In which order did the chair, the lamp and the sofa first appear?",
        "(what|which) (will be|is|was) the [first-time|first] [appearance] order of "
        "[appearance of] [the] [following] [categories|objects|things] [in the video] {list} "
        "[in the video]",
        "(what|which) (will be|is|was) the (first-time|first) appearance order of the "
        "following categories in the video , {list}",
        "(what|which) (will be|is|was) the (first-time|first) appearance order of the "
        "following categories , {list}",
        f"(in what|in which) order (did|do|were|have) [you|i|we] [first] [{_SAW}] {{list}} "
        "[first] [appear|appeared|seen]",
        "(list|sort|name) {list} in the order [in which|that] (you|i|we) first saw them",
        "what (is|was) the order of [the] [first] appearance [of|,] {list}",
        "in which order (did|do) (these|the following) [things|objects] [first] appear {list}",
        "(what|which) is the order (in which|that) {list} (appear|appeared|were seen|first "
        "appear|first appeared)",
        "(order|sort|rank|put) {list} by [when|time|first appearance] [of] [first] [they were] "
        "[seen|appearance] [first]",
    ),
    form(
        _which_first,
        "Which did you see first, the lamp or the sofa?",
        f"(which|what) (did|have) (you|i|we) {_SAW} first {{list}}",
        "(which|what) (was|were|is) [seen] first [seen] {list}",
        "(which|what) [one] (appeared|came|appears) first {list}",
        "which of {list} (did you see|was seen|appeared) first",
        f"did (you|i|we) {_SAW} {{list}} first",
    ),
    form(
        _which_last,
        "Which did you see later, the lamp or the sofa?",
        f"(which|what) (did|have) (you|i|we) {_SAW} (last|later) {{list}}",
        "(which|what) (was|were) seen (last|later) {list}",
        "(which|what) [one] (appeared|came|appears) (last|later) {list}",
        "which of {list} (did you see|was seen|appeared) (last|later)",
    ),
    form(
        _seen_before,
        "What did you see before the sofa?",
        f"what (did|have) (you|i|we) [first] {_SAW} {{w:before|after}} {{b}}",
        "what was seen {w:before|after} {b}",
    ),
    form(
        _before,
        "Did you see the lamp before the sofa?",
        f"did (you|i|we) [first] {_SAW} {{a}} {_R} {{b}}",
        f"(was|were) {{a}} [first] seen {_R} {{b}}",
        f"did {{a}} (appear|show up|come into view) {_R} {{b}}",
    ),
    form(
        _seen_lately,
        "What have you seen in the last 10 seconds?",
        f"what (have|did) (you|i|we) {_SAW} (in|over|during|within) the (last|past) {{n}} "
        "{unit:seconds|second|minutes|minute|hours|hour|h|s}",
        f"what (have|did) (you|i|we) {_SAW} (in|over|during|within) the (last|past) "
        "{unit:second|minute|hour}",
    ),
    form(
        _together,
        "When were the lamp and the sofa visible together?",
        "when (were|was|are) {pair} (both|together|simultaneously) [visible|in view|seen|in "
        "sight] [together|simultaneously|at the same time]",
        "when (were|was|are) {pair} (visible|in view|seen|in sight) [both|together|"
        "simultaneously|at the same time]",
        f"when did (you|i|we) {_SAW} [both] {{pair}} [together|simultaneously|at the same time|"
        "at once]",
        "when were [both] {pair} [both] visible [together]",
    ),
    form(
        _ever_together,
        "Were the lamp and the sofa ever visible together?",
        "(were|are|was|have) {pair} ever [been] (visible|in view|seen|in sight) (together|"
        "simultaneously|at the same time|at once)",
        f"(did|have) (you|i|we) [ever] {_SAW} [both] {{pair}} (together|simultaneously|at the same "
        "time|at once)",
    ),
    form(
        _first_thing,
        "What was the first thing you saw?",
        "(what|which) (is|was|were) the {w:first|last} (thing|object|things|objects) [that] (you|i|"
        "we) (saw|have seen|noticed)",
        "(what|which) (thing|object|things|objects) did (you|i|we) see {w:first|last}",
        "what did (you|i|we) see {w:first|last} [of all]",
    ),
    form(
        _how_long_seen,
        "How long was the sofa in view?",
        "(how long|for how long) (was|were|has|have) {a} [been] (in view|visible|in sight|seen) "
        "[in total|in all|altogether]",
    ),
    form(
        _newly_seen,
        "Which of the lamp, the sofa and the chair was new in this turn?",
        "(among|of) these [two|three|four] objects , which [one] was newly (discovered|seen) "
        "in this turn {list}",
        "which of these [objects|things] did (you|i) (discover|see|find) only in this turn "
        "[not before] {list}",
        "which of {list} was (new|newly discovered|newly seen|first seen) in this turn",
        "(among|of) {list} which [one] was (new|newly discovered|newly seen) in this turn",
    ),
    form(
        _how_long,
        "How long have you been watching?",
        "how long (have you|has the camera|have i|have we|did you|did the tour|is the tour|is "
        "the video) [been] [watching|running|recording|here|walking|exploring|last|lasted|on "
        "tour]",
        "how much time has passed [since the start]",
        "how long did (it|the tour|the walk|the recording|the run|the mapping) (take|last)",
        "how long ago did (you|i|we|the tour|it) (start|begin)",
        "when did (you|i|we|the tour|it) (start|begin)",
    ),
)
