"""How wide a thing is by the sizes that are said of it: "a 2 m long and 0.9 m wide pallet", "a 1.2
by 0.6 m box"."""

from __future__ import annotations

import re

from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import number_of
from cogmap.memory.units import METRES

__all__ = ["width_of"]

_UNITS = "|".join(sorted(METRES, key=len, reverse=True))
_SIDE = re.compile(
    rf"(?<!\S)(\d+(?:\.\d+)?|half|one|two|three)(?: ({_UNITS}))?"
    r"(?: (?:in )?(wide|width|broad|deep|depth|thick|long|length|high|height|tall))?(?!\S)"
)
_UPRIGHT = ("high", "height", "tall")
_ALONG = ("long", "length")


def width_of(words: str) -> tuple[float, str]:
    """Metres that a gap must have for a thing to go through it upright, and how that is said: the
    shorter of its level sides. Raises Unreadable where that is not said."""
    sides: list[tuple[float, str, str]] = []
    unit = ""
    for number, own, axis in reversed(_SIDE.findall(words)):
        unit = own or unit  # "1.2 by 0.6 m": that of the next
        value = number_of(number)
        if unit and value is not None:
            sides.insert(0, (value, unit, axis))
    level = [side for at, side in enumerate(sides) if side[2] not in _UPRIGHT and at < 3]
    if len(level) > 2:
        level = level[:2]  # width by depth by height
    if not level or (len(level) == 1 and level[0][2] in _ALONG):
        raise Unreadable("how wide it is is not said")
    number, unit, _ = min(level, key=lambda side: side[0] * METRES[side[1]])
    return number * METRES[unit], f"{number:g} {unit}"
