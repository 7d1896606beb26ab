"""Questions of times of which the map knows nothing: before its first frame, after its last."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import ask
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.messages import Answer, Box, Question


def asked(house, text: str) -> Answer:
    return ask(house, Question(stamp_ns=0, text=text))


@pytest.mark.parametrize(
    "text",
    [
        "What was on the dining table at 3000 seconds?",
        "How many chairs were there at 3000 s?",
        "How many cups were there 10 hours ago?",
        "Was there a cup 10 hours ago?",
        "Where was the cup 5 minutes ago?",
        "What has changed since 3000 seconds?",
        "What changed between 10 seconds and 3000 seconds?",
    ],
)
def test_it_is_said_from_when_to_when_the_map_knows_something(house, text: str) -> None:
    answer = asked(house, text)
    assert (answer.status, answer.value) == ("not_determinable", None)
    assert "from its first frame until 100.0 s after it, and not what was" in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "Is the sofa visible in an hour?",
        "How many chairs are there in 2 minutes?",
        "Is there a chair in half an hour from now?",
        "Where is the sofa in 10 seconds?",
        "Where will the sofa be at 99 seconds?",
    ],
)
def test_what_will_be_is_no_moment_of_the_map(house, text: str) -> None:
    answer = asked(house, text)
    assert answer.status == "not_determinable"
    assert answer.text == "I cannot tell: the map knows what was and what is, not what will be."


def test_a_time_that_begins_before_the_map_begins_with_it(house) -> None:
    answer = asked(house, "What has changed in the last 10 hours?")
    assert answer.text.startswith("Nothing has changed from the start, 100 s ago, to now")
    assert answer.program == "changes(time(0), now())"
    lately = asked(house, "What did you see in the last 10 hours?")
    assert lately.program == "labels([x for x in everything() if last_seen(x) >= time(0)])"
    assert asked(house, "What has changed in the last minute?").program.startswith("changes(time(4")


def test_a_question_about_a_frame_is_about_what_was_in_view_then(house) -> None:
    answer = asked(house, "What is visible in frame 10?")
    assert answer.program == "labels([v for v in everything() if visible_at(v, frame(10))])"


def test_a_map_is_not_asked_as_of_a_time_that_it_does_not_know() -> None:
    held = CognitiveMap()
    held.add("cup", Box(center=(0.0, 0.0, 0.5), size=(0.1, 0.1, 0.1)))
    asked = held.ask("How many cups are there?", as_of_ns=10**12)
    run = held.run('count(find("cup"))', as_of_ns=10**12)
    assert asked.status == run.status == "not_determinable"
    assert asked.text == "This map knows no frames but one, so no times before or after it."
    assert (asked.planner, run.planner, run.program) == ("offline", "program", 'count(find("cup"))')
    assert held.ask("How many cups are there?", as_of_ns=0).value == 1
