"""``cogmap record`` and ``cogmap convert``: wiring of the recorder, files, options."""

from __future__ import annotations

import re
from contextlib import closing
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from cogmap.launch import recording, running
from cogmap.launch.cli import app
from cogmap.runtime.launchfile import Launch
from cogmap.runtime.messages import CogmapError, Frame, Instances, Intrinsics, WorldEvent
from cogmap.runtime.playback import Recording
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


def cogmap(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "300", "NO_COLOR": "1"}).invoke(app, list(arguments))


def words(result: Result) -> str:
    """All that was printed, in one line."""
    return re.sub(r"\s+", " ", result.output)


def write_recording(path: Path) -> None:
    """Three frames, with masks, and an event at the end."""
    camera = Intrinsics(width=8, height=6, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
    ids, depth = np.ones((6, 8), np.uint16), np.ones((6, 8), np.uint16)
    with RecordingWriter(path) as writer:
        for n in range(3):
            frame = Frame(stamp_ns=n, number=n, intrinsics=camera, depth=depth)
            writer.write(Envelope(frame, "sim/pictures", n, 0))
            masks = Instances(stamp_ns=n, number=n, ids=ids)
            writer.write(Envelope(masks, "sim/masks", n, 0))
        event = WorldEvent(stamp_ns=2, kind="removed", object_id=5, label="cup")
        writer.write(Envelope(event, "house", 0, 0))
