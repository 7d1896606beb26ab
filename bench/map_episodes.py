"""Simulated tours as the map gets them: observations and free space, with what is true of them."""

from __future__ import annotations

import hashlib
import pickle
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import msgspec

from cogmap.bench.layout_score import TrueObject
from cogmap.memory.reconstruction import Reconstructor
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.runtime.messages import (
    Box,
    Detections,
    Frame,
    Instances,
    Observation,
    OccupancyGrid,
    VisibleInstance,
    WorldEvent,
)
from cogmap.sim.noise import PoseNoise, noisy_pose
from cogmap.sim.simulator import Simulator, SimulatorConfig, SimStep

__all__ = ["EpisodeConfig", "MapEpisode", "Seeing", "VisibilityRule", "cached", "make_episodes"]


@dataclass(frozen=True)
class VisibilityRule:
    """When an object has been seen well enough for a map to be expected to have it."""

    min_frames: int = 10
    """So many frames showed it, since it stands where it does,"""
    min_fraction: float = 0.3
    """each this part of what it would cover alone and uncropped,"""
    min_pixels: float = 100.0
    """and at least so many pixels of an image of 320x240 (else: as many times more)."""

    def shows(self, thing: VisibleInstance, image_pixels: int) -> bool:
        """Whether an image of so many pixels shows it well."""
        enough = self.min_pixels * image_pixels / (320 * 240)
        return thing.fraction >= self.min_fraction and thing.pixels >= enough


@dataclass(frozen=True)
class Seeing:
    """How one and the same tour is seen: by which detector, with which error of the pose."""

    pose_noise: PoseNoise | None = None
    detector: None = None
    """None: exact."""


@dataclass(frozen=True)
class EpisodeConfig:
    """Equal configurations make equal episodes."""

    simulator: SimulatorConfig
    seeings: tuple[Seeing, ...] = (Seeing(),)
    grid_every: int = 30
    """Frames from one occupancy grid to the next; there is one at the end, too."""
    frames: int | None = None
    """The first so many; None: all."""


@dataclass(frozen=True)
class MapEpisode:
    """One tour, seen in one way, and the truth."""

    observations: list[Observation] = field(default_factory=list)
    """One a frame."""
    grids: list[tuple[int, OccupancyGrid]] = field(default_factory=list)
    """With the number of observations that went before."""
    visible: list[tuple[VisibleInstance, ...]] = field(default_factory=list)
    """What each frame showed; by frame."""
    events: list[tuple[int, WorldEvent]] = field(default_factory=list)
    """With the index of the frame that is the first to show the change."""
    objects: dict[int, tuple[str, Box]] = field(default_factory=dict)
    """Label and box by id, at the start."""
    rooms: list[tuple[tuple[float, float], ...]] = field(default_factory=list)
    """Polygons."""
    dense_bytes: dict[str, int] = field(default_factory=dict)
    """Of surface and occupancy at the end."""

    @property
    def image_pixels(self) -> int:
        camera = self.observations[0].intrinsics
        return camera.width * camera.height

    def truth(
        self, frames: int | None = None, rule: VisibilityRule = VisibilityRule()
    ) -> list[TrueObject]:
        """The objects as they are after so many frames (None: all); which count, by ``rule``."""
        frames = len(self.visible) if frames is None else frames
        objects = dict(self.objects)
        looks: defaultdict[int, int] = defaultdict(int)
        events = iter([*self.events, (len(self.visible) + 1, None)])
        due, event = next(events)
        for index in range(frames):
            while due <= index and event is not None:
                _apply(objects, event)
                looks.pop(event.object_id, None)
                due, event = next(events)
            for thing in self.visible[index]:
                looks[thing.id] += rule.shows(thing, self.image_pixels)
        return [
            TrueObject(id, label, box, looks[id] >= rule.min_frames)
            for id, (label, box) in sorted(objects.items())
        ]

    def seen_rooms(self) -> list[tuple[tuple[float, float], ...]]:
        """Polygons of the true rooms; a tour looks into every one."""
        return self.rooms


