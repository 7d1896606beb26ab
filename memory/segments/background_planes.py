"""Level and upright planes around a box in the image: what its thing stands on or hangs at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from cogmap.runtime.messages import F32, Bool

__all__ = ["BackgroundPlane", "background_planes"]

_LEVEL_PART, _UPRIGHT_PART = 0.04, 0.1
"""A plane takes at least this part of what is seen around the box."""
_GOES_ON = 0.35
"""It has at least this part of its pixels outside of the box."""
_GOES_ON_UNDER, _OVER_FLOOR_M = 0.1, 0.3
"""or this one, if it is the lowest and what the box shows reaches so far over it: a large thing
covers most of the floor that is in sight."""
_FLOOR_OFF_M, _FEW = 0.08, 8
"""The floor's height is known to about so much; fewer pixels do not tell it better."""
_MAX_LEVEL, _MAX_UPRIGHT = 3, 3
_UP_FACING, _SIDE_FACING = 0.8, 0.5
"""Cosine of a surface's normal with up: at least, at most."""
_BIN_M = 0.01
_SAMPLES = 300
_PAIRS = np.random.default_rng(0).random((96, 2))
"""Drawn once: the same image gives the same planes."""


@dataclass(frozen=True)
class BackgroundPlane:
    """A plane that goes on outside of the box."""

    on: Bool
    """(h, w) its pixels."""
    off: F32
    """(h, w) how far pixels are off it, in units of what noise makes at most."""
    is_floor: bool = False
    """The floor of the map, which goes on wherever it is."""


def background_planes(
    points: F32, valid: Bool, box: Bool, floor_m: float | None = None
) -> list[BackgroundPlane]:
    """The floor, other level planes, then upright ones, that are seen in and around a box.

    ``points`` (h, w, 3) smoothed, metres from the camera along axes of which z is up; ``valid``
    and ``box`` (h, w); ``floor_m`` the z of the floor, if it is known.
    """
    distance = np.linalg.norm(points, axis=2)
    tolerance = _tolerance(distance)
    steepness = _steepness(points)
    around = valid & ~box
    seen = int(np.count_nonzero(around))
    found: list[BackgroundPlane] = []
    left = valid.copy()
    if floor_m is not None:
        _take_floor(
            points[..., 2], tolerance, left & (steepness > _UP_FACING), floor_m, left, found
        )
    heights = _levels(points[..., 2][around & (steepness > _UP_FACING)], seen)
    highest = _high(points[..., 2][valid & box])
    for height in heights:
        # Depth is off along the view, which is at an angle to level planes.
        off = np.abs(points[..., 2] - height) / (tolerance / 2)
        under = height == min(heights) and highest > height + _OVER_FLOOR_M
        _take(off, box, left, found, _GOES_ON_UNDER if under else _GOES_ON)
    wall = around & left & (steepness < _SIDE_FACING)
    for normal, offset, tightness in _walls(points[wall][:, :2], distance[wall], seen):
        off = np.abs(points[..., :2] @ normal - np.float32(offset))
        _take(off / (np.float32(tightness) * tolerance), box, left, found)
    return found


def _take_floor(
    heights: F32,
    tolerance: F32,
    level: Bool,
    floor_m: float,
    left: Bool,
    found: list[BackgroundPlane],
) -> None:
    """Move all of the floor from ``left`` to ``found``: it goes on, whatever a box shows of it.
    ``level`` (h, w): what faces up tells exactly how high it is here."""
    near = np.abs(heights - np.float32(floor_m)) < _FLOOR_OFF_M
    around = heights[near & level]
    height = np.float32(np.median(around) if len(around) >= _FEW else floor_m)
    off = np.abs(heights - height) / (tolerance / 2)
    on = left & (off < 1)
    if on.any():
        found.append(BackgroundPlane(on, off, is_floor=True))
        left &= ~on


def _high(heights: F32) -> float:
    return float(np.quantile(heights, 0.9)) if len(heights) else -math.inf


def _take(
    off: F32,
    box: Bool,
    left: Bool,
    found: list[BackgroundPlane],
    least: float = _GOES_ON,
) -> None:
    """Move the parts of a plane of which ``least`` is outside of the box from ``left`` to
    ``found``."""
    on = left & (off < 1)
    count, labels = cv2.connectedComponents(on.view(np.uint8), connectivity=4)
    inside = np.bincount(labels[box], minlength=count)
    outside = np.bincount(labels[~box], minlength=count)
    goes_on = outside > least * (inside + outside)
    goes_on[0] = False
    plane = np.asarray(goes_on[labels])
    if plane.any():
        found.append(BackgroundPlane(plane, off))
        left &= ~plane


def _tolerance(distance: F32) -> F32:
    """Metres off a plane along the view that noise makes at most."""
    return np.float32(0.012) + np.float32(0.003) * distance * distance


def _steepness(points: F32) -> F32:
    """(h, w) cosine of the surface's normal with up, from neighbours two pixels to each side."""
    padded = np.pad(points, ((2, 2), (2, 2), (0, 0)), mode="edge")
    across = padded[2:-2, 4:] - padded[2:-2, :-4]
    down = padded[4:, 2:-2] - padded[:-4, 2:-2]
    normal = np.cross(across, down)
    length = np.linalg.norm(normal, axis=2)
    return np.asarray(np.abs(normal[..., 2]) / np.maximum(length, 1e-9))


def _levels(heights: F32, seen: int) -> list[float]:
    """Heights of level planes, by how many of ``heights`` (N,) are near."""
    if len(heights) < 8:
        return []
    lowest = float(heights.min())
    bins = np.bincount(((heights - lowest) / _BIN_M).astype(np.intp))
    votes = np.convolve(bins, np.ones(3), mode="same")
    levels: list[float] = []
    for _ in range(_MAX_LEVEL):
        best = int(np.argmax(votes))
        if votes[best] < max(8, _LEVEL_PART * seen):
            break
        middle = lowest + (best + 0.5) * _BIN_M
        levels.append(float(np.median(heights[np.abs(heights - middle) < 1.5 * _BIN_M])))
        votes[max(0, best - 4) : best + 5] = 0
    return levels


def _walls(flat: F32, distance: F32, seen: int) -> list[tuple[F32, float, float]]:
    """Upright planes among points ``flat`` (N, 2) seen from above, by RANSAC and least squares:
    normal (2,), offset along it, and a factor on the tolerance that the points' noise asks for."""
    step = max(1, len(flat) // _SAMPLES)
    enough = max(8, _UPRIGHT_PART * seen / step)
    flat, tolerance = flat[::step], _tolerance(distance[::step])
    walls: list[tuple[F32, float, float]] = []
    while len(flat) >= enough and len(walls) < _MAX_UPRIGHT:
        first, second = np.moveaxis(flat[(_PAIRS * len(flat)).astype(np.intp)], 1, 0)
        along = second - first
        normals = np.stack([-along[:, 1], along[:, 0]], axis=1)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        off = np.abs(flat @ normals.T - (first * normals).sum(axis=1))
        near = off < 0.7 * tolerance[:, None]
        mine = near[:, np.argmax(near.sum(axis=0))]
        if np.count_nonzero(mine) < enough:
            break
        center = flat[mine].mean(axis=0)
        normal = np.linalg.eigh(np.cov((flat[mine] - center).T))[1][:, 0].astype(np.float32)
        residual = np.median(np.abs((flat[mine] - center) @ normal) / tolerance[mine])
        walls.append((normal, float(center @ normal), min(1.0, 0.25 + 3.5 * float(residual))))
        flat, tolerance = flat[~mine], tolerance[~mine]
    return walls
