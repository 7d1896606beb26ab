"""Roundabout wordings as the plain ones that forms have: "is it true that the sofa is longer than
the bed" as "is the sofa longer than the bed"."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["as_plain", "reworded"]

_BE = "is|are|was|were"
_CLOSE = "closest|nearest|farthest|furthest"
_ORDER = r"second|third|fourth|fifth|\d{1,2}(?:nd|rd|th)"
_PLAIN = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (
            rf"is it (?:true|correct|right|so|the case) that (there|[^,]+?) ({_BE}|has|have) (.+)",
            r"\2 \1 \3",
        ),
        (r"((?:are|is|do|does) .+?) , or (?:fewer|less|more|not|otherwise)", r"\1"),
        (
            r"(?:does|do) ((?:the|my) [^,]+?) have (an? [^,]+|any [^,]+?) "
            r"(around|on|in|under|next to|beside|at|near) (?:it|them)",
            r"is there \2 \3 \1",
        ),
        (
            r"(?:does|do) ((?:the|my) [^,]+?) have ((?:at least |at most |more than |fewer than |"
            r"less than |exactly )?[^,]+?) (around|on|in|under|next to|beside|at|near) (?:it|them)",
            r"are there \2 \3 \1",
        ),
        (
            r"(which|what)(?: one)?(?: of (?:the|these|those)(?: \w+)?| of them)?"
            r" , ([^,]+(?: , [^,]+)* or [^,]+) , (did .+)",
            r"\1 \3 , \2",
        ),
        (
            r"(?:what|which things?) (?:is|are|stands?)(?: to the)? (left|right) of (.+?) "
            r"(?:when|if) (?:i|one|you) (?:sit|lie|am)(?: down)? (?:on|in) (?:it|them|\2)",
            r"sitting on \2 , what is on my \1",
        ),
        (
            r"(?:what|which things?) (?:is|are|stands?)(?: to the)? (left|right) of (.+?) "
            r"(?:when|if) (?:i|one|you) (?:sit|stand|am|are)(?: down)? "
            r"(?:on|at|by|in|next to|beside) (.+)",
            r"viewing \2 from \3 , what is on the \1",
        ),
        (
            r"(?:what|which things?) (?:is|are|stands?)(?: (?:to|on|at) the)? (left|right)"
            r"(?: side)? of (.+?) (?:when |if |as )?(?:seen|viewed|looking) from (.+)",
            r"viewing \2 from \3 , what is on the \1",
        ),
        (r"when was ((?:the|this) [^,]+?) (?:visited|entered)", r"when were you in \1"),
        (
            r"(?:name|list|show)(?: me)? (?:everything|all things|all objects|the things) "
            r"(?:that|which) (?:is|are) (.+)",
            r"what is \1",
        ),
        (
            rf"(what|which)(?: one)? is (?:the )?({_ORDER}) ({_CLOSE}) (to|from) (.+)",
            r"what is the \2 \3 object \4 \5",
        ),
        (r"(?:is|are) (?:one|any|some|at least one) of ((?:the|my|our) .+)", r"are there any \1"),
        (r"what was (visible|in view|in sight)", r"what is \1"),
    )
)


def as_plain(words: str) -> str:
    """The question in a plainer wording; "" where there is none."""
    return reworded(words, _PLAIN)


def reworded(words: str, rules: Iterable[tuple[re.Pattern[str], str]]) -> str:
    """What the first of the rules that is for all the words makes of them; "" if none is."""
    for pattern, replacement in rules:
        found = pattern.fullmatch(words)
        if found:
            return " ".join(found.expand(replacement).split())
    return ""
