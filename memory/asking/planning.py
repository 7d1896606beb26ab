"""The offline planner: a question in English to a program of the spatial language.

Every form whose pattern fits is a reading; the one that leaves fewest words to its slots is tried
first, and a form that cannot make sense of its slots gives way to the next. Nothing is guessed:
what no form reads is ``Unreadable``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cogmap.memory.asking.choices import split_options
from cogmap.memory.asking.conversation import Conversation, Turn
from cogmap.memory.asking.cues import Cues, read_cues
from cogmap.memory.asking.followups import Followed, followed, goes_on
from cogmap.memory.asking.form import Asked, Form, Meaning
from cogmap.memory.asking.forms import FORMS
from cogmap.memory.asking.indirect import as_direct
from cogmap.memory.asking.moves import after_moves, asked_there
from cogmap.memory.asking.noun_phrases import NounPhrases
from cogmap.memory.asking.quantifiers import built
from cogmap.memory.asking.refusals import refuse, refuse_future
from cogmap.memory.asking.reworded import as_plain
from cogmap.memory.asking.saying import Say
from cogmap.memory.asking.sentence import checked, read_sentence
from cogmap.memory.asking.shortened import spelled_out
from cogmap.memory.asking.suggestions import nearest_question
from cogmap.memory.asking.things import Names
from cogmap.memory.asking.times import read_moment
from cogmap.memory.asking.unreadable import Incomplete, Misspelt, Unreadable
from cogmap.memory.asking.words import SUPERLATIVES, denied_at, ordinal_of, word_set
from cogmap.memory.programs.run import run_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import CogmapError, Question

__all__ = ["Plan", "plan"]

_PAST = re.compile(r" (?:was|were|did|had) ")
_PROGRAM = re.compile(r"\s*[a-z_]+\(.*\)[\s.?]*", re.DOTALL)
_CATEGORY = re.compile(r"\w\(e?s\)")
_AT_FRAME = re.compile(
    r"^ (?:in|at) ((?:the )?frame \d+(?: (?:of|out of) \d+)?|the last frame)(?: in the video)? ,"
    r"| (?:in|at) (frame \d+(?: (?:of|out of) \d+)?|the last frame(?: (?:in|of) the video)?)$"
)
_HERE = re.compile(r" (?:(?:in|inside) (?:this|the|that|the current) room|in here)(?= ,|$)")
_EVERYWHERE = re.compile(
    r" (?:in|across|around|throughout|inside|within|on|of) (?:all of )?(?:this|the|our|my|"
    r"your)(?: entire| whole)? "
    r"(?:house|flat|apartment|home|scene|video|map|building|place|image|environment|area|scan|"
    r"footage|floor plan|recording|household|premises)(?= ,|$)"
)
_THING_HERE = re.compile(r"\b(things?|objects?|items?|furniture|stuff) here(?= ,|$)")
_NEARBY = re.compile(r" (?:nearby|close by|around here|round here|near here|close to here)(?= ,|$)")
_NOW = re.compile(r"(?<! and)(?<! to)(?<! until)(?<! since)(?<! or)(?<! than) now(?= ,|$)")
_LOOKING = re.compile(
    r" (?:can|do) (?:you|i|we) see\b| (?:can be|are|is) (?:seen|visible|in view)\b"
)
_SEEN = re.compile(r"((?:how many|(?:is|are) there) .+?)( are)? (?:visible|in (?:view|sight))")
""" "How many chairs are in view", "is there a chair in sight"."""
_ITS = re.compile(r"\b(?:its|their) ([a-z]+)\b")
_NEGATIONS = word_set("no not never without neither nor")
_TOPIC = re.compile(r"((?:the|my) [^,]+?) , (.* )(?:it|they|that one)( [^,]+)?")
"""What is asked of is said first: "the mirror in the bedroom, how wide is it"."""
_PLACE_FIRST = re.compile(r"(in|on|at) ((?:the|my) [^,]+?) , (.+)")
""" "In the kitchen, what is next to the sink"."""
_REFERS = re.compile(r"\b(?:it|its|they|them|their|these|those)\b")
_LEADING = re.compile(r"^(?:and|but|also|then|ok|so|now) (?:,? ?)")


@dataclass(frozen=True)
class Plan:
    """How a question is answered."""

    program: str
    render: Say
    """Says what the program gives."""
    options: tuple[str, ...]
    """Of the question, or of its text."""
    turn: Turn
    """What a question that follows may refer to."""
    unit: str = ""
    """That the answer is asked for in."""


def plan(
    question: Question,
    world: World,
    conversation: Conversation | None = None,
    *,
    suggests: bool = True,
) -> Plan:
    """Read a question. ``suggests``: what cannot be read is answered with what can be.

    Raises Unreadable that says why it cannot be read, or (NotOfTheMap) why no map could tell.
    """
    if _PROGRAM.fullmatch(question.text):
        raise Unreadable(
            "this is a program, not a question; cogmap ask --program and CognitiveMap.run run it"
        )
    text, inline = split_options(checked(question.text))
    options = question.options or inline
    sentence = read_sentence(text)
    words, cues = read_cues(sentence.text)
    if _CATEGORY.search(text):
        cues.names.add("category")
    reader = _Reader(world, conversation or Conversation(), options, suggests)
    return reader.read(words, sentence.quotes, cues)


class _Reader:
    def __init__(
        self, world: World, conversation: Conversation, options: tuple[str, ...], suggests: bool
    ) -> None:
        self._world = world
        self._suggests = suggests
        self._conversation = conversation
        self._options = options
        self._names = Names.of(world.layout)
        self._rooms = len(world.layout.rooms)
        self._ways = world.grid is not None
        self._elapsed_s = max((world.now.stamp_ns - world.start_ns) / 1e9, 0.0)

    def read(self, words: str, quotes: tuple[str, ...], cues: Cues) -> Plan:
        refuse_future(words)
        words, there = after_moves(words)
        words, agent, past = self._without_frame(words)
        words = spelled_out(_placed(words, cues), self._conversation, bool(self._options))
        asked = self._asked(quotes, cues, agent)
        again = goes_on(words, cues, self._conversation.last, self._names)
        found = again and self._follow(again, asked, agent)
        if found:
            return found
        slips: list[Misspelt | Incomplete] = []
        for wording in _wordings(words):
            reading = _best(wording, asked, slips)
            if reading is not None:
                form, slots, meaning = reading
                meaning = asked_there(meaning, there) if there else meaning
                return self._planned(form, slots, meaning, asked, quotes, past, words)
        following = followed(words, self._conversation.last, quotes, self._names)
        found = following and self._follow(following, asked, agent)
        if found:
            return found
        if slips:
            raise slips[0]
        raise refuse(words, lambda: self._suggested(words))

    def _suggested(self, words: str) -> str:
        """The nearest question that has an answer here."""
        if not self._suggests:
            return ""

        def answers(text: str) -> bool:
            try:
                asked = Question(stamp_ns=0, text=text)
                planned = plan(asked, self._world, suggests=False)
                found = run_program(self._world.asked_by(None), planned.program).value
            except CogmapError:
                return False
            return getattr(found, "value", found) not in (False, 0, ())

        return nearest_question(words, FORMS, self._names, answers)

    def _follow(self, following: Followed, asked: Asked, agent: str) -> Plan | None:
        for slots in following.tries:
            again = self._asked(following.quotes, following.cues, agent, self._kept(slots))
            try:
                meaning = built(following.form, slots, again)
            except Unreadable:
                continue
            return self._planned(following.form, slots, meaning, again, following.quotes)
        return None

    def _kept(self, slots: dict[str, str]) -> Turn | None:
        """The last question, where a "them" of it stands in these slots, as it does in "how many
        of them are in the kitchen, and in the office": it means what it meant there."""
        last = self._conversation.last
        refers = {name for name, text in slots.items() if _REFERS.search(text)}
        kept = last and refers and all(slots[name] == last.words.get(name) for name in refers)
        return last if kept else None

    def _asked(
        self, quotes: tuple[str, ...], cues: Cues, agent: str, kept: Turn | None = None
    ) -> Asked:
        talk = self._conversation
        it, them = kept.referred if kept else (talk.antecedent, talk.several)
        phrases = NounPhrases(
            self._names, quotes, it, talk.other, agent, them, talk.there, talk.listed
        )
        return Asked(
            phrases,
            cues,
            self._options,
            self._names,
            self._elapsed_s,
            self._rooms,
            agent,
            self._ways,
        )

    def _without_frame(self, words: str) -> tuple[str, str, str]:
        """A question about "frame 3 of 32" is asked by the camera of that time, and, where it
        speaks of what was, of the map as it was known then."""
        padded = f" {words}"
        found = _AT_FRAME.search(padded)
        if found is None or padded.count(" frame ") > 1:
            return words, "agent()", ""
        moment = read_moment(found[1] or found[2], NounPhrases(), self._elapsed_s)
        rest = (padded[: found.start()] + padded[found.end() :]).strip(" ,")
        if moment.program == "now()":
            return rest, "agent()", ""
        past = moment.program if _PAST.search(padded) else ""
        return rest, f"agent({moment.program})", past

    def _planned(
        self, form: Form, slots: dict[str, str], meaning: Meaning, asked: Asked,
        quotes: tuple[str, ...], past: str = "", text: str = "",
    ) -> Plan:  # fmt: skip
        program = meaning.program
        if past and "agent(" not in program and past not in program and "\n" not in program:
            program = f"as_of({past}, {program})"
        turn = Turn(
            form,
            slots,
            quotes,
            asked.cues,
            meaning.about,
            asked.agent,
            asked.phrases.referred,
            text,
        )
        return Plan(program, meaning.say, self._options, turn, asked.cues.unit)


