"""``cogmap replay``: the launch file that it makes of its options."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogmap.bench.episodes import write_tour
from cogmap.launch import replaying, running
from cogmap.launch.replaying import replay_episode, settings_of
from cogmap.runtime.launchfile import Launch
from cogmap.runtime.messages import CogmapError
from cogmap.sim.simulator import SimulatorConfig

OPTIONS = {"for_s": None, "run_dir": None, "report": None, "quiet": True}


def settings(episode: Path, rate: str = "1", map_dir=None, onto=None, detector="auto") -> list[str]:
    return settings_of(episode, rate, map_dir, onto, detector)


@pytest.fixture
def launched(monkeypatch) -> list[Launch]:
    """Launch files that would have been run."""
    launches: list[Launch] = []

    def note(launch: Launch, **options: object) -> int:
        launches.append(launch)
        return 7

    monkeypatch.setattr(running, "run_launch", note)
    return launches


def test_options_become_parameters(launched, episode, tmp_path):
    given = settings(episode, "max", map_dir=tmp_path / "map", onto=tmp_path / "old")
    given.append("reconstruction.surface_chunks=3")
    assert replay_episode(False, given, **OPTIONS) == 7
    (launch,) = launched
    camera, reconstruction, memory = (
        launch.nodes[name].params for name in ("camera", "reconstruction", "memory")
    )
    assert (camera["episode"], camera["rate"]) == (str(episode), 0)
    for node in (reconstruction, memory):
        assert (node["map_dir"], node["onto"]) == (str(tmp_path / "map"), str(tmp_path / "old"))
    assert reconstruction["surface_chunks"] == 3
    assert "viewer" not in launch.nodes


def test_with_a_view(launched, episode):
    replay_episode(True, [*settings(episode, "2"), 'viewer.mode="web"'], **OPTIONS)
    (launch,) = launched
    assert launch.nodes["viewer"].params["mode"] == "web"
    assert launch.nodes["camera"].params["rate"] == 2


def test_path_is_that_of_the_working_directory(episode, monkeypatch):
    """Nodes may run elsewhere."""
    monkeypatch.chdir(episode.parent)
    relative = episode.relative_to(episode.parent)
    assert settings(relative)[0] == f'camera.episode="{episode}"'


def test_episode_that_cannot_be_read_is_said_at_once(tmp_path):
    with pytest.raises(CogmapError, match=r"no such file or folder: .*none\.mcap"):
        settings(tmp_path / "none.mcap")


@pytest.mark.parametrize(
    ("detector", "backend"), [("geometry", "geometry"), ("none", "none"), ("m.onnx", "onnx")]
)
def test_detectors(episode, detector, backend):
    assert f'detector.backend="{backend}"' in settings(episode, detector=detector)


def test_what_a_simulator_recorded_is_detected_by_its_own_instances(tmp_path):
    path = tmp_path / "tour.mcap"
    write_tour(path, SimulatorConfig(seed=2, rooms=2, width=32, height=24, truth=True), 2)
    assert 'detector.backend="simulated"' in settings(path)


def test_no_such_detector(episode):
    with pytest.raises(CogmapError, match=r"--detector 'yolo': give auto, simulated"):
        settings(episode, detector="yolo")


@pytest.mark.parametrize(("text", "rate"), [("max", 0.0), ("1", 1.0), ("0.25", 0.25), ("1e2", 100)])
def test_rates(text, rate):
    assert replaying.parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "0", "-2", "nan", "inf", "fast", "1e9"])
def test_no_rates(text):
    with pytest.raises(CogmapError, match=r"give a factor such as 0\.5 or 2, or max"):
        replaying.parse_rate(text)


@pytest.mark.parametrize("name", ["a b.mcap", 'quo"te.mcap', "back\\slash", "ümläut", "7", "x#y=z"])
def test_any_file_name_can_be_replayed(name):
    """The name goes through a TOML value and comes out as it was."""
    launch = running.load("replay", [replaying._setting("camera", "episode", name)])
    assert launch.nodes["camera"].params["episode"] == name


def test_a_map_is_not_overwritten_unless_told(episode, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(CogmapError, match=r"there is a map in .* already; name a new folder"):
        settings(episode, map_dir=tmp_path)
    assert settings_of(episode, "1", tmp_path, None, "none", force=True)
