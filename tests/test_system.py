"""Whole runs: real processes, started by the command line, killed, stopped, looked at."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import psutil
import pytest
import zmq

from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.nodes.episodes import open_episode
from cogmap.runtime.bus import Position
from cogmap.runtime.messages import RunStatus
from cogmap.runtime.playback import Recording

pytestmark = pytest.mark.system

LINE = """
[run]
name = "test"
{run}
[node.source]
uses = "system_nodes:Numbers"
params = {{ count = {count}, period_s = {period_s}, kilobytes = {kilobytes} }}
outputs = {{ numbers = "n" }}

[node.relay]
uses = "system_nodes:Relay"
inputs.numbers = {{ stream = "n", policy = "lossless" }}
outputs = {{ relayed = "r" }}

[node.sink]
uses = "system_nodes:Sink"
inputs.numbers = {{ stream = "r", policy = "lossless" }}
"""


STUCK = '[node.stuck]\nuses = "system_nodes:Stuck"\ninputs.numbers = "n"\n'


def line(
    count: int = 100, period_s: float = 0.0, kilobytes: int = 1, run: str = "", more: str = ""
) -> str:
    """Launch file: a source, a relay and a sink, lossless."""
    return LINE.format(count=count, period_s=period_s, kilobytes=kilobytes, run=run) + more


class Run:
    """``cogmap`` in a process of its own."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        self.folder = folder
        ours = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        env = os.environ | {"PYTHONPATH": os.pathsep.join(ours), "COLUMNS": "200"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cogmap.launch.cli", *arguments],
            cwd=folder,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def run_dir(self) -> Path:
        return self.folder / "run"

    def wait(self, within_s: float = 40) -> str:
        """What it printed; the test fails if it does not end."""
        try:
            output, _ = self.process.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
            output, _ = self.process.communicate(timeout=10)
            raise AssertionError(f"it did not end within {within_s} s:\n{output}") from None
        return output

    def lines(self, name: str = "sink") -> list[str]:
        file = self.run_dir / f"{name}.txt"
        return file.read_text().split() if file.exists() else []

    def statuses(self) -> Iterator[RunStatus]:
        file = self.run_dir / "metrics.jsonl"
        text = file.read_bytes() if file.exists() else b""
        for entry in text.splitlines(keepends=True):
            if entry.endswith(b"\n"):
                yield msgspec.json.decode(entry, type=RunStatus)

    def pids(self) -> dict[str, int]:
        """Of the nodes that are running now."""
        return {
            Path(command[-1]).stem: process.pid
            for process in self.children()
            if (command := command_of(process))
        }

    def children(self) -> list[psutil.Process]:
        """Processes of its nodes that are alive."""
        try:
            children = psutil.Process(self.process.pid).children()
        except psutil.NoSuchProcess:
            return []
        return [child for child in children if "cogmap.runtime.node_main" in command_of(child)]

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.run_dir / "report.json").read_text())
        return report


Start = Callable[..., Run]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """``start(launch_text, *options)``; afterwards no process that it started may be left."""
    runs: list[Run] = []

    def begin(launch: str | None, *options: str) -> Run:
        if launch is None:
            run = Run(tmp_path, list(options))
        else:
            (tmp_path / "test.toml").write_text(launch)
            run = Run(tmp_path, ["up", "test.toml", "--run-dir", "run", *options])
        runs.append(run)
        return run

    yield begin
    left = [process for run in runs for process in run.children()]
    left += [process for process in psutil.process_iter() if mentions(process, tmp_path)]
    for process in left:
        process.kill()
    for run in runs:
        run.process.kill()
        run.process.communicate()
    assert not left, f"processes were left: {left}"


def storing(seconds: float) -> str:
    """A launch file: numbers into a node that stores something at the end."""
    return f"""
        [node.source]
        uses = "system_nodes:Numbers"
        params = {{ count = 1000000000, period_s = 0.05 }}

        [node.store]
        uses = "system_nodes:SlowToStore"
        params = {{ seconds = {seconds} }}
        inputs.numbers = {{ stream = "source/numbers", policy = "lossless" }}
    """


def mentions(process: psutil.Process, folder: Path) -> bool:
    command = command_of(process)
    return "cogmap.runtime.node_main" in command and any(str(folder) in word for word in command)


