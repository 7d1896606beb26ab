"""Words for moments to ``Time`` expressions: "frame 12", "the 3rd turn", "2 minutes ago"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cogmap.memory.asking.noun_phrases import NounPhrases
from cogmap.memory.asking.saying import said_span
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import number_of, ordinal_of

__all__ = ["Moment", "Span", "read_moment", "read_span"]


@dataclass(frozen=True)
class Moment:
    """A moment: the expression and how it is said after "at"."""

    program: str
    words: str
    known: str = ""
    """Where the map begins only after it: how long ago that was."""

    @property
    def since(self) -> Moment:
        """As the beginning of a time: what the map knows of "the last 10 hours" begins with it."""
        if not self.known:
            return self
        return Moment("time(0)", f"the start, {self.known} ago,", self.known)

    @property
    def at(self) -> str:
        """ "At 5 s after the start", "30 seconds ago"."""
        return self.words if self.words.endswith("ago") else f"at {self.words}"


@dataclass(frozen=True)
class Span:
    """From one moment to another, or to now, and how it is said: "in the last minute"."""

    begin: Moment
    end: Moment | None
    words: str


_SECONDS = {"s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "min": 60, "mins": 60,
            "minute": 60, "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600}  # fmt: skip
_UNIT = "(" + "|".join(sorted(_SECONDS, key=len, reverse=True)) + ")"
_NOW = re.compile(
    r"(?:right )?now|at present|the present|today|the moment|this moment|currently|the end"
    r"|(?:the )?(?:end|last frame|final frame)(?: of| in)?(?: the)?(?: video| tour| recording| "
    r"scan)?"
)
_START = re.compile(
    r"(?:the )?(?:very )?(?:start|beginning|first frame|first moment)"
    r"(?: of| in)?(?: the| your| this)?(?: video| tour| recording| scan| visit)?"
    r"|(?:i|we|you) (?:started|came in|entered|arrived|came here|got here|came|walked in|began)"
)
_FRAME = re.compile(r"(?:the )?(?:frame|picture|image)(?: number| no| index)? #?(\d{1,9})")
_FRAME_OF = re.compile(
    r"(?:the )?frame(?: number)? #?(\d{1,9}) (?:of|out of|/) (?:the |a total of )?(\d{1,9})"
    r"(?: frames)?(?: total)?"
)
_NTH_FRAME = re.compile(r"(?:the )?(\S+) frame(?: of the video)?")
_TURN = re.compile(
    r"(?:by |at )?(?:the )?(?:end of )?(?:the )?(?:turn(?: number)? #?(\S+)|(\S+) turn)"
)
_AGO = re.compile(rf"(?:the last |the past )?(\S+) {_UNIT}(?: ago| before| earlier| back)?")
_SPAN = re.compile(rf"(?:the )?(first|last|past)(?: (\S+))? {_UNIT}")
_LAST_ONE = re.compile(rf"(?:the )?(?:last|past) {_UNIT}\b")
_INTO = re.compile(
    rf"(?:second )?(\S+)(?: {_UNIT})?(?: in| into| after)?"
    r"(?: the)?(?: start| beginning| video| tour| recording)?"
)
_CLOCK = re.compile(r"(?:time )?(\d{1,3}):(\d{2})(?::(\d{2}))?(?: in the video)?")
_SAW = re.compile(
    r"(?:i|you|we)(?: have)? (first|last) (?:saw|seen|noticed|found|see|discovered) (.+)"
)
_WAS_SEEN = re.compile(r"(.+?) (?:was|were) (first|last) seen")
_LEADING = re.compile(r"^(?:in|at|on|by|around|about|from|since|until|during|when|as of|time) ")
_LAST_TIME = re.compile(r"(?:the )?last time (?:i|you|we) (?:saw|were near) (.+)")


def read_moment(text: str, phrases: NounPhrases, elapsed_s: float) -> Moment:
    """A moment in words. ``elapsed_s`` is from the map's start to now. Raises Unreadable."""
    text = text.replace(" ,", "").strip()
    before = ""
    while before != text and not _NOW.fullmatch(text):
        before, text = text, _LEADING.sub("", text)
    for read in (_fixed, _framed, _turned, _clocked, _counted):
        moment = read(text, elapsed_s)
        if moment is not None:
            return moment
    return _witnessed(text, phrases)


