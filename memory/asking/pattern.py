"""Patterns of sentences: the notation in which question forms are written, and its matcher.

    how far is {a} (from|to) {b}
    what is the [total] (area|size) of {room}

``(x|y z)`` is a choice, ``[x]`` may be missing, ``{a}`` takes words and gives them a name, and
``{r:near|far from}`` takes these words only. Commas of a sentence may stand between any two words.
Each pattern is compiled once, when a sentence first has all words that it cannot be without, to a
regular expression; a slot takes at most ``SLOT_WORDS`` words, so that no text makes the matcher run
long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

__all__ = ["SLOT_WORDS", "Pattern"]

SLOT_WORDS = 24
_LONG_SLOTS = {"list": 60, "actions": 150}
"""Slots that hold several things take more words."""
_TOKEN = re.compile(r"\{(\w+)(?::([^{}]+))?\}|([()|\[\]])|([^\s(){}|\[\]]+)")
_COMMAS = "(?: ,){0,3}"


class Pattern:
    """One way to put a question."""

    def __init__(self, text: str) -> None:
        """Raises ValueError if brackets are not in pairs."""
        self.text = text
        self._sources = _regex(text, "?") + _COMMAS, _regex(text, "") + _COMMAS
        self.needs = _needs(text)
        """Words of every sentence that it matches."""

    @cached_property
    def _lazy(self) -> re.Pattern[str]:
        return re.compile(self._sources[0])

    @cached_property
    def _greedy(self) -> re.Pattern[str]:
        return re.compile(self._sources[1])

    def matches(self, sentence: str) -> Iterator[dict[str, str]]:
        """Ways in which the whole sentence (words after single spaces) fits: slot -> words."""
        lazy = self._lazy.fullmatch(" " + sentence)
        if lazy is None:
            return
        yield _slots(lazy)
        greedy = self._greedy.fullmatch(" " + sentence)
        if greedy is not None and greedy.groupdict() != lazy.groupdict():
            yield _slots(greedy)


def _slots(found: re.Match[str]) -> dict[str, str]:
    slots = found.groupdict().items()
    return {name: words.strip(" ,") for name, words in slots if words and words.strip(" ,")}


def _needs(text: str) -> frozenset[str]:
    """The words of a pattern that are neither in a choice nor may be missing."""
    depth, needs = 0, set[str]()
    for _, _, mark, word in _TOKEN.findall(text):
        if word and depth == 0:
            needs.add(word)
        elif mark == "|" and depth == 0:
            return frozenset()
        else:
            depth += (mark in ("(", "[")) - (mark in (")", "]"))
    return frozenset(needs)


def _regex(text: str, lazy: str) -> str:
    parts = []
    depth: list[str] = []
    for slot, words, mark, word in _TOKEN.findall(text):
        if words:
            longest_first = sorted((each.strip() for each in words.split("|")), key=len)[::-1]
            known = "|".join(re.escape(each) for each in longest_first)
            parts.append(rf"{_COMMAS}(?P<{slot}> (?:{known}))")
        elif slot:
            most = _LONG_SLOTS.get(slot, SLOT_WORDS)
            parts.append(rf"{_COMMAS}(?P<{slot}>(?: \S+){{1,{most}}}{lazy})")
        elif word:
            parts.append(f"{_COMMAS} {re.escape(word)}")
        elif mark in "([":
            depth.append(mark)
            parts.append("(?:")
        elif mark == "|":
            parts.append("|")
        else:
            if not depth or depth.pop() + mark not in ("()", "[]"):
                raise ValueError(f"pattern {text!r}: {mark!r} closes nothing")
            parts.append(")" if mark == ")" else ")?")
    if depth:
        raise ValueError(f"pattern {text!r}: {depth[-1]!r} is not closed")
    return "".join(parts)
