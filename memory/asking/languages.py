"""Tells that a text is not English, by its script or by its commonest words."""

from __future__ import annotations

import re
import unicodedata

from cogmap.memory.asking.words import word_set

__all__ = ["other_language"]

_SCRIPTS = {
    "CJK": "Chinese or Japanese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese",
    "HANGUL": "Korean", "CYRILLIC": "written in Cyrillic letters", "ARABIC": "Arabic",
    "HEBREW": "Hebrew", "GREEK": "Greek", "DEVANAGARI": "Hindi", "THAI": "Thai",
}  # fmt: skip
_COMMON = {
    "German": "wie wo ist sind der die das ein eine und viele weit welche welcher welches steht "
    "zum zur vom gibt es ich mein meine wann wurde zwischen neben unter dem den im",
    "French": "où est sont le la les un une des et combien quelle quel loin y a-t-il dans de du "
    "mon ma quand sur entre qu'est-ce",
    "Spanish": "dónde donde está están el la los las un una cuántos cuántas cuantos cuantas hay "
    "qué cuál lejos de del en mi sobre entre cuándo",
    "Italian": "dove è sono il lo la gli le un una quanti quante quanto c'è ci che qual di del "
    "della dal lontano nella nel tra",
    "Portuguese": "onde está estão o os as um uma quantos quantas há qual longe de do da na no "
    "entre meu minha",
    "Dutch": "waar hoeveel zijn de het een en ver van welke hoe staat mijn wanneer er op tussen",
    "Polish": "gdzie jest są ile jak daleko od czy który która w na mój",
    "Czech": "kde je jsou kolik jak daleko od který která které v na ve co má",
    "Turkish": "nerede kaç var ne kadar uzak hangi mi bir ve",
}  # fmt: skip
_ENGLISH = word_set(
    "the is are how what where which of to in and there many far from when did you my me much "
    "big large does do it on at between room has have i was were that can a an"
)
_WORD_SETS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_WORDS = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")


def other_language(text: str) -> str:
    """What language a text seems to be in; "" for English, and where nothing tells."""
    letters = [char for char in text if char.isalpha()]
    foreign = [char for char in letters if ord(char) > 0x24F]
    if len(foreign) * 4 > len(letters):
        names = [unicodedata.name(char, "").split(" ")[0].split("-")[0] for char in foreign]
        commonest = max(sorted(set(names)), key=names.count)
        return _SCRIPTS.get(commonest, "in another script")
    words = [word.casefold() for word in _WORDS.findall(text)]
    english = sum(word in _ENGLISH for word in words)
    hits = {name: sum(word in known for word in words) for name, known in _WORD_SETS.items()}
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] >= 2 and hits[best] > english else ""
