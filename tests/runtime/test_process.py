"""One node's process: started, heard, killed, started again, given up."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from cogmap.runtime import process as process_module
from cogmap.runtime import vitals as vitals_module
from cogmap.runtime.checkpoint import Snapshot
from cogmap.runtime.checkpointer import EndMarks
from cogmap.runtime.messages import InputStats, NodeStatus, Trouble
from cogmap.runtime.process import NodeProcess
from cogmap.runtime.vitals import Vitals
from cogmap.runtime.wiring import EXIT_CUT_SHORT


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
    for second in range(10):
        now[0] += 1
        node.hear(beat(node, outputs={"out": 1}, inputs={"status": InputStats(received=second)}))
    assert node.vitals.quiet_s == 10
    now[0] += 10
    assert node.vitals.quiet_s == 0, "stopped, it is not known to wait"
    node.hear(beat(node, outputs={"out": 1}))
    assert node.vitals.quiet_s == 0, "nor has it waited, once it goes on"
    now[0] += 1
    assert node.vitals.quiet_s == 1
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


@pytest.mark.parametrize(
    ("reason", "help_"),
    [
        ("the map cannot be written: No space left on device", "make room on that disk"),
        (
            "ZMQError: Read-only file system (addr='ipc:///runs/r/sockets/1')",
            "mount it writable again (`dmesg` says why it was made read-only)",
        ),
        ("ValueError: no such thing", "see its log, and mend the node that fails"),
    ],
)
def test_what_to_do_about_a_crash(reason, help_):
    vitals = Vitals("n")
    vitals.crashed(reason)
    (trouble,) = vitals.troubles.all()
    assert trouble.text == f"{reason}; it was started again: {help_}"


def test_what_is_at_one_message_may_not_outgrow_its_bound(tmp_path):
    """That it may still end well does not keep it from taking the machine's memory."""
    vitals = Vitals("n", hang_s=60.0, memory_bytes=1)
    vitals.meter.turn_to(os.getpid())
    status = NodeStatus(stamp_ns=0, node="n", pid=os.getpid(), state="running", busy_s=40.0)
    vitals.begin()
    vitals.hear(status)
    vitals.meter.look()
    assert vitals.why_kill().startswith("out of memory: holds")


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
def lasting(tmp_path, monkeypatch) -> Iterator[Callable[..., NodeProcess]]:
    """A node whose process says nothing and stays, but handles no signal, as one that loads.
    Started again it is at once."""
    monkeypatch.setattr(process_module, "_AFTER_KILL_S", 0.0)
    monkeypatch.setattr(process_module, "_BACKOFF_S", (0.0,))
    monkeypatch.setattr(
        NodeProcess, "_open_process", lambda self: subprocess.Popen(["sleep", "100"])
    )
    made: list[NodeProcess] = []

    def start(vitals: Vitals, **options: bool) -> NodeProcess:
        wiring, log = tmp_path / "run" / "wiring" / "n.json", tmp_path / "n.log"
        node = NodeProcess("n", wiring, log, restarts_allowed=2, vitals=vitals, **options)
        node.start()
        made.append(node)
        return node

    yield start
    for node in made:
        node.kill()
        node.wait()


class TestFailsAgainAndAgain:
    """By itself: it hangs, long after it was started."""

    @pytest.fixture
    def hang(self, monkeypatch) -> Callable[..., None]:
        """After ``well_s`` seconds in which it did what ``beat`` is told, for ever."""
        now = [time.monotonic()]

        def clock() -> float:
            now[0] += 1e-6
            return now[0]

        monkeypatch.setattr(vitals_module.time, "monotonic", clock)

        def hang(node: NodeProcess, well_s: float = 1.0, **done: object) -> None:
            node.hear(beat(node, state="starting"))
            now[0] += well_s
            node.hear(beat(node, **done))
            now[0] += 60.0
            node.hear(beat(node, busy_s=60.0, **done))
            node.watch()
            while node.alive:
                time.sleep(0.01)
            node.watch()
            now[0] += 1.0
            node.watch()

        return hang

    def test_at_the_same_message(self, lasting, hang):
        """It is given up, although a hang takes longer to be noticed than most lives last."""
        node = lasting(Vitals("n", hang_s=60.0))
        for failures in range(1, 4):
            assert not node.done
            hang(node, well_s=500.0, inputs={"frames": InputStats(received=3)})
            assert node.status().restarts == min(failures, 2)
        assert node.gave_up
        assert node.error.startswith("hung: at one message for 60 s of 60 s")

    def test_ever_farther(self, lasting, hang):
        node = lasting(Vitals("n", hang_s=60.0))
        for number in range(1, 6):
            hang(node, inputs={"frames": InputStats(received=number)})
        assert node.status().restarts == 5
        assert node.alive

    def test_farther_is_meant_in_what_comes_again(self, lasting, hang):
        """Else a few more commands, or words about them, would count."""
        node = lasting(Vitals("n", hang_s=60.0, repeating=["frames"]))
        for number in range(3):
            inputs = {"frames": InputStats(received=3), "told": InputStats(received=number)}
            hang(node, inputs=inputs, outputs={"said": number})
        assert node.gave_up

    @pytest.mark.parametrize(("well_s", "gave_up"), [(20.0, True), (40.0, False)])
    def test_live(self, lasting, hang, well_s, gave_up):
        """Nothing comes again, so it must have done well, not counting the hang."""
        node = lasting(Vitals("n", hang_s=60.0, repeating=[]))
        for number in range(1, 4):
            hang(node, well_s, inputs={"frames": InputStats(received=number)})
        assert node.gave_up == gave_up


