"""Point features of an RGB-D image, and finding the same ones in two images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from cogmap.memory.geometry.camera import backproject
from cogmap.runtime.messages import F32, F64, U8, Intrinsics

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Features:
    """N point features of one image."""

    pixels: F64
    """(N, 2) x, y."""
    sigma_px: F64
    """(N,) standard deviation of ``pixels``: coarser pyramid levels locate less exactly."""
    descriptors: U8
    """(N, 32) ORB descriptors."""
    depth_m: F64
    """(N,) metres along the optical axis; 0 where the depth is missing or has an edge."""
    points: F64
    """(N, 3) camera frame, metres; meaningful where ``depth_m`` > 0."""

    def __len__(self) -> int:
        return len(self.pixels)

    def with_depth(self) -> Features:
        """Those whose depth is known."""
        kept = self.depth_m > 0
        return Features(
            self.pixels[kept],
            self.sigma_px[kept],
            self.descriptors[kept],
            self.depth_m[kept],
            self.points[kept],
        )


class FeatureDetector:
    """ORB (Rublee et al., ICCV 2011) on contrast-equalised images, spread over the image.

    Args:
        max_features: how many to keep of an image at most.
        cell_px: images are divided in square cells of this size that share ``max_features``.
    """

    def __init__(self, max_features: int = 1000, cell_px: int = 40) -> None:
        self._max_features = max_features
        self._cell_px = cell_px
        # Twice what is kept, and a low threshold: blurred images have weak corners only.
        self._orb = cv2.ORB.create(2 * max_features, scaleFactor=1.2, nlevels=8, fastThreshold=7)
        self._equalize = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8))

    def detect(self, color: U8, depth_m: F32, intrinsics: Intrinsics) -> Features:
        """Features of an undistorted (H, W, 3) RGB image with its (H, W) depth in metres."""
        gray = self._equalize.apply(cv2.cvtColor(color, cv2.COLOR_RGB2GRAY))
        found = self._orb.detect(gray, None)
        kept = [found[i] for i in self._spread(found, gray.shape[1])]
        kept, descriptors = self._orb.compute(gray, kept)
        if not kept:
            return _no_features()
        pixels = np.array([k.pt for k in kept], np.float64)
        depth = smooth_depth_at(pixels, depth_m)
        return Features(
            pixels=pixels,
            sigma_px=1.2 ** np.array([k.octave for k in kept], np.float64),
            descriptors=descriptors,
            depth_m=depth,
            points=backproject(pixels, depth, intrinsics),
        )

    def _spread(self, found: Sequence[cv2.KeyPoint], width: int) -> Indices:
        """Indices of the strongest features, taken in turn from every cell of the image."""
        if not found:
            return np.zeros(0, np.int64)
        strength = np.array([k.response for k in found])
        cells = (np.array([k.pt for k in found]) // self._cell_px).astype(np.int64)
        cell = cells[:, 1] * (width // self._cell_px + 1) + cells[:, 0]
        order = np.lexsort((-strength, cell))
        rank = _rank_in_group(cell[order])
        chosen: Indices = order[np.lexsort((-strength[order], rank))][: self._max_features]
        return chosen


def smooth_depth_at(pixels: F64, depth_m: F32, max_step: float = 0.05) -> F64:
    """(N,) depth at ``pixels`` (N, 2); 0 where it is missing or next to a depth edge.

    It is the median of the 3x3 neighbours that have depth, at least 4. At an edge, foreground and
    background pixels are assigned by chance: ``max_step`` is the range of depth among the
    neighbours, relative to the depth, that counts as one.
    """
    height, width = depth_m.shape
    column = np.clip(np.rint(pixels[:, 0]).astype(np.int64), 1, width - 2)
    row = np.clip(np.rint(pixels[:, 1]).astype(np.int64), 1, height - 2)
    around = [(dr, dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1)]
    patch = np.stack([depth_m[row + dr, column + dc] for dr, dc in around], 1).astype(np.float64)
    valid = (patch > 0).sum(axis=1)
    ordered = np.sort(np.where(patch > 0, patch, np.inf), axis=1)
    each = np.arange(len(pixels))
    nearest, farthest = ordered[:, 0], ordered[each, np.maximum(valid, 1) - 1]
    middle = ordered[each, np.maximum(valid - 1, 0) // 2]
    smooth = (valid >= 4) & (farthest <= (1 + max_step) * nearest)
    return np.where(smooth, middle, 0.0)


def match_descriptors(query: U8, train: U8, max_ratio: float = 0.8) -> tuple[Indices, Indices]:
    """Pairs of indices (query, train), each train feature at most once.

    A pair is the nearest in Hamming distance and passes Lowe's ratio test (IJCV 2004, 7.1).
    """
    if len(query) < 1 or len(train) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    distance, nearest = cv2.batchDistance(query, train, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2)
    distinct = distance[:, 0] < max_ratio * distance[:, 1]
    queries = np.flatnonzero(distinct)
    return _best_per_train(queries, nearest[distinct, 0].astype(np.int64), distance[distinct, 0])


def match_near(
    expected_pixels: F64,
    query: U8,
    features: Features,
    radius_px: float,
    max_distance: int = 64,
    max_ratio: float = 0.9,
) -> tuple[Indices, Indices]:
    """Pairs of indices (query, feature) of features within ``radius_px`` of where expected.

    ``expected_pixels`` (N, 2) and descriptors ``query`` (N, 32). ``max_distance`` is in bits of
    256. Several queries may find the same feature: they may show the same corner.
    """
    if not len(query) or not len(features):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    near = KDTree(expected_pixels).sparse_distance_matrix(
        KDTree(features.pixels), radius_px, output_type="ndarray"
    )
    i, j = near["i"].astype(np.int64), near["j"].astype(np.int64)
    bits = _hamming(query[i], features.descriptors[j])
    order = np.lexsort((j, bits, i))
    i, j, bits = i[order], j[order], bits[order]
    rank = _rank_in_group(i)
    second = np.full(len(query), 257)
    second[i[rank == 1]] = bits[rank == 1]
    good = (rank == 0) & (bits <= max_distance) & (bits < max_ratio * second[i])
    return i[good], j[good]


def _hamming(a: U8, b: U8) -> Indices:
    differing = np.bitwise_count(a.view(np.uint64) ^ b.view(np.uint64))
    bits: Indices = differing.sum(axis=1, dtype=np.int64)
    return bits


def _rank_in_group(sorted_groups: Indices) -> Indices:
    """Position of each entry in its run of equal values: [5, 5, 8] gives [0, 1, 0]."""
    count = len(sorted_groups)
    starts = np.r_[True, sorted_groups[1:] != sorted_groups[:-1]] if count else np.zeros(0, bool)
    index = np.arange(count)
    return index - np.maximum.accumulate(np.where(starts, index, 0)) if count else index


def _best_per_train(
    queries: Indices, trains: Indices, distances: NDArray[np.int32]
) -> tuple[Indices, Indices]:
    order = np.lexsort((queries, distances, trains))
    best = order[_rank_in_group(trains[order]) == 0]
    best.sort()
    return queries[best], trains[best]


def _no_features() -> Features:
    return Features(
        pixels=np.zeros((0, 2)),
        sigma_px=np.zeros(0),
        descriptors=np.zeros((0, 32), np.uint8),
        depth_m=np.zeros(0),
        points=np.zeros((0, 3)),
    )
