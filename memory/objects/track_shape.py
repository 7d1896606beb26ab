"""Where a thing is: support points fused over frames, each with what spoke for and against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cogmap.memory.geometry.cells import cells_of, over_neighbours
from cogmap.runtime.messages import F32, F64, I32, I64, Bool

__all__ = ["ShapeConfig", "TrackShape"]


@dataclass(frozen=True)
class ShapeConfig:
    """How finely a thing is remembered, and which of its points count."""

    voxel_m: float = 0.02
    """One point is kept in each cube of this edge; doubled for things that need too many."""
    max_points: int = 1200
    """Of one thing."""
    max_weight: float = 60.0
    """Measurements that a point's position rests on at most: later ones still move it."""
    pixels_per_m: float = 120.0
    """Resolution at which a frame has weight 1; it grows with its square,"""
    most_frame_weight: float = 20.0
    """up to this and down to its inverse."""
    guessed_loss: float = 0.8
    """Part of its weight that a frame loses where the thing's depth was guessed."""
    doubt: float = 2.0
    """Weight of the frames against a point that are presumed before any saw it,"""
    doubt_part: float = 0.1
    """and at most this part of the weight of the frames that saw the thing's best points: what
    was seen from far away only would be all doubt."""
    min_support: float = 0.5
    """A point counts if the part of the frames that saw it in the thing's mask is at least this
    part of what it is for the thing's best points."""
    poor: float = 0.05
    """A point bounds the thing if it has at least this part of the weight of one that is"""
    near_m: float = 0.05
    """near it, by cells of this edge, or of that of its voxels;"""
    vague: float = 3.0
    """and if its most exact measurement is at most so many times as vague as one that it may be
    the noise of: a few centimetres away, twice as many if it is very vague, more where voxels are
    coarse. Its weight does not tell: what is measured again and again where noise has put it
    stays there."""
    wrong: float = 0.25
    """Where the thing's best points are out of its masks in this part of the frames, the masks
    are so wrong that ``part_hits`` and ``rare`` hold in full; where they are right, not at all."""
    lenience: float = 0.18
    """``min_support`` is lower by this for masks that are right."""
    gap_m: float = 0.03
    """What is further from the main part of the thing than about twice this is in another part:"""
    part_hits: float = 0.4
    """it counts if its points were seen in the mask at least this part as much,"""
    part_support: float = 0.75
    """and were in it, where they were seen at all, this part as often,"""
    part_points: float = 0.25
    """or if it has this part of all points."""
    rare: float = 0.15
    """and if at least this part as much has been in the mask as one within twice ``near_m``."""
    early_places: int = 4
    """Of a thing seen from so few places, that is from about one side,"""
    early: float = 0.25
    """this part of the weight of what saw its best points is presumed against each: what only a
    mask or two have shown that leaked would stretch its box, though those before did not."""


_REACH_M = 0.04
"""How far from its surface a point may be whose standard deviation is half of this, twice as far if
it is larger; points of less than a quarter of this blur no box."""

POINT_ARRAYS = ("keys", "points", "weights", "sigmas", "hits", "misses", "keyframes")


