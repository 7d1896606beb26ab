from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.objects.merging import MergeConfig, Merging

CONFIG = MergeConfig()
LEFT, RIGHT = np.array([0.0, 0, 0]), np.array([1.0, 0, 0])


def test_one_segment_over_two_tracks_again_and_again_makes_one_of_them():
    merging = Merging()
    assert not merging.joint(2, 1, CONFIG)
    assert merging.joint(1, 2, CONFIG)


def test_things_with_segments_of_their_own_stay_apart_when_a_mask_covers_both_now_and_then():
    merging = Merging()
    for _ in range(20):
        for _ in range(8):
            merging.separate(1, 2, CONFIG)
        assert not merging.joint(1, 2, CONFIG)


def test_what_a_person_split_is_never_merged_again():
    merging = Merging()
    merging.keep_apart(4, 3)
    assert not any(merging.joint(3, 4, CONFIG) for _ in range(1000))


@given(st.lists(st.booleans(), max_size=200))
def test_evidence_is_bounded(joint):
    merging = Merging()
    for one in joint:
        if one:
            merging.joint(1, 2, CONFIG)
        else:
            merging.separate(1, 2, CONFIG)
    assert all(abs(value) <= CONFIG.most_evidence for value in merging.pairs.values())


def test_two_segments_in_every_frame_split_a_track_and_tell_where():
    merging = Merging()
    frames = 0
    while not merging.in_parts(5, *((LEFT, RIGHT) if frames % 2 else (RIGHT, LEFT)), CONFIG):
        frames += 1
    assert 4 <= frames <= 12
    parts = sorted([merging.parts[5].first, merging.parts[5].second])
    np.testing.assert_allclose(parts, [LEFT, RIGHT], atol=1e-9)


def test_a_mask_that_falls_apart_now_and_then_splits_nothing():
    merging = Merging()
    for _ in range(50):
        assert not merging.in_parts(5, LEFT, RIGHT, CONFIG)
        for _ in range(3):
            merging.whole(5, CONFIG)


def test_what_is_known_of_a_track_goes_with_it():
    merging = Merging()
    merging.joint(1, 2, CONFIG)
    merging.joint(2, 3, CONFIG)
    merging.joint(1, 3, CONFIG)
    merging.in_parts(2, LEFT, RIGHT, CONFIG)
    merging.forget(2)
    assert list(merging.pairs) == [(1, 3)] and not merging.parts
