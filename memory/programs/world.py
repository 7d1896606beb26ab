"""One version of the map as programs read it."""

from __future__ import annotations

import copy
import math
import time as clock
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property

import msgspec
import numpy as np

from cogmap.memory.geometry.boxes import BoxRows, rows
from cogmap.memory.objects.sighting_history import Sightings
from cogmap.memory.paths.floor import with_walked
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.errors import TooMuchError
from cogmap.memory.programs.evidence import Recorder
from cogmap.memory.programs.span import refuse_outside
from cogmap.memory.programs.values import Point, Pose, Time
from cogmap.memory.programs.words import Words
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import (
    F64,
    I64,
    Intrinsics,
    Layout,
    MapEvent,
    MapObject,
    OccupancyGrid,
    Room,
)

__all__ = ["NO_SIGHTINGS", "World", "pose_of"]

FLOOR_VOXEL_M, LEAST_STANDING = 0.05, 3
"""The map finds the floor to half a voxel: 2.5 cm above where it is, as a rule. So many things
whose bottoms are within a voxel of it tell where it is."""
WALKED_M = 0.25
"""The floor so far beside where the camera was is free: somebody carried it."""

_FEW = 8
"""Boxes of so few things are put together as soon as they are looked up."""

NO_SIGHTINGS = Sightings(
    np.zeros(0, np.int64), np.zeros(0, np.uint8), np.zeros(0, np.float32), np.zeros(0, np.float32)
)


