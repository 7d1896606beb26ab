"""The supervisor in-process, with real node processes: how it ends what would wait for ever."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import zmq

from cogmap.runtime import complaints as complaints_module
from cogmap.runtime import supervisor as supervisor_module
from cogmap.runtime import vitals as vitals_module
from cogmap.runtime.keys import KEYS_FILE, KeyFolder, read_keys
from cogmap.runtime.launchfile import read_launch_file
from cogmap.runtime.messages import CogmapError, NodeStatus, PlaybackCommand, RunStatus
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.result import RunResult
from cogmap.runtime.rundir import RunDir
from cogmap.runtime.supervisor import Supervisor

TESTS = Path(__file__).parents[1]
FOR_S = 60.0
"""Longer than any run here takes, also on a machine that is busy."""
LINE = """
[node.source]
uses = "system_nodes:{source}"
params = {{ count = {count}, period_s = {period_s} }}
outputs = {{ numbers = "n" }}

[node.sink]
uses = "system_nodes:Sink"
inputs.numbers = {{ stream = "n", policy = "lossless" }}
"""


WATCHER = """
[node.watcher]
uses = "system_nodes:Watcher"
inputs = { numbers = "n", status = "run/status" }
"""


def line(source: str = "Numbers", count: int = 20, period_s: float = 0.0) -> str:
    return LINE.format(source=source, count=count, period_s=period_s)


RELAYED = """
[node.source]
uses = "system_nodes:Numbers"
params = {{ count = 60 }}
outputs = {{ numbers = "n" }}

