"""TUM RGB-D (https://cvg.cit.tum.de/data/datasets/rgbd-dataset/file_formats).

Images are listed in ``associations.txt`` (stamp, file, stamp, file) or in ``rgb.txt`` and
``depth.txt``, which are then paired by time; ``groundtruth.txt`` holds the camera's poses in
a world with z up, from motion capture. Depth: 5000 units a metre, registered to colour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.image_episode import FrameFiles, ImageEpisode
from cogmap.nodes.episodes.images import read_color
from cogmap.nodes.episodes.intrinsics import (
    fit_to_image,
    read_calibration_line,
    read_camera_json,
)
from cogmap.nodes.episodes.pairing import pair_nearest
from cogmap.nodes.episodes.poses import Trajectory, pose_from_quaternion, read_rows, to_floats
from cogmap.runtime.messages import F64, Intrinsics, Vec3

_PAIR_WITHIN_NS = 20_000_000
"""As TUM's associate.py."""

_GRAVITY_HALF_NS = 100_000_000

_PUBLISHED = {
    "1": (517.3, 516.5, 318.6, 255.3, (0.2624, -0.9531, -0.0054, 0.0026, 1.1633)),
    "2": (520.9, 521.0, 325.1, 249.7, (0.2312, -0.7849, -0.0033, -0.0001, 0.9172)),
    "3": (535.4, 539.2, 320.1, 247.6, ()),
}
"""fx, fy, cx, cy, distortion of the three Kinects; freiburg3 images are undistorted already."""
_GENERIC = (525.0, 525.0, 319.5, 239.5, ())
"""What the data set advises where the camera is not known."""

Listing = Sequence[tuple[int, Path]]


class TumEpisode(ImageEpisode):
    """A folder with ``associations.txt``, or ``rgb.txt`` and ``depth.txt``."""

    format = "TUM RGB-D"
    looks_for = "associations.txt, or rgb.txt and depth.txt (and groundtruth.txt if it has poses)"
    depth_scale_m = 1 / 5000

    @staticmethod
    def matches(path: Path) -> bool:
        names = ("associations.txt", "rgb.txt", "depth.txt", "groundtruth.txt")
        return any((path / name).is_file() for name in names) or _lacks_lists(path)

    def __init__(self, path: Path) -> None:
        groundtruth = path / "groundtruth.txt"
        trajectory = read_trajectory(groundtruth) if groundtruth.is_file() else None
        pairs = _read_pairs(path)
        gravity = _read_gravity(path / "accelerometer.txt", [stamp for stamp, _, _ in pairs])
        files = [
            FrameFiles(stamp, color, depth, trajectory.at(stamp) if trajectory else None, down)
            for (stamp, color, depth), down in zip(pairs, gravity, strict=True)
        ]
        if trajectory and all(frame.world_from_camera is None for frame in files):
            raise EpisodeError(
                f"no pose has the time of any image: {groundtruth}; is it of another recording?"
            )
        super().__init__(path, files, _intrinsics(path, files))


def _lacks_lists(path: Path) -> bool:
    """True for images named by their stamps, whose lists are missing (depth is not in mm)."""
    if not ((path / "rgb").is_dir() and (path / "depth").is_dir()):
        return False
    return any(re.fullmatch(r"\d{9,}\.\d+", image.stem) for image in (path / "depth").iterdir())


def read_trajectory(path: Path) -> Trajectory:
    """Rows ``t tx ty tz qx qy qz qw``: seconds, metres, camera to world."""
    stamps, poses = [], []
    for line, words in read_rows(path, 8):
        where = f"{path}, line {line}"
        stamps.append(parse_stamp_ns(words[0], where))
        poses.append(pose_from_quaternion(to_floats(words[1:], where), where))
        if len(stamps) > 1 and stamps[-1] <= stamps[-2]:
            raise EpisodeError(f"stamp {words[0]} is not later than the one before: {where}")
    return Trajectory(stamps, poses)


def published_intrinsics(camera: str) -> Intrinsics:
    """What TUM published for freiburg ``1``, ``2`` or ``3``, else the generic Kinect; 640x480."""
    fx, fy, cx, cy, distortion = _PUBLISHED.get(camera, _GENERIC)
    return Intrinsics(width=640, height=480, fx=fx, fy=fy, cx=cx, cy=cy, distortion=distortion)


def parse_stamp_ns(word: str, where: str) -> int:
    """Nanoseconds from decimal seconds, exactly (a float would lose the last digits)."""
    try:
        return int(Decimal(word) * 1_000_000_000)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise EpisodeError(f"stamp {word!r} is not a number of seconds: {where}") from error


