"""How large a thing is by the sizes that are said of it: "a 2 m long and 0.9 m wide pallet", "a 1.2
by 0.6 m box", "a 2 m by 90 cm table"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import number_of
from cogmap.memory.units import METRES

__all__ = ["Side", "sides_of", "width_of"]

_UNITS = "|".join(sorted(METRES, key=len, reverse=True))
_NUMBER = r"\d+(?:\.\d+)?|half|one|two|three"
_SIDE = re.compile(
    rf"(?<!\S)({_NUMBER})(?: ({_UNITS}))?"
    r"(?: (?:in )?(wide|width|broad|deep|depth|thick|long|length|high|height|tall))?(?!\S)"
)
_JOINED = re.compile(r"(?:by|x|times|,|and)")
_UPRIGHT = ("high", "height", "tall")
_ALONG = ("long", "length")


@dataclass(frozen=True)
class Side:
    """One length that is said of a thing."""

    number: float
    unit: str
    axis: str = ""
    """ "wide", "tall", as it is said; "" where it is not."""

    @property
    def metres(self) -> float:
        return self.number * METRES[self.unit]

    @property
    def upright(self) -> bool:
        return self.axis in _UPRIGHT


def sides_of(words: str, default: str = "") -> tuple[list[Side], str]:
    """The lengths in a phrase, and its other words.

    A number has the unit that stands behind it; one without has that of the next one, or else of
    the one before it, or else the ``default``; "" leaves it out.
    """
    found = [match for match in _SIDE.finditer(words) if not _counts(words, match)]
    own = [match[2] or "" for match in found]
    sides = []
    for at, match in enumerate(found):
        unit = next(filter(None, [*own[at:], *reversed(own[:at])]), default)
        value = number_of(match[1])
        if unit and value is not None:
            sides.append(Side(value, unit, match[3] or ""))
    counted = {match.span() for match in found}
    rest = _SIDE.sub(lambda match: " " if match.span() in counted else match[0], words)
    return sides, " ".join(rest.split())


def _counts(words: str, match: re.Match[str]) -> bool:
    """Whether a number says how many there are, as in "two boxes", and measures nothing: it has no
    unit, and no other number beside it."""
    if match[2] or match[3]:
        return False
    before, after = words[: match.start()].split()[-1:], words[match.end() :].split()[:1]
    return not any(_JOINED.fullmatch(word) for word in (*before, *after))


def width_of(words: str) -> tuple[float, str]:
    """Metres that a gap must have for a thing to go through it upright, and how that is said: the
    shorter of its level sides. Raises Unreadable where that is not said."""
    sides, _ = sides_of(words)
    level = [side for at, side in enumerate(sides) if not side.upright and at < 3]
    if len(level) > 2:
        level = level[:2]  # width by depth by height
    if not level or (len(level) == 1 and level[0].axis in _ALONG):
        raise Unreadable("how wide it is is not said")
    least = min(level, key=lambda side: side.metres)
    return least.metres, f"{least.number:g} {least.unit}"
