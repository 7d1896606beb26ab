"""Keyframes: the views that tracking remembers and finds its way by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.dense.features import Features, Indices
from cogmap.memory.geometry.camera import backproject, project, transform
from cogmap.memory.geometry.poses import motion_between
from cogmap.runtime.messages import F32, F64, U8, Intrinsics

THUMBNAIL = (40, 30)
"""Width and height of the picture that a view is recognised by."""

SAMPLES = (16, 12)
"""Columns and rows of the depth samples kept of a view."""


@dataclass(frozen=True)
class View:
    """What one frame showed, and from where."""

    number: int
    """Of the frame."""
    stamp_ns: int
    world_from_camera: F64
    """(4, 4)."""
    features: Features
    """Those with depth."""
    samples: F64
    """(S, 3) camera frame, metres: a sparse regular grid of its surface; NaN without depth."""
    thumbnail: F32
    """(P,) zero mean, unit length."""

    def feature_points(self) -> F64:
        """(N, 3) world."""
        return transform(self.world_from_camera, self.features.points)

    def sample_points(self) -> F64:
        """(S, 3) world."""
        return transform(self.world_from_camera, self.samples)


@dataclass(frozen=True)
class Agreement:
    """How well remembered surface agrees with a depth image, sample by sample."""

    shared: F64
    """Fraction of the surface that is in view and where the image measures it, or cannot tell."""
    seen_through: F64
    """Of the surface that the image could confirm, the fraction that it looks right through.
    The world stands still, so this much of it means that a pose is wrong."""
    compared: Indices
    """How many samples were confirmed or seen through."""


def depth_samples(depth_m: F32, intrinsics: Intrinsics) -> F64:
    """(S, 3) points of a regular grid of pixels, camera frame, metres; NaN without depth."""
    columns, rows = SAMPLES
    height, width = depth_m.shape
    column = ((np.arange(columns) + 0.5) * width / columns).astype(np.int64)
    row = ((np.arange(rows) + 0.5) * height / rows).astype(np.int64)
    x, y = (grid.ravel() for grid in np.meshgrid(column, row))
    depth = depth_m[y, x].astype(np.float64)
    depth[depth <= 0] = np.nan
    return backproject(np.stack([x, y], axis=1).astype(np.float64), depth, intrinsics)


def thumbnail(color: U8) -> F32:
    """(P,) a small blurred grey picture, zero mean and unit length.

    Recognising views by such pictures: Klein and Murray, "Improving the Agility of Keyframe-Based
    SLAM", ECCV 2008, section 3.
    """
    gray = cv2.cvtColor(color, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32)
    flat = cv2.GaussianBlur(small, (0, 0), 1.5).ravel()
    flat -= flat.mean()
    picture: F32 = flat / max(float(np.linalg.norm(flat)), 1e-6)
    return picture


def agreement(
    sample_points: F64, camera_from_world: F64, depth_m: F32, intrinsics: Intrinsics
) -> Agreement:
    """Compares the surface of K views with one depth image, given its pose.

    Args:
        sample_points: (K, S, 3) world, metres; NaN is ignored.
        camera_from_world: (4, 4) of the image.
        depth_m: (H, W) metres, 0 invalid.
    """
    points = sample_points.reshape(-1, 3)
    pixels, seen = project(points, camera_from_world, intrinsics)
    column, row = np.rint(np.where(seen[:, None], pixels, 0)).astype(np.int64).T
    expected = np.where(seen, transform(camera_from_world, points)[:, 2], 1.0)
    measured = np.where(seen, depth_m[row, column], 0.0)
    tolerance = 0.05 + 0.05 * expected
    confirmed = seen & (measured > 0) & (np.abs(measured - expected) <= tolerance)
    through = seen & (measured > expected + tolerance)
    untold = seen & (measured == 0)

    def count(mask: NDArray[np.bool_]) -> Indices:
        return np.asarray(mask.reshape(sample_points.shape[:2]).sum(axis=1), np.int64)

    compared = count(confirmed | through)
    return Agreement(
        shared=count(confirmed | untold) / np.maximum(count(np.isfinite(points[:, 2])), 1),
        seen_through=count(through) / np.maximum(compared, 1),
        compared=compared,
    )


def pack_views(views: Sequence[View]) -> dict[str, NDArray[Any]]:
    """Views as a few arrays, features of all views after each other."""
    features = [view.features for view in views]
    return {
        "numbers": np.array([(v.number, v.stamp_ns) for v in views], np.int64).reshape(-1, 2),
        "poses": np.array([v.world_from_camera for v in views], np.float64).reshape(-1, 4, 4),
        "samples": np.array([v.samples for v in views], np.float64),
        "thumbnails": np.array([v.thumbnail for v in views], np.float32),
        "feature_counts": np.array([len(f) for f in features], np.int64),
        "pixels": np.concatenate([np.zeros((0, 2)), *(f.pixels for f in features)]),
        "sigma_px": np.concatenate([np.zeros(0), *(f.sigma_px for f in features)]),
        "descriptors": np.concatenate(
            [np.zeros((0, 32), np.uint8), *(f.descriptors for f in features)]
        ),
        "depth_m": np.concatenate([np.zeros(0), *(f.depth_m for f in features)]),
        "points": np.concatenate([np.zeros((0, 3)), *(f.points for f in features)]),
    }


def unpack_views(state: Mapping[str, NDArray[Any]]) -> list[View]:
    """What ``pack_views`` packed. Raises KeyError if an array is missing."""
    ends = np.cumsum(state["feature_counts"])[:-1]
    parts = ("pixels", "sigma_px", "descriptors", "depth_m", "points")
    columns = [np.split(state[part], ends) for part in parts]
    return [
        View(
            number=int(number),
            stamp_ns=int(stamp_ns),
            world_from_camera=state["poses"][i],
            features=Features(*(column[i] for column in columns)),
            samples=state["samples"][i],
            thumbnail=state["thumbnails"][i],
        )
        for i, (number, stamp_ns) in enumerate(state["numbers"])
    ]


class KeyframeMap:
    """Keyframes of one world, at most ``max_keyframes`` of them.

    When there is one too many, the one goes whose pose is closest to an older one's.
    """

    def __init__(self, max_keyframes: int) -> None:
        self._max_keyframes = max_keyframes
        self._keyframes: list[View] = []
        self._turn = 0

    def __len__(self) -> int:
        return len(self._keyframes)

    def has(self, number: int) -> bool:
        """Whether that frame is a keyframe."""
        return any(view.number == number for view in self._keyframes)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything remembered, for ``from_state``."""
        state = pack_views(self._keyframes)
        state["turn"] = np.array(self._turn)
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], max_keyframes: int) -> KeyframeMap:
        """The same keyframes again. Raises KeyError if something is missing."""
        keyframes = cls(max_keyframes)
        keyframes._keyframes = unpack_views(state)
        keyframes._turn = int(state["turn"])
        return keyframes

    def insert(self, view: View) -> None:
        """Remembers a view."""
        self._keyframes.append(view)
        if len(self._keyframes) > self._max_keyframes:
            self._forget_most_redundant()

    def nearby(
        self, camera_from_world: F64, depth_m: F32, intrinsics: Intrinsics, count: int
    ) -> list[View]:
        """Up to ``count`` keyframes that share most surface with an image, best first."""
        surface = np.stack([view.sample_points() for view in self._keyframes])
        shared = agreement(surface, camera_from_world, depth_m, intrinsics).shared
        best = np.argsort(-shared, kind="stable")[:count]
        return [self._keyframes[i] for i in best if shared[i] > 0]

    def lookalikes(self, picture: F32, count: int) -> list[View]:
        """Keyframes to try when the pose is unknown: two in three look most like ``picture``.

        The others take turns, so that after some frames every keyframe was tried.
        """
        if not self._keyframes:
            return []
        likeness = np.stack([view.thumbnail for view in self._keyframes]) @ picture
        in_turn = count // 3
        alike = np.argsort(-likeness, kind="stable")[: count - in_turn]
        turns = (self._turn + np.arange(in_turn)) % len(self._keyframes)
        self._turn = (self._turn + in_turn) % len(self._keyframes)
        return [self._keyframes[i] for i in dict.fromkeys([*alike.tolist(), *turns.tolist()])]

    def _forget_most_redundant(self) -> None:
        """Drops one, never the first (it defines the world) nor the newest."""
        poses = np.stack([view.world_from_camera for view in self._keyframes])
        distance, turn = motion_between(poses[:, None], poses)
        # A metre apart is as different as a radian.
        different = distance + turn
        different[np.triu_indices(len(poses))] = np.inf
        del self._keyframes[1 + int(np.argmin(different[1:-1].min(axis=1)))]
