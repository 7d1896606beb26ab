from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cogmap.bench.trajectory_error import trajectory_error
from cogmap.memory.dense.tracking import Tracked, Tracker, TrackerConfig
from cogmap.memory.geometry.camera import rectify
from cogmap.nodes.episodes import open_episode
from cogmap.runtime.messages import Intrinsics

CAMERA = Intrinsics(width=320, height=240, fx=260, fy=260, cx=159.5, cy=119.5)
HALF_ROOM = np.array([2.5, 1.5, 2.0])
"""Half sizes of a room, metres, y down."""
PERIOD_NS = 100_000_000


def wallpaper(seed: int) -> np.ndarray:
    """Six walls, (6, 512, 512) grey."""
    noise = np.random.default_rng(seed).integers(20, 235, (6, 128, 128), dtype=np.uint8)
    return np.stack([cv2.resize(n, (512, 512), interpolation=cv2.INTER_CUBIC) for n in noise])


ROOM, OTHER_ROOM = wallpaper(0), wallpaper(1)


def look(world_from_camera: np.ndarray, walls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colour and depth of a room seen from inside, exactly."""
    v, u = np.mgrid[0 : CAMERA.height, 0 : CAMERA.width].astype(np.float64)
    ray = np.stack([(u - CAMERA.cx) / CAMERA.fx, (v - CAMERA.cy) / CAMERA.fy, np.ones_like(u)], 2)
    ray = ray @ world_from_camera[:3, :3].T
    position = world_from_camera[:3, 3]
    reach = (np.sign(ray) * HALF_ROOM - position) / np.where(ray == 0, 1e-12, ray)
    axis = reach.argmin(axis=2)
    depth = np.take_along_axis(reach, axis[:, :, None], 2)[:, :, 0]
    hit = (position + ray * depth[:, :, None]) / HALF_ROOM * 0.5 + 0.5
    gray = np.zeros(u.shape, np.uint8)
    for wall in range(6):
        along = [k for k in range(3) if k != wall // 2]
        here = (axis == wall // 2) & (
            (np.take_along_axis(ray, axis[..., None], 2)[..., 0] > 0) == wall % 2
        )
        x, y = (hit[:, :, k].astype(np.float32) * 511 for k in along)
        gray[here] = cv2.remap(walls[wall], x, y, cv2.INTER_LINEAR)[here]
    return np.repeat(gray[:, :, None], 3, axis=2), depth.astype(np.float32)


def turn(yaw_deg: float, x: float = 0.0) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("yx", [yaw_deg, 5 * np.sin(yaw_deg / 20)], True).as_matrix()
    pose[0, 3] = x
    return pose


def track(
    tracker: Tracker, poses: Sequence[np.ndarray], walls: np.ndarray = ROOM, start: int = 0
) -> list[Tracked]:
    return [
        tracker.track(start + i, (start + i) * PERIOD_NS, CAMERA, *look(pose, walls))
        for i, pose in enumerate(poses)
    ]


def off(tracked: Tracked, true: np.ndarray, first: np.ndarray) -> tuple[float, float]:
    """Error in metres and degrees of a pose whose world is the first camera."""
    assert tracked.world_from_camera is not None
    error = np.linalg.inv(np.linalg.inv(first) @ true) @ tracked.world_from_camera
    angle = Rotation.from_matrix(error[:3, :3]).magnitude()
    return float(np.linalg.norm(error[:3, 3])), float(np.degrees(angle))


def test_a_turning_camera_is_tracked_and_comes_home_without_drift():
    poses = [turn(yaw, 0.01 * i) for i, yaw in enumerate([*range(0, 60, 5), *range(60, -5, -5)])]
    tracker = Tracker()
    tracked = track(tracker, poses)
    assert all(t.state == "tracking" for t in tracked)
    assert len(tracker.keyframes) <= len(poses) / 3
    errors = np.array([off(t, pose, poses[0]) for t, pose in zip(tracked, poses, strict=True)])
    assert errors[:, 0].max() < 0.03
    assert errors[:, 1].max() < 0.5
    assert errors[-1, 1] < 0.25


def test_poses_hang_on_keyframes():
    tracked = track(Tracker(), [turn(yaw) for yaw in range(0, 60, 6)])
    by_number = {number: t.world_from_camera for number, t in enumerate(tracked)}
    assert len({t.keyframe for t in tracked}) > 1
    for t in tracked:
        assert t.keyframe_from_camera is not None
        np.testing.assert_allclose(
            by_number[t.keyframe] @ t.keyframe_from_camera, t.world_from_camera, atol=1e-9
        )


def test_the_first_frame_is_where_it_is_said_to_be():
    first = np.eye(4)
    first[:3, 3] = [3, 2, 1]
    tracked = track(Tracker(world_from_first=first), [turn(0), turn(4)])
    assert tracked[0].world_from_camera is not None and tracked[1].world_from_camera is not None
    np.testing.assert_array_equal(tracked[0].world_from_camera, first)
    np.testing.assert_allclose(tracked[1].world_from_camera[:3, 3], [3, 2, 1], atol=0.02)


def test_blank_frames_are_lost_and_a_known_view_is_recognised():
    tracker = Tracker()
    poses = [turn(yaw) for yaw in range(0, 100, 10)]
    track(tracker, poses)
    black = np.zeros((240, 320, 3), np.uint8), np.zeros((240, 320), np.float32)
    for number in range(10, 14):
        lost = tracker.track(number, number * PERIOD_NS, CAMERA, *black)
        assert lost == Tracked("lost")
        assert lost.world_from_camera is None and lost.keyframe == -1
    found = track(tracker, [turn(3)], start=16)[0]  # nothing of where it was lost is in view
    metres, degrees = off(found, turn(3), poses[0])
    assert metres < 0.03 and degrees < 0.5


def test_another_place_is_lost_not_somewhere():
    tracker = Tracker()
    track(tracker, [turn(yaw) for yaw in range(0, 30, 5)])
    elsewhere = track(tracker, [turn(yaw) for yaw in range(30, 80, 5)], OTHER_ROOM, start=6)
    assert {t.state for t in elsewhere} == {"lost"}


def test_a_leap_is_not_believed():
    """A known view, but nobody gets there in a tenth of a second."""
    tracker = Tracker(TrackerConfig(max_turn_rps=2.0))
    track(tracker, [turn(yaw) for yaw in range(0, 65, 5)])
    assert track(tracker, [turn(0)], start=13)[0].state == "lost"
    assert track(tracker, [turn(0)], start=40)[0].state == "tracking"


def test_a_wrong_depth_scale_is_not_believed():
    tracker = Tracker()
    track(tracker, [turn(0), turn(4)])
    color, depth = look(turn(8), ROOM)
    assert tracker.track(2, 2 * PERIOD_NS, CAMERA, color, depth * 3).state == "lost"


def test_a_pose_that_looks_through_walls_is_not_believed():
    """The features left say one thing, most of the surface another."""
    tracker = Tracker()
    track(tracker, [turn(0), turn(4)])
    color, depth = look(turn(8), ROOM)
    color[100:], depth[100:] = 0, depth[100:] * 2
    assert tracker.track(2, 2 * PERIOD_NS, CAMERA, color, depth).state == "lost"
    depth[100:] = 0  # nothing measured there contradicts nothing
    assert tracker.track(3, 3 * PERIOD_NS, CAMERA, color, depth).state == "tracking"


def test_nothing_to_see_at_the_start_waits_for_something():
    tracker = Tracker()
    assert track(tracker, [turn(0)], np.full_like(ROOM, 128))[0].state == "lost"
    assert track(tracker, [turn(0)], start=1)[0].keyframe == 1


def test_keyframes_are_bounded():
    tracker = Tracker(TrackerConfig(max_keyframes=4))
    tracked = track(tracker, [turn(yaw) for yaw in range(0, 360, 10)])
    assert len(tracker.keyframes) == 4
    assert all(t.state == "tracking" for t in tracked)


def test_distortion_is_refused():
    lens = (0.1, 0.0, 0.0, 0.0)
    camera = Intrinsics(width=320, height=240, fx=260, fy=260, cx=160, cy=120, distortion=lens)
    with pytest.raises(ValueError, match="rectify"):
        Tracker().track(0, 0, camera, *look(turn(0), ROOM))


def test_the_same_frames_give_the_same_bytes_whatever_the_threads():
    poses = [turn(yaw) for yaw in range(0, 40, 5)]

    def run() -> bytes:
        tracked = track(Tracker(), poses)
        return b"".join(t.world_from_camera.tobytes() for t in tracked)  # type: ignore[union-attr]

    several = run()
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        assert run() == several
    finally:
        cv2.setNumThreads(threads)
    assert run() == several


@pytest.mark.parametrize("stop_after", [0, 1, 7])
def test_a_tracker_put_away_goes_on_as_if_it_had_not_been(stop_after):
    poses = [turn(yaw) for yaw in [*range(0, 40, 5), -60, 35]]  # -60 is lost
    whole = track(Tracker(), poses)
    tracker = Tracker()
    track(tracker, poses[:stop_after])
    again = Tracker.from_state({k: a.copy() for k, a in tracker.state().items()})
    for one, other in zip(
        whole[stop_after:], track(again, poses[stop_after:], start=stop_after), strict=True
    ):
        assert (one.state, one.keyframe) == (other.state, other.keyframe)
        np.testing.assert_array_equal(one.world_from_camera, other.world_from_camera)
    assert "lost" in {t.state for t in whole}


def test_a_blurred_turn_of_a_real_camera(shared_data: Path):
    """The first 30 frames of TUM freiburg1_rpy: 6 degrees from frame to frame."""
    tracker, tracked, true = Tracker(), [], []
    for frame in islice(open_episode(shared_data / "tum_fr1_rpy").frames(), 30):
        frame = rectify(frame)
        assert frame.color is not None and frame.world_from_camera is not None
        tracked.append(
            tracker.track(
                frame.number, frame.stamp_ns, frame.intrinsics, frame.color, frame.depth_m()
            )
        )
        true.append(frame.world_from_camera)
    poses = [t.world_from_camera for t in tracked if t.world_from_camera is not None]
    assert len(poses) == 30
    error = trajectory_error(np.array(poses), np.array(true))
    assert np.degrees(np.median(error.step_rotation_rad)) < 0.8
    assert np.degrees(np.median(error.orientation_rad)) < 3
    assert error.ate_rmse_m < 0.06
