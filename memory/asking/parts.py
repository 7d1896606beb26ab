"""Questions that ask two things: "which is the smallest room, and how big is it?", or one thing of
two: "is there a kettle and a toaster?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from cogmap.memory.asking.words import DETERMINERS, relation_at, word_set
from cogmap.runtime.messages import Answer, Evidence, Question

__all__ = ["Parts", "parts_of", "together"]

_MOST = 3
_LONGEST = 60
"""Words of a question that may be several: each "and" in it is tried."""
_NEXT = re.compile(
    r"\s*(?:[,;:?]\s*(?:and|also)?|\band)\s+(?:also\s+)?(?=(?:how|where|what|which|when|is|are|does|do"
    r")\b)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^\s*(?:and|also|then|so|please|what|how|tell|can|could|do|where|which|when|who|is|are|was|were|"
    r"does|did|has|have|count|list|name|describe|show)\b"
    r"|\b(?:it|its|they|them|their|this|that|these|those|ones?|others?)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?:how (?:big|large|long|wide|high|tall|far|far away|old)|where|when)\s*\??", re.IGNORECASE
)
_SEVERAL = re.compile(r"^\s*(?:how many|which \w+s\b|are\b)", re.IGNORECASE)
_WHETHER = re.compile(r"(?:is|are|was|were|do|does|did|has|have|can) ", re.IGNORECASE)
_AS_ONE = re.compile(
    r"\b(?:together|total|combined|altogether|sum|between|apart|same|each other|difference|"
    r"different|either|neither|both|than|closer|nearer|farther|further|more|not|no|how many)\b",
    re.IGNORECASE,
)
"""Words of questions about two things at once, which are not one question about each."""
_OF_ONE = re.compile(
    r"(?:\b(?:with|having)|\b(?:that|which|what)\b.*\b(?:has|have|contains?|holds?)(?: got)?)$",
    re.IGNORECASE,
)
"""What stands before things that one is to have: "which room has a bed and a sofa". The room with
the bed need not be that with the sofa, which answers about each do not tell."""
_INDEFINITE = word_set("a an any some")
_PLACING = word_set("from to in on at")


@dataclass(frozen=True)
class Parts:
    """The questions that one is made of, in order."""

    questions: tuple[Question, ...]
    joint: str = ""
    """ "and", "or": a yes or no of all of them, or of one; "": several answers."""

    @property
    def goes_on(self) -> bool:
        """Whether the first may refer to an earlier question. "From the door" of "from the door,
        where is the sofa" is no question, and would stand for words of the one before."""
        return _GOES_ON.search(self.questions[0].text) is not None


def parts_of(question: Question) -> list[Parts]:
    """Ways in which a question may be several; none of one that has choices."""
    words = question.text.split()
    if question.options or len(words) > _LONGEST:
        return []
    text = " ".join(words)
    found = [*_questions(text), *_shared(text)]
    return [
        Parts(tuple(msgspec.structs.replace(question, text=text) for text in texts), joint)
        for texts, joint in found
    ]


def _questions(text: str) -> list[tuple[list[str], str]]:
    """ "Which is the smallest room, and how big is it": each is a question."""
    texts = _NEXT.split(text.strip())
    if not 2 <= len(texts) <= _MOST:
        return []
    whole = [texts[0]]
    be = "are they" if _SEVERAL.match(texts[0]) else "is it"
    for each in texts[1:]:
        bare = _BARE.fullmatch(each.strip())
        whole.append(f"{each.strip().rstrip('?').strip()} {be}" if bare else each)
    return [(whole, "")]


def _shared(text: str) -> list[tuple[list[str], str]]:
    """ "Is there a kettle and a toaster in the kitchen": one question of two things, which have in
    common what stands before the first and after the second."""
    words = text.strip().rstrip("?.! ").split()
    found: list[tuple[list[str], str]] = []
    if _AS_ONE.search(text):
        return found
    whether = _WHETHER.match(text.strip()) is not None
    for at, joint in enumerate(word.casefold() for word in words):
        if joint != "and" and not (joint == "or" and whether):
            continue
        before, after = words[:at], words[at + 1 :]
        begin = _begins(before, after)
        if begin is None or _is_of_one(before, begin, after):
            continue
        if after[0].casefold() == before[begin - 1].casefold():
            after = after[1:]  # "from the bed and from the fridge"
        tail = _tail(after) if not _tail(before[begin:]) else []
        texts = [" ".join([*before, *tail]), " ".join([*before[:begin], *after])]
        found.append((texts, joint if whether else ""))
    return found


