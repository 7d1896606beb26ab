"""Questions that are understood and that a map cannot answer, and things that are no questions."""

from __future__ import annotations

import re
from collections.abc import Callable

from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import ROOMS

__all__ = ["NotOfTheMap", "is_instruction", "refuse", "refuse_future"]


class NotOfTheMap(Unreadable):
    """The question is understood, and the map does not hold what would answer it."""


_NO_FUTURE = "the map knows what was and what is, not what will be"
_FUTURE = re.compile(
    r"\bin (?!the )(?:another )?(?:an?|one|two|three|a few|half an|\d\S*)"
    r"(?: more)? (?:s|sec|seconds?|min|minutes?|h|hours?|days?|weeks?|months?|years?)"
    r"(?: from now| 's time| time)?$"
    r"|\b(?:from now(?: on)?|tomorrow|later today|next (?:time|week|month|year))$"
)
_OF_NOW = re.compile(r"^(?:(?:is|are|am|will) |(?:what|which|where|who|how many|how far)\b.* "
                     r"(?:is|are|am|will)\b)")  # fmt: skip
_OF_THE_PAST = re.compile(r"\b(?:was|were|did|had|has|have)\b")

KINDS = (
    "I answer what is where, how many there are, how large and how far apart things are, in which"
    " direction and by which way they are, when they were seen, and what has changed"
)
"""Said where nothing that is near to a question can be asked."""

REASONS: tuple[tuple[str, str, str], ...] = (
    (
        "the time of day, the date",
        r"^what (?:time|day|date) is (?:it|today)\b|^what is the (?:time|date)$"
        r"|\b(?:yesterday|today|tonight|this (?:morning|afternoon|evening|week|month)|last "
        r"(?:night|week|month|year)|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
        "the map counts seconds from its first frame and knows no time of day",
    ),
    (
        "who answers",
        r"^(?:who|what) are you$|^what is your name$",
        "I answer questions about the place from its map, and hold nothing about myself",
    ),
    (
        "colours, materials, patterns, brands",
        r"\b(what|which) (?:colou?rs?|material|pattern|brand|model|make|style|shape|texture)\b"
        r"|\b(?:made (?:of|from)|colou?r of|material of|brand of)\b"
        r"|^(?:is|are) (?:the |my |your )?\S+(?: \S+)? (?:red|green|blue|black|white|grey|gray|"
        r"brown|"
        r"yellow|wooden|metal|plastic|leather|orange|pink|purple|beige|striped)$",
        "the map holds what things are, where and when; not what they look like",
    ),
    (
        "how old things are",
        r"\bhow old\b|\b(?:age of|older than|oldest|newest)\b",
        "the map knows since when it has seen things, not how old they are",
    ),
    (
        "ceilings, and how high rooms are",
        r"\bceilings?\b|^how (?:high|tall) (?:is|are) (?:the |this |my )?(?:\w+ )?(?:"
        + "|".join(sorted(ROOMS)) + r")s?$|^what is the height of (?:the |this )(?:\w+ )?(?:"
        + "|".join(sorted(ROOMS)) + r")$",
        "the map holds outlines of rooms, and no ceilings",
    ),
    (
        "free space on and in things",
        r"^how much (?:free |empty )?(?:space|room) .*\bon (?:the|my)\b"
        r"|^(?:which|what) .* (?:has|have) (?:free|enough|more|most) (?:space|room)\b",
        "the map knows what floor is free, not what space is left on or in things",
    ),
    (
        "space for several things at once",
        r"\b(?:space|room|place) (?:for|to put) (?:another|more|several|some|a few|two|three|four|"
        r"five|six|seven|eight|nine|ten|[2-9]|\d\d+)(?! (?:\w+ )?(?:by|x)\b)\b|"
        r"^(?:can|could|would|will|do) (?:another|two|three|four|several) .* fit\b",
        "the map tells whether there is space for one thing, whose size is said, not for several",
    ),
    (
        "states: open, closed, on, off, full, clean, broken",
        r"^(?:is|are|was|were|did i leave) (?!(?:the )?(?:way|path|route)\b)(?:the |my |your )?"
        r".+ (?:open|closed|shut|locked|"
        r"unlocked|"
        r"turned on|turned off|switched on|switched off|full|empty|clean|dirty|broken|lit|on|"
        r"off|wet|"
        r"dry|made|occupied|free|open or closed|on or off|in use|ajar|plugged in)$"
        r"|\b(?:dirty|dirtier|dirtiest|cleaning|cleaned|cleaner|cleanest|tidy|tidier|tidiest|messy|"
        r"messiest|broken|damaged)\b",
        "the map holds no states of things, such as open or switched on",
    ),
    (
        "text and pictures on things",
        r"\b(?:written|say on|says on|read on|read (?:me |out )(?:the|my)|title of|"
        r"what does .+ (?:say|read|show)|text on|"
        r"what time (?:is it|does)|label on|shown on|displayed|displaying|name on)\b",
        "the map holds no text or pictures that are on things",
    ),
    (
        "people: who they are, what they do, what they think",
        r"^(?:who|whose|whom)\b|\b(?:is anyone|everyone|everybody|someone|"
        r"somebody|anybody|what (?:is|are) .+ doing|wearing|mood|feel|"
        r"feeling)\b",
        "the map knows people only as things with a place",
    ),
    (
        "reasons, purposes, opinions, advice",
        r"^(?:why|how come)\b|\b(?:should i|recommend|better|best way to arrange|opinion|prefer|"
        r"nice|beautiful|comfortable|expensive|cost|price|worth|safe|used for|purpose of)\b",
        "the map measures; it has no opinions and knows no purposes",
    ),
    (
        "how long ways take",
        r"^how (?:long|much time|many (?:seconds|minutes)) (?:does|would|will|do) "
        r"(?:it|i|we|you|one) (?:take|need)\b",
        "the map knows how long ways are, not how fast they are walked",
    ),
    (
        "how large you are",
        r"\b(?:taller|shorter|bigger|smaller|larger|wider|longer|higher) than (?:me|i am|i|you|us)$"
        r"|^how (?:tall|big|old|heavy) am i\b",
        "the map does not know how large you are",
    ),
    (
        "what can be seen from a thing",
        r"^(?:can|could) (?:i|you|we|one) see .+ from (?:the|my) "
        r"|\b(?:visible|seen) from (?:the|my) ",
        "the map knows where things are, not what can be seen past them from there",
    ),
    (
        "compass directions",
        r"\b(?:north|south|east|west|northern|southern|eastern|western|compass)\b",
        "the map knows up and down, but not where north is",
    ),
    (
        "weight, temperature, sound, smell, light",
        r"\b(?:weigh|weight|heavy|heavier|heaviest|temperature|warm|cold|hot|loud|noise|smell|"
        r"bright|"
        r"brightness|how dark)\b",
        "the map holds shapes and places; nothing that is weighed, felt or heard",
    ),
    (
        "the future",
        r"\bwill (?!be the (?:first|order)|i find|.+ fit)|\b(?:tomorrow|next week|going to)\b",
        _NO_FUTURE,
    ),
)  # fmt: skip
"""What it is about, words that show it, and why the map does not answer."""

