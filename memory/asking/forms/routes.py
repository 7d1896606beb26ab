"""Ways on known free space, in metres and in words."""

from __future__ import annotations

import re

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.forms.distances import by_way, within
from cogmap.memory.asking.saying import Result, Said, Say, apart, said_value, worded
from cogmap.memory.asking.things import Thing
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.widths import width_of

__all__ = ["FORMS"]

_STEP = re.compile(r"(?<= )(?:\d{1,2}|step \d{1,2}|then|first|finally|next)(?= )|,")
_FORWARD = re.compile(
    r"(?:go|move|walk|drive|continue|head) (?:straight |forward |ahead |on )*"
    r"(?:until|to|till|towards|up to|toward)(?: you (?:reach|are at|arrive at|get to|hit))?"
    r"(?: reaching)? (.+)"
)
_FILL = re.compile(r"(?:please )?fill in|turn ?\?+|_+|\.\.\.|turn blank")


def _ends(slots: Slots) -> tuple[Thing, Thing]:
    start = slots.place("a") if "a" in slots else slots.asked.phrases.place("me")
    goal = slots.place("b")
    return by_way(start, goal), by_way(goal, start)


def _way(slots: Slots) -> Meaning:
    start, goal = _ends(slots)
    return Meaning(f"turns({start.program}, {goal.program})", _steps(start, goal), (goal, start))


def _steps(start: Thing, goal: Thing) -> Say:
    def say(result: Result) -> Said:
        steps = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
        if not steps:
            return Said(f"{start.the} {start.be} at {goal.the} already", ())
        return Said(f"from {start.the} to {goal.the}: {'; '.join(steps)}", tuple(steps))

    return say


def _length(slots: Slots) -> Meaning:
    start, goal = _ends(slots)
    uncounted = "; how long a step is, the map does not know" if "steps" in slots else ""
    said = f"{{}} on foot from {start.the} to {goal.the}{uncounted}"
    say = apart(said, within(start, goal))
    return Meaning(f"path_length({start.program}, {goal.program})", say, (goal, start))


def _is_way(slots: Slots) -> Meaning:
    """Whether a way is known, for somebody of a width; that none is known is not that there is
    none."""
    start, goal = _ends(slots)
    radius, wide = "", ""
    if "k" in slots:
        metres, said = width_of(slots.text("k"))
        radius, wide = f", radius={metres / 2:g}", f" for what is {said} wide"
    say = _known(f"a way{wide} is known from {start.the} to {goal.the}",
                 slots.text("q") != "blocked", {start.kind, goal.kind} != {"room"})  # fmt: skip
    return Meaning(f"path_length({start.program}, {goal.program}{radius})", say, (goal, start))


def _known(text: str, free: bool, measures: bool) -> Say:
    """That there is a way, and how long it is; that from room to room may be no more than the
    step over the threshold."""

    def say(result: Result) -> Said:
        long = f", {said_value(result).text} long" if measures else ""
        return Said(f"{'Yes' if free else 'No'}, {text}{long}", free)

    return say


def _fill_in(slots: Slots) -> Meaning:
    """Turns to fill in on a way from landmark to landmark (VSI-Bench's route planning).

    At each gap one looks along the last leg and has to face the landmark that comes next.
    """
    start, facing, goal = slots.place("a"), slots.place("b"), slots.place("c")
    legs = _legs(slots, goal)
    lines = [f"p0 = stand(at={start.program}, facing={facing.program})"]
    answers = []
    at, number = start, 0
    for gaps, landmark in legs:
        if gaps:
            answers.append(f"turns_to(p{number}, {landmark.program})")
        number += 1
        lines.append(
            f"p{number} = facing_along({at.program}, {landmark.program}, at={landmark.program})"
        )
        at = landmark
    if not answers:
        raise Unreadable("I find no turn to fill in")
    used = max(i for i in range(number) if f"turns_to(p{i}," in " ".join(answers)) + 1
    program = "\n".join([*lines[:used], f"[{', '.join(answers)}]"])
    return Meaning(program, worded("{}"), (goal, start))


def _legs(slots: Slots, goal: Thing) -> list[tuple[int, Thing]]:
    """For each leg: gaps before it, and where it leads."""
    legs: list[tuple[int, Thing]] = []
    gaps = 0
    for piece in _STEP.sub("\n", " " + slots.text("actions")).split("\n"):
        words = piece.strip()
        if _FILL.fullmatch(words):
            gaps += 1
            continue
        found = _FORWARD.fullmatch(words)
        if found:
            try:
                legs.append(
                    (
                        gaps,
                        slots.asked.phrases.place(
                            re.sub(r" (?:is|are) (?:on|to) .*", "", found[1])
                        ),
                    )
                )
            except Unreadable:
                legs.append((gaps, goal))
            gaps = 0
    return [*legs, (gaps, goal)] if gaps else legs


_GO = "(get|go|walk|move|navigate|come|drive|travel|reach|make my way|find my way)"
_I = "(do i|can i|should i|do you|can you|would i|must i|do we|could i|to|would you|can one)"

