"""Simulated tours as the map gets them: observations and free space, with what is true of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import msgspec

from cogmap.bench.layout_score import TrueObject
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.nodes.detectors.simulated_noise import DetectionNoise, noisy_detections
from cogmap.runtime.messages import (
    F64,
    Box,
    Frame,
    Instances,
    Observation,
    OccupancyGrid,
    VisibleInstance,
    WorldEvent,
)
from cogmap.sim.noise import PoseNoise, noisy_pose
from cogmap.sim.scene import FLOOR
from cogmap.sim.simulator import SimStep, Simulator, SimulatorConfig
from cogmap.sim.timeline import TimelineConfig

__all__ = [
    "EXACT",
    "NOISY",
    "NOISY_SMALL",
    "EpisodeConfig",
    "MapEpisode",
    "Seeing",
    "Truth",
    "VisibilityRule",
    "camera",
    "evenly",
    "make_episode",
]

_PAUSE_NS = 9_000_000_000


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
    """How a tour is seen: with which error of the pose, by which detector."""

    pose_noise: PoseNoise | None = None
    detection_noise: DetectionNoise | None = None
    """None: exact."""


EXACT = Seeing()
NOISY = Seeing(PoseNoise(), DetectionNoise())
"""Errors of masks are in pixels: meant for VGA."""
NOISY_SMALL = Seeing(PoseNoise(), DetectionNoise(mask_error_px=1.5))
"""The same errors of masks in an image of 320x240."""


@dataclass(frozen=True)
class EpisodeConfig:
    """Equal configurations make equal episodes."""

    simulator: SimulatorConfig
    """Its poses are true, its timeline is that of the tour."""
    seeing: Seeing = EXACT
    tours: tuple[TimelineConfig, ...] = (TimelineConfig(),)
    """One tour for each; the second begins 9 s after the first, in the house that it left."""
    grid_every: int = 30
    """Frames from one occupancy grid to the next; there is one at the end, too."""
    frames: int | None = None
    """The first so many of every tour; None: all."""


@dataclass(frozen=True)
class MapEpisode:
    """What was seen in one way, and the truth."""

    observations: list[Observation]
    """One a frame."""
    grids: list[tuple[int, OccupancyGrid]]
    """With the number of observations that went before."""
    visible: list[tuple[VisibleInstance, ...]]
    """What each frame showed."""
    events: list[tuple[int, WorldEvent]]
    """With the index of the first frame that may show the change."""
    objects: dict[int, tuple[str, Box]]
    """Label and box by id, at the start."""
    rooms: list[tuple[tuple[float, float], ...]]
    """Polygons, all of which a tour looks into."""
    period_s: float
    poses: list[F64] = field(default_factory=list)
    """(4, 4) true poses of the camera, one a frame."""
    room_labels: list[str] = field(default_factory=list)
    """Kinds of rooms, as ``rooms``."""
    supports: dict[int, tuple[int, str]] = field(default_factory=dict)
    """By id, at the start: the object that carries a thing, and how: on, in or under."""
    dense_bytes: dict[str, int] = field(default_factory=dict)
    """Of surface and occupancy at the end."""

    @property
    def hours(self) -> float:
        return len(self.observations) * self.period_s / 3600

    def streamed(self) -> Iterator[tuple[int, Observation, OccupancyGrid | None]]:
        """Index, observation, and the grid that follows it, if one does."""
        grids = dict(self.grids)
        for index, observation in enumerate(self.observations):
            yield index, observation, grids.get(index + 1)

    def truth(self, rule: VisibilityRule = VisibilityRule()) -> list[TrueObject]:
        """The objects as they are at the end; which count, by ``rule``."""
        truth = Truth(self, rule)
        for index in range(len(self.visible)):
            truth.step(index)
        return truth.objects()


class Truth:
    """What is true of an episode, frame after frame."""

    def __init__(self, episode: MapEpisode, rule: VisibilityRule = VisibilityRule()) -> None:
        self._episode = episode
        self._rule = rule
        self._objects = dict(episode.objects)
        self._looks: defaultdict[int, int] = defaultdict(int)
        self._next = 0
        camera = episode.observations[0].intrinsics
        self._image_pixels = camera.width * camera.height

    def step(self, index: int) -> list[WorldEvent]:
        """Go on to frame ``index``, the one after the last; what has changed just before it."""
        happened = []
        events = self._episode.events
        while self._next < len(events) and events[self._next][0] <= index:
            happened.append(events[self._next][1])
            self._apply(happened[-1])
            self._next += 1
        for id_ in self.well_shown(index):
            self._looks[id_] += 1
        return happened

    def well_shown(self, index: int) -> list[int]:
        """Ids of the objects that a frame shows well."""
        shown = self._episode.visible[index]
        return [thing.id for thing in shown if self._rule.shows(thing, self._image_pixels)]

    def well_seen(self, id: int) -> bool:
        """Whether a map can be expected to know where the object stands now."""
        return self._looks[id] >= self._rule.min_frames

    def get(self, id: int) -> TrueObject | None:
        if id not in self._objects:
            return None
        return TrueObject(id, *self._objects[id], self.well_seen(id))

    def objects(self) -> list[TrueObject]:
        return [TrueObject(id, *self._objects[id], self.well_seen(id)) for id in self._objects]

    def _apply(self, event: WorldEvent) -> None:
        if event.kind == "removed":
            self._objects.pop(event.object_id, None)
        elif event.kind in ("moved", "added") and event.box is not None:
            self._objects[event.object_id] = (event.label, event.box)
        else:
            return  # a door
        self._looks.pop(event.object_id, None)


def camera(seed: int, rooms: int, seeing: Seeing) -> SimulatorConfig:
    """A house toured with depth noise: at 320x240 and 10 Hz; with a noisy detector, whose errors
    are in pixels of a VGA image, at 640x480 and 5 Hz."""
    width, height, rate_hz = (320, 240, 10.0) if seeing == EXACT else (640, 480, 5.0)
    return SimulatorConfig(seed=seed, rooms=rooms, width=width, height=height, rate_hz=rate_hz)


def make_episode(config: EpisodeConfig) -> MapEpisode:
    """Drive the tours and see them as ``config.seeing`` says."""
    visible: list[tuple[VisibleInstance, ...]] = []
    events: list[tuple[int, WorldEvent]] = []
    poses: list[F64] = []
    seer = _Seer(config)
    simulator = Simulator(replace(config.simulator, timeline=config.tours[0]))
    house = simulator.house
    for tour, timeline in enumerate(config.tours):
        if tour:
            start_ns = seer.observations[-1].stamp_ns + _PAUSE_NS
            again = replace(config.simulator, timeline=timeline, start_ns=start_ns)
            simulator = Simulator(again, simulator.house)
        begin = len(visible)
        for step in islice(simulator, config.frames):
            events += [(len(visible), event) for event in step.events]
            visible.append(step.instances.visible)
            poses.append(step.world_from_camera)
            seer.see(_numbered_on(step, begin))
    return MapEpisode(
        observations=seer.observations,
        grids=seer.grids(),
        visible=visible,
        events=events,
        objects={thing.id: (thing.category, thing.box()) for thing in house.objects},
        rooms=[room.polygon for room in house.rooms],
        period_s=config.simulator.period_ns / 1e9,
        poses=poses,
        room_labels=[room.type for room in house.rooms],
        supports={t.id: (t.support, t.relation) for t in house.objects if t.support > FLOOR},
        dense_bytes=seer.bytes(),
    )


def evenly(observations: Sequence[Observation], count: int) -> list[Observation]:
    """``count`` of them at even distances, or all if there are no more."""
    if count >= len(observations):
        return list(observations)
    step = len(observations) / count
    return [observations[int((i + 0.5) * step)] for i in range(count)]


class _Seer:
    """Sees a tour while it is driven."""

    def __init__(self, config: EpisodeConfig) -> None:
        self._config = config
        self._reconstructor = Reconstructor()
        self.observations: list[Observation] = []
        self._grids: list[tuple[int, OccupancyGrid]] = []

    def see(self, step: SimStep) -> None:
        noise = self._config.seeing.detection_noise
        detections = (
            exact_detections(step.instances)
            if noise is None
            else noisy_detections(step.instances, noise)
        )
        frame = self._with_pose_noise(step.frame)
        self.observations.append(self._reconstructor.step(frame, detections))
        if len(self.observations) % self._config.grid_every == 0:
            self._take_grid()

    def grids(self) -> list[tuple[int, OccupancyGrid]]:
        if len(self.observations) % self._config.grid_every:
            self._take_grid()
        return self._grids

    def bytes(self) -> dict[str, int]:
        parts = {
            "surface": self._reconstructor.surface.state(),
            "occupancy": self._reconstructor.occupancy.state(),
        }
        return {name: sum(a.nbytes for a in state.values()) for name, state in parts.items()}

    def _with_pose_noise(self, frame: Frame) -> Frame:
        noise, truth = self._config.seeing.pose_noise, frame.world_from_camera
        if noise is None or truth is None:
            return frame
        period_s = self._config.simulator.period_ns / 1e9
        stated = noisy_pose(truth, frame.number, period_s, noise)
        noisy: Frame = msgspec.structs.replace(
            frame, world_from_camera=stated, position_sigma_m=noise.translation_m
        )
        return noisy

    def _take_grid(self) -> None:
        grid = self._reconstructor.occupancy_grid(self.observations[-1].stamp_ns)
        if grid is not None:
            self._grids.append((len(self.observations), grid))


def _numbered_on(step: SimStep, begin: int) -> SimStep:
    if not begin:
        return step
    instances: Instances = msgspec.structs.replace(
        step.instances, number=step.instances.number + begin
    )
    frame: Frame = msgspec.structs.replace(step.frame, number=step.frame.number + begin)
    return replace(step, frame=frame, instances=instances)
