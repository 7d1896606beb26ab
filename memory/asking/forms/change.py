"""What has changed, what has moved, and where it was before."""

from __future__ import annotations

from dataclasses import replace

from cogmap.memory.asking.conditions import in_state
from cogmap.memory.asking.form import Form, Meaning, Slots, form
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
from cogmap.memory.asking.times import Moment
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS"]

_MOVED, _GONE = ("was moved",), ("was taken away",)


def _span(slots: Slots) -> tuple[Moment, Moment]:
    begin = slots.moment("s") if "s" in slots else Moment("time(0)", "the start")
    end = slots.moment("t") if "t" in slots else Moment("now()", "now")
    return begin, end


def _changes(slots: Slots) -> Meaning:
    begin, end = _span(slots)
    say = listed(
        f"from {begin.words} to {end.words}: {{}}",
        f"nothing has changed from {begin.words} to {end.words}, as far as seen",
    )
    return Meaning(f"changes({begin.program}, {end.program})", say)


def _any_change(slots: Slots) -> Meaning:
    begin, end = _span(slots)
    say = _whether(("",), "changed")
    return Meaning(f"changes({begin.program}, {end.program})", say)


def _any_moved(slots: Slots) -> Meaning:
    begin, end = _span(slots)
    return Meaning(f"changes({begin.program}, {end.program})", _whether(_MOVED, "moved"))


def _any_gone(slots: Slots) -> Meaning:
    begin, end = _span(slots)
    return Meaning(f"changes({begin.program}, {end.program})", _whether(_GONE, "disappeared"))


def _whether(words: tuple[str, ...], happened: str) -> Say:
    """Yes and what, or no; of the changes whose words have one of ``words``."""

    def say(result: Result) -> Said:
        parts = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
        fit = [part for part in parts if any(word in part for word in words)]
        if not fit:
            return Said(f"No, nothing has {happened}, as far as seen", False)
        return Said(f"Yes: {'; '.join(fit)}", True)

    return say


def _kind(words: tuple[str, ...], nothing: str) -> Say:
    def say(result: Result) -> Said:
        parts = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
        fit = tuple(part for part in parts if any(word in part for word in words))
        return Said("; ".join(fit) if fit else nothing, fit)

    return say


def _moved(slots: Slots) -> Meaning:
    begin, end = _span(slots)
    say = _kind(_MOVED, "nothing has moved, as far as seen")
    return Meaning(f"changes({begin.program}, {end.program})", say)


def _gone(slots: Slots) -> Meaning:
    begin, end = _span(slots)
    say = _kind(_GONE, "nothing is gone, as far as seen")
    return Meaning(f"changes({begin.program}, {end.program})", say)


def _new(slots: Slots) -> Meaning:
    begin, end = _span(slots)
    say = _kind(("was seen first", "was put back", "was added"), "nothing is new, as far as seen")
    return Meaning(f"changes({begin.program}, {end.program}, new=True)", say)


def _has_moved(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    if "everything()" in thing.program:
        raise Unreadable("this is asked of one thing")

    def say(result: Result) -> Said:
        if len(list(result.value)) < 2:  # type: ignore[call-overload]
            return Said(f"No, {thing.the} {thing.have} not been moved, as far as seen", False)
        return Said(f"Yes, {thing.the} {thing.have} been moved", True)

    return Meaning(f"placements({thing.program})", say, (thing,))


def _same_place(slots: Slots) -> Meaning:
    moved = _has_moved(slots)
    thing = moved.about[0]

    def say(result: Result) -> Said:
        if moved.say(result).value:
            return Said(f"No, {thing.the} {thing.have} been moved", False)
        return Said(f"Yes, {thing.the} {thing.be} where it was, as far as seen", True)

    return replace(moved, say=say)


def _which_moved(slots: Slots) -> Meaning:
    thing = slots.thing("k")
    say = listed(f"moved, of the {thing.many}: {{}}", f"no {thing.one} has moved, as far as seen")
    program = f"labels([x for x in {thing.members} if count(placements(x)) > 1])"
    return Meaning(program, say, (thing,))


def _where_before(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    was = "were" if thing.plural else "was"
    say = worded(f"before {thing.the} {was} moved, {thing.the} {was} in the {{}}")
    return Meaning(f"room_of(place_before({thing.program}))", say, (thing,))


def _when_moved(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = worded(f"{thing.the} {thing.was} found to have been moved {{}}")
    return Meaning(f"moved_at({thing.program})", say, (thing,))


def _how_far_moved(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = measured(f"{{}} from where {thing.the} was before (between centres)")
    program = f"distance({thing.program}, place_before({thing.program}), centers=True)"
    return Meaning(program, say, (thing,))


def _still(slots: Slots) -> Meaning:
    thing = slots.thing("a", "where")
    say = truth(f"{thing.the} {thing.be} still there", f"{thing.the} {thing.be} no longer there")
    program = thing.program
    if thing.single and thing.program.startswith("object("):
        program = f'without([{in_state(thing, "any").program}], everything(state="gone"))'
    return Meaning(f"exists({program})", say, (thing,))


_WHAT = "(what|what things|which things|what objects|which objects)"
_SINCE = ("since {s}", "between {s} and {t}", "from {s} to {t}", "after {s}", "in {s}", "")


def _over(*starts: str) -> tuple[str, ...]:
    return tuple(f"{start} {since}".strip() for start in starts for since in _SINCE)


FORMS: tuple[Form, ...] = (
    form(
        _changes,
        "What has changed since the start?",
        *_over(
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
        *_over(
            "(has|did) (anything|something) (change|changed|happened|happen)",
            "(is|was) (anything|something) different",
        ),
    ),
    form(
        _any_moved,
        "Did anything move?",
        *_over(
            "(has|did) (anything|something) [been] (moved|move)",
            "(was|were) (anything|something) moved",
        ),
    ),
    form(
        _any_gone,
        "Is anything gone?",
        *_over(
            "(is|was) (anything|something) (gone|missing|taken away|taken|removed)",
            "(has|did) (anything|something) [been] (gone missing|disappeared|disappear|vanished|"
            "vanish|removed|taken away|taken|gone)",
        ),
    ),
    form(
        _moved,
        "What has moved?",
        *_over(
            f"{_WHAT} (has|have) (been moved|moved)", f"{_WHAT} (was|were) moved", f"{_WHAT} moved"
        ),
    ),
    form(
        _gone,
        "What is gone?",
        *_over(
            f"{_WHAT} (has|have) (been removed|disappeared|vanished|been taken away|gone|gone "
            "missing|been taken)",
            f"{_WHAT} (was|were) (removed|taken away|taken)",
            f"{_WHAT} (is|are) (gone|missing|no longer there)",
            f"{_WHAT} (disappeared|vanished)",
        ),
    ),
    form(
        _new,
        "What is new?",
        *_over(
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
        "when did (somebody|someone|anybody|anyone|they|you|i|we) [last] move {a} [last]",
        "(what time|at what time|at which time) (was|were|did) {a} [last] (moved|move)",
    ),
    form(
        _has_moved,
        "Has the cup been moved?",
        *_over(
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
        "(which|what) {k} (has|have|was|were) [been] moved",
        "(which|what) {k} moved",
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
    form(
        _still,
        "Is the cup still there?",
        "(is|are) {a} still (there|here|present|around|in place)",
        "(is|are) {a} still {where}",
    ),
)
