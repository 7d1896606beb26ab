"""What an answer rests on, noted while a program runs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from cogmap.memory.programs.values import Objects, Rooms
from cogmap.runtime.messages import Evidence, MapObject, Room

__all__ = ["Recorder"]

MAX_IDS = 1000
MAX_KEYFRAMES = 16


class Recorder:
    """Ids of objects, rooms and frames that were used, each once, in the order of use."""

    def __init__(self) -> None:
        self.objects: dict[int, MapObject] = {}
        self.rooms: dict[int, None] = {}
        self.frames: dict[int, None] = {}
        self.notes: dict[str, None] = {}
        """How words were read, what was left out."""
        self.uses = 0
        """Goes up when objects or rooms are noted."""
        self.chance = 1.0
        """That all comparisons came out as they are in the world."""

    def note(self, *used: Any) -> None:
        """Objects, rooms, sets and lists of them; other values are no evidence."""
        self.uses += 1
        for value in used:
            if isinstance(value, MapObject):
                self.objects[value.id] = value
            elif isinstance(value, Room):
                self.rooms[value.id] = None
            elif isinstance(value, Objects):
                self.objects.update((thing.id, thing) for thing in value.members)
            elif isinstance(value, Rooms | tuple):
                self.note(*value)

    def weigh(self, chance: float) -> None:
        """What was compared is so with this chance: the answer is no surer."""
        self.chance = min(self.chance, chance)

    def note_frames(self, numbers: Iterable[int]) -> None:
        """The first of them, as many as an answer names."""
        self.frames.update(dict.fromkeys(islice(numbers, MAX_IDS - min(len(self.frames), MAX_IDS))))

    def add(self, other: Recorder) -> None:
        """Take over what another one noted."""
        self.objects.update(other.objects)
        self.rooms.update(other.rooms)
        self.note_frames(other.frames)
        self.notes.update(other.notes)
        self.uses += other.uses
        self.weigh(other.chance)

    def evidence(self, keyframes: Iterable[int]) -> Evidence:
        """With the best of ``keyframes``, those that are kept, of every object."""
        kept = set(keyframes)
        shown: dict[int, None] = {}
        for thing in self.objects.values():
            best = (view.keyframe for view in thing.views if view.keyframe in kept)
            shown.update(dict.fromkeys(list(best)[:1]))
        return Evidence(
            objects=tuple(self.objects)[:MAX_IDS],
            rooms=tuple(self.rooms)[:MAX_IDS],
            keyframes=tuple(shown)[:MAX_KEYFRAMES],
            frames=tuple(self.frames)[:MAX_IDS],
        )
