"""HoloLens recordings as Deep Video MVS lays them out (``hololens-dataset/000``).

``color/NNNNN.*``, ``depth/NNNNN.png`` (mm), ``K.txt`` (3x3) and ``poses.txt``: a row of 16
numbers (4x4 row by row, camera to world, metres) for each image in sorted order. The
world's y is up; it is turned to z up. There are no stamps: frame number n of the file name
is put at n / 10 s, which makes of the sample recording a walk at 0.8 m/s.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.image_episode import (
    FrameFiles,
    ImageEpisode,
    list_images,
    pair_by_order,
)
from cogmap.nodes.episodes.images import read_color
from cogmap.nodes.episodes.intrinsics import read_camera_matrix
from cogmap.nodes.episodes.poses import Y_UP_TO_Z_UP, pose_from_matrix, read_rows, to_floats
from cogmap.runtime.messages import F64

_PERIOD_NS = 100_000_000


class HololensEpisode(ImageEpisode):
    """A folder with ``color/``, ``depth/``, ``poses.txt`` and ``K.txt``."""

    format = "HoloLens"
    looks_for = "K.txt and poses.txt beside color/ and depth/"

    @staticmethod
    def matches(path: Path) -> bool:
        return (path / "color").is_dir() and (
            (path / "K.txt").is_file() or (path / "poses.txt").is_file()
        )

    def __init__(self, path: Path) -> None:
        depth_folder = path / "depth"
        color = list_images(path / "color")
        depth = list_images(depth_folder) if depth_folder.is_dir() else []
        pair_by_order(path, color, depth)
        poses = _read_poses(path / "poses.txt", len(color))
        stamps = [_stamp_ns(image) for image in color]
        files = [FrameFiles(*frame) for frame in zip(stamps, color, depth, poses, strict=True)]
        height, width = read_color(color[0]).shape[:2]
        super().__init__(path, files, read_camera_matrix(path / "K.txt", width, height))


def _read_poses(path: Path, count: int) -> list[F64]:
    rows = read_rows(path, 16)
    if len(rows) != count:
        raise EpisodeError(f"{len(rows)} poses for {count} images: {path}; one row an image")
    poses = []
    for line, words in rows:
        where = f"{path}, line {line}"
        matrix = np.array(to_floats(words, where)).reshape(4, 4)
        poses.append(Y_UP_TO_Z_UP @ pose_from_matrix(matrix, where))
    return poses


def _stamp_ns(image: Path) -> int:
    if not image.stem.isdecimal():
        raise EpisodeError(f"file name is not a frame number: {image}; expected e.g. 00042.jpg")
    return int(image.stem) * _PERIOD_NS
