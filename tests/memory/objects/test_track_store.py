from __future__ import annotations

import pytest

from cogmap.memory.objects.config import ObjectMapConfig
from cogmap.memory.objects.track_store import TrackStore


def test_a_score_counts_by_what_is_usual_for_its_detector():
    shy, bold = TrackStore(ObjectMapConfig()), TrackStore(ObjectMapConfig())
    shy.scores, bold.scores = (400.0, 1000.0), (900.0, 1000.0)
    assert shy.surety(0.4) == pytest.approx(1.0) == pytest.approx(bold.surety(0.9))
    assert shy.surety(0.4) > bold.surety(0.4)


def test_no_score_counts_as_far_more_than_is_usual():
    store = TrackStore(ObjectMapConfig())
    store.scores = (300.0, 1000.0)
    assert store.surety(1.0) == store.surety(0.9) < 1.5
