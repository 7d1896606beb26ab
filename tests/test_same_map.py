"""The same recording gives the same map, byte for byte, whatever happens to processes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cogmap.bench.episodes import write_tour
from cogmap.bench.hold_run import ACCOUNT, HeldRun, disturb
from cogmap.sim.simulator import SimulatorConfig

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

FRAMES = 90


@pytest.fixture(scope="module")
def episode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("episode") / "tour.mcap"
    config = SimulatorConfig(seed=2, rooms=2, width=160, height=120, rate_hz=10.0)
    write_tour(path, config, FRAMES)
    return path


@pytest.fixture(scope="module")
def undisturbed(episode: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return map_of(episode, tmp_path_factory.mktemp("undisturbed"), [])


def map_of(
    episode: Path,
    folder: Path,
    options: list[str],
    disturb: Callable[[Path], None] = lambda run_dir: None,
) -> dict[str, bytes]:
    """Files of the map that a replay stores; ``disturb`` is called while it runs."""
    run_dir = folder / "run"
    command = [
        sys.executable, "-m", "cogmap.launch.cli", "replay", str(episode),
        "--map", str(folder / "map"), "--run-dir", str(run_dir), *options,
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        disturb(run_dir)
        output, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0, output
    report = json.loads((run_dir / "report.json").read_text())
    assert report["run"]["lost"] == 0
    assert report["nodes"]["reconstruction"]["published"]["observations"] == FRAMES
    assert report["nodes"]["memory"]["counters"]["objects.appeared"] >= 3
    return {path.name: path.read_bytes() for path in (folder / "map").iterdir()}


def kill_when_busy(run_dir: Path, node: str, by: signal.Signals = signal.SIGKILL) -> None:
    """Once the node has handled some frames."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = last_status(run_dir, node)
        if status and handled(status) > 10:
            os.kill(status["pid"], by)
            return
        time.sleep(0.1)
    raise AssertionError(f"{node} was never busy")


def kill_as_it_stores(run_dir: Path) -> None:
    """kill -9 of the memory node as the first of its files lies in the folder of the map."""
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        if any((run_dir.parent / "map").glob("layout.*")):
            status = last_status(run_dir, "memory")
            assert status is not None
            os.kill(status["pid"], signal.SIGKILL)
            return
        time.sleep(0.002)
    raise AssertionError("it never stored a map")


def handled(status: dict) -> int:
    received = [each["received"] for each in status["inputs"].values()]
    return max([*received, *status["outputs"].values()], default=0)


def last_status(run_dir: Path, node: str) -> dict | None:
    """From the last line that is complete."""
    metrics = run_dir / "metrics.jsonl"
    complete = metrics.read_bytes().rpartition(b"\n")[0] if metrics.exists() else b""
    nodes = json.loads(complete.rpartition(b"\n")[2])["nodes"] if complete else []
    return next((each for each in nodes if each["node"] == node), None)


@pytest.mark.parametrize("node", ["camera", "detector", "reconstruction", "memory"])
def test_with_a_node_killed(
    episode: Path, undisturbed: dict[str, bytes], tmp_path: Path, node: str
) -> None:
    disturbed = map_of(episode, tmp_path, ["--rate", "2"], lambda run: kill_when_busy(run, node))
    assert disturbed == undisturbed
    assert restarts(tmp_path, node) == 1


def test_with_memory_killed_as_it_stores_the_last_map(
    episode: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """It needs the other half of the map again, of a node that waits for its end."""
    assert map_of(episode, tmp_path, [], kill_as_it_stores) == undisturbed
    assert restarts(tmp_path, "memory") == 1


@pytest.mark.parametrize("node", ["camera", "memory"])
def test_with_a_node_that_somebody_tells_to_end(
    episode: Path, undisturbed: dict[str, bytes], tmp_path: Path, node: str
) -> None:
    """Its run alone ends it: frames would be missing, and those that it feeds would end, too."""
    disturbed = map_of(
        episode, tmp_path, ["--rate", "2"], lambda run: kill_when_busy(run, node, signal.SIGTERM)
    )
    assert disturbed == undisturbed
    assert restarts(tmp_path, node) == 0


@pytest.mark.timeout(400)
def test_with_chaos(episode: Path, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    """Five kinds of faults, the supervisor's death among them; the longer one is in the bench."""
    run = HeldRun(episode, tmp_path, rate="1")
    rng = random.Random(1)
    run.start()
    try:
        for fault in ("nonsense", "pause", "kill several", "kill", "kill the supervisor"):
            assert disturb(run, rng, (fault,), every=3) == fault, "it befell nothing"
        ended = run.finish()
        account = json.loads(ended.pop(ACCOUNT))
        assert ended == undisturbed
        assert (account["frames_in"], account["fused"] + account["skipped"]) == (FRAMES, FRAMES)
        assert account["lost"] == account["on_the_way"] == account["unaccounted"] == 0
    finally:
        run.stop()
    assert run.resumed == 1
    assert len(run.kills) >= 2
    logs = [path.read_text() for path in (run.run_dir / "logs").glob("*.log")]
    assert any("went on with message" in log for log in logs), "it did not start over"


def test_with_a_viewer_that_is_killed(
    episode: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    options = ["--rate", "2", "--view", "--set", 'viewer.mode="web"']
    disturbed = map_of(episode, tmp_path, options, lambda run: kill_when_busy(run, "viewer"))
    assert disturbed == undisturbed
    assert restarts(tmp_path, "viewer") >= 1


def restarts(folder: Path, node: str) -> int:
    report = json.loads((folder / "run" / "report.json").read_text())
    return int(report["nodes"][node]["restarts"])