def _read_pairs(path: Path) -> list[tuple[int, Path, Path]]:
    associations = path / "associations.txt"
    if associations.is_file():
        return _read_associations(associations)
    for name in ("rgb.txt", "depth.txt"):
        if not (path / name).is_file():
            raise EpisodeError(f"list of images is missing: {path / name}; restore it or give "
                               "associations.txt")  # fmt: skip
    return _associate(path, _read_list(path / "rgb.txt"), _read_list(path / "depth.txt"))


def _read_associations(path: Path) -> list[tuple[int, Path, Path]]:
    pairs = []
    for line, words in read_rows(path, 4):
        # TUM's associate.py writes the files in the order in which it was given them.
        first_is_depth = "depth" in words[1] and "depth" not in words[3]
        stamp, color, _, depth = words[2:] + words[:2] if first_is_depth else words
        where = f"{path}, line {line}"
        pairs.append((parse_stamp_ns(stamp, where), path.parent / color, path.parent / depth))
    return pairs


def _read_list(path: Path) -> Listing:
    entries: list[tuple[int, Path]] = []
    for line, (stamp, file) in read_rows(path, 2):
        where = f"{path}, line {line}"
        entries.append((parse_stamp_ns(stamp, where), path.parent / file))
        if len(entries) > 1 and entries[-1][0] <= entries[-2][0]:
            raise EpisodeError(f"stamp {stamp} is not later than the one before: {where}")
    return entries


def _associate(path: Path, color: Listing, depth: Listing) -> list[tuple[int, Path, Path]]:
    pairs = pair_nearest([t for t, _ in color], [t for t, _ in depth], _PAIR_WITHIN_NS)
    if not pairs:
        raise EpisodeError(f"no colour and depth image lie within 20 ms: {path}; check the stamps")
    return [(color[i][0], color[i][1], depth[j][1]) for i, j in pairs]


def _read_gravity(path: Path, stamps_ns: Sequence[int]) -> list[Vec3 | None]:
    """Down in the camera frame at each stamp, from ``t ax ay az`` (m/s2) averaged over 0.2 s.

    The axes of the Kinect's accelerometer are not documented. Against the motion capture of
    freiburg1_rpy, (ax, ay, -az) points down with a median error of 4 degrees (7 degrees in
    9 of 10 frames); every other order or sign is off by 22 degrees or more.
    """
    if not path.is_file():
        return [None] * len(stamps_ns)
    rows = read_rows(path, 4)
    times = [parse_stamp_ns(words[0], f"{path}, line {line}") for line, words in rows]
    down = np.array([to_floats(words[1:], f"{path}, line {line}") for line, words in rows])
    down[:, 2] *= -1
    ends = np.searchsorted(times, np.add.outer((-_GRAVITY_HALF_NS, _GRAVITY_HALF_NS), stamps_ns))
    return [_unit(down[first:last]) for first, last in ends.T]


def _unit(vectors: F64) -> Vec3 | None:
    """Direction of the mean; None of nothing, or of what is no number or zero."""
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(3)
    length = float(np.linalg.norm(mean))
    if not (0 < length < np.inf):
        return None
    x, y, z = (mean / length).tolist()
    return (x, y, z)


def _intrinsics(path: Path, files: Sequence[FrameFiles]) -> Intrinsics:
    """``camera.json`` or ``calibration.txt`` if there, else what TUM published for the camera."""
    height, width = read_color(files[0].color).shape[:2]
    if (path / "camera.json").is_file():
        own = read_camera_json(path / "camera.json")
        return fit_to_image(own, width, height, str(path / "camera.json"))
    if (path / "calibration.txt").is_file():
        return read_calibration_line(path / "calibration.txt", width, height)
    return fit_to_image(published_intrinsics(_camera_of(path)), width, height, str(path))


def _camera_of(path: Path) -> str:
    """``1``, ``2`` or ``3`` if the recording or its folder names a freiburg camera, else empty."""
    header = ""
    if (path / "groundtruth.txt").is_file():
        with (path / "groundtruth.txt").open(encoding="utf-8", errors="replace") as file:
            header = "".join(line for _, line in zip(range(5), file, strict=False) if "#" in line)
    for text in (header, path.resolve().name):
        found = re.search(r"(?:freiburg|fr)([123])(?!\d)", text)
        if found:
            return found[1]
    return ""
