"""Words of a noun phrase: determiners, numbers, plurals, where a name ends."""

from __future__ import annotations

from collections.abc import Sequence

from cogmap.memory.asking import words as lexicon
from cogmap.memory.index.synonyms import normalize
from cogmap.memory.units import METRES

__all__ = [
    "beyond_at",
    "ends_name",
    "is_plural",
    "plain",
    "split_all",
    "uncapped",
    "with_article",
    "without_determiner",
    "without_number",
]


def plain(text: str) -> list[str]:
    return [word for word in text.split() if word != ","]


def with_article(phrase: str) -> str:
    """ "the sofa" of "sofa", as it is said in a sentence; "my sofa" stays as it is."""
    first = phrase.split(maxsplit=1)[:1]
    return phrase if not first or first[0].casefold() in lexicon.DETERMINERS else f"the {phrase}"


def without_determiner(words: Sequence[str]) -> tuple[list[str], str]:
    """The phrase without its determiners, and which: "the", "a" or "my"."""
    article = "a"
    at = 0
    while at < len(words) and (words[at] in lexicon.DETERMINERS or words[at] == "of"):
        if words[at] in ("my", "our"):
            article = "my"
        elif words[at] in ("a", "an", "any", "some"):
            article = "a"
        else:
            article = "the"
        at += 1
    return list(words[at:]), article if at else ""


def without_number(words: Sequence[str]) -> Sequence[str]:
    """ "larger of the two chairs" is "larger chairs", "the two chairs" "the chairs"."""
    if len(words) > 2 and words[0] in lexicon.SUPERLATIVES and words[1] == "of":
        rest, _ = without_determiner(words[2:])
        if words[0] in ("left", "right") and without_number(rest) == rest:
            return words  # "left of the sofa" is a side of it
        return [words[0], *without_number(rest)]
    if len(words) > 1 and words[0] in ("two", "three", "four", "five"):
        return words[1:]
    return words


def beyond_at(words: Sequence[str], at: int) -> int:
    """How many words say that something is farther than so much: 5 of "more than 2 m from", 6 of
    "farther than 2 m away from"; 0: none."""
    far = list(words[at : at + 6])
    if far[:2] not in (["more", "than"], ["farther", "than"], ["further", "than"]) or len(far) < 5:
        return 0
    if lexicon.number_of(far[2]) is None or far[3] not in METRES:
        return 0
    return 5 if far[4] == "from" else 6 if far[4:] == ["away", "from"] else 0


def ends_name(words: Sequence[str], at: int) -> bool:
    return (
        beyond_at(words, at) > 0
        or words[at] in lexicon.LINKS
        or words[at] in ("to", "from", "except")
        or lexicon.denied_at(words, at) > 0
        or lexicon.relation_at(words, at) is not None
    )


def is_plural(name: str) -> bool:
    last = name.casefold().split(" ")[-1]
    return normalize(last) != last and bool(normalize(last))


def uncapped(caption: str) -> str:
    """Without its article."""
    article, _, rest = caption.partition(" ")
    return rest if rest and article.casefold() in ("the", "a", "an") else caption


def split_all(words: Sequence[str], at: str) -> list[tuple[list[str], list[str]]]:
    """Each way of cutting words at a word."""
    return [
        (list(words[:i]), list(words[i + 1 :]))
        for i, word in enumerate(words)
        if word == at and 0 < i < len(words) - 1
    ]
