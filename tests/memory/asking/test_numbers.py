"""Numbers, "another" and "more" in questions are read as such or not at all: no name takes them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("is there another sofa?", False, "No, one sofa was seen, and no other."),
        ("is there another chair in the kitchen?", True, "Yes, there are 2 chairs in the kitchen."),
        ("are there any more lamps?", False, "No, one lamp was seen, and no other."),
        ("is there a second bed?", False, "No, one bed was seen, and no other."),
        ("is there one sofa?", True, "Yes, there is 1 sofa."),
        ("are there two chairs?", True, "Yes, there are 2 chairs and more: 3."),
        ("are there three chairs?", True, "Yes, there are 3 chairs."),
        ("are there three chairs in the kitchen?", False,
         "No, there are 2 chairs in the kitchen, as far as seen."),
        ("which room has exactly one chair?", ("bedroom",), "Rooms with exactly 1 chair: bedroom."),
        ("which room has two chairs?", ("kitchen",), "Rooms with exactly 2 chairs: kitchen."),
        ("which rooms have at least one chair?", ("kitchen", "bedroom"), "Rooms with at least 1"),
        ("how many rooms have more than one chair?", 1, "There is 1 room with more than 1 chair."),
        ("how many bedroom chairs are there?", 1, "There is 1 bedroom chair."),
        ("is a bedroom chair in the bedroom?", True, "Yes, a bedroom chair is in the bedroom."),
    ],
)  # fmt: skip
def test_numbers_are_counted(answer, text: str, value, said: str) -> None:
    reply = answer(text)
    assert (reply.status, reply.value) == ("answered", value), reply.text
    assert reply.text.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "is there space for two armchairs in the kitchen?",
        "is there room for two more sofas?",
        "is there space for another bed in the bedroom?",
    ],
)
def test_space_is_for_one_thing(answer, text: str) -> None:
    reply = answer(text)
    assert reply.status == "not_determinable"
    assert "not for several" in reply.text


@pytest.mark.parametrize(
    "text",
    [
        "how far is the sofa from another table?",
        "are there several chairs in the kitchen?",
        "is there a place for two lamps on the desk?",
        "where are more chairs?",
        "how many chairs for two people are there?",
    ],
)
def test_no_name_takes_them(answer, text: str) -> None:
    assert answer(text).status in ("not_understood", "not_determinable")
    assert not answer(text).program
