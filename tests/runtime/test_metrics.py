"""Histograms and rates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.runtime.metrics import Histogram, LoadMeter, RateMeter

durations = st.lists(st.floats(0.01, 1e5), min_size=1, max_size=200)


class TestHistogram:
    def test_nothing(self):
        assert Histogram().percentile(50) == 0

    @settings(max_examples=200, deadline=None)
    @given(values=durations, percent=st.floats(0, 100))
    def test_percentile_is_within_a_bucket_of_the_exact_one(self, values, percent):
        histogram = Histogram()
        for value in values:
            histogram.add(value)
        exact = float(np.percentile(values, percent, method="inverted_cdf"))
        assert histogram.percentile(percent) == pytest.approx(exact, rel=0.024)

    @settings(max_examples=100, deadline=None)
    @given(values=durations)
    def test_percentiles_go_up(self, values):
        histogram = Histogram()
        for value in values:
            histogram.add(value)
        percentiles = [histogram.percentile(percent) for percent in (0, 10, 50, 90, 99, 100)]
        assert percentiles == sorted(percentiles)

    @pytest.mark.parametrize("value", [-5.0, 0.0, 1e-9])
    def test_below_the_range(self, value):
        """A clock that was set back makes negative latencies."""
        histogram = Histogram()
        histogram.add(value)
        assert histogram.percentile(50) == pytest.approx(1e-3, rel=0.03)

    @pytest.mark.parametrize("value", [1e9, 1e300])
    def test_above_the_range(self, value):
        histogram = Histogram()
        histogram.add(value)
        assert histogram.percentile(50) == pytest.approx(1e6, rel=0.03)

    def test_memory_does_not_grow(self):
        histogram = Histogram()
        before = histogram._counts.nbytes
        for value in range(1, 10_000):
            histogram.add(float(value))
        assert histogram._counts.nbytes == before


class TestRateMeter:
    def test_one_mark_is_no_rate(self):
        assert RateMeter().update(100, now_s=1.0) == 0

    def test_steady(self):
        meter = RateMeter()
        rates = [meter.update(20 * second, now_s=float(second)) for second in range(10)]
        assert rates[1:] == pytest.approx([20.0] * 9)

    def test_old_marks_are_forgotten(self):
        meter = RateMeter(window_s=3)
        for second in range(10):
            meter.update(100 * second, now_s=float(second))
        for second in range(10, 15):
            rate = meter.update(900, now_s=float(second))
        assert rate == 0

    def test_same_instant_twice(self):
        meter = RateMeter()
        meter.update(0, now_s=1.0)
        assert meter.update(5, now_s=1.0) == 0

    def test_node_that_began_anew(self):
        """Its total starts from 0 again: the rate must not stay negative."""
        meter = RateMeter(window_s=2)
        for now_s, total in enumerate([100, 200, 0, 10, 20, 30, 40]):
            rate = meter.update(total, now_s=float(now_s))
        assert rate == pytest.approx(10)


def test_load_is_the_part_of_the_last_seconds():
    meter = LoadMeter(window_s=5)
    early = [meter.update(0.1, 0.1 * tick) for tick in range(50)]
    assert set(early) == {0.0}, "too soon to tell"
    for tick in range(50, 200):
        busy = meter.update(0.08, 0.1 * tick)
    assert abs(busy - 0.8) < 0.03
    for tick in range(200, 260):
        idle = meter.update(0.001, 0.1 * tick)
    assert idle < 0.05
