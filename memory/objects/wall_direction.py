"""The direction of the walls, where they are at right angles: what things are lined up with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.objects.visibility import DepthView
from cogmap.runtime.messages import F64

__all__ = ["WallDirection", "WallDirectionConfig"]

_BINS = 180
"""Half a degree each, of a right angle."""


@dataclass(frozen=True)
class WallDirectionConfig:
    """How the direction is found."""

    every: int = 8
    """Frames between looks."""
    stride: int = 4
    """Samples of the coarse depth between points that are looked at."""
    steep: float = 0.15
    """Cosine to the vertical up to which a surface is vertical."""
    min_share: float = 0.35
    """There is a direction if so much of all vertical surface lies within"""
    within_rad: float = math.radians(3)
    """this of it or at right angles to it."""
    min_samples: int = 2000


class WallDirection:
    """Gathers the directions of vertical surfaces over frames; one writer."""

    def __init__(self, config: WallDirectionConfig = WallDirectionConfig()) -> None:
        self._config = config
        self._counts: F64 = np.zeros(_BINS)

    def add(self, view: DepthView, number: int) -> None:
        """Take in one frame."""
        if number % self._config.every:
            return
        angles = _angles(view, self._config)
        bins = (angles * (_BINS / (math.pi / 2))).astype(np.int64) % _BINS
        self._counts += np.bincount(bins, minlength=_BINS)

    def yaw(self) -> float | None:
        """In [0, pi / 2), rad; None if walls have no common direction."""
        total = float(self._counts.sum())
        if total < self._config.min_samples:
            return None
        reach = round(self._config.within_rad / (math.pi / 2) * _BINS)
        around = np.concatenate([self._counts[-reach:], self._counts, self._counts[:reach]])
        window = np.convolve(around, np.ones(2 * reach + 1), mode="valid")
        best = int(np.argmax(window))
        if window[best] < self._config.min_share * total:
            return None
        offsets = np.arange(-reach, reach + 1)
        weights = around[best : best + 2 * reach + 1]
        middle = best + 0.5 + float(offsets @ weights) / float(weights.sum())
        return (middle % _BINS) * (math.pi / 2) / _BINS

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        return {"counts": self._counts.copy()}

    @classmethod
    def from_state(
        cls, state: Mapping[str, NDArray[Any]], config: WallDirectionConfig
    ) -> WallDirection:
        """Inverse of ``state``."""
        walls = cls(config)
        walls._counts = state["counts"].copy()
        return walls


def _angles(view: DepthView, config: WallDirectionConfig) -> F64:
    """(N,) direction, modulo a right angle, of the vertical surfaces that the frame shows."""
    step = config.stride
    height, width = view.depth_m.shape
    points = view.measured(*np.mgrid[step:height:step, step:width:step])
    middle, right, below = points[:-1, :-1], points[:-1, 1:], points[1:, :-1]
    limit = 0.05 + 0.1 * middle[..., 2]
    good = (middle[..., 2] > 0) & (right[..., 2] > 0) & (below[..., 2] > 0)
    good &= np.abs(right[..., 2] - middle[..., 2]) < limit
    good &= np.abs(below[..., 2] - middle[..., 2]) < limit
    normals = np.cross(right[good] - middle[good], below[good] - middle[good])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    normals = normals @ view.camera_from_world[:3, :3]
    vertical = normals[np.abs(normals[:, 2]) < config.steep]
    return np.asarray(np.arctan2(vertical[:, 1], vertical[:, 0]) % (math.pi / 2))
