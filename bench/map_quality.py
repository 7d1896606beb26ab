"""How well still houses are mapped: objects, rooms, and what a map knows after few frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cogmap.bench.harness import Bar
from cogmap.bench.layout_score import LayoutScore, score_layout
from cogmap.bench.map_episodes import (
    EXACT,
    EpisodeConfig,
    MapEpisode,
    Seeing,
    camera,
    evenly,
    make_episode,
)
from cogmap.bench.map_identity import Identity, IdentityCount
from cogmap.bench.map_rooms import RoomScore, score_rooms
from cogmap.memory.layout_map import LayoutMap

__all__ = [
    "CURVE",
    "HouseQuality",
    "curve",
    "house_quality",
    "map_house",
    "quality_figures",
]

CURVE = (1, 4, 8, 16, 32)
"""Numbers of frames of which the curve is made; then all."""


@dataclass(frozen=True)
class HouseQuality:
    """One house, seen in one way."""

    seed: int
    frames: int
    layout: LayoutScore
    rooms: RoomScore
    identity: IdentityCount
    curve: dict[str, LayoutScore] = field(default_factory=dict)
    """By the number of frames; "all" is the last."""
    dense_bytes: int = 0
    """Of surface and occupancy."""
    sparse_bytes: int = 0
    """Of objects, trajectory, history and keyframes without their pictures."""
    floor_m2: float = 0.0


def house_quality(seed: int, rooms: int, seeing: Seeing = EXACT) -> HouseQuality:
    """Map one house; with a curve if it is seen exactly."""
    episode = make_episode(EpisodeConfig(camera(seed, rooms, seeing), seeing))
    return episode_quality(seed, episode, seeing == EXACT)


def episode_quality(seed: int, episode: MapEpisode, with_curve: bool) -> HouseQuality:
    """Map one episode and score what comes of it."""
    layout_map, identity = map_house(episode)
    layout = layout_map.layout()
    score = score_layout([each for each in layout.objects if each.is_here], episode.truth())
    area = sum(room.area_m2 for room in layout.rooms)
    return HouseQuality(
        seed=seed,
        frames=len(episode.observations),
        layout=score,
        rooms=score_rooms([room.polygon for room in layout.rooms], episode.rooms),
        identity=identity,
        curve=curve(episode) | {"all": score} if with_curve else {},
        dense_bytes=sum(episode.dense_bytes.values()),
        sparse_bytes=sparse_bytes(layout_map),
        floor_m2=area,
    )


def map_house(episode: MapEpisode) -> tuple[LayoutMap, IdentityCount]:
    """The map after the whole stream, and how objects kept their identity on the way."""
    layout_map, identity = LayoutMap(), Identity(episode)
    for index, observation, grid in episode.streamed():
        layout_map.take(observation)
        identity.step(index, layout_map)
        if grid is not None:
            layout_map.take_grid(grid)
    return layout_map, identity.count()


def curve(episode: MapEpisode) -> dict[str, LayoutScore]:
    """The score after few frames, evenly spaced over the tour. What the map is not sure of yet
    counts as its best guess."""
    scores = {}
    truth = episode.truth()
    for frames in CURVE:
        layout_map = LayoutMap()
        for observation in evenly(episode.observations, frames):
            layout_map.take(observation)
        guessed = [each for each in layout_map.layout().objects if _guessed(each.state)]
        scores[str(frames)] = score_layout(guessed, truth)
    return scores


def quality_figures(name: str, houses: Sequence[HouseQuality]) -> dict[str, Any]:
    """Figures of several houses that were seen in the same way."""
    layouts = [house.layout for house in houses]
    rooms = [house.rooms for house in houses]
    kept = [house.identity for house in houses]
    areas = np.concatenate([each.area_errors for each in rooms])
    figures: dict[str, Any] = {
        "houses": len(houses),
        "frames": sum(house.frames for house in houses),
        "true objects": sum(each.true for each in layouts),
        **{f"F1 at IoU {each}": _pooled_f1(layouts, each) for each in layouts[0].f1},
        "precision at IoU 0.25": _pooled(layouts, "precision"),
        "recall at IoU 0.25": _pooled(layouts, "recall"),
        "center error, median cm": 100 * median([each.center_errors_m for each in layouts]),
        "size error, median": median([each.size_errors.ravel() for each in layouts]),
        "categories with the right count": _share([each.counts_right for each in layouts]),
        "duplicates a true object": _share([(each.duplicates, each.true) for each in layouts]),
        "duplicates, part of all objects": _share(
            [(each.duplicates, each.found) for each in layouts]
        ),
        "ghosts a house at the end": float(np.mean([each.ghosts for each in layouts])),
        "re-identified when in view": _share([(each.same, each.looks) for each in kept]),
        "found when in view": _share([(each.found, each.looks) for each in kept]),
        "houses with the right room count": float(np.mean([each.count_exact for each in rooms])),
        "room area error, median": float(np.median(areas)) if len(areas) else float("nan"),
        "missed most": _most(layouts, "missed_labels"),
        "too many of": _most(layouts, "extra_labels"),
    }
    return {f"{name}: {figure}": value for figure, value in figures.items()}


def curve_figures(houses: Sequence[HouseQuality]) -> dict[str, str]:
    """The layout against the number of frames, a line each."""
    figures = {}
    for frames in [*map(str, CURVE), "all"]:
        scores = [house.curve[frames] for house in houses]
        figures[f"curve: {frames} frames"] = (
            f"count F1 {np.mean([each.count_f1 for each in scores]):.2f},"
            f" center {100 * median([each.center_errors_m for each in scores]):.1f} cm,"
            f" footprint IoU {np.mean([each.footprint_iou for each in scores]):.2f},"
            f" direction {_share([each.bearings_right for each in scores]):.2f}"
        )
    return figures


def exact_bars(figures: dict[str, Any], name: str) -> list[Bar]:
    return [
        _bar(figures, name, "F1 at IoU 0.25", 0.95),
        _bar(figures, name, "F1 at IoU 0.5", 0.85),
        _bar(figures, name, "center error, median cm", 3.0, at_most=True),
        _bar(figures, name, "size error, median", 0.05, at_most=True),
        _bar(figures, name, "houses with the right room count", 0.9),
        _bar(figures, name, "room area error, median", 0.05, at_most=True),
    ]


def noisy_bars(figures: dict[str, Any], name: str) -> list[Bar]:
    return [
        _bar(figures, name, "F1 at IoU 0.25", 0.85),
        _bar(figures, name, "categories with the right count", 0.85),
    ]


def memory_figures(houses: Sequence[HouseQuality]) -> dict[str, Any]:
    """Bytes that a map takes, by what they grow with."""
    return {
        "memory: surface and occupancy, kB a square metre of floor": _share(
            [(house.dense_bytes / 1e3, house.floor_m2) for house in houses]
        ),
        "memory: kB an object": _share(
            [(house.sparse_bytes / 1e3, house.layout.found) for house in houses]
        ),
    }


def sparse_bytes(layout_map: LayoutMap) -> int:
    """Bytes of the arrays that hold objects, trajectory and history."""
    state = layout_map.state()
    return sum(a.nbytes for name, a in state.items() if not name.startswith("keyframes/"))


def median(arrays: Sequence[Any]) -> float:
    """Of all numbers in all arrays; NaN of none."""
    together = np.concatenate([np.ravel(each) for each in arrays])
    return float(np.median(together)) if len(together) else float("nan")


def _guessed(state: str) -> bool:
    return state in ("tentative", "present", "moved")


def _pooled(layouts: Sequence[LayoutScore], rate: str) -> float:
    hits = sum(round(each.recall["0.25"] * each.true) for each in layouts)
    of = sum(each.found if rate == "precision" else each.true for each in layouts)
    return hits / of if of else float("nan")


def _pooled_f1(layouts: Sequence[LayoutScore], criterion: str) -> float:
    hits = sum(round(each.recall[criterion] * each.true) for each in layouts)
    both = sum(each.found + each.true for each in layouts)
    return 2 * hits / both if both else float("nan")


def _share(parts: Sequence[tuple[float, float]]) -> float:
    whole = sum(of for _, of in parts)
    return sum(part for part, _ in parts) / whole if whole else float("nan")


def _most(layouts: Sequence[LayoutScore], which: str) -> str:
    total = sum((getattr(each, which) for each in layouts[1:]), getattr(layouts[0], which))
    return ", ".join(f"{label} {count}" for label, count in total.most_common(8)) or "nothing"


def _bar(figures: dict[str, Any], name: str, figure: str, bar: float, at_most: bool = False) -> Bar:
    full = f"{name}: {figure}"
    return Bar(full, figures[full], bar, "at most" if at_most else "at least")
