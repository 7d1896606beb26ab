"""The layout of cube_slam's object SLAM example: keyframes of TUM's freiburg3 Kinect.

``raw_imgs/*.jpg``, ``depth_imgs/*.png`` (5000 units a metre) and ``truth_cam_poses.txt``: a row
``t tx ty tz qx qy qz qw`` (camera to world, metres, z up) for each image in sorted order.
"""

from __future__ import annotations

from pathlib import Path

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.image_episode import (
    FrameFiles,
    ImageEpisode,
    list_images,
    pair_by_order,
)
from cogmap.nodes.episodes.images import read_color
from cogmap.nodes.episodes.intrinsics import fit_to_image
from cogmap.nodes.episodes.tum import published_intrinsics, read_trajectory


class CubeSlamEpisode(ImageEpisode):
    """A folder with ``raw_imgs/``, ``depth_imgs/`` and ``truth_cam_poses.txt``."""

    format = "cube_slam"
    looks_for = "truth_cam_poses.txt beside raw_imgs/ and depth_imgs/"
    depth_scale_m = 1 / 5000

    @staticmethod
    def matches(path: Path) -> bool:
        return (path / "raw_imgs").is_dir() and (path / "depth_imgs").is_dir()

    def __init__(self, path: Path) -> None:
        color, depth = list_images(path / "raw_imgs"), list_images(path / "depth_imgs")
        pair_by_order(path, color, depth)
        poses = path / "truth_cam_poses.txt"
        trajectory = read_trajectory(poses)
        rows = zip(trajectory.stamps_ns, trajectory.poses, strict=True)
        if len(trajectory.poses) != len(color):
            raise EpisodeError(
                f"{len(trajectory.poses)} poses for {len(color)} images: {poses}; one row an image"
            )
        files = [
            FrameFiles(stamp, image, depth[i], pose)
            for i, (image, (stamp, pose)) in enumerate(zip(color, rows, strict=True))
        ]
        height, width = read_color(color[0]).shape[:2]
        camera = fit_to_image(published_intrinsics("3"), width, height, str(path))
        super().__init__(path, files, camera)