[node.relay]
uses = "system_nodes:{relay}"
inputs.numbers = {{ stream = "n", policy = "lossless" }}
outputs = {{ relayed = "r" }}
"""


READER = """
[node.sink]
uses = "system_nodes:Sink"
inputs.numbers = { stream = "r", policy = "lossless" }
"""

READER_OF_BOTH = """
[node.both]
uses = "system_nodes:SlowRelay"
inputs.numbers = { stream = "n", policy = "lossless" }
inputs.again = { stream = "r", policy = "lossless" }
"""


def relayed(relay: str) -> str:
    return RELAYED.format(relay=relay)


@pytest.fixture
def supervise(tmp_path, monkeypatch) -> Iterator[Callable[[str], Supervisor]]:
    """A supervisor of this launch file, in ``tmp_path / "run"``."""
    monkeypatch.syspath_prepend(str(TESTS))
    monkeypatch.setenv("PYTHONPATH", str(TESTS), prepend=os.pathsep)
    monkeypatch.setattr(supervisor_module, "_LEFT_OVER_S", 1.5)
    made: list[Supervisor] = []
    folders: list[RunDir] = []

    def make(text: str) -> Supervisor:
        (tmp_path / "test.toml").write_text(text)
        launch = read_launch_file(tmp_path / "test.toml")
        folders.append(RunDir(tmp_path / "run"))
        made.append(Supervisor(launch, folders[-1]))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.close()
    for folder in folders:
        folder.close()


def lines(supervisor: Supervisor, name: str = "sink") -> list[str]:
    file = supervisor.run_dir.path / f"{name}.txt"
    return file.read_text().split() if file.exists() else []


def kill(supervisor: Supervisor, name: str) -> None:
    (status,) = (node for node in supervisor.status().nodes if node.node == name)
    os.kill(status.pid, signal.SIGKILL)


def states(result: RunResult) -> dict[str, str]:
    return {node.node: node.state for node in result.nodes}


@pytest.mark.system
class TestWaitingForEver:
    def test_source_that_dies_when_all_others_have_ended(self, supervise):
        """Started anew it would wait for readers that are gone."""
        supervisor = supervise(line("SlowToClose"))
        killed: list[str] = []

        def on_tick() -> None:
            if not killed and states_of(supervisor)["sink"] == "ended":
                kill(supervisor, "source")
                killed.append("source")

        result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
        assert killed
        assert result.duration_s < FOR_S, "it ends by itself"
        assert states(result) == {"source": "ended", "sink": "ended"}
        assert lines(supervisor)[-1] == "end"

    def test_source_that_dies_when_one_of_its_readers_has_all(self, supervise, monkeypatch):
        """That one waits for its own reader to end, which waits for more of the source; the source
        waits to hear how far both are."""
        monkeypatch.setattr(supervisor_module, "_LEFT_OVER_S", 20.0)
        supervisor = supervise(relayed("Relay") + READER_OF_BOTH)
        killed: list[int] = []

        def has_all(node: NodeStatus) -> bool:
            return [stats.received for stats in node.inputs.values()] == [60, 60]

        def on_tick() -> None:
            nodes = {node.node: node for node in supervisor.status().nodes}
            if not killed and nodes["relay"].finishing and has_all(nodes["both"]):
                killed.extend(nodes[name].pid for name in ("source", "both"))
                for pid in killed:
                    os.kill(pid, signal.SIGKILL)

        result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
        assert killed
        assert result.duration_s < FOR_S, "it ends by itself"
        assert states(result) == {"source": "ended", "relay": "ended", "both": "ended"}

    def test_who_waits_for_a_node_that_does_its_work_again_is_not_stopped(self, supervise):
        """Killed at its end, that one has nothing new for its reader for longer than nodes may
        idle."""
        supervisor = supervise(relayed("SlowToPass") + READER)
        killed: list[str] = []

        def on_tick() -> None:
            nodes = {node.node: node for node in supervisor.status().nodes}
            if not killed and nodes["source"].finishing:
                kill(supervisor, "relay")
                killed.append("relay")

        result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
        assert killed
        assert states(result) == {"source": "ended", "relay": "ended", "sink": "ended"}
        assert lines(supervisor) == [*map(str, range(60)), "-1", "end"]

    def test_reader_that_missed_the_end(self, supervise):
        """What the supervisor itself says every second does not count as being busy."""
        supervisor = supervise(line(count=200, period_s=0.01) + WATCHER)
        frozen: list[int] = []
        killed: list[int] = []

        def on_tick() -> None:
            (watcher,) = (node for node in supervisor.status().nodes if node.node == "watcher")
            if not frozen and lines(supervisor):
                frozen.append(watcher.pid)
                os.kill(watcher.pid, signal.SIGSTOP)
            elif not killed and states_of(supervisor)["source"] == "ended":
                killed.append(watcher.pid)
                os.kill(watcher.pid, signal.SIGKILL)

        result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
        assert killed
        assert result.duration_s < FOR_S, "it ends by itself"
        assert states(result) == {"source": "ended", "sink": "ended", "watcher": "ended"}
        assert not result.failed

    def test_node_that_is_stuck_when_the_sources_have_ended(self, supervise):
        stuck = '[node.stuck]\nuses = "system_nodes:Stuck"\ninputs.numbers = "n"\n'
        bounds = "hang_s = 1.0\nrestarts = 0\n"
        supervisor = supervise(line(count=100, period_s=0.01) + stuck + bounds)
        result = supervisor.run(for_s=FOR_S)
        assert result.duration_s < FOR_S, "it ends by itself"
        assert states(result)["stuck"] == "failed"
        assert result.failed["stuck"].startswith("hung: at one message for")
        assert "started again" not in str(result.nodes)


@pytest.mark.system
@pytest.mark.parametrize("critical", [True, False])
def test_node_that_is_killed_while_it_stores_when_time_is_over(supervise, caplog, critical):
    """A failure of the run, unless that can do without the node; named in any case."""
    text = line(count=10**6, period_s=0.01).replace(":Sink", ":DiesStoring")
    if not critical:
        text = text.replace("lossless", "latest") + "critical = false\n"
    supervisor = supervise(text)

    def on_tick() -> None:
        if any(node.counters.get("heard") for node in supervisor.status().nodes):
            supervisor.until_s = 0.0

    result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
    assert states(result) == {"source": "ended", "sink": "failed"}
    (sink,) = (node for node in result.nodes if node.node == "sink")
    assert {trouble.name for trouble in sink.troubles} == {"killed", "not ended"}
    assert f"cogmap up --resume {supervisor.run_dir.path} goes on" in sink.error
    assert "sink: not ended: killed by signal 9" in caplog.text
    assert result.failed == ({"sink": sink.error} if critical else {})


def test_run_directory_without_room_is_refused_with_words(tmp_path, supervise):
    """And its sockets are closed, so that another try finds them free."""
    taken = tmp_path / "run" / "launch.json.unfinished"
    taken.mkdir(parents=True)
    (tmp_path / "run" / "lock").touch()
    with pytest.raises(CogmapError, match=r"cannot write run directory .*launch.json.*another"):
        supervise(line())
    taken.rmdir()


def test_the_runs_secret_goes_with_the_run(tmp_path, supervise):
    KeyFolder(tmp_path / "keys").make()
    text = f'[run]\nkeys = "{tmp_path / "keys"}"\n' + line()
    supervisor = supervise(text)
    file = supervisor.run_dir.path / KEYS_FILE
    assert read_keys(file).run_secret
    supervisor.close()
    assert not file.exists()
    supervisor.run_dir.close()
    launch = read_launch_file(tmp_path / "test.toml")
    with RunDir(supervisor.run_dir.path, resume=True) as folder:
        resumed = Supervisor(launch, folder)
        assert read_keys(file).run_secret
        resumed.close()
    assert not file.exists()


@pytest.mark.system
def test_what_is_served_to_others(supervise, context):
    """Status, log and control can be read from outside; control reaches a node."""
    supervisor = supervise(line(count=10**6, period_s=0.05))
    ears = {
        stream: LatestReader(context, supervisor.address(stream).latest, 64, keep_all=True)
        for stream in ("run/status", "run/control")
    }
    heard: dict[str, list[object]] = {stream: [] for stream in ears}

    def on_tick() -> None:
        for stream, ear in ears.items():
            while (envelope := ear.receive()) is not None:
                heard[stream].append(envelope.message)
        if heard["run/status"] and not heard["run/control"]:
            supervisor.control(PlaybackCommand(stamp_ns=0, action="pause"))
        if heard["run/control"]:
            supervisor.stop()

    result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
    assert result.duration_s < FOR_S, "it ends when it is stopped"
    for ear in ears.values():
        ear.close()
    first = heard["run/status"][0]
    assert isinstance(first, RunStatus)
    assert {node.node for node in first.nodes} == {"source", "sink"}
    assert isinstance(heard["run/control"][0], PlaybackCommand)
    with pytest.raises(KeyError):
        supervisor.address("none")


@pytest.mark.system
@pytest.mark.parametrize("calls", [1, 2])
def test_who_is_patient_waits_for_what_is_stored_until_told_again(
    supervise, monkeypatch, caplog, calls
):
    monkeypatch.setattr(supervisor_module, "STOP_WITHIN_S", 0.0)
    supervisor = supervise(line(count=10**6, period_s=0.01).replace(":Sink", ":SlowSink"))

    def on_tick() -> None:
        if lines(supervisor):
            for _ in range(calls):
                supervisor.stop(patient=True)

    result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
    assert ("sink" in result.failed) == (calls == 2)
    assert ("waiting for sink" in caplog.text) == (calls == 1)


@pytest.mark.system
def test_who_is_patient_still_tells_those_to_end_that_store_nothing(supervise, monkeypatch, caplog):
    """A viewer reads from a memory that stores for long: it is told to end, and not killed."""
    monkeypatch.setattr(supervisor_module, "_FED_IN_HASTE_S", 0.5)
    monkeypatch.setattr(supervisor_module, "STOP_WITHIN_S", 3.0)
    relay = """