def read_span(text: str, elapsed_s: float) -> Span | None:
    """ "The last 10 seconds", "the first minute"; None of what is no such span."""
    found = _SPAN.fullmatch(text.replace(" ,", "").strip())
    number = number_of(found[2] or "1") if found else None
    if found is None or number is None:
        return None
    said = f"in the {found[1]} {f'{found[2]} ' if found[2] else ''}{found[3]}"
    seconds = number * _SECONDS[found[3]]
    if found[1] == "first":
        end = Moment(f"time({min(seconds, elapsed_s):.3f})", f"{seconds:g} s after the start")
        return Span(Moment("time(0)", "the start"), end, said)
    known = said_span(elapsed_s) if seconds > elapsed_s else ""
    begin = Moment(f"time({elapsed_s - seconds:.3f})", said.removeprefix("in "), known).since
    return Span(begin, None, f"since {begin.words}" if begin.known else said)


def _fixed(text: str, elapsed_s: float) -> Moment | None:
    if _NOW.fullmatch(text):
        return Moment("now()", "now")
    return Moment("time(0)", "the start") if _START.fullmatch(text) else None


def _framed(text: str, elapsed_s: float) -> Moment | None:
    found = _FRAME_OF.fullmatch(text)
    if found:
        number, total = int(found[1]), int(found[2])
        if not 1 <= number <= total:
            raise Unreadable(f"there is no frame {number} of {total}")
        share = (number - 1) / max(total - 1, 1)
        return Moment(f"time({share * elapsed_s:.3f})", f"frame {number} of {total}")
    found = _FRAME.fullmatch(text)
    if found:
        return Moment(f"frame({int(found[1])})", f"frame {int(found[1])}")
    found = _NTH_FRAME.fullmatch(text)
    number_th = ordinal_of(found[1]) if found else None
    return Moment(f"frame({number_th - 1})", f"frame {number_th - 1}") if number_th else None


def _turned(text: str, elapsed_s: float) -> Moment | None:
    found = _TURN.fullmatch(text)
    if not found:
        return None
    word = found[1] or found[2]
    if word in ("last", "previous"):
        return None
    number = ordinal_of(word) or number_of(word)
    if number is None or number != int(number) or number > 1e6:
        return None
    return Moment(f"turn_time({int(number)})", f"the end of turn {int(number)}")


def _clocked(text: str, elapsed_s: float) -> Moment | None:
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    parts = [int(part) for part in found.groups() if part is not None]
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + part
    return Moment(f"time({seconds})", f"{text} after the start")


def _counted(text: str, elapsed_s: float) -> Moment | None:
    text = _LAST_ONE.sub(r"the last 1 \1", text)
    ago = _AGO.fullmatch(text)
    if ago and ("ago" in text or "last" in text or "past" in text or "earlier" in text
                or "before" in text or "back" in text):  # fmt: skip
        number = number_of(ago[1])
        if number is None:
            return None
        seconds = elapsed_s - number * _SECONDS[ago[2]]
        known = said_span(elapsed_s) if seconds < 0 else ""
        return Moment(f"time({seconds:.3f})", f"{ago[1]} {ago[2]} ago", known)
    into = _INTO.fullmatch(text)
    number = number_of(into[1]) if into else None
    if into is None or number is None:
        return None
    unit = into[2] or "s"
    seconds = min(number * _SECONDS[unit], 1e9)
    return Moment(f"time({seconds:g})", f"{number:g} {into[2] or 's'} after the start")


def _witnessed(text: str, phrases: NounPhrases) -> Moment:
    found = _SAW.fullmatch(text)
    if found:
        which, words = found[1], found[2]
    elif found := _WAS_SEEN.fullmatch(text):
        words, which = found[1], found[2]
    elif found := _LAST_TIME.fullmatch(text):
        which, words = "last", found[1]
    else:
        raise Unreadable(f'"{phrases.said(text)}" is no moment that I can read')
    thing = phrases.thing(words)
    return Moment(f"{which}_seen({thing.program})", f"when {thing.the} was {which} seen")