def make_episodes(config: EpisodeConfig) -> list[MapEpisode]:
    """Drive the tour once and see it in every way that ``config.seeings`` says."""
    simulator = Simulator(replace(config.simulator, pose_noise=None))
    first = {thing.id: (thing.category, thing.box()) for thing in simulator.house.objects}
    rooms = [room.polygon for room in simulator.house.rooms]
    steps = list[tuple[tuple[VisibleInstance, ...], tuple[WorldEvent, ...]]]()
    seers = [_Seer(seeing, config) for seeing in config.seeings]
    for step in islice(simulator, config.frames):
        steps.append((step.instances.visible, step.events))
        for seer in seers:
            seer.see(step)
    visible = [shown for shown, _ in steps]
    events = [(index, event) for index, (_, events) in enumerate(steps) for event in events]
    return [
        MapEpisode(
            seer.observations, seer.finish(), visible, events, first, list(rooms), seer.bytes()
        )
        for seer in seers
    ]


def cached(config: EpisodeConfig, folder: Path) -> list[MapEpisode]:
    """``make_episodes``, kept in ``folder``: for development. The key is the configuration, not
    the code: empty the folder when reconstruction or lifting has changed."""
    path = folder / f"{hashlib.sha256(repr(config).encode()).hexdigest()[:16]}.pickle"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(make_episodes(config)))
    episodes: list[MapEpisode] = pickle.loads(path.read_bytes())
    return episodes


def evenly(observations: Sequence[Observation], count: int) -> list[Observation]:
    """``count`` of them at even distances, or all if there are no more."""
    if count >= len(observations):
        return list(observations)
    step = len(observations) / count
    return [observations[int((i + 0.5) * step)] for i in range(count)]


class _Seer:
    """One way to see a tour, while it is driven."""

    def __init__(self, seeing: Seeing, config: EpisodeConfig) -> None:
        self._seeing = seeing
        self._config = config
        self._reconstructor = Reconstructor()
        self.observations: list[Observation] = []
        self._grids: list[tuple[int, OccupancyGrid]] = []

    def see(self, step: SimStep) -> None:
        frame = self._with_pose_noise(step.frame)
        detections = self._detect(step.instances)
        self.observations.append(self._reconstructor.step(frame, detections))
        if len(self.observations) % self._config.grid_every == 0:
            self._take_grid()

    def finish(self) -> list[tuple[int, OccupancyGrid]]:
        self._take_grid()
        return self._grids

    def bytes(self) -> dict[str, int]:
        parts = {
            "surface": self._reconstructor.surface.state(),
            "occupancy": self._reconstructor.occupancy.state(),
        }
        return {name: sum(a.nbytes for a in state.values()) for name, state in parts.items()}

    def _with_pose_noise(self, frame: Frame) -> Frame:
        noise = self._seeing.pose_noise
        if noise is None or frame.world_from_camera is None:
            return frame
        period_s = self._config.simulator.period_ns / 1e9
        return msgspec.structs.replace(
            frame,
            world_from_camera=noisy_pose(frame.world_from_camera, frame.number, period_s, noise),
            position_sigma_m=noise.translation_m,
        )

    def _detect(self, instances: Instances) -> Detections:
        return exact_detections(instances)

    def _take_grid(self) -> None:
        grid = self._reconstructor.occupancy_grid(self.observations[-1].stamp_ns)
        if grid is not None:
            self._grids.append((len(self.observations), grid))


def _apply(objects: dict[int, tuple[str, Box]], event: WorldEvent) -> None:
    if event.kind == "removed":
        objects.pop(event.object_id, None)
    elif event.kind in ("moved", "added") and event.box is not None:
        objects[event.object_id] = (event.label, event.box)


def streamed(episode: MapEpisode) -> Iterator[tuple[int, Observation, OccupancyGrid | None]]:
    """Index, observation, and the grid that follows it, if one does."""
    grids = dict(episode.grids)
    for index, observation in enumerate(episode.observations):
        yield index, observation, grids.get(index + 1)
