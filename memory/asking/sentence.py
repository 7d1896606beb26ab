"""A question as typed becomes words that patterns can be laid on.

Lower case, single spaces, commas as words of their own for every break, short forms written out,
politeness left out. What stands in quotes becomes one word, so that a caption such as
"the black chair near the door" is never cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from cogmap.memory.asking.languages import other_language
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.runtime.messages import Question

__all__ = ["MAX_CHARACTERS", "MAX_WORDS", "Sentence", "checked", "read_sentence", "too_long"]

MAX_CHARACTERS = 4000
"""Of a question, and of its options together."""
MAX_WORDS = 220

QUOTE = "§"
"""Begins the word that stands for quoted text: "§0" is the first."""

_QUOTED = re.compile(r'"([^"\n]{1,200})"|(?<![\w§])\'([^\'\n]{1,120})\'(?!\w)')
_TYPOGRAPHIC = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'",
     "–": "-", "—": ",", "…": ".", "§": " ", "−": "-", "×": " x "}
)  # fmt: skip
_ARE_THERE = r"\b((?:are|is|were|was) there|(?:do|does|did|can) (?:we|you|i) (?:have|see))"
_SO_MANY = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"


def _in_feet(found: re.Match[str]) -> str:
    """ "5.5 ft" of "5 ft 6 in"."""
    return f"{int(found[1]) + int(found[2]) / 12:.4g} ft"


_REWRITES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\b(what|where|who|how|when|which|that|there|it|here|he|she)'s\b", r"\1 is"),
        (r"\b(what|where|how|when|who)'re\b", r"\1 are"),
        (r"\b(what|where|how|who)'d\b", r"\1 did"),
        (r"\b(i|we|you)'d\b", r"\1 would"),
        (r"\bwhats\b", "what is"),
        (r"\bwheres\b", "where is"),
        (r"\bhows\b", "how is"),
        (r"\b(is|are|was|were|do|does|did|has|have)n't (you|i|we|it|they)\b", r"\1 \2 not"),
        (r"\b(is|are|was|were|do|does|did|has|have)n't\b", r"\1 not"),
        (r"\b(?:would you say|do you (?:think|reckon|guess))\b", " "),
        (r"^do you know of\b", "is there"),
        (r"\bpieces? of furniture\b", "furniture"),
        (r"\bleft over\b", "left"),
        (r"\bmost direct\b", "shortest"),
        (r"\b(living|dining|laundry|guest|storage|meeting)room(s?)\b", r"\1 room\2"),
        (r"\b(bath|bed|wash|rest|class|store) room(s?)\b", r"\1room\2"),
        (r"\b(?:except for|besides|other than|excluding|apart from|aside from|not counting|"
         r"not including|with the exception of)(?= \w)", "except"),
        (r"\bbut not (?=(?:on|in|inside|under|above|next|near|behind|at|by)\b)", "and not "),
        (r"\bcan't\b", "can not"),
        (r"\bi'm\b", "i am"),
        (r"\b(you|we|they)'re\b", r"\1 are"),
        (r"\b(i|you|we|they)'ve\b", r"\1 have"),
        (r"(?<=\w)'s\b", " 's"),
        (r"(?<=s)'(?=\s)", " 's"),
        (r"s\((?:e?s)\)", "s"),
        (r"(\w)\((?:e?s)\)", r"\1s"),
        (r"\b(left|right|front|back|rear|forward|backward|near|far|up|down|closer|farther)"
         r"\s*/\s*(?=[a-z])", r"\1 or "),
        (r"(?<!or )(?<!or the )(?<!or to the )(?<!my )(?<!your )\bright now\b", "now"),
        (r"\b(\d+),(\d{3})\b", r"\1\2"),
        (r"(\d)\s*(?:x|\*)\s*(?=\d)", r"\1 by "),
        (r"\b(\d+) ?(?:ft|feet|foot|') ?(\d+) ?(?:in|inch|inches)\b", _in_feet),
        (r"(\d)(cm|mm|m|ft|feet|s|min)\b", r"\1 \2"),
        (r"\b(front|back|rear|forward|backward)-(left|right)\b", r"\1 \2"),
        (r"(?<!\d):|:(?!\d)|(?<!\d)\.|\.(?!\d)|[,;!?()\[\]{}|]|\n", " , "),
        (r"[^\w\s§,.:'+<>=/&-]", " "),
        (rf"{_ARE_THERE} (?:exactly|precisely|only|just|merely)(?= {_SO_MANY} )", r"\1 precisely"),
        (rf"{_ARE_THERE} (?={_SO_MANY} [^,]* (?:exactly|precisely)[ ,]*$)", r"\1 precisely "),
    )
)  # fmt: skip
_POLITE_START = re.compile(
    r"(?: ,| (?:these are (?:the )?(?:frames|images|pictures|views) (?:of|from) (?:a|the|this|one) "
    r"(?:video|tour|walk|recording|scan|room|scene|place)"
    r"|please|hey|hi|hello|ok|okay|so|well|um|uh|excuse me|remember|robot|computer|cogmap"
    r"|recall|question|q|listen|"
    r"(?:can|could|would|will|might) you (?:please |kindly |perhaps )?"
    r"(?:tell|say|show|give|remind|let)(?: to)?(?: (?:me|us))?(?: know)?"
    r"|(?:(?:can|could|would|will) you(?: please)?|i (?:would|'d|d) like you to)"
    r"(?= (?:count|list|name|describe) )"
    r"|(?:do|would|did) you (?:happen to )?(?:know|remember|recall|think|say)"
    r"|tell me|please tell me|give me(?= (?:the|an?) (?:distance|size|length|height|width|area|"
    r"number|order|volume))|from (?:where i am(?: standing| now)?|where i stand|here|my "
    r"position|my point of view|where you are)(?: ,)?|(?:i|we) (?:want|would like|need|d like|"
    r"would love|would be interested) to (?:know|hear|learn|ask(?: you)?|find out)|i wonder"
    r"|(?:would|do) you mind telling (?:me|us)|i have a question|i was wondering|i am curious"
    r"|(?:can|could|may) i (?:please )?(?:ask(?: you)?|know)|kindly"
    r"|i am wondering|let me know|remind me|any idea|do we know|in your opinion"
    r"|looking around|be honest|quick question|answer this|thanks|thank you))(?= )"
)
_POLITE_END = re.compile(
    r"(?: ,| (?:please|thanks|thank you|exactly|precisely|roughly|approximately|in total|altogether"
    r"|though|overall|at the moment|currently|at present|again|do you think|would you say"
    r"|do you know|can you tell me|so far as you know|if you know|for me|if i may ask)"
    r"| , (?:please )?(?:answer|respond|reply)(?: the question| to the question)?(?: only)? "
    r"(?:using|with|by|directly|briefly|only)\b(?:(?! in )[^,])*"
    r"| , (?:please )?do not (?:response|respond|reply|answer|explain|write|output)\b[^,]*)+$"
)
"""The last two say in what form an answer is wanted, and ask nothing."""
_FILLERS = re.compile(
    r" (?:please|approximately|roughly|exactly|actually|really|currently|approximate|estimated"
    r"|direct|straight-line|just|simply|probably|maybe|perhaps|exact|about(?= \d)"
    r"|in total)(?= |$)"
)


@dataclass(frozen=True)
class Sentence:
    """Words of a question."""

    text: str
    """Words and commas with single spaces."""
    quotes: tuple[str, ...] = ()
    """What stood in quotes, as typed; the word "§0" stands for the first."""


def too_long(question: Question) -> str:
    """Why a question is too long to be read, "" if it is not. It is told by its length alone, and
    first: what reads text may take time with the square of its length."""
    if len(question.text) > MAX_CHARACTERS:
        return _too_many(len(question.text))
    options = sum(len(option) + 1 for option in question.options)
    if options > MAX_CHARACTERS:
        return f"the options have {options} characters; I read up to {MAX_CHARACTERS} of them"
    return ""


def _too_many(characters: int) -> str:
    return f"the question has {characters} characters; I read questions of up to {MAX_CHARACTERS}"


def checked(text: str) -> str:
    """The text, if it is one that can be read at all, with no more than one blank between words.
    Raises Unreadable that says why not."""
    text = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHIC)
    if len(text) > MAX_CHARACTERS:  # one character may stand for 18
        raise Unreadable(_too_many(len(text)))
    odd = [char for char in text if unicodedata.category(char) in ("Cc", "Co", "Cs", "Cn")]
    if any(char not in "\t\n\r" for char in odd):
        raise Unreadable("the question has control characters in it; send plain text")
    if not any(char.isalpha() for char in text):
        raise Unreadable("there are no words in the question")
    language = other_language(text)
    if language:
        raise Unreadable(f"the question seems to be {language}; I read English only")
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def read_sentence(text: str) -> Sentence:
    """The words of a text that was ``checked``. Raises Unreadable if there are too many."""
    quotes: list[str] = []

    def keep(found: re.Match[str]) -> str:
        quotes.append((found[1] or found[2]).strip())
        return f" {QUOTE}{len(quotes) - 1} "

    text = _QUOTED.sub(keep, text).casefold()
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    words = text.replace(",", " , ").split()
    if len(words) > MAX_WORDS:
        raise Unreadable(
            f"the question has {len(words)} words; I read questions of up to {MAX_WORDS}"
        )
    return Sentence(_without_politeness(" ".join(words)), tuple(quotes))


def _without_politeness(text: str) -> str:
    text = " " + text
    before = ""
    while before != text:
        before = text
        found = _POLITE_START.match(text)
        text = text[found.end() :] if found else text
    text = _FILLERS.sub("", text)
    return _POLITE_END.sub("", text).strip(" ,")
