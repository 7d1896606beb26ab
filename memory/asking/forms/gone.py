"""What is gone, and when it was found to be; whether something is still there."""

from __future__ import annotations

from dataclasses import replace

from cogmap.memory.asking.conditions import in_state
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.forms.change import SOMEBODY, over, span_of
from cogmap.memory.asking.forms.relations import holds
from cogmap.memory.asking.saying import Result, Said, Say, measured, numbered, truth, worded
from cogmap.memory.asking.things import Thing, joined, plural_of
from cogmap.memory.asking.words import ALL, EACH
from cogmap.memory.programs.answers import name_of

__all__ = ["FORMS"]

_NOTHING = "nothing is gone, as far as seen"


def _in_time(slots: Slots, gone: str) -> str:
    """Of what is gone, what was found to be so in the time that is asked about."""
    if "s" not in slots:
        return gone
    begin, end = span_of(slots)
    test = f"removed_at(x) > {begin.program}"
    if "t" in slots:
        test += f" and removed_at(x) <= {end.program}"
    return f"[x for x in {gone} if {test}]"


def _gone(slots: Slots) -> Meaning:
    program = _in_time(slots, 'everything(state="gone")')
    return Meaning(program, numbered("gone, as far as seen: {}", _NOTHING))


def _any_gone(slots: Slots) -> Meaning:
    return Meaning(_in_time(slots, 'everything(state="gone")'), _whether(_NOTHING))


def _any_of_kind_gone(slots: Slots) -> Meaning:
    thing = slots.thing("k")
    program = _in_time(slots, in_state(thing, "gone").program)
    return Meaning(program, _whether(f"no {thing.one} is gone, as far as seen"), (thing,))


def _whether(none: str) -> Say:
    def say(result: Result) -> Said:
        names = [name_of(thing) for thing in result.value]  # type: ignore[attr-defined]
        if not names:
            return Said(f"No, {none}", False)
        return Said(f"Yes, gone: {joined(names)}", True)

    return say


def _which_gone(slots: Slots) -> Meaning:
    thing = slots.thing("k")
    say = numbered(f"gone, of the {thing.many}: {{}}", f"no {thing.one} is gone, as far as seen")
    return Meaning(_in_time(slots, in_state(thing, "gone").program), say, (thing,))


def _how_many_gone(slots: Slots) -> Meaning:
    thing = slots.thing("k")
    program = _in_time(slots, in_state(thing, "gone").program)
    say = measured(f"{thing.many} that are gone, as far as seen: {{}}")
    return Meaning(f"count({program})", say, (thing,))


