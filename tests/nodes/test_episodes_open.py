"""Which format a path is, and what a path that is none is told."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from cogmap.nodes.episodes import EpisodeError, open_episode


@pytest.fixture
def hololens(tmp_path, write_pair):
    folder = tmp_path / "walk"
    write_pair(folder / "color/00001.jpg", folder / "depth/00001.png")
    np.savetxt(folder / "poses.txt", np.eye(4).reshape(1, 16))
    np.savetxt(folder / "K.txt", [[30, 0, 15], [0, 30, 11], [0, 0, 1]])
    return folder


def test_formats_are_told_apart(hololens):
    assert open_episode(hololens).format == "HoloLens"
    assert open_episode(str(hololens)).format == "HoloLens"
    (hololens / "K.txt").unlink()
    (hololens / "poses.txt").unlink()
    assert open_episode(hololens).format == "Redwood"


@pytest.mark.parametrize(
    ("folder", "format"),
    [
        ("tum_fr1_rpy", "TUM RGB-D"),
        ("tum_fr3_cabinet", "cube_slam"),
        ("hololens_hall", "HoloLens"),
        ("open3d_rgbd_5", "Redwood"),
        ("realsense_bag_1frame/single_depth_color_640x480.bag", "ROS bag"),
    ],
)
def test_real_recordings_are_told_apart(shared_data, folder, format):
    episode = open_episode(shared_data / folder)
    assert episode.format == format
    stamps = episode.stamps_ns
    assert len(stamps) == len(episode) > 0
    assert all(a < b for a, b in pairwise(stamps))


def test_typing_error(hololens):
    with pytest.raises(EpisodeError, match=f"no such.*did you mean {re.escape(str(hololens))}?"):
        open_episode(hololens.parent / "wakl")
    with pytest.raises(EpisodeError, match=f"did you mean {re.escape(str(hololens))}?"):
        open_episode(hololens.parent / "wolk" / "color")
    with pytest.raises(EpisodeError, match=r"no such file or folder: .*nothing-like-it$"):
        open_episode(hololens.parent / "nothing-like-it")


def test_folder_inside_or_around(hololens):
    for near in (hololens / "color", hololens.parent):
        with pytest.raises(EpisodeError, match=f"; did you mean {re.escape(str(hololens))}?"):
            open_episode(near)


def test_unknown_lists_the_formats(tmp_path):
    (tmp_path / "holiday.avi").write_bytes(b"RIFF")
    for path in (tmp_path, tmp_path / "holiday.avi"):
        with pytest.raises(EpisodeError) as caught:
            open_episode(path)
        text = str(caught.value)
        assert text.startswith(f"no known episode format: {path}")
        for format in (
            "cogmap",
            "TUM RGB-D",
            "HoloLens",
            "7-Scenes",
            "cube_slam",
            "Redwood",
            "ROS",
        ):
            assert re.search(f"^  {format}.*: .", text, re.MULTILINE)


@pytest.mark.parametrize("content", [b"", b"not a recording", bytes(range(256)) * 8])
@pytest.mark.parametrize("suffix", ["bag", "db3"])
def test_foreign_files_are_an_error(tmp_path, suffix, content):
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(content)
    with pytest.raises(EpisodeError, match=re.escape(str(path))):
        open_episode(path)
