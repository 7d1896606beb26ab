"""How the agent has moved and turned, and what it has looked over."""

from __future__ import annotations

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.forms.change import span_of
from cogmap.memory.asking.saying import Result, Said, measured, said_value, worded
from cogmap.memory.asking.times import Moment
from cogmap.memory.asking.unreadable import Incomplete

__all__ = ["FORMS"]


def _between(begin: Moment, end: Moment) -> str:
    return f"from {begin.words} to {end.words}"


def _displacement(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    say = measured(f"{{}} {_between(begin, end)}, in a straight line")
    return Meaning(f"displacement({begin.program}, {end.program})", say)


def _travelled(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    say = measured(f"{{}} along the way {_between(begin, end)}")
    return Meaning(f"path_travelled({begin.program}, {end.program})", say)


def _travelled_within(slots: Slots) -> Meaning:
    """ "In the last minute", not "in a minute": that is no span of which the beginning is known."""
    said = slots.text("s")
    if said[:1].isdigit():
        raise Incomplete(f"which {said} is not said; say the last {said}, or from when to when")
    return _travelled(slots)


def _direction(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    said = slots.text("q")
    form_ = slots.direction_form(said, default="four")
    words = set(said.split())
    if (
        not slots.asked.options
        and words & {"forward", "forwards", "backward"}
        and not words & {"left", "right"}
    ):
        form_ = "forward_backward"
    if form_ not in ("left_right", "four", "forward_backward"):
        form_ = "four"
    if _offered(slots) == {"front", "back"}:
        form_ = "forward_backward"
    say = worded(f"{{}}, {_between(begin, end)}, relative to the orientation at the beginning")
    return Meaning(f'moved_direction({begin.program}, {end.program}, form="{form_}")', say)


def _offered(slots: Slots) -> set[str]:
    from cogmap.memory.asking.choices import canonical

    return {canonical(option) for option in slots.asked.options}


def _which_turn(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    say = worded(f"{{}}, {_between(begin, end)}")
    return Meaning(f"turned_direction({begin.program}, {end.program})", say)


def _left_or_right(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    sides = {"clockwise": "right", "counterclockwise": "left"}

    def say(result: Result) -> Said:
        side = sides[str(said_value(result).value)]
        return Said(f"to the {side}, {_between(begin, end)}, by the shorter way", side)

    return Meaning(f"turned_direction({begin.program}, {end.program})", say)


def _turned(slots: Slots) -> Meaning:
    begin, end = span_of(slots)
    way = slots.text("way")

    def say(result: Result) -> Said:
        said = said_value(result)
        angle = float(said.value)  # type: ignore[arg-type]
        shown = way or ("counterclockwise" if angle >= 0 else "clockwise")
        value = (-angle if shown == "clockwise" else angle) % 360 if way else abs(angle)
        return Said(f"{value:.0f}° {shown} {_between(begin, end)}", value, "deg", said.sigma)

    return Meaning(f"turned({begin.program}, {end.program})", say)


def _area_seen(slots: Slots) -> Meaning:
    _, end = span_of(slots)
    return Meaning(f"area_seen({end.program})", measured(f"{{}} of floor seen up to {end.words}"))


_WHO = "(i|you|we|the camera|the agent|the robot|the person filming|camera)"
_WHOSE = "(your|my|the camera 's|the current|our|the robot 's)"

FORMS: tuple[Form, ...] = (
    form(
        _displacement,
        "How far did the camera move between frame 3 and frame 9?",
        f"[approximately] how far [in total] (did|have|has) {_WHO} (move|moved|displaced|gone|"
        "go|get) between {s} and {t}",
        f"how far (did|have|has) {_WHO} (move|moved|gone|go|come) (from|since) {{s}} [to|until] "
        "[now]",
        f"how far (did|have|has) {_WHO} (move|moved|go|gone|travel|walk) from {{s}} (to|until) "
        "{t}",
        f"how far is {_WHOSE} current position from where (you|i|we|it) (were|was) (at|in|by) "
        "{s}",
        f"how far (are|am|is) {_WHO} [now] from where (you|i|we|it) (were|was) (at|in|by) {{s}}",
        f"how far (have|did|are|has) {_WHO} (come|get|got|away) from (the start|where i started|"
        "where you "
        "started|my starting point|your starting point|the starting point)",
        "how far (are|am) (i|you|we) from (the start|where i started|where you started|where "
        "we started|my starting point|the starting point|your starting point)",
        "what is the (displacement|distance moved) [of the camera] between {s} and {t}",
    ),
    form(
        _travelled,
        "How far have you walked?",
        f"how far (did|have|has) {_WHO} (walk|walked|travel|travelled|traveled|driven|drive|"
        "gone|go|moved|move) [so far|in total|in all|altogether|until now|today]",
        f"how far (did|have|has) {_WHO} (walk|walked|travel|travelled|traveled|driven|drive) "
        "(since|from) {s}",
        f"how far (did|have|has) {_WHO} (walk|walked|travel|travelled|traveled|driven|drive) "
        "between {s} and {t}",
        "how long (was|is) (the|your|my) (tour|path|way|route|trajectory) [so far|travelled|"
        "walked]",
        "what [total] distance (did|have|has) (i|you|we|the camera) (travel|travelled|traveled|"
        "cover|covered|walk|walked) [so far]",
    ),
    form(
        _travelled_within,
        "How far have you walked in the last minute?",
        f"how far (did|have|has) {_WHO} (walk|walked|travel|travelled|traveled|driven|drive|gone|"
        "go|moved|move|come) (in|during|over|within) {s}",
    ),
    form(
        _direction,
        "Which way did the camera move between frame 3 and frame 9?",
        "during the sequence between {s} and {t} , what was the primary consistent direction "
        "of the camera 's movement relative to its orientation at the start",
        "between {s} and {t} , what was the [primary|main] direction of the camera 's movement "
        "[relative to its orientation at the start]",
        f"(in which direction|which way|in what direction|which direction|where) did {_WHO} "
        "move between {s} and {t}",
        "(in which direction|which way|in what direction|which direction|where) (did|have|has) "
        f"{_WHO} (move|moved|go|gone) since {{s}}",
        "assuming the direction you are facing at {s} is forward , did you move a certain "
        "distance {q} from that position",
        "(taking|with|if) the direction [that] (you|i|we) (faced|were facing|looked) (at|in) "
        f"{{s}} (as|is|was) forward , (have|did|has) {_WHO} (move|moved) {{q}} [since|since "
        "then]",
        f"did {_WHO} move {{q}} (between|from) {{s}} (and|to|until) {{t}}",
        f"(did|have|has) {_WHO} (move|moved) {{q}} since {{s}}",
    ),
    form(
        _which_turn,
        "Have you turned clockwise or counterclockwise since the end of turn 3?",
        f"using {_WHOSE} orientation at {{s}} as a reference , has {_WHOSE} current orientation "
        "rotated (clockwise or counterclockwise|counterclockwise or clockwise) [by a certain "
        "angle] [,] [relative to that orientation]",
        f"using {_WHOSE} orientation at {{s}} as a reference , has {_WHOSE} current orientation "
        "rotated (clockwise or counterclockwise|counterclockwise or clockwise) by a certain "
        "angle , relative to that orientation",
        f"(have|has|did) {_WHO} (turned|rotated|turn|rotate) (clockwise or counterclockwise|"
        "counterclockwise or clockwise) since {s}",
        "compared (to|with) the (way|direction) (you|i|we) (faced|were facing|looked) (at|in) "
        f"{{s}} , (have|has|did) {_WHO} (turned|rotated|turn|rotate) (clockwise or "
        "counterclockwise|counterclockwise or clockwise)",
        f"(have|has|did) {_WHO} (turned|rotated|turn|rotate) (clockwise or counterclockwise|"
        "counterclockwise or clockwise) between {s} and {t}",
    ),
    form(
        _left_or_right,
        "Did you turn left or right in the last 5 seconds?",
        f"(did|have|has) {_WHO} (turn|turned|rotate|rotated) [to the] (left or right|right or "
        "left) (in|during|over|within|since) {s}",
        f"(did|have|has) {_WHO} (turn|turned|rotate|rotated) [to the] (left or right|right or "
        "left) between {s} and {t}",
        f"(which way|in which direction|which direction) (did|have|has) {_WHO} (turn|turned|rotate|"
        "rotated) (in|during|over|within|since) {s}",
    ),
    form(
        _turned,
        "By how many degrees have you turned since the end of turn 3?",
        f"using {_WHOSE} orientation at {{s}} as a reference , by how many degrees has {_WHOSE} "
        "current orientation rotated {way} relative to that previous orientation",
        "(by how many degrees|how many degrees|how far|how much|by how much) (have|has|did) "
        f"{_WHO} (turned|rotated|turn|rotate) since {{s}}",
        "(by how many degrees|how many degrees|how far|how much|by how much) (have|has|did) "
        f"{_WHO} (turned|rotated|turn|rotate) between {{s}} and {{t}}",
        f"(by how many degrees|how many degrees) (have|has|did) {_WHO} (turned|rotated|turn|"
        "rotate) {way} (since|compared to|compared with|from) {s}",
    ),
    form(
        _area_seen,
        "How much space has your field of view traversed so far?",
        "how much (space|area|floor) has (your|my|the) (field of view|camera) (traversed|"
        "covered|seen) [so far]",
        "how much (space|area|floor) (have|has|did) (you|we|the camera) (seen|covered|explored|"
        "see|looked at) [so far]",
        "how much (space|area|floor) (have|had|did) (you|we) (seen|covered|explored|see) (by|"
        "until|up to) {t}",
        "how many (square meters|square metres|square feet) [of floor|of space] (have|has|did) "
        "(you|we|the camera) (seen|covered|explored|see) [so far]",
        "how (large|big) is the (area|space|floor) (you have seen|seen so far|that you have seen|"
        "explored so far|explored|seen)",
        "(how large|how big|what) is the (explored|seen|mapped|known) (area|space|floor)",
    ),
)
