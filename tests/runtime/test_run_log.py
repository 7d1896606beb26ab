"""Metrics and log of a run whose disk does not take them, or does not answer."""

from __future__ import annotations

import threading
import time

import msgspec
import pytest

from cogmap.runtime import run_log as run_log_module
from cogmap.runtime.messages import LogRecord, RunStatus
from cogmap.runtime.run_log import RunLog
from cogmap.runtime.rundir import RunDir

STATUS = RunStatus(stamp_ns=1, nodes=())


@pytest.fixture
def run_dir(tmp_path):
    with RunDir(tmp_path / "run") as folder:
        yield folder


def test_both_are_written(run_dir):
    log = RunLog(run_dir)
    log.note_status(STATUS)
    log.note_log(LogRecord(stamp_ns=1, node="supervisor", level="ERROR", text="no camera"))
    log.close()
    assert msgspec.json.decode(run_dir.metrics.read_bytes(), type=RunStatus).stamp_ns == 1
    assert (run_dir.logs / "supervisor.log").read_text() == "ERROR no camera\n"


def test_full_disk(run_dir):
    run_dir.metrics.symlink_to("/dev/full")
    log = RunLog(run_dir)
    log.note_status(STATUS)
    log.close()
    assert "No space left" in log.trouble() and "make room" in log.trouble()


def test_disk_that_does_not_answer(run_dir, monkeypatch):
    monkeypatch.setattr(run_log_module, "_ANSWERS_WITHIN_S", 0.2)
    monkeypatch.setattr("cogmap.runtime.disk_writer._MOST_WAITING", 2)
    answers = threading.Event()
    monkeypatch.setattr(run_dir, "add_metrics", lambda line: answers.wait())
    log = RunLog(run_dir)
    assert log.trouble() is None
    for _ in range(10):
        log.note_status(STATUS)
    log.close()
    try:
        told = log.trouble()
        assert "has not answered for 0 s, " in told
        assert "lines of metrics and log are lost: what writes there waits" in told
    finally:
        answers.set()
    while "has not answered" in (log.trouble() or ""):
        time.sleep(0.01)
    log.close()
