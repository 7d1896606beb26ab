"""Questions that only replace a part of the one before: "what about the tv?", "the other one"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cogmap.memory.asking.conversation import Turn
from cogmap.memory.asking.cues import Cues
from cogmap.memory.asking.form import Form
from cogmap.memory.asking.phrase_words import is_plural, without_determiner
from cogmap.memory.asking.refusals import is_instruction
from cogmap.memory.asking.things import Names, singular_of
from cogmap.memory.asking.words import PRONOUNS, ROOMS, SUPERLATIVES, relation_at, word_set

__all__ = ["Followed", "followed", "goes_on"]

_SHORT = re.compile(
    r"((?:(?:and|but|ok|so|then|also|no ,|namely|what about|how about|what of|i mean|i meant|"
    r"and if|same for|the same for) )*)"
    r"(?:(to|from|with|in|on|at|than|between|for|of) )?(.+)"
)
_REFERS = re.compile(r"\b(?:ones?|other|others|it|that|this|those|these)\b")
_WALL = re.compile(r".*?\bwalls?\b")
_QUOTE = re.compile(r"§(\d+)")
_LONGEST = 14


@dataclass(frozen=True)
class Followed:
    """The last question, with other words in one of its slots."""

    form: Form
    tries: tuple[dict[str, str], ...]
    """Slots to try, the likeliest first."""
    quotes: tuple[str, ...]
    cues: Cues


def followed(
    words: str, last: Turn | None, quotes: tuple[str, ...], names: Names
) -> Followed | None:
    """The question before with what ``words`` replace in it; None if they are no such words.

    Bare words ("the sofa") are such words only if the map knows them or they refer to something.
    """
    found = _SHORT.fullmatch(words)
    if last is None or found is None or len(words.split()) > _LONGEST:
        return None
    marked, preposition, new = found[1], found[2], found[3].strip(" ,")
    if not new or new.split(" ")[0] in _QUESTION_WORDS or is_instruction(new):
        return None
    if not (marked or preposition or _REFERS.search(new) or names.mentioned(new)):
        return None
    new = _QUOTE.sub(lambda quote: f"§{int(quote[1]) + len(last.quotes)}", new)
    tries = tuple(_replaced(last, preposition or "", new, names))
    return Followed(last.form, tries, (*last.quotes, *quotes), last.cues) if tries else None


def goes_on(words: str, cues: Cues, last: Turn | None, names: Names) -> Followed | None:
    """The question before about another thing ("and cups?") or in another unit ("in feet?"), which
    words alone may also be read as a question by itself; None if they are no such words."""
    if last is None:
        return None
    if words in ("", "and") and cues.unit:
        again = Cues(last.cues.names, cues.unit)
        return Followed(last.form, (last.words,), last.quotes, again)
    picked = _PICKED.fullmatch(words)
    if picked and picked[1] in SUPERLATIVES:
        tries = tuple(_picked_otherwise(last.words, picked[1]))
        return Followed(last.form, tries, last.quotes, last.cues) if tries else None
    found = _ANOTHER.fullmatch(words)
    if found and (found[1] in _OTHERS or names.knows(singular_of(found[1]))):
        return followed(words, last, (), names)
    return None


_ANOTHER = re.compile(r"(?:and|what about|how about)(?: the| my| our)? (.+)")
_PICKED = re.compile(
    r"(?:(?:and|but|what about|how about) )?(?:which (?:one )?is )?(?:the )?(\w+est)(?: one)?"
)
_FAR = word_set("farthest furthest")
_OTHERS = ("others", "other ones", "other one", "other")
_QUESTION_WORDS = word_set(
    "what which how where when who why is are was were do does did can could will would if has "
    "have should may tell"
)


def _picked_otherwise(slots: dict[str, str], word: str) -> list[dict[str, str]]:
    """ "And the farthest?" after "which chair is the closest to the tv": the chair farthest from
    that."""
    tries = []
    for name, text in slots.items():
        before = text.split()
        picks = [at for at, each in enumerate(before) if each in SUPERLATIVES]
        if len(picks) == 1 and (name == "r" or len(before) > 1):
            rest = before[picks[0] + 1 :]
            to = next((at for at, each in enumerate(rest) if each in ("to", "from")), None)
            if to is not None:
                rest[to] = "from" if word in _FAR else "to"
            tries.append({**slots, name: " ".join([*before[: picks[0]], word, *rest])})
    return tries


def _replaced(last: Turn, preposition: str, new: str, names: Names) -> list[dict[str, str]]:
    """Each way in which new words can stand for old ones."""
    form, slots = last.form, last.words
    tries: list[dict[str, str]] = []
    whole = f"{preposition} {new}".strip()
    wall = _WALL.match(slots.get("rest", ""))
    if wall and preposition == "in":
        tries.append({**slots, "rest": f"{wall[0]} {whole}"})
    if "rest" in slots and relation_at(whole.split(), 0):
        tries.append({**slots, "rest": whole})
    word = new.removeprefix("the ").removesuffix(" one").removesuffix(" room")
    if word in SUPERLATIVES:
        tries += [{**slots, "r": word}] if "r" in slots else []
        new = f"the {word} one"
    head, where = _parted(slots.get("a", ""))
    if preposition in ("in", "on", "at"):
        subject = next((name for name in ("a", "pair") if name in slots), "")
        open_ = not where and any("{where}" in pattern.text for pattern in form.patterns)
        if "where" in slots or open_:
            tries.append({**slots, "where": f"{preposition} {new}"})
        elif "rest" in slots:
            tries.append({**slots, "rest": f"{preposition} {new}"})
        elif subject == "a":
            tries.append({**slots, "a": f"{head} {preposition} {new}"})
    if preposition == "of":
        return tries + _belonging(slots, new, names)
    if preposition in ("to", "from", "than", "with"):
        tries += [{**slots, name: new} for name in ("b", "c") if name in slots]
        return tries + _of_pair(slots, new, first=False)
    if (where and new.split(" ")[0] in ("a", "an", "any", "some")) or (where and is_plural(new)):
        tries.append({**slots, "a": f"{new} {where}"})  # still there
    placed = slots.get("where", "")
    found = relation_at(placed.split(), 0)
    if found and new.startswith("the ") and not is_plural(new):
        tries.append({**slots, "where": " ".join([*placed.split()[: found[1]], new])})
    subjects = _subjects(slots)
    if preposition == "in" and _is_room(new, names):  # no room stands for what is in one
        subjects = [name for name in subjects if _was_room(last, slots[name], names)]
    tries += [{**slots, name: new} for name in subjects]
    if _is_room(where.removeprefix("in "), names) and not _is_room(new, names):
        tries.append({**slots, "a": f"{new} {where}"})  # "is the cup in the kitchen", "and the pan"
    elif where.startswith("in "):
        tries.append({**slots, "a": f"{head} in {new}"})
    return tries + _of_pair(slots, new, first=True)


def _is_room(phrase: str, names: Names) -> bool:
    words = without_determiner(phrase.split())[0]
    return " ".join(words) in ROOMS | names.rooms


def _belonging(slots: dict[str, str], new: str, names: Names) -> list[dict[str, str]]:
    """ "And of the bathroom?" after "how wide is the door of the office", and of a whole slot."""
    tries = []
    for name, text in slots.items():
        head, of, old = text.rpartition(" of ")
        if of and _is_room(old, names) == _is_room(new, names):
            tries.append({**slots, name: f"{head} of {new}"})
    whole = [n for n in _subjects(slots) if _is_room(slots[n], names) == _is_room(new, names)]
    return tries + [{**slots, name: new} for name in whole]


def _was_room(last: Turn, phrase: str, names: Names) -> bool:
    it, _ = last.referred
    pronoun = phrase in PRONOUNS or phrase == "there"
    return _is_room(phrase, names) or (pronoun and it is not None and it.kind == "room")


def _parted(phrase: str) -> tuple[str, str]:
    """ "Bananas" and "in the kitchen"; "" where no place is named."""
    words = phrase.split()
    at = next((i for i in range(1, len(words)) if words[i] in ("in", "on", "at")), len(words))
    return " ".join(words[:at]), " ".join(words[at:])


def _subjects(slots: dict[str, str]) -> list[str]:
    """The slot that a bare name replaces: who is looked for, else the subject."""
    order = ("c", "a", "b") if "c" in slots else ("a", "b", "room")
    return [name for name in order if name in slots]


def _of_pair(slots: dict[str, str], new: str, first: bool) -> list[dict[str, str]]:
    parts = slots.get("pair", "").split(" and ")
    if len(parts) != 2:
        return []
    parts[0 if first else 1] = new
    return [{**slots, "pair": " and ".join(parts)}]
