"""A node's side of supervision: what it says, what it survives, and how an orphan ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
import zmq

from cogmap.runtime import heartbeat as heartbeat_module
from cogmap.runtime import wire
from cogmap.runtime.heartbeat import Heartbeat, NodeFigures
from cogmap.runtime.messages import InputStats, LogRecord, Message, NodeStatus

Hear = Callable[[Callable[[Message], bool]], Message]


@pytest.fixture
def endpoint(tmp_path) -> str:
    return f"ipc://{tmp_path}/supervisor"


@pytest.fixture
def hear(context, endpoint) -> Iterator[Hear]:
    """The supervisor's end: ``hear(wanted)`` waits for the first message that is wanted."""
    socket = context.socket(zmq.PULL)
    socket.bind(endpoint)

    def wait(wanted: Callable[[Message], bool]) -> Message:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if socket.poll(50):
                message = wire.decode(socket.recv_multipart()).message
                if wanted(message):
                    return message
        raise AssertionError("it was not said")

    yield wait
    socket.close(linger=0)


@pytest.fixture
def heartbeat(endpoint, monkeypatch) -> Iterator[Heartbeat]:
    monkeypatch.setattr(heartbeat_module, "PERIOD_S", 0.02)
    handlers = list(logging.getLogger().handlers)
    beat = Heartbeat("thinner", endpoint)
    yield beat
    beat.finish("ended")
    assert not beat._thread.is_alive()
    for handler in logging.getLogger().handlers[:]:
        if handler not in handlers:
            logging.getLogger().removeHandler(handler)


def is_status(state: str) -> Callable[[Message], bool]:
    return lambda message: isinstance(message, NodeStatus) and message.state == state


def is_log(text: str) -> Callable[[Message], bool]:
    return lambda message: isinstance(message, LogRecord) and text in message.text


def test_what_is_free_is_given_back_once_in_a_while(heartbeat, monkeypatch):
    given = threading.Event()
    monkeypatch.setattr(heartbeat_module, "give_back", given.set)
    monkeypatch.setattr(heartbeat_module, "_TIDY_S", 0.05)
    assert given.wait(10)


def test_life(heartbeat, hear):
    first = hear(is_status("starting"))
    assert (first.node, first.pid) == ("thinner", os.getpid())
    stats = {"frames": InputStats(received=7, skipped=2)}
    heartbeat.start(lambda: NodeFigures(stats, {"out": 3}, {"fused": 1}), lambda: None)
    running = hear(is_status("running"))
    assert running.inputs["frames"].skipped == 2
    assert (running.outputs, running.counters) == ({"out": 3}, {"fused": 1})
    heartbeat.finish("failed", "RuntimeError: out of luck")
    assert hear(is_status("failed")).error == "RuntimeError: out of luck"


def test_a_source_is_as_fast_as_what_it_makes():
    """Its rate does not become that of commands once the first one comes."""
    commands = {"commands": InputStats(received=4)}
    assert NodeFigures(commands, {"frames": 90, "events": 2}, {}, is_source=True).done == 90
    assert NodeFigures({}, {"frames": 90}, {}, is_source=True).done == 90
    assert NodeFigures(commands, {"answers": 90}, {}).done == 4
    assert NodeFigures({}, {}, {}).done == 0


def test_log_is_passed_on(heartbeat, hear):
    logging.getLogger("cogmap.thinner").warning("lens cap on: %d frames", 5)
    line = hear(is_log("lens cap"))
    assert (line.node, line.level, line.text) == ("thinner", "WARNING", "lens cap on: 5 frames")


def test_odd_log_lines_are_survived(heartbeat, hear, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logger = logging.getLogger("cogmap.thinner")
    logger.warning("no file \udcff\ud800 here")
    assert "no file ??" in hear(is_log("no file")).text
    logger.warning("%d", "not a number")
    logger.warning("x" * 100_000)
    assert len(hear(is_log("xxx")).text) == 2000
    logger.log(35, "a level of one's own")
    assert hear(is_log("own")).level == "INFO"


def test_error_with_odd_characters(heartbeat, hear):
    heartbeat.finish("failed", "no file \udcff" + "x" * 10**7)
    assert hear(is_status("failed")).error.startswith("no file ?xxx")


def test_flood_of_logs_is_bounded(heartbeat, hear):
    for number in range(5000):
        logging.getLogger("cogmap.thinner").warning("line %d", number)
    assert heartbeat._logs.qsize() <= 1000
    hear(is_log("line 0"))


def test_supervisor_that_is_away_is_not_waited_for(endpoint, monkeypatch):
    """Nobody listens at the endpoint: neither logging nor ending waits for somebody."""
    monkeypatch.setattr(heartbeat_module, "PERIOD_S", 0.01)
    beat = Heartbeat("n", endpoint)
    for number in range(3000):
        logging.getLogger("cogmap.n").warning("line %d", number)
    beat.finish("ended")
    assert not beat._thread.is_alive()
    logging.getLogger().handlers[:] = [
        handler
        for handler in logging.getLogger().handlers
        if type(handler).__name__ != "QueueHandler"
    ]


def test_alone_it_says_nothing():
    beat = Heartbeat("n", None)
    beat.start(lambda: NodeFigures({}, {}, {}), lambda: None)
    beat.finish("ended")
    assert not beat._thread.is_alive()


ORPHAN = """
import os, sys, time, threading
from cogmap.runtime import heartbeat
heartbeat.PERIOD_S = 0.05
if os.fork() == 0:
    beat = heartbeat.Heartbeat("n", sys.argv[1])
    stopped = threading.Event()
    beat.start(lambda: heartbeat.NodeFigures({}, {}, {}), stopped.set)
    print("child", os.getpid(), flush=True)
    if sys.argv[2] == "well":
        stopped.wait(20)
        print("told to stop", flush=True)
        os._exit(0)
    time.sleep(20)
    os._exit(0)
time.sleep(20)
"""


@pytest.mark.system
@pytest.mark.parametrize("behaviour", ["well", "hung"])
def test_orphan_ends_by_itself(endpoint, behaviour):
    """The supervisor is killed: the node is told to stop, and if it does not, it is ended."""
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, endpoint, behaviour], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline().split()[1]))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    began = time.monotonic()
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() - began < 5, "the orphan lives on"
        time.sleep(0.02)
    if behaviour == "well":
        assert parent.stdout.readline() == "told to stop\n"
    parent.stdout.close()
