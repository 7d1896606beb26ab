from __future__ import annotations

from datetime import datetime

import pytest

from cogmap.bench.harness import BenchError
from cogmap.bench.hold_cost import spent_between
from cogmap.bench.hold_restarts import restarts
from cogmap.bench.hold_run import Kill


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
    found = {each.node: each for each in restarts(kills, logs)}
    assert found["detector"].beyond_loading_s == pytest.approx(0.5)
    assert found["camera"].beyond_loading_s == pytest.approx(0.5)
    assert found["detector"].alone and found["camera"].alone


@pytest.mark.parametrize(
    ("other_at_s", "its_log", "alone"),
    [
        (1001, went_on(1004, 2), False),
        (995, went_on(1001, 2), False),
        (990, went_on(999, 2), True),
        (990, "", False),  # it has not said since that it works
        (980, "", True),
    ],
)
def test_a_restart_while_another_node_is_down_is_not_alone(other_at_s, its_log, alone):
    logs = {"detector": went_on(1003, 2.5), "memory": its_log}
    found = restarts([Kill("memory", other_at_s), Kill("detector", 1000)], logs)
    mine = next(each for each in found if each.node == "detector")
    assert mine.alone is alone


def test_one_that_was_killed_again_before_it_worked_counts_from_the_last_kill():
    found = restarts([Kill("memory", 1000), Kill("memory", 1002)], {"memory": went_on(1005, 2)})
    assert [each.beyond_loading_s for each in found] == [pytest.approx(1.0)]


def test_processor_time_between_frames_lies_between_the_looks():
    frames, cpu_s = [0, 100, 100, 200, 300], [5.0, 8.0, 8.4, 10.0, 13.0]
    assert spent_between(frames, cpu_s, 150, 250) == pytest.approx(2.5)
    with pytest.raises(BenchError, match="not looked at"):
        spent_between(frames, cpu_s, 150, 400)
