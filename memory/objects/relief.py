"""How far low things stand out from what they lie on: tells that a plate or a book is gone.

A thing two centimetres high is not seen through when it is taken away: what was under it is
within the tolerance of the depth. But its height over the surface around it, measured in one
frame, is free of errors of the pose and known to a millimetre or two. What each thing measures
while it is surely there is remembered; it is gone where it stands out no more.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cogmap.memory.geometry.camera import depth_sigma_m, transform
from cogmap.memory.objects.visibility import NEAREST_M, DepthView, Look
from cogmap.runtime.messages import F64, Bool

__all__ = ["Relief", "ReliefConfig", "Rise", "is_low", "measure_rise"]


@dataclass(frozen=True)
class ReliefConfig:
    """What is measured, and what it must be to say something."""

    highest_m: float = 0.12
    """Things higher than this are seen through when they are gone; their relief is left alone."""
    widest_m: float = 0.5
    """The middle of a wider one is too far from what is around it to be compared with it."""
    on_m: float = 0.015
    """A measured point is on the thing if one of its points is so near, seen from above;"""
    ring_m: tuple[float, float] = (0.04, 0.12)
    """it is around it if it is between so far and so far away,"""
    below_m: float = 0.06
    """and at most so much lower than the thing's lowest points,"""
    above_m: float = 0.03
    """or higher than its highest."""
    foot_m: float = 0.04
    """What is around it is at most so much higher than its lowest points: what is higher are
    walls and neighbours that it does not lie on."""
    stray: float = 0.02
    """Part of its points that may lie higher or lower than a low thing reaches."""
    min_samples: int = 4
    """On the thing, and around it."""
    min_visible: float = 0.5
    """Part of the thing in the image that must be unoccluded,"""
    most_hidden: float = 0.25
    """and part of it that may be hidden by what is nearer if a look is to say that it is gone: of
    a bowl behind something, only the low middle may be left in sight."""
    every_s: float = 0.3
    """While it is matched, so often its relief is remembered."""
    remembered: int = 24
    """Looks for each distance."""
    distance_step: float = 1.3
    """Looks from distances that differ by less than this factor are compared."""
    min_looks: int = 5
    """Of the same distance; with fewer nothing is said,"""
    few_looks: int = 3
    """or with fewer than these,"""
    few_sigmas: float = 10.0
    """if the thing stands out by so many standard deviations."""
    noise_m: float = 0.001
    """Error of a relief, standard deviation, besides the noise of the depth and the spread of
    what was measured before."""
    least_sigmas: float = 1.5
    """A thing that usually stands out by fewer of all these says nothing."""
    clear_sigmas: float = 1.0
    """So far from the middle between usual and none, a look is clear; nearer it counts in part,
    so that looks of little weight add up."""
    flat: float = 0.25
    """Of a thing that was seen from farther away only, no more than this part of its height must
    be left to say that it is gone: from there it may have looked higher than it is."""
    depth_sigma_m: float = 0.0012
    """Of one depth near by; farther away it grows as ``depth_sigma_m`` says."""


_QUARTILE_ERROR = 1.7
"""Error of a quartile, or of differences of them, over that of a mean, for normal noise."""


@dataclass(frozen=True)
class Rise:
    """Height of a thing over what is around it, as one frame measured it."""

    height_m: float
    sigma_m: float
    """From the noise of the depth."""
    distance_m: float
    """From the camera."""


