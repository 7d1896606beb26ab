"""A stored map, by the path that a person gives, and its time as a person counts it."""

from __future__ import annotations

from pathlib import Path

from cogmap.launch.paths import map_folder
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.messages import CogmapError

__all__ = ["load", "past_stamp", "stamp_after", "start_ns"]

ROUNDED_S = 0.05
"""Times are shown to a tenth of a second; what was shown may be typed."""


def load(path: Path) -> CognitiveMap:
    """The map of a map folder or run directory. Raises CogmapError if there is none."""
    return CognitiveMap.load(map_folder(path))


def start_ns(loaded: CognitiveMap) -> int:
    """Stamp of the map's first frame; 0 if it has none."""
    _, stamps, _ = loaded.trajectory.poses()
    return int(stamps[0]) if len(stamps) else 0


def stamp_after(loaded: CognitiveMap, seconds: float | None) -> int | None:
    """The stamp so long after the map's first frame, ns; None for None, which is now.

    Raises:
        CogmapError: the map ends before.
    """
    return past_stamp(start_ns(loaded), loaded.layout().stamp_ns, seconds)


def past_stamp(start_ns: int, end_ns: int, seconds: float | None) -> int | None:
    """The stamp of ``--as-of``, ns, of a map from its first frame to its newest state; None for
    None, which is now. Raises CogmapError for a moment that the map has not seen."""
    if seconds is None:
        return None
    length_s = max(end_ns - start_ns, 0) * 1e-9
    if seconds > length_s + ROUNDED_S:
        raise CogmapError(
            f"--as-of {seconds:g}: the map ends {length_s:.1f} s after its first frame; leave"
            " --as-of away for how it is now"
        )
    return start_ns + round(seconds * 1e9)
