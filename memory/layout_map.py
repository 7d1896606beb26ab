"""The sparse side of the map: objects, rooms, keyframes and history, from observations.

One writer; every observation that is taken in makes a version. Layouts that were given out
stay as they are: they share what did not change with later ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.grid_state import grid_from_state, grid_state
from cogmap.memory.history import History, HistoryConfig, StructureRecord
from cogmap.memory.keyframe_choice import KeyframeChoice, KeyframeChoiceConfig
from cogmap.memory.objects.object_map import ObjectMap, ObjectMapConfig
from cogmap.memory.persistence import part_of
from cogmap.memory.rooms.structure import Structure, StructureConfig, room_of, structure
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import (
    F64,
    Box,
    Intrinsics,
    Layout,
    MapEvent,
    MapObject,
    Observation,
    OccupancyGrid,
)

__all__ = ["LayoutConfig", "LayoutMap"]


MOST_FRAMES = 2**31
"""Frames with a number beyond this are refused: two years at 30 Hz."""


@dataclass(frozen=True)
class LayoutConfig:
    """How observations become a layout."""

    objects: ObjectMapConfig = field(default_factory=ObjectMapConfig)
    structure: StructureConfig = field(default_factory=StructureConfig)
    keyframes: KeyframeChoiceConfig = field(default_factory=KeyframeChoiceConfig)
    history: HistoryConfig = field(default_factory=HistoryConfig)


class LayoutMap:
    """Objects, rooms, keyframes, trajectory and history of one stream."""

    def __init__(self, config: LayoutConfig = LayoutConfig()) -> None:
        self.config = config
        self.objects = ObjectMap(config.objects)
        self.keyframes = KeyframeChoice(config.keyframes)
        self.trajectory = Trajectory()
        self.history = History(config.history)
        self.structure = Structure()
        self.grid: OccupancyGrid | None = None
        """Free and occupied space as it was given last; None before."""
        self.lens: Intrinsics | None = None
        """Of the camera that saw last."""
        self.events: list[MapEvent] = []
        """All that has happened, oldest first."""
        self.version = 0
        self.number = -1
        """Of the last frame taken in."""
        self.stamp_ns = 0
        self._now: dict[int, MapObject] = {}
        self._source: dict[int, MapObject] = {}

    def take(self, observation: Observation) -> list[MapEvent]:
        """Take in what a frame showed; what has changed in the world by it.

        Frames without a trusted pose teach nothing. Observations come in the order of their
        frames, late ones aside.
        """
        if observation.world_from_camera is None or not 0 <= observation.number < MOST_FRAMES:
            return []
        if not observation.late:
            self._remember_pose(observation)
            self.number = observation.number
            self.lens = observation.intrinsics
            self.stamp_ns = max(self.stamp_ns, observation.stamp_ns)
        self.version += 1
        events = self.objects.update(observation, self.version)
        self.keyframes.offer(observation)
        return self._changed(events)

    def take_grid(self, grid: OccupancyGrid) -> None:
        """Find rooms, doors and walls anew in what is known of free and occupied space."""
        self.version += 1
        self.grid = grid
        present = [thing for thing in self._now.values() if thing.is_here]
        self.structure = structure(grid, present, self.structure, self.config.structure)
        self._source.clear()  # every object may be in another room now
        self._changed([])
        self.history.record_structure(self._structure_record())

    def put(self, layout: Layout) -> None:
        """Begin with a layout that was made elsewhere: its objects and rooms, no surface.

        Raises ObjectMapError if a box is empty or not finite.
        """
        self.objects.take_over(layout.objects)
        self.version, self.number = max(layout.version, 1), layout.number
        self.stamp_ns = layout.stamp_ns
        self.structure = Structure(
            layout.rooms,
            layout.doors,
            layout.walls,
            layout.floor_z,
            next_room=max((room.id for room in layout.rooms), default=0) + 1,
            next_door=max((door.id for door in layout.doors), default=0) + 1,
        )
        self._changed([])
        self.history.record_structure(self._structure_record())

    def correct_poses(self, world_from_keyframe: Mapping[int, F64]) -> None:
        """Move keyframes (number -> (4, 4)), and all that was seen relative to them."""
        self.version += 1
        self.trajectory.correct(world_from_keyframe)
        before = dict(self._now)
        self.objects.correct(world_from_keyframe, self.trajectory.revision)
        self._refresh()
        self.history.correct(before, self._now)

    def edited(self, events: Sequence[MapEvent]) -> list[MapEvent]:
        """After a person's correction through ``objects``: make the version that has it."""
        self.version += 1
        now = {"version": self.version, "stamp_ns": self.stamp_ns}
        return self._changed([msgspec.structs.replace(e, **now) for e in events])

    def layout(self) -> Layout:
        """The layout as of now."""
        return Layout(
            stamp_ns=self.stamp_ns,
            version=self.version,
            number=self.number,
            objects=tuple(self._now[id_] for id_ in sorted(self._now)),
            rooms=self.structure.rooms,
            doors=self.structure.doors,
            walls=self.structure.walls,
            floor_z=self.structure.floor_z,
        )

    def layout_at(self, stamp_ns: int) -> Layout:
        """The layout as it was known at a stamp; an empty one from before the first frame."""
        if stamp_ns >= self.stamp_ns:
            return self.layout()
        past = self.history.structure_at(stamp_ns)
        numbers, stamps, _ = self.trajectory.poses()
        before = numbers[stamps <= stamp_ns]
        return Layout(
            stamp_ns=stamp_ns,
            version=self.version,
            number=int(before.max()) if len(before) else -1,
            objects=self.history.objects_at(stamp_ns),
            rooms=past.rooms,
            doors=past.doors,
            walls=past.walls,
            floor_z=past.floor_z,
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        parts = {
            "objects": self.objects.state(),
            "keyframes": self.keyframes.state(),
            "trajectory": self.trajectory.state(),
            "history": self.history.state(),
        }
        rest = (self.structure, self.events, self.version, self.number, self.stamp_ns)
        arrays = {f"{part}/{name}": a for part, state in parts.items() for name, a in state.items()}
        arrays["rest"] = np.frombuffer(msgspec.msgpack.encode(rest), np.uint8)
        arrays["lens"] = np.frombuffer(msgspec.msgpack.encode(self.lens), np.uint8)
        return {**arrays, **grid_state(self.grid)}

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: LayoutConfig) -> LayoutMap:
        """Inverse of ``state``."""
        layout = cls(config)
        layout.objects = ObjectMap.from_state(part_of(state, "objects"), config.objects)
        layout.keyframes = KeyframeChoice.from_state(part_of(state, "keyframes"), config.keyframes)
        layout.trajectory = Trajectory.from_state(part_of(state, "trajectory"))
        layout.history = History.from_state(part_of(state, "history"), config.history)
        rest_type = tuple[Structure, list[MapEvent], int, int, int]
        rest = msgspec.msgpack.decode(state["rest"].tobytes(), type=rest_type)
        layout.structure, layout.events, layout.version, layout.number, layout.stamp_ns = rest
        if (lens := state.get("lens")) is not None:  # older maps have none
            layout.lens = msgspec.msgpack.decode(lens.tobytes(), type=Intrinsics | None)
        layout.grid = grid_from_state(part_of(state, "grid"))
        layout._refresh()
        return layout

    def _remember_pose(self, observation: Observation) -> None:
        assert observation.world_from_camera is not None
        assert observation.keyframe_from_camera is not None
        if not self.trajectory.has_keyframe(observation.keyframe):
            world_from_keyframe = observation.world_from_camera @ np.linalg.inv(
                observation.keyframe_from_camera
            )
            self.trajectory.add_keyframe(observation.keyframe, world_from_keyframe)
        self.trajectory.add(
            observation.number,
            observation.stamp_ns,
            observation.keyframe,
            observation.keyframe_from_camera,
        )

    def _changed(self, events: list[MapEvent]) -> list[MapEvent]:
        """Bring the layout, its history and the events up to date."""
        changed, gone = self._refresh()
        self.history.record_objects(self.stamp_ns, self.version, changed)
        self.history.record_gone(self.stamp_ns, self.version, gone)
        self.events.extend(events)
        return events

    def _refresh(self) -> tuple[list[MapObject], list[int]]:
        """The objects that differ from what they were, and the ids of those that are no more;
        ``objects`` gives the same ones again as long as nothing changed."""
        changed, gone = [], set(self._now)
        for thing in self.objects.objects():
            gone.discard(thing.id)
            if self._source.get(thing.id) is thing:
                continue
            self._source[thing.id] = thing
            placed = self._placed(thing)
            if placed != self._now.get(thing.id):
                self._now[thing.id] = placed
                changed.append(placed)
        for id_ in gone:
            del self._now[id_]
        return changed, sorted(gone)

    def _placed(self, thing: MapObject) -> MapObject:
        """With the rooms that it is in and was in."""
        past = tuple(
            msgspec.structs.replace(place, room=self._room_of(place.box))
            for place in thing.placements
        )
        return msgspec.structs.replace(thing, room=self._room_of(thing.box), placements=past)

    def _room_of(self, box: Box) -> int:
        return room_of(self.structure, *box.center[:2])

    def _structure_record(self) -> StructureRecord:
        now = self.structure
        return StructureRecord(self.stamp_ns, now.rooms, now.doors, now.walls, now.floor_z)
