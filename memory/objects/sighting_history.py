"""Which frames showed a thing, and how much of it: kept for every frame, in few bytes."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F32, I64, U8, Bool, CogmapError

__all__ = ["AWAY", "HIDDEN", "IN_VIEW", "MATCHED", "SightingHistory", "SightingHistoryConfig",
           "Sightings"]  # fmt: skip

AWAY, HIDDEN, IN_VIEW, MATCHED = range(4)
"""Out of the camera's view, or beyond all that it measured. In it, behind something. In it, and
confirmed by depth. Detected."""


class SightingHistoryError(CogmapError):
    """A bound cannot work."""


@dataclass(frozen=True)
class SightingHistoryConfig:
    """How finely a thing's visibility is kept."""

    fraction_step: float = 0.1
    """A change of the visible part by this is kept,"""
    share_step: float = 1.3
    """or of its share of the image by this factor."""
    most: int = 4096
    """Changes kept of one thing, 8 bytes each; of more, every other of the older half goes."""

    def __post_init__(self) -> None:
        if self.most < 8:
            raise SightingHistoryError(f"sighting history: most = {self.most} must be at least 8")


@dataclass(frozen=True)
class Sightings:
    """One thing's visibility: row i holds from frame ``numbers[i]`` to before the next row's."""

    numbers: I64
    """(N,) of frames, ascending."""
    states: U8
    """(N,) AWAY, HIDDEN, IN_VIEW or MATCHED."""
    fractions: F32
    """(N,) part of the thing that was in the image and not hidden, in [0, 1]."""
    shares: F32
    """(N,) part of the image that showed it, in [0, 1]."""

    def visible(self, min_fraction: float = 0.15, min_share: float = 0.03) -> Bool:
        """(N,) rows in which the thing was visible: so much of it was, or it took so much of
        the image (both by default after OST-Bench)."""
        large = (self.fractions >= min_fraction) | (self.shares >= min_share)
        return np.asarray((self.states >= IN_VIEW) & large)

    def row_at(self, number: int) -> int:
        """The row that holds for a frame; -1 before the first."""
        return int(np.searchsorted(self.numbers, number, side="right")) - 1


