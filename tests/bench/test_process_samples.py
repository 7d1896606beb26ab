from __future__ import annotations

import math
import os
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.bench.process_samples import Series, folder_bytes, process_sample


def test_what_a_process_opens_is_seen():
    before = process_sample(os.getpid())
    done = threading.Event()
    waiting = threading.Thread(target=done.wait)
    waiting.start()
    with socket.socket(), Path(os.devnull).open():
        after = process_sample(os.getpid())
    done.set()
    waiting.join()
    assert before is not None and after is not None
    assert after.sockets == before.sockets + 1
    assert after.descriptors == before.descriptors + 2
    assert after.threads == before.threads + 1
    assert after.rss_mb > 1 and after.cpu_s >= before.cpu_s > 0


def test_a_process_that_is_not_there_has_no_sample():
    assert process_sample(2**22 + 1) is None


def test_files_of_a_folder_are_added_up(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(bytes(100))
    (tmp_path / "two").write_bytes(bytes(11))
    assert folder_bytes(tmp_path) == 111
    assert folder_bytes(tmp_path / "two") == 11


@given(
    start=st.floats(1, 1e4),
    slope=st.floats(-0.05, 0.05),
    first=st.floats(0.1, 1e5),
    outlier=st.floats(0, 1e6),
)
def test_growth_is_that_after_the_first_hour_whatever_came_before(start, slope, first, outlier):
    hours = [number / 12 for number in range(12 * 6)]
    values = [start * (1 + slope * (hour - 1.5)) if hour >= 1 else first for hour in hours]
    values[30] = outlier
    assert Series(hours, values).growth == pytest.approx(slope, rel=0.05, abs=1e-4)


def test_what_stays_the_same_does_not_grow_even_if_it_is_nothing():
    assert Series([0.5, 1.2, 1.7, 2.5], [9, 0, 0, 0]).growth == 0
    series = Series([0.5, 1.2, 1.7, 2.5], [9, 3, 5, 6])
    assert (series.early, series.late) == (4, 5.5)


def test_what_grows_from_nothing_grows_without_end():
    assert Series([1.2, 1.7, 2.5], [0, 0, 4]).growth == math.inf
    assert Series([1.2, 1.7, 2.5], [0, 0, -4]).growth == -math.inf


def test_less_than_two_samples_after_the_first_hour_tell_nothing():
    assert math.isnan(Series([0.2, 0.9, 1.2], [1, 2, 3]).growth)
