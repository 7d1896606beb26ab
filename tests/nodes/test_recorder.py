"""The recorder node, driven with plain calls."""

from __future__ import annotations

import shutil
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from mcap.reader import make_reader

from cogmap.nodes.recorder import Recorder
from cogmap.runtime import parts_writer
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
        recorder.end()
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


def numbers_in(path: Path) -> list[int]:
    with closing(Recording(path)) as recording:
        return [item.message.number for item in recording.read()]


def test_full_disk_is_survived_and_what_was_lost_is_counted(tmp_path, full_after):
    """While the disk takes nothing the node goes on; then in the next part."""
    with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap", retry_s=0) as recorder:
        counters, troubles = recorder.node.counters, recorder.node.troubles
        for number in range(20):
            recorder.send("camera/frames", frame(number))
        recorder.node.on_end()  # flushes
        assert recorder.node.state() is not None
        for number in range(20, 30):
            recorder.send("camera/frames", frame(number))
        with full_after(10):
            recorder.node.on_end()
            assert recorder.node.state() is None, "the ten are not in the file"
            assert (counters["recorded"], counters["unrecorded"]) == (20, 10)
            for number in range(30, 50):
                recorder.send("camera/frames", frame(number))
            assert recorder.node.state() is None, "what comes now is lost"
        assert (counters["recorded"], counters["unrecorded"]) == (20, 30)
        (trouble,) = troubles.all()
        assert trouble.name == "not recorded" and "File too large" in trouble.text
        assert "make room" in trouble.text
        for number in range(50, 60):
            recorder.send("camera/frames", frame(number))
        assert troubles.all()[0].over
        recorder.end()
        assert (counters["recorded"], counters["unrecorded"]) == (30, 30)
    assert {path.name for path in tmp_path.glob("*.mcap")} == {"r.mcap", "r.2.mcap"}
    assert numbers_in(tmp_path / "r.mcap") == list(range(20))
    assert numbers_in(tmp_path / "r.2.mcap") == list(range(50, 60))


def test_disk_that_is_full_at_the_end(tmp_path, full_after):
    with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap") as recorder:
        for number in range(3):
            recorder.send("camera/frames", frame(number))
        with full_after(10):
            recorder.end()
            recorder.close()
        counters = recorder.node.counters
        assert (counters["recorded"], counters["unrecorded"]) == (1, 2)
    assert numbers_in(tmp_path / "r.mcap") == [0]


def test_index_that_does_not_fit_is_not_needed(tmp_path, full_after, caplog):
    with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap") as recorder:
        recorder.send("camera/frames", frame(0))
        recorder.end()
        with full_after(10):
            recorder.close()
    assert "without its index" in caplog.text
    assert numbers_in(tmp_path / "r.mcap") == [0]


def test_folder_that_goes_is_survived(tmp_path, full_after):
    """A disk that is gone, as one that can only be read: files cannot be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with NodeDriver(Recorder, path=str(folder / "r.mcap"), flush_s=0, retry_s=0) as recorder:
        recorder.send("camera/frames", frame(0))
        with full_after(10):
            recorder.send("camera/frames", frame(1))
        shutil.rmtree(folder)
        recorder.send("camera/frames", frame(2))
        assert "cannot write recording" in recorder.node.troubles.all()[0].text
        folder.mkdir()
        recorder.send("camera/frames", frame(3))
    assert numbers_in(folder / "r.mcap") == [3]


def test_path_outside_of_a_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with NodeDriver(Recorder, path="here.mcap") as recorder:
        recorder.send("camera/frames", frame(0))
    assert Path("here.mcap").stat().st_size > 0


def test_folder_that_is_not_there_is_found_out_before_the_run(tmp_path):
    """And not by a process that is started again while the disk is gone: the run goes on."""
    path = tmp_path / "disk" / "r.mcap"
    with pytest.raises(RecordingError, match=rf"{path}.*choose a folder"):
        Recorder.check(Recorder.Params(path=str(path)))
    with NodeDriver(Recorder, path=str(path), retry_s=0) as recorder:
        assert recorder.node.troubles.all()[0].name == "not recorded"
        recorder.send("camera/frames", frame(0))
        path.parent.mkdir()
        Recorder.check(Recorder.Params(path=str(path)))
        recorder.send("camera/frames", frame(1))
        assert recorder.node.troubles.all()[0].over
    assert numbers_in(path) == [1]
    Recorder.check(Recorder.Params(path="r.mcap"))


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


def test_being_asked_for_its_state_ends_no_chunk(tmp_path):
    """Of a live run it is asked after every message; the index of chunks is in memory."""
    with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap", flush_s=1000) as recorder:
        recorder.send("camera/frames", frame(0))
        assert recorder.node.state() is not None
        for number in range(1, 50):
            recorder.send("camera/frames", frame(number))
            assert recorder.node.state() is None, "what is not in the file is not called recorded"
        assert recorder.node.counters["recorded"] == 1
        recorder.node.cut_short = True
        assert recorder.node.state() is not None, "the run may be resumed from here"
        assert recorder.node.counters["recorded"] == 50
    with (tmp_path / "r.mcap").open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary.statistics.message_count == 50 and len(summary.chunk_indexes) == 2


def test_the_last_message_before_a_silence_is_flushed(tmp_path):
    with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap", flush_s=0.05) as recorder:
        recorder.send("camera/frames", frame(0))
        recorder.send("camera/frames", frame(1))
        time.sleep(0.1)
        recorder.node.on_tick()
        assert recorder.node.counters["recorded"] == 2 and recorder.node.state() is not None
        assert numbers_in(tmp_path / "r.mcap") == [0, 1]


def test_a_part_with_many_chunks_is_closed_and_the_next_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(parts_writer, "_MOST_CHUNKS", 3)
    with NodeDriver(Recorder, run_dir=tmp_path, path="r.mcap", flush_s=0) as recorder:
        for number in range(7):
            recorder.send("camera/frames", frame(number))
    parts = [numbers_in(tmp_path / f"r{part}.mcap") for part in ("", ".2", ".3")]
    assert parts == [[0, 1, 2], [3, 4, 5], [6]]