class SightingHistory:
    """Sightings of all things; one writer."""

    def __init__(self, config: SightingHistoryConfig = SightingHistoryConfig()) -> None:
        self._config = config
        self._rows: dict[int, array[int]] = {}
        self._in_view: list[int] = []

    def record(self, number: int, ids: list[int], states: U8, fractions: F32, shares: F32) -> None:
        """Take in one frame: all things (T,) in its view. Others are away from now on."""
        now = set(ids)
        for id_ in self._in_view:
            if id_ not in now and id_ in self._rows:  # else it was dropped
                self._append(id_, number, AWAY, 0.0, 0.0)
        rows = zip(ids, states.tolist(), fractions.tolist(), shares.tolist(), strict=True)
        for id_, state, fraction, share in rows:
            self._append(id_, number, state, fraction, share)
        self._in_view = ids

    def matched_late(self, number: int, id_: int) -> None:
        """A detection that came late shows a thing in a past frame."""
        rows = self._rows.get(id_)
        if rows is None:
            return
        history = _unpack(rows)
        row = history.row_at(number)
        if row >= 0 and history.states[row] == IN_VIEW:
            rows[row] |= MATCHED << 24

    def of(self, id_: int) -> Sightings:
        """All that is known of one thing; empty if nothing is."""
        return _unpack(self._rows.get(id_, array("q")))

    def begin_late(self, number: int, id_: int, fraction: float, share: float) -> None:
        """A detection that came late shows something new in a past frame, for all that is known
        in that one alone."""
        if id_ not in self._rows:
            self._append(id_, number, MATCHED, fraction, share)
            self._append(id_, number + 1, AWAY, 0.0, 0.0)

    def follow(self, kept: int, other: int) -> None:
        """The later frames of one thing were taken for another one: from the first of them on
        what was seen of the place where it was says nothing of it."""
        rows = self._taken(kept, other)
        mine = self._rows.get(kept, array("q"))
        first = rows[0] >> 32 if rows else math.inf
        self._rows[kept] = array("q", [row for row in mine if row >> 32 < first]) + rows
        self._bound(kept)

    def merge(self, kept: int, other: int) -> None:
        """Two things were one: a frame that showed either showed it."""
        rows = self._taken(kept, other)
        self._rows[kept] = _joined(self._rows.get(kept, array("q")), rows)
        self._bound(kept)

    def split(self, whole: int, part: int) -> None:
        """A thing was two: what showed it showed the other one, too."""
        if whole in self._rows:
            self._rows[part] = self._rows[whole][:]
        if whole in self._in_view:
            self._in_view = [*self._in_view, part]

    def forget(self, id_: int) -> None:
        self._rows.pop(id_, None)

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        lengths = [len(rows) for rows in self._rows.values()]
        joined = [np.array(rows, np.int64) for rows in self._rows.values()]
        return {
            "ids": np.array(list(self._rows), np.int64),
            "lengths": np.array(lengths, np.int64),
            "rows": np.concatenate([np.zeros(0, np.int64), *joined]),
            "in_view": np.array(self._in_view, np.int64),
        }

    @classmethod
    def from_state(
        cls, state: Mapping[str, NDArray[Any]], config: SightingHistoryConfig
    ) -> SightingHistory:
        """Inverse of ``state``."""
        history = cls(config)
        ends = np.cumsum(state["lengths"])
        starts = ends - state["lengths"]
        for id_, start, end in zip(state["ids"].tolist(), starts, ends, strict=True):
            history._rows[id_] = array("q", state["rows"][start:end].tolist())
        history._in_view = state["in_view"].tolist()
        return history

    def _append(self, id_: int, number: int, state: int, fraction: float, share: float) -> None:
        rows = self._rows.setdefault(id_, array("q"))
        packed = _pack(number, state, fraction, share)
        if rows:
            last = rows[-1]
            if last >> 32 >= number:
                return
            if not self._differs(last, packed):
                return
        rows.append(packed)
        self._bound(id_)

    def _taken(self, kept: int, other: int) -> array[int]:
        """The rows of ``other``, which is ``kept`` from now on."""
        if other in self._in_view:
            self._in_view = [each for each in self._in_view if each not in (kept, other)] + [kept]
        return self._rows.pop(other, array("q"))

    def _bound(self, id_: int) -> None:
        rows = self._rows[id_]
        while len(rows) > self._config.most:
            half = len(rows) // 2
            rows = self._rows[id_] = rows[:half:2] + rows[half:]

    def _differs(self, last: int, now: int) -> bool:
        if (last ^ now) >> 24 & 3:
            return True
        if abs((last >> 16 & 255) - (now >> 16 & 255)) > 255 * self._config.fraction_step:
            return True
        low, high = sorted(((last & 65535) + 1, (now & 65535) + 1))
        return high > low * self._config.share_step + 16


def _joined(a: array[int], b: array[int]) -> array[int]:
    """Of two histories in every frame the one that shows more."""
    joined, now = array("q"), [0, 0]
    for row, whose in sorted([(row, 0) for row in a] + [(row, 1) for row in b]):
        number, now[whose] = row >> 32, row & _LOOK
        if joined and joined[-1] >> 32 == number:
            joined.pop()
        if not joined or joined[-1] & _LOOK != max(now):
            joined.append(number << 32 | max(now))
    return joined


_LOOK = (1 << 32) - 1
"""The bits of a row that tell what was seen: of two, the larger number shows more."""


def _pack(number: int, state: int, fraction: float, share: float) -> int:
    """Frame in the upper 32 bits, then state, visible part in 1/255, share in 1/65535."""
    return (
        number << 32
        | state << 24
        | min(max(round(fraction * 255), 0), 255) << 16
        | min(max(round(share * 65535), 0), 65535)
    )


def _unpack(rows: array[int]) -> Sightings:
    packed = np.array(rows, np.int64)
    return Sightings(
        numbers=packed >> 32,
        states=(packed >> 24 & 3).astype(np.uint8),
        fractions=((packed >> 16 & 255) / 255).astype(np.float32),
        shares=((packed & 65535) / 65535).astype(np.float32),
    )
