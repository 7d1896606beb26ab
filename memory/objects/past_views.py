"""What places looked like before: a bounded memory of coarse depth, spread over the map.

It answers one question: was the place of a thing that is new to the map seen without it before,
so that it must have come there, or may it have stood there all along?
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.objects.relief import ReliefConfig, Rise, is_low, measure_rise
from cogmap.memory.objects.visibility import NEAREST_M, DepthView, VisibilityConfig, look
from cogmap.runtime.messages import F32, F64, U16

__all__ = ["PastViews", "PastViewsConfig"]

_Cell = tuple[int, ...]


@dataclass(frozen=True)
class _Kept:
    """A view in a quarter of the memory."""

    millimetres: U16
    """(h, w)"""
    camera_from_world: F64
    camera: tuple[float, float, float, float]
    """fx, fy, cx, cy in samples."""
    stamp_ns: int

    def view(self) -> DepthView:
        fx, fy, cx, cy = self.camera
        depth_m = self.millimetres.astype(np.float32) * np.float32(0.001)
        return DepthView(depth_m, self.camera_from_world, (fx, fy), (cx, cy), self.stamp_ns)


@dataclass(frozen=True)
class PastViewsConfig:
    """How much is remembered, and what a look back must show."""

    visibility: VisibilityConfig = field(default_factory=VisibilityConfig)
    relief: ReliefConfig = field(default_factory=ReliefConfig)
    most: int = 400
    """Views that are kept; about 40 kB each."""
    cell_m: float = 0.5
    """Views from one cube of this edge"""
    cell_rad: float = math.radians(30)
    """in about one direction are alike: of these two are kept,"""
    older_s: float = 5.0
    """so much apart in time at least."""
    reach_m: float = 6.0
    """Views from farther away are not asked."""
    looks_back: int = 16
    """Of the views that may show a place, so many are asked, the nearest first."""
    empty: float = 0.5
    """The place was empty if this part of what a view could test of it was seen through,"""
    min_samples: int = 3
    """of so many samples at least."""
    before_s: float = 0.1
    """A view counts if it is this much older than the first sight of the thing."""


class PastViews:
    """Views by where they were taken from; one writer."""

    def __init__(self, config: PastViewsConfig = PastViewsConfig()) -> None:
        self.config = config
        self._kept: dict[_Cell, list[_Kept]] = {}
        self._count = 0

    def remember(self, view: DepthView) -> None:
        """Take in a frame that is trusted."""
        cell = self._cell(view)
        kept = self._kept.pop(cell, [])  # the cell goes to the end: least recently seen first
        self._kept[cell] = kept
        if kept and view.stamp_ns - kept[-1].stamp_ns < self.config.older_s * 1e9:
            return
        millimetres = np.rint(np.minimum(view.depth_m, 65.0) * 1000).astype(np.uint16)
        camera = (*view.focal, *view.center)
        kept.append(_Kept(millimetres, view.camera_from_world, camera, view.stamp_ns))
        self._count += 1
        if len(kept) > 2:
            del kept[0]
            self._count -= 1
        while self._count > self.config.most:
            self._count -= len(self._kept.pop(next(iter(self._kept))))

    def was_empty(self, points: F64, before_ns: int, now: DepthView | None) -> bool:
        """Whether the place of a thing with ``points`` (N, 3), world, was seen without it by a
        view taken before ``before_ns``. ``now``: a view that shows the thing, to compare the
        relief of a low one with. False if no view tells."""
        low = is_low(points, self.config.relief)
        rise = measure_rise(now, points, self.config.relief) if low and now is not None else None
        for view in self._before(before_ns, (points.min(axis=0) + points.max(axis=0)) / 2):
            if self._shows_empty(view, points.astype(np.float32)):
                return True
            if rise is not None and self._shows_flat(view, points, rise):
                return True
        return False

    def _shows_flat(self, view: DepthView, points: F64, rise: Rise) -> bool:
        """Whether hardly anything of a relief was there in a view."""
        was = measure_rise(view, points, self.config.relief)
        if was is None:
            return False
        sigma = math.hypot(was.sigma_m, rise.sigma_m)
        return rise.height_m > 3 * sigma and abs(was.height_m) < rise.height_m / 2 - sigma

    def clear(self) -> None:
        """Past poses were corrected: the views lie elsewhere now."""
        self._kept.clear()
        self._count = 0

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        views = [each for kept in self._kept.values() for each in kept]
        flat = [each.millimetres.reshape(-1) for each in views]
        return {
            "depths": np.concatenate([np.zeros(0, np.uint16), *flat]),
            "shapes": np.array([each.millimetres.shape for each in views], np.int64).reshape(-1, 2),
            "poses": np.array([each.camera_from_world for each in views]).reshape(-1, 4, 4),
            "cameras": np.array([each.camera for each in views], np.float64).reshape(-1, 4),
            "stamps": np.array([each.stamp_ns for each in views], np.int64),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: PastViewsConfig) -> PastViews:
        """Inverse of ``state``."""
        past = cls(config)
        start = 0
        for row, (height, width) in enumerate(state["shapes"].tolist()):
            depth = state["depths"][start : start + height * width].reshape(height, width).copy()
            start += height * width
            fx, fy, cx, cy = state["cameras"][row].tolist()
            stamp_ns = int(state["stamps"][row])
            kept = _Kept(depth, state["poses"][row].copy(), (fx, fy, cx, cy), stamp_ns)
            past._kept.setdefault(past._cell(kept.view()), []).append(kept)
            past._count += 1
        return past

    def _cell(self, view: DepthView) -> _Cell:
        pose = view.world_from_camera
        x, y, z = pose[:3, 2].tolist()
        heading, pitch = math.atan2(y, x), math.asin(max(-1.0, min(1.0, z)))
        place = np.floor(pose[:3, 3] / self.config.cell_m).astype(int).tolist()
        return (*place, *(math.floor(angle / self.config.cell_rad) for angle in (heading, pitch)))

    def _before(self, before_ns: int, center: F64) -> Iterator[DepthView]:
        """Views with the point ``center`` (3,), world, in their image, the nearest first."""
        latest = before_ns - self.config.before_s * 1e9
        kept = [each for views in self._kept.values() for each in views if each.stamp_ns < latest]
        if not kept:
            return
        poses = np.stack([each.camera_from_world for each in kept])
        x, y, z = (poses[:, :3, :3] @ center + poses[:, :3, 3]).T
        fx, fy, cx, cy = np.array([each.camera for each in kept]).T
        height, width = np.array([each.millimetres.shape for each in kept]).T
        near = (z > NEAREST_M) & (z < self.config.reach_m)
        z = np.where(near, z, 1.0)
        u, v = fx * x / z + cx, fy * y / z + cy
        near &= (u > 0) & (u < width - 1) & (v > 0) & (v < height - 1)
        rows = np.flatnonzero(near)
        for row in rows[np.argsort(z[rows], kind="stable")][: self.config.looks_back].tolist():
            yield kept[row].view()

    def _shows_empty(self, view: DepthView, points: F32) -> bool:
        seen = look(view, points, np.zeros(len(points), np.int64), 1, self.config.visibility)
        through, confirmed = int(seen.seen_through[0]), int(seen.confirmed[0])
        if through < self.config.min_samples:
            return False
        return through > self.config.empty * (through + confirmed)
