"""Which new objects are old ones that were moved or came back, and what becomes of both."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.objects.past_views import PastViews, PastViewsConfig
from cogmap.memory.objects.relocation import RelocationConfig, Traits, relocate
from cogmap.memory.objects.tracks import Track
from cogmap.memory.objects.visibility import DepthView
from cogmap.memory.persistence import part_of
from cogmap.runtime.messages import F64

__all__ = ["Move", "Moves", "MovesConfig"]


@dataclass(frozen=True)
class MovesConfig:
    """How identity is kept across moves."""

    relocation: RelocationConfig = field(default_factory=RelocationConfig)
    past: PastViewsConfig = field(default_factory=PastViewsConfig)
    every_s: float = 0.5
    """So often it is decided anew while anything is open."""
    same_place_m: float = 0.1
    """A thing that is found again so near its old place, or nearer than half its size,
    has returned and not moved."""
    views_for_size: int = 6
    """Positions of the camera after which the whole of a thing has been seen."""


@dataclass(frozen=True)
class Move:
    """A decision: ``new`` is ``old``."""

    old: int
    new: int
    returned: bool
    """It stands where it stood."""
    since_ns: int
    """When it was first seen at the place where it was before."""


class Moves:
    """Remembers what vanished, what is new and what places looked like; one writer."""

    def __init__(self, config: MovesConfig = MovesConfig()) -> None:
        self.config = config
        self.past = PastViews(config.past)
        self._vanished: dict[int, int] = {}
        """Stamp at which it was known to be gone, by id."""
        self._new: dict[int, bool] = {}
        """Whether its place was seen without it before, by id."""
        self._here_since: dict[int, int] = {}
        """First sight at the present place, by id of a thing that has moved."""
        self._changed = False
        self._decided_ns = 0

    def vanished(self, track: Track, stamp_ns: int) -> None:
        """An object has just been found to be gone."""
        self._vanished[track.id] = stamp_ns
        self._new.pop(track.id, None)
        self._changed = True

    def appeared(self, track: Track, points: F64, view: DepthView | None) -> None:
        """A track has just become an object: with ``points`` (N, 3), world; ``view`` of now."""
        self._new[track.id] = self.past.was_empty(points, track.first_seen_ns, view)
        self._changed = True

    def came_later(self) -> frozenset[int]:
        """Ids of objects whose places were seen without them before they were first seen."""
        return frozenset(id_ for id_, was_empty in self._new.items() if was_empty)

    def forget(self, track: int) -> None:
        """It was merged, deleted or dropped."""
        self._vanished.pop(track, None)
        self._new.pop(track, None)
        self._here_since.pop(track, None)

    def decide(
        self, tracks: Mapping[int, Track], stamp_ns: int
    ) -> tuple[tuple[Move, ...], tuple[tuple[int, tuple[int, ...]], ...]]:
        """Moves to carry out, and (new, vanished ones that it may be).

        Looks anew when something has vanished or appeared, and now and then, since what is
        new becomes known better.
        """
        if not self._vanished or not self._new:
            return (), ()
        if not self._changed and stamp_ns - self._decided_ns < self.config.every_s * 1e9:
            return (), ()
        self._changed, self._decided_ns = False, stamp_ns
        vanished = [
            self._traits(tracks[id_]) for id_ in self._vanished
            if id_ in tracks and tracks[id_].state == "removed"
        ]  # fmt: skip
        new = [
            self._traits(tracks[id_]) for id_ in self._new
            if id_ in tracks and tracks[id_].is_here and not tracks[id_].dynamic
        ]  # fmt: skip
        found = relocate(vanished, new, self.config.relocation)
        moves = tuple(self._move(tracks[old], tracks[one]) for old, one in found.moved)
        return moves, found.ambiguous

    def _move(self, old: Track, new: Track) -> Move:
        since_ns = self._here_since.get(old.id, old.first_seen_ns)
        returned = self._is_back(old, new)
        if not returned:
            self._here_since[old.id] = new.first_seen_ns
        del self._vanished[old.id], self._new[new.id]
        return Move(old.id, new.id, returned, since_ns)

    def _is_back(self, old: Track, new: Track) -> bool:
        distance = math.dist(old.box.center, new.box.center)
        return distance <= max(self.config.same_place_m, 0.5 * min(max(old.box.size[:2]), 0.6))

    def _traits(self, track: Track) -> Traits:
        return Traits(
            id=track.id,
            center=track.box.center,
            size=track.box.size,
            first_seen_ns=track.first_seen_ns,
            last_seen_ns=track.last_seen_ns,
            gone_ns=self._vanished.get(track.id, 0),
            labels=track.labels.probabilities(),
            complete=min(1.0, (len(track.cameras) + 1) / self.config.views_for_size),
            embedding=track.embedding,
            embedding_space=track.embedding_space,
            color=track.color,
            place_was_empty=self._new.get(track.id, True),
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        arrays = {f"past/{key}": array for key, array in self.past.state().items()}
        for name in ("vanished", "new", "here_since"):
            pairs = list(getattr(self, f"_{name}").items())
            arrays[name] = np.array(pairs, np.int64).reshape(-1, 2)
        arrays["decided"] = np.array([self._changed, self._decided_ns], np.int64)
        return arrays

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: MovesConfig) -> Moves:
        """Inverse of ``state``."""
        moves = cls(config)
        moves.past = PastViews.from_state(part_of(state, "past"), config.past)
        moves._vanished = dict(state["vanished"].tolist())
        moves._new = {id_: bool(empty) for id_, empty in state["new"].tolist()}
        moves._here_since = dict(state["here_since"].tolist())
        moves._changed = bool(state["decided"][0])
        moves._decided_ns = int(state["decided"][1])
        return moves
