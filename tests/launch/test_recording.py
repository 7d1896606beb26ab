"""What ``cogmap record`` adds to a launch file."""

from __future__ import annotations

from contextlib import closing
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from cogmap.launch import recording, running
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
    camera = Intrinsics(width=8, height=6, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
    ids, depth = np.ones((6, 8), np.uint16), np.ones((6, 8), np.uint16)
    source, out = tmp_path / "[red]a[blue].mcap", tmp_path / "[bold]out[red].mcap"
    with RecordingWriter(source) as writer:
        for n in range(3):
            frame = Frame(stamp_ns=n, number=n, intrinsics=camera, depth=depth)
            writer.write(Envelope(frame, "sim/pictures", n, 0))
            masks = Instances(stamp_ns=n, number=n, ids=ids)
            writer.write(Envelope(masks, "sim/masks", n, 0))
        event = WorldEvent(stamp_ns=2, kind="removed", object_id=5, label="cup")
        writer.write(Envelope(event, "house", 0, 0))
    console = Console(file=StringIO(), width=300)
    recording.convert_episode(source, out, 95, console)
    with closing(Recording(out)) as converted:
        found = [(item.stream, item.seq, item.message.stamp_ns) for item in converted.read()]
    frames = [((f"camera/{kind}", n, n)) for n in range(3) for kind in ("frames", "instances")]
    assert found == [*frames, ("camera/events", 0, 2)]
    assert "3 frames of MCAP in" in console.file.getvalue()
    assert "[bold]out[red].mcap" in console.file.getvalue()
