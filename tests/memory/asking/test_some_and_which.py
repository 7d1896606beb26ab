"""Some of a kind, which of several, and words that are no part of a name."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("are any chairs in the bedroom?", True, "Yes, some chairs are in the bedroom."),
        ("are some chairs next to the dining table?", True, "Yes, some chairs are next to the"),
        ("are any lamps in the kitchen?", False, "No, no lamp is in the kitchen."),
        ("which of these is in the bedroom: the bed, the sofa or the cup?", "bed", "The bed in"),
    ],
)
def test_is_answered(answer, text: str, value, said: str) -> None:
    reply = answer(text)
    assert (reply.status, reply.value) == ("answered", value)
    assert reply.text.startswith(said)


def test_the_three_tallest_are_three(answer) -> None:
    assert answer("the three tallest things").value[:2] == ("lamp 7", "chair 10")
    assert len(answer("the three tallest things").value) == 3


def test_which_of_several_is_on_the_left_is_one(read) -> None:
    program = read("which of the things on the dining table is on the left?")
    on_it = '[x0 for x0 in everything() if on(x0, find("dining table"))]'
    assert program == f'nth({on_it}, 1, from_="left")'


@pytest.mark.parametrize(
    "text",
    [
        "what is in the middle of the kitchen?",
        "what is the thing next to the bed called?",
        "how many people fit on the sofa?",
        "how long is the sofa in feet and inches?",
    ],
)
def test_no_name_and_no_room_takes_what_is_not_understood(answer, text: str) -> None:
    assert answer(text).status == "not_understood"
