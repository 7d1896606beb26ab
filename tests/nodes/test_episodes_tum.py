"""TUM RGB-D: miniatures written here, damaged in every way, and a real recording."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.tum import TumEpisode, parse_stamp_ns, read_trajectory

START = 1305031229.528748
QUATERNIONS = Rotation.from_rotvec(np.outer([0.0, 0.1, 0.2, 0.3], [0, 1, 0])).as_quat()


@pytest.fixture
def tum(tmp_path, write_pair):
    """Four frames, 0.1 s apart; depth 10 ms later; ground truth at the colour stamps."""
    folder = tmp_path / "rgbd_dataset_freiburg1_mini"
    rgb, depth, truth = ["# color"], ["# depth"], ["# ground truth", "# file: 'mini.bag'"]
    folder.mkdir()
    for i in range(4):
        t = START + i / 10
        write_pair(folder / f"rgb/{t:.6f}.png", folder / f"depth/{t + 0.01:.6f}.png", seed=i)
        rgb.append(f"{t:.6f} rgb/{t:.6f}.png")
        depth.append(f"{t + 0.01:.6f} depth/{t + 0.01:.6f}.png")
        quaternion = " ".join(f"{q:.4f}" for q in QUATERNIONS[i])
        truth.append(f"{t:.6f} {i}.5 0 1.2 {quaternion}")
    (folder / "rgb.txt").write_text("\n".join(rgb))
    (folder / "depth.txt").write_text("\n".join(depth))
    (folder / "groundtruth.txt").write_text("\n".join(truth))
    return folder


def lines(path):
    return path.read_text().splitlines()


def test_reads_frames(tum, write_pair):
    episode = TumEpisode(tum)
    assert len(episode) == 4
    assert episode.stamps_ns[0] == 1305031229528748000
    frames = list(episode.frames())
    assert [frame.number for frame in frames] == [0, 1, 2, 3]
    assert [frame.stamp_ns for frame in frames] == episode.stamps_ns
    color, depth = write_pair(tum / "x/c.png", tum / "x/d.png", seed=2)
    assert np.array_equal(frames[2].color, color)
    assert np.array_equal(frames[2].depth, depth)
    assert frames[2].depth_m().max() == pytest.approx(depth.max() / 5000)
    assert frames[2].world_from_camera[:3, 3].tolist() == [2.5, 0, 1.2]
    expected = Rotation.from_quat(QUATERNIONS[2]).as_matrix()
    assert np.allclose(frames[2].world_from_camera[:3, :3], expected, atol=1e-3)


def test_frames_from_the_middle_are_the_same(tum):
    episode = TumEpisode(tum)
    late = next(episode.frames(3))
    assert late.number == 3
    assert np.array_equal(late.color, list(episode.frames())[3].color)
    assert list(episode.frames(4)) == []


@pytest.mark.parametrize("depth_first", [False, True])
def test_associations_in_either_order(tum, depth_first):
    rows = []
    for color, depth in zip(lines(tum / "rgb.txt")[1:], lines(tum / "depth.txt")[1:], strict=True):
        rows.append(f"{depth} {color}" if depth_first else f"{color} {depth}")
    (tum / "associations.txt").write_text("\n".join(rows))
    (tum / "rgb.txt").unlink()
    episode = TumEpisode(tum)
    assert episode.stamps_ns[0] == 1305031229528748000
    assert len(list(episode.frames())) == 4


@pytest.mark.parametrize(
    ("name", "fx_of_640"),
    [("freiburg1_x", 517.3), ("fr2_x", 520.9), ("rgbd_dataset_freiburg3_x", 535.4), ("mine", 525)],
)
def test_camera_from_the_name(tum, name, fx_of_640):
    camera = TumEpisode(tum.rename(tum.parent / name)).intrinsics
    assert (camera.width, camera.height) == (32, 24)
    assert camera.fx == pytest.approx(fx_of_640 / 20)
    assert bool(camera.distortion) == (name in ("freiburg1_x", "fr2_x"))


def test_camera_from_the_header_beats_the_folder(tum):
    truth = (tum / "groundtruth.txt").read_text()
    (tum / "groundtruth.txt").write_text(truth.replace("mini.bag", "rgbd_freiburg3_mini.bag"))
    assert TumEpisode(tum).intrinsics.fx == pytest.approx(535.4 / 20)


def test_own_camera_beats_the_published_one(tum):
    (tum / "calibration.txt").write_text("30 31 15 11 0.1 0.2 0.3 0.4 0.5\n")
    camera = TumEpisode(tum).intrinsics
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (30, 31, 15, 11)
    assert camera.distortion == (0.1, 0.2, 0.3, 0.4, 0.5)
    own = {"width": 64, "height": 48, "fx": 60, "fy": 60, "cx": 31.5, "cy": 23.5}
    (tum / "camera.json").write_text(json.dumps(own))
    camera = TumEpisode(tum).intrinsics
    assert (camera.fx, camera.cx, camera.distortion) == (30, 15.5, ())


def test_image_without_partner_in_time_is_no_frame(tum):
    (tum / "depth.txt").write_text("\n".join(lines(tum / "depth.txt")[:3]))
    assert len(TumEpisode(tum)) == 2


def test_frame_without_pose_in_time_has_none(tum):
    (tum / "groundtruth.txt").write_text("\n".join(lines(tum / "groundtruth.txt")[:4]))
    poses = [frame.world_from_camera is None for frame in TumEpisode(tum).frames()]
    assert poses == [False, False, True, True]
    (tum / "groundtruth.txt").unlink()
    assert all(frame.world_from_camera is None for frame in TumEpisode(tum).frames())


def test_gravity_from_the_accelerometer(tum):
    rows = [f"{START + i / 100:.6f} 0.0 9.0 -3.0" for i in range(5)]
    (tum / "accelerometer.txt").write_text("# t ax ay az\n" + "\n".join(rows))
    gravity = [frame.gravity_in_camera for frame in TumEpisode(tum).frames()]
    assert np.allclose(gravity[0], np.array([0, 9, 3]) / np.hypot(9, 3))
    assert gravity[3] is None


def edit(file, line, text):
    def damage(folder):
        content = lines(folder / file)
        content[line] = text
        (folder / file).write_text("\n".join(content))

    return damage


def remove(pattern):
    return lambda folder: sorted(folder.glob(pattern))[1].unlink()


def swap_rows(folder):
    rows = lines(folder / "rgb.txt")
    (folder / "rgb.txt").write_text("\n".join([*rows[:2], rows[3], rows[2], rows[4]]))


AT_OPENING = {
    "missing depth": (remove("depth/*.png"), r"depth image is missing: .*\.png.*restore"),
    "missing colour": (remove("rgb/*.png"), r"colour image is missing: .*\.png"),
    "missing list": (lambda f: (f / "depth.txt").unlink(), r"missing: .*depth\.txt"),
    "empty list": (lambda f: (f / "rgb.txt").write_text(""), r"empty: .*rgb\.txt"),
    "no poses": (lambda f: (f / "groundtruth.txt").write_text("# t"), r"no rows.*groundtruth\.txt"),
    "NaN": (edit("groundtruth.txt", 3, "1.0 0 nan 0 0 0 0 1"), r"not finite.*truth\.txt, line 4"),
    "no rotation": (edit("groundtruth.txt", 3, "1.0 0 0 0 0 0 0 0"), r"quaternion.*line 4"),
    "short row": (edit("groundtruth.txt", 2, "1.0 0 0 0"), r"4 values instead of 8.*line 3"),
    "a word": (edit("groundtruth.txt", 2, "1.0 0 x 0 0 0 0 1"), r"not a number.*'x'.*line 3"),
    "bad stamp": (edit("rgb.txt", 2, "soon rgb/1.png"), r"'soon' is not.*rgb\.txt, line 3"),
    "infinite stamp": (edit("rgb.txt", 2, "inf rgb/1.png"), r"'inf' is not.*rgb\.txt, line 3"),
    "back in time": (swap_rows, r"not later than.*rgb\.txt, line 4"),
    "other clock": (
        lambda f: (f / "depth.txt").write_text("1.0 depth/1.png"),
        "no colour and depth image lie within 20 ms",
    ),
    "other recording": (
        lambda f: (f / "groundtruth.txt").write_text("1.0 0 0 0 0 0 0 1"),
        r"no pose has the time of any image: .*groundtruth\.txt",
    ),
    "camera is no JSON": (
        lambda f: (f / "camera.json").write_text("{"),
        r"camera is not valid .*camera\.json",
    ),
    "camera lacks a key": (
        lambda f: (f / "camera.json").write_text('{"width": 32}'),
        r"lacks the key 'fx': .*camera\.json",
    ),
    "camera of another shape": (
        lambda f: (f / "camera.json").write_text(
            '{"width": 64, "height": 64, "fx": 1, "fy": 1, "cx": 1, "cy": 1}'
        ),
        "32x24 does not fit the intrinsics, which are for 64x64",
    ),
    "calibration too short": (
        lambda f: (f / "calibration.txt").write_text("500 500"),
        r"2 numbers: .*calibration\.txt",
    ),
    "accelerometer cut off": (
        lambda f: (f / "accelerometer.txt").write_text("1.0 2.0"),
        r"2 values instead of 4: .*accelerometer\.txt, line 1",
    ),
}


@pytest.mark.parametrize("case", AT_OPENING)
def test_damage_is_reported_at_opening(tum, case):
    damage, message = AT_OPENING[case]
    damage(tum)
    with pytest.raises(EpisodeError, match=message):
        TumEpisode(tum)


def test_damaged_image_is_reported_when_it_is_reached(tum):
    image = sorted(tum.glob("depth/*.png"))[2]
    image.write_bytes(image.read_bytes()[:200])
    frames = TumEpisode(tum).frames()
    next(frames)
    next(frames)
    with pytest.raises(EpisodeError, match=f"cut off after 200 bytes: .*{image.name}"):
        next(frames)


def test_lists_that_are_missing_do_not_make_it_another_format(tum):
    for name in ("rgb.txt", "depth.txt", "groundtruth.txt"):
        (tum / name).unlink()
    assert TumEpisode.matches(tum)
    with pytest.raises(EpisodeError, match=r"list of images is missing: .*rgb\.txt"):
        TumEpisode(tum)


@given(st.integers(0, 2**62))
def test_stamps_are_exact(nanoseconds):
    word = f"{nanoseconds // 10**9}.{nanoseconds % 10**9:09d}"
    assert parse_stamp_ns(word, "here") == nanoseconds


def test_real_recording(shared_data, depth_error_m):
    """5.4 mm is stated for the recording's pairs; a wrong convention gives 26 mm and more."""
    episode = TumEpisode(shared_data / "tum_fr1_rpy")
    assert len(episode) == 232
    assert episode.intrinsics.fx == 517.3
    assert episode.intrinsics.distortion[0] == 0.2624
    errors = []
    for start in range(0, 230, 20):
        frames = episode.frames(start)
        errors.append(depth_error_m(next(frames), next(frames)))
    assert np.median(errors) < 0.009


def test_real_gravity(shared_data):
    episode = TumEpisode(shared_data / "tum_fr1_rpy")
    angles = []
    for start in range(0, 230, 15):
        frame = next(episode.frames(start))
        true_down = frame.world_from_camera[:3, :3].T @ (0, 0, -1)
        angles.append(np.degrees(np.arccos(true_down @ frame.gravity_in_camera)))
    assert np.median(angles) < 6
    assert np.max(angles) < 12


def test_real_trajectory_is_read_completely(shared_data):
    trajectory = read_trajectory(shared_data / "tum_fr1_rpy" / "groundtruth.txt")
    rows = [r for r in lines(shared_data / "tum_fr1_rpy" / "groundtruth.txt") if r[0] != "#"]
    assert len(trajectory.poses) == len(rows)