FORMS: tuple[Form, ...] = (
    form(
        _way,
        "How do I get to the kitchen?",
        f"how {_I} {_GO} [to] {{b}} [from here]",
        f"how {_I} {_GO} from {{a}} to {{b}}",
        f"how {_I} {_GO} {{b}} from {{a}}",
        f"how {_I} {_GO} to {{b}} from {{a}}",
        "(what is|give|describe|show|find|plan|which is) [me] [the|a] [best|shortest|quickest|"
        "fastest] (way|route|path|directions) from {a} to {b}",
        "(what is|give|describe|show|find|plan|which is|where is) [me] [the|a] [best|shortest|"
        "quickest|fastest] (way|route|path|directions) to {b}",
        "(what are the|give me|the) directions to {b}",
        "(directions|route|way|path) from {a} to {b}",
        "(directions|route|way|path) to {b}",
        "which way [is it] to {b}",
        f"which way {_I} {_GO} to {{b}}",
        "(guide|lead|direct) me [from {a}] to {b}",
        "walk me from {a} to {b}",
    ),
    form(
        _length,
        "How long is the way from the sofa to the fridge?",
        "how (long|far) is [the] [shortest|walking] (way|path|route|walk|distance to walk) "
        "from {a} to {b}",
        "how (long|far) is [the] [shortest|walking] (way|path|route|walk) to {b} [from here]",
        "how (long|far) is [the] [shortest|walking] (way|path|route|walk) to {b} from {a}",
        "how far (do i have to|must i|do i need to|would i have to|do you have to|would i|do i|"
        "should i) (walk|go|drive|travel|move) from {a} to {b}",
        "how far (do i have to|must i|do i need to|would i have to|do you have to|would i|do "
        "i) (walk|go|drive|travel) to [get to|reach] {b}",
        "how far is it to (walk|go) [to] {b}",
        "(what is|give) [the] (walking distance|path length|length of the path|length of the "
        "way|length of the shortest path|distance on foot|travel distance|length of the route|"
        "shortest path length) from {a} to {b}",
        "(what is|give) [the] (walking distance|path length|length of the path|length of the "
        "way|distance on foot|travel distance|length of the route) to {b}",
        "(what is|give) [the] (walking distance|path length|length of the path|length of the "
        "shortest path|distance on foot|travel distance|length of the route) between {a} and "
        "{b}",
        "(walking distance|path length) from {a} to {b}",
        "how many (meters|metres|{steps:steps}) (is it|must i walk|do i have to walk|away is|is) "
        "[to] {b}",
        "how many (meters|metres|{steps:steps}) to {b}",
        "how many (meters|metres|{steps:steps}) (is it|must i walk|do i have to walk) from {a} to "
        "{b}",
    ),
    form(
        _is_way,
        "Is there a way from the sofa to the fridge?",
        "is there [a|any] [free|clear|open] (way|path|route|passage) from {a} to {b}",
        "is there [a|any] [free|clear|open] (way|path|route) to {b} [from here]",
        "is there (a|any) {k} (way|path|route|passage) from {a} to {b}",
        "is there (a|any) {k} (way|path|route|passage) to {b} [from here]",
        "is there (a|any) (way|path|route|passage) from {a} to {b} for (a|an|the|my) {k}",
        "is there (a|any) (way|path|route|passage) to {b} for (a|an|the|my) {k}",
        "is the (way|path|route) from {a} to {b} {q:blocked|free|clear|open}",
        "is the (way|path|route) to {b} {q:blocked|free|clear|open}",
        "is the (way|path|route) from {a} to {b} wide enough for (a|an|the|my) {k}",
        "is the (way|path|route) to {b} wide enough for (a|an|the|my) {k}",
        "can (i|one|you|we|a robot|the robot) (get|go|walk|drive) from {a} to {b}",
        "(can|could|would|does|will) (a|an|the|my) {k} (get|go|drive|pass|fit|come) from {a} to "
        "{b}",
        "(can|could|would|does|will) (a|an|the|my) {k} (get|go|drive|pass|come|fit) to {b} [from "
        "here]",
        "(is|are) {b} (reachable|accessible) from {a}",
        "can {b} be reached from {a}",
    ),
    form(
        _fill_in,
        "You are a robot beginning at the sofa facing the tv. You want to navigate to the "
        "door. You will perform the following actions: 1. [please fill in] 2. Go forward until "
        "the door.",
        "you are a robot beginning (at|by) {a} [and] facing {b} , you want to navigate to {c} "
        ", you will perform the following actions {actions}",
        "(i|you) begin (at|by) {a} [and] facing {b} [,] and want to (navigate|go|get) to {c} , "
        "fill in the turns {actions}",
        "[if|imagine] (i|you) (start|begin|are|am) (at|by) {a} [and] facing {b} , (i|you) want "
        "to (navigate|go|get) to {c} , {actions}",
    ),
)
