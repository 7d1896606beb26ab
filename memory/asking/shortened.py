"""Questions that leave out what was said before: "where exactly?", "which is bigger?"."""

from __future__ import annotations

import re

from cogmap.memory.asking.conversation import Conversation, Turn
from cogmap.memory.asking.listed import Listed
from cogmap.memory.asking.things import Thing
from cogmap.memory.asking.unreadable import Incomplete
from cogmap.memory.asking.words import ANYTHING, SUPERLATIVES

__all__ = ["spelled_out"]

_WHERE = ("where", "where exactly", "where then")
_WHICH = re.compile(
    r"(?:which|what)(?: one)?(?: of them)? is the "
    r"((?:second |third )?(?:bigg|larg|small)est)(?: one| of them)?"
)
_OF_TWO = re.compile(
    r"(?:which|what)(?: one)?(?: of (?:them|these|the two|those))? is (?:the )?"
    r"(\w+er)(?: one| of (?:them|the two))?"
)
_WHICH_NEAR = re.compile(
    r"which(?: one)? (is|are) ((?:the )?(?:closest|nearest|closer|nearer|farthest|furthest|farther|"
    r"further)(?: away)? (?:to|from) .+)"
)
_OF_THOSE = re.compile(r"\bof (?:those|these)(?= (?:is|are|was|were)\b)")
_WHICH_FIRST = re.compile(
    r"(?:which|what)(?: one)?(?: of them)? (?:was|came)(?: seen)? (first|last)"
)
_OWN = re.compile(
    r"(\b(?:the|my)(?: (?!(?:the|of|to|from|in|on|at|by|and)\b)\w+){1,4})"
    r"( (?:, )?(?:when|if|while|and|,)(?: (?:i|you|one|we))?(?: (?:am|are))? "
    r"(?:sit|sitting|stand|standing|lie|lying|face|facing|look|looking)"
    r"(?: (?:down|right|directly))?(?: (?:on|at|by|beside|in front of|next to))? )it(?= |$)"
)
"""What is named just before: "standing at the sink and facing it"."""
_PICKED = re.compile(r"(?:the )?(\w+est)(?: one)?")
_BY_DISTANCE = ("closest", "nearest", "farthest", "furthest")
_LARGER = re.compile(
    r"(is|are) (.+?) "
    r"(bigger|larger|smaller|longer|shorter|wider|narrower|taller|higher|lower|deeper)"
)
_APART = re.compile(
    r"how far (?:apart )?are (?:they|these|those|the two)(?: apart| from each other)?"
)
_HOW = re.compile(r"(?:how )?(wide|tall|high|long|deep|big|large)")
_MOVED = {
    "when": "when was {} moved", "since when": "when was {} moved",
    "from where": "where has {} been moved from", "where from": "where has {} been moved from",
    "where was it before": "where has {} been moved from", "how far": "how far was {} moved",
    "where to": "where is {}", "where is it now": "where is {}",
}  # fmt: skip
"""After a question of whether something was moved."""


def spelled_out(words: str, talk: Conversation, offered: bool = False) -> str:
    """The question with what was said before; as it is where nothing is left out. ``offered``:
    there are options, which "these" may be. Raises Incomplete of "they" who are not plain."""
    words = _OWN.sub(r"\1\2\1", words, count=1)
    last, bare = talk.last, re.sub(r"^(?:and|but|so|ok) ", "", words)
    if bare in _WHERE:
        return "where is it"
    if last is None:
        return words
    words = words if offered else _OF_THOSE.sub("of them", words)
    left_out = _of_numbers(bare, last) or _of_order(bare, last)
    if left_out:
        return left_out
    moved = _named(last)[:1] if _of_moves(last) else []
    if bare in _MOVED and moved:
        return _MOVED[bare].format(moved[0].the)
    meant = talk.antecedent
    found = _WHICH.fullmatch(bare)
    if found and meant is not None and meant.kind == "room":
        return f"which is the {found[1]} room"
    found = _HOW.fullmatch(bare)
    if found:
        return f"how {found[1]} {'are they' if meant is not None and meant.plural else 'is it'}"
    if bare == "how far":
        return "how far is it"
    two = _two(last, talk.before)
    found = _OF_TWO.fullmatch(bare)
    if found and two:
        return f"which is {found[1]} , {two[0].the} or {two[1].the}"
    those = _of_those(bare, talk) or _of_that_kind(bare, last)
    if those:
        return those
    found = _LARGER.fullmatch(bare)
    if found and two:
        return _than_other(found, two, meant) or words
    if _APART.fullmatch(bare) and talk.listed is not None:
        two = _two_listed(talk.listed, last) or two
    if _APART.fullmatch(bare) and two:
        return f"how far apart are {two[0].the} and {two[1].the}"
    return words


