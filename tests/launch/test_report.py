"""The report, the status table and the summary, from statuses as nodes send them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from cogmap.launch import running
from cogmap.launch.report import as_before, make_report
from cogmap.launch.table import LiveTable, status_table, summary
from cogmap.runtime.launchfile import Launch, check_launch
from cogmap.runtime.messages import InputStats, NodeStatus, RunStatus
from cogmap.runtime.result import RunResult

FRAMES = InputStats(
    received=90,
    skipped=4,
    lost=6,
    ended=True,
    malformed=1,
    latency_p50_ms=12.5,
    latency_p99_ms=40.0,
    mean_rate_hz=29.5,
)
LISTENED = InputStats(received=93, ended=True)
NODES = (
    NodeStatus(stamp_ns=0, node="camera", pid=1, state="ended", outputs={"frames": 100}),
    NodeStatus(
        stamp_ns=0,
        node="reconstruction",
        pid=2,
        state="ended",
        inputs={"frames": FRAMES},
        counters={"frames.fused": 70, "frames.skipped_redundant": 15, "frames.lost": 5, "other": 9},
        restarts=2,
        rss_bytes=5,
    ),
)


@pytest.fixture
def report():
    launch = running.load("replay", [])
    result = RunResult(
        NODES, {"reconstruction": 300 * 10**6}, {"reconstruction": 87.64}, duration_s=3.21987
    )
    return make_report(launch, result)


def test_what_became_of_the_frames(report):
    run = report["run"]
    assert run["frames_in"] == 100
    assert run["fused"] == 70
    assert run["skipped"] == 15 + 4
    assert run["rejected"] == {"lost": 5}
    assert run["lost"] == 100 - 94
    assert run["capture_to_fused_ms"] == {"p50": 12.5, "p99": 40.0}


def account(
    camera: int,
    time_over: bool = False,
    launch: str = "replay",
    ended: bool = True,
    **fusing: int,
) -> dict[str, Any]:
    camera_, fuser = NODES
    stats = InputStats(ended=ended, **fusing)
    nodes = (
        msgspec.structs.replace(camera_, outputs={"frames": camera}),
        msgspec.structs.replace(fuser, inputs={"frames": stats}),
    )
    result = RunResult(nodes, {}, {}, duration_s=1.0)
    return make_report(running.load(launch, []), result, time_over=time_over)


def test_what_does_not_add_up_is_shown():
    twice = account(100, received=130, skipped=20, lost=7)
    assert twice["run"]["unaccounted"] == -57
    assert [each["text"][:50] for each in twice["troubles"]] == [
        "57 more frames were taken in or counted as lost th"
    ]
    for launch in ("replay", "live"):
        gone = account(100, received=90, lost=3, launch=launch)
        assert (gone["run"]["lost"], gone["run"]["unaccounted"]) == (3, 7)
        assert "7 frames are missing" in gone["troubles"][0]["text"]
    right = account(100, received=90, skipped=4, lost=6)
    assert right["run"]["unaccounted"] == 0 and not right["troubles"]


def test_what_came_after_a_node_was_killed_for_the_last_time_was_lost():
    """It was up again too late for the end of a live stream."""
    run = account(100, received=80, lost=3, ended=False, launch="live")["run"]
    assert (run["lost"], run["on_the_way"], run["unaccounted"]) == (20, 0, 0)


def test_a_run_that_was_resumed_in_vain_is_what_it_was_before(report):
    """A signal came while its nodes loaded."""
    before = report | {"failed": {"memory": "not ended"}, "ok": False}
    launch = running.load("replay", [])
    nodes = [NodeStatus(stamp_ns=0, node=n, pid=1, state="stopped") for n in launch.nodes]
    after = make_report(launch, RunResult(tuple(nodes), {}, {}, duration_s=1.0), interrupted=True)
    kept = as_before(after, before)
    assert kept["run"] == before["run"] and kept["interrupted"]
    assert (kept["failed"], kept["ok"]) == (before["failed"], False)
    assert as_before(after, None) == after
    assert as_before(report, before) == report


@pytest.mark.parametrize("launch", ["replay", "live"])
def test_what_a_run_had_no_time_for_was_on_the_way(launch):
    """It is not lost: who resumes a lossless run has it."""
    run = account(100, received=99, time_over=True, launch=launch)["run"]
    assert (run["lost"], run["on_the_way"], run["unaccounted"]) == (0, 1, 0)


def test_a_reader_that_keeps_no_state_lost_what_came_before_it_listened():
    run = of_stateless(running.load("live", []))["run"]
    assert (run["lost"], run["unaccounted"]) == (7, 0)


def of_stateless(launch: Launch) -> dict[str, Any]:
    """Of a launch whose nodes keep no state, and 7 of 100 frames that nobody has counted."""
    tree = launch.dump()
    tree["run"]["checkpoint_every"] = 0
    fuser = msgspec.structs.replace(NODES[1], restarts=0, inputs={"frames": LISTENED})
    result = RunResult((NODES[0], fuser), {}, {}, duration_s=1.0)
    return make_report(check_launch(tree, Path("test")), result)


def test_only_verdicts_of_the_node_that_fuses_count():
    detector = NodeStatus(
        stamp_ns=0, node="detector", pid=4, state="ended", inputs={"frames": InputStats()},
        counters={"frames.ignored": 100, "detections": 7},
    )  # fmt: skip
    launch = running.load("replay", [])
    for nodes in ((detector, *NODES), (*NODES, detector)):
        run = make_report(launch, RunResult(nodes, {}, {}, duration_s=1.0))["run"]
        assert (run["fused"], run["rejected"], run["lost"]) == (70, {"lost": 5}, 6)


def test_that_it_was_interrupted_is_said():
    launch = running.load("replay", [])
    result = RunResult(NODES, {}, {}, duration_s=1.0)
    assert not make_report(launch, result)["interrupted"]
    report = make_report(launch, result, interrupted=True)
    assert (report["ok"], report["interrupted"]) == (True, True)


def test_a_run_that_was_cut_short_lost_only_what_was_counted_as_lost():
    launch = running.load("replay", [])
    stopped = msgspec.structs.replace(
        NODES[1], state="stopped", inputs={"frames": msgspec.structs.replace(FRAMES, lost=2)}
    )
    report = make_report(launch, RunResult((NODES[0], stopped), {}, {}, duration_s=3.0))
    assert (report["run"]["lost"], report["run"]["on_the_way"]) == (2, 4)
    console = Console(file=io.StringIO(), width=200)
    summary(console, report, Path("run"))
    assert "4 on the way when it ended, 2 lost on the way." in console.file.getvalue()


def test_frames_that_are_passed_on_are_counted_once(tmp_path):
    path = tmp_path / "faults.toml"
    path.write_text(
        """
        [node.camera]
        uses = "cogmap.nodes.simulator:SimulatedCamera"
        [node.faults]
        uses = "cogmap.nodes.faults:Faults"
        inputs.frames = { stream = "camera/frames", policy = "lossless" }
        [node.reconstruction]
        uses = "cogmap.nodes.reconstruction:Reconstruction"
        inputs.frames = { stream = "faults/spoiled", policy = "lossless" }
        """
    )
    relay = NodeStatus(
        stamp_ns=0, node="faults", pid=3, state="ended", inputs={"frames": FRAMES},
        outputs={"spoiled": 100},
    )  # fmt: skip
    launch = running.load(str(path), [])
    run = make_report(launch, RunResult((*NODES, relay), {}, {}, duration_s=1.0))["run"]
    assert (run["frames_in"], run["lost"]) == (100, 6)


def test_a_recorder_may_call_its_input_as_it_likes(tmp_path):
    """A run with such a recorder came to its end without a report."""
    path = tmp_path / "recorded.toml"
    path.write_text(
        """
        [node.camera]
        uses = "cogmap.nodes.simulator:SimulatedCamera"
        [node.reconstruction]
        uses = "cogmap.nodes.reconstruction:Reconstruction"
        inputs.frames = { stream = "camera/frames", policy = "lossless" }
        [node.recorder]
        uses = "cogmap.nodes.recorder:Recorder"
        inputs.frames = { stream = "camera/frames", policy = "latest" }
        """
    )
    launch = running.load(str(path), [])
    run = make_report(launch, RunResult(NODES, {}, {}, duration_s=1.0))["run"]
    assert (run["frames_in"], run["fused"]) == (100, 70)
    assert of_stateless(launch)["run"]["unaccounted"] == 7  # it makes no run a lossy one


def test_figures_of_the_nodes(report):
    node = report["nodes"]["reconstruction"]
    assert (node["restarts"], node["cpu_percent"], node["peak_rss_bytes"]) == (2, 87.6, 300 * 10**6)
    assert node["inputs"]["frames"]["skipped"] == 4
    assert node["inputs"]["frames"]["malformed"] == 1
    assert node["rate_hz"] == 29.5
    assert report["nodes"]["camera"]["published"] == {"frames": 100}


def test_is_json(report):
    assert json.loads(json.dumps(report)) == report
    assert (report["ok"], report["duration_s"]) == (True, 3.22)


def test_run_without_reconstruction():
    launch = running.load("replay", [])
    report = make_report(launch, RunResult(NODES[:1], {}, {}, 1.0, failed={"x": "why"}))
    assert report["run"]["capture_to_fused_ms"] == {"p50": None, "p99": None}
    assert report["run"]["lost"] == 0
    assert not report["ok"]


def printed(width: int = 160) -> Console:
    return Console(file=io.StringIO(), width=width)


def text_of(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_table_has_a_row_a_node():
    console = printed()
    console.print(status_table(RunStatus(stamp_ns=0, nodes=NODES)))
    header, camera, reconstruction = text_of(console).splitlines()
    assert {"Hz", "skipped", "malformed", "restarts", "MB"} <= set(header.split())
    assert camera.split()[:2] == ["camera", "ended"]
    assert reconstruction.split() == [
        *("reconstruction", "ended", "0.0", "12.5", "40.0", "4", "6", "1", "2", "0", "0")
    ]


def test_summary(report, tmp_path):
    console = printed()
    summary(console, report, tmp_path)
    text = text_of(console)
    assert "100 frames in 3 s: 70 fused, 19 skipped, 5 lost, 6 lost on the way." in text
    assert "median 12 ms, p99 40 ms" in text
    assert f"Run directory: {tmp_path}" in text
    assert "again" not in text
    (tmp_path / "view.rrd").touch()
    summary(console, report, tmp_path)
    assert f"Look at it again: {sys.argv[0]} view {tmp_path}" in text_of(console)


def test_without_a_terminal_a_line_once_in_a_while():
    console = printed()
    with LiveTable(console) as table:
        for _ in range(5):
            table.update(RunStatus(stamp_ns=0, nodes=NODES))
    assert text_of(console) == "camera ended 0.0 Hz, reconstruction ended 0.0 Hz\n"


def test_hidden_table_says_nothing():
    console = printed()
    with LiveTable(console, hidden=True) as table:
        table.update(RunStatus(stamp_ns=0, nodes=NODES))
    assert text_of(console) == ""
