"""What is round is as deep as it is wide, though only the side towards the cameras was seen.

A lamp, a vase or a trash can that was looked at from one side shows its near half: its box would be
half as deep as it is. Seen from above, its surface bulges towards the cameras as a circle of its
width does; neither a flat face nor the corner of a box looks like that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cogmap.runtime.messages import F64, Box, Vec3

__all__ = ["RoundConfig", "round_out"]


@dataclass(frozen=True)
class RoundConfig:
    """When a surface is that of something round."""

    largest_m: float = 0.8
    """Wider things are not round ones that stand about;"""
    least_points: int = 40
    """of fewer points nothing is said."""
    one_side_rad: float = math.radians(50)
    """All cameras are within so much of their mean direction,"""
    seen_depth: float = 0.6
    """and saw no more of its depth than this part of its width."""
    strips: int = 9
    """Across the view; the nearest points of each"""
    nearest: float = 0.85
    """(this quantile) are its front."""
    rims: tuple[float, ...] = (1.0, 1.05, 1.1)
    """It may be larger than what is seen: where it turns away from the camera, masks end early."""
    per_strip: int = 3
    """A strip of fewer points has none."""
    error: float = 0.1
    """The front may differ from the circle by this part of its radius, root mean square,"""
    better: float = 0.75
    """and by no more than this part of what it differs from a flat face."""


def round_out(
    box: Box, points: F64, cameras: list[Vec3], config: RoundConfig = RoundConfig()
) -> Box:
    """The box of a thing of surface ``points`` (N, 3), world, around all of the circle that these
    show a side of; as it is where they show none."""
    towards = _side(box, cameras, config)
    if towards is None or len(points) < config.least_points:
        return box
    ahead = points[:, :2] @ towards
    across = points[:, :2] @ np.array([-towards[1], towards[0]])
    low, high = np.quantile(across, [0.01, 0.99])
    radius, middle = float(high - low) / 2, float(high + low) / 2
    if not 0 < 2 * radius <= config.largest_m:
        return box
    if np.ptp(np.quantile(ahead, [0.05, 0.95])) > config.seen_depth * 2 * radius:
        return box
    found = _circle(ahead, (across - middle) / radius, radius, config)
    if found is None:
        return box
    center, radius = found
    x, y = (center * towards + middle * np.array([-towards[1], towards[0]])).tolist()
    (_, _, z), (_, _, height) = box.center, box.size
    return Box(center=(x, y, z), size=(2 * radius, 2 * radius, height), yaw=box.yaw)


def _side(box: Box, cameras: list[Vec3], config: RoundConfig) -> F64 | None:
    """(2,) unit vector from the thing to the cameras, if they all look at one side of it."""
    if not cameras:
        return None
    ways = np.array(cameras)[:, :2] - box.center[:2]
    ways /= np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-9)
    mean = ways.sum(axis=0)
    length = float(np.linalg.norm(mean))
    if length < 1e-6 or (ways @ (mean / length)).min() < math.cos(config.one_side_rad):
        return None
    return np.asarray(mean / length, np.float64)


def _circle(
    ahead: F64, across: F64, radius: float, config: RoundConfig
) -> tuple[float, float] | None:
    """Where, along the view, the centre of the circle is; None if the front is none.
    ``across`` (N,) as parts of the ``radius``."""
    strip = np.clip(((across + 1) / 2 * config.strips).astype(np.int64), 0, config.strips - 1)
    counts = np.bincount(strip, minlength=config.strips)
    if (counts < config.per_strip).any():
        return None
    front = np.array([np.quantile(ahead[strip == k], config.nearest) for k in range(config.strips)])
    place = (np.arange(config.strips) + 0.5) / config.strips * 2 - 1
    best = (math.inf, 0.0, radius)
    for rim in config.rims:
        bulge = np.sqrt(rim**2 - place**2) * radius
        center = float(np.mean(front - bulge))
        best = min(best, (_mean_square_root(front - bulge - center), center, rim * radius))
    error, center, whole = best
    slope = float(front @ place / (place @ place))  # of a flat face, however it is turned
    face = _mean_square_root(front - front.mean() - slope * place)
    return (center, whole) if error <= min(config.error * radius, config.better * face) else None


def _mean_square_root(values: F64) -> float:
    return float(np.sqrt(np.mean(values**2)))
