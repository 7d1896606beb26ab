"""What can be found in a map: objects, rooms and keyframes alike; and what filters let by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import shapely

from cogmap.memory.index.synonyms import relation
from cogmap.runtime.messages import F32, F64, Bool, MapObject, Room, Vec3

__all__ = [
    "KINDS",
    "Entry",
    "EntryTable",
    "Filters",
    "Key",
    "KeyframeEntry",
    "Kind",
    "entries_of",
    "let_by",
]

Kind = Literal["object", "room", "keyframe"]
KINDS: tuple[Kind, ...] = ("object", "room", "keyframe")
Key = tuple[Kind, int]
"""An object's id, a room's id or a keyframe's frame number."""


@dataclass(frozen=True, eq=False)
class KeyframeEntry:
    """What is known of a keyframe besides the objects whose best views it holds."""

    number: int
    stamp_ns: int | None = None
    position: Vec3 | None = None
    """Of the camera (m, world)."""
    room: int = -1
    embedding: F32 | None = None
    """(D,) of the whole picture."""


@dataclass(frozen=True)
class Entry:
    """One thing that can be found."""

    kind: Kind
    id: int
    label: str
    labels: Mapping[str, float]
    """Words for it and how much each holds, in [0, 1]; the likeliest has 1."""
    confidence: float
    """Orders what fits equally well."""
    here: bool = True
    """False for an object that is not sure to be there, or no more."""
    room: int = -1
    seen_ns: tuple[int, int] | None = None
    """First and last time."""
    center: Vec3 | None = None
    size: Vec3 = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    polygon: tuple[tuple[float, float], ...] = ()

    @property
    def key(self) -> Key:
        return self.kind, self.id


@dataclass(frozen=True)
class Filters:
    """What a search is limited to. Every filter is exact: what it lets by is ranked, all of it."""

    kinds: Sequence[Kind] = KINDS
    room: int | None = None
    """Only what is in this room (the room itself too)."""
    label: str | None = None
    """Only what is called so, by this word, another for the same, or that of a special kind."""
    seen: tuple[int, int] | None = None
    """Only what was seen between two stamps (ns, both included); rooms have no time and pass."""
    near: tuple[Vec3, float] | None = None
    """Only what is within so many metres of a point (world), by the surface of its box; keyframes
    by where the camera was; rooms as seen from above."""
    absent: bool = False
    """Also objects that are tentative, removed or deleted."""


def entries_of(
    objects: Iterable[MapObject], rooms: Iterable[Room], keyframes: Iterable[KeyframeEntry]
) -> dict[Key, Entry]:
    """All that can be found. A keyframe is called by the objects that it shows best."""
    shown: dict[int, dict[str, float]] = {}
    entries: dict[Key, Entry] = {}
    for thing in objects:
        entries["object", thing.id] = _object_entry(thing)
        most = max((view.pixels for view in thing.views), default=1)
        for view in thing.views if thing.label and thing.is_here else ():
            labels = shown.setdefault(view.keyframe, {})
            share = 0.5 + 0.5 * view.pixels / max(most, 1)
            labels[thing.label] = max(labels.get(thing.label, 0.0), share)
    for room in rooms:
        entries["room", room.id] = Entry(
            kind="room", id=room.id, label=room.label, labels=_only(room.label),
            confidence=room.confidence, room=room.id, polygon=room.polygon,
        )  # fmt: skip
    for keyframe in keyframes:
        labels = shown.get(keyframe.number, {})
        stamp = keyframe.stamp_ns
        entries["keyframe", keyframe.number] = Entry(
            kind="keyframe", id=keyframe.number, label=", ".join(sorted(labels)), labels=labels,
            confidence=0.0, room=keyframe.room, seen_ns=None if stamp is None else (stamp, stamp),
            center=keyframe.position,
        )  # fmt: skip
    return entries


