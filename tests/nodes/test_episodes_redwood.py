"""Redwood layout: miniature and Open3D's own five frames."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.redwood import RedwoodEpisode, read_log


def write_log(path, poses):
    with path.open("w") as file:
        for i, pose in enumerate(poses):
            file.write(f"{i} {i} {i + 1}\n")
            np.savetxt(file, pose)


def walk(count):
    poses = np.tile(np.eye(4), (count, 1, 1))
    poses[:, 2, 3] = np.arange(count)
    return poses


@pytest.fixture(params=["color", "rgb", "image"])
def redwood(tmp_path, write_pair, request):
    for i in range(3):
        write_pair(tmp_path / f"{request.param}/{i:05}.jpg", tmp_path / f"depth/{i:05}.png", seed=i)
    camera = {"width": 32, "height": 24, "intrinsic_matrix": [30, 0, 0, 0, 31, 0, 15, 11, 1]}
    (tmp_path / "camera.json").write_text(json.dumps(camera))
    write_log(tmp_path / "trajectory.log", walk(3))
    return tmp_path


def test_reads_frames(redwood):
    episode = RedwoodEpisode(redwood)
    frames = list(episode.frames())
    assert episode.stamps_ns == [0, 33333333, 66666666]
    camera = episode.intrinsics
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (30, 31, 15, 11)
    assert not any(frame.gravity_aligned for frame in frames)
    assert np.allclose(frames[2].world_from_camera[:3, 3], (0, 2, 0))
    assert np.allclose(frames[2].world_from_camera[:3, :3] @ (0, 1, 0), (0, 0, -1))


def test_the_log_with_one_pose_a_frame_counts(redwood):
    write_log(redwood / "trajectory.log", walk(7))
    write_log(redwood / "odometry.log", walk(3))
    assert next(RedwoodEpisode(redwood).frames(2)).world_from_camera is not None


def test_default_camera_and_no_poses(redwood):
    (redwood / "camera.json").unlink()
    (redwood / "trajectory.log").unlink()
    episode = RedwoodEpisode(redwood)
    assert episode.intrinsics.fx == pytest.approx(525 / 20)
    assert next(episode.frames()).world_from_camera is None


def test_stamps_in_file_names(redwood):
    for i, image in enumerate(sorted(redwood.glob("[cri]*/*.jpg"))):
        image.rename(image.with_name(f"{i + 1:06}-{i * 40000:012}.jpg"))
    assert RedwoodEpisode(redwood).stamps_ns == [0, 40_000_000, 80_000_000]


def write(name, text):
    return lambda folder: (folder / name).write_text(text)


DAMAGE = {
    "too few poses": (
        lambda f: write_log(f / "trajectory.log", walk(2)),
        r"3 frames but another number of poses \(2 in trajectory\.log\)",
    ),
    "cut off": (write("trajectory.log", "0 0 1\n1 0 0 0\n0 1 0 0\n"), r"3 lines.*trajectory\.log"),
    "NaN": (
        lambda f: write_log(f / "trajectory.log", walk(3) * [[[1], [1], [np.nan], [1]]]),
        r"not finite.*trajectory\.log, entry 0",
    ),
    "no rotation": (
        lambda f: write_log(f / "trajectory.log", [np.eye(4), np.zeros((4, 4)), np.eye(4)]),
        r"not a rotation.*trajectory\.log, entry 1",
    ),
    "empty": (write("trajectory.log", ""), r"empty.*trajectory\.log"),
    "unequal counts": (
        lambda f: (f / "depth/00001.png").unlink(),
        "3 colour images but 2 depth images.*00001",
    ),
    "camera too short": (
        write("camera.json", '{"width": 32, "height": 24, "intrinsic_matrix": [1, 2]}'),
        r"camera is not valid .*camera\.json",
    ),
    "camera negative": (
        write(
            "camera.json",
            '{"width": 32, "height": 24, "intrinsic_matrix": [-1, 0, 0, 0, 1, 0, 0, 0, 1]}',
        ),
        r"must be positive.*camera\.json",
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_reported_at_opening(redwood, case):
    damage, message = DAMAGE[case]
    damage(redwood)
    with pytest.raises(EpisodeError, match=message):
        RedwoodEpisode(redwood)


def test_real_frames(shared_data, depth_error_m):
    folder = shared_data / "open3d_rgbd_5"
    frames = list(RedwoodEpisode(folder).frames())
    assert len(frames) == 5
    assert depth_error_m(frames[0], frames[3]) < 0.007  # 5.4 mm is stated
    assert len(read_log(folder / "odometry.log")) == 5
    down = np.mean([frame.world_from_camera[:3, 1] for frame in frames], axis=0)
    assert down[2] < -0.95, "the living room stands upright"