def _when_gone(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = worded(f"{thing.the} {thing.was} found to be gone {{}}")
    return Meaning(f"removed_at({in_state(thing, 'gone').program})", say, (thing,))


def _gone_for(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = measured(f"{thing.the} {thing.was} found to be gone {{}} ago")
    program = f"seconds_between(removed_at({in_state(thing, 'gone').program}), now())"
    return Meaning(program, say, (thing,))


def _is_gone(slots: Slots) -> Meaning:
    if _several(slots):
        return _each_still(slots, "gone")
    here = _still(slots)
    thing = here.about[0]
    say = truth(f"{thing.the} {thing.be} no longer there", f"{thing.the} {thing.be} still there")
    return Meaning(f"not {here.program}", say, (thing,))


def _still(slots: Slots) -> Meaning:
    if "where" in slots:
        return _still_where(slots)
    if _several(slots):
        return _each_still(slots, "here")
    thing = slots.thing("a")
    say = truth(f"{thing.the} {thing.be} still there", f"{thing.the} {thing.be} no longer there")
    program = thing.program
    if program.startswith("object("):
        program = f'without([{in_state(thing, "any").program}], everything(state="gone"))'
    return Meaning(f"exists({program})", say, (thing,))


def _still_where(slots: Slots) -> Meaning:
    """ "Are the cups still on the table?": of those that are here, with a word of those gone."""
    meaning = holds(Slots({"a": slots.text("a", "where")}, slots.asked))
    label, names = _kind(slots).label, slots.asked.names
    gone = names.number_ever(label) - names.number_of(label) if label else 0
    if not gone:
        return meaning

    def say(result: Result) -> Said:
        said = meaning.say(result)
        return replace(said, text=f"{said.text}; of those seen before, {gone} gone")

    return replace(meaning, say=say)


def _kind(slots: Slots) -> Thing:
    """ "All the cups" as the cups: of what is gone each is looked at by itself."""
    words = slots.text("a").split()
    while words[0] in EACH | ALL or words[0] == "of":
        words = words[1:] or ["of them"]
    return slots.asked.phrases.thing(" ".join(words))


def _several(slots: Slots) -> bool:
    """Whether more than one thing was ever known that may be meant."""
    thing = _kind(slots)
    plain = thing.program == thing.seen_program and not thing.single
    return plain and slots.asked.names.number_ever(thing.label) > 1


def _each_still(slots: Slots, asked: str) -> Meaning:
    """ "Are the cups still there?": those that are gone are named; "is the cup still there?" asks
    of one, and of several it is not told which, unless they are all there or all gone."""
    thing = _kind(slots)
    all_ = thing.plural or slots.text("a").split()[0] in EACH

    def say(result: Result) -> Said:
        known = list(result.value)  # type: ignore[call-overload]
        gone = [name_of(each) for each in known if not each.is_here]
        if gone and len(gone) < len(known):
            text = f"of the {len(known)} {plural_of(thing.label)} seen, gone: {joined(gone)}"
            if all_:
                return Said(f"No, {text}", False)
            return Said(f"{text}. Which is meant?", None, status="ambiguous")
        state = "no longer" if gone else "still"
        is_so = bool(gone) == (asked == "gone")
        which = f"the {plural_of(thing.label)} are" if all_ else f"each {thing.label} is"
        return Said(f"{'Yes' if is_so else 'No'}, {which} {state} there", is_so)

    program = in_state(thing, "any").program
    return Meaning(f"known = count({program})\n{program}", say, (thing,))


_WHAT = "(what|what things|which things|what objects|which objects)"
_TAKEN = "(removed|taken away|taken|carried away|cleared away|put away|stolen)"
_WENT = "(disappeared|vanished|gone missing|gone away|gone)"
_GO = "(disappear|vanish|go missing|go away|go)"
_IS_GONE = "(gone|missing|no longer there|not there any more|not there anymore)"

FORMS: tuple[Form, ...] = (
    form(
        _any_gone,
        "Is anything gone?",
        *over(
            f"(is|was) (anything|something) ({_IS_GONE}|{_TAKEN})",
            f"(has|did) (anything|something) [been] ({_WENT}|{_GO}|{_TAKEN})",
        ),
    ),
    form(
        _gone,
        "What is gone?",
        *over(
            f"{_WHAT} (has|have) ({_WENT}|been {_TAKEN})",
            f"{_WHAT} (was|were) {_TAKEN}",
            f"{_WHAT} (is|are) {_IS_GONE}",
            f"{_WHAT} (disappeared|vanished|went missing)",
        ),
    ),
    form(
        _any_of_kind_gone,
        "Is any of the cups gone?",
        *over(
            f"(is|are) (a|any|any of the|one of the|some of the) {{k}} {_IS_GONE}",
            f"(has|have) (a|any|any of the|one of the|some of the) {{k}} ({_WENT}|been {_TAKEN})",
            f"(was|were) (a|any|any of the|one of the|some of the) {{k}} {_TAKEN}",
            f"did (a|any|any of the|one of the) {{k}} {_GO}",
        ),
    ),
    form(
        _which_gone,
        "Which cups are gone?",
        *over(
            f"(which|what) [of the|one of the] {{k}} (has|have) ({_WENT}|been {_TAKEN})",
            f"(which|what) [of the|one of the] {{k}} (was|were) {_TAKEN}",
            f"(which|what) [of the|one of the] {{k}} (is|are) {_IS_GONE}",
            "(which|what) [of the|one of the] {k} (disappeared|vanished|went missing)",
        ),
    ),
    form(
        _how_many_gone,
        "How many cups are gone?",
        *over(
            f"how many [of the] {{k}} (has|have) ({_WENT}|been {_TAKEN})",
            f"how many [of the] {{k}} (was|were) {_TAKEN}",
            f"how many [of the] {{k}} (is|are) {_IS_GONE}",
            "how many [of the] {k} (disappeared|vanished|went missing)",
        ),
    ),
    form(
        _when_gone,
        "When was the cup removed?",
        f"when (was|were) {{a}} [last] {_TAKEN}",
        f"when (was|were) {{a}} (found|noticed|discovered) to be {_IS_GONE}",
        f"when did {{a}} {_GO}",
        f"when (has|have) {{a}} ({_WENT}|been {_TAKEN})",
        f"when did {SOMEBODY} (remove|take away|take|steal) {{a}} [away]",
        f"since when (is|are|has|have) {{a}} [been] {_IS_GONE}",
        f"(what time|at what time|at which time) (was|were) {{a}} {_TAKEN}",
    ),
    form(
        _gone_for,
        "How long has the cup been gone?",
        f"how long (has|have|is|are) {{a}} [been] {_IS_GONE}",
        f"how long ago (was|were) {{a}} {_TAKEN}",
        f"how long ago did {{a}} {_GO}",
    ),
    form(
        _is_gone,
        "Is the cup gone?",
        f"(is|are) {{a}} {_IS_GONE} [now|already]",
        f"(has|have) {{a}} ({_WENT}|been {_TAKEN})",
        f"(was|were) {{a}} {_TAKEN}",
        f"did {SOMEBODY} (remove|take away|take|steal) {{a}} [away]",
    ),
    form(
        _still,
        "Is the cup still there?",
        "(is|are) {a} still (there|here|present|around|in place)",
        "(is|are) {a} still {where}",
    ),
)
