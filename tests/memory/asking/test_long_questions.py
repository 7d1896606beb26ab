"""What is too long is refused before anything reads it, and what is not is read in no time.

Each of these took from a minute to hours; the limit of a test is the limit here.
"""

from __future__ import annotations

import pytest

from cogmap.memory.asking import ask
from cogmap.memory.asking.choices import fitting, split_options
from cogmap.memory.asking.sentence import MAX_CHARACTERS, checked
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.runtime.messages import Answer, Question

pytestmark = pytest.mark.timeout(30)
MEGABYTES = 2**22


def asked(house, text: str, *options: str) -> Answer:
    return ask(house, Question(stamp_ns=0, text=text, options=options))


@pytest.mark.parametrize(
    "text",
    [
        "how" + " " * MEGABYTES + "x",
        "how" + ", " * MEGABYTES + "x",
        "is there " + "a sofa and " * (MEGABYTES // 11),
        "the options are" + " " * MEGABYTES + "x\ny",
        "count(" + ")" * MEGABYTES,
    ],
    ids=["blanks", "commas", "and", "options", "program"],
)
def test_megabytes_are_refused(house, text: str) -> None:
    answer = asked(house, text)
    assert answer.status == "not_understood"
    assert f"{len(text)} characters; I read questions of up to {MAX_CHARACTERS}" in answer.text


def test_so_are_megabytes_of_options(house) -> None:
    answer = asked(house, "How far is the sofa from the bed?", "1 m", " ," * MEGABYTES + "x")
    assert answer.status == "not_understood"
    assert "the options have" in answer.text.casefold()
    many = asked(house, "How far is the sofa from the bed?", *[""] * (MAX_CHARACTERS + 1))
    assert many.status == "not_understood"


@pytest.mark.parametrize(
    "text",
    [
        "the options are" + " " * 200 + "x\ny",
        "how" + " " * (MAX_CHARACTERS - 4) + "x",
        "is there " + "and " * (MAX_CHARACTERS // 4 - 3),
        "is there a sofa" + " and a sofa" * (MAX_CHARACTERS // 11 - 3),
    ],
    ids=["options", "blanks", "and", "sofas"],
)
def test_what_is_just_short_enough_is_read(house, text: str) -> None:
    assert asked(house, text).status == "not_understood"


def test_characters_that_stand_for_many_count_as_many() -> None:
    with pytest.raises(Unreadable, match=f"up to {MAX_CHARACTERS}"):
        checked("a" * (MAX_CHARACTERS // 2) + "㏂" * (MAX_CHARACTERS // 4))


def test_blanks_and_lines_are_as_they_were_but_for_their_number(house) -> None:
    assert checked("Which?  \n\n  A.\tleft\nB.   right ") == "Which?\nA. left\nB. right"
    assert split_options("Where is it? The options are left and right.")[1] == ("left", "right")
    assert asked(house, "How   many\nchairs\tare there?").value == 3


def test_orders_are_cut_at_any_mark() -> None:
    options = ("a -> b", "b, a", "a and c", "c>a")
    orders = [("a", "b"), ("b", "a"), ("a", "c"), ("c", "a")]
    found = [fitting(options, order, str.__eq__)[0] for order in orders]
    assert found == list(options)