def command_of(process: psutil.Process) -> list[str]:
    """Empty if it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def until(condition: Callable[[], object], within_s: float = 20.0, what: str = "") -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.02)


def everything(count: int) -> list[str]:
    return [*map(str, range(count)), "end"]


class TestEnding:
    def test_by_itself_with_a_report(self, start):
        run = start(line(count=300), "--report", "report.json")
        output = run.wait()
        assert run.process.returncode == 0, output
        assert run.lines() == everything(300)
        assert not (run.run_dir / "sockets").exists()
        assert "Run directory:" in output
        report = json.loads((run.folder / "report.json").read_text())
        assert report == run.report()
        self.check_report(report)

    def check_report(self, report: dict[str, Any]) -> None:
        assert report["ok"]
        assert {"frames_in", "fused", "skipped", "lost"} <= set(report["run"])
        assert set(report["run"]["capture_to_fused_ms"]) == {"p50", "p99"}
        assert set(report["nodes"]) == {"source", "relay", "sink"}
        for node in report["nodes"].values():
            assert node["state"] == "ended"
            assert node["restarts"] == 0
            assert node["peak_rss_bytes"] > 10e6
            assert {"rate_hz", "cpu_percent", "rss_bytes", "inputs", "published"} <= set(node)
        assert report["nodes"]["source"]["published"] == {"numbers": 300}
        assert report["nodes"]["relay"]["counters"] == {"relayed": 300}
        inputs = report["nodes"]["sink"]["inputs"]["numbers"]
        assert (inputs["received"], inputs["skipped"], inputs["malformed"]) == (300, 0, 0)
        assert 0 < inputs["latency_ms"]["p50"] <= inputs["latency_ms"]["p99"] < 60_000
        assert inputs["rate_hz"] > 0

    def test_with_a_loop_that_latest_closes(self, start):
        """Nobody in the loop waits for the end of the stream that it makes itself."""
        looped = line(count=30).replace(
            'outputs = { relayed = "r" }', 'inputs.again = "b"\noutputs = { relayed = "r" }'
        )
        looped += (
            '[node.back]\nuses = "system_nodes:Relay"\noutputs = { relayed = "b" }\n'
            'inputs.numbers = { stream = "r", policy = "lossless" }\n'
        )
        run = start(looped)
        output = run.wait(9)
        assert run.process.returncode == 0, output
        assert run.lines() == everything(30)

    def test_after_its_time(self, start):
        run = start(line(count=10**9, period_s=0.01), "--for", "6", "--quiet")
        assert run.wait() == ""
        assert run.process.returncode == 0
        assert run.lines()[-1] == "end", "also when told to stop, the last word is said"
        numbers = run.lines()[:-1]
        assert numbers == everything(len(numbers))[:-1], "what was sent has arrived"
        assert len(numbers) > 10

    @pytest.mark.usefixtures("in_a_terminal")
    @pytest.mark.parametrize(
        ("number", "more"),
        [(signal.SIGINT, STUCK), (signal.SIGTERM, ""), (signal.SIGHUP, "")],
        ids=["SIGINT", "SIGTERM", "SIGHUP"],
    )
    def test_by_a_signal(self, start, number, more):
        """In time, in order, and with nothing left: also with a node that is stuck."""
        run = start(line(count=10**9, period_s=0.01, more=more))
        until(lambda: len(run.lines()) > 5, what="messages arrive")
        pids = run.pids()
        assert {"source", "relay", "sink"} <= set(pids)
        run.process.send_signal(number)
        output = run.wait(10)
        assert run.process.returncode == 130, output
        assert not any(psutil.pid_exists(pid) for pid in pids.values())
        assert not (run.run_dir / "sockets").exists()
        assert run.lines()[-1] == "end"

    def test_the_third_signal_leaves_no_node_behind(self, start):
        """Also none that hears of nothing."""
        run = start(line(count=10**9, period_s=0.01))
        until(lambda: len(run.lines()) > 5, what="messages arrive")
        nodes = run.children()
        os.kill(run.pids()["relay"], signal.SIGSTOP)
        for _ in range(3):
            run.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        run.wait(10)
        assert run.process.returncode == 130
        assert not (run.run_dir / "report.json").exists(), "it did not wait for that node"
        until(lambda: not any(node.is_running() for node in nodes), what="they are gone")

    def test_what_is_stored_slowly_is_stored(self, start):
        run = start(storing(seconds=6.0), "--for", "2")
        output = run.wait(30)
        assert run.process.returncode == 0, output
        assert (run.run_dir / "stored").exists()

    def test_what_could_not_be_stored_is_no_good_end(self, start):
        """Ctrl-C does not wait, but says what it cost."""
        run = start(storing(seconds=20.0))
        until(
            lambda: any(n.counters.get("heard") for s in run.statuses() for n in s.nodes),
            what="the node is busy",
        )
        run.process.send_signal(signal.SIGINT)
        output = run.wait(10)
        assert run.process.returncode == 130
        assert "did not in time and was killed" in output
        assert not run.report()["ok"]
        assert not (run.run_dir / "stored").exists()

    def test_killed_supervisor(self, start):
        """One of its nodes is stopped, and hears of nothing."""
        run = start(line(count=10**9, period_s=0.01))
        until(lambda: len(run.lines()) > 5, what="messages arrive")
        nodes = run.children()
        assert len(nodes) == 3
        os.kill(run.pids()["relay"], signal.SIGSTOP)
        run.process.kill()
        until(lambda: not any(alive(node) for node in nodes), 6, "the nodes end by themselves")
        again = start(line(count=10))
        assert again.wait() is not None
        assert again.process.returncode == 0, "the directory can be used again"
        assert again.lines() == everything(10)


class TestKilledNodes:
    def test_every_message_arrives_exactly_once(self, start):
        """Source, relay and sink are killed in turn."""
        count = 600
        run = start(line(count=count, period_s=0.005))
        for name in ("source", "relay", "sink"):
            so_far = len(run.lines())
            until(lambda so_far=so_far: len(run.lines()) > so_far + 40, what="messages arrive")
            pid = run.pids()[name]
            os.kill(pid, signal.SIGKILL)
            until(lambda name=name, pid=pid: run.pids().get(name, pid) != pid, what=f"{name} again")
        output = run.wait()
        assert run.process.returncode == 0, output
        assert run.lines() == everything(count)
        restarts = {name: node["restarts"] for name, node in run.report()["nodes"].items()}
        assert all(number >= 1 for number in restarts.values()), restarts

    def test_what_came_while_a_live_node_was_down_is_counted_as_lost(self, start):
        count = 1000
        keeper = '[node.keeper]\nuses = "system_nodes:Keeper"\ninputs.numbers = "n"\n'
        run = start(line(count=count, period_s=0.02, more=keeper))

        def heard() -> int:
            statuses = [node for each in run.statuses() for node in each.nodes]
            return max((node.counters.get("heard", 0) for node in statuses), default=0)

        until(lambda: heard() > 20, what="messages arrive")
        os.kill(run.pids()["keeper"], signal.SIGKILL)
        output = run.wait(90)
        assert run.process.returncode == 0, output
        figures = run.report()["nodes"]["keeper"]
        numbers = figures["inputs"]["numbers"]
        assert numbers["lost"] > 0
        assert numbers["received"] + numbers["skipped"] + numbers["lost"] == count
        assert figures["counters"] == {"heard": numbers["received"]}
        assert figures["restarts"] == 1

    def test_also_what_is_no_longer_held_is_made_again(self, start):
        """More than the writers keep: relay and source go back to the beginning."""
        count = 400
        run = start(line(count=count, period_s=0.003, kilobytes=300))
        until(lambda: len(run.lines()) > 300, what="messages arrive")
        os.kill(run.pids()["sink"], signal.SIGKILL)
        output = run.wait()
        assert run.process.returncode == 0, output
        assert run.lines() == everything(count)
        report = run.report()["nodes"]
        assert report["relay"]["restarts"] >= 1, "it had to start over"
        assert report["source"]["published"] == {"numbers": count}

    def test_node_that_keeps_failing_is_given_up(self, start):
        more = (
            '[node.failing]\nuses = "system_nodes:Failing"\nrestarts = 1\n'
            'inputs.numbers = { stream = "n", policy = "lossless" }\n'
        )
        run = start(line(more=more))
        output = run.wait()
        assert run.process.returncode == 1
        assert "failing: RuntimeError: cannot get past 3" in output
        report = run.report()
        assert not report["ok"]
        assert report["failed"] == {"failing": "RuntimeError: cannot get past 3"}
        assert report["nodes"]["failing"]["state"] == "failed"
        assert report["nodes"]["failing"]["restarts"] == 1
        assert "cannot get past 3" in (run.run_dir / "logs" / "failing.log").read_text()

    def test_what_cannot_be_stored_at_the_end_is_a_failure_that_can_be_mended(self, start):
        """On a full disk, say: the input is not to blame, and resuming stores it."""
        more = (
            '[node.full]\nuses = "system_nodes:FullAtEnd"\nrestarts = 1\n'
            'inputs.numbers = { stream = "n", policy = "lossless" }\n'
        )
        run = start(line(count=5, more=more))
        output = run.wait()
        assert run.process.returncode == 1, output
        assert "full: no room for the map; make some" in output
        assert "Go on with it: " in output and f"up --resume {run.run_dir}" in output
        assert run.report()["nodes"]["full"]["restarts"] == 1

    def test_the_run_goes_on_without_a_node_that_is_not_critical(self, start):
        more = (
            '[node.failing]\nuses = "system_nodes:Failing"\nrestarts = 0\ncritical = false\n'
            'inputs.numbers = "n"\n'
        )
        run = start(line(count=200, period_s=0.01, more=more))
        output = run.wait()
        assert run.process.returncode == 0, output
        assert run.lines() == everything(200)
        assert run.report()["nodes"]["failing"]["state"] == "failed"


class TestRefused:
    def test_by_a_node(self, start):
        more = '[node.refusing]\nuses = "system_nodes:Refusing"\ninputs.numbers = "n"\n'
        run = start(line(more=more))
        output = run.wait()
        assert run.process.returncode == 2
        assert "refusing: the lens is dirty; clean it" in output
        assert "--resume" not in output
        assert run.report()["nodes"]["refusing"]["restarts"] == 0

    def test_a_bad_launch_file(self, start):
        run = start(line().replace("inputs.numbers", "inputs.number", 1))
        output = run.wait()
        assert run.process.returncode == 2
        assert "test.toml: [node.relay] inputs.number" in output
        assert "did you mean 'numbers'?" in output
        assert not run.run_dir.exists()

    def test_a_second_run_in_the_same_directory(self, start):
        first = start(line(count=10**9, period_s=0.01))
        until(lambda: len(first.lines()) > 2, what="the first runs")
        second = start(None, "up", "test.toml", "--run-dir", "run")
        assert "another run is using run" in second.wait()
        assert second.process.returncode == 2
        seen = len(first.lines())
        until(lambda: len(first.lines()) > seen + 2, what="the first goes on")
        first.process.send_signal(signal.SIGTERM)
        first.wait()
        assert first.process.returncode == 130

    def test_tcp_port_that_is_taken(self, start):
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            # The directory and two streams with two ports each come before the supervisor's.
            port = taken.getsockname()[1] - 5
            run = start(line(run=f'transport = "tcp"\nbase_port = {port}'))
            output = run.wait()
        assert run.process.returncode == 2, output
        assert "Address already in use" in output
        assert "base_port" in output


def test_tcp_on_loopback(start):
    port = first_of_free_ports(12)
    run = start(line(count=50, run=f'transport = "tcp"\nbase_port = {port}'))
    output = run.wait()
    assert run.process.returncode == 0, output
    assert run.lines() == everything(50)
    addresses = json.loads((run.run_dir / "streams.json").read_text())
    assert all(item["latest"].startswith("tcp://127.0.0.1:") for item in addresses.values())


def test_another_user_of_the_machine_is_no_process_of_a_run_over_tcp(start, context):
    """It is not sent what it asks for in a reader's name, and nothing that it says is believed."""
    port = first_of_free_ports(12)
    run = start(line(count=200, period_s=0.02, run=f'transport = "tcp"\nbase_port = {port}'))
    until(lambda: len(run.lines()) > 10, what="the sink reads")
    streams = json.loads((run.run_dir / "streams.json").read_bytes())
    impostor = context.socket(zmq.DEALER)
    impostor.linger = 0
    impostor.identity = b"sink.numbers"
    impostor.connect(streams["r"]["lossless"])
    heard = 0
    while not heard and run.process.poll() is None and len(run.lines()) < 200:
        with suppress(zmq.Again):
            impostor.send(msgspec.msgpack.encode(Position(0, True)), zmq.NOBLOCK)
        heard = impostor.poll(50)
    impostor.close()
    assert heard == 0
    output = run.wait()
    assert run.process.returncode == 0, output
    assert run.lines() == everything(200)


