"""What was named one after the other before, which "the first one" counts in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cogmap.memory.asking.phrase_words import without_determiner
from cogmap.memory.asking.things import Thing, singular_of
from cogmap.memory.asking.unreadable import Incomplete
from cogmap.memory.asking.words import ordinal_of

__all__ = ["Listed", "Ordinal", "ordinal_in"]


@dataclass(frozen=True)
class Ordinal:
    """ "The third chair on the table"."""

    number: int | None
    """From 1; None of "the last"."""
    name: str
    """In the singular, with what follows it; "" of "one"."""
    rest: str = ""
    """What follows "one"."""


def ordinal_in(words: Sequence[str]) -> Ordinal | None:
    """What a phrase counts; None if it counts nothing."""
    rest, _ = without_determiner(words)
    if not rest or (rest[0] != "last" and ordinal_of(rest[0]) is None):
        return None
    number = ordinal_of(rest[0])
    if rest[1:2] in ([], ["one"]):
        return Ordinal(number, "", " ".join(rest[2:]))
    return Ordinal(number, singular_of(" ".join(rest[1:])))


@dataclass(frozen=True)
class Listed:
    """Things or rooms in the order in which they were said; None for each of several that were
    said alike, as in "on the table (2)"."""

    things: tuple[Thing | None, ...]

    def at(self, ordinal: Ordinal, said: str) -> Thing:
        """Raises Incomplete if it is not plain which one that is."""
        many = len(self.things)
        number = many if ordinal.number is None else ordinal.number
        if not 1 <= number <= many:
            raise Incomplete(f'"{said}" is none of the {many} that were named last')
        found = self.things[number - 1]
        if found is None:
            raise Incomplete(
                f'"{said}" is not plain: several were named alike; name it by its number, or say '
                "where it is or from which side to count"
            )
        return found

    @property
    def rooms(self) -> bool:
        return all(thing is not None and thing.kind == "room" for thing in self.things)

    def names(self, label: str) -> bool:
        """Whether it is all things of one label."""
        return {thing.label if thing else label for thing in self.things} == {label}

    def holds(self, program: str) -> bool:
        return any(thing is not None and thing.program == program for thing in self.things)
