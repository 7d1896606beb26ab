"""Microsoft 7-Scenes (https://www.microsoft.com/en-us/research/project/rgb-d-dataset-7-scenes).

``frame-NNNNNN.color.png``, ``.depth.png`` (mm, 65535 invalid) and ``.pose.txt`` (4x4 camera to
world, metres; not finite where tracking was lost) in one folder. The data set advises
f = 585, c = (320, 240) and gives neither stamps nor a calibration between colour and depth:
frame n is put at n / 30 s and the two are taken as registered. The world is that of a first
camera; it is turned by right angles to z up, which is gravity only approximately.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.image_episode import FrameFiles, ImageEpisode
from cogmap.nodes.episodes.images import read_color
from cogmap.nodes.episodes.intrinsics import fit_to_image, read_camera_json
from cogmap.nodes.episodes.poses import pose_from_matrix, read_rows, to_floats, upright
from cogmap.runtime.messages import F64, Intrinsics

_ADVISED = Intrinsics(width=640, height=480, fx=585.0, fy=585.0, cx=320.0, cy=240.0)


class SevenScenesEpisode(ImageEpisode):
    """A folder of ``frame-NNNNNN.*`` files, such as ``chess/seq-01``."""

    format = "7-Scenes"
    looks_for = "frame-000000.color.png, frame-000000.depth.png, frame-000000.pose.txt and so on"
    gravity_aligned = False
    invalid_depth = 65535

    @staticmethod
    def matches(path: Path) -> bool:
        return path.is_dir() and any(path.glob("frame-*.color.*"))

    def __init__(self, path: Path) -> None:
        color = sorted(path.glob("frame-*.color.*"))
        names = [image.name.split(".", 1)[0] for image in color]
        has_poses = any(path.glob("frame-*.pose.txt"))
        poses = [_read_pose(path / f"{name}.pose.txt") if has_poses else None for name in names]
        files = [
            FrameFiles(_stamp_ns(image, name), image, path / f"{name}.depth.png", pose)
            for image, name, pose in zip(color, names, upright(poses), strict=True)
        ]
        height, width = read_color(color[0]).shape[:2]
        own = path / "camera.json"
        camera = read_camera_json(own) if own.is_file() else _ADVISED
        super().__init__(path, files, fit_to_image(camera, width, height, str(path)))


def _read_pose(path: Path) -> F64 | None:
    rows = read_rows(path, 4)
    if len(rows) != 4:
        raise EpisodeError(f"pose has {len(rows)} rows instead of 4: {path}")
    matrix = np.array([to_floats(words, f"{path}, line {line}") for line, words in rows])
    if not np.isfinite(matrix).all():
        return None
    return pose_from_matrix(matrix, str(path))


def _stamp_ns(image: Path, name: str) -> int:
    number = name.removeprefix("frame-")
    if not number.isdecimal():
        raise EpisodeError(f"file name has no frame number: {image}; expected frame-000042.color")
    return int(number) * 1_000_000_000 // 30
