"""Redwood and Open3D's reconstruction layout (http://redwood-data.org).

``color/`` (or ``rgb/``, ``image/``) and ``depth/`` (mm), paired in sorted order; a JSON file with
``intrinsic_matrix``, else the PrimeSense camera that Redwood states; poses in
``trajectory.log`` or ``odometry.log``. Names such as ``000012-000000400400.jpg`` carry
microseconds; otherwise frame i is put at i / 30 s. The world is often that of the first camera;
it is turned by right angles to z up, which is gravity only as well as that camera was level.
"""

from __future__ import annotations

import re
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
from cogmap.nodes.episodes.intrinsics import fit_to_image, read_camera_json
from cogmap.nodes.episodes.poses import pose_from_matrix, read_text, to_floats, upright
from cogmap.runtime.messages import F64, Intrinsics

_PRIMESENSE = Intrinsics(width=640, height=480, fx=525.0, fy=525.0, cx=319.5, cy=239.5)
_COLOR_FOLDERS = ("color", "rgb", "image")
_LOGS = ("trajectory.log", "odometry.log")


class RedwoodEpisode(ImageEpisode):
    """A folder with ``color/`` (or ``rgb/``, ``image/``) and ``depth/``."""

    format = "Redwood"
    looks_for = "color/ (or rgb/, image/) and depth/ (and trajectory.log if it has poses)"
    gravity_aligned = False

    @staticmethod
    def matches(path: Path) -> bool:
        return (path / "depth").is_dir() and _color_folder(path) is not None

    def __init__(self, path: Path) -> None:
        folder = _color_folder(path)
        color = list_images(folder) if folder else []
        depth = list_images(path / "depth")
        pair_by_order(path, color, depth)
        poses = _read_poses(path, len(color))
        files = [
            FrameFiles(_stamp_ns(image, index), image, depth[index], poses[index])
            for index, image in enumerate(color)
        ]
        height, width = read_color(color[0]).shape[:2]
        super().__init__(path, files, fit_to_image(_camera(path), width, height, str(path)))


def read_log(path: Path) -> list[F64]:
    """(4, 4) camera to world of each entry: a line ``i j k``, then four rows."""
    words = [line.split() for line in read_text(path).splitlines() if line.strip()]
    if len(words) % 5:
        raise EpisodeError(
            f"log has {len(words)} lines, not a multiple of 5 (i j k and a 4x4 matrix): {path}; "
            "it is cut off or of another format"
        )
    poses = []
    for entry in range(len(words) // 5):
        where = f"{path}, entry {entry}"
        rows = words[5 * entry + 1 : 5 * entry + 5]
        if any(len(row) != 4 for row in rows):
            raise EpisodeError(f"matrix is not 4x4: {where}")
        matrix = np.array([to_floats(row, where) for row in rows])
        poses.append(pose_from_matrix(matrix, where))
    return poses


def _read_poses(path: Path, count: int) -> list[F64 | None]:
    """From the first log that has one pose a frame."""
    found = {name: read_log(path / name) for name in _LOGS if (path / name).is_file()}
    for poses in found.values():
        if len(poses) == count:
            return upright(poses)
    if found:
        have = ", ".join(f"{len(poses)} in {name}" for name, poses in found.items())
        raise EpisodeError(f"{count} frames but another number of poses ({have}): {path}")
    return [None] * count


def _color_folder(path: Path) -> Path | None:
    return next((path / name for name in _COLOR_FOLDERS if (path / name).is_dir()), None)


def _camera(path: Path) -> Intrinsics:
    for file in sorted(path.glob("*.json")):
        if "intrinsic_matrix" in read_text(file):
            return read_camera_json(file)
    return _PRIMESENSE


def _stamp_ns(image: Path, index: int) -> int:
    stamped = re.fullmatch(r"\d+-(\d+)", image.stem)
    return int(stamped[1]) * 1000 if stamped else index * 1_000_000_000 // 30
