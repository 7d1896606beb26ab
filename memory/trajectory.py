"""Every frame's pose, kept relative to a keyframe so that corrections move what hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F64, CogmapError

__all__ = ["Trajectory", "TrajectoryError"]

I64 = NDArray[np.int64]


class TrajectoryError(CogmapError):
    """A frame or keyframe is not in the trajectory, or was added twice."""


class Trajectory:
    """Poses of frames relative to keyframes, and of keyframes in the world.

    72 bytes for each frame and 120 for each keyframe: the upper 3x4 of the pose, and three
    integers. A frame's pose is float32, so that where it is relative to its keyframe is known to
    a tenth of a micrometre for each metre that they are apart. Adding is quick in order of the
    numbers, and allowed in any.
    """

    def __init__(self) -> None:
        self.revision = 0
        """Goes up with every correction."""
        # number, keyframe, stamp; keyframe_from_camera
        self._frames = _Rows(*_no_rows(np.float32), np.float32)
        self._keyframes = _Rows(*_no_rows(np.float64), np.float64)  # number; world_from_keyframe

    def __len__(self) -> int:
        return len(self._frames)

    def has_keyframe(self, number: int) -> bool:
        return bool(np.isin(number, self._keyframes.numbers[:, 0]))

    def add_keyframe(self, number: int, world_from_keyframe: F64) -> None:
        """Make frame ``number`` a reference. Pose (4, 4)."""
        self._keyframes.insert((number, 0, 0), world_from_keyframe)

    def add(self, number: int, stamp_ns: int, keyframe: int, keyframe_from_camera: F64) -> None:
        """Keep the pose (4, 4) of a frame relative to a keyframe added before."""
        self._keyframes.find(keyframe)
        self._frames.insert((number, keyframe, stamp_ns), keyframe_from_camera)

    def world_from_keyframe(self, number: int) -> F64:
        """(4, 4). Raises TrajectoryError if there is no such keyframe."""
        return _full(self._keyframes.poses[self._keyframes.find(number)])

    def world_from_camera(self, number: int) -> F64:
        """(4, 4) by what is known now. Raises TrajectoryError if the frame has no pose."""
        row = self._frames.find(number)
        keyframe = int(self._frames.numbers[row, 1])
        return self.world_from_keyframe(keyframe) @ _full(self._frames.poses[row])

    def stamp_ns(self, number: int) -> int:
        """Of a frame. Raises TrajectoryError if it has no pose."""
        return int(self._frames.numbers[self._frames.find(number), 2])

    def correct(self, world_from_keyframe: Mapping[int, F64]) -> None:
        """Move keyframes, and with them every frame that is relative to them.

        Raises TrajectoryError, and changes nothing, if one of the keyframes is not known.
        """
        rows = [self._keyframes.find(number) for number in world_from_keyframe]
        for row, pose in zip(rows, world_from_keyframe.values(), strict=True):
            self._keyframes.poses[row] = pose[:3]
        self.revision += 1

    def keyframes(self) -> I64:
        """(K,) numbers of the keyframes."""
        return self._keyframes.numbers[:, 0].copy()

    def frames(self) -> tuple[I64, I64]:
        """Numbers (N,) and stamps in ns (N,) of every frame."""
        numbers = self._frames.numbers
        return numbers[:, 0].copy(), numbers[:, 2].copy()

    def poses(self) -> tuple[I64, I64, F64]:
        """Numbers (N,), stamps in ns (N,) and world_from_camera (N, 4, 4) of every frame."""
        numbers = self._frames.numbers
        rows = np.searchsorted(self._keyframes.numbers[:, 0], numbers[:, 1])
        world = _full(self._keyframes.poses[rows]) @ _full(self._frames.poses)
        return numbers[:, 0].copy(), numbers[:, 2].copy(), world

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        return {
            "frames": self._frames.numbers.copy(),
            "keyframe_from_camera": self._frames.poses.copy(),
            "keyframes": self._keyframes.numbers.copy(),
            "world_from_keyframe": self._keyframes.poses.copy(),
            "revision": np.array([self.revision], np.int64),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> Trajectory:
        """Inverse of ``state``, also of one with poses of frames as float64, as maps of format 2
        have them. Raises TrajectoryError if the arrays do not belong together."""
        trajectory = cls()
        poses = state["keyframe_from_camera"]
        if poses.dtype == np.float64:
            poses = poses.astype(np.float32)
        trajectory._frames = _Rows(state["frames"], poses, np.float32)
        world = state["world_from_keyframe"]
        trajectory._keyframes = _Rows(state["keyframes"], world, np.float64)
        trajectory.revision = int(state["revision"][0])
        if not np.isin(trajectory._frames.numbers[:, 1], trajectory._keyframes.numbers[:, 0]).all():
            raise TrajectoryError("a frame is relative to a keyframe that is not there")
        return trajectory


def _no_rows(dtype: type) -> tuple[I64, NDArray[Any]]:
    return np.zeros((0, 3), np.int64), np.zeros((0, 3, 4), dtype)


class _Rows:
    """Numbers (N, 3) and poses (N, 3, 4) that grow by doubling, sorted by the first number."""

    def __init__(self, numbers: I64, poses: NDArray[Any], dtype: type) -> None:
        """Poses must be of ``dtype``: what is kept in fewer bits is rounded with every change."""
        self._numbers = numbers.copy()
        self._poses = poses.copy()
        self._length = len(self._numbers)
        self._check(dtype)

    def _check(self, dtype: type) -> None:
        n, numbers, poses = self._length, self._numbers, self._poses
        if numbers.dtype != np.int64 or numbers.shape != (n, 3):
            raise TrajectoryError(f"frames are {numbers.dtype} {numbers.shape}, not int64 (N, 3)")
        if poses.dtype != dtype or poses.shape != (n, 3, 4):
            needed = f"{dtype.__name__} ({n}, 3, 4)"
            raise TrajectoryError(f"poses are {poses.dtype} {poses.shape}, not {needed}")
        if not ((np.diff(numbers[:, 0]) > 0).all() and np.isfinite(poses).all()):
            raise TrajectoryError("frames are not in order, or a pose is not finite")

    def __len__(self) -> int:
        return self._length

    @property
    def numbers(self) -> I64:
        return self._numbers[: self._length]

    @property
    def poses(self) -> NDArray[Any]:
        return self._poses[: self._length]

    def insert(self, numbers: tuple[int, int, int], pose: F64) -> None:
        row = int(np.searchsorted(self.numbers[:, 0], numbers[0]))
        if row < self._length and self._numbers[row, 0] == numbers[0]:
            raise TrajectoryError(f"frame {numbers[0]} was added before; add each frame once")
        if self._length == len(self._numbers):
            room = max(64, self._length)
            self._numbers = np.concatenate([self.numbers, np.zeros((room, 3), np.int64)])
            self._poses = np.concatenate([self.poses, np.zeros((room, 3, 4), self._poses.dtype)])
        for array, value in ((self._numbers, numbers), (self._poses, pose[:3])):
            array[row + 1 : self._length + 1] = array[row : self._length].copy()
            array[row] = value
        self._length += 1

    def find(self, number: int) -> int:
        row = int(np.searchsorted(self.numbers[:, 0], number))
        if row == self._length or self._numbers[row, 0] != number:
            raise TrajectoryError(f"frame {number} is not in the trajectory; it has no known pose")
        return row


def _full(poses: NDArray[Any]) -> F64:
    """(..., 4, 4) float64 from (..., 3, 4)."""
    full = np.zeros((*poses.shape[:-2], 4, 4), np.float64)
    full[..., :3, :] = poses
    full[..., 3, 3] = 1
    return full
