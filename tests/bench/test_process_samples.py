from __future__ import annotations

import math
import os
import socket
import threading
from pathlib import Path

import numpy as np
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
    series = Series([0.2, 0.9, 1.2], [1, 2, 3])
    assert math.isnan(series.growth) and math.isnan(series.worst_growth)


DAY = np.arange(0, 24 + 1e-9, 1 / 12)
STEADY = 0.01


def noise(seed: int, part: float) -> np.ndarray:
    return 1 + part * np.random.default_rng(seed).standard_normal(len(DAY))


@pytest.mark.parametrize("part", [0.0, 0.02, 0.05, 0.1])
@pytest.mark.parametrize("begin", range(0, 30, 10))
def test_a_flat_day_does_not_grow_however_it_is_read(part, begin):
    worst = [Series(DAY, 300 * noise(seed, part)).worst_growth for seed in range(begin, begin + 10)]
    assert max(worst) <= STEADY


def test_descriptors_that_are_open_for_a_moment_now_and_then_are_no_growth():
    for seed in range(30):
        open_now = np.random.default_rng(seed).random(len(DAY)) < 0.1
        assert Series(DAY, 30.0 + 3 * open_now).worst_growth <= STEADY


@pytest.mark.parametrize(
    ("values", "seen_by"),
    [
        (np.where(DAY < 18, 300, 600), "rise"),
        (np.where(DAY < 18, 30, 500), "rise"),
        (np.where((DAY > 10) & (DAY < 12), 600, 300), "rise"),
        (300 + 100 * np.clip(DAY - 18, 0, None), "late_growth"),
        (300 + 6 * np.clip(DAY - 18, 0, None), "late_growth"),
        (300 + 20 * np.floor(np.clip(DAY - 17, 0, None)), "late_growth"),
        (np.where((DAY % 1 < 0.17) & (DAY >= 18), 10_000, 300), "peak_rise"),
        (300 + 6 * DAY, "growth"),
    ],
)
def test_what_begins_late_or_comes_and_goes_is_growth(values, seen_by):
    series = Series(DAY, values * noise(1, 0.02))
    assert getattr(series, seen_by) > STEADY
    assert series.worst_growth > STEADY
