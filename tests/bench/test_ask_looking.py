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
    after = (answer(0.52), answer(2.0), refused, None)
    looks = [Look(ITEM, refused, each) for each in after]
    assert [look.settled for look in looks] == [True, False, False, False]
    figures, (bar,) = look_figures(looks)
    assert bar.value == pytest.approx(100 / 3)
    assert figures["looking: viewpoints named"] == 3


def test_no_viewpoint_is_no_success():
    _, (bar,) = look_figures([Look(ITEM, answer(0.5), None)])
    assert math.isnan(bar.value) and not bar.ok
