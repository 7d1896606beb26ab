"""``cogmap replay``: the launch file that it makes of its options."""

from __future__ import annotations

import pytest

from cogmap.launch import replaying, running
from cogmap.launch.replaying import replay_episode
from cogmap.runtime.launchfile import Launch
from cogmap.runtime.messages import CogmapError

OPTIONS = {"map_dir": None, "for_s": None, "run_dir": None, "report": None, "quiet": True}


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
    options = OPTIONS | {"map_dir": tmp_path / "map"}
    overrides = ["reconstruction.surface_chunks=3"]
    assert replay_episode(episode, "max", view=False, overrides=overrides, **options) == 7
    (launch,) = launched
    camera, reconstruction = (launch.nodes[name].params for name in ("camera", "reconstruction"))
    assert (camera["episode"], camera["rate"]) == (str(episode), 0)
    assert reconstruction["map_dir"] == str(tmp_path / "map")
    assert reconstruction["surface_chunks"] == 3
    assert "viewer" not in launch.nodes


def test_with_a_view(launched, episode):
    replay_episode(episode, "2", view=True, overrides=['viewer.mode="web"'], **OPTIONS)
    (launch,) = launched
    assert launch.nodes["viewer"].params["mode"] == "web"
    assert launch.nodes["camera"].params["rate"] == 2


def test_path_is_that_of_the_working_directory(launched, episode, monkeypatch):
    """Nodes may run elsewhere."""
    monkeypatch.chdir(episode.parent)
    replay_episode(episode.relative_to(episode.parent), "1", view=False, overrides=[], **OPTIONS)
    assert launched[0].nodes["camera"].params["episode"] == str(episode)


def test_episode_that_cannot_be_read_starts_nothing(launched, tmp_path):
    with pytest.raises(CogmapError, match=r"no such file or folder: .*none\.mcap"):
        replay_episode(tmp_path / "none.mcap", "1", view=False, overrides=[], **OPTIONS)
    assert not launched


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
