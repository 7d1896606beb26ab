from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from datetime import datetime

import psutil
import pytest

from cogmap.bench import hold
from cogmap.bench.harness import BenchError
from cogmap.bench.hold_cost import spent_between
from cogmap.bench.hold_restarts import Restart, restarts
from cogmap.bench.hold_run import FAULTS, Kill
from cogmap.bench.running_run import node_pids
from cogmap.runtime.messages import NodeStatus, RunStatus


def went_on(at_s: float, load_s: float, what: str = "message") -> str:
    when = datetime.fromtimestamp(at_s).strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
    return (
        f"{when} INFO cogmap.nodes.detector: went on with {what} 12, 9.99 s after it was started"
        f" again, {load_s:.2f} s to load\n"
    )


def test_a_restart_counts_without_what_it_took_to_load():
    logs = {
        "detector": "started\n" + went_on(1003, 2.5) + went_on(1050, 1.0),
        "camera": went_on(1021, 0.5, "step"),
    }
    kills = [Kill("detector", 1000), Kill("camera", 1020)]
    found = {each.node: each for each in restarts(kills, logs, [])}
    assert found["detector"].beyond_loading_s == pytest.approx(0.5)
    assert found["camera"].beyond_loading_s == pytest.approx(0.5)
    assert found["detector"].alone and found["camera"].alone


@pytest.mark.parametrize(
    ("other_at_s", "its_log", "alone"),
    [
        (1001, went_on(1004, 2), False),
        (995, went_on(1001, 2), False),
        (990, went_on(999, 2), True),
        (980, "", True),  # it has not said since that it works
    ],
)
def test_a_restart_while_another_node_is_down_is_not_alone(other_at_s, its_log, alone):
    logs = {"detector": went_on(1003, 2.5), "memory": its_log}
    found = restarts([Kill("memory", other_at_s), Kill("detector", 1000)], logs, [])
    mine = next(each for each in found if each.node == "detector")
    assert mine.alone is alone


def test_who_waits_for_another_counts_from_when_the_last_could_have_loaded():
    logs = {"detector": went_on(1009, 2.5), "memory": went_on(1008, 3)}
    found = restarts([Kill("memory", 1004), Kill("detector", 1000)], logs, [])
    assert {each.node: each.beyond_loading_s for each in found} == pytest.approx(
        {"detector": 2.0, "memory": 1.0}
    )


def test_who_waits_for_one_of_which_nothing_is_known_is_left_out():
    kills = [Kill("memory", 990), Kill("detector", 1000)]
    assert restarts(kills, {"detector": went_on(1003, 2.5), "memory": ""}, []) == []


def test_one_that_was_killed_again_before_it_worked_counts_from_the_last_kill():
    found = restarts([Kill("memory", 1000), Kill("memory", 1002)], {"memory": went_on(1005, 2)}, [])
    assert [each.beyond_loading_s for each in found] == [pytest.approx(1.0)]


def status(at_s: float, pid: int, **what: object) -> RunStatus:
    node = NodeStatus(stamp_ns=0, node="memory", pid=pid, state="running", **what)
    return RunStatus(stamp_ns=round(at_s * 1e9), nodes=(node,))


def test_a_node_that_was_not_seen_at_work_again_counts_as_at_least_so_long():
    kills = [Kill("memory", 1000, 1), Kill("memory", 1030, 2), Kill("memory", 1050, 3)]
    told = [status(999, 1, rate_hz=9.0), status(1020, 2), status(1060, 4)]
    found = restarts(kills, {"memory": went_on(1032, 1.5)}, told)
    assert [each.is_back for each in found] == [False, True, False]
    assert [each.beyond_loading_s for each in found] == pytest.approx([26.5, 0.5, 6.5])


@pytest.mark.parametrize("what", [{"rate_hz": 3.0}, {"finishing": True}])
def test_a_node_that_began_anew_or_has_said_all_was_at_work(what):
    told = [status(1020, 2, **what), status(1100, 2)]
    assert restarts([Kill("memory", 1000, 1)], {"memory": ""}, told) == []


def test_one_that_is_killed_again_at_once_tells_nothing():
    kills = [Kill("memory", 1000, 1), Kill("memory", 1003, 2)]
    told = [status(1002, 2), status(1009, 3)]
    assert len(restarts(kills, {"memory": went_on(1005, 2)}, told)) == 1


def met(section: hold.Section) -> dict[str, bool]:
    return {bar.figure: bar.ok for bar in section[1]}


def restart(beyond_loading_s: float, **what: bool) -> Restart:
    return Restart("memory", 0.0, 9.0, beyond_loading_s, **{"alone": True, **what})


SOON = "restart to processing again beyond loading, p99 s"


def test_kills_have_a_bar_each_for_how_many_and_how_soon():
    good = [restart(0.5)] * 100
    assert all(met(hold._kill_figures(200, 200, good)).values())
    assert not met(hold._kill_figures(2, 2, good[:1]))["kills"]
    assert not met(hold._kill_figures(200, 200, good[:1]))["restarts measured"]
    assert not met(hold._kill_figures(199, 200, good))["kills survived with an identical map, %"]
    assert not met(hold._kill_figures(200, 200, good + [restart(20, is_back=False)] * 3))[SOON]
    assert not met(hold._kill_figures(200, 200, good + [restart(20, alone=False)] * 3))[SOON]


def test_runs_that_die_before_their_first_kill_end_the_bench(tmp_path, monkeypatch):
    def dies(*_: object) -> None:
        raise BenchError("the run ended with exit code 1")

    monkeypatch.setattr(hold, "chaos", dies)
    with pytest.raises(BenchError, match="runs had 0 kills"):
        hold._kill(hold._Ground(tmp_path / "x.mcap", tmp_path, {}), 200)


def test_chaos_is_to_last_as_long_as_it_says_with_faults_of_all_kinds():
    every = Counter(FAULTS)
    assert all(met(hold._chaos_figures(every, 9, 9, [0.0, 4.0], 601)).values())
    assert not met(hold._chaos_figures(every, 9, 9, [0.0, 4.0], 3))["chaos, s"]
    few = Counter([*sorted(FAULTS)[1:], "none"])
    assert not met(hold._chaos_figures(few, 9, 9, [4.0], 601))["chaos, kinds of faults"]
    nobody = met(hold._chaos_figures(every, 9, 9, [], 601))
    assert not nobody["nodes outlive their supervisor, most s"]


def test_a_node_that_has_just_ended_hides_no_other():
    code = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', '']);"
    node = "[sys.executable, '-c', 'input()', 'cogmap.runtime.node_main', 'x/camera.json']"
    code += f" q = subprocess.Popen({node}, stdin=subprocess.PIPE); input()"
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    try:
        while not any(c.status() == psutil.STATUS_ZOMBIE for c in children(parent)):
            time.sleep(0.01)
        while len(children(parent)) < 2:
            time.sleep(0.01)
        while not (found := node_pids(parent.pid)):
            time.sleep(0.01)
        assert found.keys() == {"camera"}
    finally:
        parent.communicate(b"\n")


def children(parent: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(parent.pid).children()


def test_processor_time_between_frames_lies_between_the_looks():
    frames, cpu_s = [0, 100, 100, 200, 300], [5.0, 8.0, 8.4, 10.0, 13.0]
    assert spent_between(frames, cpu_s, 150, 250) == pytest.approx(2.5)
    with pytest.raises(BenchError, match="not looked at"):
        spent_between(frames, cpu_s, 150, 400)
