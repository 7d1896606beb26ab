"""Counts of what is on or around one thing, where the map has several that may be meant."""

from __future__ import annotations

import re
from dataclasses import replace

from cogmap.memory.asking.form import Meaning
from cogmap.memory.asking.phrase_words import is_plural
from cogmap.memory.asking.saying import Result, Said, counted
from cogmap.memory.asking.things import Thing, joined, plural_of
from cogmap.memory.programs.values import Count

__all__ = ["count_beside_one"]

_WORDS = {"next_to": "at", "on": "on", "in_": "in", "under": "under"}
_BESIDE_ONE = re.compile(
    r"\[x0 for x0 in (?P<all>.+) if (?P<rel>next_to|on|in_|under)\(x0, "
    r"(?P<place>find\(\"[^\"]+\"[^()]*\))\)\]"
)


def count_beside_one(thing: Thing) -> Meaning | None:
    """ "Around the dining table", "on the table": of several tables it is not told which is meant,
    unless things are around one only. None where the question is no such one."""
    found = _BESIDE_ONE.fullmatch(thing.program)
    if found is None or " the " not in thing.words or is_plural(thing.words):
        return None
    place = thing.words.rpartition(" the ")[2]
    plain = counted(thing.one, thing.many, thing.hidden)
    word = _WORDS[found["rel"]]
    program = (
        f"known = count({found['place']})\n"
        f"[count([x0 for x0 in {found['all']} if {found['rel']}(x0, p)]) for p in {found['place']}]"
    )

    def say(result: Result) -> Said:
        each = sorted((round(n.value) for n in result.value if n.value > 0), reverse=True)  # type: ignore[attr-defined]
        if len(each) < 2:
            said = plain(Result(Count(each[0] if each else 0)))
            known = len(list(result.value))  # type: ignore[call-overload]
            if each and known > 1:
                every = "all " if each[0] > 1 else ""
                return replace(said, text=f"{said.text}, {every}{word} one of {known}")
            return said
        numbers = joined(
            f"{number} {word} one" if not at else f"{number} {word} another"
            for at, number in enumerate(each)
        )
        things = plural_of(thing.label) if thing.label else "things"
        why = f"there are {len(each)} {plural_of(place)} with {things}: {numbers}"
        return Said(f"{why}. Which is meant?", None, status="ambiguous")

    return Meaning(program, say, (thing,))
