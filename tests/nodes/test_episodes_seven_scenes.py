"""7-Scenes layout, in miniature."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.seven_scenes import SevenScenesEpisode


@pytest.fixture
def scene(tmp_path, write_pair):
    """Three frames of a level camera at the origin of a y-down world, moving along z."""
    for i in range(3):
        stem = f"frame-{i:06}"
        write_pair(tmp_path / f"{stem}.color.png", tmp_path / f"{stem}.depth.png", seed=i)
        pose = np.eye(4)
        pose[2, 3] = i
        np.savetxt(tmp_path / f"{stem}.pose.txt", pose)
    return tmp_path


def test_reads_frames(scene):
    episode = SevenScenesEpisode(scene)
    frames = list(episode.frames())
    assert episode.stamps_ns == [0, 33333333, 66666666]
    assert not any(frame.gravity_aligned for frame in frames)
    assert episode.intrinsics.fx == pytest.approx(585 / 20)
    assert np.allclose(frames[2].world_from_camera[:3, 3], (0, 2, 0))
    assert np.allclose(frames[2].world_from_camera[:3, :3] @ (0, 1, 0), (0, 0, -1))


def test_65535_is_invalid(scene):
    depth = np.full((24, 32), 65535, np.uint16)
    depth[3, 4] = 1234
    cv2.imwrite(str(scene / "frame-000001.depth.png"), depth)
    read = list(SevenScenesEpisode(scene).frames())[1].depth
    assert read[3, 4] == 1234
    assert np.count_nonzero(read) == 1


@pytest.mark.parametrize("value", ["nan", "-inf", "-1.#IND"])
def test_lost_tracking_gives_no_pose(scene, value):
    (scene / "frame-000001.pose.txt").write_text("\n".join([" ".join([value] * 4)] * 4))
    poses = [frame.world_from_camera is None for frame in SevenScenesEpisode(scene).frames()]
    assert poses == [False, True, False]


def test_without_any_pose(scene):
    for file in scene.glob("*.pose.txt"):
        file.unlink()
    assert all(frame.world_from_camera is None for frame in SevenScenesEpisode(scene).frames())


DAMAGE = {
    "missing depth": ("frame-000001.depth.png", None, r"missing: .*000001\.depth\.png"),
    "missing pose": ("frame-000001.pose.txt", None, r"cannot be read.*000001\.pose\.txt"),
    "no rotation": (
        "frame-000001.pose.txt",
        "2 0 0 0\n0 2 0 0\n0 0 2 0\n0 0 0 1",
        r"not a rotation.*000001\.pose\.txt",
    ),
    "too few rows": ("frame-000002.pose.txt", "1 0 0 0\n0 1 0 0", r"2 rows instead of 4"),
    "empty pose": ("frame-000002.pose.txt", "", r"empty: .*000002\.pose\.txt"),
    "a word": ("frame-000002.pose.txt", "\n".join(["a b c d"] * 4), "not a number.*'a'"),
    "odd name": ("frame-x.color.png", "", "no frame number"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_reported_at_opening(scene, case):
    name, text, message = DAMAGE[case]
    if text is None:
        (scene / name).unlink()
    else:
        (scene / name).write_text(text)
    if case == "odd name":
        (scene / "frame-x.pose.txt").write_text("1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1")
    with pytest.raises(EpisodeError, match=message):
        SevenScenesEpisode(scene)