[node.source]
uses = "system_nodes:Numbers"
params = { count = 1000000, period_s = 0.01 }
outputs = { numbers = "n" }

[node.relay]
uses = "system_nodes:SlowRelay"
inputs.numbers = { stream = "n", policy = "lossless" }
outputs = { relayed = "passed" }

[node.watcher]
uses = "system_nodes:Watcher"
critical = false
inputs = { numbers = "passed", status = "run/status" }
"""
    supervisor = supervise(relay)

    def on_tick() -> None:
        states = states_of(supervisor)
        if states["relay"] == states["watcher"] == "running":
            supervisor.stop(patient=True)

    result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
    assert not result.failed
    assert "waiting for relay" in caplog.text
    assert "was killed" not in caplog.text


@pytest.mark.system
def test_garbage_instead_of_heartbeats(supervise, context, caplog):
    """Dropped, and complained of once a second at most; the run goes on."""
    complaints_module._said_at.clear()
    supervisor = supervise(line(count=30, period_s=0.02))
    stranger = context.socket(zmq.PUSH)
    stranger.connect(supervisor._heartbeat_endpoint)
    for _ in range(200):
        stranger.send_multipart([b"garbage"])
        stranger.send_multipart([b"x", b"\xff" * 50, b""])
    result = supervisor.run(for_s=FOR_S)
    stranger.close(linger=0)
    assert states(result) == {"source": "ended", "sink": "ended"}
    complaints = [record for record in caplog.records if "dropped a heartbeat" in record.message]
    assert 1 <= len(complaints) <= result.duration_s + 1


@pytest.mark.system
def test_node_that_hangs_without_heartbeat_is_started_again(supervise, monkeypatch):
    monkeypatch.setattr(vitals_module, "_SILENT_S", 1.5)
    supervisor = supervise(line(count=200, period_s=0.01))
    stopped: list[int] = []

    def on_tick() -> None:
        if not stopped and len(lines(supervisor)) > 20:
            (sink,) = (node for node in supervisor.status().nodes if node.node == "sink")
            stopped.append(sink.pid)
            os.kill(sink.pid, signal.SIGSTOP)

    result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
    assert stopped
    assert states(result) == {"source": "ended", "sink": "ended"}
    assert lines(supervisor) == [*map(str, range(200)), "end"]
    (sink,) = (node for node in result.nodes if node.node == "sink")
    assert sink.restarts == 1
    (trouble,) = sink.troubles
    assert trouble.name == "silent"
    assert "no heartbeat" in trouble.text and "its log" in trouble.text


@pytest.mark.system
@pytest.mark.parametrize(
    ("kind", "bound", "trouble", "help_"),
    [
        ("HangsOnce", "hang_s = 1.0", "hung", "raise hang_s of [node.sink]"),
        ("HoardsOnce", "memory_mb = 250", "out of memory", "memory_mb = 250"),
        ("CrashesOnce", "", "crashed", "RuntimeError: a thing that should not be"),
    ],
)
def test_node_that_goes_wrong_is_named_and_started_again(
    supervise, kind, bound, trouble, help_, caplog
):
    """Nothing is lost, and what was wrong is in the status, the log and the result."""
    text = line(count=40, period_s=0.01).replace("system_nodes:Sink", f"system_nodes:{kind}")
    supervisor = supervise(text + bound + "\n")
    seen: set[str] = set()
    logged: list[str] = []

    def on_tick() -> None:
        (sink,) = (node for node in supervisor.status().nodes if node.node == "sink")
        seen.update(each.name for each in sink.troubles if not each.over)

    result = supervisor.run(
        for_s=FOR_S, on_tick=on_tick, on_log=lambda record: logged.append(record.text)
    )
    assert states(result) == {"source": "ended", "sink": "ended"}
    assert lines(supervisor) == [*map(str, range(40)), "end"]
    assert seen == {trouble}
    (sink,) = (node for node in result.nodes if node.node == "sink")
    assert sink.restarts == 1
    (told,) = sink.troubles
    assert help_ in told.text
    log_file = (supervisor.run_dir.logs / "supervisor.log").read_text()
    assert any(trouble in text and "started again" in text for text in logged)
    assert help_ in log_file


@pytest.mark.system
def test_node_that_gets_farther_each_time_is_not_given_up(supervise):
    kind, bounds = "system_nodes:HangsEverFarther", "hang_s = 1.0\nrestarts = 1\n"
    supervisor = supervise(line(count=40).replace("system_nodes:Sink", kind) + bounds)
    result = supervisor.run(for_s=FOR_S)
    assert states(result) == {"source": "ended", "sink": "ended"}
    assert lines(supervisor) == [*map(str, range(40)), "end"]
    assert {node.restarts for node in result.nodes if node.node == "sink"} == {3}


@pytest.mark.system
def test_full_disk_is_a_trouble_of_the_run(supervise):
    supervisor = supervise(line(count=100, period_s=0.02))
    supervisor.run_dir.metrics.unlink()
    supervisor.run_dir.metrics.symlink_to("/dev/full")
    result = supervisor.run(for_s=FOR_S)
    assert states(result) == {"source": "ended", "sink": "ended"}
    (trouble,) = result.troubles
    assert trouble.name == "disk"
    assert "No space left" in trouble.text and "make room" in trouble.text


@pytest.mark.system
def test_disk_that_does_not_answer_holds_nobody_up(supervise, monkeypatch):
    """It is named while it does not, and afterwards."""
    monkeypatch.setattr("cogmap.runtime.run_log._ANSWERS_WITHIN_S", 0.5)
    supervisor = supervise(line(count=10**6, period_s=0.01))
    metrics = supervisor.run_dir.metrics
    metrics.unlink()
    os.mkfifo(metrics)  # to write to it waits until somebody reads
    logged, told, reading = list[str](), list[str](), list[int]()

    def on_tick() -> None:
        troubles = {trouble.name: trouble for trouble in supervisor.status().troubles}
        if "disk" in troubles and not reading and len(lines(supervisor)) > 5:
            told.append(troubles["disk"].text)
            reading.append(os.open(metrics, os.O_RDONLY | os.O_NONBLOCK))
            metrics.unlink()
        elif reading and troubles["disk"].over:
            supervisor.stop()

    result = supervisor.run(FOR_S, on_tick, lambda record: logged.append(record.text))
    os.close(reading[0])
    assert result.duration_s < FOR_S, "it ends when it is stopped"
    assert not result.failed
    (trouble,) = (each for each in result.troubles if each.name == "disk")
    assert trouble.over and "has not answered for" in told[0]
    assert any("disk: the disk of the run directory has not answered" in text for text in logged)
    log_file = (supervisor.run_dir.logs / "supervisor.log").read_text()
    assert "disk: the disk of the run directory has not answered" in log_file


@pytest.mark.system
def test_run_without_descriptors_goes_on(supervise, descriptors):
    """Strangers' connections can take them all: what needs one waits until they are gone."""
    supervisor = supervise(line(count=10**6, period_s=0.01))
    held, killed = ExitStack(), list[int]()

    def wrong_now() -> bool:
        return any(not trouble.over for trouble in supervisor.status().troubles)

    def on_tick() -> None:
        (sink,) = (node for node in supervisor.status().nodes if node.node == "sink")
        if not killed and lines(supervisor):
            held.enter_context(descriptors(0))
            killed.append(sink.pid)
            os.kill(sink.pid, signal.SIGKILL)
        elif killed and supervisor.status().troubles and sink.state == "restarting":
            held.close()
        elif killed and sink.state == "running" and sink.pid not in killed and not wrong_now():
            supervisor.stop()

    with held:
        result = supervisor.run(for_s=FOR_S, on_tick=on_tick)
    assert result.duration_s < FOR_S, "it ends when it is stopped"
    assert not result.failed
    (trouble,) = result.troubles
    assert (trouble.name, trouble.over) == ("descriptors", True)
    assert "ulimit -n" in trouble.text


def states_of(supervisor: Supervisor) -> dict[str, str]:
    return {node.node: node.state for node in supervisor.status().nodes}
