"""Fuses frames and lifts detections: pose, surface and free space, one observation a frame."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.dense.admission import AdmissionConfig
from cogmap.memory.dense.reconstruction import (
    PoseSource,
    ReconstructionConfig,
    ReconstructionError,
    Reconstructor,
)
from cogmap.memory.dense.surface import SurfaceConfig
from cogmap.memory.formats.mesh_files import ply
from cogmap.memory.geometry.poses import motion_between
from cogmap.memory.persistence import MapError, load_map, prepare_folder
from cogmap.memory.segments.sightings import SightingError, UnknownFrameError
from cogmap.nodes.frame_join import FrameJoin
from cogmap.nodes.frame_troubles import FrameTroubles
from cogmap.nodes.landings import Landings
from cogmap.nodes.part_writer import PartWriter
from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.messages import (
    Detections,
    Frame,
    MapPart,
    Observation,
    OccupancyGrid,
    SurfaceUpdate,
)
from cogmap.runtime.node import Input, Node, NodeParams, Output

Numbered = TypeVar("Numbered", Frame, Detections)


_SLOW_PART_S = 2.0
_SLOW_DISK = (
    "frames wait while the map is stored: the disk is slow; store it less often"
    " (reconstruction.map_every_s), or on another disk"
)
_MISFIT = "detections that do not fit"
MOST_EARLY = 16
"""Detections that may wait for their frame."""


class Reconstruction(Node):
    """Owns the dense side of the map; `cogmap.memory.dense.reconstruction` does the work."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        voxel_size_m: float = 0.02
        depth_max_m: float = 4.0
        pose: PoseSource = "auto"
        """"source", "track", or "auto": tracked if the first frame has no pose."""
        detections: Literal["none", "wait", "late"] = "none"
        """"wait": every frame waits for its detections, so that the map depends on the streams
        alone; the detector has to keep up. "late": frames are mapped at once, and detections
        land where their frame was taken."""
        skip_redundant: bool = True
        """Leave out frames that show nothing new; they are counted."""
        surface_chunks: int = 2
        """Changed chunks of the surface published after every frame; 0: all at the end."""
        occupancy_every: int = 4
        """Of so many frames that are mapped one updates free and occupied space; 1 for who has to
        drive by it."""
        grid_every: int = 30
        """Frames between publications of the occupancy grid; 0: at the end."""
        map_dir: str = ""
        """Folder to store the map in at the end; relative to the run directory."""
        onto: str = ""
        """Folder of a map to go on with; it is only read."""
        map_every_s: float = 60.0
        """Also stored so often, by the stream's stamps, if a memory node completes it; 0: never."""
        part_only: bool = False
        """The dense side of a map that a memory node completes, not a whole map."""

        def __post_init__(self) -> None:
            if self.surface_chunks < 0 or self.grid_every < 0:
                raise ValueError("surface_chunks and grid_every must be 0 or more")
            if self.occupancy_every < 1:
                raise ValueError("occupancy_every must be 1 or more")
            if self.map_every_s != 0 and not 1 <= self.map_every_s < 1e6:
                raise ValueError("map_every_s must be 0 or in 1..1000000")
            if self.part_only and not self.map_dir:
                raise ValueError("part_only needs map_dir, the folder of the memory node's map")

    params: Params
    KEEPS_STATE = True
    frames = Input(Frame)
    detections = Input(Detections)
    observations = Output(Observation, queue=256)
    surface = Output(SurfaceUpdate, queue=1024)
    occupancy = Output(OccupancyGrid)
    parts = Output(MapPart)

    @classmethod
    def check(cls, params: Params) -> None:
        if params.onto:
            load_map(Path(params.onto), parts=())
        if Path(params.map_dir).is_absolute():
            prepare_folder(Path(params.map_dir))

    def setup(self) -> None:
        surface = SurfaceConfig(
            voxel_size_m=self.params.voxel_size_m, depth_max_m=self.params.depth_max_m
        )
        admission = AdmissionConfig(skip_still=self.params.skip_redundant)
        config = ReconstructionConfig(
            pose=self.params.pose,
            surface=surface,
            admission=admission,
            occupancy_every=self.params.occupancy_every,
        )
        self._reconstructor = (
            Reconstructor.load(self.params.onto) if self.params.onto else Reconstructor(config)
        )
        self._first_number = self._reconstructor.next_number()
        if self.params.onto:
            self._reconstructor.begin_stream()
        self._frame_troubles = FrameTroubles(self.troubles)
        self._landings = Landings(self.troubles)
        self._room: dict[str, NDArray[Any]] = {}  # of the state that was asked for last
        self._part_room: dict[str, NDArray[Any]] = {}  # of the part that is being stored
        self._shown: dict[str, SurfaceUpdate] = {}
        self._shown_before: deque[tuple[int, int, int]] = deque()  # by a process before this one
        self._grid: OccupancyGrid | None = None
        self._stamp_ns, self._number = 0, -1
        self._join = FrameJoin()
        self._early: dict[int, Detections] = {}
        self._writer = PartWriter(self._map_folder()) if self.params.part_only else None
        self._stored_period = -1
        self._part_number, self._part_stamp_ns = -1, 0

    def on_frames(self, frame: Frame) -> None:
        frame = self._numbered_on(frame)
        if self.params.detections != "wait":
            self._map(frame, None)
            for number in [each for each in sorted(self._early) if each <= frame.number]:
                self._land(self._early.pop(number))
            return
        self._join.add_frame(frame)
        self._map_joined(self._join.ready())

    def on_detections(self, detections: Detections) -> None:
        detections = self._numbered_on(detections)
        if self.params.detections == "wait":
            self._join.add_detections(detections)
            self._map_joined(self._join.ready())
        elif self.params.detections == "late" and detections.number > self._number:
            self._early[detections.number] = detections  # a detector that was faster
            while len(self._early) > MOST_EARLY:
                del self._early[min(self._early)]
        elif self.params.detections == "late":
            self._land(detections)

    def _numbered_on(self, message: Numbered) -> Numbered:
        """With the number that its frame has in the map that it goes on with."""
        if not self._first_number:
            return message
        numbered: Numbered = msgspec.structs.replace(
            message, number=message.number + self._first_number
        )
        return numbered

    def _map_joined(self, pairs: Iterator[tuple[Frame, Detections | None]]) -> None:
        for frame, detections in pairs:
            self._map(frame, detections)
        if self._join.unknown:
            self.counters["detections.unknown_frame"] = self._join.unknown

    def _land(self, detections: Detections) -> None:
        try:
            observation = self._reconstructor.step_late(detections)
        except UnknownFrameError:
            self.counters["detections.unknown_frame"] += 1
            self._landings.note(False)
        except SightingError as error:
            self._refuse(error)
        else:
            self.counters["detections.late"] += 1
            self._landings.note(True)
            self.troubles.clear(_MISFIT)
            self.observations.publish(observation)

    def _refuse(self, error: SightingError) -> None:
        self.counters["detections.refused"] += 1
        self.troubles.notice(_MISFIT, str(error))

    def _require_later(self, frame: Frame) -> None:
        """Frames that go on with a map are later than all of its own."""
        last_ns = self._reconstructor.last_stamp_ns()
        if last_ns is not None and frame.stamp_ns <= last_ns:
            raise ReconstructionError(
                f"the stream begins at {frame.stamp_ns * 1e-9:.3f} s, the map that it is to go on "
                f"with ends at {last_ns * 1e-9:.3f} s ({self.params.onto}): a map goes on with "
                "later frames of the same clock; map the stream by itself, or record it later"
            )

    def _map(self, frame: Frame, detections: Detections | None) -> None:
        if self.params.onto and self._number < 0:
            self._require_later(frame)
        try:
            observation = self._reconstructor.step(frame, detections)
        except SightingError as error:
            self._refuse(error)
            observation = self._reconstructor.step(frame)
        else:
            if detections is not None:
                self.troubles.clear(_MISFIT)
        self._stamp_ns, self._number = observation.stamp_ns, frame.number
        self.counters["frames." + observation.verdict] += 1
        self._frame_troubles.note(observation.verdict, self._reconstructor.health.detail)
        if observation.verdict == "fused" and self.counters["frames.fused"] == 1:
            self._say_how_levelled(frame, observation)
        grid_is_due = self.params.grid_every and frame.number % self.params.grid_every == 0
        grid = self._new_grid() if grid_is_due else None
        stored = self._store_if_due(observation)
        self.observations.publish(
            msgspec.structs.replace(observation, grid=grid, stored=stored)
            if grid or stored
            else observation
        )
        if grid is not None:
            self.occupancy.publish(grid)
        if self.params.surface_chunks:
            self._publish_surface(self.params.surface_chunks)
            self._repeat_surface(self.params.surface_chunks)

    def on_join(self, output: str) -> None:
        """Who joins late sees the whole surface, not only what changes from now on."""
        if output == "surface":
            for update in self._shown.values():
                self.surface.repeat(update)
        if output == "occupancy" and self._grid is not None:
            self.occupancy.repeat(self._grid)

    def state(self) -> NodeState | None:
        """None while a part of the map is being stored, which is still to be announced."""
        if self._writer is not None and self._writer.busy:
            return None
        arrays, details = self._reconstructor.whole_state(self._room)
        own = {
            "stamp_ns": self._stamp_ns,
            "number": self._number,
            "first_number": self._first_number,
            "stored_period": self._stored_period,
            "unknown": self._join.unknown,
        }
        changed = self._reconstructor.surface.changed
        frames, detections = self._join.waiting()
        unread = {"frames": frames, "detections": detections}
        return NodeState({**arrays, "node/changed": changed}, {**details, "node": own}, unread)

    def restore(self, state: NodeState) -> None:
        own = state.details["node"]
        self._reconstructor = Reconstructor.from_state(state.arrays, state.details)
        self._stamp_ns, self._number = own["stamp_ns"], own["number"]
        self._first_number, self._stored_period = own["first_number"], own["stored_period"]
        self._join = FrameJoin(unknown=own["unknown"])
        surface = self._reconstructor.surface
        surface.changed = state.arrays["node/changed"]
        if self.params.surface_chunks:
            waiting = {tuple(chunk) for chunk in surface.changed.tolist()}
            chunks = map(tuple, surface.chunks().tolist())
            self._shown_before.extend(chunk for chunk in chunks if chunk not in waiting)

    def on_end(self) -> None:
        if not self.cut_short:  # then frames wait for detections that may come when it goes on
            self._map_joined(self._join.rest())
        grid = self._new_grid()
        part = self._store_all() or MapPart(stamp_ns=self._stamp_ns, number=self._number)
        self.parts.publish(msgspec.structs.replace(part, final=True, grid=grid))
        self._publish_surface()
        if grid is not None:
            self.occupancy.publish(grid)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _store_if_due(self, observation: Observation) -> bool:
        """Begin to store the part once a period of the stream has passed, if it is wanted."""
        if self._writer is None or not self.params.map_every_s:
            return False
        period = observation.stamp_ns // round(self.params.map_every_s * 1e9)
        due = observation.world_from_camera is not None and period > self._stored_period
        first = self._stored_period < 0
        if due:
            self._stored_period = period
        due = due and not first
        # Every part is published, so that a node that starts over numbers them the same.
        if part := self._finished_part(wait=due):
            self.parts.publish(part)
        if not due:
            return False
        if self.parts.is_wanted():
            self._begin_part()
        else:  # files that the other node does not hear of would stay in the folder of the map
            number, stamp_ns = self._number, self._stamp_ns
            self.parts.publish(MapPart(stamp_ns=stamp_ns, number=number))
        return True

    def _finished_part(self, *, wait: bool) -> MapPart | None:
        """The part that was begun; without files if the disk did not take it."""
        assert self._writer is not None
        number, stamp_ns, began_s = self._part_number, self._part_stamp_ns, time.monotonic()
        try:
            part = self._writer.finished(wait=wait)
        except MapError as error:
            text = f"{error}; {disk_help(error)}: it is tried again"
            self.troubles.notice("map not stored", text)
            return MapPart(stamp_ns=stamp_ns, number=number)
        if part is not None:
            self.troubles.clear("map not stored")
            slow = time.monotonic() - began_s > _SLOW_PART_S
            self.troubles.put("slow disk", _SLOW_DISK if slow else None)
        return part

    def _begin_part(self) -> None:
        assert self._writer is not None
        state = self._reconstructor.whole_state(self._part_room)
        cloud = self._reconstructor.surface.point_cloud()
        self._part_number, self._part_stamp_ns = self._number, self._stamp_ns
        self._writer.begin(
            self._number, self._stamp_ns, state, lambda: {"surface.ply": ply(*cloud)}
        )

    def _store_all(self) -> MapPart | None:
        """Store what there is at the end: the part for the memory node, or a whole map."""
        if self._writer is not None:
            if part := self._finished_part(wait=True):
                self.parts.publish(part)
            self._begin_part()
            return self._writer.finished(wait=True)
        if self.params.map_dir:
            self._reconstructor.save(self._map_folder())
            self.log.info("map stored in %s", self._map_folder())
        return None

    def _say_how_levelled(self, frame: Frame, observation: Observation) -> None:
        if frame.gravity_aligned or observation.tracked:
            return
        _, tilt = motion_between(self._reconstructor.world_from_source, np.eye(4))
        if tilt:
            self.log.info("the world was tilted by %.1f degrees: levelled", np.degrees(tilt))
        else:
            self.log.warning(
                "the source does not know where down is and its first frame shows no floor: "
                "the map may be tilted; begin where the floor or a table is in view"
            )

    def _map_folder(self) -> Path:
        return (self.run_dir or Path()) / self.params.map_dir

    def _publish_surface(self, most: int | None = None) -> None:
        for update in self._reconstructor.surface_updates(self._stamp_ns, most):
            self._shown[update.key()] = update
            self.surface.publish(update)

    def _repeat_surface(self, most: int) -> None:
        """A few of the chunks that only a process before this one has shown, for who joins."""
        due = [self._shown_before.popleft() for _ in range(min(most, len(self._shown_before)))]
        for update in self._reconstructor.surface.extract(
            np.array(due, np.int32).reshape(-1, 3), self._stamp_ns
        ):
            if update.key() not in self._shown:
                self._shown[update.key()] = update
                self.surface.repeat(update)

    def _new_grid(self) -> OccupancyGrid | None:
        self._grid = self._reconstructor.occupancy_grid(self._stamp_ns)
        return self._grid