class TestEnd:
    """Of a run: what had a node done by then?"""

    @pytest.fixture
    def node(self, lasting) -> NodeProcess:
        return lasting(Vitals("n", hang_s=1.0))

    def die(self, node: NodeProcess) -> None:
        os.kill(node.status().pid, signal.SIGKILL)
        while node.alive:
            time.sleep(0.01)

    def check_unended(self, node: NodeProcess, reason: str) -> None:
        assert node.done and node.gave_up
        assert node.status().state == "failed"
        assert node.error.startswith(reason)
        assert f"cogmap up --resume {node._run_dir} goes on" in node.error
        (trouble,) = [each for each in node.status().troubles if each.name == "not ended"]
        assert not trouble.over
        assert trouble.text == node.error

    def test_told_while_it_loads_for_the_first_time(self, node):
        node.terminate()
        node.wait()
        assert node.status().state == "stopped"
        assert not node.gave_up

    def test_told_while_it_loads_what_a_run_before_had(self, lasting):
        """The run was resumed: it is as far from its end as before."""
        node = lasting(Vitals("n"), has_state=True)
        node.terminate()
        node.wait()
        self.check_unended(node, "told to end before it had loaded again")

    def test_told_while_it_loads_again(self, node):
        node.hear(beat(node))
        self.die(node)
        node.watch()
        node.watch()
        assert node.alive
        node.terminate()
        node.wait()
        self.check_unended(node, "told to end before it had loaded again")

    def test_killed_once_it_was_told(self, node):
        node.hear(beat(node))
        node.terminate()
        self.die(node)
        node._popen.returncode = -signal.SIGKILL  # whichever of the two came first
        node.wait()
        self.check_unended(node, "killed by signal 9 (by hand, or by the kernel: dmesg tells)")
        assert {each.name for each in node.status().troubles} == {"killed", "not ended"}

    def test_dies_just_before_it_is_told(self, node):
        node.hear(beat(node))
        self.die(node)
        node.wait()
        self.check_unended(node, "killed by signal 9")

    def test_is_down(self, node, monkeypatch):
        monkeypatch.setattr(process_module, "_AFTER_KILL_S", 100.0)
        node.hear(beat(node))
        self.die(node)
        node.watch()
        node.wait()
        self.check_unended(node, "the run ended before it was up again (killed by signal 9")

    def test_killed_when_it_had_said_that_it_has_ended(self, node):
        node.hear(beat(node, state="ended"))
        self.die(node)
        node.wait()
        assert node.status().state == "ended"
        assert not node.gave_up

    def test_killed_when_it_had_left_word(self, node):
        node.hear(beat(node))
        state = node._run_dir / "state"
        state.mkdir(parents=True)
        EndMarks(state).write("n", Snapshot({}, {}, {}))
        self.die(node)
        node.wait()
        assert node.status().state == "ended"
        assert not node.gave_up

    def test_left_over_and_killed_by_somebody_else(self, node):
        """The run is not over: it is started again."""
        node.hear(beat(node))
        node.terminate()
        self.die(node)
        node._popen.returncode = -signal.SIGKILL
        node.watch()
        node.watch()
        assert node.alive and not node.done

    def test_left_over_before_its_inputs_had_ended(self, node):
        """Nothing came any more, so it was told to end; what it stored is not what was to come."""
        node.hear(beat(node))
        node.terminate()
        node._popen.wait()
        node._popen.returncode = EXIT_CUT_SHORT
        node.watch()
        self.check_unended(node, "nothing more came, nor an end")

    def test_told_to_end_with_the_whole_run(self, node):
        node.hear(beat(node))
        node.terminate()
        node._popen.wait()
        node._popen.returncode = EXIT_CUT_SHORT
        node.wait()
        assert node.status().state == "ended"
        assert not node.gave_up

    def test_left_over_and_hung(self, node):
        node.hear(beat(node, busy_s=2.0))
        node._asked_to_end_at = time.monotonic()
        node.watch()
        node._popen.wait()
        node.watch()
        self.check_unended(node, "hung: at one message for 2 s of 1 s")

    def test_left_over_and_slow(self, node, monkeypatch):
        monkeypatch.setattr(process_module, "_END_WITHIN_S", -1.0)
        node.hear(beat(node))
        node._asked_to_end_at = time.monotonic()
        node.watch()
        node._popen.wait()
        node.watch()
        self.check_unended(node, "told to end, it did not in time and was killed")


@pytest.mark.parametrize(("busy_s", "quiet"), [(0.0, True), (39.0, False), (41.0, True)])
def test_as_long_as_it_may_be_at_one_message_it_is_busy(monkeypatch, busy_s, quiet):
    """Storing a map, it is no left-over of the run."""
    now = [1000.0]
    monkeypatch.setattr(vitals_module.time, "monotonic", lambda: now[0])
    vitals = Vitals("n", hang_s=40.0)
    status = NodeStatus(stamp_ns=0, node="n", pid=1, state="running")
    vitals.hear(status)
    for _ in range(int(busy_s) or 39):
        now[0] += 1
        vitals.hear(msgspec.structs.replace(status, busy_s=busy_s))
    assert (vitals.quiet_s > 0) == quiet


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
