"""Everyday wordings of what the forms ask for."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import ask
from cogmap.runtime.messages import Answer, Question


def asked(house, text: str) -> Answer:
    return ask(house, Question(stamp_ns=0, text=text))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Does the dining table have at least two chairs around it?",
         "Are there at least two chairs around the dining table?"),
        ("Does the dining table have a cup on it?", "Is there a cup on the dining table?"),
        ("Is it true that the sofa is longer than the bed?", "Is the sofa longer than the bed?"),
        ("Is it true that there is a cup on the bed?", "Is there a cup on the bed?"),
        ("Are there more than 3 chairs, or fewer?", "Are there more than 3 chairs?"),
        ("Which of the two, the sofa or the bed, did you see first?",
         "Which did you see first, the sofa or the bed?"),
        ("What is left of the television when I sit on the sofa?",
         "Viewing the television from the sofa, what is on the left?"),
        ("When was the kitchen visited?", "When were you in the kitchen?"),
        ("Name everything that is not in the kitchen.", "What is not in the kitchen?"),
        ("List all things that are on the dining table.", "What is on the dining table?"),
        ("What is second closest to the sofa?", "What is the second closest object to the sofa?"),
        ("Second closest to the sofa?", "What is the second closest object to the sofa?"),
        ("Is one of the chairs in the bedroom?", "Are there any chairs in the bedroom?"),
        ("What was visible in frame 10?", "What is visible in frame 10?"),
    ],
)  # fmt: skip
def test_reads_like_the_plain_wording(read, text: str, plain: str) -> None:
    assert read(text) == read(plain)


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("Which two chairs are closest to each other?", ("chair 4", "chair 5"),
         "Closest to each other: chair 4 and chair 5."),
        ("What is the average distance between chairs?", pytest.approx((1.5 + 2 * 2.498) / 3, 0.01),
         "on average between two of the chairs (nearest surfaces)."),
        ("How many chairs are more than one metre from the dining table?", 1,
         "There is 1 chair more than 1 metre from the dining table."),
        ("How many chairs are farther than 10 cm away from the dining table?", 3,
         "There are 3 chairs more than 10 cm from the dining table."),
        ("Which chairs are farther than 3 m from the sofa?", ("chair 10",),
         "Chairs more than 3 m from the sofa: chair 10."),
        ("Are all chairs in the same room?", False, "No, the chairs are not all in one room."),
        ("Are all the cups in one room?", True, "Yes, all cups are in one room."),
        ("Is the sofa 2 meters long?", True,
         "Yes, the sofa is 2 meters long, give or take 10 cm."),
        ("Is the sofa exactly 80 cm high?", True,
         "Yes, the sofa is 80 cm high, give or take 5 cm."),
        ("Is the sofa 2.2 m long?", False, "No, the sofa is not 2.2 m long, give or take 11 cm."),
    ],
)  # fmt: skip
def test_things_of_a_kind_and_lengths_that_are_said(house, text: str, value, said: str) -> None:
    answer = asked(house, text)
    assert (answer.status, answer.value) == ("answered", value)
    assert answer.text.endswith(said)


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("How long does it take to walk from the sofa to the bed?", "not_determinable",
         "how long ways are, not how fast they are walked"),
        ("Can I see the television from the bed?", "not_determinable",
         "not what can be seen past them"),
        ("Is the lamp taller than me?", "not_determinable", "does not know how large you are"),
        ("Is there enough room for a 2 m long bed in the bedroom?", "not_understood",
         'Say how large it is: "1.2 by 0.6 m"'),
        ("How many left chairs are there?", "not_determinable", 'Which chair of 3 is "left"'),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_said(house, text: str, status: str, said: str) -> None:
    answer = asked(house, text)
    assert (answer.status, answer.value) == (status, None)
    assert said in answer.text


def test_what_one_faces_is_on_no_side(house) -> None:
    answer = asked(house, "Viewing the television from the sofa, what is on the right?")
    assert "television" not in answer.value
    assert "dining table" in answer.value