@dataclass
class TrackShape:
    """Points of one thing, (N, ...) each, ordered by their voxel."""

    voxel_m: float
    keys: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    """Voxel, packed."""
    points: F64 = field(default_factory=lambda: np.zeros((0, 3)))
    """World, metres: means, weighted by how exact each measurement was."""
    weights: F64 = field(default_factory=lambda: np.zeros(0))
    """Sum of 1 / variance of the measurements, 1/m^2."""
    sigmas: F32 = field(default_factory=lambda: np.zeros(0, np.float32))
    """Standard deviation of the most exact of them, m."""
    hits: F32 = field(default_factory=lambda: np.zeros(0, np.float32))
    """Weight of the frames in which the point was seen in the thing's mask,"""
    misses: F32 = field(default_factory=lambda: np.zeros(0, np.float32))
    """and of those in which it was seen outside of the mask, or seen through."""
    keyframes: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    """Reference keyframe of its first measurement: the point moves with it."""

    def __len__(self) -> int:
        return len(self.keys)

    def add(
        self, points: F64, sigma_m: F64, weight: float, keyframe: int, config: ShapeConfig
    ) -> int:
        """Fuse measured points (N, 3), world, of standard deviation (N,), from a frame of so
        much weight; how many are new."""
        keys = pack(points, self.voxel_m)
        order = np.argsort(keys, kind="stable")
        keys, points = keys[order], points[order]
        information = 1 / sigma_m[order] ** 2
        first = _starts(keys)
        sums = np.add.reduceat(points * information[:, None], first)
        total = np.add.reduceat(information, first)
        best = np.minimum.reduceat(sigma_m[order], first).astype(np.float32)
        keys = keys[first]
        at = np.searchsorted(self.keys, keys)
        known = np.zeros(len(keys), np.bool_)
        if len(self.keys):
            known = self.keys.take(at, mode="clip") == keys
        self._update(at[known], sums[known], total[known], best[known], config)
        fresh = ~known
        count = int(fresh.sum())
        if count:
            self._insert(
                at[fresh], keys[fresh], sums[fresh] / total[fresh, None], total[fresh],
                best[fresh], weight, keyframe,
            )  # fmt: skip
        if len(self.keys) > config.max_points:
            self._bound(config)
        return count

    def judge(self, inside: Bool, outside: Bool, weight: float) -> None:
        """Which points (N,) a frame of some weight saw in the thing's mask, and which not there."""
        self.hits += np.float32(weight) * inside
        self.misses += np.float32(weight) * outside

    def reliable(self, config: ShapeConfig) -> Bool:
        """(N,) points that belong to the thing, by what the frames said of it and of others."""
        support = self._support(config.doubt)
        return np.asarray(support >= config.min_support * _high(support))

    def _support(self, doubt: float) -> F32:
        total = self.hits + self.misses + np.float32(doubt)
        return np.asarray(self.hits / total, np.float32)

    def body(self, config: ShapeConfig, places: int) -> F64:
        """(M, 3) points that bound the thing: that belong to it, that were measured not much
        more poorly than others near them, which are rather noise off its surface, and that are
        not rare ones beside it, where masks leaked. ``places``: it was seen from so many.

        How strict it is depends on how wrong the masks are: on how often even the thing's best
        points were out of them.
        """
        doubt = config.doubt
        if len(self.keys):
            doubt = min(doubt, config.doubt_part * _high(self.hits + self.misses))
        support = self._support(doubt)
        best = _high(support)
        strict = min(max((1 - best) / config.wrong, 0.0), 1.5)
        if len(self.keys) and places <= config.early_places:
            support = self._support(doubt + min(strict, 1.0) * config.early * _high(self.hits))
            best = _high(support)
        least = config.min_support - (1 - min(strict, 1.0)) * config.lenience
        kept = support >= least * best
        points, hits = self.points[kept], self.hits[kept]
        if len(points) < 4:
            return self.points
        near_m = max(config.near_m, self.voxel_m)
        weights = self.weights[kept]
        bounds = weights >= config.poor * _largest_near(points, weights, near_m)
        bounds &= ~_noise_of_others(points, self.sigmas[kept], self.voxel_m, config.vague)
        bounds &= hits >= strict * config.rare * _largest_near(points, hits, 2 * near_m)
        points, hits, support = points[bounds], hits[bounds], support[kept][bounds]
        cell_m = max(2 * self.voxel_m, config.gap_m)
        return points[_in_one(points, hits, support, cell_m, strict * config.part_hits, config)]

    def absorb(self, other: TrackShape, config: ShapeConfig) -> None:
        """Take in the points of a thing that turned out to be this one."""
        self.voxel_m = max(self.voxel_m, other.voxel_m)
        for name in POINT_ARRAYS:
            setattr(self, name, np.concatenate([getattr(self, name), getattr(other, name)]))
        self._fuse()
        self._bound(config)

    def part(self, rows: Bool) -> TrackShape:
        """A shape of only the points ``rows`` (N,)."""
        return TrackShape(
            self.voxel_m, **{name: getattr(self, name)[rows] for name in POINT_ARRAYS}
        )

    def anew(self, rows: Bool) -> TrackShape:
        """Only the points ``rows`` (N,), as if one frame had shown them: what later ones show
        counts as much."""
        part = self.part(rows)
        part.hits, part.misses = np.minimum(part.hits, np.float32(1)), np.zeros_like(part.misses)
        return part

    def move(self, corrections: Mapping[int, F64]) -> None:
        """Move points with their keyframes: ``corrections`` (4, 4) new_world_from_old_world."""
        for keyframe in np.unique(self.keyframes).tolist():
            if (correction := corrections.get(keyframe)) is not None:
                rows = self.keyframes == keyframe
                self.points[rows] = self.points[rows] @ correction[:3, :3].T + correction[:3, 3]
        self._fuse()

    def _update(self, rows: I64, sums: F64, weight: F64, best: F32, config: ShapeConfig) -> None:
        old = np.minimum(self.weights[rows], config.max_weight * weight)
        total = old + weight
        self.points[rows] = (self.points[rows] * old[:, None] + sums) / total[:, None]
        self.weights[rows] = np.maximum(self.weights[rows], total)
        self.sigmas[rows] = np.minimum(self.sigmas[rows], best)

    def _insert(
        self, at: I64, keys: I64, points: F64, weights: F64, sigmas: F32, hits: float, keyframe: int
    ) -> None:
        old = np.ones(len(self.keys) + len(at), np.bool_)
        new = at + np.arange(len(at))
        old[new] = False
        values = (keys, points, weights, sigmas, hits, 0, keyframe)
        for name, value in zip(POINT_ARRAYS, values, strict=True):
            before = getattr(self, name)
            after = np.empty((len(old), *before.shape[1:]), before.dtype)
            after[old], after[new] = before, value
            setattr(self, name, after)

    def _bound(self, config: ShapeConfig) -> None:
        """Forget what belongs to others first: while it is known, it is not taken in again."""
        if len(self.keys) > config.max_points:
            self._keep(self.misses <= 4 * self.hits)
        while len(self.keys) > config.max_points:
            self.voxel_m *= 1.5
            self._fuse()

    def _fuse(self) -> None:
        """Make one point of those that are in one voxel by now."""
        if not len(self.keys):
            return
        keys = pack(self.points, self.voxel_m)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = _starts(keys)
        weights = self.weights[order]
        total = np.add.reduceat(weights, first)
        self.points = np.add.reduceat(self.points[order] * weights[:, None], first) / total[:, None]
        self.keys, self.weights = keys[first], total
        self.sigmas = np.minimum.reduceat(self.sigmas[order], first)
        count = np.diff(first, append=len(order)).astype(np.float32)
        self.hits = np.asarray(np.add.reduceat(self.hits[order], first) / count, np.float32)
        self.misses = np.asarray(np.add.reduceat(self.misses[order], first) / count, np.float32)
        self.keyframes = self.keyframes[order][first]

    def _keep(self, rows: Bool) -> None:
        if rows.all() or not rows.any():
            return
        for name in POINT_ARRAYS:
            setattr(self, name, getattr(self, name)[rows])


