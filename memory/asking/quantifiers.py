""" "Is there a cup on every table?", "are all the plates near the vase?": what is asked of each of
several things, one by one.

A phrase with "every", "each", "all" or "both" stands in a program as a variable, and what the
form makes of it is a condition, which has to hold for each. So no form can take one for all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cogmap.memory.asking.form import Asked, Form, Meaning, Slots
from cogmap.memory.asking.saying import Result, Said, Say
from cogmap.memory.asking.things import Each, Thing
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import ALL, ANYTHING, EACH, word_set

__all__ = ["built"]

_WHETHER = word_set("is are was were am do does did has have had can could will would")
_BE = re.compile(r" (is|are|was|were|has|have) ")


def built(form: Form, slots: dict[str, str], asked: Asked, words: str = "") -> Meaning:
    """What a form makes of its slots in the question ``words``; "each of" several is asked of each.

    Raises Unreadable, also where each of several is asked for and the answer is no yes or no.
    """
    whether = any(text.split(" ")[0].casefold() in _WHETHER for text in (words, form.example))
    phrases, each = asked.phrases.quantifying(whether)
    meaning = form.build(Slots(slots, replace(asked, phrases=phrases)))
    _refuse_dropped(asked, meaning)
    return _of_each(meaning, each) if each else meaning


def _refuse_dropped(asked: Asked, meaning: Meaning) -> None:
    """Raises Unreadable where a form does not heed what the question says by the way."""
    if "on foot" in asked.cues and "path" not in meaning.program:
        raise Unreadable("ways on foot are not what this measures")
    if "centers" in asked.cues and any(thing.kind == "room" for thing in meaning.about):
        raise Unreadable("of a room no centre is known")
    compared = meaning.program.count("distance(") > 1
    if "edge" in asked.cues and (compared or not meaning.program.startswith("distance(")):
        raise Unreadable("edges are not what this measures")


def _of_each(meaning: Meaning, each: Sequence[Each]) -> Meaning:
    *before, condition = meaning.program.split("\n")
    used = [one for one in each if _has(meaning.program, one)]
    nested = any(_has(one.thing.program, other) for one in used for other in each)
    if not used or nested or any(_has(line, one) for one in used for line in before):
        raise Unreadable("this is not asked of each one by itself")
    if not _is_truth(meaning) or condition in {f"exists({one.variable})" for one in used}:
        raise Unreadable("this is no yes or no that each one has by itself")
    for one in reversed(used):
        x = one.variable
        members = _without_itself(one, meaning.about)
        condition = f"not exists([{x} for {x} in {members} if not ({condition})])"
        before.insert(0, f"a_{x} = largest({one.thing.program})")  # there are some
    about = [_whole(thing.program, used) or thing for thing in meaning.about]
    known = tuple(thing for thing in about if not any(_has(thing.program, one) for one in used))
    return Meaning("\n".join([*before, condition]), _said(meaning.say), known)


def _without_itself(one: Each, about: Sequence[Thing]) -> str:
    """ "Everything" that is compared with the sofa is all but the sofa."""
    members = one.thing.members
    if one.thing.label in ANYTHING:
        for thing in about:
            if thing.kind == "thing" and not _has(thing.program, one):
                members = f"without({members}, {thing.program})"
    return members


def _whole(program: str, each: Sequence[Each]) -> Thing | None:
    return next((one.thing for one in each if one.variable == program), None)


def _has(program: str, one: Each) -> bool:
    return re.search(rf"\b{one.variable}\b", program) is not None


def _is_truth(meaning: Meaning) -> bool:
    try:
        yes = meaning.say(Result(True))
    except (TypeError, ValueError, AttributeError):
        return False
    return yes.value is True and yes.text.startswith("Yes, ")


def _said(say: Say) -> Say:
    """The words of a yes, or these denied: "not all chairs are ..."."""

    def say_each(result: Result) -> Said:
        yes = say(Result(True))
        if result.value:
            return yes
        no = say(Result(False))
        if no.status != "answered":
            return no
        text = yes.text.removeprefix("Yes, ")
        denied = f"not {text}"
        if text.split(" ")[0] not in EACH | ALL | {"everything"}:
            denied = _BE.sub(r" \1 not ", f" {text}", count=1).strip()
        return Said(f"No, {denied}", False)

    return say_each
