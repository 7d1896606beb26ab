"""Whether the map takes a thing for the same one whenever it is in view, and what it dreams up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cogmap.bench.layout_score import TrueObject, iou_table, is_ghost, match, same_label
from cogmap.bench.map_episodes import MapEpisode, Truth
from cogmap.memory.layout_map import LayoutMap
from cogmap.runtime.messages import MapObject

__all__ = ["Identity", "IdentityCount"]

_EVERY = 5
"""Frames between looks at the map."""
_NEAR_IOU = 0.1


@dataclass(frozen=True)
class IdentityCount:
    """Over one stream."""

    looks: int
    """Times that a thing known before was well in view."""
    found: int
    """of which the map saw something of its label there in that frame,"""
    same: int
    """and the object that it was taken for first."""
    ghosts: int
    """Objects of the map that for some time were where nothing is."""
    ghost_seconds: tuple[float, ...]
    """How long those lasted that ended; stream time, also while nobody looked."""


@dataclass
class Identity:
    """Follows a map along an episode."""

    episode: MapEpisode
    _ids: dict[int, int] = field(default_factory=dict)  # true id -> map id first taken for it
    _ghost_since: dict[int, int] = field(default_factory=dict)  # map id -> frame
    _lasted: list[float] = field(default_factory=list)
    _looks: int = 0
    _found: int = 0
    _same: int = 0

    def __post_init__(self) -> None:
        self._truth = Truth(self.episode)

    def step(self, index: int, layout_map: LayoutMap) -> None:
        """After frame ``index`` was taken in."""
        self._truth.step(index)
        if index % _EVERY:
            return
        here = [each for each in layout_map.layout().objects if each.is_here]
        self._look(index, here)
        self._find_ghosts(index, here)

    def count(self) -> IdentityCount:
        ghosts = len(self._lasted) + len(self._ghost_since)
        return IdentityCount(self._looks, self._found, self._same, ghosts, tuple(self._lasted))

    def _look(self, index: int, here: list[MapObject]) -> None:
        stamp_ns = self.episode.observations[index].stamp_ns
        shown = [self._truth.get(id_) for id_ in self._truth.well_shown(index)]
        true = [each for each in shown if each is not None]
        ids = matched_ids(true, [each for each in here if each.last_seen_ns >= stamp_ns])
        for thing in true:
            id_ = ids.get(thing.id)
            if thing.id in self._ids:
                self._looks += 1
                self._found += id_ is not None
                self._same += id_ == self._ids[thing.id]
            elif id_ is not None:
                self._ids[thing.id] = id_

    def _find_ghosts(self, index: int, here: list[MapObject]) -> None:
        dreamt = is_ghost(here, self._truth.objects()).tolist()
        ghosts = {each.id for each, is_one in zip(here, dreamt, strict=True) if is_one}
        for id_ in sorted(self._ghost_since.keys() - ghosts):
            frames = index - self._ghost_since.pop(id_)
            self._lasted.append(frames * self.episode.period_s)
        for id_ in sorted(ghosts - self._ghost_since.keys()):
            self._ghost_since[id_] = index


def matched_ids(true: Sequence[TrueObject], found: Sequence[MapObject]) -> dict[int, int]:
    """Map id by true id, of objects of one label that overlap at all well."""
    pairs = match(iou_table(found, true), _NEAR_IOU, same_label(found, true))
    return {
        true[j].id: found[i].id
        for i, j in zip(pairs.found.tolist(), pairs.true.tolist(), strict=True)
    }
