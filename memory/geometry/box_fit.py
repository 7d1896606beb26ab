"""The gravity-aligned box that fits a cloud of surface points."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.geometry.cells import cells_of, over_neighbours
from cogmap.runtime.messages import F32, F64, Box

__all__ = ["BoxFitConfig", "fit_box"]


@dataclass(frozen=True)
class BoxFitConfig:
    """How far points are believed."""

    stray_cell_m: float = 0.06
    """Points with few others around, in cells of this edge, are strays."""
    stray_part: float = 0.12
    """Few: this part of what the median point has around it."""
    vague_part: float = 0.1
    """Points of less than this part of the mean weight around them are strays."""
    tail: float = 0.01
    """Part of the points that may lie beyond either end of a box, measurement noise included."""
    face_scale_m: float = 0.02
    """Points this near to an edge of the footprint lie on it."""
    prefer: float = 0.85
    """The preferred yaw is taken if it fits this much as well as the best one."""
    yaw_points: int = 400
    """So many points decide the yaw."""


_STEP = math.radians(3.0)
_SEARCH: F64 = np.arange(30, dtype=np.float64) * _STEP
_REFINE: F64 = np.arange(-6, 7, dtype=np.float64) * (_STEP / 6)


def fit_box(
    points: F64,
    preferred_yaw: float | None = None,
    config: BoxFitConfig = BoxFitConfig(),
    weights: F64 | None = None,
) -> Box:
    """Box of canonical yaw, in [0, pi / 2), around ``points`` (N, 3) world, N >= 1.

    The yaw is that of the rectangle whose edges are nearest to the points seen from above
    (the closeness criterion of Zhang, Xu, Dong and Dolan, "Efficient L-Shape Fitting for
    Vehicle Detection Using Laser Scanners", IV 2017), and smallest. ``preferred_yaw`` (rad,
    modulo pi / 2, such as that of the walls) is taken if it is nearly as good. Stray points do
    not count, and noise beyond a face hardly does. ``weights`` (N,), such as the inverse variances
    of the points, tell which of them are noise beside exacter ones.
    """
    points = np.asarray(points, np.float64)
    points = _without_strays(points, weights, config)
    yaw = _yaw(points[:, :2], preferred_yaw, config) % (math.pi / 2)
    yaw = 0.0 if yaw >= math.pi / 2 else yaw  # what a yaw just below 0 is rounded to
    c, s = math.cos(yaw), math.sin(yaw)
    along = np.stack(
        [c * points[:, 0] + s * points[:, 1], c * points[:, 1] - s * points[:, 0], points[:, 2]]
    )
    low, high = _extents(along, config.tail)
    x, y, z = ((low + high) / 2).tolist()
    length, width, height = (high - low).tolist()
    center = (c * x - s * y, s * x + c * y, z)
    return Box(center=center, size=(length, width, height), yaw=yaw)


def _without_strays(points: F64, weights: F64 | None, config: BoxFitConfig) -> F64:
    """Without points that are much lonelier than most, or much vaguer than those around them;
    all of them if there are but a few."""
    if len(points) < 16:
        return points
    cells = cells_of(points, config.stray_cell_m)
    shape = tuple((cells.max(axis=0) + 1).tolist())
    if math.prod(shape) > 1_000_000:
        central: F64 = points[_central(points)]
        return central
    flat = (cells[:, 0] * shape[1] + cells[:, 1]) * shape[2] + cells[:, 2]
    around = _around(flat, None, shape)
    keep = around >= config.stray_part * np.median(around)
    if weights is not None:
        keep &= weights >= config.vague_part * _around(flat, weights, shape) / around
    kept: F64 = points[keep]
    return kept if len(kept) else points


def _around(flat: NDArray[np.int64], weights: F64 | None, shape: tuple[int, ...]) -> F64:
    """(N,) sum of the weights in the 27 cells around that of each point."""
    total = np.bincount(flat, weights, math.prod(shape)).astype(np.float64).reshape(shape)
    return over_neighbours(total, np.add).take(flat)


def _central(points: F64) -> np.ndarray:
    """Of a cloud far larger than any thing: what is not in its outermost percents."""
    low, high = np.percentile(points, [2, 98], axis=0)
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


def _extents(along: F64, tail: float) -> tuple[F64, F64]:
    """Lowest and highest coordinate (A,) of a body with surface points ``along`` (A, N).

    At either end ``tail`` of the points is left out and then made up for at the density that is
    found there, which is right for evenly sampled surfaces.
    """
    count = along.shape[1]
    k = int(tail * count)
    if k < 1 or count < 16:
        return along.min(axis=1), along.max(axis=1)
    ranks = [k, 4 * k, count - 1 - 4 * k, count - 1 - k]
    near = np.partition(along, ranks, axis=1)[:, ranks]
    low = near[:, 0] - (near[:, 1] - near[:, 0]) / 3
    high = near[:, 3] + (near[:, 3] - near[:, 2]) / 3
    return np.maximum(low, along.min(axis=1)), np.minimum(high, along.max(axis=1))


def _yaw(flat: F64, preferred_yaw: float | None, config: BoxFitConfig) -> float:
    if len(flat) > config.yaw_points:
        flat = flat[np.linspace(0, len(flat) - 1, config.yaw_points).astype(np.int64)]
    centred = (flat - flat.mean(axis=0)).astype(np.float32)  # sorts several times faster
    coarse = _SEARCH[int(np.argmax(_fitness(centred, _SEARCH, config)))]
    wanted = [] if preferred_yaw is None else [preferred_yaw]
    yaws: F64 = np.concatenate([wanted, coarse + _REFINE])
    fitness = _fitness(centred, yaws, config)
    if preferred_yaw is not None and fitness[0] >= config.prefer * fitness.max():
        return preferred_yaw
    return float(yaws[np.argmax(fitness)])


def _fitness(flat: F32, yaws: F64, config: BoxFitConfig) -> F32:
    """(Y,) how well rectangles at ``yaws`` fit points ``flat`` (N, 2): near edges, small."""
    c, s = np.cos(yaws).astype(np.float32), np.sin(yaws).astype(np.float32)
    axes = np.stack([np.stack([c, s], axis=1), np.stack([-s, c], axis=1)])
    along = axes @ flat.T
    ordered = np.sort(along, axis=2)  # faster than finding the two ranks alone
    k = int(0.02 * len(flat))
    low, high = ordered[:, :, k], ordered[:, :, len(flat) - 1 - k]
    to_edge = np.minimum(along - low[..., None], high[..., None] - along)
    to_edge = np.abs(np.minimum(to_edge[0], to_edge[1]))
    scale = np.float32(config.face_scale_m)
    closeness = (scale / np.maximum(to_edge, scale)).mean(axis=1)
    area = np.maximum(high - low, scale).prod(axis=0)
    return np.asarray(closeness * area.min() / area)
