"""Finding launch files, naming run directories, and turning errors into exit codes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import typer

from cogmap.launch import running
from cogmap.launch.console import errors_to_exit_codes
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.rundir import RunDir


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestLaunchFile:
    @pytest.mark.parametrize("name", ["demo", "demo.toml"])
    def test_built_in(self, name):
        assert running.find_launch_file(name) == running.BUILT_IN / "demo.toml"

    def test_a_file_here_goes_before_one_built_in(self, elsewhere):
        Path("demo.toml").write_text("")
        assert running.find_launch_file("demo.toml") == Path("demo.toml")

    def test_unknown(self):
        with pytest.raises(
            CogmapError, match=r"'dmo'; did you mean 'demo'\? Built in are: camera, demo"
        ):
            running.find_launch_file("dmo")
        with pytest.raises(CogmapError, match="no launch file 'zzz'; built in are: camera, demo"):
            running.find_launch_file("zzz")

    def test_folder_in_the_name(self):
        with pytest.raises(CogmapError, match="no launch file 'x/demo'"):
            running.find_launch_file("x/demo")


def test_run_directories_do_not_overwrite_each_other():
    launch = running.load("demo", [])
    names = []
    for _ in range(3):
        path = running.default_run_dir(launch)
        path.mkdir(parents=True)
        names.append(str(path))
    assert names == ["runs/demo", "runs/demo-2", "runs/demo-3"]


def test_a_resumed_run_ends_after_the_time_it_was_given(elsewhere, capsys):
    (elsewhere / "launch.json").write_text("{}")
    rounds = [
        (False, 60.0, 60.0), (True, None, 60.0), (True, 5.0, 5.0), (True, None, 5.0),
        (False, None, None), (True, None, None),
    ]  # fmt: skip
    for resume, given, kept in rounds:
        (elsewhere / "lock").touch()
        with RunDir(elsewhere, resume=resume) as folder:
            assert running._time_of(folder, given) == kept
    assert "--for 60, as it was started" in capsys.readouterr().out


def test_no_window_for_any_viewer():
    launch = running.load("demo", [])
    overrides = running.headless_overrides(launch)
    assert overrides == ['viewer.mode="web"']
    assert running.load("demo", overrides).nodes["viewer"].params["mode"] == "web"


BUILT_IN = sorted(path.stem for path in Path(running.__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_answers_rest_on_is_shown_wherever_a_map_is(name):
    nodes = running.load(name, []).nodes
    if not {"viewer", "memory"} <= nodes.keys():
        pytest.skip("it shows no map")
    assert nodes["viewer"].inputs["answers"].stream == "vlm/answers"
    assert nodes["viewer"].inputs["told"].stream == "memory/answers"
    assert nodes["vlm"].inputs["layout"].stream == "memory/layout"
    assert not nodes["vlm"].critical and nodes["vlm"].params.get("backend", "offline") == "offline"


class TestExitCodes:
    def test_error_on_purpose(self, capsys):
        with pytest.raises(typer.Exit) as exited, errors_to_exit_codes():
            raise CogmapError("the lens is [dirty]; clean it")
        assert exited.value.exit_code == 2
        assert capsys.readouterr().err == "error: the lens is [dirty]; clean it\n"

    def test_other_errors_are_not_hidden(self):
        with pytest.raises(ZeroDivisionError), errors_to_exit_codes():
            raise ZeroDivisionError


@pytest.mark.usefixtures("in_a_terminal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_stop_and_are_given_back(number):
    before = signal.getsignal(number)
    stopped: list[int] = []
    with running.signals_stop(stopped.append) as interrupted:
        assert not interrupted
        os.kill(os.getpid(), number)
        assert stopped == [number]
        assert interrupted
    assert signal.getsignal(number) == before


def test_a_closed_terminal_is_nothing_under_nohup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with running.signals_stop(lambda _: None) as interrupted:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not interrupted
    finally:
        signal.signal(signal.SIGHUP, before)


def test_third_signal_does_not_wait():
    with pytest.raises(SystemExit) as exited, running.signals_stop(lambda _: None):
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
    assert exited.value.code == 130


@pytest.mark.system
def test_no_room_for_the_report_at_the_end(elsewhere, monkeypatch, capsys):
    """The summary is there all the same, and the input is not to blame."""
    tests = str(Path(__file__).parents[1])
    monkeypatch.syspath_prepend(tests)
    monkeypatch.setenv("PYTHONPATH", tests, prepend=os.pathsep)
    (elsewhere / "few.toml").write_text(
        "[node.source]\nuses = 'system_nodes:Numbers'\nparams = { count = 3 }\n"
    )
    run_dir = elsewhere / "run"
    (run_dir / "report.json.unfinished").mkdir(parents=True)  # nothing can be written there
    (run_dir / "report.json").write_text("of the run before")
    (run_dir / "lock").touch()
    launch = running.load("few.toml", [])
    code = running.run_launch(launch, run_dir=run_dir, report=Path("/dev/full"), live=False)
    shown = capsys.readouterr()
    assert code == 1
    assert "Run directory:" in shown.out + shown.err
    for path in (run_dir / "report.json", "/dev/full"):
        assert f"cannot write report {path}" in shown.out + shown.err
    assert not (run_dir / "report.json").exists()
