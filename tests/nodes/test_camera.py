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


def test_files_are_repeatable_devices_and_streams_are_not(video: Path) -> None:
    def repeatable(device: str) -> bool:
        return Camera.is_repeatable(Camera.Params(device=device))

    assert repeatable(str(video))
    assert not repeatable("0")
    assert not repeatable("rtsp://10.0.0.1/live")
    assert not repeatable("/dev/null")


class FakeDevice:
    """A camera whose images fail as ``script`` says: one letter a read, ``x`` fails."""

    script = ""
    opened = released = 0

    def __init__(self, device: int | str) -> None:
        type(self).opened += 1

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def get(self, key: int) -> float:
        return {cv2.CAP_PROP_FRAME_COUNT: -1.0, cv2.CAP_PROP_FPS: 30.0}[key]

    def set(self, key: int, value: float) -> bool:
        assert key != cv2.CAP_PROP_POS_FRAMES
        return True

    def read(self) -> tuple[bool, np.ndarray | None]:
        now, type(self).script = self.script[:1], self.script[1:]
        return (True, np.zeros((48, 64, 3), np.uint8)) if now == "." else (False, None)

    def release(self) -> None:
        type(self).released += 1


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> type[FakeDevice]:
    fresh = type("Fresh", (FakeDevice,), {})
    monkeypatch.setattr(cv2, "VideoCapture", fresh)
    return fresh


@pytest.mark.parametrize("address", ["0", "rtsp://10.0.0.1/live"])
def test_a_hiccup_of_a_live_camera_does_not_end_the_run(
    device: type[FakeDevice], address: str, caplog: pytest.LogCaptureFixture
) -> None:
    device.script = "..x." + "xxxxxx" + ".."
    with NodeDriver(Camera, device=address) as driver:
        steps = driver.node.produce(0)
        waits = [next(steps) for _ in range(12)]
        frames = driver.published["frames"]
        assert [frame.number for frame in frames] == [0, 1, 2, 3, 4]
        assert waits == [0, 0, 0.5, 0, 0.5, 1, 2, 4, 4, 4, 0, 0]
        assert driver.node.counters["reopened"] == 7
        assert (device.opened, device.released) == (8, 7)
    assert caplog.text.count("WARNING") == 7


def test_a_camera_that_stays_silent_is_given_up(device: type[FakeDevice]) -> None:
    device.script = "."
    with (
        NodeDriver(Camera, device="0") as driver,
        pytest.raises(CameraError, match=r"camera '0' gives no images.*10 times"),
    ):
        driver.run()
    assert device.opened == 11
