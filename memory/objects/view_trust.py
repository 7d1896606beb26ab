"""Which looks may speak of absence: frames that agree with the frame before.

A sensor whose scale jumps, a frozen picture or a pose that is off makes many things look as if
they were gone. What a trusted frame measured a moment ago is still there in the next one, up to
what has really changed; where most of it is not, the frame is not believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.geometry.camera import transform
from cogmap.memory.geometry.poses import motion_between
from cogmap.memory.objects.visibility import (
    CONFIRMED,
    HIDDEN,
    SEEN_THROUGH,
    DepthView,
    VisibilityConfig,
    compare,
)
from cogmap.memory.persistence import part_of
from cogmap.runtime.messages import F32

__all__ = ["ViewTrust", "ViewTrustConfig"]


@dataclass(frozen=True)
class ViewTrustConfig:
    """When a frame is believed."""

    visibility: VisibilityConfig = field(default_factory=VisibilityConfig)
    every: int = 4
    """Every so many samples of the coarse depth, along rows and columns, are compared."""
    min_samples: int = 60
    """Fewer in common with the last trusted frame say nothing."""
    most_through: float = 0.3
    """Part of what was there, and is not hidden now, that may be seen through at once,"""
    most_taken: float = 0.75
    """or so much if hardly anything is hidden: a large thing was taken away, while a pose that
    is off hides as much as it lays open."""
    scale_spread: float = 0.01
    """Where this much of it has the same wrong depth, relatively, it is the sensor's scale."""
    forget_s: float = 20.0
    """A frame that was trusted so long ago is no measure any more."""
    frozen_m: float = 0.02
    """The same depth again from a camera that moved so far is a frozen picture,"""
    frozen_rad: float = 0.01
    """or from one that turned so far."""


class ViewTrust:
    """Judges the views of one stream in their order."""

    def __init__(self, config: ViewTrustConfig = ViewTrustConfig()) -> None:
        self.config = config
        self._trusted: DepthView | None = None
        self._last: DepthView | None = None

    def judge(self, view: DepthView) -> bool:
        """Whether the frame may say that something is gone."""
        same = self._is_same_picture(view)
        trusted = not (same and self._has_moved(view)) and self._agrees(view)
        if not same:
            self._last = view
        if trusted:
            self._trusted = view
        return trusted

    def reset(self) -> None:
        """Past poses were corrected: what was trusted lies elsewhere now."""
        self._trusted = self._last = None

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        arrays: dict[str, NDArray[Any]] = {}
        for name, view in (("trusted", self._trusted), ("last", self._last)):
            if view is not None:
                arrays |= {f"{name}/{key}": array for key, array in view.state().items()}
        return arrays

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: ViewTrustConfig) -> ViewTrust:
        """Inverse of ``state``."""
        trust = cls(config)
        views = []
        for name in ("trusted", "last"):
            part = part_of(state, name)
            views.append(DepthView.from_state(part) if part else None)
        trust._trusted, trust._last = views
        return trust

    def _is_same_picture(self, view: DepthView) -> bool:
        last = self._last
        return last is not None and np.array_equal(last.depth_m, view.depth_m)

    def _has_moved(self, view: DepthView) -> bool:
        """Whether the camera has, since the picture was taken."""
        assert self._last is not None
        moved, turned = motion_between(self._last.world_from_camera, view.world_from_camera)
        return bool(moved > self.config.frozen_m or turned > self.config.frozen_rad)

    def _agrees(self, view: DepthView) -> bool:
        last = self._trusted
        if last is None or view.stamp_ns - last.stamp_ns > self.config.forget_s * 1e9:
            return True
        points = _sampled(last, self.config.every)
        seen = compare(view, points, self.config.visibility)
        state, measured = seen.state, view.depth_m.take(seen.sample)
        through, hidden = state == SEEN_THROUGH, state == HIDDEN
        there, gone, covered = (int(which.sum()) for which in (state == CONFIRMED, through, hidden))
        if there + gone + covered < self.config.min_samples:
            return True
        wrong = (through | hidden) & (measured > 0)
        if _same_scale(measured[wrong] / seen.depth_m[wrong], self.config.scale_spread):
            return gone + covered < there
        most = self.config.most_taken if covered < 0.2 * gone else self.config.most_through
        return gone <= most * (there + gone)


def _same_scale(ratio: F32, spread: float) -> bool:
    """Whether most of the ratios are one and the same."""
    if len(ratio) < 2:
        return False
    return bool(np.mean(np.abs(ratio / np.median(ratio) - 1) < spread) > 0.6)


def _sampled(view: DepthView, every: int) -> F32:
    """(N, 3) world, some of what the view measured."""
    row, column = np.nonzero(view.depth_m[every // 2 :: every, every // 2 :: every] > 0)
    points = view.measured(row * every + every // 2, column * every + every // 2)
    return transform(view.world_from_camera, points).astype(np.float32)