def _is_of_one(before: Sequence[str], begin: int, after: Sequence[str]) -> bool:
    """Whether one is to have both things. What comes bare ("a room with beds and cups") may belong
    to any word of the noun phrase that begins there."""
    bare = after[0].casefold() not in DETERMINERS
    places = range(begin, len(before) if bare else begin + 1)
    return any(_OF_ONE.search(" ".join(before[:at])) for at in places)


def _begins(before: Sequence[str], after: Sequence[str]) -> int | None:
    """Where the noun phrase begins that ``before`` ends with and ``after`` goes on: at an article
    like that of the other ("a lamp on the desk and a book"), or, for bare plurals, at the last
    word; None where it may begin at several ("the lamp on the desk and the cup"), unless both are
    said to be somewhere ("the lamp on the desk and the cup on the table")."""
    if len(before) < 2 or not after:
        return None
    first = after[1:2] if after[0].casefold() in _PLACING and len(after) > 1 else after[:1]
    article = first[0].casefold()
    places = [at for at in range(1, len(before)) if before[at].casefold() in DETERMINERS]
    if article in DETERMINERS:
        indefinite = article in _INDEFINITE
        places = [at for at in places if (before[at].casefold() in _INDEFINITE) == indefinite]
    if not places:
        return None if article in DETERMINERS else len(before) - 1
    plain = [word.casefold() for word in before]
    found = (relation_at(plain, at) for at in range(places[-1]))
    ends = [at + each[1] for at, each in enumerate(found) if each is not None]
    if len(places) < 2 or places[-1] not in ends:
        return places[-1]
    return places[0] if len(places) == 2 and _tail(after) else None


def _tail(words: Sequence[str]) -> list[str]:
    """ "in the kitchen" of "a toaster in the kitchen"."""
    plain = [word.casefold() for word in words]
    at = next((i for i in range(1, len(plain)) if relation_at(plain, i)), len(plain))
    return list(words[at:])


def together(answers: Sequence[Answer], joint: str, run: Callable[[str], Answer]) -> Answer:
    """Several answers as one: it abstains as the first of them that does, and gives the values of
    all where all have one, or, where they are ``joint``, one yes or no. Its program is what gives
    its value: ``run`` again, it gives the same."""
    kept = answers
    if joint:  # one yes of "or", one no of "and" is enough, whatever is known of the other
        kept = [each for each in answers if each.value is (joint == "or")] or answers
    told = next((each for each in kept if each.status != "answered"), kept[0])
    if told.status == "answered" and len(kept) == len(answers) > 1:
        told = _of_all(answers, joint, run)
    return msgspec.structs.replace(
        told,
        sigma=None,
        text=" ".join(each.text for each in answers),
        evidence=_joined([each.evidence for each in answers]),
        confidence=min(each.confidence for each in kept),
        images=tuple(image for each in answers for image in each.images),
    )


def _of_all(answers: Sequence[Answer], joint: str, run: Callable[[str], Answer]) -> Answer:
    """The value that all of them have part in, by a program that has all of theirs."""
    names = [f"part{number}" for number in range(1, len(answers) + 1)]
    lines = [
        f"{before}{name} = {last}"
        for name, each in zip(names, answers, strict=True)
        for before, last in [_last_line(each.program)]
    ]
    if joint and all(isinstance(each.value, bool) for each in answers):
        found = run("\n".join([*lines, f" {joint} ".join(names)]))
        if found.status == "answered":
            return found
    return run("\n".join([*lines, ", ".join(names)]))


def _last_line(program: str) -> tuple[str, str]:
    """What is before the result of a program, and the result."""
    before, line, last = program.rpartition("\n")
    return before + line, last


def _joined(parts: Sequence[Evidence]) -> Evidence:
    found = {
        name: tuple(dict.fromkeys(id_ for part in parts for id_ in getattr(part, name)))
        for name in ("objects", "rooms", "keyframes", "frames")
    }
    return Evidence(**found)
