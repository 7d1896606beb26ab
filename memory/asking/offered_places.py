""" "Where is the kettle?" with options that are places: "on the stove", "in the kitchen"."""

from __future__ import annotations

from cogmap.memory.asking.choices import bare, canonical
from cogmap.memory.asking.form import Meaning, Slots
from cogmap.memory.asking.phrase_words import without_determiner
from cogmap.memory.asking.saying import worded
from cogmap.memory.asking.things import Thing, quoted, singular_of
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import ROOMS, relation_at
from cogmap.memory.index.synonyms import normalize

__all__ = ["among_places", "is_room"]


def is_room(slots: Slots, option: str) -> bool:
    """Whether an option is a room, be it one of the map or not: "in the kitchen", "garage"."""
    words = canonical(option)
    try:
        slots.asked.phrases.room(words)
    except Unreadable:
        return words in ROOMS or normalize(words) in ROOMS
    return True


def _is_known(slots: Slots, words: str) -> bool:
    """Whether the map has had what a place is by: the stove of "on the stove"."""
    said = words.split()
    found = relation_at(said, 0)
    name = " ".join(without_determiner(said[found[1] if found else 0 :])[0])
    return slots.asked.names.mentioned(name) or slots.asked.names.number_ever(singular_of(name)) > 0


def among_places(slots: Slots, thing: Thing) -> Meaning | None:
    """Which of the options it is at: "on the stove", "under the bed"; None where they are no such
    places. What the map has not seen is passed over."""
    tests = []
    for option in slots.asked.options:
        words = bare(option).casefold()
        if relation_at(words.split(), 0) is None or is_room(slots, option):
            return None
        try:
            place = slots.asked.phrases.thing(f"some things {words}")
        except Unreadable:
            return None
        condition = place.program.partition(" if ")[2].removesuffix("]")
        if not place.program.startswith("[x0 for x0 in everything() if "):
            return None
        if _is_known(slots, words) or words.endswith((" floor", " ground", " wall")):
            tests.append((bare(option), condition.replace("x0", "t")))
    program = "whereabouts(t)"
    for said, condition in reversed(tests):
        program = f"{quoted(said)} if {condition} else {program}"
    one = thing.program if thing.single else f"the({thing.program})"
    return Meaning(f"t = {one}\n{program}", worded(f"{thing.the} {thing.be} {{}}"), (thing,))