def _placed(words: str, cues: Cues) -> str:
    """Without "now", "in the house" and "in this room", the last of which is kept as a cue, as is
    that what can be seen now is asked for."""
    words, here = _HERE.subn("", _NEARBY.sub(" near me", f" {words}"))
    if here:
        cues.names.add("here")
    words = _THING_HERE.sub(r"\1", _EVERYWHERE.sub("", words))
    words, now = _NOW.subn("", words)
    words = " ".join(words.split()).strip(" ,")
    seen = _SEEN.fullmatch(words)
    if seen or (now and _LOOKING.search(f" {words}")):
        cues.names.add("in view")
    return f"{seen[1]}{' are there' if seen[2] else ''}" if seen else words


def _wordings(words: str) -> list[str]:
    """The question as it is, and as it would be were it not shortened."""
    plain = _ITS.sub(r"the \1 of it", words)
    short = _LEADING.sub("", plain)
    whole = [words, plain, short]
    if short.startswith("the ") or plain != words:
        whole.append(f"what is {short}")
    place = _PLACE_FIRST.fullmatch(short)
    if place:
        whole.append(f"{place[3]} {place[1]} {place[2]}")
    topic = _TOPIC.fullmatch(short)
    if topic:
        whole.append(f"{topic[2]}{topic[1]}{topic[3] or ''}")
    direct = as_direct(short)
    if direct:
        whole.append(direct)
    first = short.partition(" ")[0]
    if first in SUPERLATIVES or ordinal_of(first) is not None:
        whole.append(f"what is the {short}")
    whole += [plain for each in whole if (plain := as_plain(each))]
    return list(dict.fromkeys(whole))


