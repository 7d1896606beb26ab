"""Nodes that cannot end by themselves end when their supervisor is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from cogmap.runtime.reaper import Reaper

SLEEPS = "import time; time.sleep(60)"
HOLDS_THE_LOCK = "import itertools; 1 in itertools.repeat(0)"
"""No other thread of it, and no handler of a signal, gets to run."""
SUPERVISOR = """
import os, signal, subprocess, sys
from cogmap.runtime.reaper import Reaper
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
nodes = [subprocess.Popen([sys.executable, "-c", code], **quiet) for code in sys.argv[1:]]
nodes[0].send_signal(signal.SIGSTOP)
Reaper().watch(node.pid for node in nodes)
print(*(node.pid for node in nodes), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it needs pidfd_open")


def until(condition: Callable[[], bool], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def reaper_of_this_process() -> psutil.Process:
    lines = ((child, child.cmdline()) for child in psutil.Process().children())
    # a child that has ended and waits for its parent has no words
    return next(child for child, line in lines if line and line[-1].endswith("reaper_main.py"))


def test_nodes_that_hear_of_nothing_end_within_5_s():
    command = [sys.executable, "-c", SUPERVISOR, SLEEPS, HOLDS_THE_LOCK]
    killed = subprocess.run(command, capture_output=True, text=True)
    pids = [int(word) for word in killed.stdout.split()]
    assert len(pids) == 2, killed.stderr
    assert until(lambda: not any(map(runs, pids)), 5.0)


def test_it_ends_with_a_run_and_leaves_others_alone():
    with subprocess.Popen([sys.executable, "-c", SLEEPS]) as other:
        reaper = Reaper()
        reaper.watch([other.pid])
        process = reaper_of_this_process()
        began_s = time.monotonic()
        reaper.close()
        assert time.monotonic() - began_s < 2
        assert not process.is_running()
        assert other.poll() is None
        other.kill()


def test_it_is_started_again(monkeypatch):
    monkeypatch.setattr("cogmap.runtime.reaper._TRY_AGAIN_S", 0.0)
    reaper = Reaper()
    reaper.watch([])
    first = reaper_of_this_process()
    first.send_signal(signal.SIGTERM)  # as a memory daemon does
    assert not until(lambda: not first.is_running(), 0.3)
    first.kill()
    assert until(lambda: not runs(first.pid), 5.0)
    reaper.watch([])
    assert reaper_of_this_process().pid != first.pid
    reaper.close()
