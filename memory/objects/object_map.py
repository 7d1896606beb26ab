"""The objects of the map: every observation moves what is known of them on by one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.objects import edits
from cogmap.memory.objects.config import DEFAULT, ObjectMapConfig
from cogmap.memory.objects.edits import ObjectMapError, find
from cogmap.memory.objects.intake import take_over
from cogmap.memory.objects.sighting_history import Sightings
from cogmap.memory.objects.store_state import store_from_state, store_state
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.update import update
from cogmap.runtime.messages import F32, F64, Box, MapEvent, MapObject, Observation, Vec3

__all__ = ["ObjectMap", "ObjectMapConfig", "ObjectMapError"]


class ObjectMap:
    """Every thing once, with what is known of it. One writer; snapshots stay as they are."""

    def __init__(self, config: ObjectMapConfig = DEFAULT) -> None:
        self.config = config
        self._store = TrackStore(config)
        self._version = 0
        self._stamp_ns = 0
        self._snapshot: tuple[MapObject, ...] | None = ()

    def update(self, observation: Observation, version: int) -> list[MapEvent]:
        """Take in what a frame showed; what has changed in the world by it.

        Every observation of a stream is given, also those that were not mapped, which change
        nothing, and late ones, whose segments are taken at the pose of their frame.
        """
        self._version = version
        if observation.world_from_camera is None:
            return []
        self._stamp_ns = max(self._stamp_ns, observation.stamp_ns)
        events = update(self._store, observation, version)
        self._snapshot = None
        return events

    def take_over(self, objects: Sequence[MapObject]) -> None:
        """Begin with the objects of a layout that was made elsewhere, by id.

        Raises ObjectMapError if a box is empty or not finite.
        """
        for thing in sorted(objects, key=lambda each: each.id):
            take_over(self._store, thing)
        self._snapshot = None

    def objects(self) -> tuple[MapObject, ...]:
        """All by id, also tentative, removed and deleted ones. Those that did not change are
        the very objects that the last call gave."""
        if self._snapshot is None:
            self._snapshot = tuple(track.snapshot() for track in self._store.tracks.values())
        return self._snapshot

    def embedding(self, object_id: int) -> F32 | None:
        """(D,) of unit length; None if no detector gave one. Raises ObjectMapError."""
        total = find(self._store, object_id).embedding
        if total is None:
            return None
        return (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)

    def embedding_space(self, object_id: int) -> str:
        """Which model made its embedding; "" if there is none. Raises ObjectMapError."""
        return find(self._store, object_id).embedding_space

    def visibility(self, object_id: int) -> Sightings:
        """Which frames showed it and how much of it. Raises ObjectMapError for unknown ids."""
        return self._store.history.of(find(self._store, object_id).id)

    def came_later(self) -> frozenset[int]:
        """Ids of objects whose places were seen without them before they were first seen."""
        return self._store.moves.came_later()

    def correct(self, world_from_keyframe: Mapping[int, F64], revision: int = 0) -> None:
        """Keyframes (number -> (4, 4)) are elsewhere than was thought: what was seen relative
        to them moves along. ``revision``: of the poses, for the provenance."""
        self._store.correct(dict(world_from_keyframe), revision)
        self._snapshot = None

    # What people change. All raise ObjectMapError, and change nothing, for unknown ids.

    def rename(self, object_id: int, label: str) -> list[MapEvent]:
        """Give it a label that no later detection changes."""
        return self._edited(edits.rename(self._store, object_id, label, self._next()))

    def delete(self, object_id: int) -> list[MapEvent]:
        """It is not there: the evidence that made it, and more of that kind, makes no new one."""
        return self._edited(edits.delete(self._store, object_id, self._next()))

    def merge(self, object_ids: Sequence[int]) -> list[MapEvent]:
        """They are one: the first."""
        return self._edited(edits.merge(self._store, object_ids, self._next()))

    def split(self, object_id: int, parts: tuple[Vec3, Vec3] | None = None) -> list[MapEvent]:
        """It is two: around a point (world, m) in either part, or else its two halves."""
        return self._edited(edits.split(self._store, object_id, parts, self._next()))

    def add(self, label: str, box: Box) -> list[MapEvent]:
        """There is something that no detector has found. Raises ObjectMapError for bad boxes."""
        return self._edited(edits.add(self._store, label, box, self._stamp_ns, self._next()))

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``: going on from them is as if it had never stopped."""
        return {
            **store_state(self._store),
            "version": np.array([self._version, self._stamp_ns], np.int64),
        }

    @classmethod
    def from_state(
        cls, state: Mapping[str, NDArray[Any]], config: ObjectMapConfig = DEFAULT
    ) -> ObjectMap:
        """Inverse of ``state``."""
        map_ = cls(config)
        map_._store = store_from_state(state, config)
        map_._version, map_._stamp_ns = state["version"].tolist()
        map_._snapshot = None
        return map_

    def _next(self) -> int:
        return self._version + 1

    def _edited(self, events: list[MapEvent]) -> list[MapEvent]:
        self._version += 1
        self._snapshot = None
        return events
