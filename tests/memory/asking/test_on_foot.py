""" "On foot" asks for the way, not for the straight line; "nearest" is nearest to the thing."""

from __future__ import annotations

import math

import pytest

from cogmap.memory.asking import ask
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.runtime.messages import Answer, Question


@pytest.fixture
def answer(house_with_door):
    def answer_to(text: str) -> Answer:
        return ask(house_with_door, Question(stamp_ns=0, text=text))

    return answer_to


@pytest.mark.parametrize(
    "text",
    [
        "How far is the sofa from the bed on foot?",
        "How far on foot is it from the sofa to the bed?",
        "What is the distance on foot between the sofa and the bed?",
        "How far is the sofa from the bed by foot?",
    ],
)
def test_between_things_the_way_is_measured(answer, text: str) -> None:
    way = answer("How long is the way from the sofa to the bed?")
    found = answer(text)
    assert found.value == way.value
    assert found.text.startswith("6.06 m on foot from the ")
    assert found.value != answer("How far is the sofa from the bed?").value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Which is closer to the bed on foot, the sofa or the dining table?", "dining table"),
        ("Which is farther from the bed on foot, the sofa, the tv or the backpack?", "tv"),
        ("Is the bed closer to the sofa than to the dining table on foot?", False),
    ],
)
def test_ways_are_compared(answer, text: str, value: object) -> None:
    found = answer(text)
    assert found.value == value
    assert found.program.count("path_length(") >= 2
    assert ", on foot" in found.text


def test_of_several_the_nearest_by_way_is_taken(answer) -> None:
    assert answer("How far is the bed from the nearest chair on foot?").program == (
        'path_length(find("bed"), find("chair"))'
    )
    assert answer("How do I get from the bed to the nearest chair?").program == (
        'turns(find("bed"), find("chair"))'
    )


@pytest.mark.parametrize(
    "text", ["What is the closest chair to the bed on foot?", "Is the cup on the bed on foot?"]
)
def test_what_does_not_measure_ways_does_not_drop_it(read, text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "How far is the cup from the nearest door?",
        "What is the distance between the nearest door and the cup?",
        "How far is the closest door from the cup?",
    ],
)
def test_the_nearest_door_is_nearest_to_the_thing(answer, text: str) -> None:
    assert 'nearest_door(find("cup"))' in answer(text).program
    assert math.isclose(answer(text).value, 1.76, abs_tol=0.01)


def test_the_nearest_door_of_nothing_else_is_nearest_to_the_asker(answer) -> None:
    assert answer("How far is the nearest door?").program == (
        "distance(agent(), nearest_door(agent()))"
    )
    found = answer("Is the sofa closer to the nearest door than the bed?")
    assert found.status == "not_understood"