_COMPILED = tuple((about, re.compile(pattern), why) for about, pattern, why in REASONS)
_INSTRUCTION = re.compile(
    r"^(?:take|bring|fetch|go|move|put|place|open|close|turn|pick|grab|carry|drive|follow|stop|"
    r"clean|"
    r"switch|get|give me (?:my|a|an|the) (?!way|route|path|directions|size|distance|number)|"
    r"come|walk|"
    r"navigate|push|pull|drop|delete|remove|add|rename|start|play|call|buy|make|wash|water|"
    r"explore|"
    r"return|hand|deliver|throw|ignore|forget|write|execute|run|empty|sweep|vacuum|mop|tidy|dust|"
    r"collect|load|unload|charge|park)\b"
)


def is_instruction(text: str) -> bool:
    """Whether words tell somebody to do something."""
    return _INSTRUCTION.match(text) is not None


def refuse_future(text: str) -> None:
    """Raises NotOfTheMap of what will be: "is the sofa visible in an hour", which is not "at one
    hour"."""
    if _FUTURE.search(text) and _OF_NOW.search(text) and not _OF_THE_PAST.search(text):
        raise NotOfTheMap(_NO_FUTURE)


def refuse(text: str, suggested: Callable[[], str]) -> Unreadable:
    """Why a question that no form reads is not answered. ``suggested`` finds one that can be."""
    for _, pattern, why in _COMPILED:
        if pattern.search(text):
            return NotOfTheMap(why)
    if is_instruction(text):
        return Unreadable(
            "this seems to be an instruction; I answer questions about the place, and do nothing"
        )
    example = suggested()
    near = f'the nearest that I can read is "{example}"' if example else KINDS
    return Unreadable(f"I cannot read this question; {near}")
