"""What could be asked in place of a question that cannot be read: the forms nearest to its words,
about the things and rooms that it names, or else about such as the map holds."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from cogmap.memory.asking.form import Form
from cogmap.memory.asking.phrase_words import is_plural
from cogmap.memory.asking.things import Names, plural_of, singular_of
from cogmap.memory.asking.words import DETERMINERS, ROOMS, word_set
from cogmap.memory.index.synonyms import synonyms

__all__ = ["nearest_question"]

_TRIED = 8
"""Forms that are looked at, the nearest first."""
_LAST = "What do you see?"
"""Where none of these has an answer."""
_SHARED = 0.5
"""More than this of the words that tell: "are you a robot" is near to no question of a map."""
_TELL_NOTHING = word_set(
    "a an the this that these those it its my your our i you we me us he she they them who what "
    "which when where how why is are am was were be been do does did has have had can could will "
    "would should may might must of to in on at for from with by about and or not no if so please "
    "tell say give show know think help there here any some one many much robot camera"
)
_LONGEST = 3
"""Words of a name."""
_THING, _ROOM = "§thing", "§room"
"""Stand for names, so that it is the rest of a question that is compared."""
_WORD = re.compile(r"[a-z]+")
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?|[^\w\s]")
_OF_EXAMPLES = word_set(
    "chair table piano plant lamp sofa television fridge bed wardrobe shelf cup book microwave "
    "desk box tv picture key backpack door"
)
"""Names of things in the examples of forms."""


def nearest_question(
    text: str, forms: Sequence[Form], names: Names, answers: Callable[[str], bool]
) -> str:
    """The nearest question that ``answers`` is true of; "" if none of the nearest is one, or near
    at all: it speaks of a thing or a room that the map has, or shares words that tell."""
    for question in _questions(text, tuple(forms), names):
        if answers(question):
            return question
    return ""


def _questions(text: str, forms: tuple[Form, ...], names: Names) -> Iterator[str]:
    question = _marked(_tokens(text), names)
    words = set(" ".join(question).casefold().split())
    weights = _weights(forms)
    held = _held(question, names)
    named = len(held[_THING]), len(held[_ROOM])

    def near(form: Form) -> float:
        example, wordings = _bag(form)
        shared = sum(weights[word] for word in words & wordings)
        alike = [
            (1 + min(asked, own)) / (1 + max(asked, own))
            for asked, own in zip(named, _numbers_of(form), strict=True)
        ]
        return shared * math.prod(alike) / math.sqrt(1 + sum(weights[word] for word in example))

    telling = {word for word in words if word.isalpha()} - _TELL_NOTHING
    nearest = sorted(forms, key=near, reverse=True)[:_TRIED]
    if not any(named):
        nearest = [f for f in nearest if len(telling & _bag(f)[1]) > _SHARED * len(telling)]
    for form in nearest:
        yield _filled(form.example, held, names)
    if nearest:
        yield _LAST


def _held(question: Sequence[str], names: Names) -> dict[str, list[str]]:
    """The names of a question that mean something on the map, by their kind."""
    held: dict[str, list[str]] = {_THING: [], _ROOM: []}
    for part in question:
        kind, _, said = part.partition(" ")
        known = names.rooms if kind == _ROOM else ()
        name = singular_of(said)
        if kind in held and (name in known or (kind == _THING and names.number_of(name))):
            held[kind] += [name] if name not in held[kind] else []
    return held


@lru_cache(maxsize=512)
def _numbers_of(form: Form) -> tuple[int, int]:
    """How many things and rooms its example names."""
    kinds = [part.partition(" ")[0] for part in _marked(_tokens(form.example), Names())]
    return kinds.count(_THING), kinds.count(_ROOM)


@lru_cache(maxsize=2)
def _weights(forms: tuple[Form, ...]) -> dict[str, float]:
    """Words that few forms have tell more than "the"."""
    known = Counter(word for form in forms for word in _bag(form)[1])
    return {word: math.log(1 + len(forms) / number) for word, number in known.items()}


@lru_cache(maxsize=512)
def _bag(form: Form) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a form's example, and those of all its wordings."""
    example = frozenset(" ".join(_marked(_tokens(form.example), Names())).casefold().split())
    return example, example.union(*(_WORD.findall(p.text) for p in form.patterns))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _marked(tokens: Sequence[str], names: Names) -> list[str]:
    """Tokens, names among them as one that says of what kind they are and which: "§thing sofa"."""
    found: list[str] = []
    at = 0
    while at < len(tokens):
        length, kind = _name_at(tokens, at, names)
        said = " ".join(tokens[at : at + length])
        found.append(f"{kind} {said}" if kind else said)
        at += length
    return found


def _name_at(tokens: Sequence[str], at: int, names: Names) -> tuple[int, str]:
    """How many tokens a name is that begins there, and of what kind; 1 and "" where none does.
    Without a map, the names are those that examples have."""
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        words = [token.casefold() for token in tokens[at : at + length]]
        if not all(word.isalpha() for word in words) or words[0] in DETERMINERS:
            continue
        said = " ".join(words)
        one = singular_of(said)
        if one != "room" and (one in names.rooms or one in ROOMS):
            return length, _ROOM
        if one in _OF_EXAMPLES or one in names.labels or len(synonyms(one)) > 1:
            return length, _THING
    return 1, ""


def _filled(example: str, held: Mapping[str, Sequence[str]], names: Names) -> str:
    """An example about other things: those of the question, then such as the map has, of which
    there is one or, for "chairs", several."""
    things, rooms = list(held[_THING]), list(held[_ROOM])
    number = Counter(names.here)
    others = [label for label, _ in number.most_common() if label not in things]
    rest = [room for room in sorted(names.rooms) if room not in rooms]
    said = []
    for part in _marked(_tokens(example), Names()):
        kind, _, old = part.partition(" ")
        at = 0 if is_plural(old) else -1
        free = {_THING: things or others, _ROOM: rooms or rest}.get(kind, [])
        new = free.pop(0 if free is not others else at) if free else ""
        said.append(_as(old, new) if new else old or part)
    text = re.sub(r" (?=[,.?:;)'])|(?<=[('/]) ", "", " ".join(said))
    return text[:1].upper() + text[1:]


def _as(old: str, new: str) -> str:
    """Another name, in the singular, in the number of the one that stood there."""
    return plural_of(new) if is_plural(old) else new
