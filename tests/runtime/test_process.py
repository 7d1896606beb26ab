"""One node's process: started, heard, killed, started again, given up."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from cogmap.runtime import process as process_module
from cogmap.runtime import vitals as vitals_module
from cogmap.runtime.messages import InputStats, NodeStatus, Trouble
from cogmap.runtime.process import NodeProcess
from cogmap.runtime.vitals import Vitals


@pytest.fixture
def node(tmp_path) -> Iterator[NodeProcess]:
    """A process that is alive only for a moment: it has no wiring file."""
    vitals = Vitals("n", idle_inputs=["status"])
    node = NodeProcess("n", tmp_path / "none.json", tmp_path / "n.log", vitals=vitals)
    node.start()
    yield node
    node.kill()
    node.wait()


def beat(node: NodeProcess, **changes: object) -> NodeStatus:
    pid = node.status().pid
    return NodeStatus(**{"stamp_ns": 0, "node": "n", "pid": pid, "state": "running", **changes})


def test_heartbeat_of_an_earlier_process_is_ignored(node):
    node.hear(beat(node, pid=1, state="ended"))
    assert node.status().state == "starting"
    node.hear(beat(node))
    assert node.status().state == "running"
    assert node.ready


def test_what_makes_it_busy(node, monkeypatch):
    now = [time.monotonic() + 100.0]
    monkeypatch.setattr(vitals_module.time, "monotonic", lambda: now[0])
    node.hear(beat(node, outputs={"out": 1}))
    assert node.vitals.quiet_s == 0
    now[0] += 10
    node.hear(beat(node, outputs={"out": 1}, inputs={"status": InputStats(received=9)}))
    assert node.vitals.quiet_s == 10
    node.hear(beat(node, outputs={"out": 1}, inputs={"frames": InputStats(received=1)}))
    assert node.vitals.quiet_s == 0


@pytest.mark.parametrize(
    ("state", "busy_s", "bound"),
    [("starting", 50.0, ""), ("starting", 70.0, "start_s"), ("running", 50.0, "hang_s")],
)
def test_hang_wherever_it_is(tmp_path, state, busy_s, bound):
    vitals = Vitals("n", start_s=60.0, hang_s=40.0)
    node = NodeProcess("n", tmp_path / "none.json", tmp_path / "n.log", vitals=vitals)
    node.start()
    node.hear(beat(node, state=state, busy_s=busy_s))
    node.watch()
    (trouble,) = node.status().troubles
    assert trouble.name == "hung"
    assert f"raise {bound or 'start_s'} of [node.n]" in trouble.text
    assert ("hung" in node._killed_for) == bool(bound)
    node.kill()
    node.wait()


def test_error_of_a_node_that_refuses(node):
    node.hear(beat(node, state="failed", error="no such file"))
    assert node.status().error == "no such file"


def test_what_it_said_of_itself_is_kept_when_it_starts_again(node):
    trouble = Trouble(name="dark", text="look at the lens", times=3)
    node.hear(beat(node, troubles=(trouble,)))
    assert node.status().troubles == (trouble,)
    node.wait()
    node.start()
    assert node.status().troubles == (msgspec.structs.replace(trouble, over=True),)
    node.hear(beat(node, troubles=(trouble,)))
    assert node.status().troubles == (trouble,), "there again"


@pytest.fixture
def mortal(tmp_path, monkeypatch) -> Iterator[Callable[[bool], NodeProcess]]:
    """``mortal(for_memory)``: a node that may fail once, and is then killed by somebody else
    until it is given up, or often. It never gets farther."""
    monkeypatch.setattr(process_module, "_BACKOFF_S", (0.0,))
    monkeypatch.setattr(process_module, "_AFTER_KILL_S", 0.0)

    def kill(for_memory: bool) -> NodeProcess:
        node = NodeProcess("n", tmp_path / "none.json", tmp_path / "n.log", restarts_allowed=1)
        monkeypatch.setattr(node.vitals.meter, "kernel_has_killed", lambda: for_memory)
        node.start()
        made.append(node)
        while not node.done and node.status().restarts < 5:
            if node.alive:
                os.kill(node.status().pid, signal.SIGKILL)
            time.sleep(0.01)
            node.watch()
        return node

    made: list[NodeProcess] = []
    yield kill
    for node in made:
        node.kill()
        node.wait()


def test_killed_by_hand_again_and_again(mortal):
    node = mortal(False)
    assert not node.done
    assert node.status().restarts == 5
    (trouble,) = node.status().troubles
    assert trouble.name == "killed" and "dmesg" in trouble.text


def test_killed_by_the_kernel_again_and_again(mortal):
    node = mortal(True)
    assert node.gave_up
    assert node.status().restarts == 1
    assert "the kernel" in node.error
    (trouble,) = node.status().troubles
    assert trouble.name == "out of memory" and "memory_mb of [node.n]" in trouble.text


def test_machine_without_room_for_it(tmp_path, monkeypatch):
    """Tried again until there is some; said if there never was."""
    monkeypatch.setattr(process_module, "_CANNOT_START_S", 0.0)
    logs = tmp_path / "logs"
    node = NodeProcess("n", tmp_path / "none.json", logs / "n.log")
    node.start()
    node.watch()
    assert not node.alive
    (trouble,) = node.status().troubles
    assert trouble.name == "cannot start" and not trouble.over
    assert "No such file" in trouble.text and "make room" in trouble.text
    logs.mkdir()
    node.watch()
    assert node.alive
    assert node.status().troubles[0].over
    node.kill()
    node.wait()


def test_what_never_could_be_started_has_failed(tmp_path):
    node = NodeProcess("n", tmp_path / "none.json", tmp_path / "none" / "n.log")
    node.start()
    node.wait()
    assert node.gave_up
    assert "could not be started" in node.error


def test_backoff_then_given_up(tmp_path):
    """Each failure in a row waits longer; in the end it is over, and said so."""
    node = NodeProcess("n", tmp_path / "none.json", tmp_path / "n.log", restarts_allowed=1)
    node.start()
    deadline = time.monotonic() + 20
    while not node.done:
        node.watch()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert node.gave_up
    assert node.status().state == "failed"
    assert node.status().restarts == 1
    assert "exit code 1" in node.error
    assert "none.json" in (tmp_path / "n.log").read_text()
