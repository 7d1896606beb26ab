"""Pose files: tables of numbers in, checked rigid transforms out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.runtime.messages import F64

Y_UP_TO_Z_UP: F64 = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1.0]])
"""(4, 4) takes a world whose y is up to one whose z is up; x stays."""
_TOLERANCE = 0.02
"""Largest departure from a rotation that rounding in a text file explains."""


def read_text(path: Path) -> str:
    """Contents of a text file. Raises EpisodeError if it cannot be read or is empty."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EpisodeError(f"file cannot be read ({error.strerror}): {path}") from error
    except UnicodeDecodeError as error:
        raise EpisodeError(f"not a text file: {path} (byte {error.start})") from error
    if not text.strip():
        raise EpisodeError(f"file is empty: {path}; copy or record it again")
    return text


def read_rows(path: Path, columns: int) -> list[tuple[int, list[str]]]:
    """(line number, words) of each line with data; lines that begin with ``#`` are comments.

    Raises:
        EpisodeError: unreadable, no rows, or a row without exactly ``columns`` words.
    """
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != columns:
            raise EpisodeError(
                f"row has {len(words)} values instead of {columns}: {path}, line {number}"
            )
        rows.append((number, words))
    if not rows:
        raise EpisodeError(f"no rows but comments: {path}; copy or record it again")
    return rows


def to_floats(words: Sequence[str], where: str) -> list[float]:
    """Numbers (NaN and infinities allowed). Raises EpisodeError that shows the word."""
    try:
        # Windows writes 1.#INF and -1.#IND for what is not finite.
        return [float("nan") if ".#" in word else float(word) for word in words]
    except ValueError as error:
        raise EpisodeError(f"not a number ({error}): {where}") from error


def pose_from_matrix(matrix: F64, where: str) -> F64:
    """(4, 4) rigid transform, its rotation freed from the rounding of the file.

    Raises:
        EpisodeError: not finite, not a rotation, or last row not 0 0 0 1.
    """
    if not np.isfinite(matrix).all():
        raise EpisodeError(f"pose is not finite (NaN or inf): {where}; remove or repair the row")
    rotation = matrix[:3, :3]
    off = float(np.abs(rotation @ rotation.T - np.eye(3)).max())
    if off > _TOLERANCE or np.linalg.det(rotation) < 0:
        raise EpisodeError(
            f"pose is not a rotation and translation (R R^T differs from I by {off:.3g}, "
            f"det R = {np.linalg.det(rotation):.3g}): {where}; poses must be 4x4, row by row"
        )
    if np.abs(matrix[3] - (0, 0, 0, 1)).max() > 1e-6:
        raise EpisodeError(f"last row of pose is not 0 0 0 1: {where}; poses must be row by row")
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_matrix(rotation).as_matrix()
    pose[:3, 3] = matrix[:3, 3]
    return pose


def pose_from_quaternion(values: Sequence[float], where: str) -> F64:
    """(4, 4) from tx ty tz qx qy qz qw (metres). Raises EpisodeError if that is no pose."""
    numbers = np.array(values, np.float64)
    if not np.isfinite(numbers).all():
        raise EpisodeError(f"pose is not finite (NaN or inf): {where}; remove or repair the row")
    length = float(np.linalg.norm(numbers[3:]))
    if abs(length - 1) > _TOLERANCE:
        raise EpisodeError(
            f"rotation is not a unit quaternion (length {length:.3g}): {where}; "
            "the order is tx ty tz qx qy qz qw"
        )
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_quat(numbers[3:]).as_matrix()
    pose[:3, 3] = numbers[:3]
    return pose


def upright(poses: Sequence[F64 | None]) -> list[F64 | None]:
    """The same camera poses in a world turned by right angles so that z is up.

    Recordings whose world is that of their first camera, or of some tool, do not say where
    down is. People hold cameras upright, so down is taken to be that axis of the world that
    the mean of the cameras' y axes is nearest to: right up to the tilt of that world.
    """
    known = [pose for pose in poses if pose is not None]
    if not known:
        return list(poses)
    mean = np.sum([pose[:3, 1] for pose in known], axis=0)
    axis = int(np.abs(mean).argmax())
    down = np.sign(mean[axis]) * np.eye(3)[axis]
    turn = np.eye(4)
    if axis == 2:
        turn[:3, :3] = np.diag([1.0, -down[2], -down[2]])
    else:
        quarter = np.cross(down, (0, 0, -1)) * np.pi / 2
        turn[:3, :3] = np.rint(Rotation.from_rotvec(quarter).as_matrix())
    return [None if pose is None else turn @ pose for pose in poses]


@dataclass(frozen=True)
class Trajectory:
    """Poses at strictly increasing stamps, asked for at other stamps."""

    stamps_ns: Sequence[int]
    poses: Sequence[F64]

    def at(self, stamp_ns: int, max_gap_ns: int = 50_000_000) -> F64 | None:
        """(4, 4) pose at a stamp, or None.

        Between two poses at most ``max_gap_ns`` apart the translation is interpolated
        linearly and the rotation along the great arc; beyond the ends or in a wider gap
        the nearest pose counts if it is within ``max_gap_ns`` / 2.
        """
        after = int(np.searchsorted(self.stamps_ns, stamp_ns))
        if after < len(self.stamps_ns) and self.stamps_ns[after] == stamp_ns:
            return self.poses[after]
        if 0 < after < len(self.stamps_ns):
            t0, t1 = self.stamps_ns[after - 1], self.stamps_ns[after]
            if t1 - t0 <= max_gap_ns:
                fraction = (stamp_ns - t0) / (t1 - t0)
                return _between(self.poses[after - 1], self.poses[after], fraction)
        near = [i for i in (after - 1, after) if 0 <= i < len(self.stamps_ns)]
        best = min(near, key=lambda i: abs(self.stamps_ns[i] - stamp_ns), default=None)
        if best is None or abs(self.stamps_ns[best] - stamp_ns) > max_gap_ns // 2:
            return None
        return self.poses[best]


def _between(a: F64, b: F64, fraction: float) -> F64:
    pose = np.eye(4)
    rotations = Rotation.from_matrix(np.stack([a[:3, :3], b[:3, :3]]))
    pose[:3, :3] = Slerp([0, 1], rotations)(fraction).as_matrix()
    pose[:3, 3] = (1 - fraction) * a[:3, 3] + fraction * b[:3, 3]
    return pose
