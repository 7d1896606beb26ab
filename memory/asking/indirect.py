"""Indirect questions: "(tell me) where the toaster is" as the question "where is the toaster"."""

from __future__ import annotations

import re

from cogmap.memory.asking.reworded import reworded

__all__ = ["as_direct"]

_BE = "is|are|was|were"
_DIRECT = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(how many [^,]+?) there (is|are|was|were)( .+)?", r"\1 \2 there\3"),
        (r"(how many [^,]+?) (you|we|i) (see|have|know)( .+)?", r"\1 do \2 \3\4"),
        (r"(how many [^,]+?) (you|we|i) saw( .+)?", r"\1 did \2 see\3"),
        (rf"(where|when) ((?:the|my|our|a|an|all|this|that) [^,]+?) ({_BE})( .+)?", r"\1 \3 \2\4"),
        (r"where (i|we|you) (?:left|put) ([^,]+)", r"where did \1 leave \2"),
        (r"when (you|i|we) (first|last) saw ([^,]+)", r"when did \1 \2 see \3"),
        (rf"(how \w+) ((?:the|my|our|a|an|this|that) [^,]+?) ({_BE})( .+)?", r"\1 \3 \2\4"),
        (
            rf"((?:which|what) (?:rooms?|side|direction|way)) "
            rf"((?:the|my|our|a|an) [^,]+?|i|you|we) ({_BE}|am)( .+)?",
            r"\1 \3 \2\4",
        ),
        (r"how (?:i|we|one)(?: can| could)? (?:get|go|come) ([^,]+)", r"how do i get \1"),
        (r"how to (?:get|go|come) ([^,]+)", r"how do i get \1"),
        (r"(?:if|whether) (there|[^,]+?) (is|are|was|were|has|have|can|does) ([^,]+)", r"\2 \1 \3"),
        (r"(?:if|whether) (you|we|i) (see|have) ([^,]+)", r"do \1 \2 \3"),
    )
)


def as_direct(words: str) -> str:
    """The question in the order of words of a direct one; "" of words that are no indirect one."""
    return reworded(words, _DIRECT)
