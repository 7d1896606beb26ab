"""Many things against many, part by part: what is computed of pairs stays small, and is in time."""

from __future__ import annotations

from collections.abc import Iterator

from cogmap.memory.programs.world import World

__all__ = ["blocks"]

MOST_PAIRS = 100_000
"""That are computed at once: 0.8 MB for each number of a pair."""


def blocks(world: World, rows: int, columns: int) -> Iterator[slice]:
    """Slices of some rows, each of which is held against all columns; none if there are none.

    Raises TooMuchError before one of them when the program's time is over.
    """
    size = max(1, MOST_PAIRS // max(columns, 1))
    for begin in range(0, rows if columns else 0, size):
        world.check_time()
        yield slice(begin, min(begin + size, rows))
