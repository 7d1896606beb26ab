"""Things of a kind, by any word for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cogmap.memory.programs.meaning.glimpses import refuse_glimpsed
from cogmap.memory.programs.meaning.places import rows_of
from cogmap.memory.programs.meaning.twins import without_twins
from cogmap.memory.programs.values import Objects
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject

__all__ = ["State", "of_kind"]

State = Literal["here", "gone", "any"]


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
    chosen = [thing for thing in members if _fits(thing, state)]
    if state == "here":
        several, chosen = chosen, without_twins(chosen, rows_of(world, chosen))
        _note_twins(world, several, chosen)
    hint = ""
    if members and not chosen and state == "here":
        hint = f'{len(members)} of them were seen and are gone: find("{label}", state="gone")'
    chosen.sort(key=lambda thing: thing.id)
    return Objects(tuple(chosen), label, read_as, not members, hint)


def _note_twins(world: World, several: Sequence[MapObject], kept: Sequence[MapObject]) -> None:
    """The map lists them; who compares is told why they are not counted."""
    ids = {thing.id for thing in kept}
    for thing in several:
        if thing.id not in ids:
            note = f"{thing.label} {thing.id} is taken for another one in the same place"
            world.recorder.notes[note] = None


def _fits(thing: MapObject, state: State) -> bool:
    return state == "any" or thing.is_here == (state == "here")
