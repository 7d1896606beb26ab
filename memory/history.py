"""The layout's past: what each object and the rooms were, as of any stamp.

A record is kept when something about an object changes that a person would call a change, and
while its box still settles; not for every frame that sees it again. So a map that is only
patrolled does not grow.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import U8, Box, Door, MapObject, Room, Wall

__all__ = ["History", "HistoryConfig", "StructureRecord"]


@dataclass(frozen=True)
class HistoryConfig:
    """When a record is kept, and how many."""

    box_change_m: float = 0.05
    """A box is recorded again when its centre or a side has changed by more than this."""
    settling_records: int = 32
    """Of one object that differ by their box alone; the oldest are thinned out beyond that."""
    structure_records: int = 64
    """Of rooms, doors and walls."""


class ObjectRecord(msgspec.Struct, frozen=True, array_like=True):
    """An object from ``stamp_ns`` on, until its next record."""

    stamp_ns: int
    version: int
    settling: bool
    """It differs from the record before by its box or confidence alone."""
    object: MapObject | None
    """None: it is not one of its own any more, but part of another one."""


class StructureRecord(msgspec.Struct, frozen=True, array_like=True):
    """Rooms, doors and walls from ``stamp_ns`` on, until the next record."""

    stamp_ns: int
    rooms: tuple[Room, ...] = ()
    doors: tuple[Door, ...] = ()
    walls: tuple[Wall, ...] = ()
    floor_z: float | None = None


class History:
    """What was when. One writer; stamps must not go down."""

    def __init__(self, config: HistoryConfig = HistoryConfig()) -> None:
        self.config = config
        self._objects: dict[int, list[ObjectRecord]] = {}
        self._structures: list[StructureRecord] = []

    def record_objects(self, stamp_ns: int, version: int, changed: Sequence[MapObject]) -> None:
        """Take in objects that differ from what they were when last given. Tentative ones are
        not recorded: most of them come to nothing."""
        for thing in changed:
            if thing.state == "tentative":
                continue
            records = self._objects.setdefault(thing.id, [])
            last = records[-1].object if records else None
            settling = last is not None and _same_but_for_box(last, thing)
            if last is not None and settling and self._box_stands(last.box, thing.box):
                continue
            records.append(ObjectRecord(stamp_ns, version, settling, thing))
            self._thin(records)

    def record_gone(self, stamp_ns: int, version: int, ids: Sequence[int]) -> None:
        """Objects that were merged into others."""
        for id_ in ids:
            if id_ in self._objects:
                self._objects[id_].append(ObjectRecord(stamp_ns, version, False, None))

    def record_structure(self, record: StructureRecord) -> None:
        """Take in rooms, doors and walls; the same as before are not kept twice."""
        last = self._structures[-1] if self._structures else None
        if last is not None and _same_structure(last, record):
            return
        self._structures.append(record)
        if len(self._structures) > self.config.structure_records:
            del self._structures[1 : len(self._structures) // 2 : 2]  # coarser the older

    def correct(self, before: Mapping[int, MapObject], after: Mapping[int, MapObject]) -> None:
        """Objects are elsewhere than was thought, now and then: each record moves as that place
        of the object does which is nearest to it."""
        for id_, records in self._objects.items():
            if id_ not in before or id_ not in after:
                continue
            shifts = list(zip(_boxes(before[id_]), _boxes(after[id_]), strict=True))
            self._objects[id_] = [_moved(record, shifts) for record in records]

    def objects_at(self, stamp_ns: int) -> tuple[MapObject, ...]:
        """Every object that was certain then, as it was known then, by id.

        ``last_seen_ns`` and ``seen`` are those of the object's record, which may be older.
        """
        found = []
        for _, records in sorted(self._objects.items()):
            row = bisect_right(records, stamp_ns, key=lambda record: record.stamp_ns)
            thing = records[row - 1].object if row else None
            if thing is not None:
                found.append(thing)
        return tuple(found)

    def structure_at(self, stamp_ns: int) -> StructureRecord:
        """The rooms that were known then."""
        row = bisect_right(self._structures, stamp_ns, key=lambda record: record.stamp_ns)
        return self._structures[row - 1] if row else StructureRecord(stamp_ns)

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        return {
            "objects": _packed(sorted(self._objects.items())),
            "structures": _packed(self._structures),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: HistoryConfig) -> History:
        """Inverse of ``state``. Raises msgspec.ValidationError if it is not one."""
        history = cls(config)
        packed = state["objects"].tobytes()
        kept_type = list[tuple[int, list[ObjectRecord]]]
        history._objects = dict(msgspec.msgpack.decode(packed, type=kept_type))
        packed = state["structures"].tobytes()
        history._structures = msgspec.msgpack.decode(packed, type=list[StructureRecord])
        return history

    def _box_stands(self, before: Box, now: Box) -> bool:
        limit = self.config.box_change_m
        moved = math.dist(before.center, now.center) > limit
        return not moved and all(
            abs(a - b) <= limit for a, b in zip(before.size, now.size, strict=True)
        )

    def _thin(self, records: list[ObjectRecord]) -> None:
        """Drop every other of the older settling ones when there are too many."""
        rows = [row for row, record in enumerate(records) if record.settling]
        if len(rows) > self.config.settling_records:
            for row in reversed(rows[: len(rows) // 2 : 2]):
                del records[row]


def _boxes(thing: MapObject) -> list[Box]:
    return [thing.box, *(place.box for place in thing.placements)]


def _moved(record: ObjectRecord, shifts: list[tuple[Box, Box]]) -> ObjectRecord:
    if record.object is None:
        return record
    thing = record.object
    places = tuple(
        msgspec.structs.replace(place, box=_shifted(place.box, shifts))
        for place in thing.placements
    )
    thing = msgspec.structs.replace(thing, box=_shifted(thing.box, shifts), placements=places)
    return msgspec.structs.replace(record, object=thing)


def _shifted(box: Box, shifts: list[tuple[Box, Box]]) -> Box:
    old, new = min(shifts, key=lambda pair: math.dist(pair[0].center, box.center))
    x, y, z = (c + b - a for a, b, c in zip(old.center, new.center, box.center, strict=True))
    return Box(center=(x, y, z), size=box.size, yaw=(box.yaw + new.yaw - old.yaw) % math.pi)


def _same_but_for_box(before: MapObject, now: MapObject) -> bool:
    return (
        before.label == now.label
        and before.state == now.state
        and before.room == now.room
        and before.dynamic == now.dynamic
        and before.ambiguous_with == now.ambiguous_with
        and len(before.placements) == len(now.placements)
    )


def _same_structure(before: StructureRecord, now: StructureRecord) -> bool:
    return (before.rooms, before.doors, before.walls) == (now.rooms, now.doors, now.walls)


def _packed(value: object) -> U8:
    return np.frombuffer(msgspec.msgpack.encode(value), np.uint8)
