"""Things of a kind, by any word for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cogmap.memory.programs.meaning.glimpses import refuse_glimpsed
from cogmap.memory.programs.meaning.twins import without_twins
from cogmap.memory.programs.values import Objects
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject

__all__ = ["State", "fits", "of_kind"]

State = Literal["here", "gone", "any"]
_NAMED = 3
"""Gone things that a text names."""


def of_kind(world: World, label: str, state: State = "here") -> Objects:
    """All things that a word means, by id; how it was read becomes a note of the answer.

    Raises NotDeterminable if there is no such thing, but one that was only glimpsed.
    """
    reading = world.words.read(label, list(world.labels))
    if state == "here" and reading.by not in ("label", "synonym", "kind"):
        refuse_glimpsed(world, label)
    members = [thing for name in reading.labels for thing in world.labels[name]]
    read_as = reading.labels if reading.by in ("synonym", "kind", "meaning") else ()
    if read_as:
        world.recorder.notes[f'"{label}" was read as {", ".join(read_as)}'] = None
    elif reading.note:
        world.recorder.notes[f'"{label}" was looked for by its words alone: {reading.note}'] = None
    chosen = [thing for thing in members if fits(thing, state)]
    if state == "here":
        several, chosen = chosen, without_twins(chosen, world.rows_of(chosen))
        _note_twins(world, several, chosen)
    chosen.sort(key=lambda thing: thing.id)
    empty = _why_none(label, members, state) if members and not chosen else ""
    return Objects(tuple(chosen), label, read_as, not members, empty=empty)


def _why_none(label: str, seen: Sequence[MapObject], state: State) -> str:
    """Of things that were seen: what there was is gone, or all is still there."""
    if state == "gone":
        return f"no {label} is gone, as far as seen"
    names = [f"{thing.label} {thing.id}" for thing in sorted(seen, key=lambda thing: thing.id)]
    gone = " and ".join(names) if len(names) <= _NAMED else f"{len(names)} of them"
    be = "is" if len(names) == 1 else "are"
    return f"no {label} is there any more, as far as seen: {gone} {be} gone"


def _note_twins(world: World, several: Sequence[MapObject], kept: Sequence[MapObject]) -> None:
    """The map lists them; who compares is told why they are not counted."""
    ids = {thing.id for thing in kept}
    for thing in several:
        if thing.id not in ids:
            note = f"{thing.label} {thing.id} is taken for another one in the same place"
            world.recorder.notes[note] = None


def fits(thing: MapObject, state: State) -> bool:
    """Whether a thing is here, or gone, as it is asked for."""
    return state == "any" or thing.is_here == (state == "here")
