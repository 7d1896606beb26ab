from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.bench.layout_score import (
    TrueObject,
    bearings_right,
    footprint_iou,
    match,
    score_layout,
    size_errors,
)
from cogmap.runtime.messages import Box


def thing(id: int, label: str, x: float, y: float = 0.0, counts: bool = True) -> TrueObject:
    return TrueObject(id, label, Box(center=(x, y, 0.5), size=(1.0, 0.6, 1.0)), counts)


def moved(one: TrueObject, x: float) -> TrueObject:
    x0, y, z = one.box.center
    return replace(one, box=Box(center=(x0 + x, y, z), size=one.box.size, yaw=one.box.yaw))


ROOM = [thing(1, "chair", 0), thing(2, "chair", 2), thing(3, "table", 4), thing(4, "lamp", 4, 3)]


def test_the_truth_scores_perfectly():
    score = score_layout(ROOM, ROOM)
    assert set(score.f1.values()) == {1.0}
    assert score.center_errors_m.max() == 0 and score.size_errors.max() == 0
    assert (score.counts_right, score.bearings_right, score.count_f1) == ((3, 3), (6, 6), 1)
    assert score.footprint_iou == pytest.approx(1)
    assert (score.duplicates, score.ghosts, score.missed, score.extra) == (0, 0, (), ())


def test_a_wrong_label_is_no_match_but_one_for_any_label():
    found = [ROOM[0], replace(ROOM[1], label="table"), *ROOM[2:]]
    score = score_layout(found, ROOM)
    assert score.f1["0.5"] == pytest.approx(3 / 4)
    assert score.f1["0.5 any label"] == 1
    assert (score.missed, score.extra) == ((2,), (2,))
    assert score.missed_labels == {"chair": 1}
    assert score.counts_right == (1, 3)  # the lamp


def test_thresholds_are_those_of_box_iou():
    # Two boxes 1 m long, 0.4 m apart: IoU 0.6 / 1.4 = 0.43.
    score = score_layout([moved(ROOM[0], 0.4)], ROOM[:1])
    assert (score.f1["0.25"], score.f1["0.5"]) == (1, 0)
    assert score.center_errors_m == pytest.approx([0.4])


def test_each_true_object_is_matched_once_and_the_rest_are_duplicates():
    found = [ROOM[0], moved(ROOM[0], 0.1), moved(ROOM[0], 0.2), *ROOM[1:]]
    score = score_layout(found, ROOM)
    assert score.precision["0.25"] == pytest.approx(4 / 6)
    assert score.recall["0.25"] == 1
    assert score.duplicates == 2
    assert score.ghosts == 0


def test_a_ghost_is_where_nothing_is():
    near = moved(ROOM[0], 1.04)  # 4 cm beside a chair
    far = moved(ROOM[0], -1.06)
    assert score_layout([*ROOM, near], ROOM).ghosts == 0
    assert score_layout([*ROOM, far], ROOM).ghosts == 1


def test_objects_that_do_not_count_neither_help_nor_hurt():
    hidden = thing(9, "sofa", 9, counts=False)
    piece = TrueObject(7, "sofa", Box(center=(9, 0, 0.5), size=(0.1, 0.1, 0.1)))
    true = [*ROOM, hidden]
    assert score_layout(ROOM, true).recall["0.25"] == 1
    assert score_layout([*ROOM, piece], true).precision["0.25"] == 1
    assert score_layout([*ROOM, piece], true).counts_right == (3, 3)
    # but one for each: the second sofa is held against the map
    assert score_layout([*ROOM, piece, replace(piece, id=8)], true).precision["0.25"] == 4 / 5


def test_an_empty_map_and_an_empty_house():
    empty = score_layout([], ROOM)
    assert (empty.recall["0.25"], empty.count_f1, empty.footprint_iou) == (0, 0, 0)
    assert math.isnan(empty.precision["0.25"])
    assert empty.bearings_right == (0, 0)
    only_false = score_layout(ROOM, [])
    assert (only_false.precision["0.25"], only_false.ghosts) == (0, 4)


def test_the_matching_has_as_many_pairs_as_there_can_be():
    # Greedy would pair (0, 0) and leave 1 without; both can be matched.
    iou = np.array([[0.9, 0.3], [0.3, 0.0]])
    pairs = match(iou, 0.25)
    assert sorted(zip(pairs.found.tolist(), pairs.true.tolist(), strict=True)) == [(0, 1), (1, 0)]
    assert len(match(iou, 0.25, np.array([[True, False], [False, False]])).found) == 1


def test_sizes_are_compared_longer_with_longer():
    ours = [Box(center=(0, 0, 0), size=(2.2, 1.0, 0.9), yaw=math.pi / 2)]
    theirs = [Box(center=(0, 0, 0), size=(1.0, 2.0, 1.0))]
    assert size_errors(ours, theirs)[0] == pytest.approx([0.1, 0.0, 0.1])


def test_footprints_may_lie_above_each_other():
    low = Box(center=(0, 0, 0), size=(1, 1, 1))
    cup = Box(center=(0.2, 0, 0.6), size=(0.1, 0.1, 0.1))
    beside = Box(center=(1, 0, 0), size=(1, 1, 1))
    assert footprint_iou([low, cup], [low]) == pytest.approx(1)
    assert footprint_iou([low], [low, beside]) == pytest.approx(0.5)


def test_bearings_of_near_pairs_do_not_count():
    theirs = [Box(center=(x, 0, 0), size=(1, 1, 1)) for x in (0, 0.2, 3)]
    ours = [Box(center=(x, y, 0), size=(1, 1, 1)) for x, y in ((0, 0), (-0.2, 0), (3, 3))]
    assert bearings_right(theirs, theirs) == (2, 2)
    assert bearings_right(ours, theirs) == (0, 2)


coordinates = st.floats(-5, 5)
sides = st.floats(0.05, 2)
boxes = st.builds(
    lambda x, y, z, a, b, c, yaw: Box(center=(x, y, z), size=(a, b, c), yaw=yaw),
    coordinates, coordinates, coordinates, sides, sides, sides, st.floats(-3, 3),
)  # fmt: skip
labels = st.sampled_from(["cup", "chair"])
scenes = st.lists(st.tuples(labels, boxes), max_size=6).map(
    lambda entries: [TrueObject(i, label, box) for i, (label, box) in enumerate(entries)]
)


@settings(deadline=None, max_examples=40)
@given(scenes, scenes)
def test_scores_stay_in_range_whatever_the_map(found: list[TrueObject], true: list[TrueObject]):
    score = score_layout(found, true)
    for rate in (*score.f1.values(), score.footprint_iou, score.count_f1):
        assert math.isnan(rate) or 0 <= rate <= 1 + 1e-9
    assert len(score.center_errors_m) + len(score.missed) == score.true == len(true)
    assert len(score.center_errors_m) + len(score.extra) == score.found == len(found)
    assert score.duplicates <= len(score.extra)


@settings(deadline=None, max_examples=40)
@given(scenes)
def test_a_turn_by_a_quarter_with_sides_swapped_changes_nothing(true: list[TrueObject]):
    found = [
        replace(
            each,
            box=Box(
                center=each.box.center,
                size=(each.box.size[1], each.box.size[0], each.box.size[2]),
                yaw=each.box.yaw + math.pi / 2,
            ),
        )
        for each in true
    ]
    score = score_layout(found, true)
    assert not score.missed
    assert not len(true) or score.size_errors.max() < 1e-9
