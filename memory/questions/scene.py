"""What is true of a place, as far as it was shown: plain facts that questions are made from.

A scene comes from a layout or a map, or from a simulator's truth. A `Moment` is what somebody who
has seen everything up to a stamp can know; labels of which they cannot be sure are in doubt, and
nothing that depends on them is asked.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely

from cogmap.memory.questions.box_truth import floor_shape
from cogmap.runtime.messages import F64, I64, Bool, Box

__all__ = ["Change", "Floor", "Moment", "Placed", "Scene", "Thing", "Views"]


ALWAYS = -(2**62)
"""Stamp (ns) before every other: that of places where things were from the start."""


@dataclass(frozen=True)
class Views:
    """Which frames (F,) show a thing: by a trace, clearly, and so well that one knows it."""

    faint: Bool
    clear: Bool
    well: Bool


@dataclass(frozen=True)
class Thing:
    """An object and its places over time."""

    id: int
    label: str
    places: tuple[tuple[int, Box | None], ...]
    """From a stamp (ns) on, oldest first; None: it is not there any more."""
    views: Views | None = None
    """None: it is known from the start."""
    support: int | None = None
    """Id of what it stands on or lies in at the start, if that is known better than by boxes."""
    relation: str = ""
    """on, in or under: how ``support`` has it."""

    def box_at(self, stamp_ns: int) -> Box | None:
        """Where it is; None if it is not there, or not yet."""
        past = [box for since, box in self.places if since <= stamp_ns]
        return past[-1] if past else None

    def place_since(self, stamp_ns: int) -> int:
        """Stamp from which on it is where it is at ``stamp_ns``."""
        return max((since for since, _ in self.places if since <= stamp_ns), default=stamp_ns)


@dataclass(frozen=True)
class Floor:
    """A room. ``polygon``: corners x, y (m), empty if only its area is known."""

    id: int
    label: str
    polygon: tuple[tuple[float, float], ...]
    area_m2: float
    leads_to: tuple[int, ...] | None = None
    """Ids of the rooms that its doors and openings lead to; None: that is not known."""

    @cached_property
    def shape(self) -> shapely.Polygon:
        return shapely.Polygon(self.polygon)


@dataclass(frozen=True)
class Change:
    """Something was moved, removed or added."""

    kind: str
    thing_id: int
    stamp_ns: int
    known_ns: int | None
    """When it has been seen well enough to be known; None: not at all."""


@dataclass(frozen=True)
class Scene:
    """All facts. Metres, radians, nanoseconds; z is up."""

    things: tuple[Thing, ...]
    floors: tuple[Floor, ...] = ()
    stamps_ns: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    """(F,) of the frames; none: nobody walked there."""
    positions: F64 = field(default_factory=lambda: np.zeros((0, 3)))
    """(F, 3) of the camera."""
    yaws: F64 = field(default_factory=lambda: np.zeros(0))
    """(F,) directions of view from world x."""
    seen_area_m2: F64 | None = None
    """(F,) floor that has been in view up to a frame."""
    changes: tuple[Change, ...] = ()
    vocabulary: tuple[str, ...] = ()
    """Labels of things that could be there; those that are not make unanswerable questions."""
    min_frames: int = 10
    """So many frames must show a thing well, since it stands where it does, before one knows it."""

    @property
    def has_frames(self) -> bool:
        return len(self.stamps_ns) > 0

    @property
    def end_ns(self) -> int:
        return int(self.stamps_ns[-1]) if self.has_frames else 0

    def frame_at(self, stamp_ns: int) -> int:
        """Index of the last frame up to a stamp; -1 before the first."""
        return int(np.searchsorted(self.stamps_ns, stamp_ns, side="right")) - 1

    def turn_ends(self, turns: int) -> tuple[int, ...]:
        """Stamps (ns) of the ends of so many equal parts of the walk."""
        if not self.has_frames:
            return ()
        ends = [math.ceil((k + 1) * len(self.stamps_ns) / turns) - 1 for k in range(turns)]
        return tuple(int(self.stamps_ns[max(end, 0)]) for end in ends)

    def moment(self, stamp_ns: int | None = None, turns: Sequence[int] = ()) -> Moment:
        """What can be known at a stamp; None: at the end. ``turns``: stamps of ends of turns."""
        at = self.end_ns if stamp_ns is None else stamp_ns
        return Moment(self, at, stamp_ns, tuple(turns))


@dataclass(frozen=True)
class Placed:
    """A thing where it is known to be at a moment."""

    id: int
    label: str
    box: Box
    room: int | None
    """Index into ``Scene.floors``."""
    thing: Thing


@dataclass(frozen=True)
class Moment:
    """What somebody knows who saw all frames up to ``stamp_ns``."""

    scene: Scene
    stamp_ns: int
    as_of_ns: int | None
    """To be stated in a question; None: it is asked at the end."""
    turns: tuple[int, ...] = ()

    @cached_property
    def frame(self) -> int:
        return self.scene.frame_at(self.stamp_ns)

    @cached_property
    def things(self) -> tuple[Placed, ...]:
        """Those that are known to be there."""
        return tuple(self._placed(thing) for thing in self.scene.things if self._known(thing))

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """Labels of things that were seen, but not so that one can be sure of all of them, and
        labels that read like a wider word for another ("chair" beside "office chair")."""
        seen = {thing.label for thing in self.scene.things if self.ever_faint(thing)}
        unsure = {thing.label for thing in self.scene.things if self._unsure(thing)}
        wide = {a for a in seen for b in seen if a != b and b.endswith(a)}
        return frozenset(unsure | wide)

    @cached_property
    def groups(self) -> Mapping[str, tuple[Placed, ...]]:
        """Known things by label, without labels in doubt."""
        found: defaultdict[str, list[Placed]] = defaultdict(list)
        for placed in self.things:
            if placed.label and placed.label not in self.doubtful:
                found[placed.label].append(placed)
        return {label: tuple(members) for label, members in sorted(found.items())}

    @cached_property
    def singles(self) -> tuple[Placed, ...]:
        """Known things that are the only ones of their label: "the sofa"."""
        return tuple(group[0] for group in self.groups.values() if len(group) == 1)

    @cached_property
    def never_seen(self) -> tuple[str, ...]:
        """Labels of the vocabulary of which not even a trace was seen, nor of a near word. Wide
        ones ("cabinet" beside "file cabinet") are left out: people call many things so."""
        seen = {thing.label for thing in self.scene.things if self.ever_faint(thing)}
        words = {word for label in seen for word in label.split()}
        fresh = [each for each in self._narrow if not words & set(each.split())]
        return tuple(e for e in fresh if not any(a.endswith(e) or e.endswith(a) for a in seen))

    @cached_property
    def _narrow(self) -> list[str]:
        all_ = self.scene.vocabulary
        return [a for a in all_ if not any(b != a and b.endswith(a) for b in all_)]

    def room_of(self, box: Box) -> int | None:
        """Index of the room that a box is in; None: in none, or across a border."""
        shape = floor_shape(box)
        for index, floor in enumerate(self.scene.floors):
            if floor.polygon and floor.shape.covers(shapely.Point(box.center[:2])):
                inside = floor.shape.intersection(shape).area
                return index if inside >= 0.6 * shape.area else None
        return None

    def ever_faint(self, thing: Thing) -> bool:
        """Whether anything of it has been seen."""
        if thing.views is None:
            return thing.box_at(self.stamp_ns) is not None
        return bool(thing.views.faint[: self.frame + 1].any())

    def well_seen(self, thing: Thing) -> bool:
        """Whether it is known where it stands now."""
        if thing.views is None:
            return True
        since = self.scene.frame_at(thing.place_since(self.stamp_ns) - 1) + 1
        looks = int(thing.views.well[max(since, 0) : self.frame + 1].sum())
        return looks >= self.scene.min_frames

    def _known(self, thing: Thing) -> bool:
        here = thing.box_at(self.stamp_ns) is not None
        return here and self.well_seen(thing) and self._changes_known(thing)

    def _unsure(self, thing: Thing) -> bool:
        if not self.ever_faint(thing):
            return False
        if thing.box_at(self.stamp_ns) is None:
            return not self._changes_known(thing)
        return not self._known(thing)

    def _changes_known(self, thing: Thing) -> bool:
        return all(
            change.known_ns is not None and change.known_ns <= self.stamp_ns
            for change in self.scene.changes
            if change.thing_id == thing.id and change.stamp_ns <= self.stamp_ns
        )

    def _placed(self, thing: Thing) -> Placed:
        box = thing.box_at(self.stamp_ns)
        assert box is not None
        return Placed(thing.id, thing.label, box, self.room_of(box), thing)
