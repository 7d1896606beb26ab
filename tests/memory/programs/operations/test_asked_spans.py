"""What was seen within a span of time, first, last and together."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import ask
from cogmap.memory.asking.times import read_span
from cogmap.runtime.messages import Question


@pytest.mark.parametrize(
    ("text", "begin", "end", "words"),
    [
        ("the last minute", "time(40.000)", None, "in the last minute"),
        ("the past 10 seconds", "time(90.000)", None, "in the past 10 seconds"),
        ("last 10 minutes", "time(0)", None, "since the start, 100 s ago,"),
        ("the first 10 seconds", "time(0)", "time(10.000)", "in the first 10 seconds"),
        ("the first hour", "time(0)", "time(100.000)", "in the first hour"),
    ],
)
def test_spans(text, begin, end, words):
    span = read_span(text, 100.0)
    assert span is not None
    assert (span.begin.program, span.end and span.end.program, span.words) == (begin, end, words)


@pytest.mark.parametrize("text", ["10 seconds ago", "the last frame", "the start", "the last bed"])
def test_moments_are_no_spans(text):
    assert read_span(text, 100.0) is None


def asked(world, text):
    return ask(world, Question(stamp_ns=0, text=text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("did you see the cup in the last second?", True),
        ("did you see the sofa in the last second?", False),
        ("was the sofa in view in the last 4 seconds?", True),
        ("was the sofa in view in the first second?", True),
        ("were the sofa and the table ever visible together?", True),
        ("did you see the sofa and the refrigerator at the same time?", False),
    ],
)
def test_what_was_seen(walk, text, value):
    answer = asked(walk, text)
    assert (answer.status, answer.value) == ("answered", value)


def test_how_far_one_went_at_first(walk):
    answer = asked(walk, "how far did you walk in the first 2 seconds?")
    assert answer.program == "path_travelled(time(0), time(2.000))"
    assert answer.value == pytest.approx(2.0)
