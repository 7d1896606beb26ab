"""Whoever stands where a thing should be in view: is it seen from there?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

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

ELSEWHERE_M = 0.3
"""So far from where one began to look one looks anew."""

Sight = Literal["seen", "waits", "unseen"]


@dataclass
class Standing:
    """Since when somebody stands before a thing, and from where it was not seen."""

    unseen_from: list[Point] = field(default_factory=list)
    _since_ns: int | None = None
    _at: Point = (0.0, 0.0)

    def look(self, thing: MapObject | None, here: Point, now_ns: int) -> Sight:
        """At what one stands before, as the map has it; ``now_ns``: of the newest pose, since maps
        may come late or not at all."""
        if self._since_ns is None or math.dist(here, self._at) > ELSEWHERE_M:
            self._since_ns, self._at = now_ns, here
        since_ns = self._since_ns
        known = thing is not None and thing.state not in ("removed", "deleted")
        if thing is not None and known and thing.last_seen_ns >= since_ns - AGAIN_S * 1e9:
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
        if all(math.dist(place.pose.point, spot) >= APART_M for spot in spots)
    ]
