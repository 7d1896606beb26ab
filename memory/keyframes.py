"""Keyframes: the views that tracking remembers and finds its way by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from cogmap.memory.camera import backproject, transform
from cogmap.memory.features import Features
from cogmap.runtime.messages import F32, F64, U8, Intrinsics

THUMBNAIL = (40, 30)
"""Width and height of the picture that a keyframe is recognised by."""

SAMPLES = (32, 24)
"""Columns and rows of depth samples kept of a keyframe."""


@dataclass(frozen=True)
class Keyframe:
    """One remembered view."""

    number: int
    """Of the frame that it was."""
    world_from_camera: F64
    """(4, 4)."""
    features: Features
    """Those with depth."""
    samples: F64
    """(S, 3) camera frame, metres: a sparse regular grid of its depth."""
    thumbnail: F32
    """(P,) zero mean, unit length."""

    def feature_points(self) -> F64:
        """(N, 3) world."""
        return transform(self.world_from_camera, self.features.points)


def depth_samples(depth_m: F32, intrinsics: Intrinsics) -> F64:
    """(S, 3) points of a regular grid of pixels that have depth, camera frame, metres."""
    columns, rows = SAMPLES
    height, width = depth_m.shape
    column = ((np.arange(columns) + 0.5) * width / columns).astype(np.int64)
    row = ((np.arange(rows) + 0.5) * height / rows).astype(np.int64)
    x, y = (grid.ravel() for grid in np.meshgrid(column, row))
    depth = depth_m[y, x].astype(np.float64)
    pixels = np.stack([x, y], axis=1).astype(np.float64)[depth > 0]
    return backproject(pixels, depth[depth > 0], intrinsics)


def thumbnail(color: U8) -> F32:
    """(P,) a small blurred grey picture, zero mean and unit length.

    Recognising views by such pictures: Klein and Murray, "Improving the Agility of Keyframe-Based
    SLAM", ECCV 2008, 3.
    """
    gray = cv2.cvtColor(color, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32)
    flat = cv2.GaussianBlur(small, (0, 0), 1.5).ravel()
    flat -= flat.mean()
    picture: F32 = flat / max(float(np.linalg.norm(flat)), 1e-6)
    return picture


def view_overlap(samples_in_world: F64, camera_from_world: F64, intrinsics: Intrinsics) -> float:
    """Fraction of points (S, 3) that lie in the view of a camera; occlusion is ignored."""
    if not len(samples_in_world):
        return 0.0
    x, y, z = transform(camera_from_world, samples_in_world).T
    in_front = z > 0.05
    z = np.where(in_front, z, 1.0)
    u = intrinsics.fx * x / z + intrinsics.cx
    v = intrinsics.fy * y / z + intrinsics.cy
    seen = in_front & (u >= 0) & (u < intrinsics.width) & (v >= 0) & (v < intrinsics.height)
    return float(seen.mean())


class KeyframeMap:
    """Keyframes of one world, at most ``max_keyframes`` of them.

    When there is one too many, the one goes whose view is closest to an older one's.
    """

    def __init__(self, max_keyframes: int) -> None:
        self._max_keyframes = max_keyframes
        self._keyframes: list[Keyframe] = []
        self._turn = 0

    def __len__(self) -> int:
        return len(self._keyframes)

    def __iter__(self) -> Iterator[Keyframe]:
        return iter(self._keyframes)

    def insert(self, keyframe: Keyframe) -> None:
        """Remembers a view."""
        self._keyframes.append(keyframe)
        if len(self._keyframes) > self._max_keyframes:
            self._forget_most_redundant()

    def nearby(
        self, camera_from_world: F64, intrinsics: Intrinsics, count: int, min_overlap: float = 0.15
    ) -> list[tuple[float, Keyframe]]:
        """Up to ``count`` keyframes that share most view with a camera, with the overlap."""
        rated = [
            (_overlap(keyframe, camera_from_world, intrinsics), keyframe)
            for keyframe in self._keyframes
        ]
        rated = [entry for entry in rated if entry[0] >= min_overlap]
        rated.sort(key=lambda entry: (-entry[0], entry[1].number))
        return rated[:count]

    def lookalikes(self, picture: F32, count: int) -> list[Keyframe]:
        """Keyframes to try when the pose is unknown: two in three look most like ``picture``.

        The others take turns, so that after some frames every keyframe was tried.
        """
        if not self._keyframes:
            return []
        score = np.stack([k.thumbnail for k in self._keyframes]) @ picture
        alike = list(np.argsort(-score, kind="stable")[: count - count // 3])
        size = len(self._keyframes)
        turns = [(self._turn + i) % size for i in range(count // 3)]
        self._turn = (self._turn + count // 3) % size
        return [self._keyframes[i] for i in dict.fromkeys([*alike, *turns])]

    def _forget_most_redundant(self) -> None:
        """Drops one, never the first (it defines the world) nor the newest."""
        positions = np.array([k.world_from_camera[:3, 3] for k in self._keyframes])
        ahead = np.array([k.world_from_camera[:3, 2] for k in self._keyframes])
        # A metre apart counts as much as a radian.
        distance = np.linalg.norm(positions[:, None] - positions, axis=2)
        distance += np.arccos(np.clip(ahead @ ahead.T, -1, 1))
        distance[np.triu_indices(len(distance))] = np.inf
        del self._keyframes[1 + int(np.argmin(distance[1:-1].min(axis=1)))]


def _overlap(keyframe: Keyframe, camera_from_world: F64, intrinsics: Intrinsics) -> float:
    return view_overlap(
        keyframe.samples, camera_from_world @ keyframe.world_from_camera, intrinsics
    )
