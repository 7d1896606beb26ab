"""Names that are a known one with a letter wrong: of "chiars" it is not said that none was seen."""

from __future__ import annotations

from collections.abc import Iterable

from cogmap.memory.index.synonyms import household_words, normalize

__all__ = ["spelt_right"]

_SHORTEST = 5
"""Letters; in a shorter name only doubled letters or changed places tell: a bow is no bowl."""
_LONG = 8
"""From here on any one letter may be wrong; before, one letter for another is mostly another word:
a chair, a chain."""


def spelt_right(name: str, labels: Iterable[str]) -> str:
    """The known name that ``name`` was meant to be, those of the map first; "" if it is known
    itself or near to none. ``labels``: of the map, in normal form."""
    said = normalize(name)
    known, tables = sorted(labels), household_words()
    if len(said) < _SHORTEST - 1 or said in known or said in tables:
        return ""
    for words in (known, sorted(tables)):
        near = next((word for word in words if _is_slip(said, word)), "")
        if near:
            return near
    return ""


def _is_slip(said: str, word: str) -> bool:
    """Whether one letter too many, too few, or changed places makes one of the other; the first
    letter is rarely wrong."""
    if said[0] != word[:1] or abs(len(said) - len(word)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(said, word, strict=False)) if a != b), len(word))
    rest, other = said[at:], word[at:]
    if len(said) == len(word):
        swapped = rest[:2] == other[:2][::-1] and rest[2:] == other[2:]
        return swapped or (len(word) >= _LONG and rest[1:] == other[1:])
    doubled = said[at : at + 1] == said[at - 1 : at] or word[at : at + 1] == word[at - 1 : at]
    tells = doubled or min(len(said), len(word)) >= _SHORTEST
    return tells and (rest[1:] == other or rest == other[1:])
