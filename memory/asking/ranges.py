"""Options that are ranges: "fewer than 5", "5 to 10", "between 1 and 2 m", "more than 10"."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from cogmap.memory.units import to_si

__all__ = ["Range", "range_of"]

Measure = Callable[[str], tuple[float, str] | None]

_ER = "larger|greater|bigger|longer|taller|wider|higher|farther|further"
_LESS = "smaller|shorter|narrower|lower|closer|nearer"
_BEFORE = re.compile(
    rf"(?:it is |about |(?P<above>(?:more|{_ER}) than|over|above)|"
    rf"(?P<below>(?:fewer|less|{_LESS}) than|under|below)|"
    r"(?P<least>at least|(?:no|not) (?:fewer|less) than|from)|"
    r"(?P<most>at most|(?:no|not) more than|up to)|(?P<sign>[<>]=?|[≤≥])) *(?=\S)"
)
_BEHIND = re.compile(
    rf" *(?:(?P<least>(?:or|and) (?:more|above|over|up|upwards|{_ER})|plus|\+)|"
    rf"(?P<most>(?:or|and) (?:fewer|less|below|under|{_LESS})))\.?$"
)
_TWO = re.compile(r"(?:between |from )?(\S.*?)(?: (?:and|to|or) | ?- ?)(\S.*)")
_SIGNS = {"<": "below", ">": "above", "<=": "most", ">=": "least", "≤": "most", "≥": "least"}


@dataclass(frozen=True)
class Range:
    """From ``low`` to ``high``, in ``unit``; "" if it names none."""

    low: float
    high: float
    unit: str
    closed: bool = True
    """Whether its ends are in it."""

    def holds(self, value: float, unit: str) -> bool:
        """Whether a value in SI is in it, if its ends are in ``unit``."""
        low, high = (to_si(end, unit)[0] for end in (self.low, self.high))
        slack = 1e-9 if self.closed else -1e-9
        return low - slack <= value <= high + slack


def range_of(option: str, measure: Measure) -> Range | None:
    """The range that an option says, by what ``measure`` makes of a number with its unit; None of
    one that is no range."""
    text = " ".join(option.casefold().split())
    return _between(text, measure) or _beyond(text, measure)


def _between(text: str, measure: Measure) -> Range | None:
    two = _TWO.fullmatch(text)
    first, last = (measure(two[1]), measure(two[2])) if two else (None, None)
    if first is None or last is None:
        return None
    (low, low_unit), (high, unit) = first, last
    if low_unit and low_unit != unit:
        (low, _), (high, unit) = to_si(low, low_unit), to_si(high, unit)
    return Range(low, high, unit) if low < high else None


def _beyond(text: str, measure: Measure) -> Range | None:
    before, behind = _BEFORE.match(text), _BEHIND.search(text)
    found = before or behind
    end = measure(text[before.end() :] if before else text[: behind.start()] if behind else "")
    if found is None or end is None:
        return None
    kind = next((name for name, words in found.groupdict().items() if words), "")
    kind = _SIGNS[found["sign"]] if kind == "sign" else kind
    number, unit = end
    if kind in ("above", "least"):
        return Range(number, math.inf, unit, kind == "least")
    return Range(-math.inf, number, unit, kind == "most") if kind else None
