""" "The chair", where there are several: what is so of all of them is answered, what differs is
ambiguous; "a chair" asks whether there is one."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import ask
from cogmap.runtime.messages import Answer, Question


def asked(house, text: str) -> Answer:
    return ask(house, Question(stamp_ns=0, text=text))


@pytest.mark.parametrize(
    "text",
    [
        "Is the chair in the kitchen?",
        "Is my chair in the bedroom?",
        "Is the chair in this room?",
        "Is the chair next to the dining table?",
        "Does the chair stand next to the dining table?",
        "Is the chair to the right of the sofa?",
    ],
)
def test_where_they_differ_it_is_ambiguous(house, text: str) -> None:
    answer = asked(house, text)
    assert (answer.status, answer.value) == ("ambiguous", None)
    assert answer.candidates == (4, 5, 10)
    assert "Which is meant?" in answer.text


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("Is the chair on the bed?", False, "No, none of the 3 chairs is on the bed."),
        ("Is the chair on the floor?", True, "Yes, each of the 3 chairs is on the floor."),
        ("Is the chair in the kitchen next to the dining table?", True,
         "Yes, each of the chairs that are meant is next to the dining table."),
        ("Is the sofa in this room?", True, "Yes, the sofa is in this room."),
        ("Is the bed here?", False, "No, the bed is not in this room, as far as seen."),
        ("Is a chair in the kitchen?", True, "Yes, a chair is in the kitchen."),
        ("Is any chair in the bedroom?", True, "Yes, a chair is in the bedroom."),
        ("Is a chair next to the dining table?", True,
         "Yes, a chair is next to the dining table."),
        ("Is a chair next to the television?", False,
         "No, no chair that I know is next to the television."),
        ("Is chair 4 in the kitchen?", True, "Yes, chair 4 is in the kitchen."),
        ("Is the largest chair in the bedroom?", True, "Yes, the largest chair is in the bedroom."),
        ("Is the cup on the dining table?", True, "Yes, the cup is on the dining table."),
    ],
)  # fmt: skip
def test_what_is_so_of_all_is_answered(house, text: str, value: bool, said: str) -> None:
    answer = asked(house, text)
    assert (answer.status, answer.value, answer.text) == ("answered", value, said)


def test_nothing_seen_is_not_none(house) -> None:
    assert asked(house, "Is the piano on the bed?").status == "not_seen"
