"""What holds whichever of several is meant: "is the towel in the same room as the toilet", where
all towels are in it."""

from __future__ import annotations

import re

from cogmap.memory.programs.abstention import Ambiguous
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.run import Outcome, run_program
from cogmap.memory.programs.values import Objects
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import CogmapError, Room

__all__ = ["agreeing"]

_FIND = re.compile(r'find\((?:"(?:[^"\\]|\\.)*"|[^()"]|\([^()]*\))*\)')
_MOST = 6
"""Candidates that are tried."""


def agreeing(world: World, program: str, unsure: Ambiguous) -> tuple[str, Outcome, str] | None:
    """The program for one of the candidates, what it comes to, and that it is so of each of them.
    None if it is not the same of each, or a measure, which is never quite the same."""
    meant = {thing.id: name_of(thing) for thing in unsure.candidates}
    if not 1 < len(meant) <= _MOST:
        return None
    for find in dict.fromkeys(_FIND.findall(program)):
        if _ids(world, find) == set(meant):
            found = _same_of_each(world, program, find, tuple(meant))
            if found is not None:
                note = f"so it is of each: {', '.join(meant.values())}"
                return program.replace(find, f"object({min(meant)})"), found, note
    return None


def _same_of_each(
    world: World, program: str, find: str, candidates: tuple[int, ...]
) -> Outcome | None:
    outcomes: list[Outcome] = []
    for candidate in sorted(candidates, reverse=True):
        try:
            outcome = run_program(world, program.replace(find, f"object({candidate})"))
        except CogmapError:
            return None
        if not isinstance(outcome.value, bool | str | Room):
            return None
        if outcomes and outcome.value != outcomes[0].value:
            return None
        outcomes.append(outcome)
    return outcomes[-1]


def _ids(world: World, find: str) -> set[int]:
    try:
        found = run_program(world.asked_by(None), find).value
    except CogmapError:
        return set()
    return {thing.id for thing in found} if isinstance(found, Objects) else set()