def _denies(text: str) -> bool:
    """Whether there is a negation in it other than of where something is ("not in the kitchen"),
    which noun phrases read."""
    words = text.split()
    return any(
        word in _NEGATIONS
        and not denied_at(words, at)
        and not (word == "no" and words[at + 1 : at + 2] and words[at + 1].isdecimal())
        for at, word in enumerate(words)
    )


def _best(
    words: str, asked: Asked, slips: list[Misspelt | Incomplete]
) -> tuple[Form, dict[str, str], Meaning] | None:
    """The reading that leaves fewest words open and makes sense; what made none is added to
    ``slips`` where a name is misspelt or something is missing."""
    found: list[tuple[int, int, Form, dict[str, str]]] = []
    said = frozenset(words.split())
    for form in FORMS:
        for pattern in form.patterns:
            if not pattern.needs <= said:
                continue  # most, and far sooner than the matcher sees it
            for slots in pattern.matches(words):
                size = sum(len(text.replace(" ,", "").split()) for text in slots.values())
                found.append((size, len(found), form, slots))
    found.sort(key=lambda reading: reading[:2])
    for _, _, form, slots in found:
        if any(_denies(text) for text in slots.values()):
            continue  # nothing that is named in a slot is read as its opposite
        try:
            return form, slots, built(form, slots, asked, words)
        except (Misspelt, Incomplete) as slip:
            slips.append(slip)
        except Unreadable:
            continue
    return None
