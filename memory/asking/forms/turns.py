"""Turns of an online tour (OST-Bench): when closest, when on which side, closer or farther."""

from __future__ import annotations

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Result, Said, Say, listed, measured, said_value, worded
from cogmap.memory.asking.unreadable import Unreadable

__all__ = ["FORMS"]


def _closest(slots: Slots) -> Meaning:
    thing, word = slots.thing("a"), slots.text("r")
    if word not in ("closest", "nearest", "farthest", "furthest"):
        raise Unreadable(f'I cannot choose a turn by "{word}"')
    operation = "closest_turn" if word in ("closest", "nearest") else "farthest_turn"
    end = "closest to" if operation == "closest_turn" else "farthest from"
    say = measured(f"turn {{}}: there you were {end} {thing.the}")
    return Meaning(f"{operation}({thing.program})", say, (thing,))


def _side(slots: Slots) -> Meaning:
    a, b = slots.pair("pair")
    side = slots.text("side").split(" ")[0]
    if side not in ("left", "right"):
        raise Unreadable(f'"{side}" is no side')
    say = listed(
        f"{a.the} and {b.the} were both on your {side} at the end of turns {{}}",
        f"{a.the} and {b.the} were never both on your {side}",
    )
    return Meaning(f'turns_on_side({a.program}, {b.program}, "{side}")', _single(say), (a, b))


def _single(say: Say) -> Say:
    """One turn is answered by its number alone."""

    def of(result: Result) -> Said:
        said = say(result)
        numbers = [said_value(Result(part)).value for part in result.value]  # type: ignore[attr-defined]
        if len(numbers) != 1:
            return Said(said.text, tuple(float(n) for n in numbers))  # type: ignore[arg-type]
        return Said(said.text.replace("turns ", "turn "), numbers[0], "count")

    return of


def _seeing(slots: Slots) -> Meaning:
    a, b = slots.pair("pair")
    say = listed(
        f"{a.the} and {b.the} were in view together in turns {{}}",
        f"{a.the} and {b.the} were never in view together",
    )
    return Meaning(f"turns_seeing({a.program}, {b.program})", _single(say), (a, b))


def _first_turn(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = measured(f"turn {{}}: {thing.the} first seen")
    return Meaning(f"turn_of(first_seen({thing.program}))", say, (thing,))


def _compared(slots: Slots) -> Meaning:
    thing, moment = slots.place("a"), slots.moment("t")
    text = {"closer": f"closer to {thing.the} than", "farther": f"farther from {thing.the} than"}
    say = worded(f"you are {{}} at {moment.words}", text)
    return Meaning(f"distance_change({thing.program}, {moment.program}, now())", say, (thing,))


def _both(slots: Slots) -> Meaning:
    """Closer or farther by the end of a turn than at the end of the one before."""
    things = slots.things("list")
    moment = slots.moment("t")
    last = moment.program.removeprefix("turn_time(").removesuffix(")")
    before = f"turn_time({int(last) - 1})" if last.isdigit() and int(last) > 1 else "time(0)"
    if not last.isdigit():
        raise Unreadable("I can tell closer from farther by turns only")
    each = ", ".join(f"distance_change({t.program}, {before}, {moment.program})" for t in things)

    def say(result: Result) -> Said:
        words = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
        parts = [
            f"{word} {'to' if word == 'closer' else 'from'} {thing.the}"
            for word, thing in zip(words, things, strict=True)
        ]
        return Said(f"you were getting {', '.join(parts)}", tuple(words))

    return Meaning(f"[{each}]", say, tuple(things))


_TURN = "(in|at|at the end of|by the end of) (which|what) turn"

FORMS: tuple[Form, ...] = (
    form(
        _closest,
        "In which turn were you closest to the lamp?",
        f"{_TURN} (were|was|are|did) (you|i|we|the camera) [the] {{r}} (to|from) {{a}}",
    ),
    form(
        _side,
        "At the end of which turn were both the lamp and the sofa on your left side?",
        f"{_TURN} were [both] [of] {{pair}} (on|to|at) (your|my|the) {{side}}",
        f"{_TURN} were [both] [of] {{pair}} (on|to|at) (your|my|the) {{side}} side",
    ),
    form(
        _seeing,
        "In which turn did you see both the lamp and the sofa?",
        f"{_TURN} (did|could) (you|i|we) see [both] [of] {{pair}} [simultaneously|together|at "
        "the same time|at once]",
    ),
    form(
        _first_turn,
        "In which turn did you first see the lamp?",
        f"{_TURN} (did|have) (you|i|we) first (see|discover|notice|find) {{a}}",
    ),
    form(
        _compared,
        "Compared to your position at the end of turn 3, are you now closer to or farther from "
        "the lamp?",
        "compared (to|with) (your|my) position (at|by|in) {t} , are you [now] [getting] "
        "(closer or farther|farther or closer|closer to or farther|closer or further|nearer or "
        "farther) [away] from {a} [now]",
        "(are|am) (you|i) [now] (closer or farther|closer to or farther|farther or closer|"
        "nearer or farther) [away] (from|to) {a} than (at|in|by) {t}",
        "(are|am) (you|i) (closer|nearer) to {a} [now] or (farther|further) [away] from it "
        "[now] than (at|in|by) {t}",
        "(have|did|are) (you|i|we|the camera) (moved|got|gotten|come|get|move|moving|getting) "
        "(closer or farther|closer to or farther|nearer or farther) [away] (from|to) {a} since "
        "{t}",
    ),
    form(
        _both,
        "By the end of turn 3, were you getting closer to or farther away from both the lamp and "
        "the sofa?",
        "(by|at) {t} , were you [getting] (closer to or farther|closer or farther|closer to or "
        "further) [away] from (these two objects|both|these objects|the following two objects) "
        "{list}",
    ),
)
