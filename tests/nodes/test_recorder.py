"""The recorder node, driven with plain calls."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from cogmap.nodes.recorder import Recorder
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Frame, Intrinsics, LogRecord, Twist
from cogmap.runtime.node import ParamError
from cogmap.runtime.playback import Recording
from cogmap.runtime.recording import RecordingError


def frame(number: int) -> Frame:
    camera = Intrinsics(width=8, height=6, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
    color = np.random.default_rng(number).integers(0, 256, (6, 8, 3), np.uint8)
    return Frame(stamp_ns=1000 * number, number=number, intrinsics=camera, color=color)


def test_every_stream_is_in_the_file(tmp_path):
    with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap", jpeg_quality=0) as recorder:
        for number in range(3):
            recorder.send("camera/frames", frame(number))
            recorder.send("agent/commands", Twist(stamp_ns=0, linear_mps=number, angular_rps=0))
        assert recorder.node.counters["recorded"] == 6
    with closing(Recording(tmp_path / "r.mcap")) as recording:
        read = list(recording.read())
    assert [item.stream for item in read] == ["camera/frames", "agent/commands"] * 3
    for number in range(3):
        np.testing.assert_array_equal(read[2 * number].message.color, frame(number).color)


def test_wall_clock_does_not_become_the_time_of_the_file(tmp_path):
    with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap") as recorder:
        recorder.send("camera/frames", frame(4))
        line = LogRecord(stamp_ns=10**18, node="n", level="INFO", text="t")
        recorder.send("run/log", line)
    with closing(Recording(tmp_path / "r.mcap")) as recording:
        assert [entry.log_time_ns for entry in recording.entries] == [4000, 4000]


def test_what_was_flushed_survives_a_kill(tmp_path):
    recorder = NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap", flush_s=0)
    for number in range(4):
        recorder.send("camera/frames", frame(number))
    with closing(Recording(tmp_path / "r.mcap")) as recording:
        assert len(recording.entries) == 4
    recorder.close()


def test_full_disk_is_survived_and_what_was_lost_is_counted(tmp_path):
    """While the disk takes nothing the node goes on; then in the next part."""
    full = tmp_path / "r.mcap"
    full.symlink_to("/dev/full")
    with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap", flush_s=0, retry_s=0) as recorder:
        for number in range(5):
            recorder.send("camera/frames", frame(number))
        (trouble,) = recorder.node.troubles.all()
        assert trouble.name == "not recorded" and "No space left" in trouble.text
        assert "make room" in trouble.text
        full.unlink()
        for number in range(5, 10):
            recorder.send("camera/frames", frame(number))
        assert recorder.node.troubles.all()[0].over
        lost = recorder.node.counters["unrecorded"]
    with closing(Recording(full)) as recording:
        numbers = [item.message.number for item in recording.read()]
    assert numbers == [5, 6, 7, 8, 9]
    assert lost == 5


def test_folder_that_goes_is_survived(tmp_path):
    """A disk that is gone, as one that can only be read: files cannot be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with NodeDriver(Recorder, path=str(folder / "r.mcap"), flush_s=0, retry_s=0) as recorder:
        recorder.send("camera/frames", frame(0))
        recorder.node._writer.close()
        recorder.node._writer = None
        (folder / "r.mcap").unlink()
        folder.rmdir()
        recorder.send("camera/frames", frame(1))
        assert "cannot write recording" in recorder.node.troubles.all()[0].text
        folder.mkdir()
        recorder.send("camera/frames", frame(2))
    with closing(Recording(folder / "r.mcap")) as recording:
        assert [item.message.number for item in recording.read()] == [2]


def test_path_outside_of_a_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with NodeDriver(Recorder, path="here.mcap") as recorder:
        recorder.send("camera/frames", frame(0))
    assert Path("here.mcap").stat().st_size > 0


def test_folder_that_is_not_there(tmp_path):
    with pytest.raises(RecordingError, match="nowhere"):
        NodeDriver(Recorder, path=str(tmp_path / "nowhere" / "r.mcap"))


@pytest.mark.parametrize("quality", [-1, 101])
def test_quality_out_of_range(quality):
    with pytest.raises(ParamError, match=r"jpeg_quality must be in 0\.\.100"):
        NodeDriver(Recorder, jpeg_quality=quality)


def test_closing_a_recorder_that_never_opened(tmp_path):
    Recorder("recorder", Recorder.Params(), None).close()


def test_started_again_it_goes_on_in_the_next_part(tmp_path, caplog):
    """A killed recorder does not take with it what it has written."""
    for number in range(3):
        with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap") as recorder:
            recorder.send("camera/frames", frame(number))
    for number, name in enumerate(["r.mcap", "r.2.mcap", "r.3.mcap"]):
        with closing(Recording(tmp_path / name)) as recording:
            assert [item.message.number for item in recording.read()] == [number]
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [text.split()[-1] for text in warnings] == ["r.2.mcap", "r.3.mcap"]