def test_a_live_run_with_a_detector_slower_than_its_camera(start, tmp_path):
    """Nothing waits for it, its detections land where they were taken, people can talk to it."""
    launch = (Path(__file__).parents[1] / "launch" / "live.toml").read_text()
    launch = launch.replace("cogmap.nodes.detector:Detector", "system_nodes:SlowDetector")
    settings = ["duration_s=18", "seed=7", "width=160", "height=120", "rate_hz=10"]
    options = [part for each in settings for part in ("--set", f"camera.{each}")]
    run = start(launch, "--headless", *options)

    def grows() -> bool:
        return any(published(status, "memory") > 5 for status in run.statuses())

    until(grows, within_s=60.0, what="the map grows")
    asked = start(None, "look-for", "run", "red cup")
    assert "the geometry detector looks for what it was made for" in asked.wait()
    assert asked.process.returncode == 2
    box = ["1", "2", "0.5", "0.2", "0.2", "0.2"]
    added = start(None, "edit", "run/map", "add", "lamp", *box)  # before and after it is stored
    assert "kept in the run that goes on" in added.wait()
    output = run.wait(90)
    assert run.process.returncode == 0, output
    nodes = run.report()["nodes"]
    frames = nodes["camera"]["published"]["frames"]
    assert frames >= 170
    assert nodes["detector"]["published"]["detections"] < frames / 3
    assert nodes["detector"]["skipped"] > frames / 3
    assert nodes["reconstruction"]["counters"]["detections.late"] > 20
    assert nodes["memory"]["restarts"] == 0
    objects = CognitiveMap.load(run.run_dir / "map").objects()
    assert len(objects) >= 3
    assert "lamp" in [thing.label for thing in objects]


