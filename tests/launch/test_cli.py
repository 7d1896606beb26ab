"""The command line: what is wrong with an argument is said, and the exit code is 2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cogmap.launch.cli import app


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def cogmap(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "300", "NO_COLOR": "1"}).invoke(app, list(arguments))


def words(result: Result) -> str:
    """All that was printed, in one line."""
    return re.sub(r"\s+", " ", result.output)


COMMANDS = (
    "up",
    "replay",
    "record",
    "convert",
    "info",
    "view",
    "export",
    "objects",
    "history",
    "look-for",
    "search",
    "edit",
    "doctor",
    "bench",
)


def test_help_names_all_commands():
    result = cogmap("--help")
    assert result.exit_code == 0
    for command in COMMANDS:
        assert command in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    result = cogmap(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["up"], "name a launch file, such as demo"),
        (["up", "zzz"], "no launch file 'zzz'; built in are: camera, demo, episode"),
        (["up", "no.toml"], "no launch file 'no.toml'"),
        (["up", "demo", "--for", "soon"], "Invalid value for '--for'"),
        (["up", "demo", "--set", "simulator"], "--set 'simulator': write node.parameter=value"),
        (["up", "demo", "--set", "simulater.seed=1"], "did you mean 'simulator'?"),
        (["up", "demo", "--set", "simulator.sed=1"], "did you mean 'seed'?"),
        (["up", "demo", "--sett", "x"], "No such option"),
        (["replay", "none.mcap"], "no such file or folder: none.mcap"),
        (["convert", "none", "out.mcap"], "no such file or folder: none"),
        (["convert", "none"], "Missing argument"),
        (["record", "nothing", "out.mcap"], "no launch file 'nothing'"),
        (["record", ".", "out.mcap"], "is not the directory of a run"),
        (["info", "none"], "none"),
        (["view", "none"], "none"),
        (["history", "none"], "no such map: none"),
        (["look-for", "none"], "Missing argument 'LABEL...'"),
        (["look-for", "none", "cup"], "none is not the directory of a run"),
        (["bench", "none"], "none"),
        (["fly"], "No such command 'fly'"),
    ],
)
def test_bad_arguments(arguments, text, elsewhere):
    result = cogmap(*arguments)
    assert result.exit_code == 2, result.output
    assert text in words(result)
    assert not isinstance(result.exception, KeyError | AttributeError)
    assert list(elsewhere.iterdir()) == [], "nothing is made"


@pytest.mark.parametrize("rate", ["fast", "0", "-1", "nan", "inf", ""])
def test_rate(rate, elsewhere, episode):
    result = cogmap("replay", "e.mcap", "--rate", rate)
    assert result.exit_code == 2
    assert "give a factor such as 0.5 or 2, or max" in words(result)


def test_foreign_file(elsewhere):
    (elsewhere / "a.mcap").write_bytes(b"no recording")
    for command in (["replay", "a.mcap"], ["convert", "a.mcap", "b.mcap"], ["info", "a.mcap"]):
        result = cogmap(*command)
        assert result.exit_code == 2
        assert "a.mcap is not an MCAP file" in words(result)


@pytest.mark.parametrize("quality", ["-1", "101"])
def test_jpeg_quality(quality, elsewhere, episode):
    result = cogmap("convert", "e.mcap", "b.mcap", "--jpeg-quality", quality)
    assert result.exit_code == 2
    assert "jpeg" in words(result).lower()
    assert not (elsewhere / "b.mcap").exists()


def test_converting_a_file_into_itself(elsewhere, episode):
    """It must not be emptied before it is read."""
    before = episode.read_bytes()
    result = cogmap("convert", "e.mcap", "e.mcap")
    assert result.exit_code == 2
    assert "itself" in words(result)
    assert episode.read_bytes() == before


def test_recording_a_replay_into_the_file_that_is_replayed(elsewhere, episode):
    before = episode.read_bytes()
    (elsewhere / "l.toml").write_text(
        '[node.camera]\nuses = "cogmap.nodes.replay:Replay"\nparams = { episode = "e.mcap" }\n'
    )
    result = cogmap("record", "l.toml", "e.mcap", "--quiet")
    assert result.exit_code == 2
    assert "e.mcap" in words(result)
    assert episode.read_bytes() == before


def test_output_in_a_folder_that_is_not_there(elsewhere, episode):
    result = cogmap("convert", "e.mcap", "nowhere/b.mcap")
    assert result.exit_code == 2
    assert "cannot write nowhere/b.mcap" in words(result)


def test_report_that_cannot_be_written_is_said_before_the_run(elsewhere):
    (elsewhere / "l.toml").write_text(
        '[node.camera]\nuses = "cogmap.nodes.replay:Replay"\nparams = { episode = "e.mcap" }\n'
    )
    (elsewhere / "file").write_text("")
    result = cogmap("up", "l.toml", "--report", "file/report.json")
    assert result.exit_code == 2
    assert "file/report.json" in words(result)
    assert not (elsewhere / "runs").exists()


def test_doctor_gives_findings():
    result = cogmap("doctor")
    assert result.exit_code in (0, 1)
    for what in ("Python", "cores", "GPU", "display"):
        assert what in result.output


def test_a_run_that_was_killed_before_it_began_is_to_be_started_again(tmp_path):
    (tmp_path / "lock").touch()
    result = cogmap("up", "--resume", str(tmp_path))
    assert result.exit_code == 2
    assert "it was ended before it began; start it again" in words(result)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("up",), "name a launch file, such as demo, or --resume RUN_DIR"),
        (("replay",), "name an episode, or --resume RUN_DIR"),
        (("up", "--resume", "none"), "there is no run to resume in none"),
        (("replay", "--resume", "none"), "there is no run to resume in none"),
        (("up", "demo", "--resume", "none"), "drop the launch file: cogmap up --resume none"),
        (("replay", "--resume", "none", "--view", "--set", "camera.rate=2"), "drop --set, --view"),
    ],
)
def test_resuming_is_of_a_run_as_it_was(arguments, text):
    result = cogmap(*arguments)
    assert result.exit_code == 2
    assert text in words(result)
