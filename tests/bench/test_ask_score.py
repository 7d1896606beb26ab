from __future__ import annotations

import pytest

from cogmap.bench.ask_score import (
    Scored,
    abstains,
    by_type,
    misses,
    relative_accuracy,
    score_answer,
)
from cogmap.memory.questions import QuestionItem
from cogmap.runtime.messages import Answer


def item(answer, unit="", options=()) -> QuestionItem:
    return QuestionItem(
        id="", type="t", question="?", answer=answer, unit=unit, options=tuple(options)
    )


def answered(value=None, **fields) -> Answer:
    return Answer(stamp_ns=0, status="answered", value=value, **fields)


@pytest.mark.parametrize(
    ("predicted", "score"), [(2.0, 1.0), (2.11, 0.9), (2.9, 0.2), (3.1, 0.0), (0.0, 0.0)]
)
def test_relative_accuracy_counts_thresholds(predicted, score):
    assert relative_accuracy(predicted, 2.0) == pytest.approx(score)


@pytest.mark.parametrize(("predicted", "strict", "loose"), [(2.1, 0.9, 1.0), (3.0, 0.0, 0.1)])
def test_on_the_way_a_threshold_that_is_just_reached_does_not_count(predicted, strict, loose):
    """OST-Bench: strictly less."""
    assert relative_accuracy(predicted, 2.0) == pytest.approx(loose)
    for type_, score in (("agent_distance", strict), ("absolute_distance", loose)):
        asked = QuestionItem(id="", type=type_, question="?", answer=2.0, unit="m")
        assert score_answer(asked, answered(predicted, unit="m")) == pytest.approx(score)


@pytest.mark.parametrize(
    ("status", "honest"),
    [
        ("not_seen", True), ("ambiguous", True), ("not_determinable", True), ("answered", False),
        ("not_understood", False), ("failed", False),
    ],
)  # fmt: skip
def test_what_is_not_understood_does_not_abstain(status, honest):
    assert abstains(Answer(stamp_ns=0, status=status)) is honest


def test_numbers_are_compared_in_one_unit():
    assert score_answer(item(150.0, "cm"), answered(1.5, unit="m")) == 1
    assert score_answer(item(1.5, "m"), answered(150.0, unit="cm")) == 1
    assert score_answer(item(1.5, "m"), answered(1.5, unit="cm")) == 0
    assert score_answer(item(3, "count"), answered(2, unit="count")) == pytest.approx(0.4)


def test_a_truth_is_no_number():
    assert score_answer(item(1, "count"), answered(True)) == 0


def test_a_choice_is_its_option_or_says_it():
    sofa = item("sofa", options=["sofa", "bed"])
    assert score_answer(sofa, answered("x", option="sofa")) == 1
    assert score_answer(sofa, answered("Sofa")) == 1
    assert score_answer(sofa, answered("sofa", option="bed")) == 0
    assert score_answer(item("yes", options=["yes", "no"]), answered(True)) == 1
    assert score_answer(item("a, b", options=["a, b", "b, a"]), answered(("a", "b"))) == 1


def test_a_refusal_scores_nothing():
    refused = Answer(stamp_ns=0, status="not_seen", option="sofa")
    assert score_answer(item("sofa", options=["sofa", "bed"]), refused) == 0


def test_scores_by_type_and_what_was_missed():
    rare = QuestionItem(id="", type="rare", question="?", answer=1)
    scored = [Scored(item(1), answered(1), 1.0)] * 3 + [Scored(rare, answered(2), 0.0)]
    assert by_type(scored) == {"rare": 0.0, "t": 100.0}
    assert [each["type"] for each in misses(scored)] == ["rare"]