def _of_numbers(words: str, last: Turn) -> str:
    """ "How many", "by how much" of what was spoken of; "" of other words."""
    about = _named(last)
    kinds = [thing for thing in about if thing.kind == "thing" and not thing.single]
    if words in ("how many", "how many exactly", "how many then") and kinds:
        return f"how many {kinds[0].many} are there"
    compared = last.words.get("r", "")
    if words not in ("by how much", "how much") or len(about) != 2 or not compared.endswith("er"):
        return ""
    more, less = about
    if last.yes is False or (last.answered is not None and last.answered.the == less.the):
        more, less = less, more
    known = last.yes is not None or last.answered is not None
    return f"how much {compared} is {more.the} than {less.the}" if known else ""


def _of_order(words: str, last: Turn) -> str:
    """ "And last?" after "when did you first see the sofa", "which was first?" of two that were
    seen; "" of other words."""
    which = _WHICH_FIRST.fullmatch(words)
    about = _named(last)
    if which and len(about) > 1 and re.search(r"\b(?:see|seen)\b", last.text):
        return f"which was seen {which[1]} , {' or '.join(thing.the for thing in about)}"
    before = {"first": "last", "last": "first"}.get(words, "")
    if not before or last.text.split().count(before) != 1:
        return ""
    return re.sub(rf"\b{before}\b", words, last.text)


def _two_listed(listed: Listed, last: Turn) -> tuple[Thing, Thing] | None:
    """Those of a list of two, of one of which was spoken. Raises Incomplete of a longer list."""
    if not any(listed.holds(thing.program) for thing in last.about):
        return None
    first, *rest = listed.things
    if len(rest) == 1 and first is not None and rest[0] is not None:
        return first, rest[0]
    raise Incomplete('"they" is not plain: name the two')


def _of_those(words: str, talk: Conversation) -> str:
    """ "Which is closest to the sofa", after a question about chairs: which of them; "" where
    nothing of which there may be several was spoken of, or it says of which."""
    found = _WHICH_NEAR.fullmatch(words)
    last = talk.last
    if found is None or last is None or " or " in words or "," in words:
        return ""
    two, several = _two(last, None), talk.several
    if two:
        return f"which is {found[2]} , {two[0].the} or {two[1].the}"
    if several is None or several.kind != "thing" or several.label in ANYTHING:
        return ""
    if several.plural and not several.single:
        return f"which of them is {found[2]}"
    return f"which one is {found[2]}" if _picked(last) else ""


def _of_that_kind(words: str, last: Turn) -> str:
    """ "And the tallest?" after "which chair is the closest to the tv", which has another measure;
    "" of other words."""
    found, kind = _PICKED.fullmatch(words), last.words.get("a", "")
    if found is None or found[1] not in SUPERLATIVES or found[1] in _BY_DISTANCE or not kind:
        return ""
    measured = last.words.get("r", "") in _BY_DISTANCE
    return f"which {kind} is the {found[1]}" if measured else ""


def _picked(turn: Turn) -> bool:
    """Whether one of several was asked for: "which chair is the tallest"."""
    words = {word for text in turn.words.values() for word in text.split()}
    return turn.answered is not None and not words.isdisjoint(SUPERLATIVES)


def _than_other(asked: re.Match[str], two: tuple[Thing, Thing], meant: Thing | None) -> str:
    """ "Is it bigger", of two that were spoken of, with the other one; "" of what is neither."""
    subject = asked[2]
    if subject in ("it", "they", "that one", "this one") and meant is not None:
        subject = meant.the
    other = next((two[1 - i] for i in (0, 1) if two[i].the == subject), None)
    return f"{asked[1]} {subject} {asked[3]} than {other.the}" if other is not None else ""


def _of_moves(turn: Turn) -> bool:
    wordings = (turn.form.example, *(pattern.text for pattern in turn.form.patterns))
    return any(re.search(r"\bmoved?\b", wording) for wording in wordings)


def _two(last: Turn, before: Turn | None) -> tuple[Thing, Thing] | None:
    """The two things that were spoken of: in the last question, or in it and the one before."""
    spoken = _named(last)
    if len(spoken) < 2 and before is not None:
        spoken = [*_named(before)[:1], *spoken]
    if len(spoken) != 2 or spoken[0].the == spoken[1].the:
        return None
    return spoken[0], spoken[1]


def _named(turn: Turn) -> list[Thing]:
    return [thing for thing in turn.about if thing.kind != "agent" and thing.label not in ANYTHING]
