"""What tells that things are gone: trusted frames, what they see through, relief of low things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.objects.front import Front, look_at_front
from cogmap.memory.objects.presence import Presence, PresenceConfig, Verdict
from cogmap.memory.objects.relief import Relief, ReliefConfig
from cogmap.memory.objects.view_trust import ViewTrust, ViewTrustConfig
from cogmap.memory.objects.visibility import DepthView, Look
from cogmap.memory.persistence import part_of
from cogmap.runtime.messages import F64, Bool

__all__ = ["Watch", "WatchConfig"]


@dataclass(frozen=True)
class WatchConfig:
    """How it is told that things are gone."""

    presence: PresenceConfig = field(default_factory=PresenceConfig)
    relief: ReliefConfig = field(default_factory=ReliefConfig)
    trust: ViewTrustConfig = field(default_factory=ViewTrustConfig)
    fronts_per_frame: int = 8
    """Second looks at things in doubt at most."""


class Watch:
    """Keeps an eye on all things of a map; one writer."""

    def __init__(self, config: WatchConfig = WatchConfig()) -> None:
        self.config = config
        self.presence = Presence(config.presence)
        self.relief = Relief(config.relief)
        self.trust = ViewTrust(config.trust)

    def update(
        self,
        view: DepthView,
        ids: Sequence[int],
        look: Look,
        matched: Bool,
        points_of: Callable[[int], F64],
        spacing_m: Sequence[float],
        *,
        detected: bool = True,
    ) -> Verdict:
        """Take in the next frame with a healthy depth; call it for each, once.

        ``look``: of the things ``ids`` (T,) in this view; ``matched`` (T,): a detection of the
        frame shows the thing; ``points_of(i)`` (N, 3), world: all points of the i-th,
        ``spacing_m[i]`` apart; ``detected``: a detector looked at the frame.
        """
        if not self.trust.judge(view):
            nothing = np.zeros(len(ids), np.bool_)
            return Verdict(tested=nothing, gone=nothing, shifted=nothing, trusted=False)
        relief = self.relief.evidence(view, ids, points_of, look, matched)
        fronts = [Front()] * len(ids)
        suspects = self.presence.suspects(look, matched) if detected else np.zeros_like(matched)
        for index in np.flatnonzero(suspects)[: self.config.fronts_per_frame].tolist():
            points = points_of(index).astype(np.float32)
            fronts[index] = look_at_front(
                view, points, spacing_m[index], self.config.trust.visibility
            )
        return self.presence.update(
            view.stamp_ns, ids, look, matched, detected=detected, relief=relief, fronts=fronts
        )

    def doubt(self, thing: int) -> float:
        """Evidence that ``thing`` is gone, in [0, 1): 0 none, towards 1 it is about to be."""
        return self.presence.doubt(thing)

    def height_m(self, thing: int) -> float | None:
        """How high a low ``thing`` stands out of what it lies on, if that was measured."""
        return self.relief.usual_m(thing)

    def matched_late(self, thing: int) -> None:
        """A detection of an earlier frame shows ``thing``: it is not gone after all."""
        self.presence.forget(thing)

    def forget(self, thing: int) -> None:
        """Drop what is known of ``thing``: it is gone, merged or elsewhere."""
        self.presence.forget(thing)
        self.relief.forget(thing)

    def poses_corrected(self) -> None:
        """Past poses are others now: no frame is compared with those before."""
        self.trust.reset()

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        parts = {
            "presence": self.presence.state(),
            "relief": self.relief.state(),
            "trust": self.trust.state(),
        }
        return {f"{name}/{key}": a for name, part in parts.items() for key, a in part.items()}

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: WatchConfig) -> Watch:
        """Inverse of ``state``."""
        watch = cls(config)
        watch.presence = Presence.from_state(part_of(state, "presence"), config.presence)
        watch.relief = Relief.from_state(part_of(state, "relief"), config.relief)
        watch.trust = ViewTrust.from_state(part_of(state, "trust"), config.trust)
        return watch
