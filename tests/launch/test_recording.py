"""What ``cogmap record`` adds to a launch file."""

from __future__ import annotations

import pytest

from cogmap.launch import recording, running
from cogmap.runtime.launchfile import Launch
from cogmap.runtime.messages import CogmapError


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