class World:
    """What operations read: one version of a map, or a truth given as plain data.

    Read-only, and valid while the map goes on: it shares what the map does not change, and of
    what grows it reads what is not later than ``layout.number``.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        trajectory: Trajectory | None = None,
        sightings: Mapping[int, Sightings] | Callable[[int], Sightings] | None = None,
        grid: OccupancyGrid | None = None,
        lens: Intrinsics | None = None,
        events: Sequence[MapEvent] = (),
        keyframes: Sequence[int] = (),
        picture: Callable[[int], bytes] | None = None,
        pose: Pose | None = None,
        words: Words | None = None,
        past: Callable[[int], Layout] | None = None,
        turn_ends_ns: Sequence[int] | None = None,
        start_ns: int | None = None,
        came_later: Callable[[], Collection[int]] | None = None,
    ) -> None:
        """Only ``layout`` is needed; operations that need what is missing say so.

        Args:
            sightings: which frames showed an object, by its id.
            lens: of the camera, which is carried on as it was lately.
            picture: gives the JPEG of one of ``keyframes``.
            pose: of who asks; None: the camera's.
            past: gives the layout as of a stamp.
            turn_ends_ns: ends of the turns of a conversation, ascending.
            start_ns: None: that of the first frame.
            came_later: gives the ids of things whose places were seen without them before.
        """
        self.layout = layout
        self.trajectory = trajectory
        self.grid = grid
        self.lens = lens
        self.events = events
        self.keyframes = tuple(keyframes)
        self.words = words or Words()
        self.turn_ends_ns = tuple(turn_ends_ns) if turn_ends_ns is not None else None
        self.recorder = Recorder()
        self.deadline = math.inf
        """Of this thread's processor time, less what words have spent on setting up."""
        self._sightings = sightings
        self._picture = picture
        self._pose = pose
        self._past = past
        self._start_ns = start_ns
        self._came_later = came_later
        self._tables = _Tables(layout, trajectory)

    def check_time(self) -> None:
        """What an operation does before each part of long work. Raises TooMuchError."""
        if clock.thread_time() - self.words.set_up_s > self.deadline:
            raise TooMuchError("the program takes too long")

    # What there is

    @property
    def objects(self) -> tuple[MapObject, ...]:
        """Those that are here, by id."""
        return self._tables.here

    @property
    def known(self) -> Mapping[int, MapObject]:
        """Every object that is here or is gone, by id."""
        return self._tables.known

    @property
    def labels(self) -> Mapping[str, tuple[MapObject, ...]]:
        """Objects that are here or are gone, by their label."""
        return self._tables.by_label

    @property
    def rooms(self) -> tuple[Room, ...]:
        return self.layout.rooms

    @property
    def rows(self) -> BoxRows:
        """(N, 7) boxes of ``objects``."""
        return self._tables.rows

    def rows_of(self, things: Sequence[MapObject]) -> BoxRows:
        """(N, 7) boxes of objects; from the table where they are in it."""
        return self._tables.rows_of(things)

    def room(self, room_id: int) -> Room | None:
        return self._tables.rooms.get(room_id)

    @property
    def floor_z(self) -> float:
        """Height of the floor (m, world): as the map found it, to a few mm where things stand on
        it; else the lowest bottom of a box."""
        return self._tables.floor_z

    @property
    def floor(self) -> OccupancyGrid | None:
        """``grid``, where floor that the camera has passed over, unseen, is free as well."""
        if self.grid is not None and self._tables.floor is None:
            numbers = self.numbers
            line = np.zeros((0, 2))
            if self.trajectory is not None and len(numbers):
                line = self.trajectory.poses()[2][: len(numbers), :2, 3]
            self._tables.floor = with_walked(self.grid, line, WALKED_M)
        return self._tables.floor

    # Time and who asks

    @property
    def now(self) -> Time:
        return Time(self.layout.stamp_ns)

    @property
    def start_ns(self) -> int:
        """Stamp of the first frame."""
        if self._start_ns is not None:
            return self._start_ns
        stamps = self.stamps_ns
        if len(stamps):
            return int(stamps[0])
        return self._tables.first_seen_ns

    @property
    def numbers(self) -> I64:
        """(N,) numbers of the frames that have a pose, ascending, up to this version."""
        return self._tables.frames[0]

    @property
    def stamps_ns(self) -> I64:
        """(N,) stamps of those frames."""
        return self._tables.frames[1]

    @property
    def agent(self) -> Pose | None:
        """Of who asks: given, or else of the camera."""
        if self._pose is not None:
            return self._pose
        numbers = self.numbers
        if self.trajectory is None or not len(numbers):
            return None
        self.recorder.note_frames([int(numbers[-1])])
        return pose_of(self.trajectory.world_from_camera(int(numbers[-1])))

    def refuse_unknown(self, time: Time) -> None:
        """Raises NotDeterminable for a time before the first frame or after now."""
        refuse_outside(time.stamp_ns, self.start_ns, self.layout.stamp_ns)

    def at(self, time: Time) -> World:
        """The world as it was known then. Raises NotDeterminable if no history is kept, and of a
        time of which nothing is known."""
        self.refuse_unknown(time)
        if time >= self.now:
            return self
        if self._past is None:
            raise NotDeterminable("this map keeps no history, so its past is not known")
        past = copy.copy(self)
        past.layout = self._with_rooms(self._past(time.stamp_ns))
        past.grid = None
        past.events = [event for event in self.events if event.stamp_ns <= time.stamp_ns]
        past._tables = _Tables(past.layout, self.trajectory)
        past._start_ns = self.start_ns
        return past

    def _with_rooms(self, past: Layout) -> Layout:
        """A layout of which no rooms are kept, with the rooms of now that its things were in:
        rooms stay where they are."""
        if past.rooms:
            return past
        ids = {thing.room for thing in past.objects}
        rooms = tuple(room for room in self.layout.rooms if room.id in ids)
        return msgspec.structs.replace(past, rooms=rooms)

    def asked_by(self, pose: Pose | None, turn_ends_ns: Sequence[int] | None = None) -> World:
        """The same for one run of a program, with the pose of who asks and the turns of their
        conversation, as far as these are known."""
        world = copy.copy(self)
        world.recorder = Recorder()
        world._pose = pose or self._pose
        if turn_ends_ns is not None:
            world.turn_ends_ns = tuple(turn_ends_ns)
        return world

    # What was seen

    def sightings(self, object_id: int) -> Sightings:
        """Which frames showed an object, up to this version; empty if that is not known."""
        if self._sightings is None:
            return NO_SIGHTINGS
        if callable(self._sightings):
            found = self._sightings(object_id)
        else:
            found = self._sightings.get(object_id, NO_SIGHTINGS)
        rows_ = slice(0, int(np.searchsorted(found.numbers, self.layout.number, side="right")))
        return Sightings(
            found.numbers[rows_], found.states[rows_], found.fractions[rows_], found.shares[rows_]
        )

    def came_later(self) -> Collection[int]:
        """Ids of things whose places were seen without them before. Raises NotDeterminable if
        that is not known."""
        if self._came_later is None:
            raise NotDeterminable("what was there from the start is not known to this map")
        return self._came_later()

    def picture(self, number: int) -> bytes:
        """JPEG of a keyframe. Raises NotDeterminable if there is none."""
        if self._picture is None or number not in self.keyframes:
            raise NotDeterminable(f"there is no picture of frame {number}")
        return self._picture(number)


