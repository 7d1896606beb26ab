"""Who writes to a disk that does not answer does not wait for it."""

from __future__ import annotations

import io
import logging
import threading
import time

import pytest

from cogmap.runtime import disk_writer
from cogmap.runtime.disk_writer import DiskWriter, PatientHandler


@pytest.fixture
def answers():
    """Set: the disk answers."""
    event = threading.Event()
    yield event
    event.set()


def test_all_is_written_in_order():
    done: list[int] = []
    disk = DiskWriter()
    for number in range(100):
        disk.put(lambda number=number: done.append(number))
    disk.close(5.0)
    disk.close(5.0)
    assert done == list(range(100))
    assert (disk.silent_s(), disk.left_out) == (0.0, 0)


def test_what_is_too_much_is_counted(answers, monkeypatch):
    monkeypatch.setattr(disk_writer, "_MOST_WAITING", 10)
    disk = DiskWriter()
    disk.put(answers.wait)
    while disk.silent_s() == 0.0:
        time.sleep(0.001)
    for _ in range(15):
        disk.put(lambda: None)
    began_s = time.monotonic()
    disk.close(0.2)
    assert time.monotonic() - began_s < 2.0, "it does not wait for ever"
    assert disk.left_out == 5
    assert disk.silent_s() > 0.1
    answers.set()
    disk.close(5.0)
    assert disk.silent_s() == 0.0


def test_log_of_a_node(answers):
    class Disk(io.StringIO):
        def write(self, text: str) -> int:
            answers.wait()
            return super().write(text)

    file = Disk()
    handler = PatientHandler(file)
    log = logging.Logger("node")
    log.addHandler(handler)
    log.warning("no %s", "light")
    log.warning("no %s", "room")
    assert not file.getvalue()
    answers.set()
    handler.close()
    assert file.getvalue().splitlines() == ["no light", "no room"]