def recorded_replay(start: Start, folder: Path, frames: int) -> Run:
    """Somewhat faster than it was taken, into ``a.mcap``."""
    write_tum_episode(folder / "desk", frames=frames)
    (folder / "replay.toml").write_text(
        '[node.camera]\nuses = "cogmap.nodes.replay:Replay"\n'
        'params = { episode = "desk", rate = 1.5 }\noutputs = { frames = "camera/frames" }\n'
    )
    return start(None, "record", "replay.toml", "a.mcap", "--run-dir", "run", "-q")


class TestRecording:
    def test_record_replay_convert(self, start, tmp_path):
        """A folder of images to MCAP, replayed through recording, is the same frames again."""
        write_tum_episode(tmp_path / "desk", frames=6)
        convert = start(None, "convert", "desk", "desk.mcap", "--jpeg-quality", "0")
        assert "6 frames of TUM RGB-D in desk.mcap" in convert.wait()
        assert convert.process.returncode == 0

        # Slowly: the run's status is said once a second, and must be in the recording too.
        (tmp_path / "replay.toml").write_text(
            '[node.camera]\nuses = "cogmap.nodes.replay:Replay"\n'
            'params = { episode = "desk.mcap", rate = 0.2 }\n'
            'outputs = { frames = "camera/frames" }\n'
        )
        record = start(None, "record", "replay.toml", "again.mcap", "--jpeg-quality", "0", "-q")
        assert record.wait() == ""
        assert record.process.returncode == 0
        with (
            closing(Recording(tmp_path / "desk.mcap")) as one,
            closing(Recording(tmp_path / "again.mcap")) as other,
        ):
            assert not other.truncated
            before = [item.message for item in one.read()]
            after = [item.message for item in other.read() if item.stream == "camera/frames"]
            types = {entry.type for entry in other.entries}
        assert len(before) == len(after) == 6
        for left, right in zip(before, after, strict=True):
            np.testing.assert_array_equal(left.color, right.color)
            np.testing.assert_array_equal(left.depth, right.depth)
            assert (left.stamp_ns, left.number) == (right.stamp_ns, right.number)
        assert {"Frame", "RunStatus"} <= types

        replay = start(None, "replay", "again.mcap", "--rate", "max", "--run-dir", "run")
        output = replay.wait(60)
        assert replay.process.returncode == 0, output
        assert replay.report()["run"]["frames_in"] == 6
        assert replay.report()["run"]["lost"] == 0

    def test_record_a_live_run(self, start, tmp_path):
        """Joining late, from the run directory; it ends with the run."""
        run = start(line(count=10**9, period_s=0.01))
        until(lambda: len(run.lines()) > 5, what="messages arrive")
        live = start(None, "record", "run", "live.mcap")
        until(lambda: has_bytes(tmp_path / "live.mcap"), what="it records")
        seen = len(run.lines())
        until(lambda: len(run.lines()) > seen + 100, what="more messages arrive")
        run.process.send_signal(signal.SIGTERM)
        run.wait()
        output = live.wait(10)
        assert live.process.returncode == 0, output
        assert "messages in live.mcap, 0 skipped" in output
        with closing(Recording(tmp_path / "live.mcap")) as recording:
            assert not recording.truncated
            numbers = [item.message.stamp_ns for item in recording.read() if item.stream == "n"]
            streams = {entry.stream for entry in recording.entries}
        assert len(numbers) > 20
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert {"n", "r", "run/status"} <= streams

    def test_recording_live_is_ended_by_ctrl_c(self, start, tmp_path):
        run = start(line(count=10**9, period_s=0.01))
        until(lambda: len(run.lines()) > 5, what="messages arrive")
        live = start(None, "record", "run", "live.mcap")
        until(lambda: has_bytes(tmp_path / "live.mcap"), what="it records")
        live.process.send_signal(signal.SIGINT)
        output = live.wait(5)
        assert live.process.returncode == 0, output
        with closing(Recording(tmp_path / "live.mcap")) as recording:
            assert not recording.truncated
        assert run.process.poll() is None, "the run goes on"
        run.process.send_signal(signal.SIGTERM)
        run.wait()

    def test_record_where_nothing_runs(self, start, tmp_path):
        (tmp_path / "run").mkdir()
        nothing = start(None, "record", "run", "a.mcap")
        assert "run is not the directory of a run" in nothing.wait()
        assert nothing.process.returncode == 2
        (tmp_path / "run" / "streams.json").write_text("{}")
        over = start(None, "record", "run", "a.mcap")
        assert "the run in run is over" in over.wait()
        assert over.process.returncode == 2
        assert not (tmp_path / "a.mcap").exists()

    def test_killed_source_while_recording(self, start, tmp_path):
        """The recording has every frame once, and the recorder is not left waiting."""
        run = recorded_replay(start, tmp_path, frames=40)
        until(lambda: any(published(status, "camera") > 5 for status in run.statuses()))
        os.kill(run.pids()["camera"], signal.SIGKILL)
        output = run.wait()
        assert run.process.returncode == 0, output
        with closing(Recording(tmp_path / "a.mcap")) as recording:
            numbers = [e.log_time_ns for e in recording.entries if e.type == "Frame"]
        assert len(numbers) == len(set(numbers)) == 40

    def test_killed_recorder(self, start, tmp_path):
        """It goes on in a second part; with it the first has every frame once."""
        run = recorded_replay(start, tmp_path, frames=60)
        until(
            lambda: any(published(status, "camera") > 20 for status in run.statuses()), within_s=60
        )
        os.kill(run.pids()["recorder"], signal.SIGKILL)
        output = run.wait(90)
        assert run.process.returncode == 0, output
        assert (tmp_path / "a.2.mcap").exists()
        episode = open_episode(tmp_path / "a.mcap")
        assert [frame.number for frame in episode.frames()] == list(range(60))
        told = start(None, "info", "a.mcap").wait(60)
        assert "in 2 parts" in told and "a.mcap ends in the middle" in told
        again = start(None, "convert", "a.mcap", "whole.mcap")
        assert "60 frames" in again.wait(60)
        with closing(Recording(tmp_path / "whole.mcap")) as recording:
            assert sum(entry.type == "Frame" for entry in recording.entries) == 60


