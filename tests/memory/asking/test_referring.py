"""What "it" and "there" refer to: one thing where several were asked about, the sentence's own."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import Conversation

REFERS: list[tuple[list[str], str]] = [
    (["How big is the kitchen?", "How many chairs are in it?", "What is in there?"],
     'labels(contents(room("kitchen")))'),
    (["How big is the kitchen?", "How many chairs are in it?", "How big is it?"],
     'area(room("kitchen"))'),
    (["How many chairs are in the kitchen?", "What is in there?"],
     'labels(contents(room("kitchen")))'),
    (["Where is the lamp?", "How many chairs are there?", "How far is it from the sofa?"],
     'distance(find("lamp"), find("sofa"))'),
    (["How many sofas are there?", "How far is it from the bed?"],
     'distance(find("sofa"), find("bed"))'),
    (["Where is the lamp?", "How many chairs are there and how far are they from it?"],
     'part1 = count(find("chair"))\npart2 = distance(find("chair"), find("lamp"))\npart1, part2'),
    (["Where is the lamp?", "When standing at the sofa and facing it, is the bed to my right?"],
     'direction(turn(front_of(find("sofa")), degrees=180), find("bed"), form="side") '
     '== "right"'),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "program"), REFERS, ids=lambda value: str(value)[-60:])
def test_it_is_one_thing_that_was_spoken_of(answer, turns, program: str) -> None:
    conversation = Conversation()
    replies = [answer(turn, conversation=conversation) for turn in turns]
    assert replies[-1].program == program


def test_it_is_what_its_own_sentence_names_just_before(answer) -> None:
    conversation = Conversation()
    answer("Where is the lamp?", conversation=conversation)
    reply = answer("What is left of the sofa when I sit on it?", conversation=conversation)
    assert "lamp" not in reply.program
    assert 'front_of(find("sofa"))' in reply.program


def test_in_a_room_is_not_the_room(answer) -> None:
    conversation = Conversation()
    answer("What is the tallest thing in the kitchen?", conversation=conversation)
    answer("How far is it from the sofa?", conversation=conversation)
    reply = answer("And in the bedroom?", conversation=conversation)
    assert (reply.status, reply.program) == ("not_understood", "")
    answer("What is in the kitchen?", conversation=conversation)
    reply = answer("And in the bedroom?", conversation=conversation)
    assert reply.program == 'labels(contents(room("bedroom")))'