class Relief:
    """Remembers the relief of things and tells when it is no longer there; one writer."""

    def __init__(self, config: ReliefConfig = ReliefConfig()) -> None:
        self.config = config
        self._usual: dict[int, dict[int, deque[float]]] = {}
        self._stamps: dict[int, int] = {}

    def evidence(
        self,
        view: DepthView,
        ids: Sequence[int],
        points_of: Callable[[int], F64],
        look: Look,
        matched: Bool,
    ) -> F64:
        """(T,) in [-1, 1]: 1 the thing is not there any more, -1 it is, 0 cannot tell; NaN for
        what is not low, or has never been measured.

        ``look``: of the things ``ids`` (T,); ``points_of(i)`` (N, 3), world: all points of the
        i-th of them; ``matched`` (T,): with those a detection of this frame was matched, so they
        are surely there.
        """
        said = np.array([0.0 if thing in self._usual else np.nan for thing in ids])
        unoccluded = look.confirmed + look.seen_through >= np.maximum(
            self.config.min_visible * look.in_view, self.config.min_samples
        )
        hidden = look.hidden > self.config.most_hidden * look.in_view
        for index in np.flatnonzero(unoccluded).tolist():
            if not self._is_due(ids[index], bool(matched[index]), view.stamp_ns):
                continue
            points = points_of(index)
            rise = None
            if is_low(points, self.config):
                rise = measure_rise(view, points, self.config)
            if matched[index]:
                self._remember(ids[index], rise, view.stamp_ns)
            elif rise is not None:
                told = self._compare(ids[index], rise)
                said[index] = min(told, 0.0) if hidden[index] else told
        return said

    def forget(self, thing: int) -> None:
        """Drop what is known of ``thing``: it is gone, or elsewhere."""
        self._usual.pop(thing, None)
        self._stamps.pop(thing, None)

    def usual_m(self, thing: int) -> float | None:
        """How high ``thing`` stands out, by the nearest looks; None if they are few."""
        nearest: list[float] = []
        for _, heights in sorted(self._usual.get(thing, {}).items(), key=lambda each: each[0]):
            nearest += heights
            if len(nearest) >= self.config.min_looks:
                break
        return float(np.median(nearest)) if len(nearest) >= self.config.few_looks else None

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        rows = [
            (thing, distance, height)
            for thing, looks in self._usual.items()
            for distance, heights in looks.items()
            for height in heights
        ]
        return {
            "things": np.array([row[:2] for row in rows], np.int64).reshape(-1, 2),
            "heights": np.array([row[2] for row in rows], np.float64),
            "stamps": np.array(list(self._stamps.items()), np.int64).reshape(-1, 2),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: ReliefConfig) -> Relief:
        """Inverse of ``state``."""
        relief = cls(config)
        for (thing, distance), height in zip(
            state["things"].tolist(), state["heights"].tolist(), strict=True
        ):
            looks = relief._usual.setdefault(thing, {})
            looks.setdefault(distance, deque(maxlen=config.remembered)).append(height)
        relief._stamps = dict(state["stamps"].tolist())
        return relief

    def _is_due(self, thing: int, matched: bool, stamp_ns: int) -> bool:
        if not matched:
            return thing in self._usual
        last = self._stamps.get(thing)
        return last is None or stamp_ns - last >= self.config.every_s * 1e9

    def _remember(self, thing: int, rise: Rise | None, stamp_ns: int) -> None:
        self._stamps[thing] = stamp_ns
        if rise is None:
            return
        looks = self._usual.setdefault(thing, {})
        distance = self._distance_class(rise)
        looks.setdefault(distance, deque(maxlen=self.config.remembered)).append(rise.height_m)

    def _compare(self, thing: int, rise: Rise) -> float:
        usual, alike = self._usual_at(thing, self._distance_class(rise))
        if len(usual) < self.config.few_looks:
            return 0.0
        height = float(np.median(usual))
        spread = float(np.median(np.abs(np.array(usual) - height)))
        sigma = math.hypot(rise.sigma_m, self.config.noise_m, spread)
        enough = len(usual) >= self.config.min_looks
        if height < (self.config.least_sigmas if enough else self.config.few_sigmas) * sigma:
            return 0.0
        if rise.height_m < -max(height / 2, 2 * sigma):
            return 0.0  # something else is there now
        middle = (height / 2 - rise.height_m) / (self.config.clear_sigmas * sigma)
        if not alike and rise.height_m > self.config.flat * height:
            return min(max(middle, -1.0), 0.0)
        return min(max(middle, -1.0), 1.0)

    def _usual_at(self, thing: int, distance: int) -> tuple[list[float], bool]:
        """What was measured from about this distance, or if that is little, from others near, or
        from farther away; whether those distances are alike."""
        looks = self._usual[thing]
        near: list[float] = []
        for reach in range(3):
            classes = range(distance - reach, distance + reach + 1)
            near = [height for k in classes for height in looks.get(k, ())]
            if len(near) >= self.config.min_looks:
                break
        if len(near) >= self.config.few_looks:
            return near, True
        for k in sorted(k for k in looks if k > distance + 2):
            near += looks[k]
            if len(near) >= self.config.min_looks:
                break
        return near, False

    def _distance_class(self, rise: Rise) -> int:
        return round(math.log(rise.distance_m) / math.log(self.config.distance_step))


