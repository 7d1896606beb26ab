from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.objects.relocation import (
    RelocationConfig,
    RelocationError,
    Traits,
    relocate,
    unlikeness,
)

CHAIR = Traits(
    id=1, center=(0, 0, 0.5), size=(0.5, 0.5, 0.9), first_seen_ns=0, last_seen_ns=100,
    labels={"chair": 0.9, "stool": 0.1}, gone_ns=150,
)  # fmt: skip


def found(like: Traits, id_: int, *, x: float = 3.0, since_ns: int = 200, **other) -> Traits:
    """Something new that looks the same, elsewhere."""
    seen_ns = {"first_seen_ns": since_ns, "last_seen_ns": since_ns + 50}
    return replace(like, id=id_, center=(x, 0, 0.5), **seen_ns, **other)


def test_a_thing_found_elsewhere_has_moved():
    assert relocate([CHAIR], [found(CHAIR, 2)]).moved == ((1, 2),)


def test_a_twin_that_stood_there_all_along_is_not_taken_for_it():
    assert relocate([CHAIR], [found(CHAIR, 2, since_ns=100)]) == relocate([], [])


def test_of_a_place_never_seen_before_nobody_knows():
    late = found(CHAIR, 2, place_was_empty=False)
    result = relocate([CHAIR], [late])
    assert result.moved == () and result.ambiguous == ((2, (1,)),)
    early = found(CHAIR, 2, since_ns=120, place_was_empty=False)  # before it was known to be gone
    assert relocate([CHAIR], [early]) == relocate([], [])


def test_another_kind_or_size_is_another_thing():
    table = found(CHAIR, 2, labels={"table": 1.0}, size=(1.4, 0.8, 0.75))
    assert relocate([CHAIR], [table]) == relocate([], [])
    large = found(CHAIR, 2, size=(1.0, 1.0, 1.8))
    assert relocate([CHAIR], [large]) == relocate([], [])


def test_a_plate_is_not_the_book_that_some_looks_call_a_plate():
    plate = replace(CHAIR, labels={"plate": 1.0}, size=(0.3, 0.24, 0.02))
    book = found(plate, 2, x=0.9, labels={"book": 0.8, "plate": 0.2})
    assert relocate([plate], [book]) == relocate([], [])
    doubtful = found(plate, 2, x=0.9, labels={"plate": 0.6, "book": 0.4})
    assert relocate([plate], [doubtful]).moved == ((1, 2),)


def test_turned_and_partly_seen_it_is_still_the_same():
    book = replace(CHAIR, labels={"book": 1.0}, size=(0.2, 0.15, 0.03))
    assert relocate([book], [found(book, 2, size=(0.15, 0.03, 0.2))]).moved == ((1, 2),)
    half = found(CHAIR, 2, size=(0.5, 0.45, 0.5), complete=0.3)
    assert relocate([CHAIR], [half]).moved == ((1, 2),)


def test_of_two_alike_nothing_is_guessed():
    other = replace(CHAIR, id=2, center=(0, 1, 0.5))
    result = relocate([CHAIR, other], [found(CHAIR, 3)])
    assert result.moved == () and result.ambiguous == ((3, (1, 2)),)
    result = relocate([CHAIR], [found(CHAIR, 3), found(CHAIR, 4, x=3.5)])
    assert result.moved == () and result.ambiguous == ((3, (1,)), (4, (1,)))


def test_two_that_were_pushed_a_little_are_told_apart():
    other = replace(CHAIR, id=2, center=(4, 0, 0.5))
    new = [found(CHAIR, 3, x=0.4), found(CHAIR, 4, x=4.4)]
    assert relocate([CHAIR, other], new).moved == ((1, 3), (2, 4))


def test_one_assignment_beats_the_nearest_first():
    """The red cup could be either vanished one; the blue one only the second: both are found."""
    red, blue = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    first = replace(CHAIR, embedding=red, embedding_space="s")
    second = replace(CHAIR, id=2, embedding=blue, embedding_space="s")
    new = [
        found(CHAIR, 3, embedding=blue, embedding_space="s"),
        found(CHAIR, 4, embedding=red, embedding_space="s"),
    ]
    assert relocate([first, second], new).moved == ((1, 4), (2, 3))


def test_embeddings_of_other_models_are_not_compared():
    a = replace(CHAIR, embedding=np.array([1, 0], np.float32), embedding_space="a")
    b = found(CHAIR, 2, embedding=np.array([0, 1], np.float32), embedding_space="b")
    assert unlikeness(a, b) == 0
    nan = found(CHAIR, 2, embedding=np.array([np.nan, 1], np.float32), embedding_space="a")
    assert unlikeness(a, nan) == 0


things = st.builds(
    lambda id_, x, y, size, label, first, empty: Traits(
        id=id_, center=(x, y, 0.5), size=(size, size, size), first_seen_ns=first,
        last_seen_ns=first + 100, labels={label: 1.0}, gone_ns=first + 120, place_was_empty=empty,
    ),
    st.integers(1, 10**6), st.floats(-5, 5), st.floats(-5, 5), st.floats(0.05, 1.0),
    st.sampled_from(["cup", "chair", "book"]), st.integers(0, 1000), st.booleans(),
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(things, max_size=6, unique_by=lambda t: t.id),
    st.lists(things, max_size=6, unique_by=lambda t: t.id),
)
def test_whatever_is_decided_is_one_to_one_and_allowed_by_time(vanished, new):
    new = [replace(one, id=one.id + 10**7) for one in new]
    result = relocate(vanished, new)
    olds, news = [old for old, _ in result.moved], [one for _, one in result.moved]
    assert len(set(olds)) == len(olds) and len(set(news)) == len(news)
    by_id = {thing.id: thing for thing in [*vanished, *new]}
    for old, one in result.moved:
        assert by_id[one].first_seen_ns > by_id[old].last_seen_ns
        assert by_id[one].labels == by_id[old].labels
    assert not set(news) & {one for one, _ in result.ambiguous}
    for one, candidates in result.ambiguous:
        assert candidates and all(
            by_id[old].last_seen_ns < by_id[one].first_seen_ns for old in candidates
        )
    assert relocate(vanished[::-1], new[::-1]) == result


def test_thresholds_that_cannot_work_are_refused():
    with pytest.raises(RelocationError, match="most"):
        RelocationConfig(most=math.nan)
    with pytest.raises(RelocationError, match="standard deviations"):
        RelocationConfig(size_sigma=0)


def test_twins_of_different_colours_are_told_apart():
    red, green = (50.0, 45.0, 25.0), (50.0, -40.0, 25.0)
    first, second = replace(CHAIR, color=red), replace(CHAIR, id=2, center=(0, 1, 0.5), color=green)
    new = found(CHAIR, 3, color=(57.0, -38.0, 24.0))  # in other light
    assert relocate([first, second], [new]).moved == ((2, 3),)
    assert relocate([first], [new]) == relocate([], [])


def test_lightness_says_less_than_hue_and_no_colour_says_nothing():
    grey = replace(CHAIR, color=(60.0, 0.0, 0.0))
    darker, bluer = (found(CHAIR, 2, color=c) for c in ((50.0, 0.0, 0.0), (60.0, 0.0, -10.0)))
    assert unlikeness(grey, darker) < unlikeness(grey, bluer)
    assert unlikeness(grey, found(CHAIR, 2)) == unlikeness(CHAIR, found(CHAIR, 2))
