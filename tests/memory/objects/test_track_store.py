from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.objects.config import ObjectMapConfig
from cogmap.memory.objects.contacts import Contacts
from cogmap.memory.objects.track_shape import TrackShape
from cogmap.memory.objects.track_store import KEYFRAMES_BETWEEN_LOOKS, TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.runtime.messages import Box


def test_a_score_counts_by_what_is_usual_for_its_detector():
    shy, bold = TrackStore(ObjectMapConfig()), TrackStore(ObjectMapConfig())
    shy.scores, bold.scores = (400.0, 1000.0), (900.0, 1000.0)
    assert shy.surety(0.4) == pytest.approx(1.0) == pytest.approx(bold.surety(0.9))
    assert shy.surety(0.4) > bold.surety(0.4)


def test_no_score_counts_as_far_more_than_is_usual():
    store = TrackStore(ObjectMapConfig())
    store.scores = (300.0, 1000.0)
    assert store.surety(1.0) == store.surety(0.9) < 1.5


def test_keyframes_on_which_nothing_hangs_are_forgotten():
    store = TrackStore(ObjectMapConfig())
    shape = TrackShape(0.01, points=np.zeros((1, 3)), keyframes=np.array([7], np.int32))
    contacts = Contacts(keyframes=np.array([9], np.int32))
    seen = dict.fromkeys(("first_seen_ns", "last_seen_ns", "first_number", "last_number"), 0)
    box = Box(center=(0, 0, 0), size=(1, 1, 1))
    store.tracks[1] = Track(id=1, shape=shape, box=box, contacts=contacts, moved_with=11, **seen)
    for number in range(KEYFRAMES_BETWEEN_LOOKS):
        store.add_keyframe(number, np.eye(4))
    assert set(store.world_from_keyframe) == {7, 9, 11, KEYFRAMES_BETWEEN_LOOKS - 1}
    for number in range(KEYFRAMES_BETWEEN_LOOKS, 3 * KEYFRAMES_BETWEEN_LOOKS):
        store.add_keyframe(number, np.eye(4))
    assert len(store.world_from_keyframe) <= KEYFRAMES_BETWEEN_LOOKS
    assert {7, 9, 11} <= store.world_from_keyframe.keys()


def put(store: TrackStore, center, size) -> Track:
    """A track of points that fill a box."""
    shape, config = TrackShape(0.02), store.config.shape
    points = np.array(center) + (np.random.default_rng(0).random((200, 3)) - 0.5) * size
    shape.add(points, np.full(200, 0.01), 1.0, 0, config)
    return store.new_track(shape, 0, 0)


def test_what_stands_on_nothing_known_gets_its_missing_height_below():
    """Exactly: a bottom that is computed twice may differ in its last bit."""
    store = TrackStore(ObjectMapConfig())
    rng = np.random.default_rng(1)
    for center, size in zip(
        rng.uniform(0.5, 3, (80, 3)), rng.uniform(0.1, 0.9, (80, 3)), strict=True
    ):
        track = put(store, center, size)
        store.refit(track)
        top_m = track.box.center[2] + track.box.size[2] / 2
        track.size_before = (*track.box.size[:2], 2.0)
        store.refit(track)
        assert track.box.size[2] == pytest.approx(2.0)
        assert track.box.center[2] + track.box.size[2] / 2 == pytest.approx(top_m)


def test_of_two_that_are_one_is_known_how_large_it_was_and_whether_it_was_seen_whole():
    for first in (True, False):
        store = TrackStore(ObjectMapConfig())
        kept, other = (put(store, (x, 0.0, 0.5), (0.3, 0.3, 0.3)) for x in (0.0, 0.05))
        moved, whole = (kept, other) if first else (other, kept)
        moved.size_before, moved.least_cut, whole.least_cut = (0.9, 0.9, 0.9), 0.5, 0.05
        store.merge(kept, other)
        assert (kept.size_before, kept.least_cut) == ((0.9, 0.9, 0.9), 0.05)
        assert max(kept.box.size) < 0.5