def is_low(points: F64, config: ReliefConfig = ReliefConfig()) -> bool:
    """Whether the relief of a thing with ``points`` (N, 3) tells if it is there."""
    x, y, z = np.ptp(np.ascontiguousarray(points.T), axis=1)  # along rows it is far faster
    if math.hypot(x, y) > math.sqrt(2) * config.widest_m or z > 3 * config.highest_m:
        return False
    if z <= config.highest_m:
        return True
    low, high = _quantiles(points[:, 2], config.stray, 1 - config.stray)
    return high - low <= config.highest_m


def measure_rise(
    view: DepthView, points: F64, config: ReliefConfig = ReliefConfig()
) -> Rise | None:
    """Height of a thing with ``points`` (N, 3), world, metres, over the surface around it.

    None if too little of it or of the surface is measured.
    """
    in_camera = transform(view.camera_from_world, points)
    in_camera = in_camera[in_camera[:, 2] > NEAREST_M]
    if not len(in_camera):
        return None
    measured = _measured_around(view, in_camera, config.ring_m[1])
    low, high = _quantiles(points[:, 2], 0.1, 0.9)
    height = measured[:, 2]
    measured = measured[(height > low - config.below_m) & (height < high + config.above_m)]
    if len(measured) < 2 * config.min_samples:
        return None
    (distance,) = _quantiles(in_camera[:, 2], 0.5)
    away, _ = cKDTree(points[:, :2]).query(
        measured[:, :2], distance_upper_bound=config.ring_m[1]
    )  # inf for what is farther
    on = measured[away < config.on_m, 2]
    beside = (away > config.ring_m[0]) & (away < config.ring_m[1])
    around = measured[beside & (measured[:, 2] < low + config.foot_m), 2]
    fewest = min(len(on), len(around))
    if fewest < config.min_samples:
        return None
    sigma = float(depth_sigma_m(np.array([distance]), config.depth_sigma_m)[0])
    sigma *= _QUARTILE_ERROR * math.sqrt(1 / len(on) + 1 / len(around))
    lower, middle = _quantiles(around, 0.25, 0.5)
    (upper,) = _quantiles(on, 0.75)
    # The upper quartile, since masks leak onto what is around the thing; less by what noise
    # alone raises it, which is how much it lowers the lower quartile of what is around.
    return Rise(upper - middle - (middle - lower), sigma, distance)


def _quantiles(values: F64, *parts: float) -> list[float]:
    """What these parts of the values do not exceed; NumPy's own takes longer than all the rest."""
    ordered, last = np.sort(values), len(values) - 1
    found = []
    for part in parts:
        below = min(int(part * last), max(last - 1, 0))
        low, high = float(ordered[below]), float(ordered[min(below + 1, last)])
        found.append(low + (part * last - below) * (high - low))
    return found


def _measured_around(view: DepthView, in_camera: F64, margin_m: float) -> F64:
    """(K, 3) world: what was measured in the rectangle around a thing (N, 3), camera frame."""
    x, y, z = in_camera.T
    u = view.focal[0] * x / z + view.center[0]
    v = view.focal[1] * y / z + view.center[1]
    margin = margin_m * max(view.focal) / _quantiles(z, 0.5)[0]
    height, width = view.depth_m.shape
    left, right = (
        int(np.clip(edge, 0, width)) for edge in (u.min() - margin, u.max() + margin + 2)
    )
    top, bottom = (
        int(np.clip(edge, 0, height)) for edge in (v.min() - margin, v.max() + margin + 2)
    )
    row, column = np.nonzero(view.depth_m[top:bottom, left:right] > 0)
    return transform(view.world_from_camera, view.measured(row + top, column + left))
