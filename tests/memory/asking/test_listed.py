"""Questions that count in what was listed before: "the first one", "the last chair"."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import Conversation

COUNTED: list[tuple[list[str], str]] = [
    (["What are the three largest objects?", "How tall is the first one?"],
     'size(object(8), axis="height")'),
    (["What are the three largest objects?", "How tall is the first one?", "And the second one?"],
     'size(object(1), axis="height")'),
    (["List the rooms by size.", "How big is the second one?"], "area(room(2))"),
    (["Sort the chairs by height.", "Where is the last one?"], "whereabouts(object(10))"),
    (["Sort the chairs by height.", "Where is the last chair?"], "whereabouts(object(10))"),
    (["What is in the bedroom?", "How far is the sofa from the first one?"],
     'distance(find("sofa"), object(9))'),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "program"), COUNTED, ids=lambda value: str(value)[-60:])
def test_the_first_one_is_the_first_that_was_named(answer, turns, program: str) -> None:
    conversation = Conversation()
    replies = [answer(turn, conversation=conversation) for turn in turns]
    assert replies[-1].program == program, replies


@pytest.mark.parametrize(
    ("before", "text", "why"),
    [
        ("Where are the chairs?", "How tall is the first one?", "several were named alike"),
        ("How many chairs are there?", "How tall is the first one?", "nothing was listed before"),
        ("Sort the chairs by height.", "How tall is the fourth one?",
         "none of the 3 that were named last"),
        ("Sort the chairs by height.", "How tall is the first one in the kitchen?",
         "is not plain"),
    ],
)  # fmt: skip
def test_what_is_counted_in_no_order_that_was_said_is_refused(answer, before, text, why) -> None:
    conversation = Conversation()
    answer(before, conversation=conversation)
    reply = answer(text, conversation=conversation)
    assert (reply.status, reply.program) == ("not_understood", "")
    assert why in reply.text


def test_a_sentence_that_counts_itself_is_left_alone(answer) -> None:
    conversation = Conversation()
    answer("Sort the chairs by height.", conversation=conversation)
    reply = answer("Is the first lamp taller than the second one?", conversation=conversation)
    assert reply.program.count('nth(find("lamp")') == 2


def test_others_are_several(answer) -> None:
    conversation = Conversation()
    answer("Which chair is the tallest?", conversation=conversation)
    answer("Where is it?", conversation=conversation)
    reply = answer("How about the others?", conversation=conversation)
    assert (
        reply.program == '[whereabouts(x) for x in [o for o in find("chair") if o != object(10)]]'
    )
    assert reply.text.startswith("The other chairs are ")
