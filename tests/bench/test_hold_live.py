"""What counts as an account of every frame; the runs are the benchmark's."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from cogmap.bench import hold_live
from cogmap.bench.hold_live import LiveRun
from cogmap.runtime.messages import NodeStatus

FRAMES = {"received": 60, "skipped": 5, "lost": 35}
TOLD = {"frames_in": 100, "lost": 35, "on_the_way": 0}
RECORDER = {"inputs": {"frames": {"skipped": 1, "lost": 0}}, "counters": {"unrecorded": 2}}
NODE = {"inputs": {"frames": FRAMES}, "counters": {"frames.fused": 40, "frames.frozen": 20, "x": 7}}


def missed(run: LiveRun) -> list[str]:
    return [bar.figure for bar in hold_live._judged(run)[1] if not bar.ok]


def live_run(frames: dict[str, int], told: dict[str, Any], **what: Any) -> LiveRun:
    node = copy.deepcopy(NODE)
    node["inputs"] = {"frames": FRAMES | frames}
    report = {"run": TOLD | told, "nodes": {"reconstruction": node, "recorder": RECORDER}}
    kills = {"reconstruction": 5, "recorder": 5}
    known: dict[str, Any] = {"kills": kills, "recorded": list(range(97)), "replayed": 97}
    return LiveRun(report=report, **known | what)


def test_a_run_that_accounts_for_all_frames_meets_every_bar():
    assert missed(live_run({}, {})) == []


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        ({}, {"lost": 34}),
        ({}, {"lost": None}),
        ({"received": 61}, {}),
        ({"received": 61, "lost": 34}, {"lost": 34}),  # one that nothing became of
        ({"lost": 36}, {"lost": 36}),  # one is counted twice
        ({"lost": 0}, {}),  # the node has counted none
        ({"lost": 0}, {"lost": 0}),
    ],
)
def test_a_frame_too_many_or_too_few_is_told(frames, told):
    assert missed(live_run(frames, told)) == ["live: frames not accounted for"]


@pytest.mark.parametrize(
    ("what", "bar"),
    [
        ({"kills": {"reconstruction": 3, "recorder": 5}}, "live: kills, reconstruction"),
        ({"kills": {"reconstruction": 5}}, "live: kills, recorder"),
        ({"recorded": [*range(96)], "replayed": 96}, "live: frames missed by the recording"),
        ({"recorded": [*range(97), 7]}, "live: frames missed by the recording"),
        ({"recorded": [*range(101)], "replayed": 101}, "live: frames missed by the recording"),
        ({"replayed": 96}, "live: frames not mapped from the recording"),
    ],
)
def test_kills_and_the_recording_have_bars(what, bar):
    assert missed(live_run({}, {}, **what)) == [bar]


def test_a_node_that_takes_nothing_in_between_its_kills_misses_a_bar():
    few = live_run({"received": 20, "lost": 75}, {"lost": 75})
    few.report["nodes"]["reconstruction"]["counters"] = {"frames.fused": 20}
    assert missed(few) == ["live: taken in, part of frames"]


def test_each_process_is_killed_once_after_it_was_at_work():
    killed = []
    killer = hold_live._Killer(random.Random(1), lambda pid, _: killed.append((pid, now)))
    for tick in range(600):
        now = tick / 10
        node = status(pid=1 + tick // 300, rate_hz=0.0 if now < 5 else 9.0)
        killer.look(node, now)
    assert [pid for pid, _ in killed] == [1, 2] and killer.kills == 2
    assert killed[0][1] > 5 + hold_live._BETWEEN_S[0]


def status(**what: Any) -> NodeStatus:
    return NodeStatus(stamp_ns=0, node="reconstruction", state="running", **what)
