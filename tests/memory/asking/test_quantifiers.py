"""What is asked of every, each and all things of a kind is asked of each of them."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import Conversation
from cogmap.memory.asking.unreadable import Unreadable


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("is there a cup on every table?", True, "Yes, there is a cup on every table"),
        ("is there a chair within 3 m of every chair?", True, "Yes, there is a chair within"),
        ("is there a lamp next to every chair?", False, "No, there is not a lamp next to every"),
        ("are there chairs next to each lamp?", False, "No, there are not chairs next to each"),
        ("are all the chairs within 2 m of the sofa?", False,
         "No, not all chairs are within 2 m of the sofa."),
        ("are the chairs within 2 m of the sofa?", False, "No, not all chairs are within 2 m"),
        ("are the chairs within 7 m of the sofa?", True, "Yes, all chairs are within 7 m of"),
        ("are all the chairs closer to the sofa than the bed?", True, "Yes, all chairs are closer"),
        ("are all the chairs closer to the sofa than the lamp?", True, "Yes, all chairs are"),
        ("are all chairs taller than 1 m?", False, "No, not all chairs are taller than 1 m."),
        ("are the chairs taller than the sofa?", True, "Yes, all chairs are taller than the"),
        ("is the lamp taller than every chair?", True, "Yes, the lamp is taller than every chair."),
        ("is the sofa taller than all the chairs?", False, "No, the sofa is not taller than all"),
        ("are both chairs in the kitchen next to the dining table?", True, "Yes, both chairs in"),
        ("does every chair in the kitchen stand next to the dining table?", True,
         "Yes, every chair in the kitchen is next to the dining table."),
        ("does every chair stand next to the dining table?", False, "No, not every chair is next"),
        ("is everything in the kitchen?", False, "No, not everything is in the kitchen."),
        ("is everything in the kitchen on the dining table?", False, "No, not everything in the"),
        ("is everything within 9 m of the sofa?", True, "Yes, everything is within 9 m of the"),
        ("is everything next to the sofa?", False, "No, not everything is next to the sofa."),
        ("is everything smaller than the bed?", True, "Yes, everything is smaller than the bed."),
        ("is the bed larger than everything?", True, "Yes, the bed is larger than everything."),
        ("is there a cup on everything?", False, "No, there is not a cup on everything."),
        ("are there chairs in all rooms?", True, "Yes, every room has chairs."),
        ("is there a lamp in all the rooms?", False, "No, there is a room where no lamp was seen."),
    ],
)  # fmt: skip
def test_each_is_asked_about(answer, text: str, value: bool, said: str) -> None:
    reply = answer(text)
    assert (reply.status, reply.value) == ("answered", value), reply.text
    assert reply.text.startswith(said)


def test_of_none_nothing_holds(answer) -> None:
    reply = answer("are all the lamps in the kitchen within 9 m of the sofa?")
    assert (reply.status, reply.value) == ("not_seen", None)


@pytest.mark.parametrize(
    "text",
    [
        "what is on every table?",
        "how many cups are on each table?",
        "how far is the cup from every chair?",
        "are all the chairs far from the sofa?",
    ],
)
def test_what_is_no_yes_or_no_is_not_asked_of_one_that_stands_for_all(read, text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


def test_they_are_all_of_them_afterwards(answer) -> None:
    conversation = Conversation()
    answer("are all the chairs within 7 m of the sofa?", conversation=conversation)
    assert answer("how many of them are in the kitchen?", conversation=conversation).value == 2


def test_each_of_what_is_on_each_is_not_read(answer, read) -> None:
    with pytest.raises(Unreadable):
        read("is there a cup on every table next to every chair?")
    conversation = Conversation()
    answer("is there a cup on every table?", conversation=conversation)
    reply = answer("a plate on each table?", conversation=conversation)
    assert (reply.status, reply.program) == ("not_understood", "")
