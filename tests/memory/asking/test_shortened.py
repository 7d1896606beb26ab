"""Questions that leave out what was said before: "how many?", "by how much?", "and last?"."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import Conversation, ask
from cogmap.runtime.messages import Question

SHORTENED: list[tuple[list[str], str]] = [
    (["Are there any chairs in the kitchen?", "How many?"],
     'count(find("chair", room=room("kitchen")))'),
    (["Is the sofa taller than the bed?", "By how much?"],
     'size(find("sofa"), axis="height") - size(find("bed"), axis="height")'),
    (["Is the bed taller than the sofa?", "By how much?"],
     'size(find("sofa"), axis="height") - size(find("bed"), axis="height")'),
    (["Which is taller, the bed or the sofa?", "By how much?"],
     'size(find("sofa"), axis="height") - size(find("bed"), axis="height")'),
    (["When did you first see the sofa?", "And last?"], 'last_seen(find("sofa"))'),
    (["When did you last see the sofa?", "And first?"], 'first_seen(find("sofa"))'),
    (["When was the sofa last seen?", "And the lamp?", "Which was first?"], ""),
    (["How many chairs are there?", "Which of those is the tallest?"],
     'largest(find("chair"), by="height")'),
    (["What is the height of the sofa?", "And of the lamp?"], 'size(find("lamp"), axis="height")'),
    (["What is the area of the kitchen?", "And of the bedroom?"], 'area(room("bedroom"))'),
    (["What are the two largest objects?", "How far is the first one from the lamp?",
      "How far apart are they?"], "distance(object(8), object(1))"),
    (["What are the three largest objects?", "How far is the first one from the lamp?",
      "How far apart are they?"], ""),
    (["Where is the lamp?", "By how much?"], ""),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "program"), SHORTENED, ids=lambda value: str(value)[-60:])
def test_what_is_left_out_is_what_was_said_before(answer, turns, program: str) -> None:
    conversation = Conversation()
    replies = [answer(turn, conversation=conversation) for turn in turns]
    assert replies[-1].program == program


def test_the_door_of_another_room_is_asked_about(house_with_door) -> None:
    conversation = Conversation()
    for text in ("How wide is the door of the kitchen?", "And of the bedroom?"):
        reply = ask(house_with_door, Question(stamp_ns=0, text=text), conversation)
    assert reply.program == 'door_width(door(room=room("bedroom")))'
