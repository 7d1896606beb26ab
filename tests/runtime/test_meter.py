"""What a process takes, measured from outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cogmap.runtime import meter as meter_module
from cogmap.runtime.meter import Meter, kernel_kills


@pytest.fixture
def counters(tmp_path, monkeypatch) -> Path:
    """In the place of the kernel's."""
    path = tmp_path / "vmstat"
    path.write_text("nr_free_pages 17\noom_kill 3\nswap_ra 0\n")
    monkeypatch.setattr(meter_module, "_COUNTERS", path)
    return path


def test_memory_and_time_of_this_process():
    meter = Meter()
    meter.turn_to(os.getpid())
    sum(number * number for number in range(10**5))
    meter.look()
    assert 10e6 < meter.rss_bytes == meter.peak_rss_bytes
    assert meter.mean_cpu_percent > 0


def test_the_kernels_own_counter(counters):
    assert kernel_kills() == 3


@pytest.mark.parametrize("text", [None, "", "nr_free_pages 17\n"])
def test_where_the_kernel_does_not_count(counters, text):
    counters.unlink()
    if text is not None:
        counters.write_text(text)
    assert kernel_kills() is None
    meter = Meter()
    meter.turn_to(os.getpid())
    assert not meter.kernel_has_killed()


def test_a_kill_is_remembered_for_some_seconds(counters, monkeypatch):
    """A large process is still there for a while, and looked at, when it is dead already."""
    now = [100.0]
    monkeypatch.setattr(meter_module.time, "monotonic", lambda: now[0])
    meter = Meter()
    meter.turn_to(os.getpid())
    assert not meter.kernel_has_killed()
    counters.write_text("oom_kill 4\n")
    for _ in range(6):
        now[0] += 1
        meter.look()
    assert meter.kernel_has_killed()
    for _ in range(12):
        now[0] += 1
        meter.look()
    assert not meter.kernel_has_killed(), "that was another's, long ago"


def test_where_no_file_can_be_opened_what_was_known_stays(descriptors):
    """Anybody who makes connections can bring that about."""
    meter = Meter()
    with descriptors(0):
        meter.turn_to(os.getpid())
        meter.look()
    assert meter.rss_bytes == 0
    meter.look()
    known = meter.rss_bytes
    assert known > 10e6
    with descriptors(0):
        meter.look()
    assert meter.rss_bytes == known
