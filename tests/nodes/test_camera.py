from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cogmap.nodes.camera import Camera, CameraError
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Frame


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Five frames, each of one colour: RGB (40 * number, 0, 200)."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48))
    for number in range(5):
        writer.write(np.full((48, 64, 3), (200, 0, 40 * number), np.uint8))
    writer.release()
    return path


def test_a_video_is_streamed_in_rgb_with_its_own_clock(video: Path) -> None:
    with NodeDriver(Camera, device=str(video), fx=50.0) as driver:
        driver.run()
        frames = driver.published["frames"]
    assert [frame.stamp_ns for frame in frames] == [0, 100_000_000, 200_000_000, 300_000_000, 4e8]
    for number, frame in enumerate(frames):
        assert isinstance(frame, Frame) and frame.color is not None
        assert frame.number == number
        assert frame.depth is None and frame.world_from_camera is None
        np.testing.assert_allclose(frame.color.mean((0, 1)), (40 * number, 0, 200), atol=6)


def test_calibration_is_passed_on_and_defaults_to_the_image_centre(video: Path) -> None:
    with NodeDriver(Camera, device=str(video), fx=50.0, cy=20.0) as driver:
        driver.run(steps=1)
        frame = driver.published["frames"][0]
    assert isinstance(frame, Frame)
    camera = frame.intrinsics
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (50.0, 50.0, 31.5, 20.0)


def test_a_video_goes_on_from_the_step_asked_for(video: Path) -> None:
    with NodeDriver(Camera, device=str(video)) as driver:
        driver.run(start=3)
        assert [frame.number for frame in driver.published["frames"]] == [3, 4]


def test_a_camera_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match=r"nothing\.avi.*camera\.device"):
        NodeDriver(Camera, device=str(tmp_path / "nothing.avi"))
