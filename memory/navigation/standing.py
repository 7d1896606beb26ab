"""Whoever stands where a thing should be in view: is it seen from there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from cogmap.memory.navigation.known import Stand
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import MapObject

__all__ = ["MOST_LOOKS", "Sight", "Standing", "away_from"]

AGAIN_S, DOUBT_S = 1.0, 6.0
"""What one stands before must be seen from there, or have been seen so shortly before; what was not
after the second, which gives slow detectors time, is taken to be out of view."""
MOST_LOOKS = 2
"""What was not seen from so many places, it is not."""
APART_M = 0.8
"""A look from nearer to where one failed is the same look."""

Sight = Literal["seen", "waits", "unseen"]


@dataclass
class Standing:
    """Since when somebody stands before a thing, and from where it was not seen."""

    unseen_from: list[Point] = field(default_factory=list)
    _since_ns: int | None = None

    def look(self, thing: MapObject | None, now_ns: int) -> Sight:
        """At what one stands before, as it is on the map of ``now_ns``."""
        self._since_ns = since_ns = now_ns if self._since_ns is None else self._since_ns
        just_ns = since_ns - AGAIN_S * 1e9
        if thing is not None and thing.is_here and thing.last_seen_ns >= just_ns:
            return "seen"
        return "waits" if now_ns - since_ns <= DOUBT_S * 1e9 else "unseen"

    def move_on(self) -> None:
        """One stands somewhere else, or before something else."""
        self._since_ns = None


def away_from(places: Sequence[Stand], spots: Sequence[Point]) -> list[Stand]:
    """Those of some places that are another look than the one from any of ``spots``."""
    return [
        place
        for place in places
        if all(np.hypot(*np.subtract(place.pose.point, spot)) >= APART_M for spot in spots)
    ]
