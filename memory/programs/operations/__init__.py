"""The words of the language, by what they are about; importing them registers them."""

from cogmap.memory.programs.operations import (
    choosing,
    combining,
    counting,
    describing,
    directions,
    intervals,
    measures,
    motion,
    pictures,
    relations,
    selecting,
    spaces,
    times,
    turns,
    whereabouts,
)

__all__ = [
    "choosing",
    "combining",
    "counting",
    "describing",
    "directions",
    "intervals",
    "measures",
    "motion",
    "pictures",
    "relations",
    "selecting",
    "spaces",
    "times",
    "turns",
    "whereabouts",
]