def write_tum_episode(folder: Path, frames: int) -> None:
    """Frames of 64x48 in the layout of TUM RGB-D, ten a second, with poses."""
    rng = np.random.default_rng(0)
    for name in ("rgb", "depth"):
        (folder / name).mkdir(parents=True)
    lists: dict[str, list[str]] = {"rgb": [], "depth": [], "groundtruth": []}
    for number in range(frames):
        stamp = f"{100 + number / 10:.4f}"
        color = rng.integers(0, 256, (48, 64, 3), np.uint8)
        depth = np.full((48, 64), 5000 + 10 * number, np.uint16)
        cv2.imwrite(str(folder / "rgb" / f"{stamp}.png"), color)
        cv2.imwrite(str(folder / "depth" / f"{stamp}.png"), depth)
        for name in ("rgb", "depth"):
            lists[name].append(f"{stamp} {name}/{stamp}.png")
        lists["groundtruth"].append(f"{stamp} {0.01 * number} 0 0 0 0 0 1")
    for name, entries in lists.items():
        (folder / f"{name}.txt").write_text("# comment\n" + "\n".join(entries) + "\n")


def published(status: RunStatus, node: str) -> int:
    return next(max(n.outputs.values(), default=0) for n in status.nodes if n.node == node)


def has_bytes(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def first_of_free_ports(count: int) -> int:
    """The first of ``count`` ports in a row that are all free now."""
    return next(
        first
        for first in range(20_000, 30_000, count)
        if all(is_free(port) for port in range(first, first + count))
    )


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
