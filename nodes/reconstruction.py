"""Fuses frames and lifts detections: pose, surface and free space, one observation a frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np

from cogmap.memory.admission import AdmissionConfig
from cogmap.memory.persistence import prepare_folder
from cogmap.memory.poses import motion_between
from cogmap.memory.reconstruction import PoseSource, ReconstructionConfig, Reconstructor
from cogmap.memory.sightings import SightingError
from cogmap.memory.surface import SurfaceConfig
from cogmap.nodes.frame_join import FrameJoin
from cogmap.runtime.messages import (
    Detections,
    Frame,
    Observation,
    OccupancyGrid,
    SurfaceUpdate,
)
from cogmap.runtime.node import Input, Node, NodeParams, Output


class Reconstruction(Node):
    """Owns the dense side of the map; `cogmap.memory.reconstruction` does the work."""

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
        grid_every: int = 30
        """Frames between publications of the occupancy grid; 0: at the end."""
        map_dir: str = ""
        """Folder to store the map in at the end; relative to the run directory."""

        def __post_init__(self) -> None:
            if self.surface_chunks < 0 or self.grid_every < 0:
                raise ValueError("surface_chunks and grid_every must be 0 or more")

    params: Params
    frames = Input(Frame)
    detections = Input(Detections)
    observations = Output(Observation, queue=256)
    surface = Output(SurfaceUpdate, queue=1024)
    occupancy = Output(OccupancyGrid)

    def setup(self) -> None:
        surface = SurfaceConfig(
            voxel_size_m=self.params.voxel_size_m, depth_max_m=self.params.depth_max_m
        )
        admission = AdmissionConfig(skip_still=self.params.skip_redundant)
        config = ReconstructionConfig(pose=self.params.pose, surface=surface, admission=admission)
        self._reconstructor = Reconstructor(config)
        if self.params.map_dir:
            prepare_folder(self._map_folder())
        self._shown: dict[str, SurfaceUpdate] = {}
        self._grid: OccupancyGrid | None = None
        self._stamp_ns = 0
        self._join = FrameJoin()

    def on_frames(self, frame: Frame) -> None:
        if self.params.detections != "wait":
            self._map(frame, None)
            return
        self._join.add_frame(frame)
        self._map_joined(self._join.ready())

    def on_detections(self, detections: Detections) -> None:
        if self.params.detections == "wait":
            self._join.add_detections(detections)
            self._map_joined(self._join.ready())
        elif self.params.detections == "late":
            self._land(detections)

    def _map_joined(self, pairs: Iterator[tuple[Frame, Detections | None]]) -> None:
        for frame, detections in pairs:
            self._map(frame, detections)
        if self._join.unknown:
            self.counters["detections.unknown_frame"] = self._join.unknown

    def _land(self, detections: Detections) -> None:
        try:
            observation = self._reconstructor.step_late(detections)
        except SightingError as error:
            self._refuse(error)
        else:
            self.counters["detections.late"] += 1
            self.observations.publish(observation)

    def _refuse(self, error: SightingError) -> None:
        self.counters["detections.refused"] += 1
        self.log.warning("%s", error)

    def _map(self, frame: Frame, detections: Detections | None) -> None:
        try:
            observation = self._reconstructor.step(frame, detections)
        except SightingError as error:
            self._refuse(error)
            observation = self._reconstructor.step(frame)
        self._stamp_ns = frame.stamp_ns
        self.counters["frames." + observation.verdict] += 1
        if observation.verdict == "fused" and self.counters["frames.fused"] == 1:
            self._say_how_levelled(frame, observation)
        self.observations.publish(observation)
        if self.params.surface_chunks:
            self._publish_surface(self.params.surface_chunks)
        if self.params.grid_every and frame.number % self.params.grid_every == 0:
            self._publish_grid()

    def on_join(self, output: str) -> None:
        """Who joins late sees the whole surface, not only what changes from now on."""
        if output == "surface":
            for update in self._shown.values():
                self.surface.repeat(update)
        if output == "occupancy" and self._grid is not None:
            self.occupancy.repeat(self._grid)

    def on_end(self) -> None:
        self._map_joined(self._join.rest())
        if self.params.map_dir:
            self._reconstructor.save(self._map_folder())
            self.log.info("map stored in %s", self._map_folder())
        self._publish_surface()
        self._publish_grid()

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

    def _publish_grid(self) -> None:
        self._grid = self._reconstructor.occupancy_grid(self._stamp_ns)
        if self._grid is not None:
            self.occupancy.publish(self._grid)
