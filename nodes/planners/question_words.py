"""Words and numbers of a question, as programs are held against them."""

from __future__ import annotations

import re

from cogmap.memory.index.synonyms import normalize

__all__ = ["NUMBERS", "numbers_of", "text_of", "words_of"]

_TWO_TO_TEN = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = {word: number for number, word in enumerate(_TWO_TO_TEN, 2)}
_HOW_MANY_OF_A_UNIT = re.compile(
    r"\b(?:how many|number of) (?=(?:centi)?met(?:er|re)s?\b|inch|feet|degree|second|minute|square|"
    r"cubic|lit(?:er|re)s?\b)",
    re.IGNORECASE,
)
_SAID_SHORTER = (
    (re.compile(r"\b(?:no|not) (more|longer|bigger|larger|higher) than\b", re.I), "at most"),
    (re.compile(r"\b(?:no|not) (less|fewer|shorter|smaller|lower) than\b", re.I), "at least"),
    (re.compile(r"\bor not\b", re.I), ""),
)
"""Of denials, those that deny nothing."""
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?|[^\W\d_]+")
MOST_LETTERS = 4000


def words_of(question: str) -> list[str]:
    """Of a question, each in its normal form."""
    text = _HOW_MANY_OF_A_UNIT.sub("how much ", question[:MOST_LETTERS].replace("'s ", " "))
    for phrase, shorter in _SAID_SHORTER:
        text = phrase.sub(shorter, text)
    return [normalize(word) for word in _WORD.findall(text)]


def text_of(question: str) -> str:
    """The words of a question with blanks between them."""
    return " ".join(words_of(question))


def numbers_of(question: str) -> list[float]:
    """In digits, and in words from two to ten."""
    found = _NUMBER.findall(question[:MOST_LETTERS].casefold())
    said = [float(NUMBERS[each]) for each in found if each in NUMBERS]
    return said + [float(each) for each in found if each[0].isdigit() and each.isascii()]
