from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.objects.sighting_history import (
    AWAY,
    IN_VIEW,
    MATCHED,
    SightingHistory,
    SightingHistoryConfig,
    SightingHistoryError,
)

CONFIG, DEFAULT = SightingHistoryConfig(most=8), SightingHistoryConfig()
frames = st.lists(
    st.dictionaries(st.integers(1, 4), st.tuples(st.integers(1, 3), st.floats(0, 1))),
    max_size=40,
)


def recorded(frames, config=DEFAULT) -> SightingHistory:
    history = SightingHistory(config)
    for number, shown in enumerate(frames):
        states = np.array([state for state, _ in shown.values()], np.uint8)
        fractions = np.array([fraction for _, fraction in shown.values()], np.float32)
        history.record(number, list(shown), states, fractions, fractions / 10)
    return history


@given(frames)
def test_every_frame_is_told_as_it_was(frames):
    history = recorded(frames)
    for number, shown in enumerate(frames):
        for id_ in range(1, 5):
            sightings = history.of(id_)
            row = sightings.row_at(number)
            if id_ in shown:
                state, fraction = shown[id_]
                assert sightings.states[row] == state
                assert sightings.fractions[row] == pytest.approx(fraction, abs=0.11)
            else:
                assert row < 0 or sightings.states[row] == AWAY


@given(frames)
def test_it_goes_on_after_being_put_away(frames):
    history = recorded(frames)
    again = SightingHistory.from_state(history.state(), SightingHistoryConfig())
    for each in (history, again):
        each.record(100, [2], np.array([3], np.uint8), np.ones(1), np.ones(1))
    for name, array in history.state().items():
        np.testing.assert_array_equal(again.state()[name], array)


def test_the_definition_of_visible_is_the_askers():
    history = SightingHistory()
    history.record(0, [1], np.array([IN_VIEW], np.uint8), np.array([0.2]), np.array([0.01]))
    sightings = history.of(1)
    assert sightings.visible(0.1, 0.5).all()
    assert not sightings.visible(0.3, 0.5).any()
    assert sightings.visible(0.3, 0.005).all()


def test_memory_of_one_thing_is_bounded():
    history = recorded([{1: (1 + i % 3, 0.5)} for i in range(200)], CONFIG)
    sightings = history.of(1)
    assert len(sightings.numbers) <= CONFIG.most
    assert sightings.numbers[-1] == 199
    with pytest.raises(SightingHistoryError, match="at least 8"):
        SightingHistoryConfig(most=1)


def test_a_late_detection_is_entered_where_it_belongs():
    history = recorded([{1: (IN_VIEW, 0.5)}, {1: (IN_VIEW, 0.9)}, {}])
    history.matched_late(1, 1)
    assert history.of(1).states.tolist() == [IN_VIEW, MATCHED, AWAY]


def test_the_sightings_of_a_thing_that_moved_follow_those_before():
    history = recorded([{1: (IN_VIEW, 0.5)}, {}, {2: (IN_VIEW, 0.5)}])
    history.follow(1, 2)
    assert history.of(1).numbers.tolist() == [0, 1, 2]
    assert not len(history.of(2).numbers)


def test_looks_at_its_old_place_are_none_at_what_stands_elsewhere():
    history = recorded([{1: (IN_VIEW, 0.5)}, {2: (MATCHED, 0.9), 1: (IN_VIEW, 0.2)}, {}])
    history.follow(1, 2)
    assert history.of(1).states.tolist() == [IN_VIEW, MATCHED, AWAY]


@given(frames)
def test_of_two_that_are_one_every_frame_tells_the_clearer_look(frames):
    history = recorded(frames)
    apart = [history.of(1), history.of(2)]
    history.merge(1, 2)
    both = history.of(1)
    for number in range(len(frames)):
        rows = [(each, each.row_at(number)) for each in apart]
        states = [each.states[row] if row >= 0 else AWAY for each, row in rows]
        row = both.row_at(number)
        assert (both.states[row] if row >= 0 else AWAY) == max(states)
    assert not len(history.of(2).numbers)
    history.record(len(frames), [], np.zeros(0, np.uint8), np.zeros(0), np.zeros(0))
    assert not len(both.numbers) or history.of(1).states[-1] == AWAY


def test_a_part_of_a_thing_was_seen_when_the_whole_was():
    history = recorded([{1: (IN_VIEW, 0.5)}, {1: (MATCHED, 0.9)}])
    history.split(1, 2)
    history.record(2, [1], np.array([MATCHED], np.uint8), np.ones(1), np.ones(1))
    assert history.of(2).states.tolist() == [IN_VIEW, MATCHED, AWAY]
    assert history.of(1).states[-1] == MATCHED


def test_what_is_first_shown_by_a_late_detection_was_seen_in_its_frame():
    history = recorded([{}, {}, {}, {}])
    history.begin_late(1, 1, 0.8, 0.1)
    assert history.of(1).numbers.tolist() == [1, 2]
    assert history.of(1).states.tolist() == [MATCHED, AWAY]
