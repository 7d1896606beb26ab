"""Every frame's pose, kept relative to a keyframe so that corrections move what hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.geometry.poses import poses_of, quat_xyzw_of
from cogmap.runtime.messages import F32, F64, CogmapError

__all__ = ["Trajectory", "TrajectoryError"]

I64 = NDArray[np.int64]


_FARTHEST_M = 1e9
"""What is farther from anything is damage."""


class TrajectoryError(CogmapError):
    """A frame or keyframe is not in the trajectory, was added twice, or has what is no pose."""


class Trajectory:
    """Poses of frames relative to keyframes, and of keyframes in the world.

    52 bytes for each frame and 64 for each keyframe: a quaternion, a position and three integers.
    Positions of frames and all quaternions are float32, so that where a frame is relative to its
    keyframe is known to a few tenths of a micrometre for each metre that they are apart. Adding is
    quick in order of the numbers, and allowed in any.
    """

    def __init__(self) -> None:
        self.revision = 0
        """Goes up with every correction."""
        self._frames = _Rows.none(np.float32)  # number, keyframe, stamp; keyframe_from_camera
        self._keyframes = _Rows.none(np.float64)  # number; world_from_keyframe

    def __len__(self) -> int:
        return len(self._frames)

    def has_keyframe(self, number: int) -> bool:
        return self._keyframes.place(number)[1]

    def add_keyframe(self, number: int, world_from_keyframe: F64) -> None:
        """Make frame ``number`` a reference. Pose (4, 4).

        Raises TrajectoryError if it was added before, or the pose is no rotation and a shift.
        """
        self._keyframes.insert((number, 0, 0), world_from_keyframe)

    def add(self, number: int, stamp_ns: int, keyframe: int, keyframe_from_camera: F64) -> None:
        """Keep the pose (4, 4) of a frame relative to a keyframe added before.

        Raises TrajectoryError as `add_keyframe`, and if there is no such keyframe.
        """
        self._keyframes.find(keyframe)
        self._frames.insert((number, keyframe, stamp_ns), keyframe_from_camera)

    def world_from_keyframe(self, number: int) -> F64:
        """(4, 4). Raises TrajectoryError if there is no such keyframe."""
        return self._keyframes.pose(self._keyframes.find(number))

    def world_from_camera(self, number: int) -> F64:
        """(4, 4) by what is known now. Raises TrajectoryError if the frame has no pose."""
        row = self._frames.find(number)
        keyframe = int(self._frames.numbers[row, 1])
        return self.world_from_keyframe(keyframe) @ self._frames.pose(row)

    def stamp_ns(self, number: int) -> int:
        """Of a frame. Raises TrajectoryError if it has no pose."""
        return int(self._frames.numbers[self._frames.find(number), 2])

    def correct(self, world_from_keyframe: Mapping[int, F64]) -> None:
        """Move keyframes, and with them every frame that is relative to them.

        Raises TrajectoryError, and changes nothing, if one of the keyframes is not known, or a pose
        (4, 4) is no rotation and a shift.
        """
        rows = [self._keyframes.find(number) for number in world_from_keyframe]
        self._keyframes.put(rows, list(world_from_keyframe.values()))
        self.revision += 1

    def last_keyframe(self) -> int | None:
        """The highest number of a keyframe; None before the first."""
        return int(self._keyframes.numbers[-1, 0]) if len(self._keyframes) else None

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
        world = self._keyframes.poses()[rows] @ self._frames.poses()
        return numbers[:, 0].copy(), numbers[:, 2].copy(), world

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``. Of numbers the steps from row to row, which compress to
        a tenth."""
        return {
            **{f"frame_{name}": array for name, array in self._frames.state().items()},
            **{f"keyframe_{name}": array for name, array in self._keyframes.state().items()},
            "revision": np.array([self.revision], np.int64),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> Trajectory:
        """Inverse of ``state``, also of one of maps of format 2 or 3, which have matrices.
        Raises TrajectoryError if the arrays do not belong together."""
        trajectory = cls()
        if "keyframe_from_camera" in state:
            frames = _Rows.of(state["frames"], state["keyframe_from_camera"], np.float32)
            keyframes = _Rows.of(state["keyframes"], state["world_from_keyframe"], np.float64)
        else:
            frames = _Rows.from_state(state, "frame_", np.float32)
            keyframes = _Rows.from_state(state, "keyframe_", np.float64)
        trajectory._frames, trajectory._keyframes = frames, keyframes
        trajectory.revision = int(state["revision"][0])
        if not np.isin(frames.numbers[:, 1], keyframes.numbers[:, 0]).all():
            raise TrajectoryError("a frame is relative to a keyframe that is not there")
        return trajectory


class _Rows:
    """Numbers (N, 3) and poses that grow by doubling, sorted by the first number."""

    def __init__(self, numbers: I64, quat_xyzw: F32, positions: NDArray[Any]) -> None:
        """Quaternions (N, 4); positions (N, 3), metres."""
        self._numbers, self._quat_xyzw, self._positions = numbers, quat_xyzw, positions
        self._length = len(numbers)

    @classmethod
    def none(cls, dtype: type) -> _Rows:
        """No rows yet; positions will be of ``dtype``."""
        no_positions: NDArray[Any] = np.zeros((0, 3), dtype)
        return cls(np.zeros((0, 3), np.int64), np.zeros((0, 4), np.float32), no_positions)

    @classmethod
    def of(cls, numbers: I64, poses: NDArray[Any], dtype: type) -> _Rows:
        """Poses (N, 3, 4), as maps of format 2 and 3 have them. Raises TrajectoryError."""
        if poses.dtype not in (np.float32, np.float64) or poses.shape[1:] != (3, 4):
            raise TrajectoryError(f"poses are {poses.dtype} {poses.shape}, not floats (N, 3, 4)")
        return cls._checked(numbers, *_parts(poses), dtype)

    def state(self) -> dict[str, NDArray[Any]]:
        """``steps`` (N, 3) of the numbers from row to row, ``quat_xyzw`` (N, 4) and ``positions``
        (N, 3), metres."""
        return {
            "steps": np.diff(self.numbers, axis=0, prepend=np.zeros((1, 3), np.int64)),
            "quat_xyzw": self._quat_xyzw[: self._length].copy(),
            "positions": self._positions[: self._length].copy(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], prefix: str, dtype: type) -> _Rows:
        """Raises TrajectoryError."""
        names = ("steps", "quat_xyzw", "positions")
        steps, quat_xyzw, positions = (state[prefix + name] for name in names)
        if positions.dtype != dtype:  # what is kept in fewer bits is rounded with every change
            raise TrajectoryError(f"positions are {positions.dtype}, not {dtype.__name__}")
        numbers = np.cumsum(steps, axis=0, dtype=steps.dtype)
        return cls._checked(numbers, quat_xyzw, positions, dtype)

    @classmethod
    def _checked(cls, numbers: I64, quat_xyzw: F32, positions: NDArray[Any], dtype: type) -> _Rows:
        n = len(numbers)
        if numbers.dtype != np.int64 or numbers.shape != (n, 3):
            raise TrajectoryError(f"frames are {numbers.dtype} {numbers.shape}, not int64 (N, 3)")
        if quat_xyzw.dtype != np.float32 or (quat_xyzw.shape, positions.shape) != ((n, 4), (n, 3)):
            raise TrajectoryError(
                f"poses are {quat_xyzw.dtype} {quat_xyzw.shape} and {positions.shape},"
                f" not float32 ({n}, 4) and ({n}, 3)"
            )
        lengths = np.linalg.norm(quat_xyzw.astype(np.float64), axis=1)
        if not ((np.abs(positions) < _FARTHEST_M).all() and (np.abs(lengths - 1) < 1e-3).all()):
            raise TrajectoryError("a pose is not finite, or no rotation")
        if not (numbers[1:, 0] > numbers[:-1, 0]).all():  # a difference may be too large for int64
            raise TrajectoryError("frames are not in order")
        return cls(numbers.copy(), quat_xyzw.copy(), positions.astype(dtype))

    def __len__(self) -> int:
        return self._length

    @property
    def numbers(self) -> I64:
        return self._numbers[: self._length]

    def pose(self, row: int) -> F64:
        """(4, 4)."""
        pose: F64 = poses_of(self._quat_xyzw[row : row + 1], self._positions[row : row + 1])[0]
        return pose

    def poses(self) -> F64:
        """(N, 4, 4)."""
        return poses_of(self._quat_xyzw[: self._length], self._positions[: self._length])

    def put(self, rows: list[int], poses: list[F64]) -> None:
        """Poses (4, 4), one a row. Raises TrajectoryError, and changes nothing."""
        if rows:
            self._quat_xyzw[rows], self._positions[rows] = _parts(np.stack(poses))

    def insert(self, numbers: tuple[int, int, int], pose: F64) -> None:
        """Raises TrajectoryError, and changes nothing."""
        row, is_there = self.place(numbers[0])
        if is_there:
            raise TrajectoryError(f"frame {numbers[0]} was added before; add each frame once")
        quat_xyzw, position = _parts(pose[None])
        if self._length == len(self._numbers):
            room = max(64, self._length)
            self._numbers = _with_room(self._numbers, room)
            self._quat_xyzw = _with_room(self._quat_xyzw, room)
            self._positions = _with_room(self._positions, room)
        new = ((self._numbers, numbers), (self._quat_xyzw, quat_xyzw), (self._positions, position))
        for array, value in new:
            array[row + 1 : self._length + 1] = array[row : self._length].copy()
            array[row] = value
        self._length += 1

    def place(self, number: int) -> tuple[int, bool]:
        """The row of a number, or to which it belongs; and whether it is there."""
        row = int(np.searchsorted(self.numbers[:, 0], number))
        return row, row < self._length and bool(self._numbers[row, 0] == number)

    def find(self, number: int) -> int:
        row, is_there = self.place(number)
        if not is_there:
            raise TrajectoryError(f"frame {number} is not in the trajectory; it has no known pose")
        return row


def _with_room(array: NDArray[Any], rows: int) -> NDArray[Any]:
    return np.concatenate([array, np.zeros((rows, *array.shape[1:]), array.dtype)])


def _parts(poses: NDArray[Any]) -> tuple[F32, NDArray[Any]]:
    """Quaternions (N, 4) and positions (N, 3) of poses (N, 3 or 4, 4)."""
    try:
        return quat_xyzw_of(poses[:, :3, :3]), poses[:, :3, 3]
    except ValueError as error:
        raise TrajectoryError(f"a pose is no rotation and a shift: {error}") from error
