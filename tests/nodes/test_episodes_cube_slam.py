"""cube_slam's layout, in miniature and the real cabinet."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.nodes.episodes.cube_slam import CubeSlamEpisode
from cogmap.nodes.episodes.episode import EpisodeError


def test_as_many_poses_as_images(tmp_path, write_pair):
    for i in range(2):
        color, depth = f"raw_imgs/{i:04}_rgb_raw.jpg", f"depth_imgs/{i:04}_depth_raw.png"
        write_pair(tmp_path / color, tmp_path / depth)
    poses = tmp_path / "truth_cam_poses.txt"
    poses.write_text("1.5 0 0 1 0 0 0 1\n2.25 1 0 1 0 0 0 1\n")
    episode = CubeSlamEpisode(tmp_path)
    assert episode.stamps_ns == [1_500_000_000, 2_250_000_000]
    assert next(episode.frames(1)).world_from_camera[0, 3] == 1
    poses.write_text("1.5 0 0 1 0 0 0 1\n")
    with pytest.raises(EpisodeError, match=r"1 poses for 2 images: .*truth_cam_poses\.txt"):
        CubeSlamEpisode(tmp_path)


def test_real_recording(shared_data, depth_error_m):
    """10.5 mm is stated; the opposite convention gives 183 mm."""
    frames = list(CubeSlamEpisode(shared_data / "tum_fr3_cabinet").frames())
    assert len(frames) == 58
    assert frames[0].intrinsics.fx == 535.4
    errors = [depth_error_m(frames[i], frames[i + 1]) for i in range(0, 56, 4)]
    assert np.median(errors) < 0.016
    # The ground is at z = 0: depth seen at the bottom of the images lies there.
    heights = []
    for frame in frames[::6]:
        camera, v, u = frame.intrinsics, 470, np.arange(0, 640, 8)
        z = frame.depth_m()[v, u]
        rays = np.stack(
            [(u - camera.cx) / camera.fx, np.full(80, (v - camera.cy) / camera.fy), np.ones(80)]
        )
        pose = frame.world_from_camera
        heights += ((pose[:3, :3] @ (rays * z))[2, z > 0] + pose[2, 3]).tolist()
    assert abs(np.median(heights)) < 0.03
