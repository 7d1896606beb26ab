"""The page of what can be asked: ``python -m cogmap.memory.asking.page > docs/asking.md``."""

from __future__ import annotations

import sys

from cogmap.memory.asking import forms
from cogmap.memory.asking.refusals import REASONS

__all__ = ["markdown"]

_TOPICS = (
    "counting", "comparing_counts", "counting_rooms", "absence", "by_room", "sizes", "heights",
    "ranking", "distances", "walls", "among", "choosing", "viewpoints", "directions",
    "surroundings", "relations", "carrying", "describing", "rooms", "room_measures", "doors",
    "time", "at_times", "turns", "movement", "visits", "routes", "space", "shares", "change",
    "gone",
)  # fmt: skip

_CONVENTIONS = """\
# Asking

`cogmap ask`, `CognitiveMap.ask` and the service `memory/ask` read questions in English without
weights or network, and turn them into spatial programs (`operations.md`). The answer carries the
program, so what was understood can be seen. This page is made from the grammar
(`python -m cogmap.memory.asking.page > docs/asking.md`).

**Things** are named by any words: labels of the map, synonyms, general words, and else by the
sentence encoder; the answer says how a word was read. They can be told apart by where they are
("the lamp on the desk", "the chair next to the window", "the table with a lamp on it"), by size
("the largest table in the kitchen"), by order ("the second cup from the left"), by number
("chair 4") and by what was spoken of ("it", "the other one", "the one in the bedroom"; "and cups?",
"in feet?", "which is bigger?", "by how much?"). "The first one" after a list counts in the order in
which the answer named things; where it named none, or several alike, it is asked back. "It" is one
thing where several were asked about. Captions
in quotes are read as one phrase. Words for groups ("furniture", "appliances", "kitchenware") mean
their members. A name that is one letter from a known one is taken for misspelt, and asked back. Of
looks ("the black chair") the map knows nothing: they are
left aside where one thing is left, with a word of it, and refused where they would decide.

**Several that fit**: distances and "closest" take the closest; sizes, places and rooms that
differ are answered with "ambiguous" and the candidates. So is "is the chair in the kitchen" where
some chairs are and some are not; "a chair" and "any chair" ask whether there is one. What holds
of each of them, as a room or a yes or no may, is answered, and the answer says that it does. "When
was the plant moved" means, of several plants, the one that was.

**What is gone** is not answered about as if it were there: asked how large or where it is, it is
"not seen", and the answer says that it is gone. Of the past ("when did you last see", "where
was", "when was it taken away", "what happened to", what was there at a time) it is answered. What
was missed at one place and found at another was moved, and not taken away; when something moved
or went is the time at which that was found.

**Moments** before the map's first frame or after its last, and the future, are "not
determinable"; the answer says from when to when the map knows something. "In the last 10 hours"
begins with the map where that is younger; what was seen in it was so in one frame or more.

**Conventions** follow the question's own words: surfaces of boxes unless it says centres, all
three dimensions unless it says horizontal, quadrants, "135 degrees", centimetres or feet, "the
closest point", "on foot" the way. What is within 5 degrees of straight ahead or behind is on no
side, unless the options leave no other answer. Things are as wide as `size` has it, and near what
they are within a metre of; "the first book" without a side is counted from the left, which the
answer says. "In this room" is the asker's room where a map has
several, but "How many chair(s) are in this room?", a benchmark's form, means all that was seen, as
does "estimate the size of the combined space".

**Choices** (`options`, or "A. ... B. ..." in the text) are answered word for word; a number takes
the range it is in ("fewer than 5", "5 to 10"), or else the nearest option, in whatever unit that is
written, and the text says so. What was not seen stays
"not seen", with the option "no" or "0" if there is one. Nothing seen inside a closed thing is "not
determinable", not "nothing".

**What cannot be read** is answered with "not understood" and the nearest question that can be,
or, where none is near, with what kinds of things can be asked.
"""


def markdown() -> str:
    """The page."""
    lines = [_CONVENTIONS, "## Forms", "", "One example each; most have many wordings.", ""]
    for topic in _TOPICS:
        module = getattr(forms, topic)
        lines += [f"**{(module.__doc__ or '').strip().splitlines()[0]}**", ""]
        lines += [f"- {form.example}" for form in module.FORMS]
        lines.append("")
    lines += [
        "## What a map cannot answer", "",
        "Every form of `VSI-Bench`, `VSTI-Bench`, `OST-Bench`, `QVS-Bench` and `3DMV-VQA` that was",
        "collected is read; those that ask which choice is right need the choices, and those about",
        "turns need a tour that is cut into turns. These are understood, and the map does not hold",
        "what would answer them (status `not_determinable`; a vision model may look at keyframes):",
        "",
    ]  # fmt: skip
    lines += [f"- {about}: {why}." for about, _, why in REASONS]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())
