"""A stored map, by the path that a person gives, and its time as a person counts it."""

from __future__ import annotations

from pathlib import Path

from cogmap.launch.paths import map_folder
from cogmap.memory.cognitive_map import CognitiveMap

__all__ = ["load", "stamp_after", "start_ns"]


def load(path: Path) -> CognitiveMap:
    """The map of a map folder or run directory. Raises CogmapError if there is none."""
    return CognitiveMap.load(map_folder(path))


def start_ns(loaded: CognitiveMap) -> int:
    """Stamp of the map's first frame; 0 if it has none."""
    _, stamps, _ = loaded.trajectory.poses()
    return int(stamps[0]) if len(stamps) else 0


def stamp_after(loaded: CognitiveMap, seconds: float | None) -> int | None:
    """The stamp so long after the map's first frame, ns; None for None, which is now."""
    return None if seconds is None else start_ns(loaded) + round(seconds * 1e9)