def _starts(keys: I64) -> NDArray[np.intp]:
    """Where runs of equal keys begin in ascending ones."""
    begins = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=begins[1:])
    return np.flatnonzero(begins)


def _high(values: F32) -> float:
    """What a tenth of the values exceed."""
    rank = int(0.9 * (len(values) - 1))
    return float(np.partition(values, rank)[rank])


def _largest_near(points: F64, values: F64 | F32, cell_m: float) -> F64:
    """(N,) the largest of the values in the cell of each point and the 26 around it."""
    largest, at = _largest_by_cell(points, values, cell_m)
    return np.asarray(over_neighbours(largest, np.maximum)[at])


def _largest_by_cell(
    points: F64, values: F64 | F32, cell_m: float
) -> tuple[F64, tuple[I64, I64, I64]]:
    """The largest of the values in each cell of a grid, and the cell of each point."""
    x, y, z = np.minimum(cells_of(points, cell_m), 198).T
    grid = np.zeros((x.max() + 1, y.max() + 1, z.max() + 1))
    np.maximum.at(grid, (x, y, z), values)
    return grid, (x, y, z)


def _noise_of_others(points: F64, sigmas: F32, voxel_m: float, vague: float) -> Bool:
    """(N,) points that were measured so much more vaguely than one within their reach."""
    exactness, at = _largest_by_cell(points, 1 / sigmas, max(_REACH_M, voxel_m))
    noise = np.zeros(len(points), np.bool_)
    for least_m in (_REACH_M / 4, _REACH_M / 2):
        these = sigmas > least_m
        if these.any():
            exactness = over_neighbours(exactness, np.maximum)
            noise |= these & (sigmas * exactness[at] > vague)
    return noise


def _in_one(
    points: F64, hits: F32, support: F32, cell_m: float, part_hits: float, config: ShapeConfig
) -> Bool:
    """(N,) points in the main part of the thing, or in others that were seen as surely."""
    if not len(points) or (cells := cells_of(points, cell_m)).max() > 200:
        return np.ones(len(points), np.bool_)
    grid = np.zeros(cells.max(axis=0) + 1, np.bool_)
    grid[tuple(cells.T)] = True
    parts, count = ndimage.label(grid, structure=np.ones((3, 3, 3)))
    part = parts[tuple(cells.T)] - 1
    sizes = np.bincount(part, minlength=count)
    mean_hits = np.bincount(part, weights=hits, minlength=count) / sizes
    mean_support = np.bincount(part, weights=support, minlength=count) / sizes
    main = int(np.argmax(sizes * mean_hits))
    sure = mean_hits >= part_hits * mean_hits[main]
    sure &= mean_support >= config.part_support * mean_support[main]
    sure |= sizes >= config.part_points * len(points)
    sure[main] = True
    return np.asarray(sure[part])


def frame_weight(pixels_per_m: float, config: ShapeConfig) -> float:
    """What a frame says about where a thing ends: masks are wrong by pixels, not by metres."""
    weight = (pixels_per_m / config.pixels_per_m) ** 2
    return min(max(weight, 1 / config.most_frame_weight), config.most_frame_weight)


def pack(points: F64, voxel_m: float) -> I64:
    """(N,) one number for the voxel of each point (N, 3); room for 20,000 km at 2 cm."""
    cells = np.floor(points / voxel_m).astype(np.int64) + (1 << 20)
    return (cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2]
