"""In which rooms the camera has been, when, how often and for how long."""

from __future__ import annotations

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Result, Said, listed, measured, said_value, truth, worded

__all__ = ["FORMS"]


def _been(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = truth(f"the camera was in {room.the}", f"the camera was never in {room.the}")
    return Meaning(f"count(visits({room.program})) > 0", say, (room,))


def _which(slots: Slots) -> Meaning:
    say = listed("the camera was in: {}", "the camera was in no room that is known")
    return Meaning("[r for r in rooms() if count(visits(r)) > 0]", say)


def _which_not(slots: Slots) -> Meaning:
    say = listed(
        "of the rooms that are known the camera was not in: {}",
        "the camera was in every room that is known",
    )
    return Meaning("[r for r in rooms() if count(visits(r)) == 0]", say)


def _how_many(slots: Slots) -> Meaning:
    def say(result: Result) -> Said:
        said = said_value(result)
        return Said(f"the camera was in {said.text} of the rooms that are known", said.value,
                    "count")  # fmt: skip

    return Meaning("count([r for r in rooms() if count(visits(r)) > 0])", say)


def _which_first(slots: Slots) -> Meaning:
    """The room of the first visit, or of the last, which may go on."""
    first = slots.text("w") == "first"
    ends, best = ("begin", "min") if first else ("end", "max")
    been = "[r for r in rooms() if count(visits(r)) > 0]"
    edge = f"{best}([{ends}(v) for v in visits(r)])"
    program = f"when = {best}([{edge} for r in {been}])\n[r for r in {been} if {edge} == when]"
    word = "first" if first else "last"
    say = listed(f"the camera was {word} in: {{}}", "the camera was in no room that is known")
    return Meaning(program, say)


def _last(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = worded(f"the camera was last in {room.the} {{}}")
    return Meaning(f"end(last_visit({room.program}))", say, (room,))


def _first(slots: Slots) -> Meaning:
    room = slots.room("a")
    program = f"known = last_visit({room.program})\nmin([begin(v) for v in visits({room.program})])"
    return Meaning(program, worded(f"the camera first came into {room.the} {{}}"), (room,))


def _how_often(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = measured(f"visits of the camera to {room.the}: {{}}")
    return Meaning(f"count(visits({room.program}))", say, (room,))


def _more_than_once(slots: Slots) -> Meaning:
    room = slots.room("a")
    say = truth(
        f"the camera was in {room.the} more than once",
        f"the camera was not in {room.the} more than once",
    )
    return Meaning(f"count(visits({room.program})) > 1", say, (room,))


def _how_long(slots: Slots) -> Meaning:
    room = slots.room("a")
    program = (
        f"known = last_visit({room.program})\nsum([duration(v) for v in visits({room.program})])"
    )
    return Meaning(program, measured(f"{{}} in {room.the}, all visits together"), (room,))


_WE = "(you|i|we|the camera|the robot)"
_IN = "(in|to|into|inside|at)"
_BEEN = f"(been {_IN}|visited|entered|gone {_IN}|passed through|seen the inside of)"
_BE = f"(be {_IN}|visit|enter|go {_IN}|pass through)"

FORMS: tuple[Form, ...] = (
    form(
        _been,
        "Have you been in the kitchen?",
        f"(have|has) {_WE} [ever|already] {_BEEN} {{a}} [yet|so far|already|before]",
        f"did {_WE} [ever|already] {_BE} {{a}} [yet|so far|already|before]",
        f"(were|was) {_WE} [ever|already] in {{a}} [yet|so far|already|before]",
        "(was|has) {a} [been] visited [yet|so far|already]",
    ),
    form(
        _which,
        "Which rooms have you visited?",
        f"(which|what) rooms (have|has) {_WE} [already] {_BEEN} [so far|already|yet]",
        f"(which|what) rooms did {_WE} {_BE} [so far]",
        f"(which|what) rooms (were|was) {_WE} in [so far]",
        f"in (which|what) rooms (have|has|were|was) {_WE} [been] [so far|already]",
    ),
    form(
        _which_not,
        "Which rooms have you not visited?",
        f"(which|what) rooms (have|has) {_WE} not [yet] {_BEEN} [yet]",
        f"(which|what) rooms did {_WE} not [yet] {_BE} [yet]",
        "(which|what) rooms (were|have) not [yet] [been] visited [yet]",
    ),
    form(
        _how_many,
        "How many rooms have you visited?",
        f"how many rooms (have|has) {_WE} {_BEEN} [so far]",
        f"how many rooms did {_WE} {_BE} [so far]",
        f"how many rooms (were|was) {_WE} in [so far]",
    ),
    form(
        _which_first,
        "Which room did you visit first?",
        f"(which|what) room did {_WE} {_BE} {{w:first|last}}",
        f"(which|what) room (have|has) {_WE} {_BEEN} {{w:first|last}}",
        f"(which|what) room (was|were) {_WE} in {{w:first|last}}",
        f"(what|which) (is|was) the {{w:first|last}} room [that] {_WE} {_BE}",
        f"(what|which) (is|was) the {{w:first|last}} room [that] {_WE} (were|was|visited|entered) "
        "[in]",
    ),
    form(
        _last,
        "When were you last in the kitchen?",
        f"when (were|was) {_WE} [last] in {{a}} [last]",
        f"when (did|have) {_WE} last {_BE} {{a}}",
        "when was {a} last (visited|entered)",
        f"when was the last time {_WE} (were|was) in {{a}}",
    ),
    form(
        _first,
        "When did you first enter the kitchen?",
        f"when did {_WE} [first] (enter|reach|get to|come into|come to|arrive in) {{a}} [first]",
        f"when (were|was) {_WE} first in {{a}}",
        "when was {a} first (visited|entered)",
    ),
    form(
        _how_often,
        "How many times have you been in the kitchen?",
        f"(how many times|how often) (have|has) {_WE} {_BEEN} {{a}} [so far]",
        f"(how many times|how often) did {_WE} {_BE} {{a}} [so far]",
        f"(how many times|how often) (were|was) {_WE} in {{a}}",
    ),
    form(
        _more_than_once,
        "Have you been in the kitchen more than once?",
        f"(have|has) {_WE} {_BEEN} {{a}} (more than once|several times|repeatedly)",
        f"did {_WE} {_BE} {{a}} (more than once|several times|repeatedly)",
        f"(were|was) {_WE} in {{a}} (more than once|several times|repeatedly)",
    ),
    form(
        _how_long,
        "How long were you in the kitchen?",
        f"how (long|much time) (were|was|have|has) {_WE} [been] in {{a}} [so far|in total]",
        f"how (long|much time) did {_WE} (stay|spend|remain) in {{a}}",
    ),
)
