"""What the map costs: time with the number of objects, and memory over a long patrol."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import psutil
from scipy.spatial.transform import Rotation

from cogmap.bench.harness import Bar
from cogmap.bench.map_episodes import EXACT, EpisodeConfig, camera, evenly, make_episode
from cogmap.memory.layout_map import LayoutMap
from cogmap.memory.objects.object_map import ObjectMap
from cogmap.runtime.messages import F64, MapEvent, Observation, Segment
from cogmap.sim.simulator import SimulatorConfig

__all__ = ["Growth", "Patrol", "Removals", "cost_figures", "growth", "patrol", "patrol_figures"]

SIZES = (250, 500, 1000, 2000)
"""Objects in the map when the time is taken."""
_DETECTIONS = 20
_TILE_M = 60.0
_TILE_FRAMES = 100_000
_LOOKS = 40
"""Frames a house that the map is built from, about, and that the time is taken over."""


@dataclass(frozen=True)
class Growth:
    """Times of ``ObjectMap.update`` at frames of exactly 20 detections."""

    objects: tuple[int, ...]
    median_ms: tuple[float, ...]
    p99_ms: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """Slope of the times over the numbers of objects, both logarithmic."""
        return float(np.polyfit(np.log(self.objects), np.log(self.median_ms), 1)[0])


@dataclass
class Removals:
    """Counts how often a map took something for gone or moved; what went and is then said to have
    moved was mistaken once."""

    count: int = 0
    _gone: set[int] = field(default_factory=set)

    def take(self, events: Iterable[MapEvent]) -> None:
        for event in events:
            if event.kind == "removed":
                self.count += 1
                self._gone.add(event.object_id)
            elif event.kind == "moved":
                self.count += event.object_id not in self._gone
                self._gone.discard(event.object_id)


@dataclass(frozen=True)
class Patrol:
    """One house toured again and again."""

    hours: float
    updates: int
    objects: tuple[int, int]
    """After half an hour and at the end."""
    rss_mb: tuple[float, float]
    median_ms: float
    removed: int = 0
    """Objects that the map took for gone or moved; none was."""


def growth(seed: int, rooms: int) -> Growth:
    """Update times over copies of a house side by side, seen through a wide lens."""
    simulator = SimulatorConfig(
        seed=seed, rooms=rooms, width=320, height=240, rate_hz=10.0, hfov_deg=120.0
    )
    observations = make_episode(EpisodeConfig(simulator)).observations
    crowded = [each for each in observations if len(each.segments) >= _DETECTIONS]
    crowded = [_with(each, each.segments[:_DETECTIONS]) for each in evenly(crowded, _LOOKS)]
    building = evenly(observations, _LOOKS) + crowded
    object_map, tile = ObjectMap(), 0
    counts, medians, tails = [], [], []
    for size in SIZES:
        while (count := _count(object_map)) < size:
            for number, observation in enumerate(building):
                object_map.update(_tiled(observation, tile, number), 1)
            tile += 1
        times = [
            _timed(object_map, _tiled(observation, tile - 1, len(building) + number))
            for number, observation in enumerate(crowded)
        ]
        counts.append(count)
        medians.append(1e3 * float(np.median(times)))
        tails.append(1e3 * float(np.percentile(times, 99)))
    return Growth(tuple(counts), tuple(medians), tuple(tails))


def patrol(seed: int, rooms: int, hours: float = 4.0) -> Patrol:
    """A tour at one frame a second, over and over, with fresh noise every time."""
    episode = make_episode(EpisodeConfig(camera(seed, rooms, EXACT)))
    tour, grid = episode.observations[::10], episode.grids[-1][1]
    del episode
    rng = np.random.default_rng(seed)
    layout_map, times = LayoutMap(), []
    updates = round(hours * 3600)
    half_hour = (0, 0.0)
    removals = Removals()
    for number in range(updates):
        observation = _again(tour[number % len(tour)], number, rng)
        began = time.process_time()
        events = layout_map.take(observation)
        times.append(time.process_time() - began)
        removals.take(events)
        if number % len(tour) == 0:
            layout_map.take_grid(grid)
        if number == 1800:
            half_hour = (_present(layout_map), _rss_mb())
    return Patrol(
        hours=updates / 3600,
        updates=updates,
        objects=(half_hour[0], _present(layout_map)),
        rss_mb=(half_hour[1], _rss_mb()),
        median_ms=1e3 * float(np.median(times)),
        removed=removals.count,
    )


def cost_figures(cost: Growth) -> tuple[dict[str, Any], list[Bar]]:
    """The bar of the growth is that of n log n between the smallest and the largest map."""
    sizes = list(zip(cost.objects, cost.median_ms, cost.p99_ms, strict=True))
    at = f"update at {_DETECTIONS} detections and 1000 objects, median ms"
    few, many = cost.objects[0], cost.objects[-1]
    most = 1 + math.log(math.log(many) / math.log(few)) / math.log(many / few)
    figures: dict[str, Any] = {
        at: cost.median_ms[SIZES.index(1000)],
        **{f"update at {n} objects, median and p99 ms": f"{m:.1f}, {p:.1f}" for n, m, p in sizes},
        "update: exponent of the growth": cost.exponent,
    }
    return figures, [
        Bar(at, figures[at], 10.0, "at most"),
        Bar("update: exponent of the growth", cost.exponent, most, "at most"),
    ]


def patrol_figures(walk: Patrol) -> tuple[dict[str, Any], list[Bar]]:
    """Growth from the first half hour to the end, of memory and of the number of objects."""
    (early, late), (early_mb, late_mb) = walk.objects, walk.rss_mb
    figures: dict[str, Any] = {
        "patrol: hours": walk.hours,
        "patrol: updates": walk.updates,
        "patrol: objects after half an hour and at the end": f"{early} and {late}",
        "patrol: growth of objects": late / max(early, 1) - 1,
        "patrol: MB after half an hour and at the end": f"{early_mb:.0f} and {late_mb:.0f}",
        "patrol: growth of memory": late_mb / early_mb - 1,
        "patrol: update, median ms": walk.median_ms,
        "patrol: false removals an hour, part of objects": (
            walk.removed / walk.hours / max(early, 1)
        ),
    }
    grown = ("patrol: growth of objects", "patrol: growth of memory")
    bars = [Bar(name, abs(figures[name]), 0.05, "at most") for name in grown]
    false = "patrol: false removals an hour, part of objects"
    return figures, [*bars, Bar(false, figures[false], 0.01, "at most")]


def _timed(object_map: ObjectMap, observation: Observation) -> float:
    """Seconds of processor time: other processes may run beside this one."""
    began = time.process_time()
    object_map.update(observation, 1)
    return time.process_time() - began


def _count(object_map: ObjectMap) -> int:
    return sum(each.is_here for each in object_map.objects())


def _present(layout_map: LayoutMap) -> int:
    return sum(each.is_here for each in layout_map.layout().objects)


def _rss_mb() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss / 2**20)


def _with(observation: Observation, segments: Sequence[Segment]) -> Observation:
    changed: Observation = msgspec.structs.replace(observation, segments=tuple(segments))
    return changed


def _tiled(observation: Observation, tile: int, number: int) -> Observation:
    """As seen in copy ``tile`` of the house, as frame ``number`` of it."""
    if observation.world_from_camera is None:
        return observation
    pose = observation.world_from_camera.copy()
    pose[0, 3] += tile * _TILE_M
    number += tile * _TILE_FRAMES
    moved: Observation = msgspec.structs.replace(
        observation,
        world_from_camera=pose,
        number=number,
        keyframe=number,
        keyframe_from_camera=np.eye(4),
        stamp_ns=number * 100_000_000,
        image=None,
    )
    return moved


def _again(observation: Observation, number: int, rng: np.random.Generator) -> Observation:
    """The same view once more, with a new error of pose, depth and detector."""
    if observation.world_from_camera is None:
        return _stamped(observation, number)
    pose = observation.world_from_camera @ _error(rng)
    segments = [
        msgspec.structs.replace(
            each, points=each.points + rng.normal(0, 0.005, each.points.shape).astype(np.float32)
        )
        for each in observation.segments
        if rng.random() > 0.15
    ]
    changed: Observation = msgspec.structs.replace(
        _with(observation, segments),
        world_from_camera=pose,
        keyframe=number,
        keyframe_from_camera=np.eye(4),
    )
    return _stamped(changed, number)


def _stamped(observation: Observation, number: int) -> Observation:
    changed: Observation = msgspec.structs.replace(
        observation, number=number, stamp_ns=number * 1_000_000_000
    )
    return changed


def _error(rng: np.random.Generator) -> F64:
    """(4, 4): 1 cm and 0.3 degrees a standard deviation and axis."""
    error = np.eye(4)
    error[:3, :3] = Rotation.from_rotvec(rng.normal(0, math.radians(0.3), 3)).as_matrix()
    error[:3, 3] = rng.normal(0, 0.01, 3)
    return error