class _Tables:
    """What is computed of a layout when first needed, and shared by all who read it."""

    def __init__(self, layout: Layout, trajectory: Trajectory | None) -> None:
        self._layout = layout
        self._trajectory = trajectory
        self.floor: OccupancyGrid | None = None

    @cached_property
    def here(self) -> tuple[MapObject, ...]:
        return tuple(t for t in self._layout.objects if t.state in ("present", "moved"))

    @cached_property
    def known(self) -> dict[int, MapObject]:
        return {t.id: t for t in self._layout.objects if t.state not in ("tentative", "deleted")}

    @cached_property
    def by_label(self) -> dict[str, tuple[MapObject, ...]]:
        found: dict[str, list[MapObject]] = {}
        for thing in self.known.values():
            found.setdefault(thing.label, []).append(thing)
        return {label: tuple(things) for label, things in found.items()}

    @cached_property
    def rows(self) -> BoxRows:
        return rows([thing.box for thing in self.here])

    @cached_property
    def _row_numbers(self) -> dict[int, int]:
        """By the identity of ``here``'s own objects: of a thing as it once was this is no row."""
        return {id(thing): number for number, thing in enumerate(self.here)}

    def rows_of(self, things: Sequence[MapObject]) -> BoxRows:
        if len(things) <= _FEW:
            return rows([thing.box for thing in things])
        numbers = [self._row_numbers.get(id(thing), -1) for thing in things]
        if -1 in numbers:
            return rows([thing.box for thing in things])
        return np.asarray(self.rows[numbers])

    @cached_property
    def first_seen_ns(self) -> int:
        return min((thing.first_seen_ns for thing in self.here), default=0)

    @cached_property
    def rooms(self) -> dict[int, Room]:
        return {room.id: room for room in self._layout.rooms}

    @cached_property
    def floor_z(self) -> float:
        bottoms = np.array([t.box.center[2] - t.box.size[2] / 2 for t in self.here])
        floor_z = self._layout.floor_z
        if floor_z is None:
            return float(bottoms.min(initial=0.0)) if len(bottoms) else 0.0
        standing = bottoms[np.abs(bottoms - floor_z) <= FLOOR_VOXEL_M]
        return float(np.median(standing)) if len(standing) >= LEAST_STANDING else floor_z

    @cached_property
    def frames(self) -> tuple[I64, I64]:
        if self._trajectory is None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        numbers, stamps = self._trajectory.frames()
        end = int(np.searchsorted(numbers, self._layout.number, side="right"))
        return numbers[:end], stamps[:end]


def pose_of(world_from_camera: F64) -> Pose:
    """Where a camera is and which way it looks, from its pose (4, 4).

    One that looks straight down or up looks where the top, or the bottom, of its image points.
    """
    x, y, z = world_from_camera[:3, 3].tolist()
    ahead = world_from_camera[:3, 2]
    if math.hypot(ahead[0], ahead[1]) < 0.1:
        ahead = world_from_camera[:3, 1] * (1.0 if ahead[2] > 0 else -1.0)
    return Pose(Point(x, y, z), math.atan2(float(ahead[1]), float(ahead[0])))
