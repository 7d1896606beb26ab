"""``cogmap record`` and ``cogmap convert``: wiring of the recorder, files, options."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from cogmap.launch import recording, running
from cogmap.launch.cli import app
from cogmap.nodes.episodes import open_episode
from cogmap.runtime.launchfile import Launch
from cogmap.runtime.messages import (
    CogmapError,
    End,
    Frame,
    Instances,
    Intrinsics,
    Message,
    WorldEvent,
)
from cogmap.runtime.playback import Recording
from cogmap.runtime.readers import ReaderCounts
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.wire import Envelope


@pytest.fixture
def demo() -> Launch:
    return running.load("demo", [])


def test_every_stream_is_recorded_without_loss(demo, tmp_path):
    launch = recording.with_recorder(demo, tmp_path / "out.mcap", 90, headless=False)
    inputs = launch.nodes["recorder"].inputs
    policies = {wire.stream: wire.policy for wire in inputs.values()}
    assert set(policies) == {*demo.streams(), "run/status", "run/log"}
    assert {policies[stream] for stream in demo.streams()} == {"lossless"}
    assert policies["run/status"] == "latest"
    params = launch.nodes["recorder"].params
    assert params == {"path": str(tmp_path / "out.mcap"), "jpeg_quality": 90}


def test_the_rest_of_the_launch_file_stays(demo, tmp_path):
    launch = recording.with_recorder(demo, tmp_path / "out.mcap", 90, headless=False)
    before, after = demo.dump(), launch.dump()
    after["node"].pop("recorder")
    assert after == before


def test_where_a_replay_is_by_the_wall_clock_is_not_waited_for(tmp_path):
    launch = recording.with_recorder(running.load("replay", []), tmp_path / "o.mcap", 95, False)
    policies = {w.stream: w.policy for w in launch.nodes["recorder"].inputs.values()}
    assert policies["camera/playback"] == "latest"
    assert policies["camera/frames"] == "lossless"


def test_a_recorder_that_is_there_already(demo, tmp_path):
    launch = recording.with_recorder(demo, tmp_path / "out.mcap", 90, headless=False)
    with pytest.raises(CogmapError, match="already has a node 'recorder'; run it with cogmap up"):
        recording.with_recorder(launch, tmp_path / "out.mcap", 90, headless=False)


def test_no_window_where_none_is_wanted(demo, tmp_path):
    launch = recording.with_recorder(demo, tmp_path / "out.mcap", 90, headless=True)
    assert launch.nodes["viewer"].params["mode"] == "web"


def test_a_live_source_is_not_held_up(tmp_path):
    """What it has said it cannot say again, so the recorder takes what comes."""
    launch = recording.with_recorder(running.load("camera", []), tmp_path / "o.mcap", 95, False)
    policies = {w.stream: w.policy for w in launch.nodes["recorder"].inputs.values()}
    assert "camera/frames" in policies
    assert set(policies.values()) == {"latest"}


def test_converting_a_recording_keeps_what_the_source_said_beside(tmp_path):
    source, out = tmp_path / "[red]a[blue].mcap", tmp_path / "[bold]out[red].mcap"
    write_recording(source)
    console = Console(file=StringIO(), width=300)
    recording.convert_episode(source, out, 95, console)
    with closing(Recording(out)) as converted:
        found = [(item.stream, item.seq, item.message.stamp_ns) for item in converted.read()]
    frames = [((f"camera/{kind}", n, n)) for n in range(3) for kind in ("frames", "instances")]
    assert found == [*frames, ("camera/events", 0, 2)]
    assert "3 frames of MCAP in" in console.file.getvalue()
    assert "[bold]out[red].mcap" in console.file.getvalue()


@pytest.mark.parametrize("command", [["convert", "e.mcap"], ["record", "l.toml"]])
def test_existing_file_is_overwritten_only_if_asked_for(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    write_recording(Path("e.mcap"))
    Path("l.toml").write_text(
        '[node.camera]\nuses = "cogmap.nodes.replay:Replay"\nparams = { episode = "e.mcap" }\n'
    )
    Path("out.mcap").write_bytes(b"the only copy")
    result = cogmap(*command, "out.mcap")
    assert result.exit_code == 2
    assert "out.mcap exists already; name another file, or overwrite it" in words(result)
    assert Path("out.mcap").read_bytes() == b"the only copy"
    result = cogmap(*command, "out.mcap", "--force")
    assert result.exit_code == 0, words(result)
    with closing(Recording(Path("out.mcap"))) as written:
        assert sum(entry.type == "Frame" for entry in written.entries) == 3
    assert not Path("out.2.mcap").exists()


@pytest.mark.parametrize(
    "option", [["--set", "a.b=1"], ["--headless"], ["--run-dir", "r"], ["--report", "r.json"]]
)
def test_options_of_a_start_are_refused_for_a_live_run(tmp_path, option):
    result = cogmap("record", str(tmp_path), "out.mcap", *option)
    assert result.exit_code == 2
    assert f"{option[0]}: a run that is going on cannot be started otherwise" in words(result)


def test_a_part_of_what_is_converted_is_not_overwritten(tmp_path):
    for name in ("a.mcap", "a.2.mcap"):
        write_recording(tmp_path / name, run="one")
    before = (tmp_path / "a.2.mcap").read_bytes()
    with pytest.raises(CogmapError, match="cannot be converted into itself"):
        recording.convert_episode(
            tmp_path / "a.mcap", tmp_path / "a.2.mcap", 95, Console(file=StringIO()), force=True
        )
    assert (tmp_path / "a.2.mcap").read_bytes() == before


class LiveStream:
    """Stands for the reader of a stream: what it gives is a message, or something to do first."""

    def __init__(self, script: Iterable[Message | Callable[[], None] | None]) -> None:
        self.counts = ReaderCounts(lost=3, malformed=2)
        self._script, self._seq = iter(script), 0

    def receive(self) -> Envelope | None:
        step = next(self._script, None)
        while callable(step):
            step()
            step = next(self._script, None)
        if step is None:
            return None
        self._seq += 1
        return Envelope(step, "camera/frames", self._seq, 0)

    def close(self) -> None:
        pass


@pytest.fixture
def record_live(tmp_path, monkeypatch):
    """Records a stream of that script into ``out.mcap``; returns the exit code and what is said."""

    def record(*script: Message | Callable[[], None] | None) -> tuple[int, str]:
        end = End(stamp_ns=0)
        monkeypatch.setattr(
            recording, "_streams_of", lambda run_dir: {"camera/frames": SimpleNamespace(latest="")}
        )
        monkeypatch.setattr(recording, "client_keys", lambda run_dir: None)
        monkeypatch.setattr(recording, "goes_on", lambda run_dir: True)
        monkeypatch.setattr(recording, "LatestReader", lambda *_, **__: LiveStream([*script, end]))
        console = Console(file=StringIO(), width=300)
        code = recording.record_live(tmp_path, tmp_path / "out.mcap", 0, None, console)
        return code, console.file.getvalue()

    return record


def picture(number: int) -> Frame:
    camera = Intrinsics(width=8, height=6, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
    depth = np.ones((6, 8), np.uint16)
    return Frame(stamp_ns=1000 * number, number=number, intrinsics=camera, depth=depth)


def frames_in(path: Path) -> list[int]:
    return [frame.number for frame in open_episode(path).frames()]


def test_what_became_of_a_live_run_is_told(tmp_path, record_live):
    code, told = record_live(picture(0), picture(1))
    assert code == 0
    assert told == f"2 messages in {tmp_path}/out.mcap, 0 skipped, 3 lost, 2 malformed\n"


def test_what_a_live_stream_has_said_before_a_silence_is_in_the_file(tmp_path, record_live):
    """A second later, so that a kill does not take it."""
    found: list[list[int]] = []
    silence = [lambda: time.sleep(0.6), None] * 2
    look = lambda: found.append(frames_in(tmp_path / "out.mcap"))  # noqa: E731
    record_live(picture(0), picture(1), *silence, None, look)
    assert found == [[0, 1]]


def test_a_full_disk_ends_no_recording_of_a_live_run(tmp_path, record_live, full_after):
    """It goes on in the next part, and says what is missing."""
    with ExitStack() as disk:
        full = lambda: disk.enter_context(full_after(10))  # noqa: E731
        code, told = record_live(
            picture(0), full, picture(1), lambda: time.sleep(1.1), picture(2), picture(3),
            disk.close, lambda: time.sleep(2.1), picture(4),
        )  # fmt: skip
    assert code == 1
    assert told.count("not recorded: cannot write recording") == 1
    assert "2 messages in" in told and "out.2.mcap" in told and "3 not recorded" in told
    assert frames_in(tmp_path / "out.mcap") == [0, 4]


def test_a_live_run_is_not_joined_where_nothing_can_be_written(tmp_path, record_live):
    (tmp_path / "out.mcap").mkdir()
    with pytest.raises(CogmapError, match="cannot write recording"):
        record_live(picture(0))


def cogmap(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "300", "NO_COLOR": "1"}).invoke(app, list(arguments))


def words(result: Result) -> str:
    """All that was printed, in one line."""
    return re.sub(r"\s+", " ", result.output)


def write_recording(path: Path, run: str = "") -> None:
    """Three frames, with masks, and an event at the end."""
    camera = Intrinsics(width=8, height=6, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
    ids, depth = np.ones((6, 8), np.uint16), np.ones((6, 8), np.uint16)
    with RecordingWriter(path, run=run) as writer:
        for n in range(3):
            frame = Frame(stamp_ns=n, number=n, intrinsics=camera, depth=depth)
            writer.write(Envelope(frame, "sim/pictures", n, 0))
            masks = Instances(stamp_ns=n, number=n, ids=ids)
            writer.write(Envelope(masks, "sim/masks", n, 0))
        event = WorldEvent(stamp_ns=2, kind="removed", object_id=5, label="cup")
        writer.write(Envelope(event, "house", 0, 0))
