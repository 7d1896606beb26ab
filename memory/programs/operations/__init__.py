"""The words of the language, by what they are about; importing them registers them."""

from cogmap.memory.programs.operations import (
    choosing,
    counting,
    directions,
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
    "counting",
    "directions",
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
