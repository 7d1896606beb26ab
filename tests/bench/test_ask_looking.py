from __future__ import annotations

import math

import pytest

from cogmap.bench.ask_looking import Look, look_figures
from cogmap.memory.questions import QuestionItem
from cogmap.runtime.messages import Answer

ITEM = QuestionItem(id="", type="glimpsed", question="?", answer=0.5, unit="m")


def answer(value: float | None) -> Answer:
    status = "answered" if value is not None else "not_determinable"
    return Answer(stamp_ns=0, status=status, value=value, unit="m")


def test_settled_is_an_answer_that_is_right():
    refused = answer(None)
    after = (answer(0.52), answer(2.0), refused, answer(0.57), None)
    looks = [Look(ITEM, refused, each) for each in after]
    assert [look.settled for look in looks] == [True, False, False, False, False]
    figures, (bar,) = look_figures(looks)
    assert bar.value == pytest.approx(100 / 4)
    assert figures["looking: viewpoints named"] == 4
    assert figures["looking: answered from there"] == 3
    assert figures["looking: error of those, median m"] == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("metres", "settled"), [(2.19, True), (1.81, True), (2.21, False), (1.79, False)]
)
def test_of_long_ones_a_tenth_may_be_wrong(metres, settled):
    asked = QuestionItem(id="", type="glimpsed", question="?", answer=2.0, unit="m")
    assert Look(asked, answer(None), answer(metres)).settled is settled


def test_settled_is_a_length():
    yes = Answer(stamp_ns=0, status="answered", value=True)
    square = Answer(stamp_ns=0, status="answered", value=0.5, unit="m2")
    assert not Look(ITEM, answer(None), yes).settled
    assert not Look(ITEM, answer(None), square).settled


def test_no_viewpoint_is_no_success():
    _, (bar,) = look_figures([Look(ITEM, answer(0.5), None)])
    assert math.isnan(bar.value) and not bar.ok