def _object_entry(thing: MapObject) -> Entry:
    likeliest = max(thing.labels.values(), default=1.0) or 1.0
    labels = {label: share / likeliest for label, share in thing.labels.items() if label}
    return Entry(
        kind="object", id=thing.id, label=thing.label, labels=labels | _only(thing.label),
        confidence=thing.confidence, here=thing.is_here, room=thing.room,
        seen_ns=(thing.first_seen_ns, thing.last_seen_ns),
        center=thing.box.center, size=thing.box.size, yaw=thing.box.yaw,
    )  # fmt: skip


def _only(label: str) -> dict[str, float]:
    return {label: 1.0} if label else {}


def let_by(filters: Filters, table: EntryTable) -> list[Entry]:
    """Those entries that every filter lets by, in the order of the table."""
    kept = np.isin(table.kinds, list(filters.kinds))
    if not filters.absent:
        kept &= table.here
    if filters.room is not None:
        kept &= table.rooms == filters.room
    if filters.seen is not None:
        begin, end = filters.seen
        kept &= table.timeless | ((table.first_ns <= end) & (table.last_ns >= begin))
    if filters.near is not None:
        point, radius_m = filters.near
        kept &= table.distances(np.array(point, np.float64)) <= radius_m
    chosen = [table.entries[i] for i in np.flatnonzero(kept).tolist()]
    if filters.label is not None:
        chosen = [e for e in chosen if any(relation(filters.label, own) for own in _sure(e))]
    return chosen


def _sure(entry: Entry) -> list[str]:
    return [entry.label] if entry.kind != "keyframe" else list(entry.labels)


@dataclass(frozen=True)
class EntryTable:
    """Entries as columns, to filter many at once."""

    entries: Sequence[Entry] = field(default_factory=list)

    @cached_property
    def kinds(self) -> np.ndarray:
        """(N,) text."""
        return np.array([e.kind for e in self.entries], dtype="U8")

    @cached_property
    def here(self) -> Bool:
        """(N,)"""
        return np.array([e.here for e in self.entries], np.bool_)

    @cached_property
    def rooms(self) -> np.ndarray:
        """(N,) ids."""
        return np.array([e.room for e in self.entries], np.int64)

    @cached_property
    def timeless(self) -> Bool:
        """(N,) rooms: they have no time."""
        return np.asarray(self.kinds == "room", np.bool_)

    @cached_property
    def first_ns(self) -> np.ndarray:
        """(N,); what has no known time was never seen."""
        return np.array([e.seen_ns[0] if e.seen_ns else _LATEST for e in self.entries], np.int64)

    @cached_property
    def last_ns(self) -> np.ndarray:
        """(N,)"""
        return np.array([e.seen_ns[1] if e.seen_ns else -_LATEST for e in self.entries], np.int64)

    @cached_property
    def _boxes(self) -> F64:
        rows = [(*(e.center or _NOWHERE), *e.size, e.yaw) for e in self.entries]
        return np.array(rows, np.float64).reshape(-1, 7)

    def distances(self, point: F64) -> F64:
        """(N,) metres from ``point`` (3,) to the surface of each, 0 inside; enormous if its
        place is not known."""
        offset = point - self._boxes[:, :3]
        c, s = np.cos(self._boxes[:, 6]), np.sin(self._boxes[:, 6])
        x, y = offset[:, 0], offset[:, 1]
        local = np.stack([c * x + s * y, c * y - s * x, offset[:, 2]], axis=1)
        beyond = np.maximum(np.abs(local) - self._boxes[:, 3:6] / 2, 0)
        distances = np.asarray(np.linalg.norm(beyond, axis=1), np.float64)
        for i, entry in enumerate(self.entries):
            if len(entry.polygon) >= 3:
                distances[i] = shapely.distance(
                    shapely.Polygon(entry.polygon), shapely.Point(point[0], point[1])
                )
        return distances


_LATEST = np.iinfo(np.int64).max
_NOWHERE = (1e15, 1e15, 1e15)
"""Farther than any radius that makes sense, and finite under rotation."""
