"""HoloLens layout: a miniature with the convention worked out by hand, and the real walk."""

from __future__ import annotations

import cv2
import numpy as np
import open3d as o3d
import pytest

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.hololens import HololensEpisode

# A level camera looking along world -z with y up: x right, camera y to world -y.
LEVEL = np.array([[1.0, 0, 0, 2], [0, -1, 0, 1.6], [0, 0, -1, 3], [0, 0, 0, 1]])


@pytest.fixture
def hololens(tmp_path, write_pair):
    for i in (3, 4, 7):
        write_pair(tmp_path / f"color/{i:05}.jpg", tmp_path / f"depth/{i:05}.png", seed=i)
    np.savetxt(tmp_path / "poses.txt", np.tile(LEVEL.reshape(1, 16), (3, 1)))
    np.savetxt(tmp_path / "K.txt", [[30, 0, 15], [0, 31, 11], [0, 0, 1]])
    return tmp_path


def test_world_is_turned_to_z_up(hololens):
    frame = next(HololensEpisode(hololens).frames())
    down_in_world = frame.world_from_camera[:3, :3] @ (0, 1, 0)
    assert np.allclose(down_in_world, (0, 0, -1))
    assert np.allclose(frame.world_from_camera[:3, 3], (2, -3, 1.6)), "1.6 m above the floor"
    assert np.linalg.det(frame.world_from_camera) == pytest.approx(1)


def test_frames_and_stamps_follow_the_file_names(hololens):
    episode = HololensEpisode(hololens)
    assert episode.stamps_ns == [300_000_000, 400_000_000, 700_000_000]
    assert [frame.number for frame in episode.frames()] == [0, 1, 2]
    assert (episode.intrinsics.fx, episode.intrinsics.cy, episode.intrinsics.width) == (30, 11, 32)


def rewrite_poses(change):
    def damage(folder):
        rows = np.loadtxt(folder / "poses.txt")
        np.savetxt(folder / "poses.txt", change(rows))

    return damage


def nan_in_row_2(rows):
    rows[1, 3] = np.nan
    return rows


def scaled_row_3(rows):
    rows[2, :12] *= 1.2
    return rows


DAMAGE = {
    "too few poses": (rewrite_poses(lambda rows: rows[:2]), r"2 poses for 3 images: .*poses\.txt"),
    "NaN": (rewrite_poses(nan_in_row_2), r"not finite.*poses\.txt, line 2"),
    "no rotation": (rewrite_poses(scaled_row_3), r"not a rotation.*poses\.txt, line 3"),
    "transposed": (
        rewrite_poses(lambda rows: rows.reshape(3, 4, 4).swapaxes(1, 2).reshape(3, 16)),
        r"row by row",
    ),
    "3x4 rows": (rewrite_poses(lambda rows: rows[:, :12]), r"12 values instead of 16.*line 1"),
    "no poses file": (lambda f: (f / "poses.txt").unlink(), r"cannot be read.*poses\.txt"),
    "missing depth": (
        lambda f: (f / "depth/00004.png").unlink(),
        r"3 colour images but 2 depth images.*partner: 00004",
    ),
    "no depth folder": (
        lambda f: (f / "depth").rename(f / "Depth2"),
        "3 colour images but 0 depth",
    ),
    "no images": (lambda f: [p.unlink() for p in f.glob("*/*")], "no colour images"),
    "no camera": (lambda f: (f / "K.txt").unlink(), r"cannot be read.*K\.txt"),
    "empty camera": (lambda f: (f / "K.txt").write_text(""), r"empty.*K\.txt"),
    "short camera": (
        lambda f: (f / "K.txt").write_text("1 2 3"),
        r"3 numbers instead of 9.*K\.txt",
    ),
    "skewed camera": (
        lambda f: (f / "K.txt").write_text("30 1 15 0 31 11 0 0 1"),
        r"not fx 0 cx.*K\.txt",
    ),
    "zero camera": (
        lambda f: (f / "K.txt").write_text("0 0 15 0 31 11 0 0 1"),
        r"focal lengths fx=0.*K\.txt",
    ),
    "odd name": (
        lambda f: [
            (f / "color/00004.jpg").rename(f / "color/x.jpg"),
            (f / "depth/00004.png").rename(f / "depth/x.png"),
        ],
        r"not a frame number: .*x\.jpg",
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_reported_at_opening(hololens, case):
    damage, message = DAMAGE[case]
    damage(hololens)
    assert HololensEpisode.matches(hololens)
    with pytest.raises(EpisodeError, match=message):
        HololensEpisode(hololens)


def test_image_of_another_size_is_reported_when_it_is_reached(hololens, write_pair):
    cv2.imwrite(str(hololens / "depth/00004.png"), np.ones((30, 32), np.uint16))
    frames = HololensEpisode(hololens).frames()
    next(frames)
    with pytest.raises(EpisodeError, match=r"depth is 32x30, colour 32x24.*00004\.png"):
        next(frames)
    cv2.imwrite(str(hololens / "color/00004.jpg"), np.ones((48, 64, 3), np.uint8))
    with pytest.raises(EpisodeError, match=r"64x48 among images of 32x24.*00004\.jpg"):
        next(HololensEpisode(hololens).frames(1))


def test_smaller_depth_of_the_same_camera_is_scaled(hololens):
    for image in hololens.glob("depth/*.png"):
        cv2.imwrite(str(image), np.arange(12 * 16, dtype=np.uint16).reshape(12, 16))
    frame = next(HololensEpisode(hololens).frames())
    assert frame.depth[10:12, 6:8].tolist() == [[83, 83], [83, 83]]


@pytest.mark.parametrize(("step", "stated_mm"), [(1, 4.2), (5, 6.7)])
def test_real_recording(shared_data, depth_error_m, step, stated_mm):
    episode = HololensEpisode(shared_data / "hololens_hall")
    assert len(episode) == 373
    errors = []
    for start in range(0, 360, 30):
        a, b = next(episode.frames(start)), next(episode.frames(start + step))
        errors.append(depth_error_m(a, b))
    assert np.median(errors) < 1.5 * stated_mm / 1000


def test_real_floor_is_level_and_below(shared_data):
    """The lowest large plane of the hall, by RANSAC, faces up within 2 degrees."""
    o3d.utility.random.seed(0)
    points = []
    for start in range(0, 370, 15):
        frame = next(HololensEpisode(shared_data / "hololens_hall").frames(start))
        camera = frame.intrinsics
        v, u = np.mgrid[0 : camera.height : 8, 0 : camera.width : 8].reshape(2, -1)
        z = frame.depth_m()[v, u].astype(float)
        rays = np.stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones(len(u))])
        pose = frame.world_from_camera
        world = pose[:3, :3] @ (rays * z)[:, (z > 0) & (z < 4)] + pose[:3, 3:]
        points.append(world.T[world[2] < pose[2, 3] - 1.0])  # well below the head
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(np.concatenate(points)))
    plane, inliers = cloud.segment_plane(0.03, ransac_n=3, num_iterations=300)
    normal = np.array(plane[:3]) * np.sign(plane[2])
    assert np.degrees(np.arccos(normal[2])) < 2
    assert len(inliers) > 0.3 * len(cloud.points)
    assert -plane[3] * np.sign(plane[2]) < -1.2, "the floor lies below the head of the wearer"
